"""What people tell: the patient's own statements and what the clinician recalls of them."""

import re

from summarizer.language import person_en, person_fr
from summarizer.language.assertion import RELATIVES, Status
from summarizer.language.lexicon import Concept
from summarizer.language.quantities import duration
from summarizer.language.recall import RECALLED
from summarizer.steps.extract.antecedents import clinician_told_of
from summarizer.steps.extract.board import Board
from summarizer.steps.extract.mentions import of_a_reaction
from summarizer.steps.extract.present import in_the_family
from summarizer.steps.salience import probability
from summarizer.steps.units import Unit, of_another
from summarizer.types import Assertion, Role

_TELLING = frozenset({"hpi", "pmh", "medications", "allergies", "social", "family"})
_INTRODUCED = {
    "en": re.compile(
        r"^(?:next patient is |this is |(?:the )?patient is )?([a-z][\w'. -]{1,40}?)"
        r" is an? \d+[- ]year[- ]old\b",
        re.I,
    ),
    "fr": re.compile(
        r"^(?:le patient|la patiente|m\w*\. |mme |madame |monsieur |[A-Z]).{0,30}\b(?:âgée"
        r"?|a) (?:de )?\d+ ans\b",
        re.I,
    ),
}
_EMPTY = {
    "en": re.compile(
        r"^(?:i (?:don't know|understand|see|agree|appreciate|think so|will|guess|"
        r"hope|mean|did|do|have|am|was|can|know)|"
        r"that (?:makes sense|sounds|would be|helps|works|is)|thank|sounds|(?:i'm|"
        r"it's|that's) (?:good|great|okay|fine|right|true|it|all)|"
        r"we do|they do|not really|i will do that|nice|it is|it was|it does|it "
        r"did|i'm doing)[ ,.]*(?:doc|so|good|great|that|well)?$",
        re.I,
    ),
    "fr": re.compile(
        r"^(?:je (?:sais pas|comprends|vois)|merci|c'est (?:bon|bien|ça|vrai)|"
        r"ça va|d'accord|voilà|ça marche)[ ,.]*$",
        re.I,
    ),
}
_CHAT = {
    "en": re.compile(
        r"\b(?:weather|thank you|thanks|football|game last|how are you|nice to "
        r"(?:see|meet)|have a (?:good|great)|bye|"
        r"dragon|dax|god|joke|funny|movie|favorite|weekend plans|parking|insurance "
        r"card|good question|appreciate it|what about you|"
        r"looking forward|can i|should i|could i|do i|when can|will i|am i)\b|\?$",
        re.I,
    ),
    "fr": re.compile(
        r"\b(?:merci|au revoir|bonjour|bonne journée|il fait (?:beau|chaud|froid)"
        r"|carte vitale|à bientôt|est-ce que je|je peux|enchantée?)\b|\?$",
        re.I,
    ),
}
_VAGUE = {
    "en": re.compile(
        r"^(?:it|that|this|they|those|he|she|these)\b(?!.{0,60}\b(?:pain|hurt|"
        r"worse|better|start|wake|sleep|swell|help|work|radiat|spread|come|go|"
        r"last|constant|sharp|dull|burn|ach)\w*)",
        re.I,
    ),
    "fr": re.compile(
        r"^(?:ça|c'est|ils|celui|cela)\b(?!.{0,60}\b(?:mal|douleur|pire|mieux|"
        r"commenc|réveil|empêche|gonfl|aide|soulag|irradi|descend|brûl|serre|passe|"
        r"revient|dure)\w*)",
        re.I,
    ),
}


def from_story(board: Board) -> None:
    """Statement claims for the subjective sections, in the order they were said."""
    for unit in board.units:
        if unit.index in board.used or unit.question or not unit.clean:
            continue
        if unit.role in (Role.CLINICIAN, Role.UNKNOWN):
            _recalled(board, unit)
        elif unit.section == "allergies" and unit.has("medication"):
            continue  # named on its own among the allergies
        elif unit.section in _TELLING:
            _told(board, unit)


_BROKEN_OFF = re.compile(
    r"\b(?:is|was|are|were|est|était|me|that|because|and|parce que|que|"
    r"been (?:taking|having|using))$",
    re.I,
)
_WORTH_WRITING = 0.1


