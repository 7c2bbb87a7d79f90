"""What one step of an import does: some lines of NDJSON, each written under its own id.

A line is written as a PUT of `[type]/[id]` would be, so that importing again makes no duplicates;
what is refused becomes an OperationOutcome line of the error file, which names the input and its
line, and stops nothing else. Resources and progress are written in one transaction.
"""

import base64
import binascii
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import httpx
import orjson
from django.conf import settings

from fhir_bridge.access import Actor
from fhir_bridge.bulk.jobs import Step, chunk_add, chunk_lines
from fhir_bridge.documents import Document, parse
from fhir_bridge.loading import write_each
from fhir_bridge.models import BackgroundJob, JobChunk
from fhir_bridge.outcomes import FhirError, Invalid, Issue, outcome
from fhir_bridge.validation import resource_type, validate

LINES_AT_ONCE = 500
BYTES_AT_ONCE = 4 * 1024 * 1024
LINE_BYTES_MAX = 64 * 1024 * 1024
_SECONDS = 30.0


class Unfetchable(Exception):
    """An input could not be fetched. `retry` says whether it may be there later."""

    def __init__(self, reason: str, *, retry: bool = False) -> None:
        super().__init__(reason)
        self.retry = retry


def pieces(content: Iterator[bytes]) -> Iterator[list[bytes]]:
    """Lines of NDJSON from bytes in any portions, some at a time. Empty lines stay, for their
    number counts. Raises Invalid for a line that is too long."""
    rest, lines, size = b"", [], 0
    for portion in content:
        *whole, rest = (rest + portion).split(b"\n")
        if len(rest) > LINE_BYTES_MAX:
            raise Invalid([Issue("too-long", "A line is longer than a resource may be")])
        for line in whole:
            lines.append(line.rstrip(b"\r"))
            size += len(line)
            if len(lines) >= LINES_AT_ONCE or size >= BYTES_AT_ONCE:
                yield lines
                lines, size = [], 0
    if rest.strip():
        lines.append(rest.rstrip(b"\r"))
    if lines:
        yield lines


def fetch_check(url: str) -> None:
    """Raises Invalid for an input that this server would not read: another scheme than data: and
    https:, or a host that the operator does not allow."""
    try:
        scheme, host = urlsplit(url).scheme, urlsplit(url).hostname or ""
    except ValueError:
        scheme = host = ""
    if scheme == "data":
        data_decoded(url)
    elif scheme != "https" or host not in settings.IMPORT_HOSTS:
        raise Invalid(
            [Issue("forbidden", "Inputs come in the body, as data:, or from an allowed host",
                   "Parameters.parameter")]
        )  # fmt: skip


def data_decoded(url: str) -> bytes:
    """The content of a data: URL (RFC 2397). Raises Invalid."""
    head, comma, body = url.partition(",")
    if not comma:
        raise Invalid([Issue("value", "This is no data: URL", "Parameters.parameter")])
    try:
        plain = unquote_to_bytes(body)
        return base64.b64decode(plain, validate=True) if head.endswith(";base64") else plain
    except binascii.Error:
        raise Invalid([Issue("value", "This is no base64", "Parameters.parameter")]) from None


def import_fetch(job: BackgroundJob, beat: Callable[[], None]) -> Step | None:
    """The step that fetches the next input that is named by an address, None when all are here.

    What an earlier attempt had fetched of it is replaced; `beat` is called now and then. Raises
    Unfetchable.
    """
    progress = dict(job.progress) or {"fetched": 0, "input": 0, "place": 0, "line": 0}
    inputs: list[dict[str, str]] = job.asked["inputs"]
    number = progress["fetched"]
    if number >= len(inputs):
        return None
    name = f"input/{number + 1}"
    url = inputs[number].get("url", "")
    if url:
        JobChunk.objects.filter(job=job, file=name).delete()
        for place, lines in enumerate(pieces(_downloaded(url))):
            beat()
            chunk_add(job.pk, name, place, lines)
    return Step({**progress, "fetched": number + 1}, told=f"{number + 1} inputs read")


