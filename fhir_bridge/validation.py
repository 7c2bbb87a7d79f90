"""Is this JSON a valid R4 resource? The strict structural check that every write passes.

The fast path is one pass of a compiled JSON Schema (schemas.py) per resource and answers yes or no;
only what is refused is looked at again, to say why: an issue per fault with its code, the element
in FHIRPath and a sentence that never repeats the value.

Checked: known types and properties, cardinality, no empty array, object or string, primitive
formats (ids, real calendar dates, codes), integers written as integers, required bindings whose
value set can be listed, one type per choice, types of reference targets, contained resources (not
nested, and every `#id` there), alignment of primitives with their `_` siblings, narratives (which
browsers show: XHTML with content, without code). Whether local references resolve is the store's
question (store/references.py).

Source: https://hl7.org/fhir/R4/json.html, https://hl7.org/fhir/R4/validation.html
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

import jsonschema_rs
import orjson

from fhir_bridge import definitions
from fhir_bridge.documents import Document, Literal
from fhir_bridge.narratives import narrative_fine
from fhir_bridge.outcomes import Invalid, Issue
from fhir_bridge.schemas import PRIMITIVES

# More faults than this help nobody and cost time.
MAX_ISSUES = 50
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_ANY_OF_REQUIRED = frozenset(["required"])


def resource_type(value: Any, at: str = "Resource") -> str:
    """The R4 type of a parsed resource, which lies `at`. Raises Invalid: it names none."""
    name = value.get("resourceType") if isinstance(value, dict) else None
    if not isinstance(name, str):
        raise Invalid([Issue("required", "A resource needs its resourceType", at)])
    if name not in definitions.resource_types():
        raise Invalid([Issue("not-supported", "resourceType is no R4 resource type", at)])
    return name


def validate(document: Document, *, at: str = "") -> None:
    """Raise Invalid with every fault of a resource that lies `at` ("Bundle.entry[2].resource")."""
    issues = list(_faults(document.value, at, document.has_siblings, contained=False))
    if issues:
        raise Invalid(issues[:MAX_ISSUES])


def validate_bundle(value: dict[str, Any]) -> None:
    """Raise Invalid with the faults of a Bundle itself; its entries' resources are not read."""
    issues = list(_own_faults("Bundle", value, "Bundle"))
    if issues:
        raise Invalid(issues[:MAX_ISSUES])


def is_valid(document: Document) -> bool:
    """Whether `validate` would pass."""
    return next(_faults(document.value, "", document.has_siblings, contained=False), None) is None


def _faults(value: Any, at: str, siblings: bool, *, contained: bool) -> Iterator[Issue]:
    try:
        name = resource_type(value, at or "Resource")
    except Invalid as error:
        yield from error.issues
        return
    at = at or name
    yield from _own_faults(name, value, at)
    if siblings:
        yield from _alignment(value, at)
    yield from _contained_faults(value, at, siblings, contained)
    for place, inside in _opaque(name, value):
        yield from _faults(inside, f"{at}.{place}", siblings, contained=False)


def _own_faults(name: str, value: dict[str, Any], at: str) -> Iterator[Issue]:
    shell = _shell(name, value)
    try:
        valid = _validator(name).is_valid(shell)
    except ValueError:
        # The validator reads Decimal, but none of its subclasses.
        valid = _validator(name).is_valid(plain(shell))
    if not valid:
        yield from _schema_faults(name, plain(shell), at)


@cache
def _validator(name: str) -> Any:
    schema = orjson.loads(definitions.compiled(f"schema/{name}"))
    if "xhtml" in schema["definitions"]:
        schema["definitions"]["xhtml"]["format"] = "narrative"
    return jsonschema_rs.Draft4Validator(
        schema,
        # The linear-time engine: no input can make a pattern slow.
        pattern_options=jsonschema_rs.RegexOptions(),
        formats={"narrative": narrative_fine},
        validate_formats=True,
    )


# -- resources inside resources ------------------------------------------------------------------


def _shell(name: str, value: dict[str, Any]) -> dict[str, Any]:
    """A Bundle without the content of its entries, so that it is not converted twice."""
    if name != "Bundle" or not isinstance(value.get("entry"), list):
        return value
    entries = [
        entry | {"resource": {"resourceType": ""}}
        if isinstance(entry, dict) and isinstance(entry.get("resource"), dict)
        else entry
        for entry in value["entry"]
    ]
    return value | {"entry": entries}


