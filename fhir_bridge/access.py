"""Who is asking, and what they may touch: deny by default.

Every call of the store takes an Actor: one organisation, one role or a set of scopes. `require`
decides by the tables of policy.py before anything is looked up, so that a refusal says nothing of
what exists; another organisation's resources are never found. Tokens are kept as SHA-256 only.
"""

import hashlib
import secrets
import time
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from fhir_bridge import policy
from fhir_bridge.models import (
    ApiToken,
    Membership,
    Organization,
    PatientCompartment,
    Resource,
)
from fhir_bridge.outcomes import AccessDenied, NotSupported, Unauthenticated

# How long a verified token is trusted without asking the database: what a revocation may lag.
TOKEN_TRUST_SECONDS = 5.0
_TOKENS_KEPT = 10_000
_verified: dict[str, tuple[float, "Actor"]] = {}


@dataclass(frozen=True)
class Actor:
    """Who acts: always for one organisation. `name` is what the audit trail records."""

    organization_id: int
    role: str  # "physician", "biller", "claims", "client", "worker"
    name: str  # "user:12", "token:3", "worker"
    scopes: tuple[str, ...] = ()
    user_id: int | None = None
    patient_id: str = ""
    practitioner_id: str = ""
    administrator: bool = False  # of the organisation's settings, not of its record


def require(actor: Actor, action: str, resource_type: str) -> str:
    """Check that the actor may do this (create, read, update, delete, search) with this type.

    Returns the id of the only patient whose compartment the actor may reach, "" when it is not so
    limited. Raises NotSupported for what is no R4 type, else AccessDenied.
    """
    if resource_type not in policy.EVERY_TYPE:
        raise NotSupported("R4 has no such resource type")
    limit = allowed(actor, action, resource_type)
    if limit is None:
        raise AccessDenied
    return limit


def allowed(actor: Actor, action: str, resource_type: str) -> str | None:
    """As `require`, without raising: None is no."""
    if actor.role != "client":
        return "" if policy.role_allows(actor.role, action, resource_type) else None
    letter = policy.ACTIONS[action]
    limit: str | None = None
    for scope in policy.scopes_parse(actor.scopes):
        if letter in scope.letters and resource_type in scope.types:
            if scope.context != "patient":
                return ""
            limit = actor.patient_id or None
    return limit


def allowed_types(actor: Actor, action: str) -> frozenset[str]:
    """The types on which the actor may act, if only within one patient's compartment."""
    return frozenset(t for t in policy.EVERY_TYPE if allowed(actor, action, t) is not None)


def visible(actor: Actor, action: str, resource_type: str) -> QuerySet[Resource]:
    """The resources of a type that the actor may reach, deleted ones too. Raises as `require`."""
    limit = require(actor, action, resource_type)
    rows = Resource.objects.filter(organization_id=actor.organization_id, type=resource_type)
    return rows.filter(within(limit)) if limit else rows


def within(patient_id: str) -> Q:
    """The condition on Resource rows that they are in a patient's compartment, or the patient.

    A deleted resource keeps its compartment rows, so that it is Gone for the same callers.
    """
    inside = PatientCompartment.objects.filter(resource=OuterRef("pk"), patient_id=patient_id)
    return Q(Exists(inside)) | Q(type="Patient", fhir_id=patient_id)


def old_within(patient_id: str) -> Q:
    """The same condition on ResourceVersion rows: that very version was about the patient."""
    inside = PatientCompartment.objects.filter(
        resource=OuterRef("resource"), patient_id=patient_id, since__lte=OuterRef("version")
    )
    return Q(Exists(inside)) | Q(resource__type="Patient", resource__fhir_id=patient_id)


# -- users and memberships -----------------------------------------------------------------------


def actor_for_user(user: Any) -> Actor:
    """The actor of a signed-in user. Raises AccessDenied without a membership."""
    membership = Membership.objects.filter(user_id=user.pk).first()
    if membership is None or not user.is_active:
        raise AccessDenied("This account belongs to no organisation")
    return Actor(
        organization_id=membership.organization_id,
        role=membership.role,
        name=f"user:{user.pk}",
        user_id=user.pk,
        practitioner_id=membership.practitioner_id,
        administrator=membership.administrator,
    )


def worker_actor(organization_id: int) -> Actor:
    """The drafting worker: reads, for one organisation."""
    return Actor(organization_id=organization_id, role="worker", name="worker")


def claims_actor(biller: Actor) -> Actor:
    """Billing's services at work for a biller, under the biller's name."""
    return replace(biller, role="claims")


def loader_actor(organization_id: int) -> Actor:
    """The operator at the command line who loads bundles: every type, for one organisation."""
    return Actor(
        organization_id=organization_id, role="client", name="loader", scopes=("system/*.cruds",)
    )


