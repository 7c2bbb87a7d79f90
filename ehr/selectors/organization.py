"""What an organisation chose for itself, and what holds where it chose nothing."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import OuterRef, Subquery

from ehr.models import OrganizationSettings
from ehr.permissions import administrator_of
from fhir_bridge.access import organization_name


@dataclass(frozen=True, slots=True)
class OrganizationView:
    """`em_levels` is None where the installation's setting holds, which `em_levels_default` is."""

    name: str
    em_levels: bool | None
    em_levels_default: bool


def em_levels_of(organization: str) -> Subquery:
    """What the organisation that a field of the query names chose, to be read along with it."""
    rows = OrganizationSettings.objects.filter(organization_id=OuterRef(organization))
    return Subquery(rows.values("em_levels")[:1])


def em_levels_used(chosen: bool | None) -> bool:
    """Whether levels of evaluation and management are shown: as the organisation chose, else as
    the installation has it (`EM_LEVELS`)."""
    return bool(settings.EM_LEVELS) if chosen is None else chosen


def organization_settings(user: Any) -> OrganizationView:
    """The settings of the administrator's own organisation. Raises NotAllowed."""
    actor = administrator_of(user)
    return OrganizationView(
        name=organization_name(actor.organization_id),
        em_levels=_em_levels(actor.organization_id),
        em_levels_default=bool(settings.EM_LEVELS),
    )


def _em_levels(organization_id: int) -> bool | None:
    rows = OrganizationSettings.objects.filter(organization_id=organization_id)
    return rows.values_list("em_levels", flat=True).first()
