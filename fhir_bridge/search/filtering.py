"""One comparison of `_filter`: parameter, operator and value -> the test.

https://hl7.org/fhir/R4/search_filter.html (table of the comparison operations)
"""

import re
from collections.abc import Mapping

from django.db import connection

from fhir_bridge.search import conditions, parameters
from fhir_bridge.search.conditions import LAST
from fhir_bridge.search.definitions import SPECIAL
from fhir_bridge.search.fragments import Rows, Sql, Test, any_of
from fhir_bridge.search.modifiers import TABLE, Matching
from fhir_bridge.search.parameters import Parameter
from fhir_bridge.search.problems import BadValue, problem
from fhir_bridge.search.values import cut, fold

_ORDER = frozenset(["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"])
_TEXTUAL = frozenset(["eq", "ne", "co", "sw", "ew"])
_COMPARED = {"gt": ">", "lt": "<", "ge": ">=", "le": "<="}
_KNOWN: Mapping[str, frozenset[str]] = {
    "string": _TEXTUAL | frozenset(_COMPARED),
    "uri": _TEXTUAL,
    "token": _TEXTUAL | {"in", "ss", "sb"},
    "reference": frozenset(["eq", "ne", "re"]),
    "date": _ORDER | {"po"},
    "number": _ORDER,
    "quantity": _ORDER,
    "composite": frozenset(["eq"]),
}


def compared(matching: Matching, parameter: Parameter, operator: str, value: str) -> Test:
    """The test of `parameter operator value`; the value is as written, nothing in it escaped.

    Raises:
        Invalid: the parameter cannot be compared so, or not with this value.
    """
    try:
        return _test(matching, parameter, operator, value)
    except BadValue as error:
        raise problem(f"_filter: {parameter.code}: expected {error}") from None


def _test(matching: Matching, parameter: Parameter, operator: str, value: str) -> Test:
    if parameter.code in SPECIAL:
        raise _inapplicable(parameter, operator)
    if operator == "pr":
        if value not in ("true", "false"):
            raise BadValue("true or false")
        return matching.missing(parameter, "false" if value == "true" else "true")
    if parameter.code == "_id":
        if operator not in ("eq", "ne"):
            raise _inapplicable(parameter, operator)
        return matching.matches(parameter, "not" if operator == "ne" else "", [_escaped(value)])
    if operator not in _KNOWN.get(parameter.type, ()):
        raise _inapplicable(parameter, operator)
    if parameter.code in parameters.BUILT_IN:
        if operator == "po":
            raise _inapplicable(parameter, operator)
        return matching.matches(parameter, "", [operator + value])
    return _by_type(matching, parameter, operator, value)


def _by_type(matching: Matching, parameter: Parameter, operator: str, value: str) -> Test:
    if parameter.type == "date":
        if operator == "po":
            return Rows("date", parameter.rows, conditions.date_overlaps(value))
        return matching.matches(parameter, "", [operator + value])
    if parameter.type in ("number", "quantity"):
        return matching.matches(parameter, "", [operator + value])
    if parameter.type == "composite":
        return matching.matches(parameter, "", [value])
    if parameter.type == "token" and operator in _TERMINOLOGY:
        return matching.matches(parameter, _TERMINOLOGY[operator], [_escaped(value)])
    if parameter.type == "reference":
        equal = matching.matches(parameter, "", [_escaped(value)])
        if operator != "ne":
            return equal
        assert isinstance(equal, Rows)
        condition = equal.condition or Sql("1 = 1")
        return Rows("reference", parameter.rows, _unlike(condition))
    if parameter.type == "token":
        condition = _token(operator, value)
    else:
        column = "folded" if parameter.type == "string" else "value"
        text = fold(value) if parameter.type == "string" else value
        condition = _text(column, text, operator)
    return Rows(TABLE[parameter.type], parameter.rows, condition)


# ss: the value subsumes a concept of the set; sb: it is subsumed by one.
_TERMINOLOGY = {"in": "in", "ss": "below", "sb": "above"}


def _token(operator: str, value: str) -> Sql:
    if operator in ("co", "sw", "ew"):
        return any_of([_text("text", fold(value), operator), _text("code", value, operator)])
    system, bar, code = value.rpartition("|")
    cases = dict.fromkeys([code, code.lower(), code.upper(), code.capitalize()])
    equal = any_of([conditions.token(_escaped(f"{system}{bar}{each}")) for each in cases])
    return _unlike(equal) if operator == "ne" else equal


def _text(column: str, text: str, operator: str) -> Sql:
    """A comparison of a column that holds text as `text` is."""
    if not text:
        raise BadValue("a text")
    whole = f"{{t}}.{column}"
    if operator == "eq":
        return Sql(f"{whole} = %s", (cut(text, 400),))
    if operator == "ne":
        return Sql(f"{whole} <> %s", (cut(text, 400),))
    if operator == "sw":
        return Sql(f"{whole} >= %s AND {whole} < %s", (text, text + LAST))
    if operator in _COMPARED:
        return Sql(f"{whole} {_COMPARED[operator]} %s", (text,))
    if operator == "co":
        position = "strpos" if connection.vendor == "postgresql" else "instr"
        return Sql(f"{position}({whole}, %s) > 0", (text,))
    ending = "RIGHT({c}, %s) = %s" if connection.vendor == "postgresql" else "SUBSTR({c}, -%s) = %s"
    return Sql(ending.replace("{c}", whole), (len(text), text))


def _unlike(condition: Sql) -> Sql:
    return Sql(f"NOT ({condition.text})", condition.params)


def _escaped(value: str) -> str:
    r"""The value as a parameter would have it; a bar still parts the system from the code."""
    return re.sub(r"([\\,$])", r"\\\1", value)


def _inapplicable(parameter: Parameter, operator: str) -> Exception:
    return problem(
        f"_filter: {parameter.code} ({parameter.type}) is not compared with {operator}",
        "not-supported",
    )
