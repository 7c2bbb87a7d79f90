"""What billing staff type."""

from billing.forms.items import (
    AnswerForm,
    ConfirmEditForm,
    CoverageForm,
    DetailsForm,
    LineForm,
    QuestionForm,
    ReferenceForm,
    RejectionForm,
    line_forms,
)
from billing.forms.practice import (
    BillingProviderForm,
    FeeForm,
    FeeListForm,
    PayerForm,
    RenderingProviderForm,
    SubmitterForm,
)
from billing.forms.queue import ChosenItems, QueueFilter, RejectionListForm

__all__ = [
    "AnswerForm",
    "BillingProviderForm",
    "ChosenItems",
    "ConfirmEditForm",
    "CoverageForm",
    "DetailsForm",
    "FeeForm",
    "FeeListForm",
    "LineForm",
    "PayerForm",
    "QuestionForm",
    "QueueFilter",
    "ReferenceForm",
    "RejectionForm",
    "RejectionListForm",
    "RenderingProviderForm",
    "SubmitterForm",
    "line_forms",
]
