"""The plain, frozen values that pass between the steps. No Django, no model runtime.

Offsets are Python string indices (code points) into ``Transcript.text``:
``text[start:end] == quote`` holds for every span, and is checked again by the caller before
anything is stored.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

Language = Literal["en", "fr"]


class Role(StrEnum):
    """Who speaks."""

    CLINICIAN = "clinician"
    PATIENT = "patient"
    CAREGIVER = "caregiver"
    OTHER = "other"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Utterance:
    """One turn of talk; ``start`` and ``end`` are offsets into ``Transcript.text`` (words only)."""

    index: int
    start: int
    end: int
    role: Role
    speaker: str = ""
    start_seconds: float | None = None
    end_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Transcript:
    """A visit's words, normalised once; evidence offsets refer to ``text`` and never change.

    ``text`` holds the words alone, one utterance a line; who spoke stands in the utterances.
    ``source_format`` is text, vtt, srt or json. ``notices`` are stable codes of what reading had to
    guess: roles-inferred, roles-swapped, language-uncertain.
    """

    text: str
    utterances: tuple[Utterance, ...]
    language: Language
    source_format: str = "text"
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordFact:
    """One fact of the patient's record, tied to the element it was read from.

    ``path`` is the FHIRPath of the element (e.g. ``Observation.value``), ``text`` the verbatim
    string shown as evidence, ``when`` an ISO date. ``abnormal`` is H, L, HH, LL, A or "".
    """

    kind: Literal[
        "patient",
        "condition",
        "medication",
        "allergy",
        "observation",
        "procedure",
        "encounter",
        "immunization",
        "family",
    ]
    resource_type: str
    resource_id: str
    version: int
    path: str
    text: str
    label: str
    code: str = ""
    system: str = ""
    value: str = ""
    unit: str = ""
    when: str = ""
    status: str = ""
    abnormal: str = ""
    category: str = ""


@dataclass(frozen=True, slots=True)
class Patient:
    """Who the visit is about, as far as drafting needs it."""

    given: str = ""
    family: str = ""
    gender: str = ""
    birth_date: str = ""


@dataclass(frozen=True, slots=True)
class VisitContext:
    """What the steps may know besides the words: the record's facts and the visit's frame."""

    patient: Patient
    facts: tuple[RecordFact, ...]
    visit_date: str
    last_visit_date: str = ""
    specialty: str = "primary-care"
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TextEvidence:
    """A verbatim span of the visit's words."""

    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class RecordEvidence:
    """An element of one version of one resource, with its text as shown to the reviewer."""

    resource_type: str
    resource_id: str
    version: int
    path: str
    quote: str


Evidence = TextEvidence | RecordEvidence


class Assertion(StrEnum):
    """Whether a claim is said to hold (the field's ConText categories)."""

    AFFIRMED = "affirmed"
    DENIED = "denied"
    UNCERTAIN = "uncertain"
    HYPOTHETICAL = "hypothetical"
    HISTORICAL = "historical"


@dataclass(frozen=True, slots=True)
class Claim:
    """A typed fact tied to its evidence: the only thing a note's sentence may be written from.

    ``kind``: symptom, finding, measurement, medication, allergy, procedure, diagnosis, plan,
    instruction, history, social, family, reason, result. ``attributes`` hold the typed parts
    (dose, unit, route, frequency, value, laterality, duration, ...) as they were said.
    """

    kind: str
    section: str
    text: str
    evidence: tuple[Evidence, ...]
    assertion: Assertion = Assertion.AFFIRMED
    experiencer: Literal["patient", "family", "other"] = "patient"
    attributes: Mapping[str, str] = field(default_factory=dict)
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class Flag:
    """Why a person should look: ``code`` is stable, ``severity`` high flags block signing until
    they are resolved by a person, ``detail`` holds the parts to show."""

    code: str
    severity: Literal["high", "medium", "low"]
    detail: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of the note. At least one evidence; flags say what did not hold."""

    text: str
    evidence: tuple[Evidence, ...]
    claims: tuple[Claim, ...] = ()
    flags: tuple[Flag, ...] = ()
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the note: ``key`` is stable (hpi, exam, plan, ...), ``title`` localised."""

    key: str
    title: str
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class SetAside:
    """Something heard or recorded that the note leaves out, kept so that nothing is lost."""

    text: str
    reason: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class CodeSuggestion:
    """One code with its reasons. ``confidence`` is from 0 to 1; ``evidence`` is verbatim."""

    system: str
    code: str
    description: str
    release: str
    evidence: tuple[Evidence, ...]
    matched_term: str
    confidence: float
    reasons: tuple[str, ...] = ()
    preticked: bool = False


@dataclass(frozen=True, slots=True)
class EngineIdentity:
    """Which engine wrote the draft: everything needed to say so again later."""

    backend: str
    model: str
    model_version: str
    weights_sha256: str
    template_version: str
    code_release: str = ""
    style_rules: str = ""  # the ids of the clinician's rules that worded it, "3,7"

    def as_dict(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Draft:
    """What the pipeline returns: sections of grounded sentences, codes, and what was set aside."""

    language: Language
    template: str
    sections: tuple[Section, ...]
    codes: tuple[CodeSuggestion, ...]
    set_aside: tuple[SetAside, ...]
    engine: EngineIdentity
    warnings: tuple[Flag, ...] = ()


# progress(step, done, total): step is a stable key such as "read", "segment", "extract", "write",
# "verify", "code"; the caller translates it.
Progress = Callable[[str, int, int], None]
