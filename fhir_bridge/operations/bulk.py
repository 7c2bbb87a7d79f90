"""The address of a job: its progress, its manifest, its files, its end.
https://hl7.org/fhir/uv/bulkdata/export.html#bulk-data-status-request

A job exists for the token (or user) that asked for it, and for nobody else.
"""

from datetime import UTC, datetime
from typing import Any

import orjson
from django.http import HttpResponse, StreamingHttpResponse
from django.utils.http import http_date

from fhir_bridge import audit
from fhir_bridge.bulk import jobs
from fhir_bridge.outcomes import FhirError, Invalid, Issue
from fhir_bridge.rest import Request, interaction, resource_response

NDJSON = "application/fhir+ndjson"
_RETRY_SECONDS = 2


def accepted(request: Request, job_id: str) -> HttpResponse:
    """202 with the place where the job is asked about."""
    place = f"{request.base}/_jobs/{job_id}"
    note = Issue("informational", f"Ask {place} for the progress", severity="information")
    return resource_response(
        {"resourceType": "OperationOutcome", "issue": [note.resource]},
        status=202,
        headers={"Content-Location": place},
    )


def asynchronous(request: Request) -> None:
    """Raises Invalid without `Prefer: respond-async`: the answer would take too long to wait for.
    https://hl7.org/fhir/R4/async.html"""
    wanted = {each.strip() for each in request.headers.get("Prefer", "").lower().split(",")}
    if "respond-async" not in {part.strip() for each in wanted for part in each.split(";")}:
        raise Invalid([Issue("required", "Send the header Prefer: respond-async")])


def stamp(moment: datetime) -> str:
    """An instant as FHIR writes it, to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@interaction("job-status")
def status(request: Request) -> HttpResponse:
    """202 while it runs, 200 with the manifest, 500 with the reason when it failed."""
    job = jobs.job_read(request.who, request.extra["job"])
    if job.state in jobs.OPEN:
        headers = {"X-Progress": job.progress or "waiting", "Retry-After": str(_RETRY_SECONDS)}
        return HttpResponse(status=202, headers=headers)
    expires = {"Expires": http_date(job.expires_at.timestamp())} if job.expires_at else {}
    if job.state == jobs.State.FAILED:
        raise FhirError(500, "processing", job.failure, headers=expires)
    manifest: dict[str, Any] = {
        "transactionTime": stamp(job.asked_at),
        "request": job.request,
        "requiresAccessToken": True,
        "output": _written(job) or _files(request, job, "output"),
        "error": _files(request, job, "error"),
    }
    if job.asked.get("since"):
        manifest["deleted"] = _files(request, job, "deleted")
    return HttpResponse(orjson.dumps(manifest), headers=expires, content_type="application/json")


@interaction("job-cancel")
def cancel(request: Request) -> HttpResponse:
    jobs.job_cancel(request.who, request.extra["job"])
    note = Issue("informational", "The job has ended", severity="information")
    return resource_response(
        {"resourceType": "OperationOutcome", "issue": [note.resource]}, status=202
    )


@interaction("job-file", negotiated=False)
def file(request: Request) -> StreamingHttpResponse:
    """A file, piece by piece from the database. Nothing of it is ever in memory as a whole."""
    job = jobs.job_read(request.who, request.extra["job"])
    kind, name = request.extra["kind"], request.extra["name"]
    lines = jobs.file_lines(job.id, f"{kind}/{name}")
    audit.record(request.who, "export", detail={"job": job.id, "file": f"{kind}/{name}"})
    return StreamingHttpResponse(lines, content_type=NDJSON)


def _written(job: jobs.Told) -> list[dict[str, Any]]:
    """What an import wrote, which is read from the record and not from files."""
    return [{"type": type_, "count": count} for type_, count in sorted(job.written.items())]


def _files(request: Request, job: jobs.Told, kind: str) -> list[dict[str, Any]]:
    found = []
    for each in jobs.files(job.id, kind):
        name = each.name.partition("/")[2]
        type_ = "OperationOutcome" if kind == "error" else name.partition("-")[0]
        url = f"{request.base}/_jobs/{job.id}/{each.name}.ndjson"
        found.append({"type": type_, "url": url, "count": each.lines})
    return found
