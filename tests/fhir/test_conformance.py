"""What $validate says beyond structure: invariants, bindings, profiles."""

from collections.abc import Iterable
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhir_bridge import definitions
from fhir_bridge.narratives import narrative_fine
from fhir_bridge.outcomes import Issue
from fhir_bridge.profiles import conformance
from fhir_bridge.profiles.invariants import Budget, holds
from fhir_bridge.terminology import Sources
from tests.fhir.record import Api, observation, patient, refused
from tests.fhir.terminology.stored import COLOURS, colours, value_set

P = "http://example.org/p"
CORE = "http://hl7.org/fhir/StructureDefinition"


def profile(*elements: dict[str, Any], type: str = "Patient", **more: Any) -> dict[str, Any]:
    """A constraint by differential; an element is named by its id."""
    return {
        "resourceType": "StructureDefinition",
        "url": P,
        "name": "P",
        "status": "active",
        "kind": "resource",
        "abstract": False,
        "type": type,
        "baseDefinition": f"{CORE}/{type}",
        "derivation": "constraint",
        "differential": {
            "element": [
                {"path": each["id"].replace(":" + each.get("sliceName", "\0"), ""), **each}
                for each in elements
            ]
        },
        **more,
    }


def judged(
    resource: dict[str, Any], *held: dict[str, Any], profiles: Iterable[str] = (P,)
) -> list[Issue]:
    """The errors of a resource against a profile that is held with these definitions."""
    sources = Sources(None)
    for each in held:
        sources.add(each)
    named = list(profiles) if held else []
    return [e for e in conformance(resource, sources, profiles=named) if e.severity == "error"]


def component(code: str, **more: Any) -> dict[str, Any]:
    return {"code": {"coding": [{"system": "http://loinc.org", "code": code}]}, **more}


def told(issues: list[Issue]) -> set[tuple[str, str]]:
    return {(each.rule or each.code, each.expression) for each in issues}


# -- R4's own rules ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (patient(contact=[{"gender": "male"}]), {("pat-1", "Patient.contact[0]")}),
        (
            observation("Patient/p", valueString="x", dataAbsentReason={"text": "y"}),
            {("obs-6", "Observation")},
        ),
        (
            observation(
                "Patient/p",
                valueString="x",
                component=[component("8867-4")],
            ),
            {("obs-7", "Observation")},
        ),
        (
            observation("Patient/p", valueQuantity={"value": 1, "code": "mg"}),
            {("qty-3", "Observation.value")},
        ),
        (
            patient(identifier=[{"period": {"start": "2024-02-01", "end": "2024-01-01"}}]),
            {("per-1", "Patient.identifier[0].period")},
        ),
        (
            patient(telecom=[{"value": "1"}]),
            {("cpt-2", "Patient.telecom[0]")},
        ),
        (
            patient(generalPractitioner=[{"reference": "#none"}]),
            {("ref-1", "Patient.generalPractitioner[0]")},
        ),
        (
            patient(contained=[{"resourceType": "Organization", "id": "o", "name": "O"}]),
            {("dom-3", "Patient")},
        ),
        (
            patient(extension=[{"url": "http://x.example"}]),
            {("ext-1", "Patient.extension[0]")},
        ),
        (
            patient(text={"status": "generated", "div": "<div><script>x</script></div>"}),
            {("txt-1", "Patient.text.div"), ("txt-2", "Patient.text.div")},
        ),
        (
            {"resourceType": "Bundle", "type": "collection", "total": 1},
            {("bdl-1", "Bundle")},
        ),
        (
            {
                "resourceType": "Bundle",
                "type": "collection",
                "entry": [{"resource": {"resourceType": "Group", "type": "person", "actual": False,
                                        "member": [{"entity": {"reference": "Patient/p"}}]}}],
            },
            {("grp-1", "Bundle.entry[0].resource")},
        ),
        (
            patient(language="english-but-no-tag"),
            {("code-invalid", "Patient.language")},
        ),
    ],
)  # fmt: skip
def test_a_broken_invariant_names_its_key_and_element(
    resource: dict[str, Any], expected: set[tuple[str, str]]
) -> None:
    assert told(judged(resource)) == expected


def test_what_keeps_every_rule_is_not_scolded() -> None:
    fine = patient(
        identifier=[{"period": {"start": "2024-01-01", "end": "2024-02"}}],
        contained=[{"resourceType": "Organization", "id": "o", "name": "O"}],
        managingOrganization={"reference": "#o"},
        contact=[{"name": {"text": "N"}}],
        language="fr-CA",
    )
    assert judged(fine) == []


