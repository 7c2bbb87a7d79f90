"""The record's tables. Imported only by store, search, audit and access (an import contract)."""

from django.conf import settings
from django.db import models


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

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    type = models.CharField(max_length=40)
    fhir_id = models.CharField(max_length=64)
    version = models.PositiveIntegerField(default=1)
    last_updated = models.DateTimeField()
    deleted = models.BooleanField(default=False)
    content = models.BinaryField()  # empty when deleted

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "type", "fhir_id"], name="resource_identity"
            ),
        ]
        indexes = [models.Index(fields=["organization", "type", "last_updated"])]


class ResourceVersion(models.Model):
    """A superseded version. Written when a version is replaced, never changed, never deleted."""

    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    last_updated = models.DateTimeField()
    deleted = models.BooleanField(default=False)
    content = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["resource", "version"], name="version_once"),
        ]


class PatientCompartment(models.Model):
    """Which patients a resource is about, by the R4 CompartmentDefinition: access control's index."""

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE)
    patient_id = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["patient_id", "resource"], name="compartment_once"),
        ]


class IndexRow(models.Model):
    """What the search index rows share. `param` numbers a (resource type, search parameter)."""

    organization_id = models.BigIntegerField()
    resource = models.ForeignKey(Resource, on_delete=models.CASCADE)
    param = models.PositiveSmallIntegerField()

    class Meta:
        abstract = True


class TokenIndex(IndexRow):
    system = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=200)
    text = models.CharField(max_length=200, blank=True)  # display or CodeableConcept.text, folded

    class Meta:
        indexes = [models.Index(fields=["organization_id", "param", "code", "resource", "system"])]


class StringIndex(IndexRow):
    folded = models.CharField(max_length=200)  # case and accents folded
    exact = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["organization_id", "param", "folded", "resource"])]


class ReferenceIndex(IndexRow):
    target_type = models.CharField(max_length=40, blank=True)
    target_id = models.CharField(max_length=200)  # local id, or the absolute URL when external
    identifier_system = models.CharField(max_length=200, blank=True)
    identifier_value = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["organization_id", "param", "target_id", "target_type", "resource"]
            ),
            models.Index(fields=["organization_id", "target_type", "target_id"]),
        ]


class DateIndex(IndexRow):
    """The interval that a date, dateTime, Period or Timing covers, in UTC."""

    low = models.DateTimeField()
    high = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["organization_id", "param", "low", "high", "resource"])]


class QuantityIndex(IndexRow):
    """A number or a quantity with the interval that its digits imply (R4 search, number)."""

    low = models.FloatField()
    high = models.FloatField()
    value = models.FloatField()
    system = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=100, blank=True)

    class Meta:
        indexes = [models.Index(fields=["organization_id", "param", "low", "high", "resource"])]


class UriIndex(IndexRow):
    value = models.CharField(max_length=500)

    class Meta:
        indexes = [models.Index(fields=["organization_id", "param", "value", "resource"])]


class AuditEntry(models.Model):
    """Who did what to which resource; append-only, each entry hashes the one before it."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    at = models.DateTimeField()
    actor = models.CharField(max_length=100)  # "user:12", "token:3", "worker"
    action = models.CharField(max_length=20)  # read, vread, search, create, update, delete, export
    outcome = models.CharField(max_length=10, default="success")
    resource_type = models.CharField(max_length=40, blank=True)
    resource_id = models.CharField(max_length=64, blank=True)
    version = models.PositiveIntegerField(null=True)
    detail = models.JSONField(default=dict)  # parameter names and counts, never values
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
