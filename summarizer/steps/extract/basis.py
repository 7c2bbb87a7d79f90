"""The figure that a problem of the assessment rests on: a hemoglobin A1c under diabetes, a blood
pressure under hypertension.

A problem-oriented assessment says why. Where the clinician's words under a problem give no figure,
the measurement that follows that disease stands there, from the same evidence as in the results.
The pairs are those of monitoring in common practice (ADA Standards of Care; ACC/AHA guidelines on
blood pressure, heart failure and cholesterol).
"""

from dataclasses import replace

from summarizer.steps.extract.board import Board
from summarizer.types import Claim

_FOLLOWED_BY: dict[str, tuple[str, ...]] = {
    "diabetes": ("a1c", "glucose"),
    "diabetes_1": ("a1c", "glucose"),
    "diabetes_2": ("a1c", "glucose"),
    "prediabetes": ("a1c", "glucose"),
    "hypertension": ("bp",),
    "anemia": ("hemoglobin",),
    "chf": ("ef",),
    "hyperlipidemia": ("ldl", "cholesterol"),
    "hypothyroidism": ("tsh",),
    "ckd": ("gfr", "creatinine"),
    "kidney_disease": ("gfr", "creatinine"),
}


def with_basis(board: Board) -> None:
    """Under each problem without a figure of its own, the one that its disease is followed by."""
    problems = [c for c in board.claims if c.attributes.get("form") == "problem"]
    for problem in problems:
        key = problem.attributes.get("problem", "")
        figure = _figure(board, _FOLLOWED_BY.get(key, ()))
        if figure is None or any(
            figure.attributes["value"] in said.text
            for said in board.claims
            if said.attributes.get("form") == "reasoning" and said.attributes.get("problem") == key
        ):
            continue
        board.claims.append(
            replace(
                figure,
                section="assessment",
                attributes={**figure.attributes, "problem": key},
            )
        )


def _figure(board: Board, measures: tuple[str, ...]) -> Claim | None:
    """The last value said of the first of ``measures`` that was measured at all."""
    for measure in measures:
        values = [c for c in board.claims if c.attributes.get("measure") == measure]
        if values:
            return values[-1]
    return None
