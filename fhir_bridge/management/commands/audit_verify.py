"""manage.py audit_verify: seal what is not sealed yet, then check every chain."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from fhir_bridge import audit


class Command(BaseCommand):
    help = (
        "Check that nobody changed or removed an audit entry. Note the last hash elsewhere: "
        "it shows later whether the chain's end was cut off."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        while audit.audit_seal():
            pass
        reports = audit.verify_all()
        for report in reports:
            found = f"broken at entry {report.broken_at}" if report.broken_at else "sound"
            self.stdout.write(
                f"organization {report.organization_id}: {report.sealed} entries, {found}, "
                f"last hash {report.last_hash}"
            )
        if any(report.broken_at for report in reports):
            raise CommandError("The audit trail has been changed.")
