"""The terminology operations over HTTP: R4's definitions and an organisation's own."""

from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhir_bridge.documents import parse
from fhir_bridge.models import AuditEntry
from fhir_bridge.validation import validate
from tests.fhir.record import Api, refused
from tests.fhir.terminology.stored import COLOURS, code_system, colours, value_set

pytestmark = pytest.mark.django_db

GENDER = "http://hl7.org/fhir/ValueSet/administrative-gender"
GENDERS = "http://hl7.org/fhir/administrative-gender"
ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
MINE = "http://example.org/mine"
OPERATIONS = (
    f"/ValueSet/$expand?url={GENDER}",
    f"/ValueSet/$validate-code?url={GENDER}&code=male&system={GENDERS}",
    f"/CodeSystem/$validate-code?url={GENDERS}&code=male",
    f"/CodeSystem/$lookup?system={GENDERS}&code=male",
    f"/CodeSystem/$subsumes?system={ACT}&codeA=AMB&codeB=AMB",
    "/ConceptMap/$translate?url=http://hl7.org/fhir/ConceptMap/sc-account-status&code=active"
    "&system=http://hl7.org/fhir/account-status",
)


def body(**values: Any) -> dict[str, Any]:
    """Parameters; a name's value is a string, a {"valueX": ...} or a {"resource": ...}."""
    listed = [
        {"name": name.replace("_", "-")}
        | (each if isinstance(each, dict) else {"valueString": each})
        for name, value in values.items()
        for each in (value if isinstance(value, list) else [value])
    ]  # fmt: skip
    return {"resourceType": "Parameters", "parameter": listed}


def said(answer: Any) -> dict[str, Any]:
    """The simple output parameters by name, after a check that the answer is a valid resource."""
    assert answer.status_code == 200, answer.content
    validate(parse(answer.content))
    return {
        each["name"]: next(v for k, v in each.items() if k != "name")
        for each in answer.json()["parameter"]
    }


