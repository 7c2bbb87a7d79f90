"""The practice's own data, each with the form that its guide asks for."""

import csv
import io
import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.exceptions import ImportRefused, RowFault
from billing.formats.x12_text import DELIMITERS, unwritable
from billing.forms.items import revenue_code_read
from billing.models import BillingProvider, Facility, Fee, Payer, RenderingProvider, Submitter
from billing.npi import npi_valid
from billing.scrub.lines import MODIFIER, PROCEDURE
from billing.scrub.parties import POST_BOX, TAXONOMY
from billing.services.lines import code_system

MOST_BYTES = 2_000_000
MOST_ROWS = 20_000
_DAY = {"type": "date"}


class WritableMixin(forms.Form):
    """No field may hold what X12 cannot write, and identifiers hold no delimiter."""

    identifiers: tuple[str, ...] = ()

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for name, value in list(data.items()):
            if not isinstance(value, str):
                continue
            wrong = set(unwritable(value))
            if name in self.identifiers:
                wrong |= DELIMITERS & set(value)
            if wrong:
                self.add_error(name, _("A claim file cannot hold some of these characters."))
        return data


class NpiMixin(forms.Form):
    def clean_npi(self) -> str:
        return npi_read(self.cleaned_data["npi"])

    def clean_taxonomy(self) -> str:
        taxonomy = str(self.cleaned_data["taxonomy"]).strip().upper()
        if taxonomy and not TAXONOMY.fullmatch(taxonomy):
            raise forms.ValidationError(_("A taxonomy code has nine characters and an X."))
        return taxonomy


def npi_read(typed: object) -> str:
    """An NPI as typed. Raises ValidationError where its check digit is wrong."""
    npi = str(typed).strip()
    if not npi_valid(npi):
        raise forms.ValidationError(_("This is no NPI: ten digits, the last a check digit."))
    return npi


class AddressMixin(forms.Form):
    def clean_state(self) -> str:
        return str(self.cleaned_data["state"]).strip().upper()

    def clean_country(self) -> str:
        country = str(self.cleaned_data["country"]).strip().upper() or "US"
        if not re.fullmatch(r"[A-Z]{2}", country):
            raise forms.ValidationError(_("Two letters, such as US or CA."))
        return country


class SubmitterForm(WritableMixin, forms.ModelForm):  # type: ignore[type-arg]
    identifiers = ("identifier", "receiver_identifier")

    class Meta:
        model = Submitter
        fields = (
            "name",
            "identifier",
            "qualifier",
            "contact",
            "phone",
            "receiver_name",
            "receiver_identifier",
            "receiver_qualifier",
            "usage",
        )

    def clean_phone(self) -> str:
        phone = str(self.cleaned_data["phone"])
        if not 10 <= sum(map(str.isdigit, phone)) <= 15:
            raise forms.ValidationError(_("A phone number needs at least ten digits."))
        return phone

    def clean_identifier(self) -> str:
        return _identifier(self.cleaned_data["identifier"])

    def clean_receiver_identifier(self) -> str:
        return _identifier(self.cleaned_data["receiver_identifier"])


