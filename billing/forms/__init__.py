"""What billing staff type."""

from billing.forms.items import (
    ConfirmEditForm,
    CoverageForm,
    DetailsForm,
    LineForm,
    QuestionForm,
    ReferenceForm,
    RejectionForm,
    WithdrawForm,
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
    "WithdrawForm",
    "line_forms",
]
