"""The workflow's own state: visits, their words, draft jobs, notes under review, sign-offs.

Clinical data lives in the FHIR record (fhir_bridge); rows here point to it by FHIR id.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class OrganizationSettings(models.Model):
    """What an organisation chose for itself; where it chose nothing the installation's holds."""

    organization = models.OneToOneField(
        "fhir_bridge.Organization", on_delete=models.PROTECT, related_name="+"
    )
    # Levels of evaluation and management on the review page; None follows EM_LEVELS.
    em_levels = models.BooleanField(null=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField(auto_now=True)


class Visit(models.Model):
    """A meeting of a patient and a clinician that a note will document."""

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        DRAFTING = "drafting", _("Drafting")
        IN_REVIEW = "in-review", _("In review")
        SIGNED = "signed", _("Signed")
        CANCELLED = "cancelled", _("Cancelled")

    organization = models.ForeignKey("fhir_bridge.Organization", on_delete=models.PROTECT)
    clinician = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    patient_id = models.CharField(max_length=64)  # FHIR id of the Patient
    encounter_id = models.CharField(max_length=64, blank=True)  # FHIR id of the Encounter
    scheduled_at = models.DateTimeField()
    specialty = models.CharField(max_length=40, default="primary-care")
    reason = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=2, choices=settings.LANGUAGES, default="en")
    status = models.CharField(max_length=12, choices=Status, default=Status.PLANNED)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["organization", "scheduled_at"])]


class VisitText(models.Model):
    """The words of a visit, immutable: evidence offsets refer to `text` for ever."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="texts")
    source_format = models.CharField(max_length=10)  # text, vtt, srt, json
    source_name = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    utterances = models.JSONField()  # summarizer.types.Utterance as dicts
    notices = models.JSONField(default=list)  # what reading had to guess: stable codes
    language = models.CharField(max_length=2, choices=settings.LANGUAGES)
    sha256 = models.CharField(max_length=64)  # of what was submitted
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    submitted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visit", "sha256"], name="visit_text_once"),
        ]


class Draft(models.Model):
    """A draft job: ends as exactly one draft or one visible failure.

    Claimed by a conditional UPDATE with a lease (ehr.services.drafts); the broker only wakes.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Drafting")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")
        SUPERSEDED = "superseded", _("Superseded")

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="drafts")
    visit_text = models.ForeignKey(VisitText, on_delete=models.PROTECT, related_name="drafts")
    template = models.CharField(max_length=40, default="soap")
    language = models.CharField(max_length=2, choices=settings.LANGUAGES)
    state = models.CharField(max_length=12, choices=State, default=State.QUEUED)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    requested_at = models.DateTimeField(auto_now_add=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_owner = models.CharField(max_length=64, blank=True)
    lease_expires_at = models.DateTimeField(null=True, blank=True)
    not_before = models.DateTimeField(null=True, blank=True)  # backing off after a failed try
    woken_at = models.DateTimeField(null=True, blank=True)  # last message to the broker
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    progress_step = models.CharField(max_length=20, blank=True)
    progress_done = models.PositiveIntegerField(default=0)
    progress_total = models.PositiveIntegerField(default=0)
    failure_code = models.CharField(max_length=40, blank=True)  # stable; pages translate it
    engine = models.JSONField(default=dict)  # summarizer.types.EngineIdentity
    warnings = models.JSONField(default=list)
    set_aside = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["visit"],
                condition=Q(state__in=["queued", "running"]),
                name="one_open_draft_per_visit",
            ),
        ]
        indexes = [models.Index(fields=["state", "lease_expires_at"])]


class Note(models.Model):
    """The note under review: made from one draft, edited by a person, signed by a person.

    `version` grows with every change; signing names the version that was read.
    """

    class State(models.TextChoices):
        IN_REVIEW = "in-review", _("In review")
        SIGNED = "signed", _("Signed")
        AMENDING = "amending", _("Being amended")

    draft = models.OneToOneField(Draft, on_delete=models.PROTECT, related_name="note")
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="notes")
    state = models.CharField(max_length=10, choices=State, default=State.IN_REVIEW)
    version = models.PositiveIntegerField(default=1)
    amendment_reason = models.CharField(max_length=300, blank=True)  # of the amendment under way
    em_code = models.CharField(max_length=5, blank=True)  # the level that a physician picked
    created_at = models.DateTimeField(auto_now_add=True)