def test_every_invariant_of_r4_can_be_evaluated() -> None:
    """On the empty element of its place: no expression may be out of fhirpathpy's reach."""
    beyond = set()
    for url in definitions.urls("StructureDefinition"):
        structure = definitions.resource(url)
        if structure.get("derivation") == "constraint":
            continue
        for element in structure["snapshot"]["element"]:
            for each in element.get("constraint", []):
                verdict = holds(
                    each["expression"], {"id": "x"}, element["path"], resource={"id": "x"},
                    root={"id": "x"}, budget=Budget(60),
                )  # fmt: skip
                if verdict is None:
                    beyond.add(each["key"])
    # dom-3 is checked without its expression; %context of these two is not the element.
    assert beyond <= {"dom-3", "ig-1", "ig-2"}


def test_extensible_bindings_warn_and_codes_of_systems_not_held_are_named_once() -> None:
    marital = {"coding": [{"system": "http://example.org", "code": "x"}]}
    found = conformance(patient(maritalStatus=marital), Sources(None))
    assert ("warning", "code-invalid", "Patient.maritalStatus") in {
        (e.severity, e.code, e.expression) for e in found
    }
    snomed = {"coding": [{"system": "http://snomed.info/sct", "code": "1"}]}
    encounter = {"resourceType": "Encounter", "status": "planned", "class": {"code": "AMB"},
                 "reasonCode": [snomed, snomed]}  # fmt: skip
    notes = [e for e in conformance(encounter, Sources(None)) if "snomed" in e.diagnostics]
    assert len(notes) == 1
    assert notes[0].severity == "information"


def test_a_code_that_its_system_has_not_and_a_wrong_display_are_warnings() -> None:
    system = "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus"
    for coding, place in (
        ({"system": system, "code": "nope"}, "code"),
        ({"system": system, "code": "M", "display": "Single"}, "display"),
    ):
        found = conformance(patient(maritalStatus={"coding": [coding]}), Sources(None))
        places = {e.expression for e in found if e.severity == "warning"}
        assert f"Patient.maritalStatus.coding[0].{place}" in places


@pytest.mark.parametrize(
    ("text", "fine"),
    [
        ('<div xmlns="http://www.w3.org/1999/xhtml"><p>a&nbsp;b</p></div>', True),
        ("<div><img src='x' alt='y'/></div>", True),
        ("<div> </div>", False),
        ("<div><p>x</div>", False),
        ("<p>x</p>", False),
        ("<div onclick='x()'>x</div>", False),
        ("<div><a href=' JavaScript:x'>x</a></div>", False),
        ("<div><iframe/>x</div>", False),
        ('<!DOCTYPE d [<!ENTITY x "y">]><div>&x;</div>', False),
    ],
)
def test_narratives_are_the_xhtml_that_r4_allows(text: str, fine: bool) -> None:
    assert narrative_fine(text) is fine


# -- profiles ------------------------------------------------------------------------------------


def test_a_profile_narrows_cardinality() -> None:
    needs = profile({"id": "Patient.birthDate", "min": 1}, {"id": "Patient.photo", "max": "0"})
    assert told(judged(patient(), needs)) == {("required", "Patient.birthDate")}
    assert judged(patient(birthDate="2000"), needs) == []
    photo = patient(birthDate="2000", photo=[{"title": "x"}])
    assert told(judged(photo, needs)) == {("structure", "Patient.photo")}


def test_a_profile_reaches_inside_data_types() -> None:
    needs = profile({"id": "Patient.name.family", "min": 1, "maxLength": 4})
    assert judged(patient(name=[{"family": "Ada"}]), needs) == []
    found = judged(patient(name=[{"family": "Adaline"}, {"given": ["x"]}]), needs)
    assert told(found) == {
        ("too-long", "Patient.name[0].family"), ("required", "Patient.name[1].family"),
    }  # fmt: skip


def test_fixed_values_are_equal_and_patterns_are_at_least() -> None:
    fixed = profile({"id": "Patient.gender", "fixedCode": "female"})
    assert judged(patient(gender="female"), fixed) == []
    assert told(judged(patient(gender="male"), fixed)) == {("value", "Patient.gender")}
    coding = {"system": "http://x.example", "code": "a"}
    least = {"patternCodeableConcept": {"coding": [coding]}}
    pattern = profile({"id": "Patient.maritalStatus", **least})
    more = {"coding": [{"system": "http://y.example", "code": "b"}, {**coding, "display": "A"}]}
    assert judged(patient(maritalStatus=more), pattern) == []
    assert told(judged(patient(maritalStatus={"text": "x"}), pattern)) == {
        ("value", "Patient.maritalStatus")
    }


