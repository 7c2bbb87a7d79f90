"""The record's tables. Imported only by store, search, audit and access (an import contract)."""

import uuid

from django.conf import settings
from django.db import models

from fhir_bridge.fields import BytewiseCharField


class Organization(models.Model):
    """Who owns a record. Every resource belongs to one; nothing is shared across by default."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    fhir_id = models.CharField(max_length=64)  # id of its Organization resource in its record


class Membership(models.Model):
    """What a signed-in user may do, and for whom."""

    class Role(models.TextChoices):
        PHYSICIAN = "physician"
        BILLER = "biller"

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="membership"
    )
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    role = models.CharField(max_length=12, choices=Role)
    practitioner_id = models.CharField(max_length=64, blank=True)  # FHIR id of the Practitioner
    # May change what holds for the whole organisation; it opens no patient's data.
    administrator = models.BooleanField(default=False)


class ApiToken(models.Model):
    """A bearer token of a FHIR client; only its SHA-256 is kept."""

    digest = models.CharField(max_length=64, unique=True)
    label = models.CharField(max_length=100)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    scopes = models.TextField()  # SMART v2 scopes, space-separated
    patient_id = models.CharField(max_length=64, blank=True)  # launch context of patient/ scopes
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)


class Resource(models.Model):
    """The current version of a resource: canonical JSON as served, meta included."""

    # The identity constraint's index begins with it.
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    # Compared with the targets of references: the same collation, or no index serves the join.
    type = BytewiseCharField(max_length=40)
    fhir_id = BytewiseCharField(max_length=64)
    version = models.PositiveIntegerField(default=1)
    last_updated = models.DateTimeField()
    deleted = models.BooleanField(default=False)
    content = models.BinaryField()  # empty when deleted
    # A person signed it: only a Put with `protect` replaces it, nobody over REST does.
    protected = models.BooleanField(db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "type", "fhir_id"], name="resource_identity"
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "type", "last_updated"]),
            models.Index(fields=["organization", "type", "id"], name="resource_order"),
        ]


class ResourceVersion(models.Model):
    """A superseded version. Written when a version is replaced, never changed, never deleted."""

    resource = models.ForeignKey(
        Resource, on_delete=models.PROTECT, related_name="versions", db_index=False
    )
    version = models.PositiveIntegerField()
    last_updated = models.DateTimeField()
    deleted = models.BooleanField(default=False)
    content = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["resource", "version"], name="version_once"),
        ]


class PatientCompartment(models.Model):
    """Which patients a resource is about (R4 CompartmentDefinition): access control's index.

    `since` is the first version of the present one's unbroken row of versions that are about this
    patient: older ones may be about somebody else.
    """

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE)
    patient_id = models.CharField(max_length=64)
    since = models.PositiveIntegerField(db_default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["patient_id", "resource"], name="compartment_once"),
        ]


class IndexRow(models.Model):
    """What the search index rows share.

    The primary key is the covering index that searches walk: organisation and parameter, then the
    value, then the resource, so that an equality search reads its page in order and stops. There is
    no other key and no foreign-key constraint (the store is the only writer and
    never deletes a resource row): an insert touches two b-trees.

    `param` numbers a (resource type, search parameter); negative numbers hold a parameter's second
    kind of value (an identifier's type, for `:of-type`). `place` is 4 x the value's rank among the
    resource's values of that parameter, + 1 on the lowest, + 2 on the highest (what `_sort` reads);
    in the rows of a composite's components it is the group that ties them together.
    """

    organization_id = models.IntegerField()
    param = models.SmallIntegerField()
    resource_id = models.BigIntegerField()
    place = models.IntegerField()

    class Meta:
        abstract = True


class TokenIndex(IndexRow):
    """Coding, CodeableConcept, Identifier, ContactPoint, code, boolean, id, string, uri."""

    pk = models.CompositePrimaryKey(
        "organization_id", "param", "code", "resource_id", "system", "place"
    )
    code = BytewiseCharField(max_length=200)
    system = BytewiseCharField(max_length=400)
    text = BytewiseCharField(max_length=300)  # display or CodeableConcept.text, folded; for `:text`

    class Meta:
        indexes = [models.Index(fields=["resource_id", "param"], name="token_resource")]


class StringIndex(IndexRow):
    pk = models.CompositePrimaryKey("organization_id", "param", "folded", "resource_id", "place")
    folded = BytewiseCharField(max_length=300)  # case and accents folded
    exact = BytewiseCharField(max_length=300)

    class Meta:
        indexes = [models.Index(fields=["resource_id", "param"], name="string_resource")]


class ReferenceIndex(IndexRow):
    """References by id, by absolute URL or by canonical; their identifiers are token rows."""

    pk = models.CompositePrimaryKey(
        "organization_id", "param", "target_id", "resource_id", "target_type", "place"
    )
    target_type = BytewiseCharField(max_length=40)
    target_id = BytewiseCharField(max_length=400)  # local id, or the absolute URL when external

    class Meta:
        indexes = [models.Index(fields=["resource_id", "param"], name="reference_resource")]


class DateIndex(IndexRow):
    """The interval [low, high) that a date, Period or Timing covers, in microseconds of UTC."""

    pk = models.CompositePrimaryKey(
        "organization_id", "param", "low", "resource_id", "high", "place"
    )
    low = models.BigIntegerField()
    high = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["resource_id", "param"], name="date_resource"),
            models.Index(fields=["organization_id", "param", "high"], name="date_high"),
        ]


class QuantityIndex(IndexRow):
    """A number or a quantity: a point (low = high), or the span of a Range or a comparator."""

    pk = models.CompositePrimaryKey(
        "organization_id", "param", "low", "resource_id", "high", "place"
    )
    low = models.FloatField()
    high = models.FloatField()
    system = BytewiseCharField(max_length=400)
    code = BytewiseCharField(max_length=200)
    unit = BytewiseCharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["resource_id", "param"], name="quantity_resource")]


class UriIndex(IndexRow):
    pk = models.CompositePrimaryKey("organization_id", "param", "value", "resource_id", "place")
    value = BytewiseCharField(max_length=400)

    class Meta:
        indexes = [models.Index(fields=["resource_id", "param"], name="uri_resource")]


class UnitInUse(models.Model):
    """A UCUM code that some quantity of an organisation's record has had: which units a search for
    a quantity has to look at."""

    pk = models.CompositePrimaryKey("organization_id", "code")
    organization_id = models.IntegerField()
    code = BytewiseCharField(max_length=200)


class ResourceText(models.Model):
    """The folded words of a resource, for `_text` and `_content`; written by search.fulltext only.

    On PostgreSQL `words` is a tsvector in which the words of the narrative weigh A. On SQLite the
    table is an FTS5 one with the columns `narrative` and `words`. The key is the resource's.
    """

    rowid = models.BigIntegerField(primary_key=True)
    words = models.TextField()


class AuditEntry(models.Model):
    """Who did what to which resource; append-only (a trigger guards it, see audit.py).

    Unsealed entries have no position yet; sealing gives each the next one of its organisation's
    chain and the hash of the entry before it.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    at = models.DateTimeField()
    actor = models.CharField(max_length=100)  # "user:12", "token:3", "worker"
    action = models.CharField(max_length=20)  # read, vread, search, create, update, delete, export
    outcome = models.CharField(max_length=10, default="success")
    resource_type = models.CharField(max_length=40, blank=True)
    resource_id = models.CharField(max_length=64, blank=True)
    version = models.PositiveIntegerField(null=True)
    detail = models.JSONField(default=dict)  # parameter names and counts, never values
    position = models.BigIntegerField(null=True)
    previous_hash = models.CharField(max_length=64, default="")
    hash = models.CharField(max_length=64, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "position"], name="audit_position"),
        ]
        indexes = [
            models.Index(
                fields=["organization"],
                condition=models.Q(position__isnull=True),
                name="audit_unsealed",
            ),
        ]


