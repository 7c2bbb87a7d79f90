"""From the parameters of a request to a Query.

An unknown parameter is left out with a warning, or refused where the client asks for
`Prefer: handling=strict`; lenient is the default because the specification says that servers SHOULD
ignore what they do not know (https://hl7.org/fhir/R4/search.html#errors). A known parameter with a
wrong value or an unknown modifier is always refused: ignoring it would answer another question. So
are the parameters of R4 that would change what is found and are not offered here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from fhir_bridge.search import filters, fulltext, lists, parameters, positions
from fhir_bridge.search.conditions import split
from fhir_bridge.search.fragments import Chain, Guard, Has, Test, either_of
from fhir_bridge.search.modifiers import Matching
from fhir_bridge.search.parameters import Parameter
from fhir_bridge.search.problems import (
    BadValue,
    UnknownParameter,
    one_of,
    problem,
    shown,
    unknown_modifier,
)
from fhir_bridge.search.query import (
    MAX_CHAIN,
    MAX_CHAIN_TYPES,
    MAX_COUNT,
    MAX_INCLUDES,
    MAX_PARAMETERS,
    MAX_SORT,
    MAX_VALUE_LENGTH,
    MAX_VALUES,
    Include,
    Query,
    SortKey,
)

# What the HTTP side answers by itself.
IGNORED = frozenset(["_format", "_pretty"])
_SUMMARIES = ("true", "text", "data", "count", "false")
_SORTED = frozenset(["token", "string", "reference", "date", "number", "quantity", "uri"])
_CONTROLS = frozenset(["_count", "_total", "_summary", "_elements", "_sort", "_cursor"])
# Of R4, refused by name; the one value that asks for what is done anyway is taken.
_NOT_OFFERED: Mapping[str, tuple[str, str]] = {
    "_query": ("", "this server has no named queries"),
    "_contained": ("false", "contained resources are not searched by themselves"),
    "_containedType": ("container", "contained resources are not searched by themselves"),
}


@dataclass
class Parser:
    """Reads one request. `base` is this server's FHIR address, `guard` the access rules."""

    organization_id: int
    guard: Guard
    base: str = ""
    strict: bool = False
    warnings: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.matching = Matching(self.organization_id, self.guard, self.base)
        self._types_led_to = 0

    def query(self, resource_type: str, pairs: Sequence[tuple[str, str]]) -> Query:
        """The query of these (name, value) pairs.

        Raises:
            Invalid: naming the parameter and what it expects.
        """
        query = Query(resource_type, warnings=self.warnings)
        if len(pairs) > MAX_PARAMETERS:
            raise problem(f"A search may have at most {MAX_PARAMETERS} parameters", "too-costly")
        for name, value in pairs:
            if "\0" in name or "\0" in value or len(value) > MAX_VALUE_LENGTH * 10:
                raise problem(f"{shown(name)}: the value cannot be searched for")
            if name in IGNORED:
                # The next page is to come in the same format.
                query.used.append((name, value))
                continue
            if not value.strip():
                self._unusable(f"{shown(name)} has no value and was ignored")
                continue
            if name.startswith("_") and self._control(query, name, value):
                continue
            try:
                query.tests.append(self.test(resource_type, name, value))
            except UnknownParameter as error:
                self._unusable(f"{resource_type} has no search parameter {shown(str(error))}")
                continue
            query.used.append((name, value))
        return query

    def _unusable(self, text: str) -> None:
        if self.strict:
            raise problem(text, "not-supported")
        self.warnings.append(text)

    # -- parameters that shape the answer ----------------------------------------------------

    def _control(self, query: Query, name: str, value: str) -> bool:
        base, _, modifier = name.partition(":")
        if base in _CONTROLS and modifier:
            raise problem(f"{base}: does not take :{shown(modifier)}", "not-supported")
        if base in _NOT_OFFERED:
            only, why = _NOT_OFFERED[base]
            if value != only or modifier:
                raise problem(f"{base}: {why}", "not-supported")
        elif name == "_count":
            query.count = self._count(value)
            value = str(query.count)
        elif name == "_total":
            query.total = one_of(name, value, ("none", "estimate", "accurate"))
        elif name == "_summary":
            query.summary = one_of(name, value, _SUMMARIES)
        elif name == "_elements":
            query.elements = tuple(part.strip() for part in value.split(",") if part.strip())
        elif name == "_sort":
            query.sort = self._sort(query.resource_type, value)
        elif name == "_cursor":
            query.cursor = value
            return True
        elif base in ("_include", "_revinclude"):
            self._include(query, base, modifier, value)
        else:
            return False
        query.used.append((name, value))
        return True

    def _count(self, value: str) -> int:
        if not value.isascii() or not value.isdigit() or len(value) > 12:
            raise problem("_count: expected a whole number from 0")
        return min(int(value), MAX_COUNT)

    def _sort(self, resource_type: str, value: str) -> list[SortKey]:
        keys = []
        for part in value.split(","):
            code, descending = part.strip().lstrip("-"), part.strip().startswith("-")
            parameter = parameters.get(resource_type, code)
            if parameter is None or parameter.type not in _SORTED:
                self._unusable(f"{resource_type} cannot be sorted by {shown(code)}")
                continue
            built_in = code in parameters.BUILT_IN
            keys.append(SortKey(code, descending, None if built_in else parameter))
        if len(keys) > MAX_SORT:
            raise problem(f"_sort: at most {MAX_SORT} keys", "too-costly")
        return keys

    def _include(self, query: Query, name: str, modifier: str, value: str) -> None:
        if modifier not in ("", "iterate", "recurse"):
            raise problem(f"{name}: the only modifier is :iterate", "not-supported")
        if len(query.includes) >= MAX_INCLUDES:
            raise problem(f"{name}: at most {MAX_INCLUDES} in one search", "too-costly")
        source, _, rest = value.partition(":")
        code, _, target = rest.partition(":")
        reverse = name == "_revinclude"
        parameter = None
        if source != "*" and parameters.registry().parameters.get(source) is None:
            raise problem(f"{name}: expected ResourceType:parameter[:TargetType] or *")
        if (source == "*") == bool(code):
            raise problem(f"{name}: expected ResourceType:parameter[:TargetType] or *")
        if code not in ("", "*"):
            parameter = parameters.get(source, code)
            if parameter is None or parameter.type != "reference":
                raise problem(f"{name}: {source} has no reference parameter {shown(code)}")
        if target and parameters.registry().parameters.get(target) is None:
            raise problem(f"{name}: the target is no resource type")
        query.includes.append(Include(source, parameter, target, reverse, bool(modifier)))

    # -- parameters that select ----------------------------------------------------------------

    def test(self, resource_type: str, name: str, value: str, depth: int = 0) -> Test:
        """The test of one parameter, plain, chained or `_has`.

        Raises:
            UnknownParameter: the type has no such parameter.
            Invalid: a wrong value or modifier, a chain too long, a type that may not be searched.
        """
        if name.startswith("_has:"):
            return self._has(resource_type, name, value, depth)
        head, dot, rest = name.partition(".")
        code, _, modifier = head.partition(":")
        parameter = parameters.get(resource_type, code)
        if parameter is None:
            raise UnknownParameter(code)
        if dot:
            return self.chained(
                parameter, modifier, lambda t: self.test(t, rest, value, depth + 1), depth
            )
        if modifier == "missing" and (code not in _SPECIAL or parameter.paths):
            return self.matching.missing(parameter, value)
        if modifier and code in _SPECIAL:
            raise unknown_modifier(parameter, modifier)
        special = self.special(parameter, value, depth)
        if special is not None:
            return special
        values = values_of(name, value)
        try:
            return self.matching.matches(parameter, modifier, values)
        except BadValue as error:
            raise problem(f"{shown(name)}: expected {error}") from None

    def special(self, parameter: Parameter, value: str, depth: int) -> Test | None:
        """The test of a parameter that is read in its own way; None for any other."""
        read = _SPECIAL.get(parameter.code)
        if read is None:
            return None
        try:
            return read(self, parameter, value, depth)
        except BadValue as error:
            raise problem(f"{parameter.code}: expected {error}") from None

    # -- chains --------------------------------------------------------------------------------

    def chained(
        self, parameter: Parameter, modifier: str, inner: Callable[[str], Test], depth: int
    ) -> Test:
        """The test that a reference leads to a resource of which `inner`, given its type, is true.

        Raises:
            UnknownParameter: by `inner`, for every type that the reference may lead to.
            Invalid: no reference, a chain too long, a type that may not be searched.
        """
        if depth >= MAX_CHAIN:
            raise problem(f"A chain may have at most {MAX_CHAIN} links", "too-costly")
        if parameter.type != "reference":
            raise problem(f"{parameter.code}: only a reference can be followed by a dot")
        targets = parameter.limit or parameter.targets or parameters.types()
        if modifier:
            if modifier not in parameters.registry().parameters:
                raise unknown_modifier(parameter, modifier)
            targets = tuple(target for target in targets if target == modifier)
        either: list[Test] = []
        unknown = UnknownParameter(modifier)
        for target in targets:
            self._types_led_to += 1
            if self._types_led_to > MAX_CHAIN_TYPES:
                text = f"{parameter.code}: the chain leads to too many types; name one, as in "
                raise problem(f"{text}{parameter.code}:{targets[0]}", "too-costly")
            try:
                test = inner(target)
            except UnknownParameter as error:
                unknown = error
                continue
            guards = self.guard(target)
            if guards is not None:
                either.append(Chain(parameter.rows, target, (test, *guards)))
            elif len(targets) == 1:
                raise problem(f"{shown(target)} may not be searched", "forbidden", 403)
        if not either:
            raise unknown
        return either_of(either)

    def _has(self, resource_type: str, name: str, value: str, depth: int) -> Test:
        parts = name.split(":", 3)
        if len(parts) != 4 or not parts[3]:
            raise problem("_has: expected _has:ResourceType:reference:parameter")
        _, source, code, rest = parts
        return self.referring(
            resource_type, source, code, lambda t: self.test(t, rest, value, depth + 1), depth
        )

    def referring(
        self, resource_type: str, source: str, code: str, inner: Callable[[str], Test], depth: int
    ) -> Test:
        """The test that a resource of type `source` of which `inner` is true refers to this one.

        Raises:
            UnknownParameter: from one of several types that a chain leads to.
            Invalid: no such reference, a chain too long, a type that may not be searched.
        """
        if depth >= MAX_CHAIN:
            raise problem(f"A chain may have at most {MAX_CHAIN} links", "too-costly")
        parameter = parameters.get(source, code)
        if parameter is None or parameter.type != "reference":
            raise problem(f"_has: {shown(source)} has no reference parameter {shown(code)}")
        if parameter.limit and resource_type not in parameter.limit:
            if depth:  # one of several types that a chain may lead to
                raise UnknownParameter(f"_has:{source}:{code}")
            raise problem(f"_has: {code} of {source} never refers to this type")
        guards = self.guard(source)
        if guards is None:
            raise problem(f"_has: {source} may not be searched", "forbidden", 403)
        try:
            test = inner(source)
        except UnknownParameter as error:
            raise problem(f"_has: {source} has no parameter {shown(str(error))}") from None
        return Has(resource_type, source, parameter.rows, (test, *guards))


