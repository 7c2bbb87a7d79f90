"""FHIRPath Patch: operations in a Parameters resource. https://hl7.org/fhir/R4/fhirpatch.html

Paths are the part of FHIRPath that names places: `Patient.contact[0].name`, `.first()`, `.last()`,
`.where(system='phone' and use='home')`, `extension('http://...')`. Another path is refused.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fhir_bridge.documents import MAX_DEPTH, dumps, parse
from fhir_bridge.elements import Element, children, choices
from fhir_bridge.outcomes import Invalid
from fhir_bridge.patches import MAX_OPERATIONS, inapplicable, malformed

_TEST = r"[A-Za-z]+\s*=\s*'[^'\\]*'"
_STEP = re.compile(
    rf"\.(?:where\((?P<tests>{_TEST}(?:\s+and\s+{_TEST})*)\)|(?P<end>first|last)\(\)"
    r"|extension\('(?P<url>[^'\\]*)'\)|(?P<name>[A-Za-z]+))|\[(?P<index>[0-9]{1,9})\]"
)
_NEEDS: Mapping[str, frozenset[str]] = {
    "add": frozenset(["path", "name", "value"]),
    "insert": frozenset(["path", "index", "value"]),
    "delete": frozenset(["path"]),
    "replace": frozenset(["path", "value"]),
    "move": frozenset(["path", "source", "destination"]),
}
Part = Mapping[str, Any]
Operation = Mapping[str, Part]


@dataclass(frozen=True)
class _Node:
    """An element in its resource: `owner[element.key]`, or the item at `index` there."""

    owner: dict[str, Any]
    element: Element
    index: int | None = None

    @property
    def value(self) -> Any:
        held = self.owner.get(self.element.key)
        if self.index is None or held is None:
            return held
        return held[self.index]


def read(parameters: Mapping[str, Any]) -> list[Operation]:
    """The operations of a valid Parameters resource, each by the names of its parts."""
    listed = parameters.get("parameter", [])
    if len(listed) > MAX_OPERATIONS:
        raise malformed(f"A patch has at most {MAX_OPERATIONS} operations", "too-costly")
    operations: list[Operation] = []
    for number, each in enumerate(listed):
        at = f"Parameters.parameter[{number}]"
        parts = {part.get("name", ""): part for part in each.get("part", [])}
        kind = str(_plain(parts.get("type", {})))
        if each.get("name") != "operation" or kind not in _NEEDS:
            raise _at(malformed("An operation has a type: " + ", ".join(_NEEDS)), at)
        missing = _NEEDS[kind] - set(parts)
        if missing:
            raise _at(malformed(f"{kind} needs {', '.join(sorted(missing))}", "required"), at)
        operations.append(parts)
    return operations


def applied(resource: dict[str, Any], operations: Sequence[Operation]) -> dict[str, Any]:
    """The resource after all operations; `resource` itself is changed. Raises Invalid (422)."""
    for number, parts in enumerate(operations):
        try:
            _apply(resource, parts)
        except Invalid as error:
            raise _at(error, f"Parameters.parameter[{number}]") from None
    return resource


def _apply(resource: dict[str, Any], parts: Operation) -> None:
    kind, path = _plain(parts["type"]), str(_plain(parts["path"]))
    nodes = _select(resource, path)
    if kind == "add":
        holder, inside = _holder(resource, path, nodes)
        _add(holder, inside, str(_plain(parts["name"])), parts["value"])
    elif kind in ("insert", "move"):
        items = _items(nodes)
        if kind == "insert":
            value = _value(parts["value"], nodes[0].element)
            items.insert(_position(parts["index"], len(items)), value)
        else:
            moved = items.pop(_position(parts["source"], len(items) - 1))
            items.insert(_position(parts["destination"], len(items)), moved)
    elif kind == "delete":
        if nodes:
            _delete(_single(nodes))
    else:
        _replace(_single(nodes), parts["value"])


def _select(resource: dict[str, Any], path: str) -> list[_Node]:
    """The elements that a path names; none for the resource itself."""
    name = resource["resourceType"]
    rest = path.strip().removeprefix(name)
    steps, place = [], 0
    while place < len(rest) and (match := _STEP.match(rest, place)):
        steps.append(match)
        place = match.end()
    if place < len(rest) or rest == path.strip() or len(steps) > MAX_DEPTH:
        raise malformed("This path is not of the kind that can be patched", "not-supported")
    nodes: list[_Node] = []
    for number, step in enumerate(steps):
        if step["name"] or step["url"]:
            holders = [(resource, name)] if number == 0 else _inner(nodes)
            nodes = [n for h, inside in holders for n in _named(h, inside, step["name"])]
            if step["url"]:
                nodes = [n for n in nodes if _holds(n.value, [("url", step["url"])])]
        elif step["tests"]:
            wanted = re.findall(r"([A-Za-z]+)\s*=\s*'([^'\\]*)'", step["tests"])
            nodes = [n for n in nodes if _holds(n.value, wanted)]
        elif step["end"]:
            nodes = nodes[:1] if step["end"] == "first" else nodes[-1:]
        else:
            nodes = nodes[int(step["index"]) :][:1]
    return nodes


def _inner(nodes: Sequence[_Node]) -> list[tuple[dict[str, Any], str]]:
    found = []
    for node in nodes:
        if isinstance(node.value, dict):
            found.append((node.value, node.element.inside or str(node.value.get("resourceType"))))
    return found


def _named(holder: dict[str, Any], inside: str, name: str | None) -> list[_Node]:
    found = []
    for element in choices(inside, name or "extension"):
        held = holder.get(element.key, holder.get(f"_{element.key}"))
        if held is None:
            continue
        if isinstance(held, list):
            found += [_Node(holder, element, index) for index in range(len(held))]
        else:
            found.append(_Node(holder, element))
    return found


def _holds(value: Any, wanted: Sequence[tuple[str, str]]) -> bool:
    return isinstance(value, dict) and all(value.get(key) == text for key, text in wanted)


def _holder(
    resource: dict[str, Any], path: str, nodes: Sequence[_Node]
) -> tuple[dict[str, Any], str]:
    """The object that an add adds to, with its type."""
    if path.strip() == resource["resourceType"]:
        return resource, str(resource["resourceType"])
    found = _inner([_single(nodes)])
    if not found:
        raise inapplicable("The path names a primitive value: nothing can be added to it")
    return found[0]


def _add(holder: dict[str, Any], inside: str, name: str, part: Part) -> None:
    element = _element(inside, name, part)
    value, sibling = _value(part, element), _sibling(part)
    if element.many:
        _append(holder, element.key, value, sibling)
        return
    if any(key in holder for each in choices(inside, name) for key in (each.key, f"_{each.key}")):
        raise inapplicable("The element is there already: replace it")
    _put(holder, element.key, value, sibling)


def _append(holder: dict[str, Any], key: str, value: Any, sibling: Any) -> None:
    """Add an item to a list; a primitive's extensions go to the list beside it."""
    beside = f"_{key}"
    if sibling is None and beside not in holder:
        holder.setdefault(key, []).append(value)
        return
    siblings = holder.get(beside) or [None] * len(holder.get(key, ()))
    values = holder.get(key) or [None] * len(siblings)
    holder[beside] = [*siblings, sibling]
    _put(holder, key, [*values, value], holder[beside])


