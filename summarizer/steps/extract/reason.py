"""Why the patient came: the words of the opening, or the first complaint."""

import re
from datetime import date

from summarizer.language.assertion import Status
from summarizer.language.lexicon import Mention, lexicon
from summarizer.language.person_en import third_person
from summarizer.language.text import joined, listed
from summarizer.steps.extract.board import Board
from summarizer.steps.extract.mentions import of_a_reaction
from summarizer.steps.extract.opening import RIGHT_SIDE, concern, heard_before, placed
from summarizer.steps.record import evidence_of
from summarizer.steps.units import Unit
from summarizer.steps.write.phrases import SIDES
from summarizer.types import Assertion, Claim, Evidence, Language, Role

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
    """Claims of kind ``reason``: the complaint with up to two concepts, and the story's opening
    sentence; none when nothing says it."""
    _find(board)
    found = [claim for claim in board.claims if claim.kind == "reason"]
    if found:
        _presenting(board, found)


_SEXES = {
    "female": ("female", "female"),
    "male": ("male", "male"),
}
_A = re.compile(
    r"(?:annual|post|check|med|well|follow-up (?:visit|appointment))|"
    r".*\b(?:injury|bite|ulcer|lump|rash|fracture|sprain|strain|wound|mass|cyst|level)$",
    re.I,
)


# "I was having chest pains when I called": what the visit is for, and perhaps gone.
_WAS = re.compile(r"\b(?:i|he|she|they) (?:was|were|had|did have|had been)\b", re.I)


def _presenting(board: Board, found: list[Claim]) -> None:
    """``presents today with left knee pain``, with the age that the record knows."""
    concepts = [c for c in found if c.attributes.get("form") == "concept"]
    if concepts:
        named = listed([_sided(c, "en") for c in concepts], "en")
        said = " ".join(getattr(e, "quote", "") for c in concepts for e in c.evidence)
        came = "for" if _WAS.search(said) else "with"
        english = f"{came} {'a ' if _A.match(named) else ''}{named}"
        french = "pour " + listed([_sided(c, "fr") for c in concepts], "fr")
    else:
        said = found[0].text
        article = ("an " if said[:1].lower() in "aeiou" else "a ") if _A.match(said) else ""
        english = french = ("for " if board.language == "en" else "pour ") + article + said
        if board.language == "fr":
            french = f"pour {said}"
    age, facts = _age(board)
    sex = _SEXES.get(board.context.patient.gender, ("", ""))[0]
    aged = {
        "english": f"{'an' if str(age)[0] == '8' or age in (11, 18) else 'a'} {age}-year-old {sex}",
        "french": f"{age} ans",
    }
    board.claims.append(
        Claim(
            kind="reason",
            section="hpi",
            text=english if board.language == "en" else french,
            evidence=tuple(
                dict.fromkeys((*(e for c in found for e in c.evidence), *(facts if sex else ())))
            ),
            attributes={
                "form": "presenting",
                "reason_en": english,
                "reason_fr": french,
                "concepts": " ".join(
                    f"{c.attributes['english']} {c.attributes['french']}" for c in concepts
                ),
                "language": board.language,
                **(aged if age > 1 and sex and facts else {}),
            },
        )
    )


def _sided(claim: Claim, language: Language) -> str:
    shown = claim.attributes["french" if language == "fr" else "english"]
    side = claim.attributes.get("side", "")
    if not side:
        return shown
    return (
        f"{shown} {SIDES[side][language]}"
        if language == "fr"
        else f"{SIDES[side][language]} {shown}"
    )


def _age(board: Board) -> tuple[int, tuple[Evidence, ...]]:
    """Full years on the visit's day, with the record's elements; 0 when not known."""
    facts = tuple(evidence_of(f) for f in board.context.facts if f.kind == "patient" and f.text)
    try:
        born = date.fromisoformat(board.context.patient.birth_date[:10])
        today = date.fromisoformat(board.context.visit_date[:10])
    except ValueError:
        return 0, ()
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day)), facts


