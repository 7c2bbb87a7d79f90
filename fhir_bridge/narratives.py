"""Is a narrative the XHTML that R4 allows? (invariants txt-1 and txt-2, `htmlChecks()`)

https://hl7.org/fhir/R4/narrative.html#xhtml
"""

import re
from html.entities import html5

from lxml import etree

_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")
_XML_ENTITIES = frozenset(["amp", "lt", "gt", "quot", "apos"])
_ELEMENTS = frozenset(
    (
        *("div", "p", "span", "h1", "h2", "h3", "h4", "h5", "h6", "a", "img", "br", "hr", "pre"),
        *("table", "caption", "colgroup", "col", "thead", "tfoot", "tbody", "tr", "th", "td"),
        *("ul", "ol", "li", "dl", "dt", "dd", "b", "i", "em", "strong", "small", "big", "tt", "u"),
        *("dfn", "code", "q", "samp", "kbd", "var", "abbr", "acronym", "cite", "blockquote"),
        *("sub", "sup", "address", "bdo", "ins", "del", "s", "strike", "map", "area", "center"),
    )
)
# Attributes that run code or load something: everything else that XHTML knows is harmless.
_BAD_ATTRIBUTE = re.compile(r"on[a-z]+|.*\}.*", re.IGNORECASE)
_BAD_ADDRESS = re.compile(r"(?:javascript|vbscript|data:(?!image/))", re.IGNORECASE)
# Browsers pass over these inside an address's scheme.
_PASSED_OVER = re.compile(r"[\x00-\x20]+")


def narrative_fine(text: str) -> bool:
    """Whether a `div` is well-formed, has content, and only elements that R4 allows."""
    plain = _ENTITY.sub(_character, text)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(plain.encode(), parser)
    except (etree.XMLSyntaxError, ValueError):
        return False
    if plain.lstrip().startswith("<!") or etree.QName(root).localname != "div":
        return False
    content = False
    for element in root.iter():
        content = content or bool((element.tail or "").strip())
        if not isinstance(element.tag, str):
            continue
        name = etree.QName(element).localname
        if name not in _ELEMENTS:
            return False
        for attribute, value in element.attrib.items():
            bare = str(attribute).removeprefix("{http://www.w3.org/XML/1998/namespace}")
            if _BAD_ATTRIBUTE.fullmatch(bare) or _BAD_ADDRESS.match(
                _PASSED_OVER.sub("", str(value))
            ):
                return False
        content = content or name == "img" or bool((element.text or "").strip())
    return content


def _character(match: re.Match[str]) -> str:
    """XHTML's named entities are not XML's: the character itself."""
    name = match[1]
    if name in _XML_ENTITIES:
        return match[0]
    return html5.get(f"{name};", match[0])
