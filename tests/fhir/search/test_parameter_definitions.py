"""Every R4 search parameter is compiled from the official definitions, the same everywhere."""

import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from fhir_bridge.search import definitions, parameters
from fhir_bridge.search.expressions import Compiler, Element, ExpressionError
from tests.conftest import ASSETS

PACKAGE = ASSETS / definitions.PACKAGE


@pytest.fixture(scope="module")
def package() -> list[dict[str, object]]:
    return definitions.read_package(PACKAGE)


def test_every_expression_of_the_package_compiles(package: list[dict[str, object]]) -> None:
    assert definitions.compile_table(package)["failed"] == {}


def test_every_official_parameter_is_offered_or_named_with_its_reason(
    package: list[dict[str, object]],
) -> None:
    missing = set()
    for definition in package:
        if definition["resourceType"] != "SearchParameter":
            continue
        if definition["id"] in ("example", "example-extension"):
            continue
        for base in definition.get("base", ()):  # type: ignore[attr-defined]
            type_ = "Patient" if base in ("Resource", "DomainResource") else base
            if parameters.get(type_, str(definition["code"])) is None:
                missing.add(definition["code"])
    assert missing == set(definitions.NOT_OFFERED)


def test_each_parameter_has_its_own_number_that_fits_the_column() -> None:
    numbers = [
        number
        for type_ in parameters.types()
        for parameter in parameters.for_type(type_)
        for number in (parameter.number, *(part.number for part in parameter.components))
        if parameter.owns_rows and parameter.code != "_list"
    ]
    assert len(numbers) == len(set(numbers))
    assert max(numbers) < 2**15


def test_numbers_follow_from_the_definitions_alone(package: list[dict[str, object]]) -> None:
    forwards = definitions.compile_table(package)["parameters"]
    backwards = definitions.compile_table(reversed(package))["parameters"]
    assert {(t, c): e["number"] for t, es in forwards.items() for c, e in es.items()} == {
        (t, c): e["number"] for t, es in backwards.items() for c, e in es.items()
    }


def test_patient_reads_the_rows_of_subject_and_keeps_patients() -> None:
    subject = parameters.get("Observation", "subject")
    patient = parameters.get("Observation", "patient")
    assert subject is not None
    assert patient is not None
    assert patient.rows == subject.rows
    assert patient.limit == ("Patient",)


def test_combinations_read_the_rows_of_their_parts() -> None:
    rows = {
        code: parameters.get("Observation", code).rows  # type: ignore[union-attr]
        for code in ("combo-code", "code", "component-code")
    }
    assert rows["combo-code"] == rows["code"] + rows["component-code"]


@pytest.mark.parametrize(
    ("type_", "code", "paths"),
    [
        ("Patient", "phone", [(("telecom", ("where", "system", "phone")), "ContactPoint")]),
        ("Patient", "deceased", [(("deceasedBoolean", "deceasedDateTime"), "exists-not-false")]),
        ("Condition", "onset-date",
         [(("onsetDateTime",), "dateTime"), (("onsetPeriod",), "Period")]),
        ("InsurancePlan", "name", [(("name",), "string"), (("alias",), "string")]),
        ("Observation", "value-concept", [(("valueCodeableConcept",), "CodeableConcept")]),
        ("Questionnaire", "code", [(("item", "code"), "Coding")]),
        ("ActivityDefinition", "predecessor",
         [(("relatedArtifact", ("where", "type", "predecessor"), "resource"), "canonical")]),
    ],
)  # fmt: skip
def test_expressions_become_typed_paths(
    type_: str, code: str, paths: list[tuple[object, str]]
) -> None:
    parameter = parameters.get(type_, code)
    assert parameter is not None
    assert [(path.steps, path.datatype) for path in parameter.paths] == paths


@pytest.mark.parametrize(
    "expression",
    ["Thing.nothing", "Thing.name.where(1 < 2)", "Thing.name.substring(1)", "Thing.name as"],
)
def test_what_is_not_understood_is_an_error_and_no_guess(expression: str) -> None:
    compiler = Compiler({"Thing": Element(()), "Thing.name": Element(("string",))})
    with pytest.raises(ExpressionError):
        compiler.compile("Thing", expression)


def test_the_table_is_written_once_and_whole(tmp_path: Path) -> None:
    out = tmp_path / "nested" / "table.json"
    definitions.build(PACKAGE, out)
    assert orjson.loads(out.read_bytes())["parameters"]["Patient"]["gender"]["type"] == "token"
    assert list(out.parent.iterdir()) == [out]


def test_a_missing_package_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="make setup"):
        definitions.load(tmp_path, tmp_path)


def test_the_registry_loads_without_reading_the_package() -> None:
    parameters.registry()  # the table is there
    program = (
        "import time, django; django.setup(); from fhir_bridge.search import parameters;"
        "import fhir_bridge.search.definitions as d; d.read_package = None;"
        "start = time.perf_counter(); parameters.registry();"
        "print(time.perf_counter() - start)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert float(done.stdout) < 2
