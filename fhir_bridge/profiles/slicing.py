"""Which slice of a profile an element belongs to: discriminators by value, pattern, exists, type
and profile. https://hl7.org/fhir/R4/profiling.html#discriminator
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from fhir_bridge.profiles.bindings import Bindings, codes_of
from fhir_bridge.profiles.instances import Node, resource_node
from fhir_bridge.profiles.patterns import equals, fits
from fhir_bridge.profiles.tree import Element, Load, ProfileError, Tree, children_of, tree_of

_SEGMENT = re.compile(
    r"""\.?(extension\(\s*['"][^'"]+['"]\s*\)|ofType\(\w+\)|resolve\(\)|[\w$]+)"""
)
_DEEPEST = 12

Conforms = Callable[[Node, str], bool]
Place = tuple[Element, Tree]


class Slicer:
    """Sorts nodes into slices. `conforms` says whether a node keeps a profile."""

    def __init__(self, load: Load, bindings: Bindings, conforms: Conforms) -> None:
        self._load, self._bindings, self._conforms = load, bindings, conforms

    def slice_of(self, node: Node, element: Element, tree: Tree) -> Element | None:
        """The first slice that a node belongs to; None: to none, or it cannot be known."""
        rules = self._discriminators(element)
        for each in element.slices:
            if each.slice_name != "@default" and rules and all(
                self._matches(node, each, tree, rule) for rule in rules
            ):  # fmt: skip
                return each
        return None

    def decidable(self, element: Element) -> bool:
        return bool(self._discriminators(element))

    def _discriminators(self, element: Element) -> list[Mapping[str, Any]]:
        if element.slicing is not None and element.slicing.get("discriminator"):
            return list(element.slicing["discriminator"])
        if element.name in ("extension", "modifierExtension"):
            return [{"type": "value", "path": "url"}]
        if element.name.endswith("[x]"):
            return [{"type": "type", "path": "$this"}]
        return []

    def _matches(self, node: Node, slice: Element, tree: Tree, rule: Mapping[str, Any]) -> bool:
        path = [match[1] for match in _SEGMENT.finditer(str(rule.get("path", "$this")))]
        nodes = self._nodes([node], path)
        places = self._places([(slice, tree)], path)
        match rule.get("type"):
            case "value" | "pattern":
                return any(self._agrees(place, nodes, 0) for place in places)
            case "exists":
                wanted = any(element.min > 0 for element, _ in places)
                refused = bool(places) and all(element.max == 0 for element, _ in places)
                return bool(nodes) if wanted else not nodes if refused else True
            case "type":
                return any(self._of_type(element, nodes, path) for element, _ in places)
            case "profile":
                profiles = [
                    profile
                    for element, _ in places
                    for each in element.types
                    for profile in (each.targets if path[-1:] == ["resolve()"] else each.profiles)
                ]
                return any(self._conforms(one, profile) for one in nodes for profile in profiles)
        return False

    def _of_type(self, element: Element, nodes: list[Node], path: list[str]) -> bool:
        if path[-1:] == ["resolve()"]:
            wanted = {t.rpartition("/")[2] for each in element.types for t in each.targets}
            for each in element.types:
                for target in each.targets:
                    structure = self._load(target)
                    if structure is not None:
                        wanted.add(str(structure.get("type")))
        else:
            wanted = {each.code for each in element.types}
        return any(node.type in wanted for node in nodes)

    def _agrees(self, place: Place, nodes: list[Node], depth: int) -> bool:
        """Whether some node has what the definition fixes there, or inside it."""
        element, tree = place
        if element.fixed:
            return any(equals(each.value, element.fixed[0]) for each in nodes)
        if element.pattern:
            return any(fits(each.value, element.pattern[0]) for each in nodes)
        if element.binding is not None and element.binding.strength == "required":
            value_set = element.binding.value_set
            return any(
                self._bindings.among(value_set, codes_of(each) or [], unknown=False)
                for each in nodes
            )
        if depth < _DEEPEST and element.children:
            inside = [(name, child) for name, child in element.children.items() if _fixes(child, 0)]
            if inside:
                return any(
                    all(self._agrees((child, tree), node.children(name), depth + 1)
                        for name, child in inside)
                    for node in nodes
                )  # fmt: skip
        if element.slices and depth < _DEEPEST:
            return all(
                self._agrees((each, tree), nodes, depth + 1)
                for each in element.slices
                if each.min > 0
            )
        return False

    def _nodes(self, nodes: list[Node], path: Iterable[str]) -> list[Node]:
        for segment in path:
            nodes = [found for node in nodes for found in self._step(node, segment)]
        return nodes

    def _step(self, node: Node, segment: str) -> list[Node]:
        if segment == "$this":
            return [node]
        if segment == "resolve()":
            found = resolved(node)
            return [] if found is None else [found]
        if segment.startswith("ofType("):
            return [node] if node.type == segment[7:-1] else []
        if segment.startswith("extension("):
            url = segment[10:-1].strip().strip("'\"")
            return [each for each in node.children("extension")
                    if isinstance(each.value, dict) and each.value.get("url") == url]  # fmt: skip
        return node.children(segment) or node.children(f"{segment}[x]")

    def _places(self, places: list[Place], path: Iterable[str]) -> list[Place]:
        for segment in path:
            places = [found for place in places for found in self._place(place, segment)]
        return places

    def _place(self, place: Place, segment: str) -> list[Place]:
        element, tree = place
        if segment in ("$this", "resolve()") or segment.startswith("ofType("):
            return [place]
        name, url = segment, ""
        if segment.startswith("extension("):
            name, url = "extension", segment[10:-1].strip().strip("'\"")
        found = []
        for children, own in self._inside(element, tree):
            child = children.get(name) or children.get(f"{name}[x]")
            if child is None:
                continue
            if not url:
                found += [(child, own), *((each, own) for each in child.slices if each.min > 0)]
            found += [
                (each, own)
                for each in child.slices
                if url and any(url in kind.profiles for kind in each.types)
            ]
        # What a profile says itself comes before what its data types say anyway.
        return [each for each in found if _fixes(each[0], 0)] or found

    def _inside(self, element: Element, tree: Tree) -> list[tuple[Mapping[str, Element], Tree]]:
        found: list[tuple[Mapping[str, Element], Tree]] = []
        if element.children:
            found.append((element.children, tree))
        for each in element.types:
            for profile in each.profiles:
                structure = self._load(profile)
                if structure is not None:
                    try:
                        own = tree_of(structure, self._load)
                    except ProfileError:
                        continue
                    found.append((own.root.children, own))
        if not found and element.types:
            try:
                found.append(children_of(element, tree, element.types[0].code))
            except ProfileError:
                return []
        return found


def resolved(node: Node) -> Node | None:
    """The resource that a reference names, contained or in the same Bundle; else an empty one of
    the type that it names."""
    value = node.value if isinstance(node.value, dict) else {"reference": node.value}
    target = value.get("reference")
    if isinstance(target, str) and target.startswith("#"):
        for each in node.top.get("contained", []):
            if isinstance(each, dict) and f"#{each.get('id')}" == target:
                return resource_node(each, f"{node.at}.resolve()", resource_node(node.top))
        return None
    for entry in (node.bundle or {}).get("entry", []):
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict) and isinstance(target, str):
            full = str(entry.get("fullUrl", ""))
            # A relative reference is to the server that the entry's own URL names.
            if full and (full == target or full.endswith(f"/{target}")):
                return resource_node(resource, f"{node.at}.resolve()", bundle=node.bundle)
    name = target_type(value)
    return resource_node({"resourceType": name}, f"{node.at}.resolve()") if name else None


def target_type(reference: Mapping[str, Any]) -> str:
    """The resource type that a reference is to, as far as it says."""
    target = reference.get("reference")
    if isinstance(target, str) and not target.startswith(("#", "urn:")):
        parts = target.partition("/_history/")[0].partition("?")[0].split("/")
        name = parts[-2] if len(parts) > 1 else parts[-1]
        if name[:1].isupper():
            return name
    return str(reference.get("type", ""))


def _fixes(element: Element, depth: int) -> bool:
    """Whether a definition says what a value has to be, there or inside."""
    if element.fixed or element.pattern:
        return True
    if element.binding is not None and element.binding.strength == "required" and depth == 0:
        return True
    return depth < _DEEPEST and any(
        _fixes(each, depth + 1)
        for each in (*element.children.values(), *(s for s in element.slices if s.min > 0))
    )
