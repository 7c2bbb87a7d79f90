"""What is typed about one item: services, insurance, questions, what the payer says."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.forms.queue import day_field
from billing.models import BillingProvider, BillType, Facility, InstitutionalClaim, Payer
from billing.scrub.institutional import PATIENT_STATUSES, REVENUE_CODE
from billing.scrub.lines import PLACES, PROCEDURE
from billing.services.lines import MOST_LINES, LineInput
from billing.shapes import CoverageFacts
from fhir_bridge.mappings.coverage import Insurance, InsuredPerson
from fhir_bridge.mappings.parts import Ref

COMMON_PLACES = (
    ("11", _("Office (11)")),
    ("02", _("Telehealth, not at home (02)")),
    ("10", _("Telehealth at home (10)")),
    ("12", _("Home (12)")),
    ("19", _("Off-campus outpatient hospital (19)")),
    ("20", _("Urgent care (20)")),
    ("21", _("Inpatient hospital (21)")),
    ("22", _("On-campus outpatient hospital (22)")),
    ("23", _("Emergency room (23)")),
    ("31", _("Skilled nursing facility (31)")),
    ("32", _("Nursing facility (32)")),
    ("49", _("Independent clinic (49)")),
    ("50", _("Federally qualified health centre (50)")),
    ("72", _("Rural health clinic (72)")),
)
_LETTERS = "ABCDEFGHIJKL"
# Those of CMS's list that an outpatient or a short stay has; the others by their number.
COMMON_STATUSES = (
    ("01", _("Home (01)")),
    ("02", _("To another hospital (02)")),
    ("03", _("To a skilled nursing facility (03)")),
    ("06", _("Home with home health care (06)")),
    ("07", _("Left against advice (07)")),
    ("20", _("Died (20)")),
    ("30", _("Still a patient (30)")),
    ("50", _("Hospice at home (50)")),
)
_TIME = {"type": "time"}


class QuestionForm(forms.Form):
    text = forms.CharField(
        max_length=1000, label=_("Question"), widget=forms.Textarea(attrs={"rows": 3})
    )


class WithdrawForm(forms.Form):
    text = forms.CharField(max_length=300, label=_("Why the question is withdrawn"))


class RejectionForm(forms.Form):
    text = forms.CharField(max_length=300, label=_("The payer's reason"))
    reference = forms.CharField(
        max_length=50, required=False, label=_("Payer's claim number, if it gave one")
    )


class ReferenceForm(forms.Form):
    reference = forms.CharField(max_length=50, label=_("Payer's claim number"))


class ConfirmEditForm(forms.Form):
    key = forms.CharField(max_length=200)
    reason = forms.CharField(max_length=300, label=_("Why it does not hold here"))


class LineForm(forms.Form):
    """A service line; one without a code is left out.

    ``institutional``: with a revenue code, which may stand alone, and without the diagnoses and
    the place, which an institutional claim does not state by line.
    """

    revenue_code = forms.CharField(
        max_length=4,
        required=False,
        label=_("Revenue"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": 4}),
    )
    code = forms.CharField(
        max_length=5,
        required=False,
        label=_("Code"),
        widget=forms.TextInput(attrs={"list": "fees", "autocomplete": "off", "size": 6}),
    )
    modifiers = forms.CharField(
        max_length=14, required=False, label=_("Modifiers"), widget=forms.TextInput({"size": 6})
    )
    pointers = forms.CharField(
        max_length=12, required=False, label=_("Diagnoses"), widget=forms.TextInput({"size": 5})
    )
    units = forms.DecimalField(
        max_digits=11,
        decimal_places=3,
        required=False,
        label=_("Units"),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "size": 4}),
    )
    charge = forms.DecimalField(
        max_digits=10,
        decimal_places=2,
        required=False,
        min_value=0,
        label=_("Charge, US$"),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "size": 8}),
    )
    place_of_service = forms.CharField(
        max_length=2, required=False, label=_("Place"), widget=forms.TextInput({"size": 3})
    )

    def __init__(self, *args: Any, institutional: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("pointers", "place_of_service") if institutional else ("revenue_code",):
            del self.fields[name]

    def clean_revenue_code(self) -> str:
        return revenue_code_read(self.cleaned_data["revenue_code"])

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"]).strip().upper()
        if code and not PROCEDURE.fullmatch(code):
            raise forms.ValidationError(_("A CPT or HCPCS code has five characters."))
        return code

    def clean_modifiers(self) -> tuple[str, ...]:
        words = re.split(r"[\s,;-]+", str(self.cleaned_data["modifiers"]).strip().upper())
        found = tuple(word for word in words if word)
        if len(found) > 4 or len(set(found)) < len(found):
            raise forms.ValidationError(_("At most four different modifiers."))
        if any(not re.fullmatch(r"[0-9A-Z]{2}", word) for word in found):
            raise forms.ValidationError(_("A modifier has two letters or digits."))
        return found

    def clean_pointers(self) -> tuple[int, ...]:
        """Letters as on the paper form: "AC" is the first and the third diagnosis."""
        letters = re.sub(r"[\s,;]+", "", str(self.cleaned_data["pointers"]).upper())
        if any(letter not in _LETTERS for letter in letters):
            raise forms.ValidationError(_("Letters A to L, as the diagnoses are marked."))
        if len(letters) > 4 or len(set(letters)) < len(letters):
            raise forms.ValidationError(_("At most four different diagnoses."))
        return tuple(_LETTERS.index(letter) + 1 for letter in letters)

    def clean_place_of_service(self) -> str:
        place = str(self.cleaned_data["place_of_service"]).strip()
        if place and place not in PLACES:
            raise forms.ValidationError(_("Two digits of CMS's list."))
        return place

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("code") or data.get("revenue_code"):
            if data.get("units") is None and "units" not in self.errors:
                data["units"] = Decimal(1)
            elif data.get("units") is not None and data["units"] <= 0:
                self.add_error("units", _("More than 0."))
        elif "code" not in self.errors and (data.get("charge") or data.get("modifiers")):
            self.add_error("code", _("The code is missing."))
        return data


_LineForms = forms.formset_factory(
    LineForm, extra=0, max_num=MOST_LINES, validate_max=True, absolute_max=MOST_LINES + 10
)


class LineForms(_LineForms):  # type: ignore[misc, valid-type]
    """All service lines of an item."""

    def lines(self) -> list[LineInput]:
        """What was typed, without empty rows; only after `is_valid`."""
        typed = (form.cleaned_data for form in self.forms)
        return [
            LineInput(**{"pointers": (), **data})
            for data in typed
            if data.get("code") or data.get("revenue_code")
        ]


def line_forms(data: Any = None, initial: Any = (), *, institutional: bool = False) -> LineForms:
    """The service lines: bound to what was sent, or with one empty row after what is there."""
    kind = {"institutional": institutional}
    if data is not None:
        return LineForms(data, prefix="line", form_kwargs=kind)
    rows = list(initial)
    empty: list[dict[str, Any]] = [{} for _row in range(1 if rows else 2)]
    return LineForms(initial=[*rows, *empty], prefix="line", form_kwargs=kind)


def revenue_code_read(typed: object) -> str:
    """A revenue code as typed, with or without its leading zero; "" stays "".

    Raises ValidationError.
    """
    code = str(typed).strip()
    if not code:
        return ""
    code = code.zfill(4)
    if not REVENUE_CODE.fullmatch(code):
        raise forms.ValidationError(_("A revenue code has four digits, such as 0510."))
    return code


class DetailsForm(forms.Form):
    place_of_service = forms.ChoiceField(label=_("Place of service"), choices=())
    billing_provider = forms.ModelChoiceField(
        queryset=BillingProvider.objects.none(),
        required=False,
        label=_("Billing provider"),
        empty_label=_("The practice's first"),
    )
    authorization = forms.CharField(
        max_length=50, required=False, label=_("Prior authorisation number")
    )

    def __init__(self, *args: Any, providers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = dict(COMMON_PLACES)
        others = [(code, code) for code in sorted(PLACES - known.keys())]
        self.fields["place_of_service"].choices = [*COMMON_PLACES, *others]  # type: ignore[attr-defined]
        self.fields["billing_provider"].queryset = providers  # type: ignore[attr-defined]
        self.fields["billing_provider"].label_from_instance = lambda row: row.name  # type: ignore[attr-defined]


class InstitutionalForm(forms.Form):
    """What an institutional claim states beside a professional one; most of it may be empty."""

    facility = forms.ModelChoiceField(
        queryset=Facility.objects.none(),
        required=False,
        label=_("Facility"),
        empty_label=_("The practice's first"),
    )
    bill_type = forms.ChoiceField(
        required=False,
        label=_("Type of bill"),
        choices=[("", _("The facility's")), *BillType.choices],
    )
    statement_from = day_field(_("Statement from"))
    statement_to = day_field(_("Statement to"))
    admission_type = forms.ChoiceField(
        required=False,
        label=_("How urgent it was"),
        choices=[("", "—"), *InstitutionalClaim.AdmissionType.choices],
    )
    admission_source = forms.ChoiceField(
        required=False,
        label=_("Where the patient came from"),
        choices=[("", "—"), *InstitutionalClaim.AdmissionSource.choices],
    )
    patient_status = forms.ChoiceField(
        label=_("Where the patient went"),
        choices=[
            *COMMON_STATUSES,
            *((code, code) for code in sorted(PATIENT_STATUSES - dict(COMMON_STATUSES).keys())),
        ],
    )
    presenting = forms.ChoiceField(
        required=False, label=_("Admitted with, or came for"), choices=()
    )
    admitted_on = day_field(_("Admitted on"))
    admitted_at = forms.TimeField(
        required=False,
        label=_("Hour of the admission"),
        widget=forms.TimeInput(attrs=_TIME, format="%H:%M"),
    )
    discharged_at = forms.TimeField(
        required=False,
        label=_("Hour of the discharge"),
        widget=forms.TimeInput(attrs=_TIME, format="%H:%M"),
    )

    def __init__(self, *args: Any, facilities: Any, positions: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["facility"].queryset = facilities  # type: ignore[attr-defined]
        self.fields["facility"].label_from_instance = lambda row: f"{row.name} ({row.bill_type}x)"  # type: ignore[attr-defined]
        self.fields["presenting"].choices = [  # type: ignore[attr-defined]
            ("", "—"),
            *((str(position), code) for position, code in positions),
        ]

    def clean_presenting(self) -> int | None:
        position = self.cleaned_data["presenting"]
        return int(position) if position else None

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        since, until = data.get("statement_from"), data.get("statement_to")
        if since and until and until < since:
            self.add_error("statement_to", _("The end is before the beginning."))
        return data


def institutional_words(
    row: InstitutionalClaim | None, positions: Sequence[tuple[int, str]]
) -> dict[str, Any]:
    """How the page says the codes of an item's institutional claim."""
    if row is None:
        return {}
    return {
        "urgency": row.get_admission_type_display(),
        "origin": row.get_admission_source_display(),
        "status": dict(COMMON_STATUSES).get(row.patient_status, row.patient_status),
        "presenting": dict(positions).get(row.presenting or 0, ""),
    }


