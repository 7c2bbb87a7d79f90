"""What billing staff type."""

from django import forms
from django.utils.translation import gettext_lazy as _


class QueueFilter(forms.Form):
    """The queue's days of service; both ends are optional."""

    since = forms.DateField(
        required=False,
        label=_("From"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    until = forms.DateField(
        required=False,
        label=_("To"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class ChosenItems(forms.Form):
    """The items chosen in the queue; `request_key` names one confirmation."""

    item = forms.TypedMultipleChoiceField(coerce=int, required=True)
    request_key = forms.UUIDField(required=False)

    def __init__(self, data: object) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        chosen: list[str] = getattr(data, "getlist", lambda _name: [])("item")
        self.fields["item"].choices = [  # type: ignore[attr-defined]
            (value, value) for value in chosen if value.isdigit() and len(value) < 19
        ]


class QuestionForm(forms.Form):
    text = forms.CharField(
        max_length=1000, label=_("Question"), widget=forms.Textarea(attrs={"rows": 3})
    )


class AnswerForm(forms.Form):
    text = forms.CharField(
        max_length=1000, label=_("Answer"), widget=forms.Textarea(attrs={"rows": 3})
    )


class RejectionForm(forms.Form):
    text = forms.CharField(max_length=300, label=_("The payer's reason"))
