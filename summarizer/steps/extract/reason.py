"""Why the patient came: the words of the opening, or the first complaint."""

import re

from summarizer.language.person_en import third_person
from summarizer.steps.extract.board import Board
from summarizer.steps.extract.mentions import of_a_reaction
from summarizer.steps.units import Unit
from summarizer.types import Assertion, Role

_OPENING = {
    "en": re.compile(
        r"\b(?:here|in|coming|comes?|came|presents?|presenting|visit|seen|see "
        r"you|brings? you)\b.{0,25}\b(?:for|with|because|about|"
        r"regarding|after)\b(.*)|\b(?:complain\w* of|concern(?:s|ed)? about|having|"
        r"have|had|got|been dealing with|noticed)\b(.*)",
        re.I,
    ),
    "fr": re.compile(
        r"\b(?:viens|vient|venue?|venez|consulte|appelle|appelez|amène|amenez|"
        r"vois|revoit|là)\b.{0,25}\b(?:pour|parce que|car|à cause)\b(.*)|"
        r"\b(?:j'ai|il a|elle a|je suis|ça fait|souffre)\b(.*)",
        re.I,
    ),
}
_ROUTINE = {
    "en": (
        (
            r"\bannual (?:exam|physical|check-?up|visit|wellness)|\byearly (?:physical|"
            r"exam|check-?up)|\bwellness (?:visit|exam)",
            "annual exam",
        ),
        (r"\b(?:post[- ]?op(?:erative)?|after (?:your|my|the) surgery)", "post-operative visit"),
        (r"\bfollow[- ]?up\b", "follow-up"),
        (r"\bwell[- ]child|\bcheck-?up\b", "check-up"),
        (r"\bmedication refill\b|\brefills?\b", "medication refill"),
    ),
    "fr": (
        (
            r"\bpost[- ]?op(?:ératoire)?\b|\baprès (?:votre|mon|l'|l’) ?opération",
            "consultation postopératoire",
        ),
        (r"\brenouvel\w+", "renouvellement d'ordonnance"),
        (r"\b(?:contrôle|suivi)\b", "consultation de suivi"),
        (r"\bvaccin\w*", "vaccination"),
    ),
}


def find_reason(board: Board) -> None:
    """One claim of kind ``reason`` with up to two concepts, or none when nothing says it."""
    head = board.units[: max(14, len(board.units) // 3)]
    if _stated(board, head):
        return
    routine = _routine(board, head[: max(10, len(head) // 2)])
    complaint = _complaint(board, head)
    if routine and not (complaint and complaint[1] <= 1 and routine[0] == "follow-up"):
        board.add("reason", "chief_complaint", routine[0], [routine[1]], form="text")
        board.used.discard(routine[1].index)
    if complaint:
        unit = complaint[0]
        names = []
        for mention, status in unit.mentions:
            if mention.concept.kind in ("symptom", "condition") and _holds(status.assertion):
                if status.experiencer != "patient" or mention.concept.key in names:
                    continue
                board.add(
                    "reason",
                    "chief_complaint",
                    mention.surface,
                    [unit],
                    concept=mention.concept.key,
                    concept_kind=mention.concept.kind,
                    english=mention.concept.english,
                    french=mention.concept.french,
                    side=mention.side,
                    form="concept",
                )
                names.append(mention.concept.key)
                if len(names) == 2:
                    break
        board.used.discard(unit.index)


_PRESENTS = re.compile(
    r"\b(?:presents?|presenting|is here|here|coming in|comes in|come in|came "
    r"in)(?: (?:in|today|here|to the clinic|to clinic))* (?:for|with|because "
    r"of|to) "
    r"((?:an? |her |his |the |your |some |evaluation|follow|management|routine|\w+ ).{4,110})$",
    re.I,
)


def _stated(board: Board, head: list[Unit]) -> bool:
    """``... who presents today for her annual exam``: the clinician's own words."""
    if board.language != "en":
        return False
    for unit in head:
        match = _PRESENTS.search(unit.clean)
        if unit.role is not Role.CLINICIAN or unit.question or not match:
            continue
        said = re.split(r"\b(?:so|and i|how are|what|i'd|let)\b|\.", match[1])[0].strip(" ,")
        turned = third_person(said, board.english, speaker="clinician")
        if turned and 1 <= len(turned.split()) <= 16:
            turned = re.sub(r"^(?:an?|her|his|their|the)\s+", "", turned)
            board.add("reason", "chief_complaint", turned, [unit], form="text")
            board.used.discard(unit.index)
            return True
    return False


def _holds(assertion: Assertion) -> bool:
    return assertion in (Assertion.AFFIRMED, Assertion.UNCERTAIN)


def _routine(board: Board, head: list[Unit]) -> tuple[str, Unit] | None:
    for unit in head:
        for pattern, name in _ROUTINE[board.language]:
            if re.search(pattern, unit.raw, re.I):
                return name, unit
    return None


def _times(board: Board, key: str) -> int:
    """How often the visit comes back to a concept, up to ten."""
    return min(10, sum(m.concept.key == key for unit in board.units for m, _ in unit.mentions))


def _complaint(board: Board, head: list[Unit]) -> tuple[Unit, int] | None:
    """The earliest unit that brings a complaint: an opening phrase wins over a mere mention."""
    best: tuple[float, int, Unit] | None = None
    for unit in head:
        opening = _OPENING[board.language].search(unit.raw)
        if unit.question and not (opening and opening[1]):
            continue
        held = [
            mention
            for mention, status in unit.mentions
            if mention.concept.kind in ("symptom", "condition")
            and _holds(status.assertion)
            and status.experiencer == "patient"
        ]
        if not held or of_a_reaction(board, unit):
            continue
        weight = 1.0 if opening else 0.0
        weight += (
            0.6 if any(m.concept.kind == "symptom" and m.concept.key != "pain" for m in held) else 0
        )
        weight += 0.3 if unit.role in (Role.PATIENT, Role.CAREGIVER) else 0.0
        weight -= unit.index / max(12, len(head))
        weight += 0.08 * max(_times(board, m.concept.key) for m in held)
        if best is None or weight > best[0]:
            best = (weight, unit.index, unit)
    return (best[2], best[1]) if best else None