def expansion(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200, answer.content
    validate(parse(answer.content))
    found: dict[str, Any] = answer.json()["expansion"]
    return found


def codes(answer: Any) -> list[str]:
    return [each["code"] for each in expansion(answer).get("contains", [])]


def stocked(*more: dict[str, Any], slug: str = "home") -> Api:
    api = Api(slug)
    for each in (colours(), value_set(MINE, {"system": COLOURS}, id="mine"), *more):
        path = f"/{each['resourceType']}"
        answer = api.put(f"{path}/{each['id']}", each) if "id" in each else api.post(path, each)
        assert answer.status_code == 201, answer.content
    return api


# -- who may -------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", OPERATIONS)
def test_whoever_may_read_the_type_may_ask_and_nobody_else(path: str) -> None:
    assert Api().get(path).status_code == 200
    assert Api(scopes="patient/*.rs", patient_id="p").get(path).status_code == 200
    refused(Api(scopes=None).get(path), 401, "login")
    refused(Api(scopes="system/Patient.rs").get(path), 403, "forbidden")


def test_what_an_organisation_stores_answers_its_own_clients_only() -> None:
    api = stocked()
    path = f"/ValueSet/$expand?url={MINE}"
    assert len(codes(api.get(path))) == 6
    for outsider in (Api("other"), Api(scopes="patient/*.rs", patient_id="p")):
        refused(outsider.get(path), 404, "not-found")
        refused(outsider.get("/ValueSet/mine/$expand"), 404, "not-found")
        refused(outsider.get(f"/CodeSystem/$lookup?system={COLOURS}&code=red"), 404, "not-found")


def test_who_asked_is_recorded_and_never_about_which_code() -> None:
    api = Api()
    api.get(f"/CodeSystem/$lookup?system={GENDERS}&code=male")
    api.get(f"/ValueSet/$expand?url={GENDER}&filter=male")
    entries = AuditEntry.objects.filter(action__in=["lookup", "expand"]).order_by("pk")
    assert [(e.action, e.resource_type, e.detail) for e in entries] == [
        ("lookup", "CodeSystem", {}), ("expand", "ValueSet", {}),
    ]  # fmt: skip


# -- $expand -------------------------------------------------------------------------------------


def test_expand_lists_what_a_value_set_of_r4_holds() -> None:
    answer = Api().get(f"/ValueSet/$expand?url={GENDER}")
    found = expansion(answer)
    assert codes(answer) == ["male", "female", "other", "unknown"]
    assert found["contains"][0] == {
        "system": GENDERS, "version": "4.0.1", "code": "male", "display": "Male",
    }  # fmt: skip
    assert found["total"] == 4
    assert found["identifier"].startswith("urn:uuid:")
    assert found["timestamp"]
    assert {"name": "version", "valueUri": f"{GENDERS}|4.0.1"} in found["parameter"]
    assert "compose" not in answer.json()
    assert answer.json()["url"] == GENDER


def test_expand_pages_filters_and_says_by_what() -> None:
    api = stocked()
    first = api.get(f"/ValueSet/$expand?url={MINE}&count=2&offset=1")
    assert codes(first) == ["crimson", "dark-crimson"]
    assert (expansion(first)["total"], expansion(first)["offset"]) == (6, 1)
    assert {"name": "count", "valueInteger": 2} in expansion(first)["parameter"]
    assert codes(api.get(f"/ValueSet/$expand?url={MINE}&filter=CRIM%20dark")) == ["dark-crimson"]
    assert codes(api.get(f"/ValueSet/$expand?url={MINE}&filter=rouge")) == ["red"]
    assert codes(api.get(f"/ValueSet/$expand?url={MINE}&filter=%25")) == []
    none = api.get(f"/ValueSet/$expand?url={MINE}&count=0")
    assert (codes(none), expansion(none)["total"]) == ([], 6)
    assert codes(api.get(f"/ValueSet/$expand?url={MINE}&offset=5")) == ["puce"]


def test_expand_leaves_out_the_inactive_and_marks_it_otherwise() -> None:
    api = stocked()
    found = expansion(api.get(f"/ValueSet/$expand?url={MINE}"))["contains"]
    assert [each["code"] for each in found if each.get("inactive")] == ["puce"]
    assert "puce" not in codes(api.get(f"/ValueSet/$expand?url={MINE}&activeOnly=true"))


def test_expand_speaks_the_language_asked_for() -> None:
    api = stocked()
    found = expansion(api.get(f"/ValueSet/$expand?url={MINE}&displayLanguage=fr-CA"))["contains"]
    assert [each["display"] for each in found][:2] == ["Rouge", "Crimson"]
    with_all = api.get(f"/ValueSet/$expand?url={MINE}&includeDesignations=true")
    assert expansion(with_all)["contains"][0]["designation"] == [
        {"language": "fr", "value": "Rouge"}
    ]
    listed = value_set("http://example.org/c", {"system": "urn:iso:std:iso:3166",
                                                "concept": [{"code": "DE"}]})  # fmt: skip
    answer = api.post(
        "/ValueSet/$expand", body(valueSet={"resource": listed}, displayLanguage="fr")
    )
    assert expansion(answer)["contains"][0]["display"] == "Allemagne"


def test_expand_nests_only_when_asked() -> None:
    api = stocked()
    flat = api.get(f"/ValueSet/$expand?url={MINE}")
    assert len(codes(flat)) == 6
    nested = expansion(api.get(f"/ValueSet/$expand?url={MINE}&excludeNested=false"))
    assert [each["code"] for each in nested["contains"]] == ["red", "blue"]
    red = nested["contains"][0]["contains"]
    assert [each["code"] for each in red] == ["crimson", "scarlet", "puce"]
    assert red[0]["contains"][0]["code"] == "dark-crimson"


def test_expand_takes_an_inline_value_set_and_an_instance() -> None:
    api = stocked()
    inline = value_set("http://example.org/x", {"system": COLOURS, "concept": [{"code": "red"}]})
    assert codes(api.post("/ValueSet/$expand", body(valueSet={"resource": inline}))) == ["red"]
    assert codes(api.post("/ValueSet/$expand", inline)) == ["red"]
    answer = api.get("/ValueSet/mine/$expand?includeDefinition=true")
    assert len(codes(answer)) == 6
    assert answer.json()["compose"]
    refused(api.get("/ValueSet/nope/$expand"), 404, "not-found")


def test_expand_finds_the_value_set_of_an_element() -> None:
    context = quote("http://hl7.org/fhir/StructureDefinition/Patient#Patient.gender")
    assert len(codes(Api().get(f"/ValueSet/$expand?context={context}"))) == 4


def test_expand_uses_definitions_that_come_along() -> None:
    brought = code_system("http://example.org/brought", {"code": "b"})
    wanted = value_set("http://example.org/v", {"system": "http://example.org/brought"})
    answer = Api().post(
        "/ValueSet/$expand", body(valueSet={"resource": wanted}, tx_resource={"resource": brought})
    )
    assert codes(answer) == ["b"]


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("", 400, "required"),
        ("url=http://example.org/none", 404, "not-found"),
        (f"url={GENDER}%7C9.9", 404, "not-found"),
        (f"url={GENDER}&count=-1", 400, "value"),
        (f"url={GENDER}&offset=x", 400, "value"),
        (f"url={GENDER}&activeOnly=maybe", 400, "value"),
        (f"url={GENDER}&valueSet=x", 400, "value"),
        (f"url={GENDER}&what=x", 400, "not-supported"),
        ("url=http://hl7.org/fhir/ValueSet/all-languages", 422, "too-costly"),
        ("url=http://hl7.org/fhir/ValueSet/ucum-units", 422, "too-costly"),
        ("url=http://hl7.org/fhir/ValueSet/condition-code", 422, "not-found"),
        (f"url={GENDER}&check-system-version={GENDERS}%7C1", 422, "exception"),
    ],
)
def test_expand_says_why_it_cannot(query: str, status: int, code: str) -> None:
    refused(Api().get(f"/ValueSet/$expand?{query}"), status, code)


