"""The OpenAPI description says what the routes say, and what is made from it is always answered."""

from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.openapi import from_dict
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from fhir_bridge.openapi import description
from fhir_bridge.urls import ROUTES
from tests.fhir.record import Api, observation, patient

pytestmark = pytest.mark.django_db

DESCRIPTION = description("http://testserver/fhir", ROUTES)
SCHEMA = from_dict(DESCRIPTION)
OPERATIONS = [
    (method.upper(), path)
    for path, item in DESCRIPTION["paths"].items()
    for method in item
    if method != "parameters"
]
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# Names that mean something to some search or operation: generated ones would be turned away early.
NAMES = ("_id", "_sort", "_include", "_revinclude", "_has:Observation:patient:code", "_filter",
         "_text", "_since", "_at", "_type", "_count", "_cursor", "birthdate", "subject.name",
         "identifier:of-type", "value-quantity", "url", "code", "system", "valueSet", "patient",
         "start", "end", "date", "version", "filter", "offset", "from", "to", "fromVersion", "mode",
         "profile", "codeA", "codeB", "target", "max", "content", "eventsSinceNumber")  # fmt: skip
VALUES = ("1", "-1", "p", "Patient/p", "2020", "ge2020-02", "true", "a|b", "*", "Patient:*", "$",
          "http://hl7.org/fhir/ValueSet/administrative-gender", "name eq 'x'", "\0", "é", "9" * 30,
          "http://hl7.org/fhir/administrative-gender", "female", "update", "-_id")  # fmt: skip
MEANT = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(VALUES), max_size=3)
RESOURCES = [patient(id="p"), patient(), observation("Patient/p"), observation("Patient/none")]


def test_every_address_and_method_is_described_once() -> None:
    described = {
        (method, operation["summary"].lstrip("$"))
        for item in DESCRIPTION["paths"].values()
        for method, operation in item.items()
        if method != "parameters"
    }
    routed = {
        (method.lower(), each.name) for route in ROUTES for method, each in route.methods.items()
    }
    assert described == routed
    named = [
        operation["operationId"]
        for item in DESCRIPTION["paths"].values()
        for method, operation in item.items()
        if method != "parameters"
    ]
    assert len(named) == len(set(named))


def test_it_is_public_like_the_capability_statement_and_says_what_else_is() -> None:
    answer = Api(scopes=None).get("/openapi.json")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert answer.json()["paths"] == DESCRIPTION["paths"]
    open_ = {path for path, item in DESCRIPTION["paths"].items()
             if item.get("get", {}).get("security") == []}  # fmt: skip
    assert open_ == {"/metadata", "/openapi.json", "/.well-known/smart-configuration"}


def answered(api: Api, case: Any) -> schemathesis.Response:
    """The answer to a generated request, through the application and inside the test's own
    transaction."""
    sent = case.as_transport_kwargs(base_url="http://testserver/fhir", headers=api.headers)
    kept = {"method", "url", "headers", "params", "cookies", "data", "json", "files"}
    request = requests.Request(**{k: v for k, v in sent.items() if k in kept}).prepare()
    headers: dict[str, Any] = dict(request.headers)
    # Only a real connection unpacks answers.
    headers.pop("Accept-Encoding", None)
    body = request.body or b""
    got = api.client.generic(
        str(request.method),
        request.path_url,
        body,
        content_type=headers.pop("Content-Type", ""),
        headers=headers,
    )
    return schemathesis.Response(
        status_code=got.status_code,
        headers={name.lower(): [value] for name, value in got.headers.items()},
        content=got.getvalue(),
        request=request,
        elapsed=0.0,
        verify=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_what_the_description_allows_and_what_it_does_not_is_answered(
    method: str, path: str
) -> None:
    operation = SCHEMA[path][method]
    api = Api()
    api.put("/Patient/p", patient(id="p"))
    api.put("/Observation/o", observation("Patient/p", id="o"))
    modes = st.sampled_from(list(schemathesis.GenerationMode))

    @settings(max_examples=8, deadline=None, derandomize=True, database=None,
              phases=[Phase.generate], suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(st.data())
    def ask(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy(generation_mode=data.draw(modes)))
        if data.draw(st.booleans()):
            known = {"type": "Patient", "id": "p", "compartment": "Patient", "compartment_id": "p"}
            for name in case.path_parameters or {}:
                case.path_parameters[name] = known.get(name, case.path_parameters[name])
            case.query = {**(case.query or {}), **data.draw(MEANT)}
            if method in ("PUT", "POST") and case.media_type == "application/fhir+json":
                case.body = data.draw(st.sampled_from(RESOURCES))
        case.validate_response(answered(api, case), checks=CHECKS)

    ask()
