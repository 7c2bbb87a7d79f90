"""Every kind of search is served by indexes, on both databases: none reads a table whole."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.db import connection

from fhir_bridge import search
from tests.fhir.search.records import UCUM, observation, owner, patient, put, quantity

pytestmark = pytest.mark.django_db

SEARCHES = [
    ("Patient", "family=abel"),
    ("Patient", "family:exact=Abel"),
    ("Patient", "gender=male"),
    ("Patient", "gender:not=male"),
    ("Patient", "identifier=urn:x|1&birthdate=ge1970"),
    ("Patient", "_id=p1,p2"),
    ("Patient", "_lastUpdated=gt2020"),
    ("Patient", "_text=word and (other or more*)"),
    ("Patient", '_content="two words"'),
    ("Patient", "_content=word&gender=male"),
    ("Patient", "_filter=family sw ab and not (gender eq male)"),
    ("Patient", "_list=l1"),
    ("Patient", "_has:Observation:patient:code=1-8"),
    ("Patient", "_sort=-family,birthdate&_count=5"),
    ("Patient", "general-practitioner.name=x&_include=Patient:*&_revinclude=Observation:subject"),
    ("Observation", f"value-quantity=gt5|{UCUM}|g"),
    ("Observation", "date=2020"),
    ("Observation", "patient=p1&_sort=-date"),
    ("Observation", "subject:Patient.link.gender=male"),
    ("Observation", "code-value-quantity=1-8$gt5"),
    ("Observation", "component-code-value-quantity=1-8$gt5"),
    ("Observation", "code:in=http://hl7.org/fhir/ValueSet/administrative-gender"),
    ("Procedure", "location:below=l1"),
    ("Procedure", "location:above=l1"),
    ("Location", "near=48|2|10"),
    ("ValueSet", "url:below=http://example.org/"),
]


@pytest.fixture
def record() -> Any:
    actor = owner()
    put(
        actor,
        *(patient(f"p{n}", gender="male", name=[{"family": "Abel"}]) for n in range(3)),
        *(observation(f"o{n}", subject={"reference": "Patient/p1"},
                      valueQuantity=quantity(n, "kg")) for n in range(3)),
        observation("grams", valueQuantity=quantity(9, "g")),
    )  # fmt: skip
    return actor


def whole_tables_read(sql: str, params: Any) -> list[str]:
    """The steps of the statement's plan that read a table from one end to the other."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Whatever small tables would cost: a step that stays has no index to use instead.
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {sql}", params)
            lines = [row[0] for row in cursor.fetchall()]
            cursor.execute("SET LOCAL enable_seqscan = on")
            return [line.strip() for line in lines if "Seq Scan" in line]
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
        lines = [row[3] for row in cursor.fetchall()]
    tables = set(re.findall(r"fhir_bridge_\w+ (\w+)", sql))
    scans = [line for line in lines if line.startswith("SCAN ") and line.split()[1] in tables]
    return [line for line in scans if "VIRTUAL TABLE INDEX" not in line]


@pytest.mark.parametrize(("type_", "query"), SEARCHES)
def test_an_index_serves_the_search(record: Any, type_: str, query: str) -> None:
    asked: list[tuple[str, Any]] = []

    def remember(
        execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        if sql.startswith("SELECT") and "fhir_bridge_" in sql:
            asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(remember):
        search.page(record, type_, parse_qsl(query))
    assert any("fhir_bridge_resource" in sql for sql, _ in asked)
    read = [line for sql, params in asked for line in whole_tables_read(sql, params)]
    assert read == []


def test_reading_a_table_whole_is_noticed(record: Any) -> None:
    assert whole_tables_read("SELECT r.id FROM fhir_bridge_resource r WHERE r.version > %s", [0])
