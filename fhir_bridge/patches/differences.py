"""From two resources of a type to the FHIRPath Patch that makes the one the other.

Applying the patch to `old` gives `new`, element by element and digit by digit. Items of lists are
matched by equality, the longest common runs stay in place; what is left is changed in pairs, then
added or removed. https://hl7.org/fhir/R4/fhirpatch.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cache
from typing import Any

from fhir_bridge import definitions
from fhir_bridge.documents import dumps
from fhir_bridge.elements import Element, children

# Longer lists are compared as a whole, for the time that matching takes.
_MATCHED_MOST = 500
Object = Mapping[str, Any]


@dataclass
class _Side:
    """What one resource has of an element: its value, and what stands beside a primitive."""

    value: Any
    beside: Any

    @property
    def absent(self) -> bool:
        return self.value is None and self.beside is None

    def same(self, other: "_Side") -> bool:
        return dumps([self.value, self.beside]) == dumps([other.value, other.beside])

    def items(self) -> list["_Side"]:
        length = len(self.value if self.value is not None else self.beside or ())
        values = self.value or [None] * length
        beside = self.beside or [None] * length
        return [_Side(*pair) for pair in zip(values, beside, strict=True)]


@dataclass
class _Patch:
    operations: list[dict[str, Any]] = field(default_factory=list)

    def add(self, kind: str, path: str, *parts: dict[str, Any]) -> None:
        self.operations.append(
            {
                "name": "operation",
                "part": [
                    {"name": "type", "valueCode": kind},
                    {"name": "path", "valueString": path},
                    *parts,
                ],
            }
        )


def differences(old: Object, new: Object, *, leave: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The Parameters resource that patches `old` into `new`; properties in `leave` are not looked
    at, nor are the id and what the server sets in meta.

    Raises ValueError for resources of two types.
    """
    name = old["resourceType"]
    if new["resourceType"] != name:
        raise ValueError("resources of two types")
    patch = _Patch()
    kept = leave | {"resourceType", "id"}
    _objects(
        patch,
        {key: value for key, value in old.items() if key not in kept},
        {key: value for key, value in new.items() if key not in kept},
        name,
        name,
    )
    made: dict[str, Any] = {"resourceType": "Parameters"}
    return made | ({"parameter": patch.operations} if patch.operations else {})


def _objects(patch: _Patch, old: Object, new: Object, path: str, inside: str) -> None:
    """Differences between two objects of a type, at a path."""
    elements = list(children(inside).values())
    if path.count(".") == 1 and path.endswith(".meta"):
        elements = [each for each in elements if each.key not in ("versionId", "lastUpdated")]
    sides = [(each, _side(old, each.key), _side(new, each.key)) for each in elements]
    changed = [each for each in sides if not each[1].same(each[2])]
    # Removals first: another type of a choice may follow.
    for element, was, now in changed:
        if now.absent:
            _remove(patch, f"{path}.{_named(element)}", was, element)
    for element, was, now in changed:
        at = f"{path}.{_named(element)}"
        if now.absent:
            continue
        if was.absent:
            for each in now.items() if element.many else [now]:
                patch.add("add", path, {"name": "name", "valueString": _named(element)},
                          _part("value", element, each))  # fmt: skip
        elif element.many:
            _lists(patch, was, now, path, element)
        else:
            _single(patch, was, now, at, element)


def _single(patch: _Patch, was: _Side, now: _Side, at: str, element: Element) -> None:
    if isinstance(was.value, dict) and isinstance(now.value, dict) and element.inside:
        _objects(patch, was.value, now.value, at, element.inside)
    else:
        patch.add("replace", at, _part("value", element, now))


def _lists(patch: _Patch, was: _Side, now: _Side, path: str, element: Element) -> None:
    at = f"{path}.{_named(element)}"
    old, new = was.items(), now.items()
    if was.beside or now.beside or max(len(old), len(new)) > _MATCHED_MOST:
        # The places of such a list cannot be named one by one: it is written anew.
        _remove(patch, at, was, element)
        for each in new:
            patch.add("add", path, {"name": "name", "valueString": _named(element)},
                      _part("value", element, each))  # fmt: skip
        return
    before, after = [dumps(each.value) for each in old], [dumps(each.value) for each in new]
    steps = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    # From the end, so that the indexes of what comes before stay what they are.
    changed = [each for each in steps if each[0] != "equal"]
    for _, start, end, new_start, new_end in reversed(changed):
        paired = min(end - start, new_end - new_start)
        for index in reversed(range(start + paired, end)):
            patch.add("delete", f"{at}[{index}]")
        for offset, each in enumerate(new[new_start + paired : new_end]):
            place = {"name": "index", "valueInteger": start + paired + offset}
            patch.add("insert", at, place, _part("value", element, each))
        for offset in range(paired):
            item = f"{at}[{start + offset}]"
            _single(patch, old[start + offset], new[new_start + offset], item, element)


def _remove(patch: _Patch, at: str, was: _Side, element: Element) -> None:
    if not element.many:
        patch.add("delete", at)
        return
    for index in reversed(range(len(was.items()))):
        patch.add("delete", f"{at}[{index}]")


def _part(name: str, element: Element, side: _Side) -> dict[str, Any]:
    """A part that holds a value: typed where Parameters can, else as parts of its own."""
    if element.type == "Resource":
        return {"name": name, "resource": side.value}
    if not isinstance(side.value, dict):
        kind = _value_name(element.type)
        made: dict[str, Any] = {"name": name}
        made |= {kind: side.value} if side.value is not None else {}
        return made | ({f"_{kind}": side.beside} if side.beside is not None else {})
    if element.type in _open_types():
        return {"name": name, _value_name(element.type): side.value}
    parts = []
    for inner in children(element.inside).values():
        held = _side(side.value, inner.key)
        if not held.absent:
            for each in held.items() if inner.many else [held]:
                parts.append(_part(_named(inner), inner, each))
    return {"name": name, "part": parts}


def _side(holder: Object, key: str) -> _Side:
    return _Side(holder.get(key), holder.get(f"_{key}"))


def _named(element: Element) -> str:
    return element.name.removesuffix("[x]")


def _value_name(type_: str) -> str:
    known = type_ if type_ in _open_types() else "string"
    return f"value{known[:1].upper()}{known[1:]}"


@cache
def _open_types() -> frozenset[str]:
    """What Parameters.parameter.value[x] can hold."""
    for element in definitions.structure("Parameters")["snapshot"]["element"]:
        if element["path"] == "Parameters.parameter.value[x]":
            return frozenset(each["code"] for each in element["type"])
    raise LookupError("Parameters.parameter.value[x]")
