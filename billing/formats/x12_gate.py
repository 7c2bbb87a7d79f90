"""Every X12 file is read by another's eyes before it is kept: pyx12 and its map of the guide."""

import io
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pyx12.params import ParamsBase
from pyx12.x12n_document import x12n_document

# pyx12 logs the values that it stumbles over; what a claim holds must not reach our logs.
_logger = logging.getLogger("pyx12")
_logger.addHandler(logging.NullHandler())
_logger.propagate = False


@dataclass(frozen=True, slots=True)
class GateReport:
    """``acknowledgement`` is the 999 (005010X231) as X12; ``faults`` say where, never a value."""

    accepted: bool
    acknowledgement: bytes
    faults: tuple[str, ...]


def x12_check(content: bytes) -> GateReport:
    """Read a file against the map of its transaction set."""
    answer, found = io.StringIO(), io.StringIO()
    parameters = ParamsBase()
    # Its copy of the list of states and provinces is of before 2001: PQ and NF for Quebec and
    # Newfoundland. The scrubber holds them to today's (billing/scrub/patient.py).
    parameters.set("exclude_external_codes", "states")
    accepted = x12n_document(
        parameters, io.StringIO(content.decode("ascii")), answer, None, fd_json=found
    )
    faults = tuple(_faults(json.loads(found.getvalue() or "{}")))
    return GateReport(bool(accepted), answer.getvalue().encode("ascii", "replace"), faults)


def _faults(report: dict[str, Any]) -> Iterator[str]:
    """Places as the 999 names them: "HI 21: 3" (IK304), "DMG 17-02: 8" (IK403)."""
    for interchange in report.get("interchanges", []):
        yield from _codes("ISA", interchange)
        for group in interchange["groups"]:
            yield from _codes("GS", group)
            for transaction in group["transactions"]:
                yield from _codes("ST", transaction)
                for segment in transaction["segments"]:
                    place = f"{segment['seg_id']} {segment['seg_count']}"
                    yield from _codes(place, segment)
                    for element in segment["elements"]:
                        yield from _codes(f"{place}-{element['ele_pos']:02d}", element)


def _codes(place: str, holder: dict[str, Any]) -> Iterator[str]:
    for error in holder["errors"]:
        yield f"{place}: {error['err_cde']}"
