"""What can go wrong while drafting. ``code`` is stable; no message holds a word of the visit.

SummarizerError
├── TranscriptError    the words cannot be read (empty, binary, too-large, bad-encoding, ...)
├── BackendError       a drafting backend cannot be had or did not answer
│   ├── ModelMissing   no such file or package on this machine
│   └── ModelTampered  the file is there but is not the pinned one
└── UngroundedDraft    a sentence without valid evidence reached the end: a defect, never shown
"""


class SummarizerError(Exception):
    """Base of this package's errors."""

    code = "summarizer"

    def __init__(self, message: str, *, code: str = "") -> None:
        super().__init__(message)
        if code:
            self.code = code


class TranscriptError(SummarizerError):
    """The visit's words cannot be read; ``detail`` says what to do, without the words."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail, code=code)
        self.detail = detail


class BackendError(SummarizerError):
    """A backend cannot be loaded, or did not answer as it must."""

    code = "backend"


class ModelMissing(BackendError):
    """A model file or its runtime is not on this machine."""

    code = "model-missing"

    def __init__(self, path: str, *, reason: str = "is not there") -> None:
        super().__init__(
            f"the model file {path} {reason}: run `make setup`, or set the path of your own copy"
        )
        self.path = path


class ModelTampered(BackendError):
    """A pinned model file has another content than the one pinned."""

    code = "model-tampered"

    def __init__(self, path: str, *, expected: str, found: str) -> None:
        super().__init__(
            f"the model file {path} has sha256 {found}, expected {expected}: "
            "run `make setup` again, or name it as your own copy in the settings"
        )
        self.path = path


class UngroundedDraft(SummarizerError):
    """A sentence came out without evidence that holds; the draft is refused as a whole."""

    code = "ungrounded"
