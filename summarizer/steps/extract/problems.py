"""Which problem the clinician speaks of: announced (``for your gout``) or concluded on."""

import re

from summarizer.language.lexicon import Mention
from summarizer.language.words import words
from summarizer.steps.extract.board import Board
from summarizer.steps.units import Unit
from summarizer.types import Assertion, Evidence

_HEADER = {
    "en": re.compile(
        r"(?:(?:^|\b)(?:(?:so )?for(?! (?:example|instance))|as for|with|regarding|"
        r"concerning|about)(?: (?:your|the|his|her|my|that))? "
        r"(?:(?:first|second|third|fourth|fifth|next|last|other|final) "
        r"(?:problem|issue|diagnosis|concern|one|thing)s?\b[ ,]*"
        r"(?:of|is|the|your|with|being)*[ ,]*)?|"
        r"\bfrom (?:a|an|your|the) |\bin terms of (?:your |the )?|\bas far as "
        r"(?:your |the )?|\bwith (?:regards?|respect) to (?:your |the )?|\bwhen "
        r"it comes to (?:your |the )?|"
        r"\b(?:your )?(?:first|second|third|next|last) (?:problem|issue|diagnosis)"
        r"[ ,]*(?:is|of)?[ ,]*)",
        re.I,
    ),
    "fr": re.compile(
        r"(?:\b(?:pour|concernant|par rapport à|en ce qui concerne|au sujet de|"
        r"côté|sur le plan|s'agissant de)\s*(?:votre|vos|le|la|les|l'|du|de la|"
        r"des|ce|cette)?\s*)",
        re.I,
    ),
}


_DIAGNOSIS = {
    "en": re.compile(
        r"\b(?:consistent with|you (?:do )?have (?!\w+ed\b|had\b|been\b|done\b|taken\b)"
        r"(?:a |an |some )?|i think (?:that "
        r")?(?:you|this|it|that)|looks like|sounds like|most likely|likely|diagnos\w+|"
        r"suggest\w*|"
        r"concern\w* for|indicat\w+|due to|caused by|suspect\w*|this is|it's|what you have)\b",
        re.I,
    ),
    "fr": re.compile(
        r"\b(?:vous avez|c'est|il s'agit|ça (?:ressemble|fait penser)|je pense|"
        r"probablement|compatible|évoque\w*|diagnostic|en faveur|vous faites|on "
        r"est sur)\b",
        re.I,
    ),
}


_NOT_PART = words(
    "a an the your my his her of have has had with is be may some this that for and or do you "
    "think like likely probably possible most to it it's any as are was were from in on so mild "
    "also just little bit called what term terms problem first second third next last other "
    "regarding about issue being newly diagnosed acute i said known early signs history still "
    "having got see sees seen if not no very really where we call these"
)


def _said(board: Board, unit: Unit, mention: Mention) -> str:
    """A condition in the clinician's fuller words: ``medial collateral ligament strain``."""
    if board.language != "en" or mention.concept.kind != "condition":
        return ""
    place = unit.clean.lower().find(mention.surface.lower())
    if place < 0:
        return ""
    words: list[str] = []
    for word in reversed(unit.clean[:place].split()):
        if (
            len(words) == 4
            or not word.isalpha()
            or word.lower() in _NOT_PART
            or word.lower().endswith("ly")
        ):
            break
        words.insert(0, word)
    return " ".join([*words, unit.clean[place : place + len(mention.surface)]])


def named(mention: Mention) -> dict[str, str]:
    return {
        "problem": mention.concept.key,
        "problem_en": mention.concept.english,
        "problem_fr": mention.concept.french,
        "problem_side": mention.side,
        "problem_said": mention.surface,
    }


