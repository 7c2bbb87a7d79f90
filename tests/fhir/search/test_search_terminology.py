"""Tokens found by value set and by the hierarchy of their code system."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction

from fhir_bridge import search
from fhir_bridge.outcomes import FhirError
from fhir_bridge.search import codes
from tests.fhir.search.records import concept, ids, observation, outsider, owner, patient, put
from tests.fhir.terminology.stored import COLOURS, colours, value_set

pytestmark = pytest.mark.django_db

GENDERS = "http://hl7.org/fhir/ValueSet/administrative-gender"
SNOMED = "http://snomed.info/sct"
WARM = "http://example.org/warm"
RECORD: list[dict[str, Any]] = [
    {"id": "colours", **colours()},
    {"id": "warm", **value_set(WARM, {
        "system": COLOURS,
        "filter": [{"property": "concept", "op": "is-a", "value": "crimson"}],
    })},
    {"id": "clinical", **value_set("http://example.org/clinical", {"system": SNOMED}, {
        "system": COLOURS, "concept": [{"code": "blue"}, {"code": "crimson"},
                                       {"code": "dark-crimson"}],
    })},
    {"id": "broken", **value_set("http://example.org/broken", {
        "system": SNOMED, "filter": [{"property": "concept", "op": "is-a", "value": "1"}],
    })},
    patient("m", gender="male"),
    patient("none"),
    *(observation(each, method=concept(each, COLOURS))
      for each in ("red", "crimson", "dark-crimson", "scarlet", "blue")),
    observation("both", method={"coding": [{"system": COLOURS, "code": "blue"},
                                           {"system": COLOURS, "code": "crimson"}]}),
    observation("elsewhere", method=concept("crimson", "http://example.org/paints")),
    observation("clinical", method=concept("1234", SNOMED)),
    observation("unsaid"),
]  # fmt: skip
QUERIES = [
    ("Patient", f"gender:in={GENDERS}", "m"),
    ("Patient", f"gender:not-in={GENDERS}", "none"),
    ("Observation", f"method:in={WARM}", "both crimson dark-crimson"),
    ("Observation", "method:in=ValueSet/warm", "both crimson dark-crimson"),
    ("Observation", f"method:not-in={WARM}", "blue clinical elsewhere red scarlet unsaid"),
    ("Observation", f"method:in={WARM},{GENDERS}", "both crimson dark-crimson"),
    (
        "Observation",
        "method:in=http://example.org/clinical",
        "blue both clinical crimson dark-crimson",
    ),
    ("Observation", f"method:below={COLOURS}|crimson", "both crimson dark-crimson"),
    ("Observation", f"method:below={COLOURS}|blue", "blue both"),
    ("Observation", f"method:above={COLOURS}|dark-crimson", "both crimson dark-crimson red"),
    ("Observation", f"method:below={SNOMED}|1234", "clinical"),
    ("Observation", f"method:below={SNOMED}|9", ""),
    ("Observation", f"_filter=method in {WARM}", "both crimson dark-crimson"),
    ("Observation", f"_filter=method ss {COLOURS}|crimson", "both crimson dark-crimson"),
    ("Observation", f"_filter=method sb {COLOURS}|crimson", "both crimson red"),
]


@pytest.fixture(scope="module")
def record(django_db_setup: None, django_db_blocker: Any) -> Any:
    """The record above, written once for the module and taken back at its end."""
    with django_db_blocker.unblock():
        block = transaction.atomic()
        block.__enter__()
        actor = owner()
        put(actor, *RECORD)
        yield actor
        transaction.set_rollback(True)
        block.__exit__(None, None, None)


@pytest.mark.parametrize(("type_", "query", "expected"), QUERIES)
def test_the_query_finds(record: Any, type_: str, query: str, expected: str) -> None:
    assert sorted(ids(record, type_, query)) == sorted(expected.split())


@pytest.mark.parametrize(
    ("query", "code", "says"),
    [
        ("method:in=http://example.org/none", "not-found", "method:in: this server holds no"),
        ("method:in=ValueSet/none", "not-found", "method:in: this server holds no"),
        ("method:in=http://example.org/broken", "not-found", "method:in: "),
        ("method:not-in=' OR 1=1 --", "not-found", "method:not-in: this server holds no"),
        ("method:below=crimson", "invalid", "method:below: expected system|code"),
        ("method:above=|crimson", "invalid", "method:above: expected system|code"),
        ("date:in=" + WARM, "not-supported", "date: a date parameter does not take :in"),
        ("subject:in=" + WARM, "not-supported", "subject: a reference parameter does not take :in"),
    ],
)
def test_what_cannot_be_looked_up_is_refused(record: Any, query: str, code: str, says: str) -> None:
    name, _, value = query.partition("=")
    with pytest.raises(FhirError) as caught:
        search.page(record, "Observation", [(name, value)])
    assert (caught.value.status, caught.value.issues[0].code) == (400, code)
    assert says in caught.value.diagnostics


def test_a_value_set_of_too_many_codes_is_refused(
    record: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(codes, "MOST_CODES", 1)
    for query in (f"method:in={WARM}", f"method:below={COLOURS}|crimson"):
        with pytest.raises(FhirError) as caught:
            ids(record, "Observation", query)
        assert caught.value.issues[0].code == "too-costly"


def test_stored_definitions_count_for_who_may_read_them_only(record: Any) -> None:
    few = replace(owner(), scopes=("system/Observation.rs",))
    with pytest.raises(FhirError) as caught:
        ids(few, "Observation", f"method:in={WARM}")
    assert caught.value.issues[0].code == "not-found"
    below = ids(few, "Observation", f"method:below={COLOURS}|crimson")
    assert sorted(below) == ["both", "crimson"]


def test_another_organisations_value_set_is_not_known(record: Any) -> None:
    for reference in (WARM, "ValueSet/warm"):
        with pytest.raises(FhirError) as caught:
            ids(outsider(), "Observation", f"method:in={reference}")
        assert caught.value.issues[0].code == "not-found"
