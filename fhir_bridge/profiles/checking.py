"""Holding a resource against R4's definitions and against profiles, with every issue said.

The structure of R4 itself is validation.py's; here come its invariants and bindings, the
definitions of extensions that are held, and, for each profile, everything that it narrows.

Source: https://hl7.org/fhir/R4/validation.html
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from fhir_bridge.outcomes import Issue
from fhir_bridge.profiles import invariants
from fhir_bridge.profiles.bindings import Bindings
from fhir_bridge.profiles.instances import Node, resource_node
from fhir_bridge.profiles.invariants import Budget
from fhir_bridge.profiles.patterns import equals, fits
from fhir_bridge.profiles.slicing import Slicer, resolved, target_type
from fhir_bridge.profiles.tree import (
    Constraint,
    Element,
    ProfileError,
    Tree,
    children_of,
    core_load,
    core_tree,
    tree_of,
    type_tree,
)
from fhir_bridge.terminology import Evaluator, Sources

MAX_ISSUES = 200
_CORE = "http://hl7.org/fhir/StructureDefinition/"
# What the structural check of every write has made sure of, in their words of R4.
_SURE = frozenset(["ele-1"])
_OF_CONTAINED = frozenset(["dom-2", "dom-3", "dom-4", "dom-5"])
# What has no meaning for a contained resource: its narrative is that of its container.
_NOT_INSIDE = frozenset(["dom-6"])


def conformance(
    value: Mapping[str, Any],
    sources: Sources,
    *,
    profiles: Iterable[str] = (),
    seconds: float = invariants.SECONDS,
) -> list[Issue]:
    """Every issue of a structurally valid resource: R4's rules, the profiles in its meta, and
    those that are asked for (which have to be held here)."""
    checker = Checker(sources, Budget(seconds))
    node = resource_node(value)
    checker.base(node)
    for canonical in profiles:
        checker.profile(node, canonical, missing="error")
    return list(checker.finished())


class Checker:
    """One validation: what it has found, what it has judged already, and its budget."""

    def __init__(self, sources: Sources, budget: Budget) -> None:
        self._sources = sources
        self._budget = budget
        self._bindings = Bindings(Evaluator(sources))
        self._slicer = Slicer(sources.structure, self._bindings, self._conforms)
        self._issues: dict[Issue, None] = {}
        self._verdicts: dict[tuple[str, str], bool | None] = {}
        self._trees: dict[str, Tree | None] = {}
        self._under_way: set[tuple[str, str]] = set()
        self._unjudged: dict[str, None] = {}

    def finished(self) -> Iterator[Issue]:
        """What was found, and what could not be judged."""
        yield from list(self._issues)[:MAX_ISSUES]
        if self._budget.spent:
            yield Issue("too-costly", "Not every rule was checked: it took too long", "", "warning")
        for key in self._unjudged:
            yield Issue("not-supported", f"The rule {key} could not be evaluated", "",
                        "information", key)  # fmt: skip
        for canonical in self._bindings.unheld:
            yield Issue("not-supported", f"Codes were not checked against {canonical}: it is not "
                        "held here", "", "information")  # fmt: skip

    # -- R4 itself -------------------------------------------------------------------------------

    def base(self, node: Node) -> None:
        """R4's own invariants and bindings, everywhere in a resource, and the profiles it names."""
        tree = type_tree(node.type)
        self._value(tree.root, tree, node, strict=False)

    def _named(self, node: Node) -> None:
        meta = node.value.get("meta")
        for canonical in meta.get("profile", []) if isinstance(meta, dict) else []:
            if isinstance(canonical, str):
                self.profile(node, canonical, missing="warning")

    # -- profiles --------------------------------------------------------------------------------

    def profile(self, node: Node, canonical: str, *, missing: str = "") -> None:
        """Hold a node against a profile; `missing` is the severity when it is not held."""
        if canonical.partition("|")[0] == f"{_CORE}{node.type}":
            return
        tree = self._tree(canonical)
        if tree is None:
            if missing:
                self._add(Issue("not-found", f"The profile {canonical} is not held here or cannot "
                                "be used: not checked", node.at, missing))  # fmt: skip
            return
        if node.type != tree.type:
            self._add(Issue("invalid", f"The profile {tree.url} is about {tree.type}", node.at))
            return
        key = (tree.url, node.at)
        if key in self._under_way:
            return
        self._under_way.add(key)
        try:
            self._value(tree.root, tree, node, strict=True)
        finally:
            self._under_way.discard(key)

    def _conforms(self, node: Node, canonical: str) -> bool:
        """Whether a node keeps a profile; nothing is said. A profile that is not held: yes."""
        kept, self._issues = self._issues, {}
        try:
            self.profile(node, canonical)
            return not any(each.severity == "error" for each in self._issues)
        finally:
            self._issues = kept

    def _conforms_to_any(self, node: Node, profiles: Iterable[str]) -> bool:
        return any(self._conforms(node, each) for each in profiles)

    def _tree(self, canonical: str) -> Tree | None:
        if canonical not in self._trees:
            structure = self._sources.structure(canonical)
            self._trees[canonical] = None
            if structure is not None:
                try:
                    own = structure is core_load(canonical)
                    self._trees[canonical] = (
                        core_tree(structure["url"])
                        if own
                        else tree_of(structure, self._sources.structure)
                    )
                except ProfileError:
                    pass
        return self._trees[canonical]

    # -- one element -----------------------------------------------------------------------------

    def _value(self, element: Element, tree: Tree, node: Node, *, strict: bool) -> None:
        if self._budget.spent or len(self._issues) > MAX_ISSUES:
            return
        if strict and not self._kind(element, node):
            return
        if strict:
            self._contents(element, node)
        if element.binding is not None:
            self._add(*self._bindings.issues(element.binding, node))
        self._constraints(element.constraints, node, tree.url)
        if not strict:
            self._type_rules(element, node)
        for kind in element.types:
            if kind.code == node.type or kind.code == "Resource":
                self._any_profile(node, kind.profiles)
        if strict and node.type in ("Reference", "canonical"):
            self._targets(element, node)
        if not strict or element.children or element.content:
            self._inside(element, tree, node, strict=strict)

    def _type_rules(self, element: Element, node: Node) -> None:
        """What R4 says of a node's type, wherever it is; and the profiles that it names itself."""
        if node.type in ("BackboneElement", "Element"):
            return
        own = type_tree(node.type).root
        if own is not element:
            self._constraints(own.constraints, node, f"{_CORE}{node.type}")
        if node.type == "Extension":
            self._extension(node)
        elif node.type == "Coding":
            self._add(*self._bindings.coding_issues(node))
        elif node.is_resource:
            self._named(node)

    def _extension(self, node: Node) -> None:
        value = node.value if isinstance(node.value, dict) else {}
        held = [key for key in value if key.startswith(("value", "_value"))]
        if bool(held) == ("extension" in value):
            self._add(_broken(Constraint("ext-1", "error", "Must have either extensions or "
                                         "value[x], not both", ""), node))  # fmt: skip
        url = value.get("url")
        if not isinstance(url, str) or ":" not in url:
            return
        if self._tree(url) is not None:
            self.profile(node, url)
        elif ".modifierExtension" in node.at.rpartition("[")[0][-18:]:
            self._add(Issue("extension", "A modifier extension that is not known here", node.at,
                            "warning"))  # fmt: skip

    def _inside(self, element: Element, tree: Tree, node: Node, *, strict: bool) -> None:
        children, own = children_of(element, tree, node.type)
        present = set(node.names())
        for name, child in children.items():
            nodes = node.children(name) if name in present else []
            if strict:
                self._count(child, nodes, node, child.name.removesuffix("[x]"))
            for each in nodes:
                self._value(child, own, each, strict=strict)
            if strict and child.slices:
                self._slices(child, own, nodes, node)

    def _kind(self, element: Element, node: Node) -> bool:
        """Whether the profile allows an element's type; R4 itself has been asked before."""
        allowed = {each.code for each in element.types}
        if not allowed or node.type in allowed or allowed & {"Resource", "DomainResource"}:
            return True
        if "." not in element.id or node.type in ("BackboneElement", "Element"):
            return True
        if allowed <= {"string", "uri", "id"} and node.primitive:
            return True
        self._add(Issue("structure", f"The profile allows {', '.join(sorted(allowed))}", node.at))
        return False

    def _count(self, element: Element, nodes: list[Node], parent: Node, name: str) -> None:
        what = f"{name}:{element.slice_name}" if element.slice_name else name
        if len(nodes) < element.min:
            self._add(Issue("required", f"The profile asks for at least {element.min} of {what}",
                            f"{parent.at}.{name}"))  # fmt: skip
        elif len(nodes) > element.max:
            self._add(Issue("structure", f"The profile allows at most {int(element.max)} of {what}",
                            f"{parent.at}.{name}"))  # fmt: skip

    def _contents(self, element: Element, node: Node) -> None:
        if element.fixed and not equals(node.value, element.fixed[0]):
            self._add(Issue("value", "The value is not the one that the profile fixes", node.at))
        if element.pattern and not fits(node.value, element.pattern[0]):
            self._add(Issue("value", "The value does not fit the profile's pattern", node.at))
        length = len(node.value) if isinstance(node.value, str) else 0
        if element.max_length and length > element.max_length:
            self._add(Issue("too-long", f"The profile allows {element.max_length} characters",
                            node.at))  # fmt: skip

    def _slices(self, element: Element, tree: Tree, nodes: list[Node], parent: Node) -> None:
        if not self._slicer.decidable(element):
            return
        sorted_: dict[int, list[Node]] = {index: [] for index in range(len(element.slices))}
        rules = (element.slicing or {}).get("rules", "open")
        places = []
        for node in nodes:
            found = self._slicer.slice_of(node, element, tree)
            if found is None:
                default = next((s for s in element.slices if s.slice_name == "@default"), None)
                if default is not None:
                    self._value(default, tree, node, strict=True)
                elif rules == "closed":
                    self._add(Issue("structure", "The profile allows its slices only", node.at))
                continue
            index = element.slices.index(found)
            sorted_[index].append(node)
            places.append(index)
        if (element.slicing or {}).get("ordered") and places != sorted(places):
            self._add(Issue("structure", "The profile gives its slices an order", parent.at))
        name = element.name.removesuffix("[x]")
        for index, each in enumerate(element.slices):
            if each.slice_name != "@default":
                self._count(each, sorted_[index], parent, name)
                for node in sorted_[index]:
                    self._value(each, tree, node, strict=True)
                    if each.slices:
                        self._slices(each, tree, [node], parent)

    def _any_profile(self, node: Node, profiles: tuple[str, ...]) -> None:
        """Of the profiles of a type one is enough."""
        if len(profiles) == 1:
            self.profile(node, profiles[0])
        elif profiles and not self._conforms_to_any(node, profiles):
            self._add(Issue("structure", "The element keeps none of the profiles allowed here",
                            node.at))  # fmt: skip

    def _targets(self, element: Element, node: Node) -> None:
        """Whether a reference is to a type that the profile allows; contained targets are held
        against their profile."""
        targets = [t for kind in element.types if kind.code == node.type for t in kind.targets]
        if not targets or f"{_CORE}Resource" in targets or not isinstance(node.value, dict):
            return
        allowed = set()
        for target in targets:
            if target.startswith(_CORE) and target[len(_CORE) :].isalpha():
                allowed.add(target[len(_CORE) :])
            structure = self._sources.structure(target)
            if structure is None:
                if not target.startswith(_CORE):
                    return
            else:
                allowed.add(str(structure.get("type")))
        found = resolved(node)
        name = found.type if found is not None else target_type(node.value)
        contained = str(node.value.get("reference", "")).startswith("#")
        if name and name not in allowed:
            shown = ", ".join(sorted(allowed))
            self._add(Issue("value", f"The profile allows references to {shown}", node.at))
        elif found is not None and contained and not self._conforms_to_any(found, targets):
            self._add(Issue("structure", "The contained resource keeps none of the profiles "
                            "allowed here", node.at))  # fmt: skip

    # -- invariants ------------------------------------------------------------------------------

    def _constraints(self, constraints: tuple[Constraint, ...], node: Node, source: str) -> None:
        for each in constraints:
            if each.key in _SURE or not each.expression:
                continue
            if each.key == "ext-1" or (each.key in _OF_CONTAINED and "contained" not in node.value):
                continue
            if node.value is None and node.primitive:
                continue
            if each.key in _NOT_INSIDE and node.root is not None:
                continue
            if each.key == "dom-3" and node.is_resource:
                # Its expression asks `as()` of many things at once, which FHIRPath refuses.
                verdict: bool | None = _contained_used(node.value)
            else:
                verdict = self._verdict(each, node)
            if verdict is None and not self._budget.spent:
                self._unjudged[each.key] = None
            elif verdict is False:
                self._add(_broken(each, node))

    def _verdict(self, constraint: Constraint, node: Node) -> bool | None:
        key = (node.at, constraint.expression)
        if key not in self._verdicts:
            self._verdicts[key] = invariants.holds(
                constraint.expression, node.value, node.inside or node.type,
                resource=node.resource, root=node.top, beside=node.beside, budget=self._budget,
            )  # fmt: skip
        return self._verdicts[key]

    def _add(self, *issues: Issue) -> None:
        for each in issues:
            self._issues[each] = None


def _broken(constraint: Constraint, node: Node) -> Issue:
    severity = "warning" if constraint.severity == "warning" else "error"
    return Issue("invariant", f"{constraint.human} ({constraint.key})", node.at, severity,
                 constraint.key)  # fmt: skip


def _contained_used(resource: Mapping[str, Any]) -> bool:
    """dom-3: each contained resource is referred to from elsewhere, or refers to its container."""
    named: set[str] = set()
    waiting: list[Any] = [resource]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each
        elif isinstance(each, str) and each.startswith("#"):
            named.add(each)
    return "#" in named or all(
        f"#{each.get('id')}" in named for each in resource.get("contained", [])
    )