def test_an_expansion_too_long_for_one_answer_is_paged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fhir_bridge.operations.expand.MOST", 5)
    api = stocked()
    refused(api.get(f"/ValueSet/$expand?url={MINE}"), 422, "too-costly")
    refused(api.get(f"/ValueSet/$expand?url={MINE}&count=999999999"), 422, "too-costly")
    assert len(codes(api.get(f"/ValueSet/$expand?url={MINE}&count=5"))) == 5


# -- $validate-code ------------------------------------------------------------------------------


def test_validate_code_of_a_value_set_says_yes_and_the_display() -> None:
    found = said(Api().get(f"/ValueSet/$validate-code?url={GENDER}&code=male&system={GENDERS}"))
    assert (found["result"], found["display"]) == (True, "Male")
    assert "message" not in found


@pytest.mark.parametrize(
    ("query", "result"),
    [
        (f"code=male&system={GENDERS}", True),
        ("code=male", True),
        (f"code=male&system={GENDERS}&display=male", True),
        (f"code=male&system={GENDERS}&display=Man", False),
        (f"code=mail&system={GENDERS}", False),
        ("code=male&system=http://example.org", False),
    ],
)
def test_validate_code_judges_code_system_and_display(query: str, result: bool) -> None:
    found = said(Api().get(f"/ValueSet/$validate-code?url={GENDER}&{query}"))
    assert found["result"] is result
    assert ("message" in found) is not result


def test_validate_code_takes_codings_and_concepts() -> None:
    api = Api()
    right, wrong = {"system": GENDERS, "code": "male"}, {"system": GENDERS, "code": "x"}
    path = "/ValueSet/$validate-code"
    assert said(api.post(path, body(url=GENDER, coding={"valueCoding": right})))["result"] is True
    assert said(api.post(path, body(url=GENDER, coding={"valueCoding": wrong})))["result"] is False
    both = {"valueCodeableConcept": {"coding": [wrong, right]}}
    assert said(api.post(path, body(url=GENDER, codeableConcept=both)))["result"] is True
    empty = {"valueCodeableConcept": {"text": "male"}}
    assert said(api.post(path, body(url=GENDER, codeableConcept=empty)))["result"] is False
    refused(api.post(path, body(url=GENDER)), 400, "required")
    two = body(url=GENDER, code="male", coding={"valueCoding": right})
    refused(api.post(path, two), 400, "required")