def rule_score(unit: Unit, board: Board) -> float:
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
    if of_another(text, unit.role, board.subject, board.language):
        return
    if len(text.split()) <= 8 and any(s.assertion is Assertion.DENIED for _, s in unit.mentions):
        return  # the review of systems says it
    if board.language == "fr" and not _FINITE_FR.search(text):
        return
    if unit.has("medication") and _LISTED[board.language].match(text):
        return  # the list of medicines has it
    if unit.has("symptom") and of_a_reaction(board, unit):
        return  # what a medicine did once
    rule = rule_score(unit, board)
    value = probability(unit, rule, len(board.units), board.language)
    if value < _WORTH_WRITING and not (unit.has("medication") and rule > 0.2):
        return
    speaker = board.speaker(unit)
    if speaker == "caregiver" and (
        _OF_ONESELF.search(text)
        or (
            _MYSELF[board.language].search(text)
            and not _OF_PATIENT[board.language].search(text)
            and not unit.has("medication")
        )
        or any(s.experiencer == "other" for m, s in unit.mentions if m.concept.kind in _ILL)
    ):
        return  # "moi aussi j'avais mal": of who speaks, not of the patient
    about = _about(board, unit)
    named = any(
        m.concept.kind in ("symptom", "condition", "medication") and m.concept.key != "pain"
        for m, _ in unit.mentions
    )
    if _DEPENDENT[board.language].match(text) or _BROKEN_OFF.search(text):
        return
    if _ANAPHORA[board.language].search(text) and not named:
        if about is None and not (_COMPLAINS.search(text) and len(text.split()) > _SHORT):
            return
    else:
        about = None
    if board.language == "en":
        if re.match(
            r"(?:went|got|felt|had|took|started|tried|came|fell|woke|saw|used|noticed|"
            r"ran|have been|am|was)\b",
            text,
            re.I,
        ):
            text = f"i {text}"
        if not _FINITE.search(text):
            return
        turned = person_en.third_person(text, board.english, speaker=speaker)
        turned = turned and person_en.telegraphic(turned)
    else:
        turned = person_fr.third_person(text, board.french, speaker=speaker)
        turned = turned and person_fr.agreed(turned, board.subject.gender)
    if not turned:
        return
    section = "family" if in_the_family(unit) else _section(unit)
    told = [unit]
    if speaker == "patient" and section != "family" and (other := _HE.match(unit.clean)):
        who = clinician_told_of(board, unit)
        if who is None or not turned.lower().startswith(other[0].lower()):
            return
        turned = f"the {who[0]}{turned[other.end() :]}"
        told = [who[1], unit]
    if _OF_RELATIVE[board.language].match(turned) and section != "family":
        return
    if section == "family" and not unit.has("condition", "symptom"):
        return
    if about:
        board.add(
            "history",
            "hpi",
            turned,
            [about[0], unit],
            score=value,
            form="statement",
            source=speaker,
            at=str(unit.start),
            topic_en=about[1].english,
            topic_fr=about[1].french,
        )
        return
    board.add(
        "family" if section == "family" else "social" if section == "social" else "history",
        section,
        turned,
        told,
        assertion=Assertion.AFFIRMED,
        experiencer="family" if section == "family" else "patient",
        score=value,
        form="statement",
        source=speaker,
        at=str(unit.start),
        fresh="1" if duration(unit.clean, board.language) else "",
    )


