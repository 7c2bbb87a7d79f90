"""manage.py fhir_token: a bearer token for a FHIR client, printed once."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from fhir_bridge import access


class Command(BaseCommand):
    help = (
        "Print a bearer token for a FHIR client; only its hash is kept. "
        "Scopes are SMART App Launch v2: 'system/*.cruds', 'patient/Observation.rs' ..."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--scopes", required=True, help="space-separated SMART scopes")
        parser.add_argument("--organization", default="", help="its slug, where there are several")
        parser.add_argument("--label", default="command line", help="what it is for")
        parser.add_argument("--patient", default="", help="the Patient id of patient/ scopes")
        parser.add_argument("--days", type=int, help="days until it expires (default: never)")

    def handle(self, *args: Any, **options: Any) -> None:
        days = options["days"]
        if days is not None and not 0 < days <= 36_500:
            raise CommandError("--days is a number from 1 to 36500")
        try:
            raw = access.token_create(
                label=options["label"][:100],
                organization_id=access.organization_find(slug=options["organization"]),
                scopes=options["scopes"],
                patient_id=options["patient"],
                expires_at=None if days is None else timezone.now() + timedelta(days=days),
            )
        except LookupError as error:
            raise CommandError(str(error)) from error
        except ValueError as error:
            raise CommandError(f"These scopes cannot be given: {error}") from error
        self.stdout.write(raw)
