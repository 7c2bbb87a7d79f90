"""Tokens by terminology: `:in`, `:not-in`, `:above` and `:below` as conditions on index rows.

A value set is named by its canonical, or by `ValueSet/id` when this server stores it. An include of
a whole code system asks for the system alone, so that value sets over systems that are not held
here (SNOMED CT) can be searched by. What cannot be listed is refused, not guessed.

Source: https://hl7.org/fhir/R4/search.html#token
"""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from fhir_bridge.documents import parse
from fhir_bridge.models import Resource
from fhir_bridge.outcomes import Invalid
from fhir_bridge.search.conditions import split, unescape
from fhir_bridge.search.fragments import Guard, Sql, any_of
from fhir_bridge.search.problems import BadValue, problem
from fhir_bridge.search.values import CODE_LENGTH, URI_LENGTH, cut

MOST_CODES = 5_000  # that one search may name
_WHOLE = frozenset(["id", "system", "version", "extension"])


def in_value_set(organization_id: int, value: str, guard: Guard, name: str) -> Sql:
    """The condition that a token is in a value set.

    Raises:
        Invalid: no such value set, or one that cannot be listed here; `name` is the parameter's.
    """
    # The terminology reads the search's own definitions, so it is not there yet when this is.
    from fhir_bridge.terminology import Evaluator, Sources

    evaluator = Evaluator(Sources(_seen(organization_id, guard, "ValueSet")))
    canonical = unescape(value).strip()
    found: Mapping[str, Any] | None
    try:
        if canonical.startswith("ValueSet/"):
            found = _stored(organization_id, canonical.removeprefix("ValueSet/"), guard)
        else:
            found = evaluator.value_set(canonical)
        if found is None:
            raise problem(f"{name}: this server holds no such value set", "not-found")
        whole, rest = _parted(found)
        pairs: list[tuple[str, str]] = []
        for member in evaluator.members(rest) if rest is not None else ():
            pairs.append(member.key)
            if len(pairs) > MOST_CODES:
                raise problem(f"{name}: the value set has over {MOST_CODES} codes", "too-costly")
    except Invalid as error:
        text = error.diagnostics
        text = text if text.startswith(name) else f"{name}: {text}"
        raise problem(text, error.issues[0].code) from None
    parts = [Sql("{t}.system = %s AND {t}.code <> ''", (cut(each, URI_LENGTH),)) for each in whole]
    return any_of([*parts, *_of(pairs)] or [Sql("1 = 0")])


def _parted(value_set: Mapping[str, Any]) -> tuple[list[str], dict[str, Any] | None]:
    """The code systems that are in it as a whole, and what else is (None: nothing)."""
    compose = value_set.get("compose")
    if not isinstance(compose, dict) or compose.get("exclude"):
        return [], dict(value_set)
    include = compose.get("include", [])
    whole = [part["system"] for part in include if "system" in part and part.keys() <= _WHOLE]
    others = [part for part in include if not ("system" in part and part.keys() <= _WHOLE)]
    rest = {**value_set, "compose": {**compose, "include": others}} if others else None
    return whole, rest


def _stored(organization_id: int, id_: str, guard: Guard) -> dict[str, Any] | None:
    if guard("ValueSet") != []:
        return None
    row = Resource.objects.filter(
        organization_id=organization_id, type="ValueSet", fhir_id=id_, deleted=False
    ).first()
    return None if row is None else parse(bytes(row.content)).value


def _seen(organization_id: int, guard: Guard, type_: str) -> int | None:
    """Whose stored definitions count: for who may not read all of a type, R4's own only."""
    return organization_id if guard(type_) == [] else None


def related(organization_id: int, value: str, guard: Guard, *, below: bool, name: str) -> Sql:
    """The condition that a token is `system|code`, or a code below (or above) it in its system.

    Raises:
        BadValue: no system and code.
        Invalid: more codes than one search may name.
    """
    from fhir_bridge.terminology import codes_above, codes_below

    parts = [unescape(part) for part in split(value, "|")]
    if len(parts) != 2 or not all(parts):
        raise BadValue("system|code")
    system, code = parts
    walk = codes_below if below else codes_above
    # A code that is not known here has nothing below or above it but itself.
    codes = walk(_seen(organization_id, guard, "CodeSystem"), system, code) or [code]
    if len(codes) > MOST_CODES:
        raise problem(f"{name}: more than {MOST_CODES} codes", "too-costly")
    return any_of(_of((system, each) for each in codes))


def _of(pairs: Iterable[tuple[str, str]]) -> list[Sql]:
    """One condition for each code system."""
    conditions = []
    for system, group in groupby(sorted(set(pairs)), key=lambda pair: pair[0]):
        codes = tuple(cut(code, CODE_LENGTH) for _, code in group)
        marks = ", ".join(["%s"] * len(codes))
        conditions.append(
            Sql(f"{{t}}.code IN ({marks}) AND {{t}}.system = %s", (*codes, cut(system, URI_LENGTH)))
        )
    return conditions
