"""What people tell: the patient's own statements and what the clinician recalls of them."""

import re

from summarizer.language import person_en, person_fr
from summarizer.language.assertion import Status
from summarizer.language.quantities import duration
from summarizer.steps.extract.board import Board
from summarizer.steps.units import Unit
from summarizer.types import Assertion, Role

_TELLING = frozenset({"hpi", "pmh", "medications", "allergies", "social", "family"})
_INTRODUCED = {
    "en": re.compile(r"^(?:next patient is |this is |(?:the )?patient is )?([a-z][\w'. -]{1,40}?) is an? \d+[- ]year[- ]old\b", re.I),
    "fr": re.compile(r"^(?:le patient|la patiente|m\w*\. |mme |madame |monsieur |[A-Z]).{0,30}\b(?:âgée?|a) (?:de )?\d+ ans\b", re.I),
}  # fmt: skip
_RECALLED = {
    "en": re.compile(
        r"^(?:(?:i|we) (?:know|see|understand|remember|recall|noticed?|heard)(?: here)?(?: that)?|i also (?:see|know)(?: that)?|"
        r"(?:it|that) (?:looks|sounds|seems)(?: like)?(?: that)?|i (?:saw|read)(?: here)? that|"
        r"(?:you|they) (?:said|mentioned|told me)(?: that)?|"
        r"(?:the |my )?(?:nurse|notes?|chart|record)s? (?:says?|said|tells? me)(?: that)?)\s+(?=you|your|the|there)",
        re.I,
    ),
    "fr": re.compile(
        r"^(?:je (?:vois|sais|comprends)|on m'a dit|j'ai (?:vu|lu)|vous (?:m'avez dit|disiez|me dites)) (?:là |ici )?qu(?:e |')",
        re.I,
    ),
}
_EMPTY = {
    "en": re.compile(
        r"^(?:i (?:don't know|understand|see|agree|appreciate|think so|will|guess|hope|mean|did|do|have|am|was|can|know)|"
        r"that (?:makes sense|sounds|would be|helps|works|is)|thank|sounds|(?:i'm|it's|that's) (?:good|great|okay|fine|right|true|it|all)|"
        r"we do|they do|not really|i will do that|nice|it is|it was|it does|it did|i'm doing)[ ,.]*(?:doc|so|good|great|that|well)?$",
        re.I,
    ),
    "fr": re.compile(r"^(?:je (?:sais pas|comprends|vois)|merci|c'est (?:bon|bien|ça|vrai)|ça va|d'accord|voilà|ça marche)[ ,.]*$", re.I),
}  # fmt: skip
_CHAT = {
    "en": re.compile(
        r"\b(?:weather|thank you|thanks|football|game last|how are you|nice to (?:see|meet)|have a (?:good|great)|bye|"
        r"dragon|dax|god|joke|funny|movie|favorite|weekend plans|parking|insurance card|good question|appreciate it|what about you|"
        r"looking forward|can i|should i|could i|do i|when can|will i|am i)\b|\?$",
        re.I,
    ),
    "fr": re.compile(r"\b(?:merci|au revoir|bonjour|bonne journée|il fait (?:beau|chaud|froid)|carte vitale|à bientôt|est-ce que je|je peux|enchantée?)\b|\?$", re.I),
}  # fmt: skip
_VAGUE = {
    "en": re.compile(r"^(?:it|that|this|they|those|he|she|these)\b(?!.{0,60}\b(?:pain|hurt|worse|better|start|wake|sleep|swell|help|work|radiat|spread|come|go|last|constant|sharp|dull|burn|ach)\w*)", re.I),
    "fr": re.compile(r"^(?:ça|c'est|ils|celui|cela)\b(?!.{0,60}\b(?:mal|douleur|pire|mieux|commenc|réveil|empêche|gonfl|aide|soulag|irradi|descend|brûl|serre|passe|revient|dure)\w*)", re.I),
}  # fmt: skip