def test_validate_code_says_what_it_cannot_know() -> None:
    found = said(Api().get(
        "/ValueSet/$validate-code?url=http://hl7.org/fhir/ValueSet/condition-code"
        "&code=38341003&system=http://snomed.info/sct"
    ))  # fmt: skip
    assert found["result"] is False
    assert "http://snomed.info/sct" in found["message"]


def test_validate_code_of_a_code_system_its_instance_and_an_inline_one() -> None:
    api = stocked(colours(id="mine") | {"url": "http://example.org/other"})
    url = "/CodeSystem/$validate-code"
    assert said(api.get(f"{url}?url={COLOURS}&code=red"))["result"] is True
    assert said(api.get(f"{url}?url={COLOURS}&code=green"))["result"] is False
    assert said(api.get(f"{url}?url={COLOURS}&code=red&display=Rouge"))["result"] is True
    puce = said(api.get(f"{url}?url={COLOURS}&code=puce"))
    assert (puce["result"], puce["message"]) == (True, "The code is inactive")
    assert said(api.get("/CodeSystem/mine/$validate-code?code=blue"))["result"] is True
    inline = code_system("http://example.org/i", {"code": "i"})
    found = said(api.post(url, body(codeSystem={"resource": inline}, code="i")))
    assert found["result"] is True
    coding = {"valueCoding": {"system": GENDERS, "code": "male"}}
    assert said(api.post(url, body(coding=coding)))["result"] is True
    assert said(api.post(url, body(url=COLOURS, coding=coding)))["result"] is False
    refused(api.get(f"{url}?url=http://example.org/none&code=x"), 404, "not-found")
    refused(api.get(f"{url}?code=x"), 400, "required")


def test_an_abstract_code_is_refused_where_abstract_ones_are_not_wanted() -> None:
    path = f"/CodeSystem/$validate-code?url={ACT}&code=_ActEncounterCode"
    assert said(Api().get(path))["result"] is True
    assert said(Api().get(f"{path}&abstract=false"))["result"] is False


def test_units_languages_and_media_types_are_checked_by_their_grammar() -> None:
    path = "/CodeSystem/$validate-code"
    for url, right, wrong in (
        ("http://unitsofmeasure.org", "kg/m2", "kilograms"),
        ("urn:ietf:bcp:47", "en-US", "english"),
        ("urn:ietf:bcp:13", "text/plain", "text"),
        ("urn:iso:std:iso:4217", "EUR", "EURO"),
        ("urn:iso:std:iso:3166", "FRA", "FRANCE"),
    ):
        assert said(Api().get(f"{path}?url={url}&code={quote(right)}"))["result"] is True, right
        assert said(Api().get(f"{path}?url={url}&code={quote(wrong)}"))["result"] is False, wrong


# -- $lookup -------------------------------------------------------------------------------------


def properties(answer: Any) -> dict[str, Any]:
    found: dict[str, list[Any]] = {}
    for each in answer.json()["parameter"]:
        if each["name"] == "property":
            parts = {part["name"]: part for part in each["part"]}
            value = next(v for k, v in parts["value"].items() if k != "name")
            found.setdefault(parts["code"]["valueCode"], []).append(value)
    return found


def test_lookup_gives_display_designations_and_properties() -> None:
    api = stocked()
    answer = api.get(f"/CodeSystem/$lookup?system={COLOURS}&code=blue")
    found = said(answer)
    assert (found["name"], found["version"], found["display"]) == (COLOURS, "1.0", "Blue")
    assert properties(answer) == {
        "definition": ["The colour of the sky"], "inactive": [False], "hue": ["cold"],
    }  # fmt: skip
    designation = next(e for e in answer.json()["parameter"] if e["name"] == "designation")
    assert designation["part"] == [
        {"name": "language", "valueCode": "fr"}, {"name": "value", "valueString": "Bleu"},
    ]  # fmt: skip
    french = api.get(f"/CodeSystem/$lookup?system={COLOURS}&code=blue&displayLanguage=fr")
    assert said(french)["display"] == "Bleu"


