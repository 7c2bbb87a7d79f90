"""From a resource to its index values, in one walk.

Each type's parameters are compiled on first use into a tree of closures keyed by property name; a
resource is walked once, and only where some parameter looks.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from fhir_bridge.search import emitters, parameters
from fhir_bridge.search.emitters import Values
from fhir_bridge.search.expressions import Path, Step
from fhir_bridge.search.parameters import Parameter

Visit = Callable[[Any, Values], None]


def values(resource: Mapping[str, Any]) -> Values:
    """Every value that the resource is searched by.

    Raises:
        KeyError: no such resource type.
    """
    found = Values(resource)
    _visitor(resource["resourceType"])(resource, found)
    return found


@dataclass
class _Node:
    """A place in the tree while it is built."""

    emit: list[Visit] = field(default_factory=list)
    children: dict[Step, "_Node"] = field(default_factory=dict)

    def at(self, steps: tuple[Step, ...]) -> "_Node":
        node = self
        for step in steps:
            node = node.children.setdefault(step, _Node())
        return node


def patient_references(resource: Mapping[str, Any]) -> Values:
    """The values of those parameters alone that put a resource in a patient's compartment."""
    found = Values(resource)
    _compartment_visitor(resource["resourceType"])(resource, found)
    return found


@cache
def _visitor(type_: str) -> Visit:
    return _tree(parameters.registry().parameters[type_].values())


@cache
def _compartment_visitor(type_: str) -> Visit:
    known = parameters.registry().parameters[type_]
    numbers = {
        number
        for code in parameters.compartment("Patient").get(type_, ())
        if code in known
        for number in known[code].rows
    }
    return _tree(parameter for parameter in known.values() if parameter.number in numbers)


def _tree(wanted: Iterable[Parameter]) -> Visit:
    root = _Node()
    for parameter in wanted:
        if parameter.type == "composite":
            if parameter.owns_rows:
                for steps in parameter.roots:
                    root.at(steps).emit.append(_composite(parameter))
            continue
        for path in parameter.paths:
            _add(root, path, parameter.type, parameter.number)
    return _compile(root)


def _add(root: _Node, path: Path, search_type: str, number: int) -> None:
    if path.datatype == "exists-not-false":
        root.emit.append(emitters.exists_not_false(number, path.steps))
        return
    emit = emitters.emitter(search_type, path, number)
    root.at(path.steps).emit.append(emit)


def _composite(parameter: Parameter) -> Visit:
    """The values of each component, tied by the number of the element they come from."""
    parts: list[tuple[Visit, bool]] = []
    for component in parameter.components:
        node = _Node()
        for path in component.paths:
            _add(node, path, component.type, component.number)
        parts.append((_compile(node), component.outer))

    def visit(value: Any, found: Values) -> None:
        inner = [Values(found.resource) for _ in parts]
        for (part, outer), into in zip(parts, inner, strict=True):
            part(found.resource if outer else value, into)
        # A group that lacks a component can never be found.
        if all(into.any() for into in inner):
            for into in inner:
                found.add_group(into)
            found.groups += 1

    return visit


def _compile(node: _Node) -> Visit:
    keys = {step: _compile(child) for step, child in node.children.items() if isinstance(step, str)}
    filters = [
        (_predicate(step), _compile(child))
        for step, child in node.children.items()
        if not isinstance(step, str) and step[0] != "extension"
    ]
    extensions = {
        step[1]: _compile(child)
        for step, child in node.children.items()
        if not isinstance(step, str) and step[0] == "extension"
    }
    emit = tuple(node.emit)
    if not (keys or filters or extensions):
        return emit[0] if len(emit) == 1 else _all(emit)

    def visit(value: Any, found: Values) -> None:
        for each in emit:
            each(value, found)
        if type(value) is not dict:
            return
        for key, item in value.items():
            inner = keys.get(key)
            if inner is None:
                continue
            if type(item) is list:
                for one in item:
                    inner(one, found)
            else:
                inner(item, found)
        for matches, inner in filters:
            if matches(value):
                inner(value, found)
        if extensions:
            for one in _extensions(value):
                inner = extensions.get(one.get("url", ""))
                if inner is not None:
                    inner(one, found)

    return visit


def _all(emit: tuple[Visit, ...]) -> Visit:
    def visit(value: Any, found: Values) -> None:
        for each in emit:
            each(value, found)

    return visit


def _predicate(step: tuple[str, ...]) -> Callable[[dict[str, Any]], bool]:
    if step[0] == "where":
        _, name, wanted = step
        return lambda value: value.get(name) == wanted
    url = step[1]
    return lambda value: any(one.get("url") == url for one in _extensions(value))


def _extensions(value: dict[str, Any]) -> list[dict[str, Any]]:
    found = value.get("extension")
    return [one for one in found if type(one) is dict] if type(found) is list else []
