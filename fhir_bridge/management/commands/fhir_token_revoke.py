"""manage.py fhir_token_revoke: end a bearer token."""

import getpass
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from fhir_bridge import access


class Command(BaseCommand):
    help = "End a bearer token, read from standard input so that no process list shows it."

    def handle(self, *args: Any, **options: Any) -> None:
        raw = getpass.getpass("Token: ") if sys.stdin.isatty() else sys.stdin.read()
        if not access.token_revoke(raw_token=raw.strip()):
            raise CommandError("No such token, or it had ended before")
        self.stdout.write("The token has ended.")
