"""What can go wrong on the FHIR side, and how it is said: errors <-> OperationOutcome.

FhirError
├── Invalid               400 or 422, with every issue found
├── Unauthenticated       401
├── AccessDenied          403
├── NotFound              404   also for what belongs to somebody else
├── NotSupported          404   no such resource type, route or operation
├── MethodNotAllowed      405
├── NotAcceptable         406
├── Conflict              409
├── Protected             409 or 422
├── Gone                  410
├── PreconditionFailed    412
├── TooLarge, TooMany     413
└── UnsupportedMediaType  415

The caller decides on `status` and `code`; `issues` says it to a person and names the element. No
error ever repeats a value of the input: what is refused may be about a patient.

Sources: https://hl7.org/fhir/R4/operationoutcome.html, https://hl7.org/fhir/R4/http.html#Status-Codes
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson


@dataclass(frozen=True)
class Issue:
    """One OperationOutcome.issue. `expression` is FHIRPath ("Patient.contact[0].name"), `rule` the
    key of the invariant that is broken ("obs-6")."""

    code: str
    diagnostics: str
    expression: str = ""
    severity: str = "error"
    rule: str = ""

    @property
    def resource(self) -> dict[str, Any]:
        value: dict[str, Any] = {
            "severity": self.severity,
            "code": self.code,
            "diagnostics": self.diagnostics,
        }
        if self.rule:
            value["details"] = {"coding": [{"code": self.rule}], "text": self.rule}
        if self.expression:
            value["expression"] = [self.expression]
        return value


class FhirError(Exception):
    """An error that a FHIR client is told about: HTTP status, issues and response headers."""

    def __init__(
        self,
        status: int,
        code: str,
        diagnostics: str,
        expression: str = "",
        *,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.status = status
        self.code = code
        self.issues: Sequence[Issue] = (Issue(code, diagnostics, expression),)
        self.headers = dict(headers or {})
        super().__init__(f"{status} {code}")

    @property
    def diagnostics(self) -> str:
        return self.issues[0].diagnostics

    @property
    def expression(self) -> str:
        return self.issues[0].expression

    def within(self, prefix: str) -> "FhirError":
        """This error, with its elements placed inside `prefix` ("Bundle.entry[3].resource")."""
        self.issues = tuple(
            replace(issue, expression=_placed(prefix, issue.expression)) for issue in self.issues
        )
        return self


class Invalid(FhirError):
    """The content breaks R4 (400) or a rule of this server, such as a dangling reference (422)."""

    def __init__(self, issues: Iterable[Issue], *, status: int = 400) -> None:
        found = tuple(issues)
        super().__init__(status, found[0].code, found[0].diagnostics)
        self.issues = found


class Unauthenticated(FhirError):
    def __init__(self, diagnostics: str = "Send a valid bearer token, or sign in") -> None:
        super().__init__(401, "login", diagnostics, headers={"WWW-Authenticate": "Bearer"})


class AccessDenied(FhirError):
    def __init__(self, diagnostics: str = "Your role or scopes do not allow this") -> None:
        super().__init__(403, "forbidden", diagnostics)


class NotFound(FhirError):
    def __init__(self, diagnostics: str = "There is no such resource") -> None:
        super().__init__(404, "not-found", diagnostics)


class NotSupported(FhirError):
    def __init__(self, diagnostics: str) -> None:
        super().__init__(404, "not-supported", diagnostics)


class MethodNotAllowed(FhirError):
    def __init__(self, allowed: Iterable[str]) -> None:
        allow = ", ".join(sorted(allowed))
        super().__init__(
            405, "not-supported", f"This address allows {allow}", headers={"Allow": allow}
        )


class NotAcceptable(FhirError):
    def __init__(self) -> None:
        super().__init__(
            406,
            "not-supported",
            "This server answers in application/fhir+json or application/fhir+xml, R4",
        )


class Conflict(FhirError):
    def __init__(self, diagnostics: str, code: str = "conflict") -> None:
        super().__init__(409, code, diagnostics)


class Protected(FhirError):
    """A person signed the resource. R4 has a server answer 409 when it refuses to delete this very
    resource, and 422 when an update breaks a rule of its own: http.html#delete and #update."""

    def __init__(self, *, deletion: bool) -> None:
        super().__init__(
            409 if deletion else 422,
            "business-rule",
            "A person signed this resource: amend the signed note instead",
        )


class Gone(FhirError):
    def __init__(self) -> None:
        super().__init__(410, "deleted", "This resource has been deleted")


class PreconditionFailed(FhirError):
    def __init__(self, diagnostics: str, code: str = "conflict") -> None:
        super().__init__(412, code, diagnostics)


class TooLarge(FhirError):
    def __init__(self, limit: int) -> None:
        super().__init__(413, "too-long", f"A request body may have at most {limit} bytes")


class TooMany(FhirError):
    def __init__(self, limit: int) -> None:
        super().__init__(413, "too-costly", f"A request body may have at most {limit} values")


class UnsupportedMediaType(FhirError):
    def __init__(
        self, diagnostics: str = "Send application/fhir+json or application/fhir+xml, in UTF-8"
    ) -> None:
        super().__init__(415, "not-supported", diagnostics)


def outcome(issues: Iterable[Issue]) -> dict[str, Any]:
    """The OperationOutcome resource that says these issues."""
    return {"resourceType": "OperationOutcome", "issue": [issue.resource for issue in issues]}


def outcome_bytes(issues: Iterable[Issue]) -> bytes:
    return orjson.dumps(outcome(issues))


def _placed(prefix: str, expression: str) -> str:
    """`Patient.name[0]` inside `Bundle.entry[3].resource` -> `Bundle.entry[3].resource.name[0]`."""
    if expression.startswith("Bundle.entry"):
        return expression
    _, dot, rest = expression.partition(".")
    return prefix + dot + rest
