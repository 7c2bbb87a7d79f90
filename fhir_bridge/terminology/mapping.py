"""What a concept map makes of a code, in its own direction and against it.

Source: https://hl7.org/fhir/R4/conceptmap.html, https://hl7.org/fhir/R4/conceptmap-operation-translate.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from fhir_bridge.terminology.sources import Sources

ConceptMap = Mapping[str, Any]
_REVERSED = {
    "wider": "narrower", "narrower": "wider", "subsumes": "specializes", "specializes": "subsumes",
}  # fmt: skip
# Maps that hand over to each other, one after another.
_MOST_MAPS = 10


class Match(NamedTuple):
    """One translation; `concept` is a Coding, empty for a code that is said to have none."""

    equivalence: str
    concept: Mapping[str, Any]
    source: str
    products: tuple[Mapping[str, Any], ...] = ()

    @property
    def usable(self) -> bool:
        return bool(self.concept) and self.equivalence not in ("unmatched", "disjoint")


@dataclass(frozen=True)
class Question:
    """A code to translate; "" for a system that was not said. `depends` has (property, system,
    code) of the other elements that are known."""

    system: str
    code: str
    target_system: str = ""
    reverse: bool = False
    depends: frozenset[tuple[str, str, str]] = field(default_factory=frozenset)


def translations(question: Question, concept_map: ConceptMap, sources: Sources) -> list[Match]:
    """The matches of a code in one concept map, `unmapped` rules included."""
    return list(_in_map(question, concept_map, sources, 0))


def fits(concept_map: ConceptMap, source: str, target: str) -> bool:
    """Whether a map leads from and to these value sets; "" fits any."""
    for wanted, name in ((source, "source"), (target, "target")):
        own = concept_map.get(f"{name}Uri") or concept_map.get(f"{name}Canonical") or ""
        if wanted and own.partition("|")[0] != wanted.partition("|")[0]:
            return False
    return True


def _in_map(
    question: Question, concept_map: ConceptMap, sources: Sources, depth: int
) -> Iterator[Match]:
    url = str(concept_map.get("url", ""))
    for group in concept_map.get("group", []):
        source, target = group.get("source", ""), group.get("target", "")
        if question.reverse:
            source, target = target, source
        if question.system and source and question.system != source:
            continue
        if question.target_system and target and question.target_system != target:
            continue
        if question.reverse:
            yield from _reversed_in_group(question, group, url)
        else:
            found = list(_in_group(question, group, url))
            yield from found or _unmapped(question, group, url, sources, depth)


def _in_group(question: Question, group: Mapping[str, Any], url: str) -> Iterator[Match]:
    for element in group.get("element", []):
        if element.get("code") != question.code:
            continue
        for target in element.get("target", []):
            if _depends(question, target):
                products = tuple(
                    {
                        "element": each["property"],
                        "concept": _coding(each.get("system", ""), each["value"],
                                           each.get("display", "")),
                    }
                    for each in target.get("product", [])
                )  # fmt: skip
                concept = (
                    _coding(group.get("target", ""), target["code"], target.get("display", ""))
                    if "code" in target
                    else {}
                )
                yield Match(target.get("equivalence", "equivalent"), concept, url, products)


def _reversed_in_group(question: Question, group: Mapping[str, Any], url: str) -> Iterator[Match]:
    for element in group.get("element", []):
        for target in element.get("target", []):
            if target.get("code") == question.code and "code" in element:
                equivalence = target.get("equivalence", "equivalent")
                concept = _coding(
                    group.get("source", ""), element["code"], element.get("display", "")
                )
                yield Match(_REVERSED.get(equivalence, equivalence), concept, url)


def _unmapped(
    question: Question, group: Mapping[str, Any], url: str, sources: Sources, depth: int
) -> Iterator[Match]:
    if any(element.get("code") == question.code for element in group.get("element", [])):
        return
    rule = group.get("unmapped", {})
    match rule.get("mode"):
        case "provided":
            yield Match("equal", _coding(group.get("target", ""), question.code, ""), url)
        case "fixed" if "code" in rule:
            concept = _coding(group.get("target", ""), rule["code"], rule.get("display", ""))
            yield Match("relatedto", concept, url)
        case "other-map" if depth < _MOST_MAPS:
            other = sources.concept_map(rule.get("url", ""))
            if other is not None:
                yield from _in_map(question, other, sources, depth + 1)


def _depends(question: Question, target: Mapping[str, Any]) -> bool:
    return all(
        (each.get("property", ""), each.get("system", ""), each.get("value", ""))
        in question.depends
        for each in target.get("dependsOn", [])
    )


def _coding(system: str, code: str, display: str) -> dict[str, Any]:
    coding = {"system": system, "code": code, "display": display}
    return {name: value for name, value in coding.items() if value}
