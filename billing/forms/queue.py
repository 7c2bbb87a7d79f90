"""The queue's filters, what is chosen in it, and the files that come back."""

from django import forms
from django.utils.translation import gettext_lazy as _


def day_field(label: object) -> forms.DateField:
    """A day that may be left empty."""
    return forms.DateField(
        required=False,
        label=label,  # type: ignore[arg-type]
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class QueueFilter(forms.Form):
    """The queue's days of service, both ends optional, and words to search for."""

    since = day_field(_("From"))
    until = day_field(_("To"))
    q = forms.CharField(required=False, max_length=100, label=_("Patient or claim"))
    after = forms.IntegerField(required=False, min_value=1, max_value=2**62)


class ChosenItems(forms.Form):
    """The items chosen in the queue; `request_key` names one confirmation."""

    item = forms.TypedMultipleChoiceField(coerce=int, required=True)
    request_key = forms.UUIDField(required=False)
    formats = forms.MultipleChoiceField(
        required=False,
        choices=[("837p", "X12 837P"), ("837i", "X12 837I"), ("cms1500", "CMS-1500")],
    )

    def __init__(self, data: object) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        chosen: list[str] = getattr(data, "getlist", lambda _name: [])("item")
        self.fields["item"].choices = [  # type: ignore[attr-defined]
            (value, value) for value in chosen if value.isdigit() and len(value) < 19
        ]


class RejectionListForm(forms.Form):
    file = forms.FileField(label=_("The payer's file"), allow_empty_file=True)
