"""Generated references, chains, `_has` and composites: what is found equals a plain reading of R4.

The reading follows the references in the FHIR values themselves; it shares nothing with the code
that it judges (https://hl7.org/fhir/R4/search.html#reference, #chaining, #has, #composite).
"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_bridge import search
from tests.fhir.search.generated import check, fresh, generated
from tests.fhir.search.records import observation, patient, put

pytestmark = pytest.mark.django_db

# -- reference -----------------------------------------------------------------------------------

targets_of = st.sampled_from(
    ["Patient/1", "Patient/2", "Group/1", "http://other/fhir/Patient/1", "Patient/1/_history/3"]
)
asked = st.sampled_from(
    [("subject", "1"), ("subject", "Patient/1"), ("subject", "Group/1"), ("subject:Patient", "1"),
     ("subject:Group", "1"), ("subject:Patient", "2"), ("patient", "1"), ("patient", "Patient/2"),
     ("subject", "http://other/fhir/Patient/1"), ("subject", "Patient/1,Group/1")]
)  # fmt: skip


def reference_matches(reference: str, name: str, value: str) -> bool:
    reference = reference.split("/_history/")[0]
    kind = reference.split("/")[-2]
    code, _, modifier = name.partition(":")
    wanted_type = "Patient" if code == "patient" else modifier
    if wanted_type and kind != wanted_type:
        return False
    if "/" in value:
        return reference == value
    return reference == f"{kind}/{value}"


@generated
@given(
    st.lists(st.one_of(st.none(), targets_of), min_size=1, max_size=8),
    st.lists(asked, min_size=1, max_size=6),
)
def test_reference(each: list[str | None], values: list[tuple[str, str]]) -> None:
    resources = [
        observation(f"o{n}", **({"subject": {"reference": reference}} if reference else {}))
        for n, reference in enumerate(each)
    ]

    def expected(resource: dict[str, Any], name: str, value: str) -> bool:
        if "subject" not in resource:
            return False
        reference = resource["subject"]["reference"]
        return any(reference_matches(reference, name, part) for part in value.split(","))

    check(resources, values, expected)


subjects = st.fixed_dictionaries(
    {},
    optional={
        "reference": st.sampled_from(["Patient/1", "Patient/2"]),
        "identifier": st.fixed_dictionaries(
            {"value": st.sampled_from(["7", "8"])},
            optional={"system": st.sampled_from(["urn:a", "urn:b"])},
        ),
        "display": st.just("Somebody"),
    },
).filter(bool)


@generated
@given(
    st.lists(st.one_of(st.none(), subjects), min_size=1, max_size=8),
    st.lists(st.sampled_from(["7", "urn:a|7", "|7", "urn:b|", "8,urn:a|7"]), max_size=4),
)
def test_reference_by_identifier_and_missing(
    each: list[dict[str, Any] | None], values: list[str]
) -> None:
    resources = [
        observation(f"o{n}", **({"subject": subject} if subject else {}))
        for n, subject in enumerate(each)
    ]

    def one(identifier: dict[str, str], value: str) -> bool:
        system, bar, code = value.rpartition("|")
        if not bar:
            return identifier["value"] == value
        known = identifier.get("system", "") == system
        return known and (not code or identifier["value"] == code)

    def expected(resource: dict[str, Any], name: str, value: str) -> bool:
        subject = resource.get("subject", {})
        identifier = subject.get("identifier")
        if name == "subject:missing":
            # A display alone leads nowhere: there is nothing that a search could look for.
            return (identifier is None and "reference" not in subject) == (value == "true")
        return identifier is not None and any(one(identifier, part) for part in value.split(","))

    missing = [("subject:missing", "true"), ("subject:missing", "false")]
    check(resources, [("subject:identifier", value) for value in values] + missing, expected)


# -- chains and _has -----------------------------------------------------------------------------

genders = st.sampled_from(["male", "female", None])
people = st.lists(st.tuples(genders, st.integers(0, 3)), min_size=1, max_size=4)
readings = st.lists(
    st.tuples(st.integers(0, 4), st.sampled_from(["final", "amended"])), min_size=1, max_size=6
)


@generated
@given(people, readings)
def test_chains_and_has_follow_the_references(
    people: list[tuple[str | None, int]], readings: list[tuple[int, str]]
) -> None:
    actor = fresh()
    patients = [
        patient(f"p{n}", link=[{"other": {"reference": f"Patient/p{other}"}, "type": "seealso"}],
                **({"gender": gender} if gender else {}))
        for n, (gender, other) in enumerate(people)
    ]  # fmt: skip
    observations = [
        observation(f"o{n}", status=status, subject={"reference": f"Patient/p{of}"})
        for n, (of, status) in enumerate(readings)
    ]
    put(actor, *patients, *observations)
    by_id = {each["id"]: each for each in patients}

    def linked(one: dict[str, Any]) -> dict[str, Any]:
        return by_id.get(one["link"][0]["other"]["reference"].partition("/")[2], {})

    def subject(one: dict[str, Any]) -> dict[str, Any]:
        return by_id.get(one["subject"]["reference"].partition("/")[2], {})

    def about(one: dict[str, Any]) -> list[dict[str, Any]]:
        wanted = f"Patient/{one['id']}"
        return [each for each in observations if each["subject"]["reference"] == wanted]

    male = {each["id"] for each in patients if each.get("gender") == "male"}
    answers = {
        ("Observation", "subject:Patient.gender", "male"): {
            o["id"] for o in observations if subject(o).get("gender") == "male"
        },
        ("Observation", "patient.gender:not", "male"): {
            o["id"] for o in observations if subject(o) and subject(o).get("gender") != "male"
        },
        ("Observation", "patient.gender:missing", "true"): {
            o["id"] for o in observations if subject(o) and "gender" not in subject(o)
        },
        ("Observation", "patient.link.gender", "male"): {
            o["id"] for o in observations if subject(o) and linked(subject(o)).get("id") in male
        },
        ("Patient", "link:Patient.link:Patient.gender", "male"): {
            p["id"] for p in patients if linked(p) and linked(linked(p)).get("id") in male
        },
        ("Patient", "_has:Observation:patient:status", "final"): {
            p["id"] for p in patients if any(o["status"] == "final" for o in about(p))
        },
        ("Patient", "_has:Patient:link:_has:Observation:patient:status", "final"): {
            p["id"] for p in patients
            if any(linked(q) is p and any(o["status"] == "final" for o in about(q))
                   for q in patients)
        },
        ("Patient", "_filter", "not (_has:Observation:patient:status eq final)"): {
            p["id"] for p in patients if not any(o["status"] == "final" for o in about(p))
        },
        ("Observation", "_filter", "subject[gender eq male].link re Patient/p0"): {
            o["id"] for o in observations
            if subject(o).get("gender") == "male"
            and subject(o)["link"][0]["other"]["reference"] == "Patient/p0"
        },
    }  # fmt: skip
    for (type_, name, value), wanted in answers.items():
        found = search.find(actor, type_, [(name, value)])
        assert {each.id for each in found} == wanted, (name, value)


@generated
@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 3)), max_size=3),
        min_size=1, max_size=6,
    ),
    st.lists(
        st.tuples(st.sampled_from("ab"), st.sampled_from(["", "gt", "le"]), st.integers(1, 3)),
        min_size=1, max_size=4,
    ),
)  # fmt: skip
def test_a_composite_ties_its_parts_together(
    lists: list[list[tuple[str, int]]], values: list[tuple[str, str, int]]
) -> None:
    resources = [
        observation(
            f"o{n}",
            **({"component": [
                {"code": {"coding": [{"code": code}]}, "valueQuantity": {"value": number}}
                for code, number in each
            ]} if each else {}),
        )
        for n, each in enumerate(lists)
    ]  # fmt: skip

    def expected(resource: dict[str, Any], name: str, value: str) -> bool:
        code, _, compared = value.partition("$")
        prefix, number = compared[:-1], int(compared[-1])

        def compare(one: int) -> bool:
            return {"": one == number, "gt": one > number, "le": one <= number}[prefix]

        return any(own == code and compare(one) for own, one in lists[int(resource["id"][1:])])

    queries = [
        ("component-code-value-quantity", f"{code}${prefix}{number}")
        for code, prefix, number in values
    ]
    check(resources, queries, expected)


# -- hierarchies ---------------------------------------------------------------------------------


@generated
@given(
    st.lists(st.one_of(st.none(), st.integers(0, 6)), min_size=1, max_size=7),
    st.lists(st.integers(0, 6), min_size=1, max_size=5),
)
def test_above_and_below_follow_what_is_part_of_what(
    parents: list[int | None], where: list[int]
) -> None:
    actor = fresh()
    locations = [
        {"resourceType": "Location", "id": f"l{n}",
         **({} if parent is None else {"partOf": {"reference": f"Location/l{parent}"}})}
        for n, parent in enumerate(parents)
    ]  # fmt: skip
    procedures = [
        {"resourceType": "Procedure", "id": f"x{n}", "status": "completed",
         "subject": {"display": "x"}, "location": {"reference": f"Location/l{place}"}}
        for n, place in enumerate(where)
    ]  # fmt: skip
    put(actor, *locations, *procedures)

    def wholes(place: int) -> set[int]:
        seen = {place}
        while place < len(parents) and parents[place] is not None and parents[place] not in seen:
            place = parents[place]  # type: ignore[assignment]
            seen.add(place)
        return seen

    for place in range(len(parents)):
        below = {f"x{n}" for n, at in enumerate(where) if place in wholes(at)}
        above = {f"x{n}" for n, at in enumerate(where) if at in wholes(place)}
        for modifier, wanted in (("below", below), ("above", above)):
            found = search.find(actor, "Procedure", [(f"location:{modifier}", f"l{place}")])
            assert {each.id for each in found} == wanted, (modifier, place)
