"""Strict R4: what is accepted, what is refused, and how the refusal names it."""

import json
from typing import Any

import pytest

from fhir_bridge.documents import parse
from fhir_bridge.outcomes import Invalid
from fhir_bridge.validation import is_valid, local_reference_faults, validate
from tests.fhir.record import observation, patient

GOOD: dict[str, dict[str, Any]] = {
    "least": {"resourceType": "Patient"},
    "year": patient(birthDate="1970"),
    "month": patient(birthDate="1970-02"),
    "leap day": patient(birthDate="2024-02-29"),
    "leap century": patient(birthDate="2000-02-29"),
    "extension instead of a value": patient(
        _birthDate={"extension": [{"url": "http://x.example/e", "valueCode": "unknown"}]}
    ),
    "null beside an extension": patient(
        name=[{"given": [None, "B"], "_given": [{"id": "a"}, None]}],
    ),
    "required primitive by extension": {
        "resourceType": "Observation",
        "_status": {"extension": [{"url": "http://x.example/e", "valueCode": "masked"}]},
        "code": {"text": "x"},
    },
    "unknown extensions": patient(
        extension=[{"url": "http://x.example/a", "extension": [{"url": "b", "valueDecimal": 1.5}]}]
    ),
    "contained": patient(
        contained=[{"resourceType": "Organization", "id": "o", "name": "O"}],
        managingOrganization={"reference": "#o"},
    ),
    "logical reference": patient(managingOrganization={"identifier": {"value": "1"}}),
    "absolute reference": patient(
        managingOrganization={"reference": "https://x.example/fhir/Any/1"}
    ),
    "versioned reference": patient(managingOrganization={"reference": "Organization/1/_history/2"}),
    "quantity": observation("Patient/1", valueQuantity={"value": 1.0, "unit": "mg"}),
    "parameters": {
        "resourceType": "Parameters",
        "parameter": [{"name": "r", "resource": {"resourceType": "Patient"}}],
    },
    "not in R4B": {"resourceType": "MedicinalProductInteraction", "description": "x"},
}
BAD: dict[str, tuple[dict[str, Any], str, str]] = {
    "unknown type": ({"resourceType": "Pacient"}, "not-supported", "Resource"),
    "abstract type": ({"resourceType": "DomainResource"}, "not-supported", "Resource"),
    "type of another kind": ({"resourceType": 3}, "required", "Resource"),
    "code": (patient(gender="xx"), "code-invalid", "Patient.gender"),
    "boolean as string": (patient(active="true"), "structure", "Patient.active"),
    "empty array": (patient(name=[]), "structure", "Patient.name"),
    "empty object": (patient(name=[{}]), "structure", "Patient.name[0]"),
    "only an id": (patient(name=[{"id": "a"}]), "structure", "Patient.name[0]"),
    "empty string": (patient(language=""), "value", "Patient.language"),
    "null": (patient(active=None), "structure", "Patient.active"),
    "unknown property": (patient(nick="A"), "structure", "Patient.nick"),
    "one where many go": (patient(name={"family": "A"}), "structure", "Patient.name"),
    "many where one goes": (patient(active=[True]), "structure", "Patient.active"),
    "30 February": (patient(birthDate="2023-02-30"), "value", "Patient.birthDate"),
    "no leap year": (patient(birthDate="2023-02-29"), "value", "Patient.birthDate"),
    "no leap century": (patient(birthDate="1900-02-29"), "value", "Patient.birthDate"),
    "31 April": (patient(birthDate="2023-04-31"), "value", "Patient.birthDate"),
    "month 13": (patient(birthDate="2023-13"), "value", "Patient.birthDate"),
    "year zero": (patient(birthDate="0000"), "value", "Patient.birthDate"),
    "time without zone": (
        patient(deceasedDateTime="2023-01-01T10:00:00"),
        "value",
        "Patient.deceasedDateTime",
    ),
    "hour 24": (
        patient(deceasedDateTime="2023-01-01T24:00:00Z"),
        "value",
        "Patient.deceasedDateTime",
    ),
    "trailing newline": (patient(birthDate="2023-01-01\n"), "value", "Patient.birthDate"),
    "two of a choice": (
        patient(deceasedBoolean=True, deceasedDateTime="2023"),
        "structure",
        "Patient",
    ),
    "two of a choice, one by extension": (
        patient(deceasedBoolean=True, _deceasedDateTime={"id": "x", "extension": [{"url": "a"}]}),
        "structure",
        "Patient",
    ),
    "id with a space": (patient(id="a b"), "value", "Patient.id"),
    "id too long": (patient(id="a" * 65), "value", "Patient.id"),
    "control character": (patient(language="a\u0000"), "value", "Patient.language"),
    "fraction for an integer": (
        patient(multipleBirthInteger=1.5),
        "structure",
        "Patient.multipleBirthInteger",
    ),
    "integer too large": (
        patient(multipleBirthInteger=2147483648),
        "value",
        "Patient.multipleBirthInteger",
    ),
    "negative position": (
        {
            "resourceType": "Slot",
            "schedule": {"reference": "Schedule/1"},
            "status": "free",
            "start": "2024-01-01",
            "end": "2024-01-01T00:00:00Z",
        },
        "value",
        "Slot.start",
    ),
    "missing required": (
        {"resourceType": "Observation", "status": "final"},
        "required",
        "Observation.code",
    ),
    "missing required primitive": (
        {"resourceType": "Observation", "code": {"text": "x"}},
        "required",
        "Observation.status",
    ),
    "missing required choice": (
        {
            "resourceType": "MedicationRequest",
            "status": "active",
            "intent": "order",
            "subject": {"reference": "Patient/1"},
        },
        "required",
        "MedicationRequest.medication",
    ),
    "required inside": (
        patient(communication=[{"preferred": True}]),
        "required",
        "Patient.communication[0].language",
    ),
    "wrong kind of name": (
        patient(contact=[{"name": ["A"]}]),
        "structure",
        "Patient.contact[0].name",
    ),
    "wrong target type": (
        patient(managingOrganization={"reference": "Patient/1"}),
        "value",
        "Patient.managingOrganization.reference",
    ),
    "reference without id": (
        patient(managingOrganization={"reference": "Organization"}),
        "value",
        "Patient.managingOrganization.reference",
    ),
    "required binding of a concept": (
        {
            "resourceType": "Condition",
            "subject": {"reference": "Patient/1"},
            "clinicalStatus": {"coding": [{"system": "http://x.example", "code": "active"}]},
        },
        "code-invalid",
        "Condition.clinicalStatus",
    ),
    "null without an extension": (
        patient(name=[{"given": ["A", None]}]),
        "structure",
        "Patient.name[0].given[1]",
    ),
    "sibling of another length": (
        patient(
            name=[{"given": ["A"], "_given": [None, {"id": "x", "extension": [{"url": "u"}]}]}]
        ),
        "structure",
        "Patient.name[0].given",
    ),
    "extension without url": (
        patient(extension=[{"valueString": "x"}]),
        "required",
        "Patient.extension[0].url",
    ),
    "contained of unknown type": (
        patient(contained=[{"resourceType": "Nope", "id": "a"}]),
        "not-supported",
        "Patient.contained[0]",
    ),
    "fault in a contained resource": (
        patient(contained=[{"resourceType": "Organization", "id": "a", "name": 3}]),
        "structure",
        "Patient.contained[0].name",
    ),
    "contained in contained": (
        patient(
            contained=[
                {
                    "resourceType": "Organization",
                    "id": "a",
                    "contained": [{"resourceType": "Patient", "id": "b"}],
                }
            ]
        ),
        "invariant",
        "Patient.contained[0]",
    ),
    "contained without id": (
        patient(contained=[{"resourceType": "Organization", "name": "a"}]),
        "required",
        "Patient.contained[0].id",
    ),
    "fault in a bundle's resource": (
        {
            "resourceType": "Bundle",
            "type": "collection",
            "entry": [{"resource": patient()}, {"resource": patient(gender="xx")}],
        },
        "code-invalid",
        "Bundle.entry[1].resource.gender",
    ),
    "narrative that is no div": (
        patient(text={"status": "generated", "div": "hello"}),
        "value",
        "Patient.text.div",
    ),
}


