"""One signature on its way to a claim: its state, services, institutional facts, settled edits."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.models.practice import BillingProvider, BillType, Facility, Fee


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


class InstitutionalClaim(models.Model):
    """What makes an item's claim an institutional one (837I) and what only such a claim states.

    An item without this row makes a professional claim. What is empty follows from elsewhere: the
    facility is the practice's first, the type of bill the facility's, the statement covers the day
    of the visit. `presenting` is the position of the code that the patient was admitted with or,
    as an outpatient, came for.
    """

    class AdmissionType(models.TextChoices):
        """CL101, priority of the admission or visit (UB-04 form locator 14)."""

        EMERGENCY = "1", _("Emergency (1)")
        URGENT = "2", _("Urgent (2)")
        ELECTIVE = "3", _("Elective (3)")
        NEWBORN = "4", _("Newborn (4)")
        TRAUMA = "5", _("Trauma (5)")
        UNKNOWN = "9", _("Not known (9)")

    class AdmissionSource(models.TextChoices):
        """CL102, point of origin (UB-04 form locator 15); 5 and 6 differ for newborns."""

        HOME = "1", _("Home, or no health care facility (1)")
        CLINIC = "2", _("Clinic or physician's office (2)")
        HOSPITAL = "4", _("Another hospital (4)")
        NURSING = "5", _("Nursing facility; a newborn: born here (5)")
        OTHER_FACILITY = "6", _("Another facility; a newborn: born elsewhere (6)")
        COURT = "8", _("Court or law enforcement (8)")
        UNKNOWN = "9", _("Not known (9)")
        SAME_HOSPITAL = "D", _("Another unit of this hospital (D)")
        SURGERY_CENTRE = "E", _("Ambulatory surgery centre (E)")
        HOSPICE = "F", _("Hospice (F)")
        DISASTER_SITE = "G", _("Alternative care site in a disaster (G)")

    item = models.OneToOneField(BillingItem, on_delete=models.CASCADE, related_name="institutional")
    facility = models.ForeignKey(
        Facility, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    bill_type = models.CharField(max_length=2, choices=BillType, blank=True)
    statement_from = models.DateField(null=True, blank=True)
    statement_to = models.DateField(null=True, blank=True)
    admitted_on = models.DateField(null=True, blank=True)
    admitted_at = models.TimeField(null=True, blank=True)
    admission_type = models.CharField(max_length=1, choices=AdmissionType, blank=True)
    admission_source = models.CharField(max_length=1, choices=AdmissionSource, blank=True)
    patient_status = models.CharField(max_length=2, default="01")
    discharged_at = models.TimeField(null=True, blank=True)
    presenting = models.PositiveSmallIntegerField(null=True, blank=True)


class ServiceLine(models.Model):
    """A service that is charged; `charge` is the line's, `pointers` are positions of codes.

    `code` may be empty only where `revenue_code` says what it is, on an institutional claim.
    """

    item = models.ForeignKey(BillingItem, on_delete=models.CASCADE, related_name="service_lines")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=5, blank=True)
    revenue_code = models.CharField(max_length=4, blank=True)
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
