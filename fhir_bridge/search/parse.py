"""From the parameters of a request to a Query.

An unknown parameter is left out with a warning, or refused where the client asks for
`Prefer: handling=strict`; lenient is the default because the specification says that servers SHOULD
ignore what they do not know (https://hl7.org/fhir/R4/search.html#errors). A known parameter with a
wrong value or an unknown modifier is always refused: ignoring it would answer another question.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from fhir_bridge.outcomes import Invalid, Issue
from fhir_bridge.search import conditions, parameters
from fhir_bridge.search.conditions import BadValue, split, unescape
from fhir_bridge.search.fragments import (
    Chain,
    Either,
    Every,
    Group,
    Has,
    Own,
    Rows,
    Sql,
    Test,
    any_of,
)
from fhir_bridge.search.parameters import Component, Parameter
from fhir_bridge.search.query import (
    MAX_CHAIN,
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
from fhir_bridge.search.values import is_id

# What the HTTP side answers by itself.
IGNORED = frozenset(["_format", "_pretty"])
_SUMMARIES = ("true", "text", "data", "count", "false")
_TABLE = {"token": "token", "string": "string", "reference": "reference", "date": "date"}
_TABLE |= {"number": "quantity", "quantity": "quantity", "uri": "uri"}

# May the actor search this type? The tests that keep the answer to what the actor may see
# (empty: all of it), or None when the type may not be searched at all.
Guard = Callable[[str], Sequence[Test] | None]


class UnknownParameter(Exception):
    """The type has no such parameter. Carries its name, which is not a value."""


@dataclass
class Parser:
    """Reads one request. `base` is this server's FHIR address, `guard` the access rules."""

    guard: Guard
    base: str = ""
    strict: bool = False
    warnings: list[str] = field(default_factory=list)

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
        if name == "_count":
            query.count = self._count(value)
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
            if parameter is None or parameter.type in ("composite", "special"):
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
        if depth > MAX_CHAIN:
            raise problem(f"A chain may have at most {MAX_CHAIN} links", "too-costly")
        if name.startswith("_has:"):
            return self._has(resource_type, name, value, depth)
        head, dot, rest = name.partition(".")
        code, _, modifier = head.partition(":")
        parameter = parameters.get(resource_type, code)
        if parameter is None:
            raise UnknownParameter(code)
        if dot:
            return self._chain(parameter, modifier, rest, value, depth)
        if modifier == "missing":
            return self._missing(parameter, value)
        values = split(value, ",")
        if len(values) > MAX_VALUES:
            raise problem(f"{shown(name)}: at most {MAX_VALUES} values", "too-costly")
        if any(len(one) > MAX_VALUE_LENGTH for one in values):
            raise problem(f"{shown(name)}: a value is too long", "too-long")
        values = [one for one in values if one.strip()]
        try:
            if not values:
                raise BadValue("a value")
            return self._matches(parameter, modifier, values)
        except BadValue as error:
            raise problem(f"{shown(name)}: expected {error}") from None

    def _matches(self, parameter: Parameter, modifier: str, values: list[str]) -> Test:
        if parameter.code in parameters.BUILT_IN:
            return self._built_in(parameter, modifier, values)
        if parameter.type == "composite":
            if modifier:
                raise unknown_modifier(parameter, modifier)
            return _either([self._composite(parameter, value) for value in values])
        if parameter.type == "token":
            return _token(parameter, modifier, values)
        if parameter.type == "reference":
            return self._reference(parameter, modifier, values)
        read = _READERS.get((parameter.type, modifier))
        if read is None:
            raise unknown_modifier(parameter, modifier)
        condition = any_of([read(value) for value in values])
        ordered = parameter.type == "uri" and len(values) == 1 and not modifier
        return Rows(
            _TABLE[parameter.type],
            parameter.rows,
            condition,
            ordered=ordered and len(parameter.rows) == 1,
        )

    def _reference(self, parameter: Parameter, modifier: str, values: list[str]) -> Test:
        if modifier == "identifier":
            condition = any_of([conditions.token(value) for value in values])
            return Rows("token", parameter.rows, condition)
        only = parameter.limit
        if modifier:
            if modifier not in parameters.registry().parameters:
                raise unknown_modifier(parameter, modifier)
            only = (modifier,) if not only or modifier in only else ("",)
        condition = any_of(
            [conditions.reference(value, only=only, base=self.base) for value in values]
        )
        ordered = len(values) == 1 and len(parameter.rows) == 1
        return Rows("reference", parameter.rows, condition, ordered=ordered)

    def _built_in(self, parameter: Parameter, modifier: str, values: list[str]) -> Test:
        if parameter.code == "_lastUpdated":
            if modifier:
                raise unknown_modifier(parameter, modifier)
            condition = any_of([conditions.instant(one, "last_updated") for one in values])
            return Own(parameter.resource_type, condition)
        if modifier not in ("", "not"):
            raise unknown_modifier(parameter, modifier)
        ids = tuple(text for text in (unescape(one).strip() for one in values) if is_id(text))
        marks = ", ".join(["%s"] * len(ids))
        found = Sql(f"{{t}}.fhir_id IN ({marks})", ids) if ids else Sql("1 = 0")
        if modifier:
            return Own(parameter.resource_type, Sql(f"NOT ({found.text})", found.params))
        return Own(parameter.resource_type, found, ordered=True)

    def _composite(self, parameter: Parameter, value: str) -> Test:
        parts = split(value, "$")
        if len(parts) != len(parameter.components):
            expected = "$".join(component.code for component in parameter.components)
            raise BadValue(expected)
        either: list[Test] = []
        if parameter.parts:
            whole = [
                self._matches(known, "", [part])
                for code, part in zip(parameter.parts, parts, strict=True)
                if (known := parameters.get(parameter.resource_type, code)) is not None
            ]
            either.append(Every(parameter.resource_type, tuple(whole)))
        if parameter.roots:
            rows = [
                self._component(component, part)
                for component, part in zip(parameter.components, parts, strict=True)
            ]
            either.append(Group(tuple(rows)))
        return _either(either)

    def _component(self, component: Component, value: str) -> Rows:
        if component.type == "reference":
            condition = conditions.reference(value, only=(), base=self.base)
        elif component.type == "token":
            condition = conditions.token(value)
        else:
            condition = _READERS[component.type, ""](value)
        return Rows(_TABLE[component.type], (component.number,), condition)

    def _missing(self, parameter: Parameter, value: str) -> Test:
        missing = one_of(f"{parameter.code}:missing", value, ("true", "false")) == "true"
        if parameter.code in parameters.BUILT_IN:
            return Own(parameter.resource_type, Sql("1 = 0" if missing else "1 = 1"))
        if parameter.type == "composite":
            raise unknown_modifier(parameter, "missing")
        tables = [_TABLE[parameter.type]]
        if parameter.type == "reference":
            tables.append("token")  # a reference by identifier only
        tests: list[Test] = [Rows(table, parameter.rows, None, missing) for table in tables]
        return Every(parameter.resource_type, tuple(tests)) if missing else _either(tests)

    # -- chains --------------------------------------------------------------------------------

    def _chain(
        self, parameter: Parameter, modifier: str, rest: str, value: str, depth: int
    ) -> Test:
        if parameter.type != "reference":
            raise problem(f"{parameter.code}: only a reference can be followed by a dot")
        targets = parameter.limit or parameter.targets or parameters.types()
        if modifier:
            if modifier not in parameters.registry().parameters:
                raise unknown_modifier(parameter, modifier)
            targets = tuple(target for target in targets if target == modifier)
        either: list[Test] = []
        unknown = rest
        for target in targets:
            try:
                inner = self.test(target, rest, value, depth + 1)
            except UnknownParameter as error:
                unknown = str(error)
                continue
            guards = self.guard(target)
            if guards is not None:
                either.append(Chain(parameter.rows, target, (inner, *guards)))
            elif len(targets) == 1:
                raise problem(f"{shown(target)} may not be searched", "forbidden", 403)
        if not either:
            raise UnknownParameter(unknown)
        return _either(either)

    def _has(self, resource_type: str, name: str, value: str, depth: int) -> Test:
        parts = name.split(":", 3)
        if len(parts) != 4 or not parts[3]:
            raise problem("_has: expected _has:ResourceType:reference:parameter")
        _, source, code, rest = parts
        parameter = parameters.get(source, code)
        if parameter is None or parameter.type != "reference":
            raise problem(f"_has: {shown(source)} has no reference parameter {shown(code)}")
        if parameter.limit and resource_type not in parameter.limit:
            if depth:  # one of several types that a chain may lead to
                raise UnknownParameter(name)
            raise problem(f"_has: {code} of {source} never refers to this type")
        guards = self.guard(source)
        if guards is None:
            raise problem(f"_has: {source} may not be searched", "forbidden", 403)
        try:
            inner = self.test(source, rest, value, depth + 1)
        except UnknownParameter as error:
            raise problem(f"_has: {source} has no parameter {shown(str(error))}") from None
        return Has(resource_type, source, parameter.rows, (inner, *guards))