def organization_ensure(*, slug: str, name: str, fhir_id: str) -> int:
    """The id of the organisation with this slug, made when there is none."""
    found, _ = Organization.objects.get_or_create(
        slug=slug, defaults={"name": name, "fhir_id": fhir_id}
    )
    return found.pk


def organization_find(*, slug: str) -> int:
    """The organisation that a command means. Raises LookupError with what to do about it.

    Without a slug the only one there is; on an empty database, a first one named "default".
    """
    found = dict(Organization.objects.values_list("slug", "pk"))
    if slug:
        if slug not in found:
            known = ", ".join(sorted(found)) or "none"
            raise LookupError(f"There is no organisation {slug!r}; known: {known}")
        return found[slug]
    if len(found) > 1:
        raise LookupError(f"Name one with --organization: {', '.join(sorted(found))}")
    if found:
        return next(iter(found.values()))
    return organization_ensure(slug="default", name="Default", fhir_id="default")


def organization_name(organization_id: int) -> str:
    """What the organisation is called."""
    return str(Organization.objects.values_list("name", flat=True).get(pk=organization_id))


def administrator_set(*, username: str, administrator: bool) -> str:
    """Make a member an administrator of their organisation, or end that; returns its name.

    Raises LookupError, with the reason, for a user who does not exist or belongs to none.
    """
    row = Membership.objects.filter(user__username=username).select_related("organization").first()
    if row is None:
        raise LookupError(f"There is no user {username!r} who belongs to an organisation")
    row.administrator = administrator
    row.save(update_fields=["administrator"])
    return str(row.organization.name)


def membership_set(
    *,
    user: Any,
    organization_id: int,
    role: str,
    practitioner_id: str = "",
    administrator: bool = False,
) -> None:
    """Give a user one role in one organisation, replacing what they had."""
    Membership.objects.update_or_create(
        user=user,
        defaults={
            "organization_id": organization_id,
            "role": Membership.Role(role),
            "practitioner_id": practitioner_id,
            "administrator": administrator,
        },
    )


# -- bearer tokens -------------------------------------------------------------------------------


def token_create(
    *,
    label: str,
    organization_id: int,
    scopes: str | tuple[str, ...],
    patient_id: str = "",
    expires_at: datetime | None = None,
) -> str:
    """A new bearer token, shown this once.

    Raises ValueError for a scope that is not understood, for none at all, and for patient/ scopes
    without a patient.
    """
    words = tuple(scopes.split()) if isinstance(scopes, str) else tuple(scopes)
    parsed = policy.scopes_parse(words)
    if not parsed:
        raise ValueError("no scope gives access to a resource")
    if any(scope.context == "patient" for scope in parsed) and not patient_id:
        raise ValueError("patient/ scopes need a patient")
    raw = secrets.token_urlsafe(32)
    ApiToken.objects.create(
        digest=_digest(raw),
        label=label,
        organization_id=organization_id,
        scopes=" ".join(words),
        patient_id=patient_id,
        expires_at=expires_at,
    )
    return raw


def token_revoke(*, raw_token: str) -> bool:
    """End a token: at once in this process, within TOKEN_TRUST_SECONDS in the others.

    Returns whether there was one to end.
    """
    digest = _digest(raw_token)
    tokens = ApiToken.objects.filter(digest=digest, revoked_at=None)
    _verified.pop(digest, None)
    return tokens.update(revoked_at=timezone.now()) == 1


def actor_for_token(raw_token: str) -> Actor:
    """The actor of a bearer token. Raises Unauthenticated: unknown, revoked or expired."""
    digest = _digest(raw_token)
    known = _verified.get(digest)
    if known is not None and known[0] > time.monotonic():
        return known[1]
    now = timezone.now()
    token = ApiToken.objects.filter(
        Q(expires_at=None) | Q(expires_at__gt=now), digest=digest, revoked_at=None
    ).first()
    if token is None:
        _verified.pop(digest, None)
        raise Unauthenticated("This token is unknown, revoked or expired")
    actor = Actor(
        organization_id=token.organization_id,
        role="client",
        name=f"token:{token.pk}",
        scopes=tuple(token.scopes.split()),
        patient_id=token.patient_id,
    )
    trust = TOKEN_TRUST_SECONDS
    if token.expires_at is not None:
        trust = min(trust, (token.expires_at - now).total_seconds())
    if len(_verified) >= _TOKENS_KEPT:
        _verified.clear()
    _verified[digest] = (time.monotonic() + trust, actor)
    return actor


def _digest(raw_token: str) -> str:
    return hashlib.sha256(raw_token.encode("utf-8", "surrogatepass")).hexdigest()