def from_story(board: Board) -> None:
    """Statement claims for the subjective sections, in the order they were said."""
    for unit in board.units:
        if unit.index in board.used or unit.question or not unit.clean:
            continue
        if unit.role in (Role.CLINICIAN, Role.UNKNOWN):
            _recalled(board, unit)
        elif unit.section in _TELLING:
            _told(board, unit)


def salience(unit: Unit, board: Board) -> float:
    """How much a statement matters: what it names, how long ago, and where the encoder puts it."""
    value = unit.score
    value += 0.35 if unit.has("symptom", "condition") else 0.0
    value += 0.35 if unit.has("medication") else 0.0
    value += 0.15 if unit.has("test") else 0.0
    value += 0.2 if duration(unit.clean, board.language) else 0.0
    value -= 0.25 if _VAGUE[board.language].match(unit.clean) else 0.0
    value -= 0.5 if _CHAT[board.language].search(unit.raw) else 0.0
    words = len(unit.clean.split())
    value -= 0.25 if words < 4 else 0.0
    value -= 0.2 if words > 45 else 0.0
    return value


def _told(board: Board, unit: Unit) -> None:
    text = unit.clean
    if len(text.split()) < 3 or _EMPTY[board.language].match(text):
        return
    value = salience(unit, board)
    if value < 0.15:
        return
    speaker = board.speaker(unit)
    if board.language == "en":
        turned = person_en.third_person(text, board.english, speaker=speaker)
    else:
        turned = person_fr.third_person(text, board.french, speaker=speaker)
    if not turned:
        return
    section = _section(unit)
    board.add(
        "family" if section == "family" else "social" if section == "social" else "history",
        section,
        turned,
        [unit],
        assertion=Assertion.AFFIRMED,
        experiencer="family" if section == "family" else "patient",
        score=value,
        form="statement",
        source=speaker,
        at=str(unit.start),
        fresh="1" if duration(unit.clean, board.language) else "",
    )


def _section(unit: Unit) -> str:
    """Statements about complaints belong to the story even where a medicine is named in them."""
    relatives = [s for _, s in unit.mentions if s.experiencer == "family"]
    if relatives:
        return "family"
    if unit.section in ("medications", "pmh", "allergies") and unit.has("symptom"):
        return "hpi"
    if unit.section == "family":
        return "hpi"
    if unit.section == "medications":
        return "hpi"
    return unit.section


def _recalled(board: Board, unit: Unit) -> None:
    text = unit.clean
    introduced = _INTRODUCED[board.language].match(text)
    if introduced and board.language == "en":
        body = re.sub(r"^(?:next patient is |this is )", "", text, flags=re.I)
        name = introduced[1]
        board.add(
            "history", "hpi", body, [unit], score=3.0, form="introduction", source="clinician",
            name=name, at=str(unit.start),
        )  # fmt: skip
        return
    if unit.section in ("plan", "exam", "results") and not _RECALLED[board.language].match(text):
        return
    stripped = _RECALLED[board.language].sub("", text)
    if stripped == text and not re.match(
        r"(?:you(?:'ve|'re| have| had| are| were| take| said)?|vous (?:avez|êtes|prenez|aviez|étiez))\b",
        text,
        re.I,
    ):
        return
    if not unit.has("symptom", "condition", "medication", "test") or _CHAT[board.language].search(
        unit.raw
    ):
        return
    if board.language == "en":
        turned = person_en.third_person(stripped, board.english, speaker="clinician")
    else:
        turned = person_fr.third_person(stripped, board.french, speaker="clinician")
    if not turned or len(turned.split()) < 4:
        return
    section = "pmh" if _past(unit) and unit.section == "pmh" else "hpi"
    board.add(
        "history", section, turned, [unit], score=salience(unit, board) + 0.1, form="statement",
        source="clinician", at=str(unit.start),
    )  # fmt: skip


def _past(unit: Unit) -> bool:
    statuses: list[Status] = [status for _, status in unit.mentions]
    return any(status.assertion is Assertion.HISTORICAL for status in statuses)