def _opaque(name: str, value: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """(place, resource) of what the schema of a Bundle or Parameters left unread."""
    if name == "Bundle":
        for index, entry in enumerate(_dicts(value.get("entry"))):
            if "resource" in entry:
                yield f"entry[{index}].resource", entry["resource"]
            response = entry.get("response")
            if isinstance(response, dict) and "outcome" in response:
                yield f"entry[{index}].response.outcome", response["outcome"]
    elif name == "Parameters":
        yield from _parameters(value.get("parameter"), "parameter")


def _parameters(parameters: Any, place: str) -> Iterator[tuple[str, Any]]:
    for index, parameter in enumerate(_dicts(parameters)):
        if "resource" in parameter:
            yield f"{place}[{index}].resource", parameter["resource"]
        yield from _parameters(parameter.get("part"), f"{place}[{index}].part")


def _dicts(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list):
        return []
    return [each if isinstance(each, dict) else {} for each in value]


def _contained_faults(
    value: dict[str, Any], at: str, siblings: bool, contained: bool
) -> Iterator[Issue]:
    inside = value.get("contained")
    if inside is None:
        return
    if contained:
        yield Issue("invariant", "A contained resource contains no other (dom-2)", at)
        return
    for index, each in enumerate(_dicts(inside)):
        place = f"{at}.contained[{index}]"
        if "id" not in each:
            yield Issue("required", "A contained resource needs an id", f"{place}.id")
        yield from _faults(each, place, siblings, contained=True)


def local_reference_faults(document: Document, at: str = "") -> Iterator[Issue]:
    """The `#id` references of a resource that none of its contained resources answers to."""
    value = document.value
    ids = {each.get("id") for each in _dicts(value.get("contained"))}
    for holder in document.references:
        target = holder["reference"]
        # "#" alone means the containing resource itself.
        if not isinstance(target, str) or not target.startswith("#") or target == "#":
            continue
        if target[1:] not in ids:
            yield Issue(
                "not-found",
                "The reference names no contained resource of this resource",
                place_of(value, holder, at or value["resourceType"]) + ".reference",
            )


def place_of(value: Any, sought: Any, at: str) -> str:
    """The FHIRPath of an object inside a value, by identity; `at` when it is not there."""
    waiting = [(value, at)]
    while waiting:
        each, path = waiting.pop()
        if each is sought:
            return path
        if isinstance(each, dict):
            waiting.extend((child, f"{path}.{key.lstrip('_')}") for key, child in each.items())
        elif isinstance(each, list):
            waiting.extend((child, f"{path}[{index}]") for index, child in enumerate(each))
    return at


# -- primitives beside their extensions ----------------------------------------------------------


def _alignment(value: Any, at: str) -> Iterator[Issue]:
    """Arrays of primitives and of their `_` siblings: as long as each other, never null in both.
    https://hl7.org/fhir/R4/json.html#primitive"""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _alignment(item, f"{at}[{index}]")
        return
    if not isinstance(value, dict):
        return
    for key, child in value.items():
        place = f"{at}.{key.lstrip('_')}"
        if isinstance(child, list) and not key.startswith("_"):
            yield from _array_alignment(child, value.get(f"_{key}"), place)
        elif isinstance(child, list) and key[1:] not in value:
            yield from _array_alignment([None] * len(child), child, place)
        yield from () if key == "contained" else _alignment(child, place)


def _array_alignment(values: list[Any], beside: Any, place: str) -> Iterator[Issue]:
    if beside is None:
        beside = [None] * len(values)
    if not isinstance(beside, list) or len(beside) != len(values):
        yield Issue("structure", "The array and its `_` sibling differ in length", place)
        return
    for index, (one, other) in enumerate(zip(values, beside, strict=True)):
        if one is None and other is None:
            yield Issue("structure", "A null needs an extension beside it", f"{place}[{index}]")


# -- saying what is wrong ------------------------------------------------------------------------


def _schema_faults(name: str, value: dict[str, Any], at: str) -> Iterator[Issue]:
    errors = list(_validator(name).iter_errors(value))
    mistyped = {tuple(e.instance_path) for e in errors if e.kind.name == "type"}
    told = set()
    for error in errors:
        if tuple(error.instance_path) in mistyped and error.kind.name != "type":
            continue
        for issue in _explained(error, at):
            if issue not in told:
                told.add(issue)
                yield issue


def plain(value: Any) -> Any:
    """The same with plain Decimal for every Literal."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return Decimal(value) if isinstance(value, Literal) else value


def _explained(error: Any, at: str) -> Iterator[Issue]:
    """One schema error as issues."""
    facts = error.kind.as_dict()
    where = _expression(at, error.instance_path)
    schema = list(error.schema_path)
    match error.kind.name:
        case "required":
            yield Issue("required", "A required element is missing", f"{where}.{facts['property']}")
        case "additionalProperties":
            for key in facts["unexpected"]:
                shown = f"{where}.{key}" if _NAME.fullmatch(key) else where
                yield Issue("structure", "R4 defines no such element here", shown)
        case "type":
            wanted = " or ".join(facts["types"])
            yield Issue("structure", f"This element is written as JSON {wanted}", where)
        case "minItems" | "minProperties":
            yield Issue("structure", "Arrays and objects are never empty", where)
        case "maxLength":
            yield Issue("too-long", "A string has at most 1048576 characters", where)
        case "minimum" | "maximum":
            yield Issue("value", f"The number is out of the range of {schema[1]}", where)
        case "pattern":
            yield _pattern_issue(str(schema[1]), where)
        case "format":
            text = "A narrative is well-formed XHTML with content, and without code (txt-1, txt-2)"
            yield Issue("invariant", text, where)
        case "enum":
            yield _enum_issue(facts["options"], where)
        case "anyOf":
            yield from _any_of_issues(error, facts, where, at)
        case "not" if "dependencies" in schema:
            yield Issue("structure", "Only one type of a choice may be given", where)
        case _:
            yield Issue("structure", "An element needs more than an id", where)


def _pattern_issue(definition: str, where: str) -> Issue:
    if definition.startswith("Reference-"):
        types = ", ".join(definition.split("-")[1:])
        return Issue("value", f"The reference may name: {types}", where)
    if definition in PRIMITIVES:
        return Issue("value", f"This is no valid {definition}", where)
    return Issue("value", "The value has a wrong format", where)


def _enum_issue(options: Sequence[str], where: str) -> Issue:
    shown = ", ".join(options[:12]) + (" ..." if len(options) > 12 else "")
    return Issue("code-invalid", f"The code must be one of: {shown}", where)


def _any_of_issues(error: Any, facts: Any, where: str, at: str) -> Iterator[Issue]:
    branches = facts["context"]
    kinds = {each.kind.name for branch in branches for each in branch}
    if kinds == _ANY_OF_REQUIRED and "items" not in list(error.schema_path)[-2:]:
        names = [each.kind.as_dict()["property"] for branch in branches for each in branch]
        shown = [name for name in names if not name.startswith("_")]
        missing = shown[0] if len(shown) == 1 else _common(shown)
        yield Issue("required", "A required element is missing", f"{where}.{missing}")
        return
    if "items" in list(error.schema_path)[-2:]:
        # An array of primitives: null or the primitive; only the latter is worth telling.
        for each in branches[0]:
            yield from _explained(each, at)
        return
    yield Issue("code-invalid", "No coding is of the value set that R4 requires here", where)


def _common(names: Sequence[str]) -> str:
    """`medication` of medicationCodeableConcept and medicationReference."""
    first = min(names)
    length = next(
        (i for i, pair in enumerate(zip(first, max(names), strict=False)) if pair[0] != pair[1]),
        len(first),
    )
    common = first[:length]
    # Types may begin alike (valueString, valueSampledData): end before the type's capital.
    cut = max((i for i, letter in enumerate(common) if letter.isupper()), default=length)
    return common if not common[cut:].isalpha() else common[:cut]


def _expression(at: str, path: Sequence[str | int]) -> str:
    shown = at
    for step in path:
        if isinstance(step, int):
            shown += f"[{step}]"
        else:
            shown += f".{step.removeprefix('_')}" if _NAME.fullmatch(step) else ""
    return shown