def _token(parameter: Parameter, modifier: str, values: list[str]) -> Test:
    if modifier == "text":
        condition = any_of([conditions.token_text(value) for value in values])
        return Rows("token", parameter.rows, condition)
    if modifier == "of-type":
        condition = any_of([conditions.of_type(value) for value in values])
        return Rows("token", tuple(-number for number in parameter.rows), condition)
    if modifier not in ("", "not"):
        raise unknown_modifier(parameter, modifier)
    condition = any_of([conditions.token(value) for value in values])
    return Rows(
        "token",
        parameter.rows,
        condition,
        negated=modifier == "not",
        ordered=not modifier
        and len(values) == 1
        and len(parameter.rows) == 1
        and conditions.token_is_ordered(values[0]),
    )


_READERS: dict[tuple[str, str], Callable[[str], Sql]] = {
    ("string", ""): conditions.string,
    ("string", "exact"): conditions.string_exact,
    ("string", "contains"): conditions.string_contains,
    ("uri", ""): conditions.uri,
    ("uri", "below"): conditions.uri_below,
    ("uri", "above"): conditions.uri_above,
    ("date", ""): conditions.date,
    ("number", ""): conditions.number,
    ("quantity", ""): conditions.quantity,
}


def _either(tests: list[Test]) -> Test:
    return tests[0] if len(tests) == 1 else Either(tuple(tests))


def one_of(name: str, value: str, known: tuple[str, ...]) -> str:
    """The value, when it is one of these.

    Raises:
        Invalid: naming the parameter and the values it takes.
    """
    if value not in known:
        raise problem(f"{shown(name)}: expected one of {', '.join(known)}")
    return value


def unknown_modifier(parameter: Parameter, modifier: str) -> Invalid:
    """The error for a modifier that this parameter does not take."""
    return problem(
        f"{parameter.code}: a {parameter.type} parameter does not take :{shown(modifier)}",
        "not-supported",
    )


def problem(text: str, code: str = "invalid", status: int = 400) -> Invalid:
    """The error that says what is wrong with a parameter, without its value."""
    return Invalid([Issue(code, text)], status=status)


def shown(name: str) -> str:
    """A parameter's name as an error may repeat it: short and printable."""
    clean = "".join(char for char in name[:60] if char.isalnum() or char in "_-.:")
    return clean or "(unreadable)"