_HE = re.compile(r"s?he\b", re.I)
_ILL = ("symptom", "condition")
_OF_ONESELF = re.compile(
    r"\bmoi (?:aussi|non plus|j|je)\b|\bcomme moi\b|\bme (?:too|neither)\b|\blike (?:me|i did)\b",
    re.I,
)
_MYSELF = {
    "en": re.compile(r"\b(?:i|i'm|i've|i'd|me|my)\b", re.I),
    "fr": re.compile(r"\b(?:je|moi|me)\b|\b[jm]'", re.I),
}
_OF_PATIENT = {
    "en": re.compile(
        r"\b(?:s?he|s?he's|him|his|hers?|they|them|their|it|baby|daughter|son|mother|father|wife|"
        r"husband|mom|dad|brother|sister|gave|given|giving|doses?)\b",
        re.I,
    ),
    "fr": re.compile(
        r"\b(?:il|elle|lui|l[ea]|son|sa|ses|leur|bébé|enfant|fille|fils|mère|père|femme|mari|"
        r"donn\w+|doses?)\b|\bl'",
        re.I,
    ),
}
# "it hurts to stand but i can walk": of a complaint, which the story has named.
_COMPLAINS = re.compile(
    r"\b(?:hurts?|pain\w*|sore|ach\w+|swell\w*|swollen|numb\w*|worse|better|sleep\w*|burn\w*|"
    r"sharp|dull|throb\w*|radiat\w+|constant\w*|itch\w*|bleed\w*)\b",
    re.I,
)
_SHORT = 5
_OF_RELATIVE = {
    "en": re.compile(rf"(?:(?:her|his|the patient's) )?(?:{RELATIVES['en']})\b", re.I),
    "fr": re.compile(rf"(?:sa|son|ses) (?:{RELATIVES['fr']})\b", re.I),
}
# "there's the metformin, that's one in the morning"
_LISTED = {
    "en": re.compile(
        r"(?:there's |there is |then )*the\b.{0,40}\b(?:that's|it's|that is|\d)", re.I
    ),
    "fr": re.compile(r"(?:il y a |y a )?(?:l'|le |la )\w+, (?:c'est|\d)", re.I),
}
_FINITE = re.compile(
    r"\b(?:is|are|was|were|am|has|have|had|do|does|did|can|could|will|would|"
    r"get|gets|got|feel|feels|felt|go|goes|went|take|takes|took|"
    r"use|uses|used|hurt|hurts|start|starts|started|help|helps|helped|want|"
    r"need|think|know|smoke|drink|eat|work|live|lives|run|ran|"
    r"keep|kept|come|comes|came|seem|seems|makes?|made|wakes?|woke|told|said|"
    r"gave|put|fell|lost|tried|try|notice|noticed|\w{2,}ed)\b|"
    r"'(?:s|m|re|ve|d|ll)\b|n't\b",
    re.I,
)
# A clause that hangs on another one, or an order echoed: alone it would mislead.
_DEPENDENT = {
    "en": re.compile(
        r"(?:if(?! i\b)|unless|until|when(?! i\b)|which|who|that|than|even if|stop|start|take|"
        r"go|do|don't|call|come|make|use|put|keep|let|what|how|where|why|whether|"
        r"maybe|probably|in case|or|except)\b",
        re.I,
    ),
    "fr": re.compile(
        r"(?:même si|si(?! je\b| j')|s'il|quand(?! je\b| j')|parce qu|qui|que|"
        r"dont|comme si|"
        r"peut-être|sinon|sauf|ou|pour que|comment|pourquoi)\b",
        re.I,
    ),
}
_FINITE_FR = re.compile(
    r"(?:\b(?:je|il|elle|ils|elles|on|ça|qui|me|se)\s+(?:ne |n'|me |m'|se "
    r"|s'|y |en |la |le |les |l'|lui )*|\b[jcns]')[a-zàâçéèêëîïôûœ]+|"
    r"\b(?:a|est|ont|sont|était|avait|fait|prend|va)\b",
    re.I,
)
_ANAPHORA = {
    "en": re.compile(
        r"^(?:it|that|this|those|they|these)\b|\b(?:with|about|of|on|for|from)"
        r" (?:that|it|them|those|this)$",
        re.I,
    ),
    "fr": re.compile(r"^(?:ça|c'est|c'était|cela)\b|\b(?:avec|pour) ça$", re.I),
}


_IT = {
    "en": re.compile(r"\b(?:it|that|this|they|those|these|there)\b", re.I),
    "fr": re.compile(r"\b(?:ça|cela|ce|c'est|il|elle|ils|elles|y a)\b|\bl'", re.I),
}


def _about(board: Board, unit: Unit) -> tuple[Unit, Concept] | None:
    """What the clinician had just asked about, for an answer that says only ``it``."""
    for before in reversed(board.units[max(0, unit.index - 6) : unit.index]):
        if before.utterance < unit.utterance - 1:
            return None
        if before.role is not Role.CLINICIAN:
            continue
        named = [
            m.concept
            for m, s in before.mentions
            if m.concept.kind in ("condition", "symptom", "medication") and m.concept.key != "pain"
        ]
        if len({concept.key for concept in named}) == 1:
            return before, named[0]
        if before.question and not named and not _IT[board.language].search(before.raw):
            return None  # "when was your last period?" is what the answer is about
    return None


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
    if unit.section == "pmh" and not (unit.has("condition", "test") or _past(unit)):
        return "hpi"
    return unit.section


