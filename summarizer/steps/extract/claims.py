"""The extractors in their order; each reads the units and writes on the board."""

from dataclasses import replace

from summarizer.steps.extract.answers import from_questions
from summarizer.steps.extract.basis import with_basis
from summarizer.steps.extract.board import Board
from summarizer.steps.extract.exam import from_exam
from summarizer.steps.extract.mentions import from_mentions
from summarizer.steps.extract.plain_orders import from_plain_orders
from summarizer.steps.extract.plan import from_plan
from summarizer.steps.extract.reason import find_reason
from summarizer.steps.extract.story import from_story
from summarizer.steps.units import Subject, Unit
from summarizer.types import Assertion, Language, VisitContext


def extract(
    units: list[Unit], language: Language, subject: Subject, context: VisitContext
) -> Board:
    """All claims of the visit's words, in the order of the note and then of the visit."""
    board = Board(units=units, language=language, subject=subject, context=context)
    find_reason(board)
    from_questions(board)
    from_story(board)
    from_mentions(board)
    from_exam(board)
    from_plan(board)
    from_plain_orders(board)
    with_basis(board)
    _pertinent_negatives(board)
    return board


_NEGATIVES = 8


def _pertinent_negatives(board: Board) -> None:
    """What was asked and denied belongs to the story as well as to the review of systems."""
    asked = [c for c in board.claims if c.section == "ros" and c.kind == "symptom"]
    held = {c.attributes.get("concept") for c in asked if c.assertion is not Assertion.DENIED}
    denied = [
        c
        for c in asked
        if c.assertion is Assertion.DENIED and c.attributes.get("concept") not in held
    ]
    for claim in denied[:_NEGATIVES]:
        board.claims.append(
            replace(
                claim,
                section="hpi",
                attributes={**claim.attributes, "form": "negative", "concept_kind": "symptom"},
            )
        )