@pytest.mark.parametrize("resource", GOOD.values(), ids=GOOD.keys())
def test_valid_resources_pass(resource: dict[str, Any]) -> None:
    document = parse(json.dumps(resource))
    validate(document)
    assert is_valid(document)
    assert not list(local_reference_faults(document))


@pytest.mark.parametrize(("resource", "code", "expression"), BAD.values(), ids=BAD.keys())
def test_invalid_resources_are_refused_and_the_element_is_named(
    resource: dict[str, Any], code: str, expression: str
) -> None:
    document = parse(json.dumps(resource))
    with pytest.raises(Invalid) as caught:
        validate(document)
    assert caught.value.status == 400
    assert (code, expression) in [(each.code, each.expression) for each in caught.value.issues]
    assert not is_valid(document)


def test_a_refusal_never_repeats_the_value() -> None:
    secret = "Zyx-Secret"
    resource = patient(
        gender=secret,
        birthDate=secret,
        active=secret,
        managingOrganization={"reference": secret},
        maritalStatus=secret,
        language=f" {secret} ",
        **{f"{secret} {secret}": secret},
    )
    with pytest.raises(Invalid) as caught:
        validate(parse(json.dumps(resource)))
    assert len(caught.value.issues) >= 6
    assert all(secret not in repr(issue) for issue in caught.value.issues)
    assert secret not in str(caught.value)


