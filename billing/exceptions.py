"""What billing refuses, said to the person; the tree continues `ehr.exceptions`.

Refused (409)
├── NothingChosen    no item was chosen, or none is left to export
├── NotReady         an item waits for an answer, is void, or its note is being amended
├── AlreadyExported  an item is in another export already
├── RequestReused    the confirmation was used for another export
├── OpenEdits        a claim file was asked for, and a claim still has edits
├── WrongFile        a claim file was asked for that cannot hold one of the claims
├── TooManyClaims    a claim file was asked for, for more claims than one may hold
├── ClaimsChanged    something of the claims changed while their file was built
├── GateRefused      the check of the X12 file found faults: nothing is exported
└── SignatureBroken  the signed content does not match its hash: nothing is exported

BadInput (422)
└── ImportRefused    a file that was brought in cannot be taken, with the reason for each row
"""

from collections.abc import Iterable
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ehr.exceptions import BadInput, Refused


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


class WrongState(Refused):
    """`details` holds `item_ids`."""

    code = "wrong-state"
    message = _("This cannot be done in the item's present state. Reload the page and look again.")


class AlreadyExported(Refused):
    """`details` holds `item_ids`."""

    code = "already-exported"
    message = _("Some of these items were exported before. Each signed version is exported once.")


class RequestReused(Refused):
    code = "request-reused"
    message = _(
        "This confirmation was used for another export already. Go back to the queue and choose "
        "again."
    )


class OpenEdits(Refused):
    """`details` holds `item_ids`."""

    code = "open-edits"
    message = _(
        "Some of these claims still have open edits, so no claim file was written. Open each one, "
        "mend what it says, then export again; or export the codes as CSV only."
    )


class WrongFile(Refused):
    """`details` holds `item_ids`."""

    code = "wrong-file"
    message = _(
        "One of the files cannot hold some of these claims: 837P and CMS-1500 are for professional "
        "claims, 837I is for institutional ones. Export the two kinds separately."
    )


class TooManyClaims(Refused):
    """`details` holds `most`."""

    code = "too-many-claims"
    message = _("One claim file holds at most 200 claims. Choose fewer and export the others next.")


class ClaimsChanged(Refused):
    code = "claims-changed"
    message = _("Something of these claims changed while their file was built. Export again.")


class GateRefused(Refused):
    """`details` holds `faults`: segment, position and X12 error code, never a value."""

    code = "gate-refused"
    message = _(
        "The check of the claim file found faults, so nothing was exported. Tell your "
        "administrator these places: {faults}"
    )


class SignatureBroken(Refused):
    """`details` holds `item_ids`."""

    code = "signature-broken"
    message = _(
        "What was signed does not match its seal, so nothing was exported. Tell your administrator "
        "the item's number."
    )


class RowFault(NamedTuple):
    """What is wrong with a row of a file; 0 is the file as a whole."""

    row: int
    message: str | Promise


class ImportRefused(BadInput):
    """Nothing of the file was taken. `faults` say why, row by row."""

    code = "import-refused"
    message = _("Nothing of the file was taken. Mend what is listed and bring it in again.")

    def __init__(self, faults: Iterable[RowFault]) -> None:
        self.faults = tuple(faults)
        super().__init__(rows=[fault.row for fault in self.faults])
