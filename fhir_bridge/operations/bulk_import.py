"""Take in many resources, each under its own id, in the background.

The body is NDJSON, or Parameters in the form of the SMART bulk import proposal:

    inputFormat  application/fhir+ndjson
    input        repeated, with the parts
        url      a data: URL, or an https: one on a host that the operator allows
        type     what the input holds; another type on a line is refused

https://github.com/smart-on-fhir/bulk-import/blob/master/import-manifest.md
"""

from typing import Any

from django.http import HttpResponse

from fhir_bridge import access, audit
from fhir_bridge.asked import part, sent
from fhir_bridge.bulk import imports, jobs
from fhir_bridge.definitions import resource_types
from fhir_bridge.operations import operation
from fhir_bridge.operations.bulk import NDJSON, accepted, asynchronous
from fhir_bridge.outcomes import AccessDenied, Invalid, Issue
from fhir_bridge.rest import Request

DEFINITION = "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/import"
_NDJSON_TYPES = frozenset([NDJSON, "application/ndjson", "application/x-ndjson"])
_INPUTS_MAX = 1_000


@operation("import", DEFINITION, system=True)
def of_system(request: Request) -> HttpResponse:
    asynchronous(request)
    who = request.who
    if not access.allowed_types(who, "create") & access.allowed_types(who, "update"):
        raise AccessDenied
    if request.media_type() in _NDJSON_TYPES:
        pieces = [imports.body_pieces(request.body())]
        inputs: list[dict[str, str]] = [{}]
    else:
        inputs, pieces = _manifest(request)
    job = jobs.job_create(
        who,
        jobs.Kind.IMPORT,
        request=f"{request.base}/$import",
        asked={"inputs": inputs},
        inputs=pieces,
    )
    audit.record(who, "import", detail={"job": job, "inputs": len(inputs)})
    return accepted(request, job)


def _manifest(request: Request) -> tuple[list[dict[str, str]], list[list[list[bytes]]]]:
    """The inputs, and for each the lines that came with it."""
    given = sent(request).value
    format_ = str(next(iter(_values(part(given, "inputFormat"))), NDJSON))
    if format_ not in _NDJSON_TYPES:
        raise _refused("not-supported", "inputFormat: application/fhir+ndjson is what is read")
    inputs, pieces = [], []
    for each in given.get("parameter", []):
        if each.get("name") != "input":
            continue
        parts = {
            inner["name"]: str(next(iter(_values(inner)), "")) for inner in each.get("part", [])
        }
        url, type_ = parts.get("url", ""), parts.get("type", "")
        if not url or (type_ and type_ not in resource_types()):
            raise _refused("required", "An input has a url, and may have an R4 type")
        imports.fetch_check(url)
        if url.startswith("data:"):
            inputs.append({"type": type_})
            pieces.append(list(imports.pieces(iter([imports.data_decoded(url)]))))
        else:
            inputs.append({"type": type_, "url": url})
            pieces.append([])
    if not 0 < len(inputs) <= _INPUTS_MAX:
        raise _refused("required", f"Send 1 to {_INPUTS_MAX} inputs")
    return inputs, pieces


def _values(parameter: Any) -> list[Any]:
    return [value for key, value in parameter.items() if key.startswith("value")]


def _refused(code: str, diagnostics: str) -> Invalid:
    return Invalid([Issue(code, diagnostics, "Parameters.parameter")])
