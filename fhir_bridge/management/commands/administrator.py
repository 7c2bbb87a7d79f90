"""manage.py administrator: who may change the settings of an organisation."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from fhir_bridge import access


class Command(BaseCommand):
    help = "Make a member an administrator of their organisation's settings, or end that."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--revoke", action="store_true", help="end it")

    def handle(self, *args: Any, **options: Any) -> None:
        revoke = bool(options["revoke"])
        try:
            name = access.administrator_set(username=options["username"], administrator=not revoke)
        except LookupError as error:
            raise CommandError(str(error)) from error
        said = "no longer administers" if revoke else "administers"
        self.stdout.write(f"{options['username']} {said} {name}.")