def _find(board: Board) -> None:
    head = board.units[: max(14, len(board.units) // 3)]
    head = _corrected(board, head)
    if _stated(board, head) or _booked(board) or heard_before(board):
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
                mention, said = placed(board, mention, unit)
                if mention.concept.key in names:
                    continue
                concern(board, mention, said)
                names.append(mention.concept.key)
                if len(names) == 2:
                    break
        board.used.discard(unit.index)


_OTHER_SIDE = {
    "en": re.compile(r"\b(?:not|isn't) (?:the|my) (right|left)\b", re.I),
    "fr": re.compile(r"\bpas (?:le |la |à |au |du )(droite?|gauche)\b", re.I),
}


def _corrected(board: Board, head: list[Unit]) -> list[Unit]:
    """Without the sentences whose side the patient puts right: ``it's not the right knee``."""
    denied = {
        match[1].lower()
        for unit in head
        if unit.role in (Role.PATIENT, Role.CAREGIVER)
        for match in _OTHER_SIDE[board.language].finditer(joined(unit.raw))
    }
    if board.language == "en":
        denied |= {
            {"left": "right", "right": "left"}[match["side"].lower()]
            for unit in head
            if unit.role in (Role.PATIENT, Role.CAREGIVER)
            and (match := RIGHT_SIDE.match(joined(unit.raw)))
            and match["no"]
        }
    if not denied:
        return head
    wrong = re.compile(rf"\b(?:{'|'.join(sorted(denied))})\b", re.I)
    correction = _OTHER_SIDE[board.language]
    return [u for u in head if not wrong.search(u.raw) or correction.search(joined(u.raw))]


_BOOKED = 3


def _booked(board: Board) -> bool:
    """What the visit was booked for, as far as the words take it up: they are the evidence."""
    wanted = [
        mention.concept
        for language in ("en", "fr")
        for mention in lexicon(language).find(board.context.reason)
        if mention.concept.kind in ("symptom", "condition")
    ]
    wanted = list({concept.key: concept for concept in wanted}.values())[:_BOOKED]
    found = False
    for concept in wanted:
        for unit in board.units:
            mention = next((m for m, s in unit.mentions if _taken_up(m, s, concept.key)), None)
            if mention and not unit.question:
                concern(board, mention, [unit])
                found = True
                break
    return found


def _taken_up(mention: Mention, status: Status, key: str) -> bool:
    return (
        mention.concept.key == key
        and status.experiencer == "patient"
        and status.assertion is not Assertion.DENIED
        and status.assertion is not Assertion.HYPOTHETICAL
    )


_PRESENTS = re.compile(
    r"\b(?:presents?|presenting|is here|here|coming in|comes in|come in|came "
    r"in)(?: (?:in|today|here|to the clinic|to clinic))* (?:for|with|because "
    r"of|to) "
    r"((?:an? |her |his |the |your |some |evaluation|follow|management|routine|\w+ |"
    r"\w{4,}$).{0,240})$",
    re.I,
)


# What follows the reason in the same breath: "follow-up of her asthma she was diagnosed in may".
_CLAUSE = re.compile(
    r"\b(?:so|and i|how are|what|i'd|let)\b|\b(?:he|she|they) (?:is|was|has|had)\b|\bnow\b|\.(?!\d)"
)


def _stated(board: Board, head: list[Unit]) -> bool:
    """``... who presents today for her annual exam``: the clinician's own words."""
    if board.language != "en":
        return False
    for unit in head:
        match = _PRESENTS.search(unit.clean)
        if unit.role is not Role.CLINICIAN or unit.question or not match:
            continue
        said = _CLAUSE.split(match[1])[0].strip(" ,")
        turned = third_person(said, board.english, speaker="clinician")
        if turned and 1 <= len(turned.split()) <= 16:
            turned = re.sub(r"^(?:an?|her|his|their|the|some|the patient's)\s+", "", turned)
            turned = re.sub(r"\b(for|with) some\b", r"\1", turned)
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
    """The earliest unit that brings a complaint: an opening phrase wins over a mere mention, and
    bare ``pain`` is taken only where nothing says more."""
    return _earliest(board, head, bare=False) or _earliest(board, head, bare=True)


# What answers a screen for symptoms, is over, or has no lasting part in the visit.
_BESIDE = {
    "en": re.compile(
        r"^\W*no\b|\bthe other day\b|\b(?:used to|a while ago|back in|years? ago)\b|"
        r"\b(?:stud(?:y|ies)|trial)\b|\bsad to\b",
        re.I,
    ),
    "fr": re.compile(r"^\W*non\b|\bl'autre jour\b|\bil y a (?:des|plusieurs|\w+) ans\b", re.I),
}


def _earliest(board: Board, head: list[Unit], *, bare: bool) -> tuple[Unit, int] | None:
    best: tuple[float, int, Unit] | None = None
    for unit in head:
        opening = _OPENING[board.language].search(unit.raw)
        if unit.question and not (opening and opening[1]):
            continue
        held = [
            placed(board, mention, unit)[0]
            for mention, status in unit.mentions
            if mention.concept.kind in ("symptom", "condition")
            and _holds(status.assertion)
            and status.experiencer == "patient"
        ]
        held = [mention for mention in held if bare or mention.concept.key != "pain"]
        if not held or of_a_reaction(board, unit) or _BESIDE[board.language].search(unit.raw):
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
