"""Code systems that a rule defines rather than a list: units, languages, countries, media types.

FHIR refers to them by fixed URLs and their publishers give no CodeSystem resource. Units are parsed
by ucumvert; names of languages, countries and currencies are CLDR's, in English and French.

Sources: https://hl7.org/fhir/R4/terminologies-systems.html, https://ucum.org,
https://www.rfc-editor.org/rfc/rfc5646, https://cldr.unicode.org
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from fhir_bridge.concepts import Concept, folded

_LANGUAGE = re.compile(
    r"(?P<language>[a-z]{2,3})(?:-[a-z]{3}){0,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?"
    r"(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*(?:-[0-9a-wy-z](?:-[a-z0-9]{2,8})+)*"
    r"(?:-x(?:-[a-z0-9]{1,8})+)?|x(?:-[a-z0-9]{1,8})+",
    re.IGNORECASE,
)
_MEDIA_TYPE = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+\-]{0,126}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+\-]{0,126}"
    r"(?:\s?;\s?[A-Za-z0-9_.\-]+=[^\s;]+)*"
)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:\S+")
# CLDR has regions that are no country: unions, the world, and codes for tests.
_NO_COUNTRIES = frozenset(["EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"])
# A unit that takes longer to parse than this is no unit.
_LONGEST = 200

Names = Mapping[str, Mapping[str, str]]  # code -> language -> name


@dataclass(frozen=True)
class Grammar:
    """A code system by rule. `listed` gives all its codes when they can be listed."""

    url: str
    accepts: Callable[[str], str | None]  # the display of a code, None: no such code
    listed: Callable[[], Names] | None = None
    case_sensitive: bool = True
    version: str = ""
    complete: bool = True

    def find(self, code: str) -> Concept | None:
        names = self.listed().get(code) if self.listed else None
        if names is not None:
            return _concept(0, code, names)
        display = self.accepts(code)
        return None if display is None else Concept(0, code, display)

    def concepts(self, words: str = "") -> Iterator[Concept]:
        """Every concept; call it only of a grammar that is `listed`."""
        wanted = folded(words).split()
        for position, (code, names) in enumerate(self.listed().items() if self.listed else ()):
            text = folded(f"{code} {' '.join(names.values())}")
            if all(word in text for word in wanted):
                yield _concept(position, code, names)


@cache
def grammars() -> Mapping[str, Grammar]:
    """The grammars by the URL of their code system."""
    known = (
        Grammar("http://unitsofmeasure.org", _unit),
        Grammar("urn:ietf:bcp:47", _language, case_sensitive=False),
        Grammar("urn:ietf:bcp:13", _matched(_MEDIA_TYPE), case_sensitive=False),
        Grammar("urn:ietf:rfc:3986", _matched(_URI)),
        Grammar("urn:iso:std:iso:3166", _nothing, _countries),
        Grammar("urn:iso:std:iso:4217", _nothing, _currencies),
    )
    return {each.url: each for each in known}


def _nothing(code: str) -> None:
    return None


def _matched(pattern: re.Pattern[str]) -> Callable[[str], str | None]:
    return lambda code: code if len(code) <= 1_000 and pattern.fullmatch(code) else None


def _unit(code: str) -> str | None:
    if not code or len(code) > _LONGEST or not code.isascii():
        return None
    try:
        _units().parse(code)
    except Exception:
        # lark raises a different error for each way in which a text is no unit.
        return None
    return code


@cache
def _units() -> Any:
    from ucumvert import get_ucum_parser

    return get_ucum_parser()


def _language(code: str) -> str | None:
    match = _LANGUAGE.fullmatch(code) if len(code) <= 100 else None
    if match is None:
        return None
    language = (match["language"] or "").lower()
    name = _cldr("languages").get(language, {}).get("en")
    # Two letters are all of ISO 639-1, which CLDR names whole; three are too many to name.
    return None if name is None and len(language) == 2 else name or code


def _countries() -> Names:
    return _countries_made()


@cache
def _countries_made() -> Names:
    from babel.core import get_global

    found = {
        code: names
        for code, names in _cldr("territories").items()
        if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES
    }
    others = {
        other: found[targets[0]]
        for other, targets in sorted(get_global("territory_aliases").items())
        if len(other) == 3 and len(targets) == 1 and targets[0] in found
    }
    return found | others


def _currencies() -> Names:
    return _cldr("currencies")


@cache
def _cldr(kind: str) -> Names:
    from babel import Locale

    found: dict[str, dict[str, str]] = {}
    for language in ("en", "fr"):
        for code, name in sorted(getattr(Locale(language), kind).items()):
            found.setdefault(code, {})[language] = str(name)
    return found


def _concept(position: int, code: str, names: Mapping[str, str]) -> Concept:
    said = [{"language": lang, "value": name} for lang, name in names.items()]
    display = names.get("en") or next(iter(names.values()), code)
    return Concept(position, code, display, more={"designation": said})
