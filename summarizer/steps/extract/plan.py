"""What will be done: orders, medicines, instructions and follow-up, each under its problem."""

import re

from summarizer.language import person_en, person_fr
from summarizer.language.lexicon import Mention
from summarizer.language.quantities import doses, frequency
from summarizer.steps.extract.board import Board
from summarizer.steps.extract.imperative import imperative_en, imperative_fr
from summarizer.steps.units import Unit
from summarizer.types import Assertion, Evidence, Role

_HEADER = {
    "en": re.compile(
        r"(?:(?:^|\b)(?:for|so for|as for|with|regarding|concerning|about)(?: (?:your|the|his|her|my|that))? (?:(?:first|second|third|fourth|fifth|next|last|other|final) (?:problem|issue|diagnosis|concern|one|thing)s?\b[ ,]*(?:of|is|the|your|with|being)*[ ,]*)?|"
        r"\bfrom (?:a|an|your|the) |\bin terms of (?:your |the )?|\bas far as (?:your |the )?|\bwith (?:regards?|respect) to (?:your |the )?|\bwhen it comes to (?:your |the )?|"
        r"\b(?:your )?(?:first|second|third|next|last) (?:problem|issue|diagnosis)[ ,]*(?:is|of)?[ ,]*)",
        re.I,
    ),
    "fr": re.compile(
        r"(?:\b(?:pour|concernant|par rapport à|en ce qui concerne|au sujet de|côté|sur le plan|s'agissant de)\s*(?:votre|vos|le|la|les|l'|du|de la|des|ce|cette)?\s*)",
        re.I,
    ),
}
_DIAGNOSIS = {
    "en": re.compile(
        r"\b(?:consistent with|you (?:do )?have (?:a |an |some )?|i think (?:that )?(?:you|this|it|that)|looks like|sounds like|most likely|likely|diagnos\w+|suggest\w*|"
        r"concern\w* for|indicat\w+|due to|caused by|suspect\w*|this is|it's|what you have)\b",
        re.I,
    ),
    "fr": re.compile(
        r"\b(?:vous avez|c'est|il s'agit|ça (?:ressemble|fait penser)|je pense|probablement|compatible|évoque\w*|diagnostic|en faveur|vous faites|on est sur)\b",
        re.I,
    ),
}
_META = {
    "en": re.compile(
        r"\b(?:dragon|dax|physical exam|examine|take a (?:quick )?look|talk (?:a little|about)|go over|listen to|check out your|check you out|discuss my|look at (?:some of|your (?:results|x|mri|labs))|"
        r"questions?|finalize the note|let you know what|any concerns|show me|get (?:you )?(?:checked out|discharged)|see what|be right back|ask you|tell me|"
        r"make sense|sound good|how does that|thank|my assistant|pull (?:on|up)|lay you|move your|twist|feel (?:your|around)|press on|glad|nice to|great to)\b",
        re.I,
    ),
    "fr": re.compile(
        r"\b(?:examiner|ausculter|regarder (?:ça|votre)|écouter|prendre (?:la|votre) tension|parler|questions?|voir ensemble|poser|noter|merci|allongez|imprimer|carte)\b",
        re.I,
    ),
}
_RETURN = {
    "en": re.compile(
        r"\b(?:follow[- ]?up|see you (?:back|again|in)|come back|return|back (?:here )?in|recheck)\b",
        re.I,
    ),
    "fr": re.compile(
        r"\b(?:revo(?:ir|is|it)|rendez-vous|reven(?:ir|ez)|contrôle dans|consultation dans)\b", re.I
    ),
}