def test_a_profile_narrows_types_and_targets() -> None:
    narrow = profile(
        {"id": "Observation.value[x]", "type": [{"code": "Quantity"}]},
        {"id": "Observation.subject", "type": [
            {"code": "Reference", "targetProfile": [f"{CORE}/Patient"]}]},
        type="Observation",
    )  # fmt: skip
    assert judged(observation("Patient/p", valueQuantity={"value": 1}), narrow) == []
    assert told(judged(observation("Group/p", valueString="x"), narrow)) == {
        ("structure", "Observation.value"), ("value", "Observation.subject"),
    }  # fmt: skip


def test_references_are_followed_into_the_bundle_and_what_is_contained() -> None:
    narrow = profile(
        {"id": "Observation.subject", "type": [
            {"code": "Reference", "targetProfile": [f"{CORE}/Patient"]}]},
        {"id": "Observation.performer",
         "slicing": {"discriminator": [{"type": "type", "path": "resolve()"}], "rules": "closed"}},
        {"id": "Observation.performer:who", "sliceName": "who", "max": "1", "type": [
            {"code": "Reference", "targetProfile": [f"{CORE}/Practitioner"]}]},
        type="Observation",
    )  # fmt: skip
    urn = "urn:uuid:6d4b0a6c-0f0f-4f6e-9a58-0d2b3c3d4e5f"
    seen = observation(urn, meta={"profile": [P]}, performer=[{"reference": "#d"}],
                       contained=[{"resourceType": "Practitioner", "id": "d"}])  # fmt: skip

    def collection(target: dict[str, Any]) -> dict[str, Any]:
        entries = [{"fullUrl": urn, "resource": target}, {"resource": seen}]
        return {"resourceType": "Bundle", "type": "collection", "entry": entries}

    assert judged(collection(patient()), narrow, profiles=[]) == []
    group = {"resourceType": "Group", "type": "person", "actual": True}
    at = "Bundle.entry[1].resource"
    assert told(judged(collection(group), narrow, profiles=[])) == {("value", f"{at}.subject")}
    seen["contained"] = [{"resourceType": "Organization", "id": "d", "name": "O"}]
    found = told(judged(collection(patient()), narrow, profiles=[]))
    assert found == {("structure", f"{at}.performer[0]")}


def test_slices_by_value_pattern_type_and_exists() -> None:
    by_value = profile(
        {"id": "Patient.telecom",
         "slicing": {"discriminator": [{"type": "value", "path": "system"}], "rules": "closed"}},
        {"id": "Patient.telecom:phone", "sliceName": "phone", "min": 1, "max": "1"},
        {"id": "Patient.telecom:phone.system", "path": "Patient.telecom.system", "min": 1,
         "fixedCode": "phone"},
        {"id": "Patient.telecom:phone.value", "path": "Patient.telecom.value", "min": 1},
    )  # fmt: skip
    phone = {"system": "phone", "value": "1"}
    assert judged(patient(telecom=[phone]), by_value) == []
    assert told(judged(patient(telecom=[{"system": "email", "value": "x"}]), by_value)) == {
        ("required", "Patient.telecom"), ("structure", "Patient.telecom[0]"),
    }  # fmt: skip
    assert told(judged(patient(telecom=[phone, phone]), by_value)) == {
        ("structure", "Patient.telecom")
    }
    assert told(judged(patient(telecom=[{"system": "phone"}]), by_value)) == {
        ("required", "Patient.telecom[0].value")
    }


def test_slices_by_pattern_hold_each_component_to_its_own_rules() -> None:
    pressure = profile(
        {"id": "Observation.component",
         "slicing": {"discriminator": [{"type": "pattern", "path": "code"}], "rules": "open"}},
        {"id": "Observation.component:systolic", "sliceName": "systolic", "min": 1, "max": "1"},
        {"id": "Observation.component:systolic.code", "path": "Observation.component.code",
         "patternCodeableConcept": {"coding": [{"system": "http://loinc.org", "code": "8480-6"}]}},
        {"id": "Observation.component:systolic.value[x]", "path": "Observation.component.value[x]",
         "min": 1, "type": [{"code": "Quantity"}]},
        type="Observation",
    )  # fmt: skip
    mm = {"value": 120, "unit": "mmHg"}
    good = component("8480-6", valueQuantity=mm)
    assert judged(observation("Patient/p", component=[good, component("x-1")]), pressure) == []
    assert told(judged(observation("Patient/p", component=[component("x-1")]), pressure)) == {
        ("required", "Observation.component")
    }
    assert told(judged(observation("Patient/p", component=[component("8480-6")]), pressure)) == {
        ("required", "Observation.component[0].value")
    }