def test_lookup_names_the_parents_and_children() -> None:
    answer = stocked().get(f"/CodeSystem/$lookup?system={COLOURS}&code=crimson")
    found = properties(answer)
    assert (found["parent"], found["child"]) == (["red"], ["dark-crimson"])


def test_lookup_gives_the_properties_asked_for_only() -> None:
    api = stocked()
    answer = api.get(f"/CodeSystem/$lookup?system={COLOURS}&code=blue&property=hue")
    assert properties(answer) == {"hue": ["cold"]}
    assert "designation" not in said(answer)
    lang = api.get(f"/CodeSystem/$lookup?system={COLOURS}&code=blue&property=lang.fr")
    assert "designation" in said(lang)


def test_the_old_tables_of_v2_have_their_version_in_their_url() -> None:
    table = "http://terminology.hl7.org/CodeSystem/v2-0006%7C2.1"
    answer = Api().get("/ValueSet/$expand?url=http://terminology.hl7.org/ValueSet/v2-2.1-0006")
    assert "ABC" not in codes(answer)
    assert len(codes(answer)) > 5
    refused(Api().get(f"/CodeSystem/$lookup?system={table}&code=none"), 404, "not-found")


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("", 400, "required"),
        ("code=male", 400, "required"),
        (f"system={GENDERS}&code=none", 404, "not-found"),
        ("system=http://example.org/none&code=male", 404, "not-found"),
        (f"system={GENDERS}&code=male&version=1", 404, "not-found"),
        (f"system={GENDERS}&code=male&x=1", 400, "not-supported"),
    ],
)
def test_lookup_says_why_it_cannot(query: str, status: int, code: str) -> None:
    refused(Api().get(f"/CodeSystem/$lookup?{query}"), status, code)


def test_lookup_takes_a_coding() -> None:
    coding = {"valueCoding": {"system": GENDERS, "code": "male"}}
    assert said(Api().post("/CodeSystem/$lookup", body(coding=coding)))["display"] == "Male"
    refused(Api().post("/CodeSystem/$lookup", body(coding=coding, code="male")), 400, "invalid")


# -- $subsumes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "outcome"),
    [
        ("red", "red", "equivalent"),
        ("red", "dark-crimson", "subsumes"),
        ("dark-crimson", "red", "subsumed-by"),
        ("red", "blue", "not-subsumed"),
        ("crimson", "scarlet", "not-subsumed"),
    ],
)
def test_subsumes_has_four_outcomes(one: str, other: str, outcome: str) -> None:
    api = stocked()
    path = f"/CodeSystem/$subsumes?system={COLOURS}&codeA={one}&codeB={other}"
    assert said(api.get(path)) == {"outcome": outcome}
    codings = {
        f"coding{letter}": {"valueCoding": {"system": COLOURS, "code": code}}
        for letter, code in (("A", one), ("B", other))
    }
    assert said(api.post("/CodeSystem/$subsumes", body(**codings))) == {"outcome": outcome}


def test_subsumes_of_an_instance_and_its_refusals() -> None:
    api = stocked(colours(id="mine", status="draft"))
    path = "/CodeSystem/mine/$subsumes?codeA=red&codeB=crimson"
    assert said(api.get(path)) == {"outcome": "subsumes"}
    url = "/CodeSystem/$subsumes"
    refused(api.get(f"{url}?codeA=red&codeB=blue"), 400, "required")
    refused(api.get(f"{url}?system={COLOURS}&codeA=red"), 400, "required")
    refused(api.get(f"{url}?system={COLOURS}&codeA=red&codeB=none"), 404, "not-found")
    refused(api.get(f"{url}?system=http://example.org/x&codeA=a&codeB=b"), 404, "not-found")
    other = {"valueCoding": {"system": GENDERS, "code": "male"}}
    mine = {"valueCoding": {"system": COLOURS, "code": "red"}}
    refused(api.post(url, body(codingA=mine, codingB=other)), 400, "invalid")


