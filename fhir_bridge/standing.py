"""Whether who asked for work in the background may still have it done.

Work outlives its request, so the rights that count are those of the moment in which it is done:
the token's scopes and the user's role are read again, by the actor's name, each time.
"""

from django.contrib.auth import get_user_model
from django.db.models import Q
from django.utils import timezone

from fhir_bridge import access
from fhir_bridge.access import Actor
from fhir_bridge.models import ApiToken
from fhir_bridge.outcomes import Unauthenticated


def actor_standing(organization_id: int, name: str) -> Actor:
    """The actor of this name with its rights of now.

    Raises Unauthenticated for a token that was revoked or has expired and for a user who is gone,
    AccessDenied for a user without a membership.
    """
    kind, _, key = name.partition(":")
    actor: Actor | None = None
    if kind == "token" and key.isdigit():
        actor = _of_token(int(key))
    elif kind == "user" and key.isdigit():
        user = get_user_model().objects.filter(pk=int(key), is_active=True).first()
        actor = access.actor_for_user(user) if user is not None else None
    if actor is None or actor.organization_id != organization_id:
        raise Unauthenticated("Who asked for this may not any more")
    return actor


def _of_token(key: int) -> Actor | None:
    token = ApiToken.objects.filter(
        Q(expires_at=None) | Q(expires_at__gt=timezone.now()), pk=key, revoked_at=None
    ).first()
    if token is None:
        return None
    return Actor(
        organization_id=token.organization_id,
        role="client",
        name=f"token:{token.pk}",
        scopes=tuple(token.scopes.split()),
        patient_id=token.patient_id,
    )