class NoteSection(models.Model):
    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="sections")
    position = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=40)
    title = models.CharField(max_length=120)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["note", "key"], name="note_section_once"),
        ]


class NoteSentence(models.Model):
    """One sentence: what the engine wrote stays in `drafted_text`, what stands in `text`."""

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        ACCEPTED = "accepted", _("Accepted")
        EDITED = "edited", _("Edited")
        REJECTED = "rejected", _("Rejected")

    section = models.ForeignKey(NoteSection, on_delete=models.CASCADE, related_name="sentences")
    position = models.PositiveSmallIntegerField()
    drafted_text = models.TextField(blank=True)  # empty: a person wrote this sentence
    text = models.TextField()
    status = models.CharField(max_length=10, choices=Status, default=Status.PROPOSED)
    flags = models.JSONField(default=list)  # [{code, severity, detail, resolved_by, resolved_at}]
    confidence = models.FloatField(default=1.0)

    class Meta:
        ordering = ["position"]


class Evidence(models.Model):
    """What a sentence or a code rests on: a span of the words, or an element of the record."""

    sentence = models.ForeignKey(
        NoteSentence, null=True, on_delete=models.CASCADE, related_name="evidence"
    )
    suggestion = models.ForeignKey(
        "CodeSuggestion", null=True, on_delete=models.CASCADE, related_name="evidence"
    )
    position = models.PositiveSmallIntegerField(default=0)
    start = models.PositiveIntegerField(null=True)
    end = models.PositiveIntegerField(null=True)
    resource_type = models.CharField(max_length=40, blank=True)
    resource_id = models.CharField(max_length=64, blank=True)
    resource_version = models.PositiveIntegerField(null=True)
    path = models.CharField(max_length=200, blank=True)
    quote = models.TextField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(
                name="evidence_of_one_thing",
                condition=Q(sentence__isnull=False, suggestion__isnull=True)
                | Q(sentence__isnull=True, suggestion__isnull=False),
            ),
            models.CheckConstraint(
                name="evidence_is_words_or_record",
                condition=Q(start__isnull=False, end__isnull=False, resource_type="")
                | (Q(start__isnull=True, end__isnull=True) & ~Q(resource_type="")),
            ),
        ]


class CodeSuggestion(models.Model):
    """A code proposed for the visit, or added by a person, and what a person decided."""

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        ACCEPTED = "accepted", _("Accepted")
        REJECTED = "rejected", _("Rejected")

    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="suggestions")
    position = models.PositiveSmallIntegerField(default=0)
    system = models.CharField(max_length=100, default="http://hl7.org/fhir/sid/icd-10-cm")
    code = models.CharField(max_length=16)
    description = models.CharField(max_length=300)
    release = models.CharField(max_length=40, blank=True)
    matched_term = models.CharField(max_length=300, blank=True)
    confidence = models.FloatField(default=0.0)
    reasons = models.JSONField(default=list)
    preticked = models.BooleanField(default=False)
    added_by_person = models.BooleanField(default=False)
    status = models.CharField(max_length=10, choices=Status, default=Status.PROPOSED)
    reject_reason = models.CharField(max_length=200, blank=True)
    learned = models.CharField(max_length=8, blank=True)  # as what a prior counted the decision
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["note", "system", "code"], name="code_once_per_note"),
        ]


class CodePrior(models.Model):
    """How an organisation decided, over all its signed notes, on a code that a wording suggested.

    `term` is a wording of the code list; no patient, note or person is kept. A row without a code
    counts a band of suggestions (`summarizer.coding.calibration`), named behind `BAND`.
    """

    BAND: ClassVar[str] = "band:"
    organization = models.ForeignKey("fhir_bridge.Organization", on_delete=models.PROTECT)
    term_key = models.CharField(max_length=300)  # summarizer.coding.wording.key
    term = models.CharField(max_length=300)
    code = models.CharField(max_length=16)
    accepted = models.PositiveIntegerField(default=0)
    replaced = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["term", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "term_key", "code"], name="prior_once_per_wording"
            ),
        ]