def announced(board: Board, unit: Unit) -> tuple[Mention, str] | None:
    """The problem that a unit turns to, and what it says after naming it."""
    spoken = unit.clean
    match = _HEADER[board.language].search(spoken)
    if not match or match.start() > 40:
        return None
    for mention, _ in unit.mentions:
        if mention.concept.kind not in ("condition", "symptom") or mention.concept.key == "pain":
            continue
        if mention.concept.kind == "symptom" and match.start() > 8:
            continue  # "to help with the swelling" turns to no new problem
        place = spoken.lower().find(mention.surface.lower())
        gap = spoken[match.end() : place] if place >= 0 else ""
        if place >= match.end() and len(gap.split()) <= 5:
            rest = spoken[place + len(mention.surface) :]
            rest = re.sub(
                r"^(?:\s+(?:(?:surgery|removal|repair|replacement) )?(?:standpoint|perspective|"
                r"problem|issue|itself|point of view)"
                r"(?: and (?:your |the )?[\w ]{3,25}?(?=,))?)?(?:\s*,|\s+(?=\w))\s*",
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


def stand(board: Board, unit: Unit, mention: Mention, problem: dict[str, str]) -> dict[str, str]:
    known = [
        c
        for c in board.claims
        if c.kind == "diagnosis" and c.attributes.get("problem") == problem["problem"]
    ]
    if not known:
        board.add(
            "diagnosis",
            "assessment",
            mention.surface,
            [unit],
            form="problem",
            concept=mention.concept.key,
            concept_kind=mention.concept.kind,
            english=mention.concept.english,
            french=mention.concept.french,
            side=mention.side,
            at=str(unit.start),
            said=_said(board, unit, mention),
            typed=problem,
        )
    return problem


def concluded(board: Board, unit: Unit) -> dict[str, str] | None:
    """A condition that the clinician concludes on, without announcing a problem."""
    doubtful = any(s.assertion is Assertion.UNCERTAIN for _, s in unit.mentions)
    if unit.section != "plan" and unit.phase == "story" and not doubtful:
        return None
    if unit.question or not _DIAGNOSIS[board.language].search(unit.raw):
        return None
    for mention, status in unit.mentions:
        if mention.concept.kind != "condition" or status.experiencer != "patient":
            continue
        if status.assertion not in (Assertion.AFFIRMED, Assertion.UNCERTAIN):
            continue
        problem = named(mention)
        known = [
            c
            for c in board.claims
            if c.kind == "diagnosis" and c.attributes.get("problem") == problem["problem"]
        ]
        if not known:
            board.add(
                "diagnosis",
                "assessment",
                mention.surface,
                [unit],
                assertion=_held(status.assertion, unit, mention),
                form="problem",
                concept=mention.concept.key,
                concept_kind="condition",
                english=mention.concept.english,
                french=mention.concept.french,
                side=mention.side,
                at=str(unit.start),
                said=_said(board, unit, mention),
                typed=problem,
            )
            board.used.discard(unit.index)
        return problem
    return None


_STATED = re.compile(
    r"\b(?:you do have|(?:the|your|my) diagnosis (?:is|would be))"
    r"(?: (?!which|that (?:is|we|i|you)|what|we|concern)[\w'-]+){0,5} ?$",
    re.I,
)
_HEDGED = re.compile(r"\b(?:may|might|could|likely|probabl\w+|possibl\w+|suspect\w*)\b", re.I)


def _held(assertion: Assertion, unit: Unit, mention: Mention) -> Assertion:
    """``i think you do have copd`` is the clinician's diagnosis, for all its "I think"."""
    place = unit.clean.lower().find(mention.surface.lower())
    if place > 0 and _STATED.search(unit.clean[:place]) and not _HEDGED.search(unit.clean):
        return Assertion.AFFIRMED
    return assertion


def naming(board: Board, problem: dict[str, str]) -> tuple[Evidence, ...]:
    """The words that named the problem an order stands under."""
    for claim in board.claims:
        if claim.attributes.get("form") == "problem" and claim.attributes.get(
            "problem"
        ) == problem.get("problem"):
            return claim.evidence
    return ()
