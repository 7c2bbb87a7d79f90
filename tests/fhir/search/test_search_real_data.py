"""Real records: each resource is found by every value that it is indexed by."""

import random
from collections import defaultdict
from typing import Any

import orjson
import pytest

from fhir_bridge import search, store
from fhir_bridge.access import Actor
from fhir_bridge.models import Resource
from fhir_bridge.search import index, parameters, words
from fhir_bridge.search.emitters import Row
from fhir_bridge.search.parameters import Parameter
from fhir_bridge.search.values import EARLIEST, HIGHEST, LOWEST, datetime_of
from tests.fhir.search.records import owner

pytestmark = [pytest.mark.django_db, pytest.mark.shared, pytest.mark.slow]

# Enough of each type to meet every parameter that the data fills.
SAMPLE = 12
_OPERATORS = ("and", "or", "not")  # as words of a text they mean something else


def escaped(text: str) -> str:
    for char in "\\,$|":
        text = text.replace(char, "\\" + char)
    return text


def as_query(parameter: Parameter, table: str, row: Row) -> tuple[str, str] | None:
    """A search that the indexed value must answer; None for a row that has no value of its own."""
    code, values = parameter.code, row[1:-1]
    if table == "token":
        token, system, text = values
        if row[0] < 0:
            kind = "|".join(escaped(part) for part in system.split("|"))
            return f"{code}:of-type", f"{kind}|{escaped(token)}"
        if parameter.type == "reference":
            return f"{code}:identifier", f"{escaped(system)}|{escaped(token)}"
        if not token:
            return (f"{code}:text", escaped(text)) if text else None
        return code, f"{escaped(system)}|{escaped(token)}"
    if table == "string":
        return f"{code}:exact", escaped(values[1])
    if table == "reference":
        target, kind = values
        if parameter.limit and kind not in parameter.limit:
            return None
        return code, escaped(f"{kind}/{target}" if kind and "/" not in target else target)
    if table == "uri":
        return code, escaped(values[0])
    if table == "date":
        low, high = values
        if low == EARLIEST:
            return code, "le" + datetime_of(high).strftime("%Y-%m-%d")
        return code, "ge" + datetime_of(low).strftime("%Y-%m-%d")
    low, high, system, unit, _ = values
    if parameter.type == "special":
        return code, f"{low!r}|{high!r}|0.1"
    number = f"{low!r}" if low > LOWEST else f"le{high!r}"
    assert high < HIGHEST or low > LOWEST
    known = f"|{escaped(system)}|{escaped(unit)}" if parameter.type == "quantity" and unit else ""
    return code, number + known


def readers(type_: str) -> dict[int, list[Parameter]]:
    """The parameters that read the rows of each number."""
    found: dict[int, list[Parameter]] = defaultdict(list)
    for parameter in parameters.for_type(type_):
        for number in parameter.rows if parameter.type != "composite" else ():
            found[number].append(parameter)
            found[-number].append(parameter)
    return found


def queries_of(type_: str, resource: dict[str, Any]) -> set[tuple[str, str]]:
    """Every search that one of the resource's indexed values must answer."""
    by_number = readers(type_)
    asked = {
        query
        for table, values in index.extract(type_, resource).items()
        for value in values
        for parameter in by_number[value[0]]
        if (query := as_query(parameter, table, value)) is not None
    }
    told, rest = words.words_of(resource)
    asked |= {("_text", word) for word in told.split()[:5]}
    asked |= {("_content", word) for word in rest.split()[:5]}
    return {query for query in asked if query[1] not in _OPERATORS}


def assert_found_by_each_value(actor: Actor, row: Resource, resource: dict[str, Any]) -> int:
    asked = queries_of(row.type, resource)
    for query in asked:
        found = search.page(actor, row.type, [query, ("_id", row.fhir_id)], strict=True)
        assert [each.id for each in found.matches] == [row.fhir_id], (row.type, query[0])
    return len(asked)


def test_synthea_resources_are_found_by_each_indexed_value(shared_data: Any) -> None:
    actor = owner()
    paths = sorted(
        (shared_data / "synthea-r4" / "dev").glob("*.json"), key=lambda p: p.stat().st_size
    )
    for path in paths[:3]:
        store.transaction(actor, path.read_bytes())
    by_type: dict[str, list[Resource]] = defaultdict(list)
    for row in Resource.objects.filter(deleted=False).order_by("pk"):
        by_type[row.type].append(row)
    rng = random.Random(3)
    asked = 0
    for rows in by_type.values():
        for row in rng.sample(rows, min(SAMPLE, len(rows))):
            asked += assert_found_by_each_value(actor, row, orjson.loads(bytes(row.content)))
    assert len(by_type) > 8
    assert asked > 500


def test_us_core_examples_are_found_by_each_indexed_value(shared_data: Any) -> None:
    actor = owner()
    organization = actor.organization_id
    resources = [
        orjson.loads(path.read_bytes())
        for path in sorted((shared_data / "us-core-examples").rglob("*.json"))
    ]
    resources = [each for each in resources if each.get("id") and each.get("resourceType")]
    rows = Resource.objects.bulk_create(
        Resource(
            organization_id=organization,
            type=each["resourceType"],
            fhir_id=each["id"],
            last_updated="2024-01-01T00:00:00Z",
            content=orjson.dumps(each),
        )
        for each in {(each["resourceType"], each["id"]): each for each in resources}.values()
    )
    index.bulk((row, orjson.loads(bytes(row.content)), True) for row in rows)
    asked = sum(
        assert_found_by_each_value(actor, row, orjson.loads(bytes(row.content))) for row in rows
    )
    assert len(rows) > 200
    assert asked > 1_000
