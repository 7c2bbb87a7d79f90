"""docs/fhir-conformance.md against the server: what it names is offered, what is offered it names,
and the tests that it points to are there."""

import ast
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from fhir_bridge.rest import Operation
from fhir_bridge.urls import ROUTES
from tests.fhir.record import Api

pytestmark = pytest.mark.django_db

TESTS = Path(settings.BASE_DIR) / "tests"
PAGE = (Path(settings.BASE_DIR) / "docs" / "fhir-conformance.md").read_text()
NODE = re.compile(r"`([\w/]+\.py)::(\w+)`")
# R4's modifiers (https://hl7.org/fhir/R4/search.html#modifiers), a resource type for `[type]`,
# and what servers of later releases take.
MODIFIERS = ("missing", "exact", "contains", "text", "not", "above", "below", "in", "not-in",
             "of-type", "identifier", "Patient", "code-text", "iterate")  # fmt: skip
# One parameter of each type, with values of which one is of the form that a modifier asks for.
PARAMETERS = {
    "number": ("RiskAssessment", "probability", "1"),
    "date": ("Patient", "birthdate", "2000"),
    "string": ("Patient", "name", "x"),
    "token": ("Patient", "identifier", "a|b"),
    "reference": ("Procedure", "location", "x"),
    "composite": ("Observation", "code-value-quantity", "a$1"),
    "quantity": ("Observation", "value-quantity", "1"),
    "uri": ("ValueSet", "url", "http://example.org/x"),
    "special": ("Location", "near", "1|1"),
}


def rows(heading: str) -> list[list[str]]:
    """The cells of the table below a heading."""
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


def named(heading: str) -> set[str]:
    return {row[0].strip("`") for row in rows(heading)}


@pytest.fixture
def statement() -> Any:
    return Api(scopes=None).get("/metadata").json()["rest"][0]


def test_every_interaction_is_named_and_every_name_is_offered(statement: Any) -> None:
    stated = {each["code"] for each in statement["interaction"]}
    for resource in statement["resource"]:
        stated |= {each["code"] for each in resource["interaction"]}
        for kind in ("Create", "Read", "Update", "Delete"):
            if resource[f"conditional{kind}"] not in (False, "not-supported"):
                stated.add(f"conditional-{kind.lower()}")
    routed = {
        each.name
        for route in ROUTES
        for each in route.methods.values()
        if not isinstance(each, Operation)
    }
    assert named("Interactions") == stated | routed


def test_every_operation_is_named_and_every_name_is_offered(statement: Any) -> None:
    everywhere = set.intersection(
        *({each["name"] for each in resource["operation"]} for resource in statement["resource"])
    )
    stated = {f"[type]/${name}" for name in everywhere}
    stated |= {f"${each['name']}" for each in statement["operation"]}
    for resource in statement["resource"]:
        own = {each["name"] for each in resource["operation"]} - everywhere
        stated |= {f"{resource['type']}/${name}" for name in own}
    assert named("Operations") == stated


def test_every_type_of_parameter_is_named_and_every_name_is_offered(statement: Any) -> None:
    stated = {
        each["type"] for resource in statement["resource"] for each in resource["searchParam"]
    }
    assert named("Types of search parameters") == stated == set(PARAMETERS)


def test_what_may_be_included_is_named_by_type_and_the_other_way_round(statement: Any) -> None:
    types = {each["type"]: each for each in statement["resource"]}
    assert "Observation:subject" in types["Observation"]["searchInclude"]
    assert "Provenance:target" in types["Observation"]["searchRevInclude"]
    assert "Observation:specimen" not in types["Patient"]["searchRevInclude"]
    for name, resource in types.items():
        references = {
            f"{name}:{each['name']}"
            for each in resource["searchParam"]
            if each["type"] == "reference"
        }
        assert set(resource.get("searchInclude", [])) == references


def test_every_modifier_is_named_for_the_types_that_take_it() -> None:
    """The CapabilityStatement has no place for modifiers: the server is asked."""
    api = Api()
    taken: dict[str, set[str]] = {}
    for kind, (type_, code, value) in PARAMETERS.items():
        for modifier in MODIFIERS:
            given = {"missing": "true", "of-type": "a|b|c"}.get(modifier, value)
            answer = api.get(f"/{type_}?{code}:{modifier}={given}")
            codes = [each["code"] for each in answer.json().get("issue", [])]
            assert answer.status_code < 500
            if "not-supported" not in codes:
                taken.setdefault(f":{modifier}", set()).add(kind)
    told = {row[0].split("`")[1]: set(row[1].split(", ")) for row in rows("Modifiers")}
    assert told == taken


def test_every_parameter_that_all_types_have_is_named_and_works(statement: Any) -> None:
    codes = re.findall(r"`(_\w+)", " ".join(row[0] for row in rows("Parameters of every search")))
    shared = set.intersection(
        *({each["name"] for each in resource["searchParam"]} for resource in statement["resource"])
    )
    assert shared <= set(codes)
    values = {"_include": "*", "_revinclude": "*", "_summary": "false", "_sort": "_id",
              "_total": "accurate", "_count": "1", "_lastUpdated": "2000", "_format": "json",
              "_filter": "_id eq x", "_profile": "urn:x", "_type": "List"}  # fmt: skip
    for code in codes:
        path, name = ("", code) if code == "_type" else ("/Patient", code)
        name = "_has:Observation:patient:code" if code == "_has" else name
        answer = Api().get(f"{path}?{name}={values.get(code, 'x')}", prefer="handling=strict")
        assert answer.status_code == 200, (code, answer.content)


@cache
def functions(file: str) -> frozenset[str]:
    tree = ast.parse((TESTS / file).read_text())
    return frozenset(each.name for each in tree.body if isinstance(each, ast.FunctionDef))


def test_every_row_names_a_test_that_is_there() -> None:
    lines = [line for line in PAGE.splitlines() if line.startswith("| ") and "Shown by" not in line]
    assert len(lines) > 60
    for line in lines:
        nodes = NODE.findall(line)
        assert nodes, line
        for file, function in nodes:
            assert function in functions(file), f"{file}::{function}"
            assert function.startswith("test_")