def _put(holder: dict[str, Any], key: str, value: Any, sibling: Any) -> None:
    """Set a property and, for a primitive with extensions, the one beside it."""
    for name, held in ((key, value), (f"_{key}", sibling)):
        empty = held is None or (isinstance(held, list) and all(each is None for each in held))
        if empty:
            holder.pop(name, None)
        else:
            holder[name] = held


def _element(inside: str, name: str, part: Part) -> Element:
    """The property of an element that is to hold this value; a choice goes by its type."""
    found = choices(inside, name)
    if len(found) > 1:
        found = tuple(each for each in found if each.key == name + _kind(part))
    if not found:
        raise inapplicable("R4 defines no such element here", "structure")
    return found[0]


def _items(nodes: Sequence[_Node]) -> list[Any]:
    """The one list that these nodes are the items of."""
    owners = {id(node.owner) for node in nodes}
    if len(owners) != 1 or nodes[0].index is None:
        raise inapplicable("The path must name one list")
    if f"_{nodes[0].element.key}" in nodes[0].owner:
        raise inapplicable("The items of this list have extensions of their own", "not-supported")
    items: list[Any] = nodes[0].owner[nodes[0].element.key]
    return items


def _single(nodes: Sequence[_Node]) -> _Node:
    if len(nodes) != 1:
        raise inapplicable("The path must name exactly one element")
    return nodes[0]


def _delete(node: _Node) -> None:
    for key in (node.element.key, f"_{node.element.key}"):
        if node.index is None:
            node.owner.pop(key, None)
        elif key in node.owner:
            del node.owner[key][node.index : node.index + 1]
            if not node.owner[key]:
                del node.owner[key]


def _replace(node: _Node, part: Part) -> None:
    value, sibling, key = _value(part, node.element), _sibling(part), node.element.key
    if node.index is not None:
        values = list(node.owner.get(key) or [None] * len(node.owner[f"_{key}"]))
        siblings = list(node.owner.get(f"_{key}") or [None] * len(values))
        values[node.index], siblings[node.index] = value, sibling
        _put(node.owner, key, values, siblings)
        return
    if node.element.name.endswith("[x]"):
        _delete(node)
        key = node.element.name.removesuffix("[x]") + _kind(part)
    _put(node.owner, key, value, sibling)


def _value(part: Part, element: Element) -> Any:
    """The value of a part; without a type of its own, an object made of its parts."""
    for key, value in part.items():
        if key.startswith("value"):
            return parse(b'{"v":' + dumps(value) + b"}").value["v"]
    if "resource" in part:
        return parse(dumps(part["resource"])).value
    if _sibling(part) is not None:
        return None
    made: dict[str, Any] = {}
    if not part.get("part") or not element.inside or not children(element.inside):
        raise malformed("The operation's value is missing", "required")
    for each in part["part"]:
        _add(made, element.inside, str(each.get("name", "")), each)
    return made


def _kind(part: Part) -> str:
    """The type of a part's value, as it ends the name of a choice: "Quantity"."""
    names = (key.lstrip("_") for key in part)
    return next((name.removeprefix("value") for name in names if name.startswith("value")), "")


def _sibling(part: Part) -> Any:
    """The id and extensions of a part's primitive value."""
    return next((held for key, held in part.items() if key.startswith("_value")), None)


def _position(part: Part, last: int) -> int:
    number = _plain(part)
    if not isinstance(number, int) or not 0 <= number <= last:
        raise inapplicable("The index is outside of the list")
    return number


def _plain(part: Part) -> Any:
    return next((value for key, value in part.items() if key.startswith("value")), "")


def _at(error: Invalid, at: str) -> Invalid:
    """The error, told of the operation in the Parameters."""
    error.within(at)
    return error
