import sys
import time
from typing import Any

from django.core.management.base import BaseCommand

from forexpro.core.events.verify import events_verify

PROGRESS_SECONDS = 2


class Command(BaseCommand):
    help = (
        "Verify the hash chain of every event stream and name the first altered or missing row of each. "
        "The exit status is 1 if there is one."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        shown = time.monotonic()

        def progress(events: int, streams: int) -> None:
            nonlocal shown
            if time.monotonic() - shown >= PROGRESS_SECONDS:
                shown = time.monotonic()
                self.stderr.write(f"… {events:,} events of {streams:,} streams")

        outcome = events_verify(progress=progress)
        for fault in outcome.faults:
            place = f"{fault['stream']} number {fault['seq']}: " if fault["stream"] else ""
            self.stdout.write(self.style.ERROR(place + fault["problem"]))
        read = f"{outcome.events:,} events of {outcome.streams:,} streams, {outcome.anchors:,} anchors"
        if outcome.faults:
            self.stdout.write(self.style.ERROR(f"{read}: {outcome.faulty_streams:,} streams are faulty"))
            sys.exit(1)
        self.stdout.write(self.style.SUCCESS(f"{read}: complete and unaltered"))