def test_a_choice_is_sliced_by_its_type() -> None:
    quantity = profile(
        {"id": "Observation.value[x]:valueQuantity", "path": "Observation.value[x]",
         "sliceName": "valueQuantity", "min": 1},
        {"id": "Observation.value[x]:valueQuantity.unit", "path": "Observation.value[x].unit",
         "min": 1},
        type="Observation",
    )  # fmt: skip
    assert judged(observation("Patient/p", valueQuantity={"value": 1, "unit": "g"}), quantity) == []
    assert told(judged(observation("Patient/p", valueQuantity={"value": 1}), quantity)) == {
        ("required", "Observation.value.unit")
    }
    assert ("required", "Observation.value") in told(
        judged(observation("Patient/p", valueString="x"), quantity)
    )


def test_extensions_are_held_against_their_own_definition_and_slices() -> None:
    url = "http://example.org/colour"
    own = profile(
        {"id": "Extension.url", "fixedUri": url},
        {"id": "Extension.value[x]", "min": 1, "type": [{"code": "code"}],
         "binding": {"strength": "required", "valueSet": "http://example.org/reds"}},
        type="Extension", kind="complex-type",
    ) | {"url": url}  # fmt: skip
    needs = profile({
        "id": "Patient.extension:colour", "path": "Patient.extension", "sliceName": "colour",
        "min": 1, "max": "1", "type": [{"code": "Extension", "profile": [url]}],
    })  # fmt: skip
    below = {"property": "concept", "op": "is-a", "value": "red"}
    reds = value_set("http://example.org/reds", {"system": COLOURS, "filter": [below]})
    held = (needs, own, reds, colours())
    assert judged(patient(extension=[{"url": url, "valueCode": "scarlet"}]), *held) == []
    assert told(judged(patient(), *held)) == {("required", "Patient.extension")}
    assert told(judged(patient(extension=[{"url": url, "valueCode": "blue"}]), *held)) == {
        ("code-invalid", "Patient.extension[0].value")
    }
    assert ("structure", "Patient.extension[0].value") in told(
        judged(patient(extension=[{"url": url, "valueString": "red"}]), *held)
    )


def test_a_profiles_own_invariants_count_and_a_wrong_one_breaks_nothing() -> None:
    def rule(key: str, expression: str, severity: str = "error") -> dict[str, Any]:
        return {"key": key, "severity": severity, "human": f"Rule {key}", "expression": expression}

    own = profile({
        "id": "Patient",
        "constraint": [rule("a", "birthDate.exists()"), rule("b", "name.exists()"),
                       rule("c", "this is ( no FHIRPath"), rule("d", "nothing()"),
                       rule("e", "gender.exists()", "warning")],
    })  # fmt: skip
    assert told(judged(patient(), own)) == {("a", "Patient")}
    sources = Sources(None)
    sources.add(own)
    rest = {e.rule: e.severity for e in conformance(patient(), sources, profiles=[P]) if e.rule}
    assert rest["e"] == "warning"
    assert (rest["c"], rest["d"]) == ("information", "information")


@pytest.mark.parametrize(
    ("expression", "verdict"),
    [
        ("descendants()" + ".select($this | $this)" * 40, True),
        ("name" + ".select(%resource.combine(%resource))" * 30, None),
        ("descendants().where(" * 15 + "true" + ")" * 15, True),
        ("'a'" + ".replace('a', 'aaaaaaaaaa')" * 30 + " = 'b'", None),
        ("'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'.matches('(a+)+$')", False),
        ("'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'.replaceMatches('(a+)+$', 'b') = 'c'", None),
        ("'a.b'.replaceMatches('[.].*', '') = 'a'", True),
        ("(" * 900, None),
        ("x" * 100_000, None),
        ("%nothing.exists()", None),
    ],
)
def test_a_hostile_expression_ends_within_its_budget(expression: str, verdict: bool | None) -> None:
    resource = patient()
    found = holds(
        expression, resource, "Patient", resource=resource, root=resource, budget=Budget(1)
    )
    assert found is verdict


def test_a_spent_budget_is_said_and_nothing_is_taken_for_granted() -> None:
    found = conformance(patient(contact=[{"gender": "male"}]), Sources(None), seconds=0)
    assert [(e.severity, e.code) for e in found] == [("warning", "too-costly")]


