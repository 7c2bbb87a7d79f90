"""An organisation's own settings; every change is audited."""

from typing import Any

from django.db import transaction

from ehr.models import OrganizationSettings
from ehr.permissions import administrator_of
from fhir_bridge import audit


def organization_settings_save(*, user: Any, em_levels: bool | None) -> OrganizationSettings:
    """Choose for the administrator's own organisation whether levels of evaluation and management
    are shown; None follows the installation. Levels that were signed stay as they were.

    Raises NotAllowed.
    """
    actor = administrator_of(user)
    with transaction.atomic():
        row, _created = OrganizationSettings.objects.update_or_create(
            organization_id=actor.organization_id,
            defaults={"em_levels": em_levels, "changed_by": user},
        )
        audit.record_now(actor, "update", "Organization", detail={"em_levels": em_levels})
        return row
