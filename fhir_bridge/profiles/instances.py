"""A resource as a tree of typed nodes: what an element's definition is held against.

https://hl7.org/fhir/R4/json.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from fhir_bridge import definitions, elements


@dataclass(eq=False, slots=True)
class Node:
    """One value in a resource. `type` is its R4 type, `inside` the path whose children it has
    ("HumanName", "Patient.contact"), `at` its FHIRPath; `beside` what its `_` sibling holds."""

    value: Any
    type: str
    inside: str
    at: str
    resource: Mapping[str, Any]
    root: "Node | None" = None
    beside: Any = None
    bundle: Mapping[str, Any] | None = None  # the Bundle in whose entry the resource is

    @property
    def primitive(self) -> bool:
        return self.type in definitions.primitive_types()

    @property
    def is_resource(self) -> bool:
        return self.value is self.resource

    @property
    def top(self) -> Mapping[str, Any]:
        """The resource that contains the one this node is in."""
        found: Mapping[str, Any] = self.root.value if self.root is not None else self.resource
        return found

    def children(self, name: str) -> list["Node"]:
        """The nodes of an element ("name", "value[x]"), whatever its type."""
        holder = self.beside if self.primitive else self.value
        if not isinstance(holder, dict):
            return []
        found: list[Node] = []
        for element in _by_name(self.inside).get(name, ()):
            value, beside = holder.get(element.key), holder.get(f"_{element.key}")
            if value is None and beside is None:
                continue
            shown = f"{self.at}.{name.removesuffix('[x]')}"
            if not element.many:
                found.append(self._child(element, value, beside, shown))
                continue
            values = value if isinstance(value, list) else []
            others = beside if isinstance(beside, list) else []
            for index in range(max(len(values), len(others))):
                found.append(
                    self._child(
                        element,
                        values[index] if index < len(values) else None,
                        others[index] if index < len(others) else None,
                        f"{shown}[{index}]",
                    )
                )
        return found

    def names(self) -> Iterator[str]:
        """The elements that have a value here."""
        holder = self.beside if self.primitive else self.value
        if isinstance(holder, dict):
            for name, listed in _by_name(self.inside).items():
                if any(e.key in holder or f"_{e.key}" in holder for e in listed):
                    yield name

    def _child(self, element: elements.Element, value: Any, beside: Any, at: str) -> "Node":
        if not element.inside and isinstance(value, dict):
            # A resource inside: contained ones still belong to this one, entries stand alone.
            if element.name == "contained":
                root = self.root or self
                return resource_node(value, at, root=root, bundle=self.bundle)
            inside = self.resource if self.inside == "Bundle.entry" else None
            return resource_node(value, at, bundle=inside)
        return Node(value, element.type, element.inside, at, self.resource, self.root, beside,
                    self.bundle)  # fmt: skip


def resource_node(
    value: Mapping[str, Any],
    at: str = "",
    root: Node | None = None,
    bundle: Mapping[str, Any] | None = None,
) -> Node:
    name = str(value.get("resourceType", ""))
    return Node(value, name, name, at or name, value, root, bundle=bundle)


@lru_cache(maxsize=4_096)
def _by_name(inside: str) -> Mapping[str, tuple[elements.Element, ...]]:
    found: dict[str, list[elements.Element]] = {}
    try:
        listed = elements.children(inside)
    except KeyError:
        return {}
    for each in listed.values():
        found.setdefault(each.name, []).append(each)
    return {name: tuple(each) for name, each in found.items()}
