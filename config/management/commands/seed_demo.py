"""manage.py seed_demo: two organisations, three accounts, twelve patients, ten visits of today, and
what the practice bills with."""

import json
import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from rich.console import Console
from rich.progress import track

from billing.services import practice
from billing.services.lines import code_system
from ehr.services.visits import visit_create, visit_text_submit
from fhir_bridge import access, store

SEEDS = Path(settings.BASE_DIR) / "seeds"
# The day that the seeds were written for: every date moves by the days from it to today.
ANCHOR = date(2026, 11, 23)
PASSWORD = "plume-demo-2026"  # noqa: S105  (public by purpose; refused on an exposed server)
# A date with or without a time and a zone, standing alone as a JSON string.
DATE = re.compile(r'"(\d{4}-\d{2}-\d{2})((?:T[0-9:.]+(?:Z|[+-]\d{2}:\d{2}))?)"')
# Left without words, so that a visitor can paste or upload a visit's words themselves.
WAITING = {"grace-whitfield", "samira-benali"}


class Command(BaseCommand):
    help = "Fill the database with the synthetic demo; does nothing where it is already there."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.EXPOSED:
            raise CommandError("The demo's passwords are public: it is never put on this server.")
        if get_user_model().objects.filter(username="dr.martin").exists():
            return
        if get_user_model().objects.exists():
            raise CommandError("This database has accounts of its own: the demo stays out of it.")
        console = Console(stderr=True)
        with transaction.atomic():
            self._seed(console)

    def _seed(self, console: Console) -> None:
        shift = timezone.localdate() - ANCHOR
        home = home_ensure()
        other = access.organization_ensure(slug="harbour", name="Harbour Clinic", fhir_id="harbour")
        doctor = account(
            "dr.martin",
            "Claire",
            "Martin",
            home,
            "physician",
            practitioner="dr-claire-martin",
            administrator=True,
        )
        biller = account("b.keane", "Brendan", "Keane", home, "biller")
        account("dr.outside", "Nils", "Outside", other, "physician")
        actor = access.actor_for_user(doctor)
        bundles = sorted((SEEDS / "patients").glob("*.json"))
        for path in track(bundles, description="Loading patients", console=console):
            store.transaction(actor, dates_shifted(path.read_text(), shift).encode())
        billing_seed(biller)
        today = timezone.localdate()
        for entry in json.loads((SEEDS / "visits" / "manifest.json").read_text()):
            hour, minute = map(int, entry["time"].split(":"))
            moment = datetime.combine(
                today, time(hour, minute), tzinfo=timezone.get_current_timezone()
            )
            visit = visit_create(
                actor=actor,
                patient_id=entry["patient"],
                scheduled_at=moment,
                specialty=entry["specialty"],
                reason=entry["reason"],
                language=entry["language"],
            )
            if entry["patient"] not in WAITING:
                words = SEEDS / "visits" / entry["file"]
                visit_text_submit(
                    user=doctor,
                    visit_id=visit.pk,
                    data=words.read_bytes(),
                    name=words.name,
                    language=entry["language"],
                    template=entry["template"],
                )


def home_ensure() -> int:
    """The demo's own organisation."""
    return access.organization_ensure(
        slug="cedar-hill", name="Cedar Hill Medical Group", fhir_id="cedar-hill"
    )


def billing_seed(biller: Any) -> None:
    """Invented payers, provider, facility and fees, entered as billing staff would."""
    data = json.loads((SEEDS / "billing.json").read_text())
    practice.submitter_save(user=biller, values=data["submitter"])
    for values in data["providers"]:
        practice.billing_provider_save(user=biller, values=values)
    for values in data["facilities"]:
        practice.facility_save(user=biller, values=values)
    for values in data["payers"]:
        record = values.pop("record")
        practice.payer_save(user=biller, values=values, record_id=record)
    practice.fees_replace(
        user=biller,
        rows=[
            {
                "code": fee["code"],
                "system": code_system(fee["code"]),
                "modifier": "",
                "description": fee.get("description", ""),
                "revenue_code": fee["revenue_code"],
                "amount": Decimal(fee["amount"]),
                "since": date(timezone.localdate().year - 1, 1, 1),
                "until": None,
            }
            for fee in data["fees"]
        ],
    )


def account(
    username: str,
    first: str,
    last: str,
    organization: int,
    role: str,
    *,
    practitioner: str = "",
    administrator: bool = False,
) -> Any:
    """A demo user with its role; the password is the demo's."""
    user = get_user_model().objects.create_user(
        username, password=PASSWORD, first_name=first, last_name=last
    )
    access.membership_set(
        user=user,
        organization_id=organization,
        role=role,
        practitioner_id=practitioner,
        administrator=administrator,
    )
    return user


def dates_shifted(text: str, shift: timedelta) -> str:
    """Every date, dateTime and instant of a bundle moved by whole days, times and zones kept."""

    def moved(match: re.Match[str]) -> str:
        return f'"{date.fromisoformat(match[1]) + shift}{match[2]}"'

    return DATE.sub(moved, text)
