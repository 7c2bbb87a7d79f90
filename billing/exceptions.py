"""What billing refuses, said to the person; the tree continues `ehr.exceptions`.

Refused (409)
├── NothingChosen    no item was chosen, or none is left to export
├── NotReady         an item waits for an answer, is void, or its note is being amended
├── AlreadyExported  an item is in another export already
└── SignatureBroken  the signed content does not match its hash: nothing is exported
"""

from django.utils.translation import gettext_lazy as _

from ehr.exceptions import Refused


class NothingChosen(Refused):
    code = "nothing-chosen"
    status = 422
    message = _("Nothing is chosen. Choose at least one item that is ready.")


class NotReady(Refused):
    """`details` holds `item_ids`."""

    code = "not-ready"
    message = _(
        "Some of these items cannot be exported now: they wait for an answer, were replaced by an "
        "amendment, or their note is being amended. Reload the queue and choose again."
    )


class AlreadyExported(Refused):
    """`details` holds `item_ids`."""

    code = "already-exported"
    message = _("Some of these items were exported before. Each signed version is exported once.")


class SignatureBroken(Refused):
    """`details` holds `item_ids`."""

    code = "signature-broken"
    message = _(
        "What was signed does not match its seal, so nothing was exported. Tell your administrator "
        "the item's number."
    )
