"""StructureDefinitions as trees of elements: from a snapshot, or a differential over its base.

A tree unfolds a data type only where a profile says something inside it; elsewhere `children_of`
goes on in the type's own tree. Trees are shared: nobody changes one after it is made.

Sources: https://hl7.org/fhir/R4/structuredefinition.html, https://hl7.org/fhir/R4/elementdefinition.html
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from math import inf
from typing import Any, NamedTuple

from fhir_bridge import definitions

StructureDefinition = Mapping[str, Any]
Load = Callable[[str], StructureDefinition | None]
# Profiles on profiles, and elements of one profile: more is no profile but an attack.
_MOST_BASES = 20
_MOST_ELEMENTS = 20_000
_MAX_VALUE_SET = "http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet"


class ProfileError(Exception):
    """A StructureDefinition that cannot be used; the text says why."""


class Type(NamedTuple):
    code: str
    profiles: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()


class Constraint(NamedTuple):
    key: str
    severity: str
    human: str
    expression: str


class Binding(NamedTuple):
    strength: str
    value_set: str
    largest: str = ""  # the value set outside which an extensible binding may not go


@dataclass(eq=False, slots=True)
class Element:
    """One ElementDefinition; `fixed` and `pattern` are (value,) when there is one."""

    id: str
    name: str  # "value[x]"
    min: int = 0
    max: float = inf
    types: tuple[Type, ...] = ()
    fixed: tuple[Any, ...] = ()
    pattern: tuple[Any, ...] = ()
    max_length: int | None = None
    binding: Binding | None = None
    constraints: tuple[Constraint, ...] = ()
    slicing: Mapping[str, Any] | None = None
    slice_name: str = ""
    content: str = ""  # the id whose children this element has
    children: dict[str, "Element"] = field(default_factory=dict)
    slices: list["Element"] = field(default_factory=list)

    def copy(self) -> "Element":
        made = Element(**{name: getattr(self, name) for name in _FIELDS})
        made.children = {name: each.copy() for name, each in self.children.items()}
        made.slices = [each.copy() for each in self.slices]
        return made


_FIELDS = ("id", "name", "min", "max", "types", "fixed", "pattern", "max_length", "binding",
           "constraints", "slicing", "slice_name", "content")  # fmt: skip


@dataclass(eq=False, slots=True)
class Tree:
    """The elements of a StructureDefinition; `type` is the resource or data type it is about."""

    url: str
    type: str
    root: Element
    by_id: Mapping[str, Element]


def core_load(canonical: str) -> StructureDefinition | None:
    """R4's own StructureDefinition."""
    try:
        found = definitions.resource(canonical)
    except KeyError:
        return None
    return found if found["resourceType"] == "StructureDefinition" else None


def type_tree(name: str) -> Tree:
    """The tree of an R4 type. Raises ProfileError: R4 has none of this name."""
    return core_tree(f"http://hl7.org/fhir/StructureDefinition/{name}")


@lru_cache(maxsize=512)
def core_tree(url: str) -> Tree:
    """The tree of R4's own StructureDefinition with this URL. Raises ProfileError."""
    structure = core_load(url)
    if structure is None:
        raise ProfileError("R4 has no such definition")
    return tree_of(structure, core_load)


def tree_of(structure: StructureDefinition, load: Load) -> Tree:
    """The tree of a StructureDefinition; `load` finds what it is based on. Raises ProfileError."""
    return _tree(structure, load, 0)


def children_of(element: Element, tree: Tree, type: str) -> tuple[Mapping[str, Element], Tree]:
    """The elements inside an element of this type, and the tree that they belong to."""
    if element.children:
        return element.children, tree
    if element.content:
        target = tree.by_id.get(element.content)
        if target is not None:
            return target.children, tree
    if type in ("", "BackboneElement", "Element") or type.startswith("http:"):
        return {}, tree
    own = type_tree(type)
    return own.root.children, own


def _tree(structure: StructureDefinition, load: Load, depth: int) -> Tree:
    try:
        url, type_ = structure["url"], structure["type"]
        listed = structure.get("snapshot", {}).get("element", [])
        if len(listed) > _MOST_ELEMENTS:
            raise ProfileError("it has too many elements")
        if listed:
            root = _from_snapshot(listed)
        else:
            base = load(structure.get("baseDefinition", ""))
            if base is None or depth > _MOST_BASES:
                raise ProfileError("what it is based on is not held here")
            root = _tree(base, load, depth + 1).root.copy()
            for raw in structure.get("differential", {}).get("element", []):
                _apply(root, raw, load)
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise ProfileError("it is no complete StructureDefinition") from error
    by_id: dict[str, Element] = {}
    _index(root, by_id)
    return Tree(url, type_, root, by_id)