# What is said to the patient right behind the introduction to the recorder.
_GREETED = re.compile(
    r",?\s+(?:so |and |okay )?(?:hi|hello|hey|how are you|what brings|tell me|it's nice|nice to|"
    r"good to|good morning|good afternoon)\b.*$",
    re.I,
)


def _recalled(board: Board, unit: Unit) -> None:
    text = unit.clean
    introduced = _INTRODUCED[board.language].match(text)
    if introduced and board.language == "en":
        body = re.sub(r"^(?:next patient is |this is )", "", text, flags=re.I)
        body = _GREETED.sub("", body)
        name = introduced[1]
        board.add(
            "history",
            "hpi",
            body,
            [unit],
            score=3.0,
            form="introduction",
            source="clinician",
            name=name,
            at=str(unit.start),
        )
        return
    if _dictated(board, unit):
        return
    if unit.section in ("plan", "exam", "results") and not RECALLED[board.language].match(text):
        return
    if re.search(
        r"\byou (?:need|should|have to|know|want|can|might|could|must|guys)\b|"
        r"\bvous (?:devez|pouvez|allez|voulez)\b",
        text,
        re.I,
    ):
        return
    stripped = re.sub(r"\band that (?=you\b)", "and ", RECALLED[board.language].sub("", text))
    if unit.phase in ("exam", "results") and re.match(r"(?:the|there)\b", stripped, re.I):
        return  # "it looks like there is some fluid": found, and not recalled
    if stripped == text and not re.match(
        r"(?:you(?:'ve|'re| have| had| are| were| take| said)?|vous (?:avez|êtes|"
        r"prenez|aviez|étiez))\b",
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
        "history",
        section,
        turned,
        [unit],
        score=rule_score(unit, board) + 0.1,
        form="statement",
        source="clinician",
        at=str(unit.start),
    )


_DICTATED = {
    "en": re.compile(
        r"(?:suspect(?:ed)? (?:that )?)?(?:she|he|her|his|the patient|patient)\b(?:'s)?", re.I
    ),
    "fr": re.compile(
        r"(?:elle|il(?! (?:faut|y a|est important|vaut))|le patient|la patiente)\b", re.I
    ),
}
_SOMEBODY = {
    "en": re.compile(
        r"\b(?:mother|mom|father|dad|brother|sister|son|daughter|wife|husband|doctor|dr|surgeon|"
        r"cardiologist|specialist|nurse|friend|assistant|partner|boss|baby)\b",
        re.I,
    ),
    "fr": re.compile(
        r"\b(?:mère|maman|père|papa|frère|sœur|fils|fille|femme|mari|médecin|docteur|chirurgien\w*|"
        r"cardiologue|spécialiste|infirmi\w+|ami\w*|bébé)\b",
        re.I,
    ),
}


def _dictated(board: Board, unit: Unit) -> bool:
    """The clinician tells the recorder of the patient: ``she has a history of anemia``."""
    text = unit.clean
    opened = _DICTATED[board.language].match(text)
    wrong = {"female": r"(?:he|his|il)\b", "male": r"(?:she|her|elle)\b"}.get(board.subject.gender)
    if (
        not opened
        or unit.section == "exam"
        or not unit.has("symptom", "condition", "medication", "test")
        or (wrong and re.match(wrong, text, re.I))
        or re.search(r"\b(?:you|your|i|we|me|vous|votre|je|on)\b", text, re.I)
        or len(text.split()) < 4
    ):
        return False
    near = board.units[max(0, unit.index - 3) : unit.index + 1]
    if any(_SOMEBODY[board.language].search(before.raw) for before in near):
        return False
    planned = unit.phase in ("plan", "results") and unit.section in ("plan", "results", "hpi")
    board.add(
        "diagnosis" if planned else "history",
        "assessment" if planned else ("pmh" if unit.section == "pmh" else "hpi"),
        text,
        [unit],
        score=rule_score(unit, board) + 0.3,
        form="reasoning" if planned else "statement",
        source="clinician",
        at=str(unit.start),
    )
    return True


def _past(unit: Unit) -> bool:
    statuses: list[Status] = [status for _, status in unit.mentions]
    return any(status.assertion is Assertion.HISTORICAL for status in statuses)
