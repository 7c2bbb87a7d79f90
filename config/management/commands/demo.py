"""manage.py demo: the main job on a fresh machine, with synthetic patients, in one command."""

import os
import sys
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console
from rich.panel import Panel

from config.management.commands.seed_demo import home_ensure
from config.management.commands.serve import port_claim, server_processes
from config.supervisor import supervise
from fhir_bridge import access


class Command(BaseCommand):
    help = "Run Plume with synthetic patients on this machine; nothing else has to be installed."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--port", type=int, default=settings.PORT)
        parser.add_argument("--no-serve", action="store_true", help="prepare and seed, then end")

    def handle(self, *args: Any, port: int, no_serve: bool, **options: Any) -> None:
        if settings.EXPOSED:
            raise CommandError(
                "The demo's passwords are public, so it runs on loopback only: "
                "unset HOST and ALLOWED_HOSTS, or use `make serve`."
            )
        database = settings.DATA_DIR / "demo.sqlite3"
        if str(settings.DATABASES["default"]["NAME"]) != str(database):
            # Never the database of the settings: start again with the demo's own, and no broker.
            own = {"DATABASE_URL": f"sqlite:///{database}", "CELERY_BROKER_URL": ""}
            os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | own)  # noqa: S606
        os.environ["MAKE_TARGET"] = "demo"
        if not no_serve:
            port_claim(port)
        console = Console(stderr=True)
        call_command("prepare")
        call_command("seed_demo")
        token = access.token_create(
            label="demo",
            organization_id=home_ensure(),
            scopes="system/*.cruds",
            expires_at=timezone.now() + timedelta(days=1),
        )
        console.print(
            Panel.fit(
                f"[bold]Plume is at http://{settings.HOST}:{port}[/bold]\n\n"
                "physician    dr.martin / plume-demo-2026\n"
                "biller       b.keane   / plume-demo-2026\n"
                f"FHIR client  http://{settings.HOST}:{port}/fhir  (token for one day)\n"
                "\nSynthetic patients only. Ctrl-C stops it; `make demo` goes on where it was.",
                title="demo",
            )
        )
        self.stdout.write(f"Bearer {token}")
        self.stdout.flush()
        if not no_serve:
            sys.exit(supervise(server_processes(port)))