# -- $translate ----------------------------------------------------------------------------------

MAP = "http://example.org/map"
THEIRS = "http://example.org/theirs"


def concept_map(**more: Any) -> dict[str, Any]:
    return {
        "resourceType": "ConceptMap",
        "url": MAP,
        "status": "active",
        "sourceUri": MINE,
        "group": [
            {
                "source": COLOURS,
                "target": THEIRS,
                "element": [
                    {
                        "code": "crimson",
                        "target": [{"code": "R1", "display": "Reddish", "equivalence": "wider"}],
                    },
                    {"code": "blue", "target": [{"equivalence": "unmatched"}]},
                    {
                        "code": "scarlet",
                        "target": [
                            {
                                "code": "R2",
                                "equivalence": "equivalent",
                                "dependsOn": [{"property": "http://example.org/light",
                                               "system": "http://example.org/l", "value": "dim"}],
                                "product": [{"property": "http://example.org/x", "value": "y"}],
                            }
                        ],
                    },
                ],
                "unmapped": {"mode": "fixed", "code": "OTHER"},
            }
        ],
        **more,
    }  # fmt: skip


def matches(answer: Any) -> list[tuple[str, str]]:
    """(equivalence, code) of each match."""
    found = []
    for each in answer.json()["parameter"]:
        if each["name"] == "match":
            parts = {part["name"]: part for part in each["part"]}
            code = parts.get("concept", {}).get("valueCoding", {}).get("code", "")
            found.append((parts["equivalence"]["valueCode"], code))
    return found


def test_translate_follows_the_map_and_says_how_well() -> None:
    api = stocked(concept_map(id="m"))
    for path in (f"/ConceptMap/$translate?url={MAP}&", "/ConceptMap/m/$translate?",
                 f"/ConceptMap/$translate?source={MINE}&"):  # fmt: skip
        answer = api.get(f"{path}system={COLOURS}&code=crimson")
        assert said(answer)["result"] is True
        assert matches(answer) == [("wider", "R1")]
    nothing = api.get(f"/ConceptMap/$translate?url={MAP}&system={COLOURS}&code=blue")
    assert (said(nothing)["result"], matches(nothing)) == (False, [("unmatched", "")])
    rest = api.get(f"/ConceptMap/$translate?url={MAP}&system={COLOURS}&code=puce")
    assert matches(rest) == [("relatedto", "OTHER")]
    elsewhere = api.get(f"/ConceptMap/$translate?url={MAP}&system={COLOURS}&code=crimson"
                        "&targetsystem=http://example.org/nowhere")  # fmt: skip
    assert said(elsewhere)["result"] is False


def test_translate_backwards_turns_the_equivalence_round() -> None:
    api = stocked(concept_map())
    answer = api.get(f"/ConceptMap/$translate?url={MAP}&system={THEIRS}&code=R1&reverse=true")
    assert (said(answer)["result"], matches(answer)) == (True, [("narrower", "crimson")])


def test_translate_minds_what_a_target_depends_on() -> None:
    api = stocked(concept_map())
    coding = {"valueCoding": {"system": COLOURS, "code": "scarlet"}}
    assert said(api.post("/ConceptMap/$translate", body(url=MAP, coding=coding)))["result"] is False
    dim = {"coding": [{"system": "http://example.org/l", "code": "dim"}]}
    known = {
        "part": [
            {"name": "element", "valueUri": "http://example.org/light"},
            {"name": "concept", "valueCodeableConcept": dim},
        ]
    }
    answer = api.post("/ConceptMap/$translate", body(url=MAP, coding=coding, dependency=known))
    assert matches(answer) == [("equivalent", "R2")]
    assert "product" in str(answer.json())