class StyleRule(models.Model):
    """A clinician's own wording: learned from the edits of signed notes, or written by hand.

    `visits` are the visits whose notes taught it (numbers, no words); `kept` counts signed
    sentences that held `find` and stayed. It acts only while it is `ON`, which its author decides.
    """

    class State(models.TextChoices):
        LEARNING = "learning", _("Seen, not often enough yet")
        PROPOSED = "proposed", pgettext_lazy("a rule", "Proposed")
        ON = "on", _("On")
        OFF = "off", _("Off")

    organization = models.ForeignKey("fhir_bridge.Organization", on_delete=models.PROTECT)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    language = models.CharField(max_length=2, choices=settings.LANGUAGES)
    find = models.CharField(max_length=60)
    write = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.LEARNING)
    visits = models.JSONField(default=list)
    kept = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["language", "find", "write"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "author", "language", "find", "write"],
                name="style_rule_once",
            ),
        ]


class NoteEvent(models.Model):
    """What was done to a note, append-only: the trail from the draft to what was signed."""

    note = models.ForeignKey(Note, on_delete=models.PROTECT, related_name="events")
    version = models.PositiveIntegerField()  # the note's version after the event
    action = models.CharField(max_length=30)  # sentence-edited, code-accepted, signed, ...
    sentence = models.ForeignKey(NoteSentence, null=True, on_delete=models.SET_NULL)
    suggestion = models.ForeignKey(CodeSuggestion, null=True, on_delete=models.SET_NULL)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]


class SignedNote(models.Model):
    """One signature: the frozen content of the note and the resources that it became."""

    note = models.ForeignKey(Note, on_delete=models.PROTECT, related_name="signatures")
    number = models.PositiveSmallIntegerField()  # 1 for the first, 2 for the first amendment ...
    note_version = models.PositiveIntegerField()
    # {"language", "template", "sections": [{"key", "title", "sentences": [{id, text, status}]}]},
    # and "em_code" where a level was picked
    content = models.JSONField()
    codes = models.JSONField()  # accepted codes: [{"system","code","description","release"}]
    sha256 = models.CharField(max_length=64)  # of the canonical JSON of content and codes
    amendment_reason = models.CharField(max_length=300, blank=True)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    signed_at = models.DateTimeField()
    composition_id = models.CharField(max_length=64)
    composition_version = models.PositiveIntegerField()
    document_reference_id = models.CharField(max_length=64)
    provenance_id = models.CharField(max_length=64)
    condition_ids = models.JSONField(default=list)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["note", "number"], name="signature_number_once"),
            models.UniqueConstraint(fields=["note", "note_version"], name="signed_once_a_version"),
        ]


class CodingQuery(models.Model):
    """A question to the physician about what the documentation leaves open, and its answer.

    Asked from a suggestion's prompt (`asked_by` is empty) or by billing staff about a signature.
    `question` holds a person's own words; empty, the question follows from `topic`. `options` are
    [{"code", "description", "side"}], `indicators` the words or record entries that it rests on.
    """

    class Topic(models.TextChoices):
        SIDE = "side", _("Side")
        STAGE = "stage", _("Stage")
        SEVERITY = "severity", _("Severity")
        ACUITY = "acuity", _("Course")
        DETAIL = "detail", _("Type or cause")
        OTHER = "other", _("Other")

    class Outcome(models.TextChoices):
        OPTION = "option", _("Answered")
        OTHER = "other", _("Answered in other words")
        UNDETERMINED = "undetermined", _("Cannot be determined")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    note = models.ForeignKey(Note, on_delete=models.PROTECT, related_name="queries")
    signed_note = models.ForeignKey(
        SignedNote, null=True, on_delete=models.PROTECT, related_name="queries"
    )
    suggestion = models.ForeignKey(CodeSuggestion, null=True, on_delete=models.SET_NULL)
    topic = models.CharField(max_length=10, choices=Topic, default=Topic.OTHER)
    code = models.CharField(max_length=16, blank=True)
    description = models.CharField(max_length=300, blank=True)
    question = models.CharField(max_length=1000, blank=True)
    indicators = models.JSONField(default=list)
    options = models.JSONField(default=list)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)
    answer = models.CharField(max_length=1000, blank=True)
    answer_code = models.CharField(max_length=16, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["note"],
                condition=Q(answered_at=None),
                name="one_open_query_per_note",
            ),
        ]