def institutional_initial(row: InstitutionalClaim | None) -> dict[str, Any]:
    """What the form shows of an item's institutional claim, or of one that it does not make yet."""
    if row is None:
        return {"patient_status": "01"}
    return {name: getattr(row, name) for name in InstitutionalForm.base_fields}


class CoverageForm(forms.Form):
    """Who pays for the patient; the insured person's fields only where it is somebody else."""

    coverage_id = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    payer = forms.ModelChoiceField(queryset=Payer.objects.none(), label=_("Payer"))
    member_id = forms.RegexField(
        r"^[A-Za-z0-9 ./-]{2,40}$",
        label=_("Member number"),
        error_messages={"invalid": _("2 to 40 letters, digits, spaces, dots or hyphens.")},
    )
    group_number = forms.RegexField(
        r"^[A-Za-z0-9 ./-]{0,40}$",
        required=False,
        label=_("Group number"),
        error_messages={"invalid": _("Letters, digits, spaces, dots or hyphens.")},
    )
    since = day_field(_("In force from"))
    until = day_field(_("In force to"))
    relationship = forms.ChoiceField(
        label=_("The patient is the insured person's"),
        choices=(
            ("self", _("own self")),
            ("spouse", _("spouse")),
            ("child", _("child")),
            ("other", _("other dependant")),
        ),
    )
    family = forms.CharField(max_length=60, required=False, label=_("Insured person's last name"))
    given = forms.CharField(max_length=60, required=False, label=_("First name"))
    birth_date = day_field(_("Birth date"))
    gender = forms.ChoiceField(
        required=False,
        label=_("Gender"),
        choices=(
            ("", "—"),
            ("female", _("Female")),
            ("male", _("Male")),
            ("other", _("Other")),
            ("unknown", _("Unknown")),
        ),
    )

    def __init__(self, *args: Any, payers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["payer"].queryset = payers  # type: ignore[attr-defined]
        self.fields["payer"].label_from_instance = lambda row: f"{row.name} ({row.payer_id})"  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("relationship") != "self" and not data.get("family"):
            self.add_error("family", _("Enter the insured person's last name."))
        since, until = data.get("since"), data.get("until")
        if since and until and until < since:
            self.add_error("until", _("The end is before the beginning."))
        return data

    def insurance(self) -> Insurance:
        """What was typed; the payer's reference is the service's to fill in."""
        data = self.cleaned_data
        person = None
        if data["relationship"] != "self":
            person = InsuredPerson(
                data["family"], data["given"], data["birth_date"], data["gender"]
            )
        return Insurance(
            member_id=data["member_id"],
            relationship=data["relationship"],
            payer=Ref(),
            group_number=data["group_number"],
            subscriber=person,
            since=data["since"],
            until=data["until"],
        )


def coverage_initial(coverage: CoverageFacts | None, payers: Any) -> dict[str, Any]:
    """What the form shows of the insurance that is on file."""
    if coverage is None:
        return {"relationship": "self"}
    payer = payers.filter(payer_id=coverage.payer.payer_id).first() if coverage.payer else None
    person = coverage.subscriber
    found: dict[str, Any] = {
        "coverage_id": coverage.id,
        "payer": payer,
        "member_id": coverage.member_id,
        "group_number": coverage.group_number,
        "since": coverage.since,
        "until": coverage.until,
        "relationship": coverage.relationship,
    }
    if person:
        found |= {
            "family": person.family,
            "given": person.given,
            "birth_date": person.birth_date,
            "gender": person.gender,
        }
    return found
