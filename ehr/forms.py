"""What a person fills in: signing in, planning a visit, giving its words, amending a note."""

from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ehr.selectors.labels import TEMPLATES

SPECIALTIES = (
    ("primary-care", _("Primary care")),
    ("cardiology", _("Cardiology")),
    ("paediatrics", _("Paediatrics")),
    ("psychiatry", _("Psychiatry")),
    ("surgery", _("Surgery")),
)


# A visit of before is a typing error, and so is one of the next generation.
FIRST_YEAR, YEARS_AHEAD = 1900, 10


class SignInForm(AuthenticationForm):
    """Django's own, with the first field ready to type in."""

    error_messages = AuthenticationForm.error_messages | {
        "invalid_login": _(
            "This user name and password do not match. Check both; capitals count in the password."
        ),
    }


class PatientSearchForm(forms.Form):
    """Sent by POST: names do not belong in addresses and their logs."""

    q = forms.CharField(max_length=100, required=False, label=_("Find a patient"))


class VisitPlanForm(forms.Form):
    scheduled_at = forms.DateTimeField(
        label=_("Date and time"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )
    specialty = forms.ChoiceField(label=_("Specialty"), choices=SPECIALTIES)
    reason = forms.CharField(label=_("Reason for the visit"), max_length=200, required=False)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    def clean_scheduled_at(self) -> datetime:
        moment: datetime = self.cleaned_data["scheduled_at"]
        if not FIRST_YEAR <= moment.year <= timezone.now().year + YEARS_AHEAD:
            raise forms.ValidationError(_("Check the year of the visit."))
        return moment


class WordsForm(forms.Form):
    """The words of a visit, pasted or in a file; what they hold is checked by the service."""

    text = forms.CharField(
        label=_("Words of the visit"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
    )
    file = forms.FileField(label=_("Or a file"), required=False, allow_empty_file=True)
    template = forms.ChoiceField(
        label=_("Document"), required=False, choices=tuple(TEMPLATES.items()), initial="soap"
    )
    language = forms.ChoiceField(
        label=_("Language of the note"),
        required=False,
        choices=[("", _("As spoken")), *settings.LANGUAGES],
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("file") is None and not str(data.get("text", "")).strip():
            self.add_error("text", _("Paste the words of the visit, or choose a file."))
        return data

    def words(self) -> tuple[bytes, str]:
        """The bytes given and the file's name; a file goes before pasted text."""
        upload = self.cleaned_data["file"]
        if upload is not None:
            return upload.read(settings.VISIT_TEXT_MAX_BYTES + 1), str(upload.name)
        return str(self.cleaned_data["text"]).encode(), ""


class AmendForm(forms.Form):
    reason = forms.CharField(label=_("Reason for the amendment"), max_length=300)