class BackgroundJob(models.Model):
    """An export or import that a client asked for; a runner claims it with a lease (ADR 0020)."""

    class Kind(models.TextChoices):
        EXPORT = "export"
        IMPORT = "import"

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    kind = models.CharField(max_length=10, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    actor = models.CharField(max_length=100)  # "token:3", "user:12": whose rights count
    request = models.TextField()  # the address that was asked, for the manifest
    asked = models.JSONField()  # the parameters, parsed
    progress = models.JSONField(default=dict)  # where the next step goes on
    told = models.CharField(max_length=100, blank=True)  # X-Progress
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)  # when the job and its files are deleted
    failure = models.CharField(max_length=200, blank=True)  # never with values of a resource
    attempts = models.PositiveIntegerField(default=0)
    lease_owner = models.CharField(max_length=64, blank=True)
    lease_expires_at = models.DateTimeField(null=True)
    not_before = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["state", "asked_at"], name="job_waiting"),
            models.Index(fields=["expires_at"], name="job_expiry"),
        ]


class JobChunk(models.Model):
    """A piece of a job's file: some lines of NDJSON, deflated. Chunks in order are the file."""

    job = models.ForeignKey(BackgroundJob, on_delete=models.CASCADE, db_index=False)
    file = models.CharField(max_length=80)  # "output/Patient-1", "input/1", "error/1"
    place = models.PositiveIntegerField()
    lines = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "file", "place"], name="chunk_once"),
        ]


