from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from forexpro.core.refusals import Refused
from marketdata.services.catalogue import catalogue_load


class Command(BaseCommand):
    help = "Load the shipped symbols: create the missing ones, update fields that staff have not changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--overwrite", action="store_true", help="also overwrite fields that staff have changed")

    def handle(self, *args: Any, overwrite: bool, **options: Any) -> None:
        try:
            load = catalogue_load(overwrite=overwrite)
        except Refused as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(f"Symbols created: {len(load.created)}, updated: {len(load.updated)}.")
        for code, names in load.kept.items():
            self.stdout.write(f"{code} keeps what staff changed: {', '.join(names)}. (--overwrite replaces it.)")
