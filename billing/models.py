"""Billing's own state. What was done and signed stays where it is: an item points to it.

No clinical text and no demographics are copied here; the one exception is the file of an export,
which is kept byte for byte as it left the house.
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class BillingItem(models.Model):
    """One signature with accepted codes, on its way to a claim."""

    class State(models.TextChoices):
        READY = "ready", _("Ready")
        NEEDS_QUERY = "needs-query", _("Needs an answer")
        EXPORTED = "exported", _("Exported")
        REJECTED = "rejected", _("Rejected")
        VOID = "void", _("Replaced")

    organization = models.ForeignKey("fhir_bridge.Organization", on_delete=models.PROTECT)
    signed_note = models.OneToOneField(
        "ehr.SignedNote", on_delete=models.PROTECT, related_name="billing_item"
    )
    state = models.CharField(max_length=12, choices=State, default=State.READY)
    rejection_reason = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["organization", "state"])]


class BillingQuery(models.Model):
    """A question about an item, and its answer. While one is open, the item is not exported."""

    item = models.ForeignKey(BillingItem, on_delete=models.PROTECT, related_name="queries")
    question = models.CharField(max_length=1000)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(auto_now_add=True)
    answer = models.CharField(max_length=1000, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["item"], condition=models.Q(resolved_at=None), name="one_open_query"
            ),
        ]


class ExportBatch(models.Model):
    """One exported file, kept as it was; `request_key` makes a repeated request the same export."""

    organization = models.ForeignKey("fhir_bridge.Organization", on_delete=models.PROTECT)
    format = models.CharField(max_length=10, default="csv")
    request_key = models.UUIDField()
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    item_count = models.PositiveIntegerField()
    row_count = models.PositiveIntegerField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "request_key"], name="export_request_once"
            ),
        ]


class ExportLine(models.Model):
    """An item's place in an export: the database itself refuses a second one."""

    batch = models.ForeignKey(ExportBatch, on_delete=models.PROTECT, related_name="lines")
    item = models.OneToOneField(BillingItem, on_delete=models.PROTECT, related_name="export_line")
    position = models.PositiveIntegerField()

    class Meta:
        ordering = ["position"]
