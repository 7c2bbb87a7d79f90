"""manage.py serve: the production server on one machine: web, worker and reconciler."""

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from config.supervisor import Child, port_is_free, supervise


class Command(BaseCommand):
    help = (
        "Check the settings, prepare, and run the web server with the workers. Listens on HOST "
        "and PORT; with CELERY_BROKER_URL the work goes to Celery, without it to the embedded "
        "runner."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--port", type=int, default=settings.PORT)

    def handle(self, *args: Any, port: int, **options: Any) -> None:
        port_claim(port)
        call_command("check", deploy=True, fail_level="ERROR")
        call_command("prepare")
        self.stdout.write(f"Plume listens on http://{settings.HOST}:{port}")
        self.stdout.flush()
        sys.exit(supervise(server_processes(port)))


def port_claim(port: int) -> None:
    """Raise CommandError, saying what to do, when the port cannot be listened on."""
    if not 0 < port < 65536:
        raise CommandError(f"PORT must be from 1 to 65535, not {port}.")
    if not port_is_free(settings.HOST, port):
        raise CommandError(
            f"Port {port} on {settings.HOST} is in use. Stop what uses it, or choose another: "
            f"PORT={port + 1} make {os.environ.get('MAKE_TARGET', 'serve')}"
        )


def server_processes(port: int) -> list[Child]:
    """What one machine runs: web, the reconciler, and a Celery worker where there is a broker."""
    os.environ["PORT"] = str(port)
    os.environ["HOST"] = settings.HOST
    manage = [sys.executable, str(settings.BASE_DIR / "manage.py")]
    children = [
        Child(
            "web",
            [sys.executable, "-m", "config.web"],
            essential=True,
        ),
        Child("runner", [*manage, "runner"]),
    ]
    if settings.CELERY_BROKER_URL:
        celery = [sys.executable, "-m", "celery", "-A", "config", "worker"]
        children.append(Child("worker", [*celery, "--loglevel", "warning", "--concurrency", "1"]))
    return children
