"""Parts of a resource on request: `_elements` and `_summary`, marked SUBSETTED.

What is asked for in neither way is served as the stored bytes, unread.
https://hl7.org/fhir/R4/search.html#summary and #elements
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from fhir_bridge import definitions
from fhir_bridge.documents import Stored, dumps, parse
from fhir_bridge.elements import choices
from fhir_bridge.outcomes import Invalid, Issue

_SUBSETTED = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
    "code": "SUBSETTED",
}
_ALWAYS = frozenset(["resourceType", "id", "meta"])
SUMMARIES = frozenset(["true", "text", "data", "count", "false"])


def shaped(stored: Stored, query: Sequence[tuple[str, str]]) -> Stored:
    """The version with only the parts that a request's parameters ask for. Raises Invalid."""
    content = content_shaped(stored.content, stored.type, query)
    return stored if content is stored.content else replace(stored, content=content)


def content_shaped(content: bytes, type: str, query: Sequence[tuple[str, str]]) -> bytes:
    """The same for the bytes of a resource of this type; unchanged bytes are the same object."""
    wanted = dict(query)
    summary = wanted.get("_summary", "")
    elements = wanted.get("_elements", "")
    if summary and summary not in SUMMARIES:
        raise Invalid([Issue("value", "_summary is one of true, text, data, count, false")])
    named = _named(elements, type)
    if named:
        return _subset(content, named | _mandatory(type) | _modifiers(type))
    if summary == "text":
        return _subset(content, frozenset(["text"]) | _mandatory(type))
    if summary == "data":
        value = parse(content).value
        value.pop("text", None)
        return _marked(value)
    if summary == "true":
        return _marked(_summarised(parse(content).value, type, _summary_paths(type)))
    return content


def _named(elements: str, type: str) -> frozenset[str]:
    """The elements of a type in a list of them; `Observation.code` is of that type only, of
    `name.family` it is name that can be asked for. None for a type that no name is about."""
    names = set()
    for each in elements.split(","):
        head, _, rest = each.strip().partition(".")
        if head in definitions.resource_types():
            head = rest.partition(".")[0] if head == type else ""
        # A choice is asked for by its name: value, of which there is valueQuantity.
        names |= {element.name for element in choices(type, head)} or {head}
    return frozenset(names - {""})


def _subset(content: bytes, names: frozenset[str]) -> bytes:
    value = parse(content).value
    kept = {
        key: each
        for key, each in value.items()
        if key in _ALWAYS or any(_is_element(key, name) for name in names)
    }
    return _marked(kept)


def _is_element(key: str, name: str) -> bool:
    """Whether a property is an element of this name; `value` covers valueQuantity and _value."""
    key = key.removeprefix("_")
    if name.endswith("[x]"):
        stem = name.removesuffix("[x]")
        return key.startswith(stem) and key[len(stem) : len(stem) + 1].isupper()
    return key == name


def _summarised(value: dict[str, Any], path: str, paths: tuple[str, ...]) -> dict[str, Any]:
    kept = {}
    for key, each in value.items():
        if path.count(".") == 0 and key in _ALWAYS:
            kept[key] = each
            continue
        found = next((p for p in paths if _is_element(key, p.rpartition(".")[2])), None)
        if found is None:
            continue
        kept[key] = _summarised_child(each, found)
    return kept


def _summarised_child(value: Any, path: str) -> Any:
    inner = _summary_paths(path)
    if not inner:
        return value
    if isinstance(value, list):
        return [_summarised(each, path, inner) for each in value]
    return _summarised(value, path, inner)


def _marked(value: dict[str, Any]) -> bytes:
    meta = dict(value.get("meta") or {})
    meta["tag"] = [*meta.get("tag", []), _SUBSETTED]
    return dumps(value | {"meta": meta})


@lru_cache(maxsize=4_096)
def _summary_paths(path: str) -> tuple[str, ...]:
    """The elements right below a path that a summary keeps."""
    return tuple(
        element["path"]
        for element in _elements(path.partition(".")[0])
        if element.get("isSummary") and element["path"].rpartition(".")[0] == path
    )


@lru_cache(maxsize=512)
def _mandatory(type: str) -> frozenset[str]:
    return _top_level(type, lambda element: element["min"] > 0)


@lru_cache(maxsize=512)
def _modifiers(type: str) -> frozenset[str]:
    """What changes the meaning of the rest: to leave it out would mislead."""
    return _top_level(type, lambda element: bool(element.get("isModifier")))


def _top_level(type: str, chosen: Callable[[dict[str, Any]], bool]) -> frozenset[str]:
    return frozenset(
        element["path"].rpartition(".")[2]
        for element in _elements(type)
        if element["path"].count(".") == 1 and chosen(element)
    )


def _elements(type: str) -> list[dict[str, Any]]:
    elements: list[dict[str, Any]] = definitions.structure(type)["snapshot"]["element"]
    return elements