def _downloaded(url: str) -> Iterator[bytes]:
    # Asked again: the setting may have changed since the job was made.
    fetch_check(url)
    room = settings.IMPORT_MAX_BYTES
    try:
        with (
            httpx.Client(trust_env=False, follow_redirects=False, timeout=_SECONDS) as client,
            client.stream("GET", url, headers={"Accept": "application/fhir+ndjson"}) as response,
        ):
            if response.status_code != 200:
                retry = response.status_code >= 500 or response.status_code == 429
                raise Unfetchable(f"an input answered {response.status_code}", retry=retry)
            for portion in response.iter_bytes():
                room -= len(portion)
                if room < 0:
                    raise Unfetchable("an input is larger than PLUME_IMPORT_MAX_BYTES")
                yield portion
    except httpx.HTTPError as error:
        raise Unfetchable(f"an input: {type(error).__name__}", retry=True) from None


class Writing:
    """One step of writing: the lines of one piece of an input."""

    def __init__(self, job: BackgroundJob, actor: Actor) -> None:
        self.job = job
        self.actor = actor
        self.inputs: list[dict[str, str]] = job.asked["inputs"]
        self.progress: dict[str, Any] = dict(job.progress)
        number, place = self.progress["input"], self.progress["place"]
        self.lines: list[bytes] = []
        self.done = number >= len(self.inputs)
        if not self.done:
            chunk = JobChunk.objects.filter(job=job, file=f"input/{number + 1}", place=place)
            content = chunk.values_list("content", flat=True).first()
            self.lines = [] if content is None else chunk_lines(content)
            self.last = content is None

    def step(self) -> Step:
        """What is stored before the lines are written; outcomes are added while they are."""
        first = self.progress["line"]
        counts = dict(self.progress.get("counts", {}))
        following = {**self.progress, "counts": counts}
        if not self.done:
            if self.last:
                following |= {"input": self.progress["input"] + 1, "place": 0, "line": 0}
            else:
                following |= {
                    "place": self.progress["place"] + 1,
                    "line": first + len(self.lines),
                }
        written = sum(counts.values())
        return Step(following, told=f"{written} resources written", done=self.done)

    def write(self, step: Step) -> None:
        """Write the lines, count what went in and note in the step what was refused."""
        number, first = self.progress["input"], self.progress["line"]
        wanted = "" if self.done else self.inputs[number].get("type", "")

        def refused(line: int, error: FhirError) -> None:
            place = f"input {number + 1}, line {first + line + 1}"
            found = outcome(error.issues)
            for issue in found["issue"]:
                issue["diagnostics"] = f"{place}: {issue['diagnostics']}"
            step.line("error/1", orjson.dumps(found))

        group: dict[tuple[str, str], tuple[int, Document]] = {}
        for index, line in enumerate(self.lines):
            if not line.strip():
                continue
            try:
                document = _read(line, wanted)
            except FhirError as error:
                refused(index, error)
                continue
            key = (document.value["resourceType"], str(document.value["id"]))
            if key in group:  # a later version of the same: after the earlier one
                self._group_write(step, group, refused)
                group = {}
            group[key] = (index, document)
        self._group_write(step, group, refused)

    def _group_write(self, step: Step, group: Any, refused: Any) -> None:
        held = list(group.values())
        stored = write_each(
            self.actor,
            [document for _, document in held],
            lambda index, error: refused(held[index][0], error),
        )
        counts = step.progress["counts"]
        for each in stored:
            counts[each.type] = counts.get(each.type, 0) + 1


def _read(line: bytes, wanted: str) -> Document:
    """The resource of a line. Raises Invalid."""
    document = parse(line)
    type_ = resource_type(document.value)
    if wanted and type_ != wanted:
        raise Invalid([Issue("invalid", f"This input holds {wanted} only", type_)])
    if document.value.get("id") is None:
        raise Invalid([Issue("required", "An imported resource needs its id", f"{type_}.id")])
    validate(document)
    return document


def body_pieces(content: bytes) -> list[list[bytes]]:
    """The lines of a body that is NDJSON. Raises Invalid when there are none."""
    found = list(pieces(iter([content])))
    if not any(line.strip() for lines in found for line in lines):
        raise Invalid([Issue("required", "The body holds no resource")])
    return found
