import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from forexpro.core import signing
from trading.engine.explanation import Explanation


class Command(BaseCommand):
    help = "Verify the signature of an exported decision, and take the decision again from the document alone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="a signed document as the Why? page exports it")
        parser.add_argument("--public-key", help="of the installation that signed it, base64; this one's by default")

    def handle(self, *args: Any, file: Path, public_key: str | None, **options: Any) -> None:
        try:
            signed = json.loads(file.read_bytes())
            genuine = signing.is_signed_by(signed, public_key or signing.public_key())
            if not genuine:
                raise CommandError(f"{file}: the signature is not of this key, or the document was changed.")
            difference = Explanation.from_document(signed["document"]).first_difference()
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CommandError(f"{file} cannot be read as a signed decision: {error}") from error
        if difference is not None:
            raise CommandError(f"{file}: deciding again gives something else. {difference}.")
        self.stdout.write(self.style.SUCCESS(f"{file}: the signature is genuine, and the decision comes out the same."))
