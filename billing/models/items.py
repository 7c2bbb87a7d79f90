"""One signature on its way to a claim: its state, questions, services and confirmed edits."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.models.practice import BillingProvider, Fee


class BillingItem(models.Model):
    """One signature with accepted codes.

    `submission` counts how often it was sent, or is about to be; `frequency` is CLM05-3 of that
    submission; `payer_reference` the payer's own number of the claim, once it is known.
    """

    class State(models.TextChoices):
        SIGNED = "signed", _("Signed")
        NEEDS_QUERY = "needs-query", _("Needs an answer")
        READY = "ready", _("Ready")
        EXPORTED = "exported", _("Exported")
        REJECTED = "rejected", _("Rejected")
        VOID = "void", _("Void")

    class Frequency(models.TextChoices):
        ORIGINAL = "1", _("Original")
        REPLACEMENT = "7", _("Replacement")
        VOID = "8", _("Void")

    organization = models.ForeignKey("fhir_bridge.Organization", on_delete=models.PROTECT)
    signed_note = models.OneToOneField(
        "ehr.SignedNote", on_delete=models.PROTECT, related_name="billing_item"
    )
    state = models.CharField(max_length=12, choices=State, default=State.SIGNED)
    rejection_reason = models.CharField(max_length=300, blank=True)
    submission = models.PositiveSmallIntegerField(default=1)
    voiding = models.BooleanField(default=False)
    payer_reference = models.CharField(_("Payer's claim number"), max_length=50, blank=True)
    billing_provider = models.ForeignKey(
        BillingProvider, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    place_of_service = models.CharField(_("Place of service"), max_length=2, default="11")
    authorization = models.CharField(_("Prior authorisation"), max_length=50, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["organization", "state"])]


class ServiceLine(models.Model):
    """A service that is charged; `charge` is the line's, `pointers` are positions of codes."""

    item = models.ForeignKey(BillingItem, on_delete=models.CASCADE, related_name="service_lines")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=5)
    system = models.CharField(max_length=80, choices=Fee.System, default=Fee.System.CPT)
    description = models.CharField(max_length=Fee.DESCRIPTION_MAX, blank=True)
    modifiers = models.JSONField(default=list)
    units = models.DecimalField(max_digits=11, decimal_places=3)
    charge = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    place_of_service = models.CharField(max_length=2, blank=True)
    pointers = models.JSONField(default=list)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["item", "position"], name="service_line_position"),
        ]


class EditConfirmation(models.Model):
    """A person's word that an edit does not hold for this item, and why; `key` names the edit."""

    item = models.ForeignKey(BillingItem, on_delete=models.CASCADE, related_name="confirmations")
    key = models.CharField(max_length=200)
    reason = models.CharField(max_length=300)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["item", "key"], name="edit_confirmed_once"),
        ]
