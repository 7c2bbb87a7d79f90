"""What the record's tests share: two organisations, their clients, and small valid resources."""

import json
from typing import Any

from django.contrib.auth import get_user_model
from django.test import Client

from fhir_bridge import access
from fhir_bridge.access import Actor

JSON = "application/fhir+json"


def organization(slug: str = "home") -> int:
    return access.organization_ensure(slug=slug, name=slug.title(), fhir_id=slug)


def system(slug: str = "home", scopes: str = "system/*.cruds") -> Actor:
    """A client of an organisation, as the store knows it."""
    return Actor(organization(slug), "client", "token:0", tuple(scopes.split()))


def user(role: str, slug: str = "home", name: str = "") -> Any:
    found = get_user_model().objects.create_user(name or f"{role}-{slug}", password="x" * 12)
    access.membership_set(user=found, organization_id=organization(slug), role=role)
    return found


def physician(slug: str = "home") -> Actor:
    return access.actor_for_user(user("physician", slug))


class Api:
    """A FHIR client over HTTP; `scopes` None sends no token."""

    def __init__(
        self, slug: str = "home", scopes: str | None = "system/*.cruds", patient_id: str = ""
    ) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers: dict[str, str] = {}
        if scopes is not None:
            token = access.token_create(
                label="test",
                organization_id=organization(slug),
                scopes=scopes,
                patient_id=patient_id,
            )
            self.headers["authorization"] = f"Bearer {token}"

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        content = body if isinstance(body, bytes) else json.dumps(body) if body else b""
        return self.client.generic(
            method,
            f"/fhir{path}",
            content,
            content_type=headers.pop("content_type", JSON),
            headers=self.headers | {k.replace("_", "-"): v for k, v in headers.items()},
        )

    def get(self, path: str, **headers: str) -> Any:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any, **headers: str) -> Any:
        return self.call("POST", path, body, **headers)

    def put(self, path: str, body: Any, **headers: str) -> Any:
        return self.call("PUT", path, body, **headers)

    def delete(self, path: str, **headers: str) -> Any:
        return self.call("DELETE", path, **headers)


def patient(**more: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", "name": [{"family": "Quill", "given": ["Ada"]}], **more}


def observation(subject: str, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
        "subject": {"reference": subject},
        **more,
    }


def bundle(*entries: dict[str, Any], type: str = "transaction") -> dict[str, Any]:
    made: dict[str, Any] = {"resourceType": "Bundle", "type": type}
    return made | ({"entry": list(entries)} if entries else {})


def posted(resource: dict[str, Any], full_url: str = "", **request: str) -> dict[str, Any]:
    entry = {
        "resource": resource,
        "request": {"method": "POST", "url": resource["resourceType"], **request},
    }
    return {"fullUrl": full_url, **entry} if full_url else entry


def put(resource: dict[str, Any], **request: str) -> dict[str, Any]:
    url = f"{resource['resourceType']}/{resource['id']}"
    return {"resource": resource, "request": {"method": "PUT", "url": url, **request}}


def refused(response: Any, status: int, code: str = "", expression: str = "") -> None:
    """Assert that an answer is an OperationOutcome with this status, issue code and element."""
    assert response.status_code == status, response.content
    outcome = response.json()
    assert outcome["resourceType"] == "OperationOutcome"
    found = [(issue["code"], *issue.get("expression", [""])) for issue in outcome["issue"]]
    if code:
        assert code in [each[0] for each in found], found
    if expression:
        assert expression in [each[1] for each in found], found


def equal(one: Any, other: Any) -> bool:
    """Whether two parsed resources are the same, number by number with their digits."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(equal, one, other))
    return type(one) is type(other) and str(one) == str(other)


def without_server_parts(resource: dict[str, Any]) -> dict[str, Any]:
    """A resource without what the server sets: id, meta.versionId, meta.lastUpdated."""
    kept = {key: value for key, value in resource.items() if key != "id"}
    meta = {
        key: value
        for key, value in resource.get("meta", {}).items()
        if key not in ("versionId", "lastUpdated")
    }
    kept.pop("meta", None)
    return kept | ({"meta": meta} if meta else {})
