"""One parameter, its modifier and its values -> the test that resources are put to.

Which modifier goes with which type is R4's table; any other is refused by name
(https://hl7.org/fhir/R4/search.html#modifiers).
"""

from collections.abc import Callable
from dataclasses import dataclass

from fhir_bridge.search import codes, conditions, hierarchies, parameters, units
from fhir_bridge.search.conditions import split, unescape
from fhir_bridge.search.fragments import (
    Every,
    Group,
    Guard,
    Own,
    Rows,
    Sql,
    Test,
    any_of,
    either_of,
)
from fhir_bridge.search.parameters import Component, Parameter
from fhir_bridge.search.problems import BadValue, one_of, unknown_modifier
from fhir_bridge.search.values import is_id

TABLE = {"token": "token", "string": "string", "reference": "reference", "date": "date"}
TABLE |= {"number": "quantity", "quantity": "quantity", "uri": "uri"}
TABLE |= {"special": "quantity"}  # a position


@dataclass(frozen=True)
class Matching:
    """Reads values for one searcher: `base` is this server's FHIR address."""

    organization_id: int
    guard: Guard
    base: str = ""

    def matches(self, parameter: Parameter, modifier: str, values: list[str]) -> Test:
        """The test that one of the values is met.

        Raises:
            BadValue: a value is none of this type.
            Invalid: the parameter does not take the modifier.
        """
        if parameter.code in parameters.BUILT_IN:
            return self._built_in(parameter, modifier, values)
        if parameter.type == "composite":
            if modifier:
                raise unknown_modifier(parameter, modifier)
            return either_of([self._composite(parameter, value) for value in values])
        if parameter.type == "token":
            return self._token(parameter, modifier, values)
        if parameter.type == "reference":
            return self._reference(parameter, modifier, values)
        if parameter.type == "quantity" and not modifier:
            condition = any_of([self._quantity(value) for value in values])
            return Rows("quantity", parameter.rows, condition)
        read = _READERS.get((parameter.type, modifier))
        if read is None:
            raise unknown_modifier(parameter, modifier)
        condition = any_of([read(value) for value in values])
        ordered = parameter.type == "uri" and len(values) == 1 and not modifier
        return Rows(
            TABLE[parameter.type],
            parameter.rows,
            condition,
            ordered=ordered and len(parameter.rows) == 1,
        )

    def missing(self, parameter: Parameter, value: str) -> Test:
        """`:missing`: whether the resource has no value for the parameter, or one."""
        missing = one_of(f"{parameter.code}:missing", value, ("true", "false")) == "true"
        if parameter.code in parameters.BUILT_IN:
            return Own(parameter.resource_type, Sql("1 = 0" if missing else "1 = 1"))
        if parameter.type not in TABLE:
            raise unknown_modifier(parameter, "missing")
        tables = [TABLE[parameter.type]]
        if parameter.type == "reference":
            tables.append("token")  # a reference by identifier only
        tests: list[Test] = [Rows(table, parameter.rows, None, missing) for table in tables]
        return Every(parameter.resource_type, tuple(tests)) if missing else either_of(tests)

    def _token(self, parameter: Parameter, modifier: str, values: list[str]) -> Test:
        rows = parameter.rows
        if modifier == "text":
            condition = any_of([conditions.token_text(value) for value in values])
            return Rows("token", rows, condition)
        if modifier == "of-type":
            condition = any_of([conditions.of_type(value) for value in values])
            return Rows("token", tuple(-number for number in rows), condition)
        if modifier in ("in", "not-in", "above", "below"):
            condition = any_of([self._coded(parameter, modifier, value) for value in values])
            return Rows("token", rows, condition, negated=modifier == "not-in")
        if modifier not in ("", "not"):
            raise unknown_modifier(parameter, modifier)
        condition = any_of([conditions.token(value) for value in values])
        return Rows(
            "token",
            rows,
            condition,
            negated=modifier == "not",
            ordered=not modifier
            and len(values) == 1
            and len(rows) == 1
            and conditions.token_is_ordered(values[0]),
        )

    def _coded(self, parameter: Parameter, modifier: str, value: str) -> Sql:
        name = f"{parameter.code}:{modifier}"
        if modifier in ("in", "not-in"):
            return codes.in_value_set(self.organization_id, value, self.guard, name)
        below = modifier == "below"
        return codes.related(self.organization_id, value, self.guard, below=below, name=name)

    def _reference(self, parameter: Parameter, modifier: str, values: list[str]) -> Test:
        if modifier == "identifier":
            condition = any_of([conditions.token(value) for value in values])
            return Rows("token", parameter.rows, condition)
        if modifier in ("above", "below"):
            found = [
                hierarchies.test(parameter, value, modifier, self.guard, self.base)
                for value in values
            ]
            return either_of(found)
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

    def _quantity(self, value: str) -> Sql:
        return conditions.quantity(
            value, lambda code: units.alternatives(self.organization_id, code)
        )

    def _composite(self, parameter: Parameter, value: str) -> Test:
        parts = split(value, "$")
        if len(parts) != len(parameter.components):
            expected = "$".join(component.code for component in parameter.components)
            raise BadValue(expected)
        either: list[Test] = []
        if parameter.parts:
            whole = [
                self.matches(known, "", [part])
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
        return either_of(either)

    def _component(self, component: Component, value: str) -> Rows:
        if component.type == "reference":
            condition = conditions.reference(value, only=(), base=self.base)
        elif component.type == "token":
            condition = conditions.token(value)
        elif component.type == "quantity":
            condition = self._quantity(value)
        else:
            condition = _READERS[component.type, ""](value)
        return Rows(TABLE[component.type], (component.number,), condition)


_READERS: dict[tuple[str, str], Callable[[str], Sql]] = {
    ("string", ""): conditions.string,
    ("string", "exact"): conditions.string_exact,
    ("string", "contains"): conditions.string_contains,
    ("uri", ""): conditions.uri,
    ("uri", "below"): conditions.uri_below,
    ("uri", "above"): conditions.uri_above,
    ("date", ""): conditions.date,
    ("number", ""): conditions.number,
}
