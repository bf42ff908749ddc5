"""Show on recorded ticks that the running platform does exactly what the pure engine says."""

import sys
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from forexpro.core.scratch import scratch_services
from marketdata.gateways.replay import ReplayFeed
from marketdata.selectors import symbol_catalogue
from marketdata.services.catalogue import catalogue_load
from marketdata.ticks import Tick
from trading.replay.comparison import Outcome, compare_replay

DIFFERENCES_SHOWN = 10


class Command(BaseCommand):
    help = (
        "Replay a file of ticks as fast as it goes through feed, tick stream, engine and database, with seeded orders "
        "and positions, and compare the deals with a plain fold of the engine over the file. Works in a database and "
        "under Redis names of its own, which it drops afterwards."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="lines of time_ms,symbol,bid,ask, plain or gzipped")
        parser.add_argument("--orders", type=int, default=2000)
        parser.add_argument("--positions", type=int, default=500)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--kills", type=int, default=0, help="kill the engine (SIGKILL) so many times on the way")

    def handle(self, *args: Any, **options: Any) -> None:
        with scratch_services():
            catalogue_load()
            symbols = list(symbol_catalogue())

            def batches() -> AsyncIterator[Sequence[Tick]]:
                feed = ReplayFeed(options["file"], speed=0, clock_ms=lambda: int(time.time() * 1000))
                return feed.stream(symbols)

            outcome = compare_replay(
                batches,
                symbols=symbols,
                orders=options["orders"],
                positions=options["positions"],
                seed=options["seed"],
                kills=options["kills"],
                progress=self.stderr.write,
            )
        self.report(outcome)
        if not outcome.equal:
            sys.exit(1)

    def report(self, outcome: Outcome) -> None:
        reasons = Counter(deal.reason for deal in outcome.fold)
        self.stdout.write(
            f"{outcome.ticks:,} ticks in {outcome.replay_seconds:.1f} s: "
            f"{outcome.ticks / outcome.replay_seconds:,.0f} a second through feed, stream, engine and database; "
            f"the fold took {outcome.fold_seconds:.1f} s"
        )
        self.stdout.write(
            f"{len(outcome.platform):,} deals by the platform, {len(outcome.fold):,} by the fold: "
            + ", ".join(f"{count:,} {reason.replace('_', ' ')}" for reason, count in reasons.most_common())
        )
        for platform, fold in outcome.differences[:DIFFERENCES_SHOWN]:
            self.stdout.write(self.style.ERROR(f"platform: {platform}\n    fold: {fold}"))
        for account_id in outcome.states_differ[:DIFFERENCES_SHOWN]:
            self.stdout.write(self.style.ERROR(f"account {account_id}: balance, orders or positions differ"))
        if outcome.equal:
            self.stdout.write(self.style.SUCCESS("Equal: the same deals, at the same ticks, at the same prices."))
