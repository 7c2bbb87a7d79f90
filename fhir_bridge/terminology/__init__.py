"""Terminology: code systems, value sets and concept maps, as the record's other rooms ask for it.

An `organization_id` says whose stored definitions count beside R4's own; None: R4 alone. The
operations of the REST API are in fhir_bridge.operations.

Source: https://hl7.org/fhir/R4/terminology-service.html
"""

from fhir_bridge.concepts import CodeSystem
from fhir_bridge.outcomes import Invalid, Issue
from fhir_bridge.terminology.filters import refused
from fhir_bridge.terminology.sources import Sources
from fhir_bridge.terminology.valuesets import Evaluator, Member, Unknown, Versions

__all__ = [
    "Evaluator",
    "Member",
    "Sources",
    "Unknown",
    "Versions",
    "codes_above",
    "codes_below",
    "codes_of",
    "is_member",
    "refused",
]


def codes_of(organization_id: int | None, value_set: str, *, most: int) -> list[tuple[str, str]]:
    """The (system, code) pairs of a value set, by its canonical.

    Raises Invalid: `not-found` (no such value set, or a code system that is not held here),
    `too-costly` (it has no end, or more than `most` codes), or what its definition does wrong.
    """
    evaluator = Evaluator(Sources(organization_id))
    found = evaluator.value_set(value_set)
    if found is None:
        raise Invalid([Issue("not-found", "This server holds no such value set")])
    codes = []
    for member in evaluator.members(found):
        codes.append(member.key)
        if len(codes) > most:
            raise refused("too-costly", f"The value set has more than {most} codes")
    return codes


def is_member(organization_id: int | None, value_set: str, system: str, code: str) -> bool | None:
    """Whether a code is in a value set; None when that cannot be known here. `system` "": any.

    Raises Invalid as `codes_of`, except for what is only too long to list.
    """
    evaluator = Evaluator(Sources(organization_id))
    found = evaluator.value_set(value_set)
    if found is None:
        raise Invalid([Issue("not-found", "This server holds no such value set")])
    answer = evaluator.member(found, system, code)
    return None if isinstance(answer, Unknown) else answer is not None


def codes_below(organization_id: int | None, system: str, code: str) -> list[str]:
    """A code and every code that it subsumes in its code system; [] when it is not known here."""
    return _walked(organization_id, system, code, below=True)


def codes_above(organization_id: int | None, system: str, code: str) -> list[str]:
    """A code and every code that subsumes it in its code system; [] when it is not known here."""
    return _walked(organization_id, system, code, below=False)


def _walked(organization_id: int | None, system: str, code: str, *, below: bool) -> list[str]:
    found = Evaluator(Sources(organization_id)).system(system)
    concept = found.find(code) if found is not None else None
    if concept is None:
        return []
    if not isinstance(found, CodeSystem):
        return [concept.code]
    others = found.below(concept) if below else found.above(concept)
    return [concept.code, *(each.code for each in found.at(others))]
