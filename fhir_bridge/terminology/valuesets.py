"""What a value set contains: membership of one code, and its expansion.

Membership is decided without an expansion, so it also works for value sets that cannot be listed.
It has three answers: a member, none, and unknown, when a code system is not held here.

Source: https://hl7.org/fhir/R4/valueset.html#compositions
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from fhir_bridge.concepts import CodeSystem, Concept, folded
from fhir_bridge.terminology.filters import positions_of, refused, test_of
from fhir_bridge.terminology.grammars import Grammar, grammars
from fhir_bridge.terminology.sources import Sources

# How many imports may lie inside each other, how many value sets one question about a code may
# ask, and how many concepts one expansion may look at.
MOST_NESTED = 40
MOST_ASKED = 20_000
MOST_LOOKED_AT = 500_000

ValueSet = Mapping[str, Any]
System = CodeSystem | Grammar


class Member(NamedTuple):
    """A code of a value set; `display` and designations are those that the value set prefers."""

    system: str
    version: str
    concept: Concept

    @property
    def key(self) -> tuple[str, str]:
        return self.system, self.concept.code


class Unknown(NamedTuple):
    """Nobody here can say; `system` is the code system (or value set) that is missing."""

    system: str


@dataclass
class Versions:
    """Which version of a code system counts: where a value set names none, or whatever it says."""

    default: Mapping[str, str] = field(default_factory=dict)
    forced: Mapping[str, str] = field(default_factory=dict)
    checked: Mapping[str, str] = field(default_factory=dict)
    excluded: frozenset[str] = frozenset()


class Evaluator:
    """Evaluates value sets for one request."""

    def __init__(self, sources: Sources, versions: Versions | None = None) -> None:
        self.sources = sources
        self.versions = versions or Versions()
        # The canonicals that an answer rests on, for expansion.parameter.
        self.used: dict[tuple[str, str], None] = {}
        self._looked_at = 0
        self._asked = 0
        self._listed: dict[int, tuple[Any, Mapping[str, Mapping[str, Any]]]] = {}

    # -- code systems ----------------------------------------------------------------------------

    def system(self, url: str, version: str = "") -> System | None:
        """The code system that answers for a URL, held or by rule."""
        version = self.versions.forced.get(url) or version or self.versions.default.get(url, "")
        found: System | None = self.sources.code_system(f"{url}|{version}" if version else url)
        if found is None and not version:
            found = grammars().get(url)
        checked = self.versions.checked.get(url)
        if checked and found is not None and found.version != checked:
            raise refused("exception", "A code system is of another version than was asked for")
        return found

    def language(self, url: str) -> str:
        """The language of a code system's displays, "" when it does not say."""
        system = self.system(url) if url else None
        return str(system.head.get("language", "")) if isinstance(system, CodeSystem) else ""

    # -- membership ------------------------------------------------------------------------------

    def member(self, value_set: ValueSet, system: str, code: str) -> Member | Unknown | None:
        """The code as a member of the value set; `system` "" asks for any system.

        Raises Invalid for a value set that cannot be evaluated (a circle of imports, a filter that
        makes no sense).
        """
        self._asked = 0
        return self._member(value_set, system, code, ())

    def _member(
        self, value_set: ValueSet, system: str, code: str, inside: tuple[str, ...]
    ) -> Member | Unknown | None:
        inside = _entered(value_set, inside)
        self._asked += 1
        if self._asked > MOST_ASKED:
            raise refused("too-costly", "The value set imports too many others")
        compose = value_set.get("compose")
        if compose is None:
            return _listed_member(value_set, system, code)
        unknown: Unknown | None = None
        found: Member | None = None
        for include in compose.get("include", []):
            answer = self._in_part(include, system, code, inside)
            if isinstance(answer, Unknown):
                unknown = unknown or answer
            elif answer is not None:
                found = answer
                break
        if found is None:
            return unknown
        if compose.get("inactive") is False and found.concept.inactive:
            return None
        for exclude in compose.get("exclude", []):
            answer = self._in_part(exclude, found.system, code, inside)
            if isinstance(answer, Unknown):
                return answer
            if answer is not None:
                return None
        return found

    def _in_part(
        self, part: Mapping[str, Any], system: str, code: str, inside: tuple[str, ...]
    ) -> Member | Unknown | None:
        answer: Member | Unknown | None = None
        if "system" in part:
            if (system and part["system"] != system) or part["system"] in self.versions.excluded:
                return None
            answer = self._in_system(part, code)
            if answer is None:
                return None
        unknown = answer if isinstance(answer, Unknown) else None
        for canonical in part.get("valueSet", []):
            other = self.value_set(canonical)
            each = (
                Unknown(canonical) if other is None else self._member(other, system, code, inside)
            )
            if each is None:
                return None
            if isinstance(each, Unknown):
                unknown = unknown or each
            answer = answer if isinstance(answer, Member) else each
        return unknown or answer

    def _in_system(self, part: Mapping[str, Any], code: str) -> Member | Unknown | None:
        url = part["system"]
        system = self.system(url, part.get("version", ""))
        version = system.version if system else part.get("version", "")
        if "concept" in part:
            folds = system is not None and not system.case_sensitive
            listed = self._index(part, folds).get(code.casefold() if folds else code)
            return None if listed is None else Member(url, version, _preferred(listed, system))
        if system is None:
            return Unknown(url)
        concept = system.find(code)
        if concept is None:
            return None if system.complete else Unknown(url)
        rules = part.get("filter", [])
        if rules and not isinstance(system, CodeSystem):
            return Unknown(url)
        for rule in rules:
            assert isinstance(system, CodeSystem)
            if not test_of(system, rule)(concept):
                return None
        return Member(url, version, concept)

    def _index(self, part: Mapping[str, Any], folds: bool) -> Mapping[str, Mapping[str, Any]]:
        """The concepts that a part lists, by code; made once, since they may be thousands."""
        # The part is kept beside its index, so that no other one gets its id.
        found = self._listed.get(id(part))
        if found is None:
            index: dict[str, Mapping[str, Any]] = {}
            for each in part["concept"]:
                code = each.get("code", "")
                index.setdefault(code.casefold() if folds else code, each)
            found = self._listed[id(part)] = (part, index)
        return found[1]

    # -- expansion -------------------------------------------------------------------------------

    def members(self, value_set: ValueSet, words: str = "") -> Iterator[Member]:
        """Every member once, in the order of the definition; those only that have all of these
        words in code, display or a designation.

        Raises Invalid: `too-costly` for what has no end, `not-found` for a code system or value
        set that is not held here, and as `member`.
        """
        met = set()
        for each in self._members(value_set, words, ()):
            if each.key not in met:
                met.add(each.key)
                yield each

    def count(self, value_set: ValueSet) -> int | None:
        """How many members there are where that takes no look at each: a whole code system."""
        compose = value_set.get("compose", {})
        parts = compose.get("include", [])
        if len(parts) != 1 or "exclude" in compose or compose.get("inactive") is False:
            return None
        (part,) = parts
        if "system" not in part or {"concept", "filter", "valueSet"} & part.keys():
            return None
        system = self.system(part["system"], part.get("version", ""))
        return system.count if isinstance(system, CodeSystem) else None

    def _members(
        self, value_set: ValueSet, words: str, inside: tuple[str, ...]
    ) -> Iterator[Member]:
        inside = _entered(value_set, inside)
        if "url" in value_set:
            self.used["used-valueset", _canonical(value_set)] = None
        compose = value_set.get("compose")
        if compose is None:
            yield from (each for each in _listed(value_set) if _said(each.concept, words))
            return
        excludes = compose.get("exclude", [])
        active_only = compose.get("inactive") is False
        for include in compose.get("include", []):
            self._asked = 0
            for each in self._of_part(include, words, inside):
                self._looked_at += 1
                if self._looked_at > MOST_LOOKED_AT:
                    raise refused("too-costly", "The value set is too large to be listed")
                if active_only and each.concept.inactive:
                    continue
                if not self._excluded(excludes, each, inside):
                    yield each

    def _excluded(
        self, excludes: list[Mapping[str, Any]], each: Member, inside: tuple[str, ...]
    ) -> bool:
        for exclude in excludes:
            answer = self._in_part(exclude, each.system, each.concept.code, inside)
            if isinstance(answer, Unknown):
                raise _missing(answer.system)
            if answer is not None:
                return True
        return False

    def _of_part(
        self, part: Mapping[str, Any], words: str, inside: tuple[str, ...]
    ) -> Iterator[Member]:
        others = []
        for canonical in part.get("valueSet", []):
            other = self.value_set(canonical)
            if other is None:
                raise _missing(canonical)
            others.append(other)
        if "system" in part:
            if part["system"] in self.versions.excluded:
                return
            found = self._of_system(part, words)
        elif others:
            found = self._members(others.pop(0), words, inside)
        else:
            return
        for each in found:
            for other in others:
                answer = self._member(other, each.system, each.concept.code, inside)
                if isinstance(answer, Unknown):
                    raise _missing(answer.system)
                if answer is None:
                    break
            else:
                yield each

    def _of_system(self, part: Mapping[str, Any], words: str) -> Iterator[Member]:
        url = part["system"]
        system = self.system(url, part.get("version", ""))
        version = system.version if system else part.get("version", "")
        self.used["version", f"{url}|{version}" if version else url] = None
        concepts: Iterator[Concept]
        if "concept" in part:
            listed = (_preferred(each, system) for each in part["concept"])
            concepts = (each for each in listed if _said(each, words))
        elif system is None or _empty(system):
            raise _missing(url)
        elif isinstance(system, Grammar):
            if system.listed is None or part.get("filter"):
                raise refused("too-costly", "The value set has no end: it cannot be listed")
            concepts = system.concepts(words)
        else:
            concepts = _filtered(system, part.get("filter", []), words)
        return (Member(url, version, each) for each in concepts)

    def value_set(self, canonical: str) -> ValueSet | None:
        """The value set with this canonical; a code system's own `valueSet` URL means all of it."""
        found = self.sources.value_set(canonical)
        if found is None and self.sources.value_set(canonical.partition("|")[0]) is None:
            found = self.sources.implicit(canonical)
        return found


