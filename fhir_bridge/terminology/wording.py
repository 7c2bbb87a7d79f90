"""The words of a concept: its display in a language, and whether a display is one of its words.

https://hl7.org/fhir/R4/codesystem.html#designations
"""

from collections.abc import Iterator, Mapping
from typing import Any

from fhir_bridge.concepts import Concept, folded

_DISPLAY_USES = frozenset(["display", "900000000000003001", "preferredForLanguage"])


def display_in(concept: Concept, languages: str, own: str = "") -> str:
    """The display in the first of these languages ("fr-CA, fr;q=0.8") that there is one for; else
    the default one. `own` is the language of the default display."""
    for wanted in _wanted(languages):
        if own and _spoken(own, wanted):
            break
        fitting = [
            each for each in concept.more.get("designation", [])
            if _spoken(str(each.get("language", "")), wanted) and each.get("value")
        ]  # fmt: skip
        if fitting:
            return str(min(fitting, key=_rank)["value"])
    return concept.display


def designations(concept: Concept, wanted: list[str]) -> list[Mapping[str, Any]]:
    """The designations whose language or use is among `wanted` ("system|code"); none: all."""
    found: list[Mapping[str, Any]] = list(concept.more.get("designation", []))
    if not wanted:
        return found
    languages = [each.partition("|")[2] for each in wanted if each.startswith("urn:ietf:bcp:47|")]
    return [
        each for each in found
        if any(_spoken(str(each.get("language", "")), language) for language in languages)
        or f"{each.get('use', {}).get('system', '')}|{each.get('use', {}).get('code')}" in wanted
    ]  # fmt: skip


def is_word(concept: Concept, display: str) -> bool:
    """Whether this is the concept's display or one of its designations, case and spaces aside."""
    others = [each.get("value", "") for each in concept.more.get("designation", [])]
    return _even(display) in {_even(each) for each in (concept.display, *others) if each}


def _even(text: str) -> str:
    return " ".join(folded(text).split())


def _wanted(languages: str) -> Iterator[str]:
    weighed = []
    for each in languages.split(",")[:20]:
        language, _, weight = each.strip().partition(";")
        try:
            quality = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            quality = 0.0
        weighed.append((-quality, language.strip().lower()))
    yield from (language for _, language in sorted(weighed, key=lambda pair: pair[0]) if language)


def _spoken(language: str, wanted: str) -> bool:
    """Whether a text in `language` serves who wants `wanted`: the same, or one more general."""
    language, wanted = language.lower(), wanted.lower()
    return bool(language) and (
        language == wanted or language.startswith(f"{wanted}-") or wanted.startswith(f"{language}-")
    )


def _rank(designation: Mapping[str, Any]) -> int:
    use = designation.get("use", {}).get("code")
    return 0 if use in _DISPLAY_USES else 1 if use is None else 2