def test_profiles_that_refer_to_each_other_end() -> None:
    url = "http://example.org/loop"
    loop = profile(
        {"id": "Extension.extension", "type": [{"code": "Extension", "profile": [url]}]},
        type="Extension", kind="complex-type",
    ) | {"url": url, "baseDefinition": url}  # fmt: skip
    nested = {"url": url, "extension": [{"url": url, "valueCode": "x"}]}
    assert judged(patient(extension=[nested]), loop, profiles=[]) == []
    own = profile({"id": "Patient.link.other", "path": "Patient.link.other"}) | {
        "baseDefinition": P
    }
    assert told(judged(patient(), own)) == {("not-found", "Patient")}


WORD = st.text("ab.$[x](", max_size=6)
RULES = st.fixed_dictionaries(
    {
        "key": WORD,
        "severity": st.sampled_from(["error", "warning"]),
        "human": WORD,
        "expression": WORD,
    }
)
ELEMENTS = st.fixed_dictionaries(
    {"id": st.sampled_from(["Patient", "Patient.name", "Patient.x", "", "a.b", "P."])},
    optional={
        "min": st.integers(-1, 3),
        "max": st.sampled_from(["*", "0", "x", ""]),
        "type": st.lists(st.fixed_dictionaries({"code": WORD}), max_size=2),
        "slicing": st.fixed_dictionaries(
            {"discriminator": st.lists(st.dictionaries(st.sampled_from(["type", "path"]), WORD))}
        ),
        "sliceName": WORD,
        "fixedCode": WORD,
        "constraint": st.lists(RULES, max_size=2),
    },
)


@settings(deadline=None)
@given(st.lists(ELEMENTS, max_size=5), st.booleans())
def test_no_profile_however_odd_breaks_the_validation(
    elements: list[dict[str, Any]], snapshot: bool
) -> None:
    odd = profile(*elements)
    if snapshot:
        odd["snapshot"] = odd.pop("differential")
    sources = Sources(None)
    sources.add(odd)
    for each in conformance(patient(), sources, profiles=[P]):
        assert isinstance(each, Issue)


# -- over HTTP -----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_validate_uses_the_profiles_that_an_organisation_stores() -> None:
    api = Api()
    needs = profile({"id": "Patient.birthDate", "min": 1})
    assert api.post("/StructureDefinition", needs).status_code == 201
    named = patient(meta={"profile": [P]})
    for path, body in (("/Patient/$validate", named),
                       (f"/Patient/$validate?profile={P}", patient()),
                       ("/Patient/$validate", {"resourceType": "Parameters", "parameter": [
                           {"name": "resource", "resource": patient()},
                           {"name": "profile", "valueUri": P}]})):  # fmt: skip
        answer = api.post(path, body)
        assert answer.status_code == 200
        issue = next(e for e in answer.json()["issue"] if e["severity"] == "error")
        assert (issue["code"], issue["expression"]) == ("required", ["Patient.birthDate"])
    broken = api.post("/Patient/$validate", patient(contact=[{"gender": "male"}])).json()["issue"]
    assert next(e for e in broken if e["severity"] == "error")["details"] == {
        "coding": [{"code": "pat-1"}], "text": "pat-1",
    }  # fmt: skip
    for outsider in (Api("other"), Api(scopes="system/Patient.rs")):
        answer = outsider.post(f"/Patient/$validate?profile={P}", patient())
        assert {e["code"] for e in answer.json()["issue"] if e["severity"] == "error"} == {
            "not-found"
        }
    refused(Api(scopes="system/Observation.rs").post("/Patient/$validate", patient()), 403)


@pytest.mark.shared
def test_the_public_examples_break_no_rule_of_r4(shared_data: Any) -> None:
    """A sample; the figures of the whole sets are in the documentation."""
    for path in sorted((shared_data / "us-core-examples").rglob("*.json"))[::6]:
        resource = orjson.loads(path.read_bytes())
        if "resourceType" in resource:
            found = conformance(resource, Sources(None))
            assert not [e for e in found if e.severity == "error"], path.name


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["item", "extension"])
def test_a_resource_as_deep_as_the_server_takes_is_validated(name: str) -> None:
    inside: dict[str, Any] = {"url": "http://x.example", "valueString": "x"}
    if name == "item":
        inside = {"linkId": "0"}
    for level in range(120):
        outer = (
            {"linkId": str(level + 1)} if name == "item" else {"url": f"http://x.example/{level}"}
        )
        inside = {**outer, name: [inside]}
    deep = {"resourceType": "QuestionnaireResponse", "status": "completed", name: [inside]}
    answer = Api().post("/QuestionnaireResponse/$validate", deep)
    assert answer.status_code == 200, answer.content
    assert "error" not in {each["severity"] for each in answer.json()["issue"]}