def _filtered(system: CodeSystem, rules: list[Mapping[str, Any]], words: str) -> Iterator[Concept]:
    places: set[int] | None = None
    tests = []
    for rule in rules:
        found = positions_of(system, rule)
        if found is None:
            tests.append(test_of(system, rule))
        else:
            places = found if places is None else places & found
    if places is None:
        source = system.concepts(words)
    else:
        source = (each for each in system.at(places) if _said(each, words))
    return (each for each in source if all(test(each) for test in tests))


def _empty(system: System) -> bool:
    """Whether R4 or a user names the code system without giving its concepts."""
    return isinstance(system, CodeSystem) and not system.complete and system.count == 0


def _preferred(listed: Mapping[str, Any], system: System | None) -> Concept:
    """A concept that a value set lists: the words are the value set's where it gives some."""
    found = system.find(listed["code"]) if system is not None else None
    if found is None:
        found = Concept(0, listed["code"], "")
    more = dict(found.more)
    if "designation" in listed:
        more["designation"] = [*listed["designation"], *more.get("designation", [])]
    return found._replace(display=listed.get("display", found.display), more=more)


def _listed(value_set: ValueSet) -> Iterator[Member]:
    """The members of a value set that comes as an expansion only."""
    waiting = list(reversed(value_set.get("expansion", {}).get("contains", [])))
    while waiting:
        each = waiting.pop()
        waiting += reversed(each.get("contains", []))
        if "code" in each:
            more = {name: each[name] for name in ("designation",) if name in each}
            yield Member(
                each.get("system", ""),
                each.get("version", ""),
                Concept(0, each["code"], each.get("display", ""), each.get("abstract") is True,
                        each.get("inactive") is True, more),
            )  # fmt: skip


def _listed_member(value_set: ValueSet, system: str, code: str) -> Member | None:
    return next(
        (e for e in _listed(value_set) if e.concept.code == code and system in ("", e.system)),
        None,
    )


def _said(concept: Concept, words: str) -> bool:
    wanted = folded(words).split()
    if not wanted:
        return True
    said = [concept.code, concept.display]
    said += [each.get("value", "") for each in concept.more.get("designation", [])]
    text = folded("\n".join(said))
    return all(word in text for word in wanted)


def _entered(value_set: ValueSet, inside: tuple[str, ...]) -> tuple[str, ...]:
    """The canonicals of the value sets that we are in. Raises Invalid for a circle."""
    own = _canonical(value_set)
    if own and own in inside:
        raise refused("processing", "The value set includes itself", "ValueSet.compose")
    if len(inside) >= MOST_NESTED:
        raise refused("too-costly", "Too many value sets import each other")
    return (*inside, own)


def _canonical(value_set: ValueSet) -> str:
    url, version = value_set.get("url", ""), value_set.get("version", "")
    return f"{url}|{version}" if version else str(url)


def _missing(canonical: str) -> Exception:
    return refused("not-found", f"This server does not hold the definition of {canonical}")
