"""Exports that were made, and their files."""

from typing import Any

from django.db.models import Prefetch
from django.utils import timezone

from billing.models import ExportBatch, ExportFile
from billing.selectors.claims import claims, items_of
from billing.shapes import Batch, Claim, File
from ehr.exceptions import NotFound
from ehr.permissions import BILLER, actor_of
from ehr.selectors.people import user_name
from fhir_bridge.access import Actor

ENDINGS = {
    ExportFile.Kind.CSV: ".csv",
    ExportFile.Kind.X12_837P: ".837",
    ExportFile.Kind.X12_837I: "-institutional-beta.837",
    ExportFile.Kind.X12_999: ".999",
    ExportFile.Kind.CMS1500_JSON: "-cms1500.json",
    ExportFile.Kind.CMS1500_CSV: "-cms1500.csv",
}


def batches(user: Any, limit: int = 100) -> tuple[Batch, ...]:
    """The organisation's exports, newest first."""
    return tuple(_batch(row) for row in _rows(actor_of(user, BILLER))[:limit])


def batch_detail(user: Any, batch_id: int) -> tuple[Batch, tuple[Claim, ...], str]:
    """One export, the claims in it, and the 999 of its X12 file. Raises NotFound."""
    actor = actor_of(user, BILLER)
    found = _batch_row(actor, batch_id)
    items = (
        items_of(actor).filter(export_lines__batch_id=found.pk).order_by("export_lines__position")
    )
    answer = ExportFile.objects.filter(batch=found, kind=ExportFile.Kind.X12_999).first()
    text = bytes(answer.content).decode("ascii", "replace") if answer else ""
    return _batch(found), claims(actor, items), text


def batch_file(user: Any, batch_id: int, kind: str = "csv") -> tuple[File, bytes]:
    """A file of an export, byte for byte as it was built. Raises NotFound."""
    actor = actor_of(user, BILLER)
    found = _batch_row(actor, batch_id)
    row = ExportFile.objects.filter(batch=found, kind=kind).first()
    if row is None:
        raise NotFound
    return _file(found, row), bytes(row.content)


def _rows(actor: Actor) -> Any:
    files = ExportFile.objects.defer("content")
    return (
        ExportBatch.objects.filter(organization_id=actor.organization_id)
        .select_related("created_by")
        .prefetch_related(Prefetch("files", files))
    )


def _batch_row(actor: Actor, batch_id: int) -> ExportBatch:
    found: ExportBatch | None = _rows(actor).filter(pk=batch_id).first()
    if found is None:
        raise NotFound
    return found


def _batch(row: ExportBatch) -> Batch:
    return Batch(
        id=row.pk,
        item_count=row.item_count,
        created_by=user_name(row.created_by),
        created_at=row.created_at,
        files=tuple(_file(row, file) for file in row.files.all()),
        control_number=row.control_number,
    )


def _file(batch: ExportBatch, row: ExportFile) -> File:
    day = timezone.localdate(batch.created_at, timezone.get_default_timezone())
    kind = ExportFile.Kind(row.kind)
    return File(
        kind=row.kind,
        label=str(kind.label),
        filename=f"plume-claims-{day.isoformat()}-{batch.pk}{ENDINGS[kind]}",
        sha256=row.sha256,
        rows=row.rows,
        beta=kind == ExportFile.Kind.X12_837I,
    )