def from_plan(board: Board) -> None:
    """Diagnosis, plan and instruction claims from the clinician's words, by problem in order."""
    problem: dict[str, str] = {}
    for unit in board.units:
        if unit.role not in (Role.CLINICIAN, Role.UNKNOWN) or unit.section not in (
            "plan",
            "pmh",
            "hpi",
            "medications",
        ):
            if unit.section not in ("results", "exam", "social") or unit.role is not Role.CLINICIAN:
                continue
        if unit.section != "plan" and not problem:
            continue
        if unit.section in ("exam", "results") and unit.index in board.used:
            continue
        headed = _header(board, unit)
        if headed:
            mention, rest = headed
            problem = _named(mention)
            diagnosed = _problem(board, unit, mention, problem)
            board.used.discard(unit.index)
            text = rest
        else:
            text = unit.clean
            diagnosed = _diagnosed(board, unit)
            if diagnosed:
                problem = diagnosed
        if (
            unit.question
            and not headed
            and not re.match(r"(?:why don't|how about)", unit.clean, re.I)
        ):
            continue
        if text and not _META[board.language].search(text):
            for part in _parts(text, board):
                _item(board, unit, part, problem)


def _parts(text: str, board: Board) -> list[str]:
    """Two orders in one breath are two items."""
    joiner = (
        r",?\s+and (?:then )?(?=(?:i|we)(?:'m|'ll|'re|'d| want| am| will| are| would| recommend)\b|(?:let's)\b)"
        if board.language == "en"
        else r",?\s+et (?:puis )?(?=(?:je (?:vais|vous)|on (?:va|se)|vous (?:prenez|allez|prendrez))\b)"
    )
    return [part for part in re.split(joiner, text, flags=re.I) if part.strip()]


def _named(mention: Mention) -> dict[str, str]:
    return {
        "problem": mention.concept.key,
        "problem_en": mention.concept.english,
        "problem_fr": mention.concept.french,
        "problem_side": mention.side,
        "problem_said": mention.surface,
    }


def _header(board: Board, unit: Unit) -> tuple[Mention, str] | None:
    """The problem that a unit turns to, and what it says after naming it."""
    spoken = unit.clean
    match = _HEADER[board.language].search(spoken)
    if not match or match.start() > 40:
        return None
    for mention, _ in unit.mentions:
        if mention.concept.kind not in ("condition", "symptom"):
            continue
        place = spoken.lower().find(mention.surface.lower())
        gap = spoken[match.end() : place] if place >= 0 else ""
        if place >= match.end() and len(gap.split()) <= 5:
            rest = spoken[place + len(mention.surface) :]
            rest = re.sub(
                r"^(?:\s+(?:standpoint|perspective|problem|issue|itself|point of view))?(?:\s*,|\s+(?=\w))\s*",
                "",
                rest,
            ).strip(" ,")
            # further problems named in the same breath: "your reflux and your nausea and vomiting"
            while tail := re.match(r"^(?:and|,|or|et|ou)\s+(?:your |the |votre |vos )?", rest):
                more = [
                    m
                    for m, _ in unit.mentions
                    if rest[tail.end() :].lower().startswith(m.surface.lower())
                ]
                if not more:
                    break
                rest = rest[tail.end() + len(more[0].surface) :].strip(" ,")
            return mention, rest
    return None


def _problem(board: Board, unit: Unit, mention: Mention, problem: dict[str, str]) -> dict[str, str]:
    known = [
        c
        for c in board.claims
        if c.kind == "diagnosis" and c.attributes.get("problem") == problem["problem"]
    ]
    if not known:
        board.add(
            "diagnosis", "assessment", mention.surface, [unit], form="problem",
            concept=mention.concept.key, concept_kind=mention.concept.kind, english=mention.concept.english,
            french=mention.concept.french, side=mention.side, at=str(unit.start), **problem,
        )  # fmt: skip
    return problem


def _diagnosed(board: Board, unit: Unit) -> dict[str, str] | None:
    """A condition that the clinician concludes on, without announcing a problem."""
    if unit.section != "plan" and not any(
        s.assertion is Assertion.UNCERTAIN for _, s in unit.mentions
    ):
        return None
    if unit.question or not _DIAGNOSIS[board.language].search(unit.raw):
        return None
    for mention, status in unit.mentions:
        if mention.concept.kind != "condition" or status.experiencer != "patient":
            continue
        if status.assertion not in (Assertion.AFFIRMED, Assertion.UNCERTAIN):
            continue
        problem = _named(mention)
        known = [
            c
            for c in board.claims
            if c.kind == "diagnosis" and c.attributes.get("problem") == problem["problem"]
        ]
        if not known:
            board.add(
                "diagnosis", "assessment", mention.surface, [unit], assertion=status.assertion, form="problem",
                concept=mention.concept.key, concept_kind="condition", english=mention.concept.english,
                french=mention.concept.french, side=mention.side, at=str(unit.start), **problem,
            )  # fmt: skip
            board.used.discard(unit.index)
        return problem
    return None