class PayerForm(AddressMixin, WritableMixin, forms.ModelForm):  # type: ignore[type-arg]
    identifiers = ("payer_id",)

    class Meta:
        model = Payer
        fields = (
            "name", "payer_id", "filing_indicator", "line1", "line2", "city", "state",
            "postal_code", "country", "active",
        )  # fmt: skip

    record = forms.ChoiceField(
        required=False,
        label=_("In the patients' insurances it is"),
        help_text=_("Insurances that name this organisation then belong to the payer."),
    )

    def __init__(self, *args: Any, known: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk or not known:
            del self.fields["record"]
        else:
            choices = [("", _("not named yet")), *known]
            self.fields["record"].choices = choices  # type: ignore[attr-defined]

    def clean_payer_id(self) -> str:
        return _identifier(self.cleaned_data["payer_id"])


class BillingProviderForm(AddressMixin, NpiMixin, WritableMixin, forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = BillingProvider
        fields = (
            "name", "npi", "taxonomy", "tax_id", "phone", "line1", "line2", "city", "state",
            "postal_code", "country", "active",
        )  # fmt: skip

    def clean_tax_id(self) -> str:
        tax_id = str(self.cleaned_data["tax_id"]).strip()
        if not re.fullmatch(r"\d{2}-?\d{7}", tax_id):
            raise forms.ValidationError(_("A tax number has nine digits."))
        return tax_id

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        _street_checked(self, data)
        if data.get("country", "US") == "US":
            if not re.fullmatch(r"[A-Z]{2}", str(data.get("state", ""))):
                self.add_error("state", _("Two letters."))
            if not re.fullmatch(r"\d{5}-?\d{4}", str(data.get("postal_code", ""))):
                self.add_error("postal_code", _("All nine digits of the ZIP code."))
        return data


class FacilityForm(AddressMixin, WritableMixin, forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Facility
        fields = (
            "name", "npi", "bill_type", "line1", "line2", "city", "state", "postal_code",
            "country", "active",
        )  # fmt: skip

    def clean_npi(self) -> str:
        return npi_read(self.cleaned_data["npi"])

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        _street_checked(self, data)
        if data.get("country", "US") == "US":
            if not re.fullmatch(r"[A-Z]{2}", str(data.get("state", ""))):
                self.add_error("state", _("Two letters."))
            if not re.fullmatch(r"\d{5}(-?\d{4})?", str(data.get("postal_code", ""))):
                self.add_error("postal_code", _("Five or nine digits."))
        return data


def _street_checked(form: forms.Form, data: dict[str, Any]) -> None:
    for name in ("line1", "city"):
        if not data.get(name) and name not in form.errors:
            form.add_error(name, _("A claim needs the whole street address."))
    if POST_BOX.search(str(data.get("line1", ""))):
        form.add_error("line1", _("A street address, not a post office box."))


class RenderingProviderForm(NpiMixin, WritableMixin, forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = RenderingProvider
        fields = ("family", "given", "npi", "taxonomy")


class FeeForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Fee
        fields = (
            "code", "modifier", "description", "revenue_code", "amount", "since", "until",
        )  # fmt: skip
        widgets = {
            "since": forms.DateInput(attrs=_DAY, format="%Y-%m-%d"),
            "until": forms.DateInput(attrs=_DAY, format="%Y-%m-%d"),
        }

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"]).strip().upper()
        if not PROCEDURE.fullmatch(code):
            raise forms.ValidationError(_("A CPT or HCPCS code has five characters."))
        return code

    def clean_modifier(self) -> str:
        modifier = str(self.cleaned_data["modifier"]).strip().upper()
        if modifier and not MODIFIER.fullmatch(modifier):
            raise forms.ValidationError(_("A modifier has two letters or digits."))
        return modifier

    def clean_revenue_code(self) -> str:
        return revenue_code_read(self.cleaned_data["revenue_code"])

    def clean_amount(self) -> Decimal:
        amount: Decimal = self.cleaned_data["amount"]
        if amount < 0:
            raise forms.ValidationError(_("An amount is not below 0."))
        return amount

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        since, until = data.get("since"), data.get("until")
        if since and until and until < since:
            self.add_error("until", _("The end is before the beginning."))
        data["system"] = code_system(str(data.get("code", "")))
        return data


class FeeListForm(forms.Form):
    """A fee list as CSV: code, modifier, description, revenue_code, amount, since, until."""

    file = forms.FileField(label=_("Fee list (CSV)"), allow_empty_file=True)

    def rows(self) -> list[dict[str, Any]]:
        """The rows, checked. Raises ImportRefused with what is wrong, row by row."""
        content = self.cleaned_data["file"].read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise ImportRefused([RowFault(0, _("The file is larger than 2 MB."))])
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            fault = _("The file is not UTF-8. Save it as CSV in UTF-8.")
            raise ImportRefused([RowFault(0, fault)]) from None
        lines = text.splitlines()
        mark = max(",;\t", key=(lines[0] if lines else "").count)
        try:
            table = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=mark, strict=True))
        except csv.Error:
            fault = _("The file is no complete CSV: a quotation mark is not closed.")
            raise ImportRefused([RowFault(0, fault)]) from None
        if not table or not {"code", "amount", "since"} <= table[0].keys():
            fault = _("The first line must name the columns code, amount and since.")
            raise ImportRefused([RowFault(1, fault)])
        if len(table) > MOST_ROWS:
            raise ImportRefused([RowFault(0, _("The file has more than 20,000 rows."))])
        found, faults = [], []
        for number, row in enumerate(table, start=2):
            try:
                found.append(_fee(row))
            except forms.ValidationError as error:
                faults.append(RowFault(number, error.messages[0]))
            except (ValueError, InvalidOperation, KeyError, TypeError, AttributeError):
                faults.append(
                    RowFault(number, _("Code, amount or a day cannot be read (2026-01-31)."))
                )
        if faults:
            raise ImportRefused(faults)
        return found


def _fee(row: dict[str, str]) -> dict[str, Any]:
    code = row["code"].strip().upper()
    modifier = (row.get("modifier") or "").strip().upper()
    amount = Decimal(row["amount"].strip())
    cents = amount.quantize(Decimal("0.01"))
    until = (row.get("until") or "").strip()
    since = date.fromisoformat(row["since"].strip())
    last = date.fromisoformat(until) if until else None
    wrong = (
        not PROCEDURE.fullmatch(code)
        or (modifier and not MODIFIER.fullmatch(modifier))
        or amount != cents
        or not 0 <= amount < 10**8
        or (last is not None and last < since)
    )
    if wrong:
        raise ValueError(code)
    return {
        "code": code,
        "system": code_system(code),
        "modifier": modifier,
        "description": (row.get("description") or "").strip()[: Fee.DESCRIPTION_MAX],
        # A list without the column leaves the codes that are there as they are.
        **(
            {"revenue_code": revenue_code_read(row["revenue_code"] or "")}
            if "revenue_code" in row
            else {}
        ),
        "amount": cents,
        "since": since,
        "until": last,
    }


def _identifier(value: str) -> str:
    text = str(value).strip()
    if len(text) < 2 or not re.fullmatch(r"[A-Za-z0-9 ./-]+", text):
        raise forms.ValidationError(_("Two or more letters, digits, spaces, dots or hyphens."))
    return text
