"""Definitions that an organisation stores, for the terminology tests."""

from typing import Any

from fhir_bridge import store
from fhir_bridge.access import Actor

COLOURS = "http://example.org/colours"


def code_system(url: str = COLOURS, *concepts: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "CodeSystem",
        "url": url,
        "status": "active",
        "content": "complete",
        **({"concept": list(concepts)} if concepts else {}),
        **more,
    }


def value_set(url: str, *include: dict[str, Any], **more: Any) -> dict[str, Any]:
    compose: dict[str, Any] = {"include": list(include)}
    if "exclude" in more:
        compose["exclude"] = more.pop("exclude")
    return {
        "resourceType": "ValueSet", "url": url, "status": "active", "compose": compose, **more,
    }  # fmt: skip


def colours(**more: Any) -> dict[str, Any]:
    """red > (crimson > dark-crimson, scarlet), blue, and the retired puce."""
    return code_system(
        COLOURS,
        {
            "code": "red",
            "display": "Red",
            "designation": [{"language": "fr", "value": "Rouge"}],
            "concept": [
                {
                    "code": "crimson",
                    "display": "Crimson",
                    "property": [{"code": "hue", "valueCode": "warm"}],
                    "concept": [{"code": "dark-crimson", "display": "Dark crimson"}],
                },
                {"code": "scarlet", "display": "Scarlet"},
            ],
        },
        {
            "code": "blue",
            "display": "Blue",
            "definition": "The colour of the sky",
            "designation": [{"language": "fr", "value": "Bleu"}],
            "property": [{"code": "hue", "valueCode": "cold"}],
        },
        {
            "code": "puce",
            "display": "Puce",
            "property": [
                {"code": "parent", "valueCode": "red"},
                {"code": "inactive", "valueBoolean": True},
            ],
        },
        version="1.0",
        hierarchyMeaning="is-a",
        valueSet="http://example.org/all-colours",
        property=[
            {"code": "hue", "type": "code"},
            {
                "code": "inactive",
                "type": "boolean",
                "uri": "http://hl7.org/fhir/concept-properties#inactive",
            },
            {
                "code": "parent",
                "type": "code",
                "uri": "http://hl7.org/fhir/concept-properties#parent",
            },
        ],
        **more,
    )


def save(actor: Actor, *resources: dict[str, Any]) -> None:
    for resource in resources:
        store.create(actor, resource)
