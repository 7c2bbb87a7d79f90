"""Exports: which items left together, and the files as they left."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.models.items import BillingItem


class ExportBatch(models.Model):
    """One export; `request_key` makes a repeated request the same export.

    `control_number` is that of the X12 interchange in it, which no other export of the
    organisation has.
    """

    organization = models.ForeignKey("fhir_bridge.Organization", on_delete=models.PROTECT)
    request_key = models.UUIDField()
    item_count = models.PositiveIntegerField()
    control_number = models.PositiveIntegerField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "request_key"], name="export_request_once"
            ),
            models.UniqueConstraint(
                fields=["organization", "control_number"], name="control_number_once"
            ),
        ]


class ExportFile(models.Model):
    """A file of an export, byte for byte; `rows` counts its rows, claims or boxes."""

    class Kind(models.TextChoices):
        CSV = "csv", "CSV"
        X12_837P = "837p", "X12 837P"
        X12_837I = "837i", "X12 837I"
        X12_999 = "999", _("X12 999, our own check")
        CMS1500_JSON = "cms1500-json", _("CMS-1500 boxes, JSON")
        CMS1500_CSV = "cms1500-csv", _("CMS-1500 boxes, CSV")

    batch = models.ForeignKey(ExportBatch, on_delete=models.PROTECT, related_name="files")
    kind = models.CharField(max_length=12, choices=Kind)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    rows = models.PositiveIntegerField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "kind"], name="export_file_kind_once"),
        ]


class ExportLine(models.Model):
    """An item's place in an export: the database itself refuses a submission's second one.

    `institutional`: what kind of claim it left as, which a replacement or a void must be too.
    """

    batch = models.ForeignKey(ExportBatch, on_delete=models.PROTECT, related_name="lines")
    item = models.ForeignKey(BillingItem, on_delete=models.PROTECT, related_name="export_lines")
    submission = models.PositiveSmallIntegerField(default=1)
    frequency = models.CharField(max_length=1, choices=BillingItem.Frequency, default="1")
    original_reference = models.CharField(max_length=50, blank=True)
    institutional = models.BooleanField(default=False)
    position = models.PositiveIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["item", "submission"], name="submission_exported_once"),
        ]
