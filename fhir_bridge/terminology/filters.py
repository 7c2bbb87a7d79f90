"""ValueSet.compose.include.filter: which concepts of a code system a filter selects.

Sources: https://hl7.org/fhir/R4/valueset.html#compositions,
https://hl7.org/fhir/R4/codesystem.html#properties
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import jsonschema_rs

from fhir_bridge.concepts import CodeSystem, Concept
from fhir_bridge.outcomes import Invalid, Issue

_HIERARCHY = frozenset(["is-a", "descendent-of", "is-not-a", "generalizes"])
_OPERATORS = _HIERARCHY | {"=", "regex", "in", "not-in", "exists"}
_STANDARD = frozenset(
    (
        *("concept", "code", "display", "definition", "designation", "status", "inactive"),
        *("notSelectable", "abstract", "parent", "child", "ancestor", "descendant"),
    )
)
_LONGEST_PATTERN = 1_000

Test = Callable[[Concept], bool]


def refused(code: str, diagnostics: str, expression: str = "ValueSet.compose") -> Invalid:
    """A value set that cannot be evaluated, as an error of the content (422)."""
    return Invalid([Issue(code, diagnostics, expression)], status=422)


def test_of(system: CodeSystem, rule: Mapping[str, Any]) -> Test:
    """Whether a concept passes a filter. Raises Invalid: the filter makes no sense here."""
    name, operator, value = _read(system, rule)
    if operator in _HIERARCHY:
        return _hierarchy_test(system, operator, value)
    values = _values_of(system, name)
    match operator:
        case "=":
            return lambda concept: value in values(concept)
        case "in" | "not-in":
            wanted = {each.strip() for each in value.split(",")}
            if operator == "in":
                return lambda concept: not wanted.isdisjoint(values(concept))
            return lambda concept: wanted.isdisjoint(values(concept))
        case "exists":
            return lambda concept: bool(values(concept)) is (value == "true")
    pattern = _pattern(value)
    return lambda concept: any(pattern.is_valid(each) for each in values(concept))


def positions_of(system: CodeSystem, rule: Mapping[str, Any]) -> set[int] | None:
    """The positions of all concepts that a filter on the hierarchy selects; None for filters
    that have to look at each concept. Raises Invalid."""
    _, operator, value = _read(system, rule)
    if operator not in ("is-a", "descendent-of", "generalizes"):
        return None
    concept = system.find(value)
    if concept is None:
        return set()
    found = system.above(concept) if operator == "generalizes" else system.below(concept)
    return found if operator == "descendent-of" else found | {concept.position}


def _read(system: CodeSystem, rule: Mapping[str, Any]) -> tuple[str, str, str]:
    name, operator, value = (str(rule.get(key, "")) for key in ("property", "op", "value"))
    if operator not in _OPERATORS:
        raise refused("not-supported", "There is no such filter operator")
    declared = {
        each.get("code") for key in ("property", "filter") for each in system.head.get(key, [])
    }
    if name not in _STANDARD and name not in declared:
        raise refused("not-supported", "The code system declares no property of a filter's name")
    return name, operator, value


def _hierarchy_test(system: CodeSystem, operator: str, value: str) -> Test:
    target = system.find(value)
    if target is None:
        # Nothing is below what does not exist; everything is not.
        return lambda concept: operator == "is-not-a"
    place = target.position
    match operator:
        case "is-a":
            return lambda concept: concept.position == place or place in system.above(concept)
        case "descendent-of":
            return lambda concept: place in system.above(concept)
        case "is-not-a":
            return lambda concept: concept.position != place and place not in system.above(concept)
    above = system.above(target)
    return lambda concept: concept.position == place or concept.position in above


def _values_of(system: CodeSystem, name: str) -> Callable[[Concept], list[str]]:
    match name:
        case "concept" | "code":
            return lambda concept: [concept.code]
        case "display":
            return lambda concept: [concept.display] if concept.display else []
        case "definition":
            return lambda concept: [concept.more[name]] if name in concept.more else []
        case "designation":
            return lambda concept: [d.get("value", "") for d in concept.more.get(name, [])]
        case "inactive":
            return lambda concept: [str(concept.inactive).lower()]
        case "notSelectable" | "abstract":
            return lambda concept: [str(concept.abstract).lower()]
        case "parent":
            return lambda concept: [each.code for each in system.parents(concept)]
        case "child":
            return lambda concept: [each.code for each in system.children(concept)]
        case "ancestor":
            return lambda concept: [each.code for each in system.at(system.above(concept))]
        case "descendant":
            return lambda concept: [each.code for each in system.at(system.below(concept))]
    return lambda concept: [
        text
        for each in concept.more.get("property", [])
        if each.get("code") == name
        for text in _texts(each)
    ]


def _texts(each: Mapping[str, Any]) -> list[str]:
    """A property's value as filters write it; of a Coding, its code."""
    value = next((item for key, item in each.items() if key.startswith("value")), None)
    if isinstance(value, dict):
        return [str(value["code"])] if "code" in value else []
    if isinstance(value, bool):
        return [str(value).lower()]
    return [] if value is None else [str(value)]


@lru_cache(maxsize=256)
def _pattern(text: str) -> Any:
    """The whole value has to match. The engine is linear, so no pattern can be slow."""
    if len(text) > _LONGEST_PATTERN:
        raise refused("too-costly", "A filter's regular expression is too long")
    try:
        return jsonschema_rs.Draft4Validator(
            {"pattern": f"^(?:{text})$"}, pattern_options=jsonschema_rs.RegexOptions()
        )
    except ValueError:
        raise refused("value", "A filter's regular expression cannot be read") from None
