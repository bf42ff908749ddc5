import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand

from forexpro.core.crypto.fields import EncryptedTextField, encrypted_fields
from forexpro.core.crypto.keys import key_ring
from forexpro.core.crypto.rotation import BATCH, keys_rotate

PROGRESS_SECONDS = 2


class Command(BaseCommand):
    help = (
        "Re-encrypt everything that is not under the newest key of ENCRYPTION_KEYS, while the platform runs. "
        "Can be interrupted and started again. The exit status is 0 when the older keys are needed no more."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--batch", type=int, default=BATCH, help="rows of a transaction (default: %(default)s)")

    def handle(self, *args: Any, **options: Any) -> None:
        shown = time.monotonic()

        def progress(column: EncryptedTextField, done: int, total: int) -> None:
            nonlocal shown
            if time.monotonic() - shown >= PROGRESS_SECONDS or done >= total:
                shown = time.monotonic()
                self.stderr.write(f"… {column.model._meta.db_table}.{column.column}: {done:,} of {total:,}")

        outcome = keys_rotate(encrypted_fields(apps.get_models()), batch=options["batch"], progress=progress)
        for fault in outcome.faults:
            self.stdout.write(self.style.ERROR(fault))
        done = f"{outcome.rotated:,} fields re-encrypted with key {key_ring().newest}"
        if outcome.left:
            self.stdout.write(
                self.style.ERROR(f"{done}, {outcome.left:,} left under older keys: keep these keys, and run this again")
            )
            sys.exit(1)
        self.stdout.write(self.style.SUCCESS(f"{done}; the older keys are needed no more"))