def test_translate_hands_over_to_another_map_but_not_for_ever() -> None:
    onwards = {"mode": "other-map", "url": "http://example.org/second"}
    unmapped = [{"source": COLOURS, "element": [{"code": "none"}], "unmapped": onwards}]
    first = concept_map(group=unmapped) | {"url": "http://example.org/first"}
    second = concept_map(group=unmapped) | {"url": "http://example.org/second"}
    api = stocked(first, second)
    path = "/ConceptMap/$translate?url=http://example.org/first&code=red"
    assert said(api.get(f"{path}&system={COLOURS}"))["result"] is False


def test_translate_knows_the_maps_of_r4_and_refuses_what_is_not_there() -> None:
    answer = Api().get(OPERATIONS[-1])
    assert said(answer)["result"] is True
    refused(Api().get("/ConceptMap/$translate?url=http://example.org/x&code=a"), 404, "not-found")
    refused(Api().get(f"/ConceptMap/$translate?url={MAP}"), 404, "not-found")
    refused(Api().get("/ConceptMap/$translate?code=a"), 400, "required")


# -- what is said of it --------------------------------------------------------------------------


def test_metadata_tells_of_the_terminology_service() -> None:
    answer = Api(scopes=None).get("/metadata?mode=terminology")
    assert answer.status_code == 200
    validate(parse(answer.content))
    assert answer.json()["resourceType"] == "TerminologyCapabilities"
    assert GENDERS in {each["uri"] for each in answer.json()["codeSystem"]}
    full = Api(scopes=None).get("/metadata?mode=full")
    assert full.json()["resourceType"] == "CapabilityStatement"
    refused(Api(scopes=None).get("/metadata?mode=x"), 400, "value")


# -- whatever comes ------------------------------------------------------------------------------

NAMES = st.sampled_from(
    [
        *("url", "system", "code", "coding", "codeableConcept", "valueSet", "codeSystem", "filter"),
        *("count", "offset", "displayLanguage", "property", "version", "conceptMap", "dependency"),
        *("codeA", "codeB", "codingA", "codingB", "target", "source", "reverse", "tx-resource"),
        *("exclude-system", "force-system-version", "designation", "context", "display", "x"),
    ]
)
LOOSE = st.sampled_from(
    [
        {"valueString": "x"}, {"valueUri": GENDERS}, {"valueUri": GENDER}, {"valueCode": "male"},
        {"valueString": "|"}, {"valueString": "%"}, {"valueBoolean": True},
        {"valueInteger": -1}, {"valueInteger": 2147483647}, {"valueDecimal": 1.5},
        {"valueCoding": {"system": GENDERS, "code": "male"}}, {"valueCoding": {"display": "x"}},
        {"valueCodeableConcept": {"coding": [{"code": "male"}]}}, {"valueQuantity": {"value": 1}},
        {"resource": value_set(MINE, {"valueSet": [MINE]})}, {"resource": colours()},
        {"resource": {"resourceType": "ValueSet", "status": "active"}},
        {"resource": {"resourceType": "CodeSystem", "status": "active", "content": "complete"}},
        {"resource": {"resourceType": "Patient"}}, {"part": [{"name": "y", "valueString": "z"}]},
        {"resource": value_set("", {"system": ACT, "filter": [
            {"property": "concept", "op": "is-a", "value": "_ActEncounterCode"}]})},
    ]
)  # fmt: skip
PATHS = ("/ValueSet/$expand", "/ValueSet/$validate-code", "/CodeSystem/$validate-code",
         "/CodeSystem/$lookup", "/CodeSystem/$subsumes", "/ConceptMap/$translate")  # fmt: skip


@settings(deadline=None)
@given(st.sampled_from(PATHS), st.lists(st.tuples(NAMES, LOOSE), max_size=5))
def test_whatever_parameters_come_the_answer_is_a_resource_and_no_failure(
    path: str, values: list[tuple[str, dict[str, Any]]]
) -> None:
    sent = [{"name": name, **value} for name, value in values]
    answer = Api().post(path, {"resourceType": "Parameters", "parameter": sent} if sent else {})
    assert answer.status_code < 500, answer.content
    assert answer.json()["resourceType"] in ("Parameters", "ValueSet", "OperationOutcome")