class JobPatient(models.Model):
    """A patient whose compartment a job exports, where it does not export everybody's."""

    job = models.ForeignKey(BackgroundJob, on_delete=models.CASCADE, db_index=False)
    patient_id = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "patient_id"], name="job_patient_once"),
        ]


class SubscriptionWatch(models.Model):
    """What a Subscription asks for, compiled, and how far its notifications have come.

    Endpoint and headers stay in the resource. `events` numbers the last event, `delivered` the last
    one that its receiver has taken.
    """

    class State(models.TextChoices):
        REQUESTED = "requested"
        ACTIVE = "active"
        ERROR = "error"  # still tried, at long intervals
        OFF = "off"

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, db_index=False)
    fhir_id = BytewiseCharField(max_length=64)  # of the Subscription
    state = models.CharField(max_length=10, choices=State)
    actor = models.CharField(max_length=100)  # who asked for it: whose rights count
    topic = models.TextField(blank=True)  # empty: criteria of R4's own
    triggers = models.JSONField()
    ends_at = models.DateTimeField(null=True)
    heartbeat = models.PositiveIntegerField(default=0)  # seconds; 0: none
    ready_at = models.DateTimeField()  # when every process knows of it
    events = models.PositiveIntegerField(default=0)
    delivered = models.PositiveIntegerField(default=0)
    last_sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField(null=True)
    failure = models.CharField(max_length=200, blank=True)
    lease_owner = models.CharField(max_length=64, blank=True)
    lease_expires_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "fhir_id"], name="watch_once"),
        ]


class SubscriptionEvent(models.Model):
    """A write that a Subscription asks to be told of; inserted in the transaction of the write.

    A runner numbers events in the order in which it sees them, which for one resource is that of
    its versions.
    """

    watch = models.ForeignKey(SubscriptionWatch, on_delete=models.CASCADE, db_index=False)
    at = models.DateTimeField()
    action = models.CharField(max_length=10)  # create, update, delete
    type = models.CharField(max_length=40)
    fhir_id = models.CharField(max_length=64)
    version = models.PositiveIntegerField()
    number = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["watch", "number"], name="event_number_once"),
        ]
        indexes = [models.Index(fields=["at"], name="event_age")]