def _naming(board: Board, problem: dict[str, str]) -> tuple[Evidence, ...]:
    """The words that named the problem an order stands under."""
    for claim in board.claims:
        if claim.attributes.get("form") == "problem" and claim.attributes.get(
            "problem"
        ) == problem.get("problem"):
            return claim.evidence
    return ()


def _item(board: Board, unit: Unit, text: str, problem: dict[str, str]) -> None:
    medicine = next(
        (
            m
            for m, _ in unit.mentions
            if m.concept.kind == "medication" and m.surface.lower() in text.lower()
        ),
        None,
    )
    extra: dict[str, str] = {}
    if medicine:
        amounts = doses(text)
        extra = {
            "concept": medicine.concept.key,
            "concept_kind": "medication",
            "english": medicine.concept.english,
            "french": medicine.concept.french,
            "surface": medicine.surface,
            "dose": f"{amounts[0][2]} {amounts[0][3]}" if len(amounts) == 1 else "",
            "frequency": frequency(text, board.language),
        }
    ordered = (
        imperative_en(text, board.english)
        if board.language == "en"
        else imperative_fr(text, board.french)
    )
    if ordered:
        order, verb, to_patient = ordered
        board.add(
            "instruction" if to_patient else "plan",
            "followup" if _RETURN[board.language].search(order) else "plan",
            order, [unit], evidence=_naming(board, problem), form="order", verb=verb,
            score=0.6 + unit.score, at=str(unit.start), **problem, **extra,
        )  # fmt: skip
        return
    if len(text.split()) < 4 or not (
        problem or unit.has("condition", "symptom", "medication", "test")
    ):
        return
    thought = _reasoning(text, board)
    if thought and unit.score > 0.1:
        board.add(
            "diagnosis", "assessment", thought, [unit], form="reasoning", score=unit.score, at=str(unit.start), **problem,
        )  # fmt: skip


_OPINION = {
    "en": re.compile(r"^(?:(?:i|we) (?:do )?(?:think|believe|feel)(?: like)?(?: that)?|it (?:looks|sounds|seems)(?: like| that)?|i(?:'m| am) (?:thinking|pretty sure|confident)(?: that)?|my (?:impression|thought) is(?: that)?)\s+", re.I),
    "fr": re.compile(r"^(?:je (?:pense|crois)|à mon avis|il (?:me )?semble|j'ai l'impression)(?: qu(?:e |')|,? )", re.I),
}  # fmt: skip


def _reasoning(text: str, board: Board) -> str | None:
    """A statement about the problem; an opinion stays marked as one."""
    opinion = _OPINION[board.language].match(text)
    rest = text[opinion.end() :] if opinion else text
    if re.match(r"(?:if|so that|that's|thank|good|great|si|c'est bien)\b", rest, re.I):
        return None
    if board.language == "en":
        turned = person_en.third_person(rest, board.english, speaker="clinician")
        hedged = re.search(
            r"\b(?:may|might|likely|probably|possibl\w+|could|suspect\w*)\b", rest, re.I
        )
    else:
        turned = person_fr.third_person(rest, board.french, speaker="clinician")
        hedged = re.search(
            r"\b(?:peut-être|probable\w*|possible\w*|pourrait|sans doute)\b", rest, re.I
        )
    if not turned or len(turned.split()) < 4:
        return None
    if opinion and not hedged:
        return (
            f"the clinician's impression is that {turned}"
            if board.language == "en"
            else f"impression clinique : {turned}"
        )
    return turned
