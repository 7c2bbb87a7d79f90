"""What billing staff type."""

from billing.forms.items import (
    ConfirmEditForm,
    CoverageForm,
    DetailsForm,
    InstitutionalForm,
    LineForm,
    QuestionForm,
    ReferenceForm,
    RejectionForm,
    WithdrawForm,
    line_forms,
)
from billing.forms.practice import (
    BillingProviderForm,
    FacilityForm,
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
    "FacilityForm",
    "FeeForm",
    "FeeListForm",
    "InstitutionalForm",
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