def test_integers_are_written_as_integers() -> None:
    assert is_valid(parse('{"resourceType":"Patient","multipleBirthInteger":1}'))
    assert not is_valid(parse('{"resourceType":"Patient","multipleBirthInteger":1.0}'))


@pytest.mark.parametrize("literal", ["1.00", "1e-22", "1E+5", "-0", "123456789012345678901"])
def test_decimals_may_be_spelled_in_every_way(literal: str) -> None:
    extension = f'[{{"url":"http://x.example","valueDecimal":{literal}}}]'
    assert is_valid(parse(f'{{"resourceType":"Patient","extension":{extension}}}'))


def test_a_local_reference_must_name_a_contained_resource() -> None:
    document = parse(json.dumps(patient(generalPractitioner=[{"reference": "#nobody"}])))
    found = list(local_reference_faults(document))
    assert [each.expression for each in found] == ["Patient.generalPractitioner[0].reference"]


def test_a_hundred_faults_are_told_in_part() -> None:
    resource = patient(name=[{"given": [index]} for index in range(100)])
    with pytest.raises(Invalid) as caught:
        validate(parse(json.dumps(resource)))
    assert len(caught.value.issues) == 50


def narrative(inside: str, start: str = '<div xmlns="http://www.w3.org/1999/xhtml">') -> Any:
    text = {"status": "generated", "div": f"{start}{inside}</div>"}
    return parse(json.dumps(patient(text=text)))


@pytest.mark.parametrize(
    "inside",
    ["x", "<p>a<br/>b</p>", "a &amp; b &lt; &nbsp;&eacute; c", '<a href="https://x.example">x</a>',
     '<img src="#i" alt="x"/>', '<table style="color: red" class="c"><tr><td>1</td></tr></table>',
     "<!-- c -->x", "<![CDATA[x]]>", '<a name="top"/><b xml:lang="fr">x</b>'],
)  # fmt: skip
def test_narratives_of_xhtml_pass(inside: str) -> None:
    validate(narrative(inside))
    assert is_valid(narrative(inside, "<div>"))


@pytest.mark.parametrize(
    "inside",
    ["", " ", "<br>", "a & b", "<p>x", "x</p>", "<script>alert(1)</script>", "x<SCRIPT src='//e'/>",
     "<b onclick='alert(1)'>x</b>", "<b OnMouseOver='x'>x</b>", "<a href='javascript:x'>x</a>",
     "<a href=' JavaScript:x'>x</a>", "<iframe src='//e'>x</iframe>", "<form>x</form>",
     "<object>x</object>", "<svg><script>x</script></svg>", "<style>x</style>",
     "<base href='//e'/>x", "<a href='java&#10;script:x'>x</a>", "<a href='data:text/html,x'>x</a>",
     "<link href='//e'/>x", "<meta content='x'/>x", "<input/>x", "&#0;", "&x;"],
)  # fmt: skip
def test_narratives_with_code_or_no_xhtml_are_refused(inside: str) -> None:
    with pytest.raises(Invalid) as caught:
        validate(narrative(inside))
    (issue,) = caught.value.issues
    assert (issue.code, issue.expression) == ("invariant", "Patient.text.div")


def test_a_narrative_brings_no_document_type() -> None:
    bomb = '<!DOCTYPE d [<!ENTITY a "x">]><div xmlns="http://www.w3.org/1999/xhtml">&a;</div>'
    text = {"status": "generated", "div": bomb}
    assert not is_valid(parse(json.dumps(patient(text=text))))
