"""What the clinical workflow refuses, and what a person should do about it.

WorkflowError
├── NotFound           404  no such object, or one of another organisation
├── NotAllowed         403  the user's role may not do this
├── BadVisitText       422  the words cannot be read; nothing was stored
├── BadInput           422  an empty sentence, an unknown code, a missing reason
└── Refused            409  the object is not in the state that the request needs
    ├── StaleVersion        the note changed after it was read
    ├── AlreadySigned       the note is signed; amend it to change it
    ├── UnresolvedFlags     a high-severity flag waits for a person
    ├── NothingToSign       every sentence was rejected
    ├── Superseded          newer words replaced this draft
    ├── CodeListMissing     there is no ICD-10-CM list on this machine yet
    └── RecordRefused       the FHIR record did not take what was signed

Every error carries a stable `code`, the HTTP `status` that says it best, and a lazily translated
`message` for the person. Neither holds anything about a patient, so both may be logged.
"""

from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


class WorkflowError(Exception):
    """The root: `code` is stable, `message` is for the person, `status` is the HTTP status."""

    code = "workflow-error"
    status = 400
    message: Text = _("This could not be done. Reload the page and try again.")

    def __init__(
        self, message: Text | None = None, *, code: str | None = None, **details: Any
    ) -> None:
        if message is not None:
            self.message = message
        if code is not None:
            self.code = code
        self.details = details  # ids, versions and counts only
        super().__init__(self.code)

    def __str__(self) -> str:
        return str(self.message)


class NotFound(WorkflowError):
    code = "not-found"
    status = 404
    message = _("There is nothing here, or it belongs to another organisation.")


class NotAllowed(WorkflowError):
    code = "not-allowed"
    status = 403
    message = _("Your account may not do this. Ask your administrator for the role it needs.")


class BadInput(WorkflowError):
    code = "bad-input"
    status = 422
    message = _("Something in the request is missing or not valid.")


class Refused(WorkflowError):
    code = "refused"
    status = 409


class StaleVersion(Refused):
    """`details` holds `expected` and `current`, the note versions."""

    code = "stale-version"
    message = _(
        "The note changed since you opened it. Look at the current version, then do this again."
    )


class AlreadySigned(Refused):
    code = "already-signed"
    message = _("This note is signed. Start an amendment to change it.")


class UnresolvedFlags(Refused):
    """`details` holds `count` and `sentence_ids`."""

    code = "unresolved-flags"
    message = _(
        "Some sentences carry a warning that a person must settle first: edit or reject the "
        "sentence, or mark the warning as checked."
    )


class NothingToSign(Refused):
    code = "nothing-to-sign"
    message = _("Every sentence was rejected. Accept or write at least one before signing.")


class Superseded(Refused):
    code = "superseded"
    message = _("Newer words replaced this draft. Open the visit to see the current one.")


class CodeListMissing(Refused):
    code = "terminology-missing"
    message = _(
        "The code list is not installed. An administrator runs “python manage.py prepare”; then "
        "try again."
    )


class RecordRefused(Refused):
    """`details` holds the FHIR `status` and `expression` (the element), never a value."""

    code = "record-refused"
    message = _(
        "The patient's record did not take the signed note, so nothing was signed. Try again; if "
        "it happens again, tell your administrator the visit's number."
    )


_TEXT_PROBLEMS: dict[str, Text] = {
    "empty": _("The file or text is empty. Paste the words of the visit or choose another file."),
    "binary": _(
        "This is not text (it looks like audio, a picture or a document). Give plain text, VTT, "
        "SRT or JSON."
    ),
    "too-large": _("The text is too large for one visit. Check the file, or split it by visit."),
    "bad-encoding": _("The text's character encoding cannot be read. Save it as UTF-8."),
    "bad-json": _(
        "The JSON is not valid, or holds no utterances. It needs a list of objects with the words "
        "in “text”."
    ),
    "bad-cues": _("The subtitle file cannot be read. Check that its times and cues are complete."),
    "no-words": _("The text holds no words. Give what was said in the visit."),
}


class BadVisitText(WorkflowError):
    """The words cannot be read; `code` says why. What was given is not kept."""

    code = "bad-visit-text"
    status = 422

    def __init__(self, code: str, **details: Any) -> None:
        fallback = _("The words cannot be read. Give plain text, VTT, SRT or JSON in UTF-8.")
        super().__init__(_TEXT_PROBLEMS.get(code, fallback), code=code, **details)


class Failure(NamedTuple):
    """Why a draft failed, said to a person; `retryable` is whether trying again may help."""

    message: Text
    advice: Text
    retryable: bool = True


# Draft.failure_code -> what the page says. The codes are stable: operators search logs for them.
FAILURES: dict[str, Failure] = {
    "model-missing": Failure(
        _("The drafting model is not installed on the worker."),
        _("An administrator runs “make setup”, or sets the model's path; then try again."),
    ),
    "terminology-missing": Failure(
        _("The code list is not installed on the worker."),
        _("An administrator runs “python manage.py prepare”; then try again."),
    ),
    "backend-unreachable": Failure(
        _("The drafting server did not answer."),
        _("An administrator checks that it runs and can be reached; then try again."),
    ),
    "out-of-attempts": Failure(
        _("The worker stopped every time it tried to draft this visit."),
        _("Try once more; if it stops again, tell your administrator the draft's number."),
    ),
    "bad-words": Failure(
        _("The draft could not be made from these words."),
        _("Check the words of the visit and give them again."),
    ),
    "unproven": Failure(
        _("The draft's evidence did not hold against the words or the record, so it is withheld."),
        _("Try again; if it fails again, tell your administrator the draft's number."),
    ),
    "record-unreadable": Failure(
        _("The patient's record could not be read."),
        _("Check that the patient exists in the record; then try again."),
    ),
    "internal": Failure(
        _("Drafting failed for a reason that is not known yet."),
        _("Try again; if it fails again, tell your administrator the draft's number."),
    ),
}


def failure_of(code: str) -> Failure:
    """What to tell the person about a failure code, also one from an older version."""
    return FAILURES.get(code, FAILURES["internal"])