def _index(element: Element, by_id: dict[str, Element]) -> None:
    waiting = [element]
    while waiting:
        each = waiting.pop()
        by_id.setdefault(each.id, each)
        waiting += [*each.children.values(), *each.slices]


def _from_snapshot(listed: list[Mapping[str, Any]]) -> Element:
    made: dict[str, Element] = {}
    root: Element | None = None
    for raw in listed:
        id_ = _id(raw)
        element = Element(id_, id_.rpartition(".")[2].partition(":")[0])
        _merge(element, raw)
        made.setdefault(id_, element)
        if root is None:
            root = element
            continue
        parent = made.get(id_.rpartition(".")[0])
        if parent is None:
            continue
        if element.slice_name:
            base = parent.children.get(element.name)
            if base is not None:
                base.slices.append(element)
        else:
            parent.children.setdefault(element.name, element)
    if root is None:
        raise ProfileError("it has no elements")
    return root


def _id(raw: Mapping[str, Any]) -> str:
    if "id" in raw:
        return str(raw["id"])
    return f"{raw['path']}:{raw['sliceName']}" if "sliceName" in raw else str(raw["path"])


def _apply(root: Element, raw: Mapping[str, Any], load: Load) -> None:
    """Put one element of a differential into the tree, unfolding types on the way to it."""
    at = root
    for segment in _id(raw).split(".")[1:]:
        name, _, slice_name = segment.partition(":")
        if not at.children:
            at.children = _unfolded(at, load)
        child = at.children.get(name)
        if child is None:
            # valueQuantity: the slice of value[x] that is a Quantity.
            choices = [n for n in at.children if n.endswith("[x]") and name.startswith(n[:-3])]
            child = at.children[choices[0]] if choices else None
            slice_name = slice_name or name
        if child is None:
            raise ProfileError("it constrains an element that its base has not")
        if slice_name:
            child = _slice(child, slice_name)
        at = child
    _merge(at, raw)


def _unfolded(element: Element, load: Load) -> dict[str, Element]:
    types = element.types
    if len(types) != 1 or element.content:
        raise ProfileError("it constrains the inside of an element without one type")
    if types[0].profiles:
        structure = load(types[0].profiles[0])
        if structure is not None:
            return _tree(structure, load, 1).root.copy().children
    return type_tree(types[0].code).root.copy().children


def _slice(element: Element, name: str) -> Element:
    for each in element.slices:
        if each.slice_name == name:
            return each
    made = element.copy()
    made.id, made.slice_name, made.slices = f"{element.id}:{name}", name, []
    made.slicing, made.min = None, 0
    if element.name.endswith("[x]"):
        code = name.removeprefix(element.name[:-3])
        fitting = [each for each in element.types if each.code.lower() == code.lower()]
        made.types = tuple(fitting) or element.types
    element.slices.append(made)
    return made


def _merge(element: Element, raw: Mapping[str, Any]) -> None:
    """Let what an ElementDefinition says count for an element."""
    if "min" in raw:
        element.min = raw["min"]
    if "max" in raw:
        element.max = inf if raw["max"] == "*" else int(raw["max"])
    if "type" in raw:
        element.types = tuple(_type(each) for each in raw["type"])
    if "contentReference" in raw:
        element.content = raw["contentReference"].rpartition("#")[2]
    if "maxLength" in raw:
        element.max_length = raw["maxLength"]
    if "slicing" in raw:
        element.slicing = raw["slicing"]
    if "sliceName" in raw or ":" in element.id.rpartition(".")[2]:
        element.slice_name = raw.get("sliceName") or element.id.rpartition(":")[2]
    for key, value in raw.items():
        if key.startswith("fixed"):
            element.fixed = (value,)
        elif key.startswith("pattern"):
            element.pattern = (value,)
    binding = raw.get("binding", {})
    if "valueSet" in binding:
        largest = next(
            (
                each.get("valueCanonical", "")
                for each in binding.get("extension", [])
                if each.get("url") == _MAX_VALUE_SET
            ),
            "",
        )
        element.binding = Binding(binding["strength"], binding["valueSet"], largest)
    if "constraint" in raw:
        known = {each.key for each in element.constraints}
        added = tuple(_constraint(each) for each in raw["constraint"] if each["key"] not in known)
        element.constraints += added


def _constraint(raw: Mapping[str, Any]) -> Constraint:
    return Constraint(raw["key"], raw["severity"], raw["human"], raw.get("expression", ""))


def _type(raw: Mapping[str, Any]) -> Type:
    code = raw["code"]
    if code.startswith("http://hl7.org/fhirpath/System."):
        code = next((e["valueUrl"] for e in raw.get("extension", []) if "valueUrl" in e), "string")
    return Type(code, tuple(raw.get("profile", ())), tuple(raw.get("targetProfile", ())))