def values_of(name: str, value: str) -> list[str]:
    """The values of one parameter, any of which may match.

    Raises:
        Invalid: none, too many, or one that is too long.
    """
    values = split(value, ",")
    if len(values) > MAX_VALUES:
        raise problem(f"{shown(name)}: at most {MAX_VALUES} values", "too-costly")
    if any(len(one) > MAX_VALUE_LENGTH for one in values):
        raise problem(f"{shown(name)}: a value is too long", "too-long")
    values = [one for one in values if one.strip()]
    if not values:
        raise problem(f"{shown(name)}: expected a value")
    return values


def _near(parser: Parser, parameter: Parameter, value: str, depth: int) -> Test:
    tests = [positions.near(parameter, one) for one in values_of("near", value)]
    return either_of(tests)


def _list(parser: Parser, parameter: Parameter, value: str, depth: int) -> Test:
    def searched(type_: str, pairs: Sequence[tuple[str, str]]) -> list[Test]:
        return [parser.test(type_, name, text, depth + 1) for name, text in pairs]

    tests = [
        lists.member(parameter.resource_type, one, parser.guard, searched)
        for one in values_of("_list", value)
    ]
    return either_of(tests)


def _text(parser: Parser, parameter: Parameter, value: str, depth: int) -> Test:
    tests = [
        fulltext.test(parameter.resource_type, parameter.code, one)
        for one in values_of(parameter.code, value)
    ]
    return either_of(tests)


def _filter(parser: Parser, parameter: Parameter, value: str, depth: int) -> Test:
    return filters.Filter(parser, depth).test(parameter.resource_type, value)


_SPECIAL: Mapping[str, Callable[[Parser, Parameter, str, int], Test]] = {
    "near": _near,
    "_list": _list,
    "_text": _text,
    "_content": _text,
    "_filter": _filter,
}
