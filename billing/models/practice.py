"""What a practice bills with: who sends, who is paid, who pays, and what a service costs."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from fhir_bridge.code_lists import cpt, hcpcs


class PostalAddress(models.Model):
    """An address as X12 N3 and N4 hold it."""

    line1 = models.CharField(_("Street"), max_length=55, blank=True)
    line2 = models.CharField(_("Second line"), max_length=55, blank=True)
    city = models.CharField(_("City"), max_length=30, blank=True)
    state = models.CharField(_("State"), max_length=2, blank=True)
    postal_code = models.CharField(_("Postal code"), max_length=15, blank=True)
    country = models.CharField(_("Country"), max_length=2, default="US")

    class Meta:
        abstract = True


class BillType(models.TextChoices):
    """Kind of facility and kind of care: the second and third digit of UB-04's type of bill.

    Source: CMS, Medicare Claims Processing Manual, chapter 25, 75.1, form locator 4.
    """

    HOSPITAL_INPATIENT = "11", _("Hospital, inpatient (11x)")
    HOSPITAL_INPATIENT_B = "12", _("Hospital, inpatient under Part B (12x)")
    HOSPITAL_OUTPATIENT = "13", _("Hospital, outpatient (13x)")
    HOSPITAL_OTHER = "14", _("Hospital, laboratory for others (14x)")
    HOSPITAL_SWING_BED = "18", _("Hospital, swing bed (18x)")
    NURSING_INPATIENT = "21", _("Skilled nursing, inpatient (21x)")
    NURSING_INPATIENT_B = "22", _("Skilled nursing, inpatient under Part B (22x)")
    NURSING_OUTPATIENT = "23", _("Skilled nursing, outpatient (23x)")
    HOME_HEALTH = "32", _("Home health under a plan of care (32x)")
    HOME_HEALTH_OTHER = "34", _("Home health without a plan of care (34x)")
    RELIGIOUS_INPATIENT = "41", _("Religious nonmedical institution, inpatient (41x)")
    RURAL_HEALTH = "71", _("Rural health clinic (71x)")
    RENAL_DIALYSIS = "72", _("Renal dialysis facility (72x)")
    REHABILITATION = "74", _("Outpatient rehabilitation facility (74x)")
    COMPREHENSIVE_REHABILITATION = "75", _("Comprehensive outpatient rehabilitation (75x)")
    MENTAL_HEALTH = "76", _("Community mental health centre (76x)")
    FEDERALLY_QUALIFIED = "77", _("Federally qualified health centre (77x)")
    HOSPICE = "81", _("Hospice, not of a hospital (81x)")
    HOSPICE_HOSPITAL = "82", _("Hospice of a hospital (82x)")
    CRITICAL_ACCESS = "85", _("Critical access hospital (85x)")


class Submitter(models.Model):
    """Who sends the claim files, and to whom (X222A1 loops 1000A, 1000B and the envelope).

    `last_control_number` is the last interchange number that was given out; none is used twice.
    """

    class Usage(models.TextChoices):
        TEST = "T", _("Test")
        PRODUCTION = "P", _("Production")

    class Qualifier(models.TextChoices):
        MUTUAL = "ZZ", _("Mutually defined (ZZ)")
        TAX_ID = "30", _("Tax number (30)")
        DUNS = "01", "DUNS (01)"
        NAIC = "33", "NAIC (33)"
        HIN = "20", "HIN (20)"

    organization = models.OneToOneField(
        "fhir_bridge.Organization", on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(_("Name of the sender"), max_length=60)
    identifier = models.CharField(_("Sender's number"), max_length=15)
    qualifier = models.CharField(
        _("Kind of the sender's number"),
        max_length=2,
        choices=Qualifier,
        default=Qualifier.MUTUAL,
    )
    contact = models.CharField(_("Contact person"), max_length=60)
    phone = models.CharField(_("Phone"), max_length=20)
    receiver_name = models.CharField(_("Name of the receiver"), max_length=60)
    receiver_identifier = models.CharField(_("Receiver's number"), max_length=15)
    receiver_qualifier = models.CharField(
        _("Kind of the receiver's number"),
        max_length=2,
        choices=Qualifier,
        default=Qualifier.MUTUAL,
    )
    usage = models.CharField(_("Files are for"), max_length=1, choices=Usage, default=Usage.TEST)
    last_control_number = models.PositiveIntegerField(default=0, editable=False)


class Payer(PostalAddress):
    """An insurance company or programme. `record_id` is its Organization in the FHIR record."""

    class Filing(models.TextChoices):
        """SBR09, claim filing indicator code (X222A1 2000B)."""

        COMMERCIAL = "CI", _("Commercial insurance (CI)")
        BLUE = "BL", _("Blue Cross or Blue Shield (BL)")
        PPO = "12", _("Preferred provider organisation (12)")
        POS = "13", _("Point of service (13)")
        EPO = "14", _("Exclusive provider organisation (14)")
        INDEMNITY = "15", _("Indemnity insurance (15)")
        MEDICARE_HMO = "16", _("Medicare risk HMO (16)")
        HMO = "HM", _("Health maintenance organisation (HM)")
        MEDICARE_A = "MA", _("Medicare Part A (MA)")
        MEDICARE = "MB", _("Medicare Part B (MB)")
        MEDICAID = "MC", _("Medicaid (MC)")
        TRICARE = "CH", _("TRICARE (CH)")
        VETERANS = "VA", _("Veterans Affairs (VA)")
        FEDERAL = "FI", _("Federal employees (FI)")
        WORKERS = "WC", _("Workers' compensation (WC)")
        AUTO = "AM", _("Automobile medical (AM)")
        OTHER = "ZZ", _("Mutually defined (ZZ)")

    organization = models.ForeignKey(
        "fhir_bridge.Organization", on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(_("Name"), max_length=60)
    payer_id = models.CharField(_("Payer's number"), max_length=20)
    filing_indicator = models.CharField(
        _("Kind of insurance"), max_length=2, choices=Filing, default=Filing.COMMERCIAL
    )
    record_id = models.CharField(max_length=64, editable=False)
    active = models.BooleanField(_("In use"), default=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "payer_id"], name="payer_once"),
            models.UniqueConstraint(fields=["organization", "record_id"], name="payer_record_once"),
        ]


class BillingProvider(PostalAddress):
    """The organisation that is paid (X222A1 loop 2010AA)."""

    organization = models.ForeignKey(
        "fhir_bridge.Organization", on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(_("Name"), max_length=60)
    npi = models.CharField("NPI", max_length=10)
    taxonomy = models.CharField(_("Taxonomy code"), max_length=10, blank=True)
    tax_id = models.CharField(_("Tax number"), max_length=10)
    phone = models.CharField(_("Phone"), max_length=20, blank=True)
    active = models.BooleanField(_("In use"), default=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "npi"], name="billing_provider_once"),
        ]


class Facility(PostalAddress):
    """Where institutional services are given: CLM05 and loop 2310E of X223A2.

    `bill_type` is the first two places of the type of bill without its leading zero: the kind of
    facility and the kind of care ("13" is a hospital's outpatient care). The third is the claim's
    frequency.
    """

    organization = models.ForeignKey(
        "fhir_bridge.Organization", on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(_("Name"), max_length=60)
    npi = models.CharField("NPI", max_length=10)
    bill_type = models.CharField(_("Type of bill"), max_length=2, choices=BillType)
    active = models.BooleanField(_("In use"), default=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "npi", "bill_type"], name="facility_once"
            ),
        ]


class RenderingProvider(models.Model):
    """A clinician as payers know them (X222A1 loop 2310B); goes before what the record says."""

    organization = models.ForeignKey(
        "fhir_bridge.Organization", on_delete=models.PROTECT, related_name="+"
    )
    clinician = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    family = models.CharField(_("Last name"), max_length=60)
    given = models.CharField(_("First name"), max_length=60, blank=True)
    npi = models.CharField("NPI", max_length=10)
    taxonomy = models.CharField(_("Taxonomy code"), max_length=10, blank=True)

    class Meta:
        ordering = ["family", "given"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "clinician"], name="rendering_provider_once"
            ),
        ]


class Fee(models.Model):
    """What the practice charges for a service, and on which days. CPT wording is never shipped."""

    class System(models.TextChoices):
        CPT = cpt.URL, "CPT"
        HCPCS = hcpcs.URL, "HCPCS"

    DESCRIPTION_MAX = 120  # a longer text of a code list is cut

    organization = models.ForeignKey(
        "fhir_bridge.Organization", on_delete=models.PROTECT, related_name="+"
    )
    code = models.CharField(_("Code"), max_length=5)
    system = models.CharField(_("Code list"), max_length=80, choices=System, default=System.CPT)
    modifier = models.CharField(_("Modifier"), max_length=2, blank=True)
    description = models.CharField(_("Description"), max_length=DESCRIPTION_MAX, blank=True)
    revenue_code = models.CharField(_("Revenue code"), max_length=4, blank=True)
    amount = models.DecimalField(_("Amount"), max_digits=10, decimal_places=2)
    since = models.DateField(_("From"))
    until = models.DateField(_("To"), null=True, blank=True)

    class Meta:
        ordering = ["code", "modifier", "-since"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "system", "code", "modifier", "since"], name="fee_once"
            ),
        ]
