"""CIM-10-FR for PMSI: the ATIH's list as ClaML (EN 14463:2007), with its modifiers expanded.

A Class is a chapter, block or category with SuperClass and Rubrics; ModifiedBy adds to its code
each ModifierClass of a Modifier. https://www.atih.sante.fr/
"""

from collections.abc import Mapping
from typing import Any

from lxml import etree

from fhir_bridge.code_lists.common import CodeList, CodeListError, Entry, unique

URL = "https://smt.esante.gouv.fr/terminologie-cim-10"
_OTHER = ("inclusion", "preferredLong", "introduction")


def read(content: bytes) -> CodeList:
    """Raises CodeListError."""
    # The file names its DTD, which is neither fetched nor needed; no entity is resolved.
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise CodeListError(f"The XML cannot be read: {error}") from error
    if root.tag != "ClaML":
        raise CodeListError(f"The file is {root.tag}, not ClaML.")
    modifiers = _modifiers(root)
    entries: list[Entry] = []
    for each in root.iter("Class"):
        code = each.get("code", "")
        display = _label(each, "preferred")
        if not code or not display:
            raise CodeListError(f"Class {code or '(without a code)'}: no preferred label.")
        parent = each.find("SuperClass")
        up = parent.get("code", "") if parent is not None else ""
        kept = tuple(text for kind in _OTHER for text in _labels(each, kind))
        entries.append(Entry(code, display, kept, _parent(up)))
        entries += _modified(each, Entry(code, display), modifiers)
    return CodeList(URL, "CIM10FR", "CIM-10-FR", "ATIH", "fr", unique(entries), hierarchy=True)


def _parent(code: str) -> tuple[Mapping[str, Any], ...]:
    return ({"code": "parent", "valueCode": code},) if code else ()


def _modifiers(root: etree._Element) -> dict[str, list[tuple[str, str]]]:
    """(what is added to a code, its label) of each modifier."""
    found: dict[str, list[tuple[str, str]]] = {}
    for each in root.iter("ModifierClass"):
        label = _label(each, "preferred")
        found.setdefault(each.get("modifier", ""), []).append((each.get("code", ""), label))
    return found


def _modified(
    each: etree._Element, base: Entry, modifiers: Mapping[str, list[tuple[str, str]]]
) -> list[Entry]:
    """The codes that a class's modifiers make, one modifier after the other."""
    made: list[Entry] = []
    bases = [base]
    for modified in each.findall("ModifiedBy"):
        name = modified.get("code", "")
        if name not in modifiers:
            raise CodeListError(f"Class {base.code}: there is no modifier {name}.")
        only = {valid.get("code", "") for valid in modified.findall("ValidModifierClass")}
        grown = [
            Entry(f"{held.code}{added}", f"{held.display}, {label}", (), _parent(held.code))
            for held in bases
            for added, label in modifiers[name]
            if not only or added in only
        ]
        made += grown
        bases = grown
    return made


def _label(each: etree._Element, kind: str) -> str:
    return next(iter(_labels(each, kind)), "")


def _labels(each: etree._Element, kind: str) -> list[str]:
    return [
        " ".join("".join(map(str, label.itertext())).split())
        for rubric in each.findall("Rubric")
        if rubric.get("kind") == kind
        for label in rubric.findall("Label")
    ]
