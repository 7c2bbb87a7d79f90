"""What one step of an export does: one page of one type, a few megabytes at most.

The files hold the record as it was at the moment of the request (the transaction time): what was
changed or deleted while the export runs is taken from its versions. Access is that of a search, by
the rights that the client has when the step is done.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Length

from fhir_bridge import access, redaction, shaping
from fhir_bridge.access import Actor
from fhir_bridge.bulk.jobs import Step, chunk_lines
from fhir_bridge.documents import parse
from fhir_bridge.models import (
    BackgroundJob,
    JobChunk,
    JobPatient,
    PatientCompartment,
    Resource,
    ResourceVersion,
)
from fhir_bridge.outcomes import Issue, outcome_bytes
from fhir_bridge.search import index, parameters
from fhir_bridge.search.matching import matching

# What a patient's record refers to outside of it, in the order in which each names the next.
AROUND = ("PractitionerRole", "OrganizationAffiliation", "HealthcareService", "Device",
          "Medication", "Substance", "Questionnaire", "Practitioner", "Location", "Endpoint",
          "Organization")  # fmt: skip
_ROUNDS = 3  # a role names an organisation, which is part of another
_PAGE = 500
_PAGE_BYTES = 8 * 1024 * 1024
LINES_A_FILE = 100_000
_REFERENCE = re.compile(
    rb'"reference":"(' + "|".join(AROUND).encode() + rb')/([A-Za-z0-9\-.]{1,64})["/]'
)


@dataclass(frozen=True)
class _Row:
    pk: int
    fhir_id: str
    last_updated: datetime
    content: bytes


def types_of(level: str) -> frozenset[str]:
    """The types that an export of this level ("system", "patient", "group") may hold."""
    if level == "system":
        return frozenset(parameters.types())
    return frozenset(parameters.compartment("Patient")) | {"Patient"} | set(AROUND)


def export_step(job: BackgroundJob, actor: Actor) -> Step:
    """The next page that is not empty. Reads only; the caller stores what the step holds."""
    work = _plan(job)
    progress = dict(job.progress) or {"at": 0, "after": "", "lines": {}}
    step = Step(progress)
    export = _Export(job, actor, step)
    # Most types of most records are empty: a step goes on to the first page that holds something.
    while progress["at"] < len(work) and not step.files:
        export.run(*work[progress["at"]])
    step.done = progress["at"] >= len(work)
    step.told = f"{progress['at']} of {len(work)} parts done"
    return step


def _plan(job: BackgroundJob) -> list[tuple[str, str]]:
    """The parts of the export in their order, always the same: (phase, type)."""
    asked = job.asked
    types: list[str] = asked["types"]
    if asked["level"] == "system":
        plan = [("plain", each) for each in types]
    else:
        plan = [("plain", each) for each in types if each not in AROUND]
        around = [each for each in AROUND if each in types]
        for number in range(1, _ROUNDS + 1):
            plan += [(f"around-{number}", each) for each in around]
    if asked["since"]:
        plan += [("deleted", each) for each in types if each not in AROUND or
                 asked["level"] == "system"]  # fmt: skip
    return plan


class _Export:
    """One step in the making."""

    def __init__(self, job: BackgroundJob, actor: Actor, step: Step) -> None:
        self.job = job
        self.actor = actor
        self.step = step
        self.progress = step.progress
        asked = job.asked
        self.until = job.asked_at
        self.since = datetime.fromisoformat(asked["since"]) if asked["since"] else None
        self.elements: list[str] = asked["elements"]
        self.filters: list[list[Any]] = asked["filters"]
        self.limited: bool = asked["limited"]
        self.level: str = asked["level"]

    def run(self, phase: str, name: str) -> None:
        limits = self._limits(name)
        if limits is None:
            issue = Issue("forbidden", f"{name} may not be read any more")
            self.step.line("error/1", outcome_bytes([issue]))
            self._next_part()
        elif phase == "plain":
            self._plain(name, limits)
        elif phase == "deleted":
            self._deleted(name, limits)
        else:
            self._around(name, limits, int(phase.rpartition("-")[2]))

    def _limits(self, name: str) -> set[str] | None:
        """The patients within whose compartment the actor stays; None: no access."""
        limits = {access.allowed(self.actor, action, name) for action in ("search", "read")}
        if None in limits:
            return None
        return {each for each in limits if each}

    def _rows(self, name: str, limits: Iterable[str], *, inside: bool) -> QuerySet[Resource]:
        rows = Resource.objects.filter(organization_id=self.actor.organization_id, type=name)
        for limit in limits:
            rows = rows.filter(access.within(limit))
        if inside and self.level != "system":
            compartment = PatientCompartment.objects.filter(resource=OuterRef("pk"))
            if self.limited:
                wanted = JobPatient.objects.filter(job=self.job).values("patient_id")
                compartment = compartment.filter(patient_id__in=wanted)
            rows = rows.filter(Exists(compartment))
        return rows

    # -- the parts ---------------------------------------------------------------------------------

    def _plain(self, name: str, limits: set[str]) -> None:
        after = int(self.progress["after"] or 0)
        rows = self._rows(name, limits, inside=True).filter(pk__gt=after).order_by("pk")
        rows = rows.filter(Q(deleted=False) | Q(last_updated__gt=self.until))
        if self.since is not None:
            rows = rows.filter(last_updated__gt=self.since)
        sizes = list(rows.annotate(size=Length("content")).values_list("pk", "size")[:_PAGE])
        keys = _bounded(sizes)
        self._write(name, self._selected(name, self._contents(name, keys, limits)))
        if len(keys) < len(sizes) or len(sizes) == _PAGE:
            self.progress["after"] = str(keys[-1])
        else:
            self._next_part()

    def _deleted(self, name: str, limits: set[str]) -> None:
        after = int(self.progress["after"] or 0)
        rows = self._rows(name, limits, inside=True).filter(
            pk__gt=after, deleted=True, last_updated__gt=self.since, last_updated__lte=self.until
        )
        page = list(rows.order_by("pk").values_list("pk", "fhir_id")[:_PAGE])
        if page:
            entries = [{"request": {"method": "DELETE", "url": f"{name}/{id_}"}} for _, id_ in page]
            bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
            self.step.line("deleted/Bundle-1", orjson.dumps(bundle))
        if len(page) == _PAGE:
            self.progress["after"] = str(page[-1][0])
        else:
            self._next_part()

    def _around(self, name: str, limits: set[str], number: int) -> None:
        """What the files before refer to; ids of this type that came up in the round before."""
        ids = self._referred(name, number) - set().union(
            *(self._referred(name, earlier) for earlier in range(1, number))
        )
        waiting = sorted(each for each in ids if each > self.progress["after"])
        page = waiting[:_PAGE]
        rows = self._rows(name, limits, inside=False).filter(fhir_id__in=page)
        rows = rows.filter(Q(deleted=False) | Q(last_updated__gt=self.until))
        if self.since is not None:
            rows = rows.filter(last_updated__gt=self.since)
        keys = list(rows.order_by("pk").values_list("pk", flat=True))
        contents = self._contents(name, keys, limits)
        self._write(name, self._selected(name, contents), number=number)
        if len(waiting) > len(page):
            self.progress["after"] = page[-1]
        else:
            self._next_part()

    def _next_part(self) -> None:
        self.progress["at"] += 1
        self.progress["after"] = ""

    # -- what a page holds -------------------------------------------------------------------------

    def _contents(self, name: str, keys: Sequence[int], limits: set[str]) -> list[_Row]:
        """The resources as they were at the transaction time, in the order of the keys."""
        columns = ("pk", "fhir_id", "last_updated", "deleted", "content")
        found: dict[int, _Row] = {}
        later: dict[int, str] = {}
        for row in Resource.objects.filter(pk__in=keys).values_list(*columns):
            pk, fhir_id, last_updated, deleted, content = row
            if last_updated > self.until:
                later[pk] = fhir_id
            elif not deleted:
                found[pk] = _Row(pk, fhir_id, last_updated, bytes(content))
        versions = ResourceVersion.objects.filter(
            resource_id__in=later, last_updated__lte=self.until
        )
        for pk, last_updated, deleted, content in versions.order_by("version").values_list(
            "resource_id", "last_updated", "deleted", "content"
        ):
            found.pop(pk, None)  # an older version than this one
            then = _Row(pk, later[pk], last_updated, bytes(content))
            if not deleted and self._was_inside(name, then, limits):
                found[pk] = then
        return [
            found[pk]
            for pk in keys
            if pk in found and (self.since is None or found[pk].last_updated > self.since)
        ]

    def _was_inside(self, name: str, row: _Row, limits: set[str]) -> bool:
        """Whether a version that is not the current one was within what is exported."""
        if not limits and not self.limited:
            return True
        patients = index.patients(name, parse(row.content).value)
        if not limits <= patients:
            return False
        if not self.limited or name in AROUND:
            return True
        wanted = JobPatient.objects.filter(job=self.job, patient_id__in=patients)
        return wanted.exists()

    def _selected(self, name: str, rows: list[_Row]) -> list[_Row]:
        """Those that meet one of the filters of their type, where there are any."""
        filters = [criteria for type_, criteria in self.filters if type_ == name]
        if not filters or not rows:
            return rows
        ids = [row.fhir_id for row in rows]
        found: set[str] = set()
        for criteria in filters:
            found |= matching(self.actor, name, [(key, value) for key, value in criteria], ids)
        return [row for row in rows if row.fhir_id in found]

    def _write(self, name: str, rows: list[_Row], *, number: int = 0) -> None:
        named = [each.partition(".")[2] for each in self.elements if each.startswith(f"{name}.")]
        named += [each for each in self.elements if "." not in each]
        held = self.progress["lines"].get(name, 0)
        for row in rows:
            content = redaction.content_shown(self.actor, name, row.content)
            if number < _ROUNDS and self.level != "system":
                for type_, id_ in _REFERENCE.findall(content):
                    if type_.decode() in self.job.asked["types"]:
                        self._refer(type_.decode(), id_, number + 1)
            if named:
                content = shaping.content_shaped(content, name, [("_elements", ",".join(named))])
            self.step.line(f"output/{name}-{held // LINES_A_FILE + 1}", content)
            held += 1
        if rows:
            self.progress["lines"] = {**self.progress["lines"], name: held}

    def _refer(self, type_: str, id_: bytes, number: int) -> None:
        file = f"refs/{type_}-{number}"
        if id_ not in self.step.files.get(file, ()):
            self.step.line(file, id_)

    def _referred(self, name: str, number: int) -> set[str]:
        chunks = JobChunk.objects.filter(job=self.job, file=f"refs/{name}-{number}")
        return {
            line.decode() for content in chunks.values_list("content", flat=True)
            for line in chunk_lines(content)
        }  # fmt: skip


def _bounded(sizes: Sequence[tuple[int, int]]) -> list[int]:
    """The first keys whose contents together stay below the page's bytes; at least one."""
    keys: list[int] = []
    room = _PAGE_BYTES
    for pk, size in sizes:
        if keys and size > room:
            break
        keys.append(pk)
        room -= size
    return keys
