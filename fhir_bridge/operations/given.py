"""The parameters of a terminology operation, of the address and of the Parameters in the body.

https://hl7.org/fhir/R4/operations.html#request
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from fhir_bridge import access, audit, store, terminology
from fhir_bridge.asked import sent, whole
from fhir_bridge.outcomes import Invalid, Issue, NotFound
from fhir_bridge.rest import Request
from fhir_bridge.terminology import Evaluator, Sources, Versions
from fhir_bridge.validation import validate

_BROUGHT = ("CodeSystem", "ValueSet", "ConceptMap")
_COMMON = frozenset(["_format", "_pretty", "tx-resource"])


class Code(NamedTuple):
    """A code that is asked about; "" for what the client did not say."""

    system: str
    version: str
    code: str
    display: str


@dataclass(frozen=True)
class Given:
    """The values by name; complex ones are dictionaries."""

    values: Mapping[str, list[Any]]

    def text(self, name: str) -> str:
        """The last value as text, "" when it is absent. Raises Invalid for a complex one."""
        found = self.values.get(name, [""])[-1]
        if isinstance(found, dict):
            raise Invalid([Issue("value", f"{name} is a simple value", "Parameters.parameter")])
        return str(found).lower() if isinstance(found, bool) else str(found)

    def texts(self, name: str) -> list[str]:
        return [str(each) for each in self.values.get(name, [])]

    def flag(self, name: str) -> bool | None:
        text = self.text(name)
        if text not in ("", "true", "false"):
            raise Invalid([Issue("value", f"{name} is true or false", "Parameters.parameter")])
        return text == "true" if text else None

    def number(self, name: str) -> int | None:
        text = self.text(name)
        return whole(text, name, 0) if text else None

    def complex(self, name: str) -> dict[str, Any] | None:
        """A Coding, CodeableConcept or resource. Raises Invalid for a simple value."""
        found = self.values.get(name, [None])[-1]
        if found is None or isinstance(found, dict):
            return found
        raise Invalid(
            [Issue("value", f"{name} comes in a Parameters resource by POST", "Parameters")]
        )

    def coding(self, name: str) -> Code | None:
        found = self.complex(name)
        return None if found is None else code_of(found)

    def codings(self) -> list[Code]:
        """The code asked about: `coding`, every coding of `codeableConcept`, or `code` with its
        system. Raises Invalid unless there is exactly one of the three."""
        concept, coding, code = (
            self.complex("codeableConcept"), self.complex("coding"), self.text("code"),
        )  # fmt: skip
        if sum(map(bool, (concept, coding, code))) != 1:
            raise Invalid(
                [Issue("required", "Give one of code, coding and codeableConcept", "Parameters")]
            )
        if concept is not None:
            return [code_of(each) for each in concept.get("coding", [])]
        if coding is not None:
            return [code_of(coding)]
        version = self.text("systemVersion") or self.text("version")
        return [Code(self.text("system"), version, code, self.text("display"))]

    def evaluator(self, request: Request, type: str, operation: str) -> Evaluator:
        """Evaluates for who asks, with the versions and resources that the request names; that
        they asked is recorded.

        A client of one patient sees R4's own definitions only: nobody's stored ones are about it.
        """
        limit = access.require(request.who, "read", type)
        audit.record(request.who, operation, type, request.id)
        sources = Sources(None if limit else request.who.organization_id)
        for resource in self.values.get("tx-resource", []):
            if not isinstance(resource, dict) or resource.get("resourceType") not in _BROUGHT:
                raise Invalid([Issue("invalid", f"tx-resource is one of {', '.join(_BROUGHT)}")])
            sources.add(resource)
        return Evaluator(
            sources,
            Versions(
                default=_by_system(self.texts("system-version")),
                forced=_by_system(self.texts("force-system-version")),
                checked=_by_system(self.texts("check-system-version")),
                excluded=frozenset(self.texts("exclude-system")),
            ),
        )


def given(request: Request, *known: str, body: str = "") -> Given:
    """What was sent; a bare resource of type `body` counts as the parameter of that name in lower
    camel case. Raises Invalid for a parameter that the operation does not know."""
    values: dict[str, list[Any]] = {}
    for name, value in request.query:
        values.setdefault(name, []).append(value)
    if request.method == "POST" and (request.entry is not None or request.body()):
        document = request.document()
        if body and document.value.get("resourceType") == body:
            validate(document, at=request.at)
            values.setdefault(body[:1].lower() + body[1:], []).append(document.value)
        else:
            for each in sent(request).value.get("parameter", []):
                values.setdefault(each["name"], []).append(_value(each))
    for name in values:
        if name not in known and name not in _COMMON:
            raise Invalid([Issue("not-supported", f"This operation knows {', '.join(known)}")])
    return Given(values)


def stored(request: Request) -> dict[str, Any]:
    """The resource of the address. Raises NotFound, Gone, AccessDenied."""
    return store.read(request.who, request.type, request.id).resource


def code_of(coding: Mapping[str, Any]) -> Code:
    return Code(*(str(coding.get(name, "")) for name in Code._fields))


def value_set_of(request: Request, asked: Given, evaluator: Evaluator) -> Mapping[str, Any]:
    """The value set that an operation is about: of the address, sent along, by URL or by the
    element (`context`) that is bound to it. Raises Invalid, NotFound."""
    if request.id:
        return stored(request)
    sent_along = asked.complex("valueSet")
    if sent_along is not None:
        if sent_along.get("resourceType") != "ValueSet":
            raise Invalid([Issue("invalid", "valueSet is a ValueSet resource", "Parameters")])
        return sent_along
    url, version = asked.text("url"), asked.text("valueSetVersion")
    if not url and asked.text("context"):
        url = _bound(asked.text("context"), evaluator.sources)
    if not url:
        raise Invalid([Issue("required", "Name the value set: url, valueSet or context")])
    found = evaluator.value_set(f"{url}|{version}" if version and "|" not in url else url)
    if found is None:
        raise NotFound("This server holds no such value set")
    return found


def output(parts: list[tuple[str, Any]]) -> dict[str, Any]:
    """A Parameters resource of (name, {"valueString": ...}) pairs; None is left out."""
    listed = [{"name": name, **value} for name, value in parts if value is not None]
    return {"resourceType": "Parameters", "parameter": listed}


def _value(each: Mapping[str, Any]) -> Any:
    if "resource" in each:
        return each["resource"]
    found = next((value for key, value in each.items() if key.startswith("value")), None)
    if found is None:
        if "part" in each:
            return dict(each)
        raise Invalid([Issue("required", "A parameter needs a value", "Parameters.parameter")])
    return found


def _by_system(canonicals: list[str]) -> dict[str, str]:
    pairs = (each.partition("|") for each in canonicals)
    return {system: version for system, _, version in pairs if version}


def _bound(context: str, sources: terminology.Sources) -> str:
    """The value set to which an element is bound, "" when it is to none."""
    url, _, path = context.partition("#")
    structure = sources.structure(url)
    if structure is None:
        raise NotFound("This server holds no such structure definition")
    for element in structure.get("snapshot", {}).get("element", []):
        if path in (element["path"], element.get("id")):
            return str(element.get("binding", {}).get("valueSet", ""))
    return ""
