"""The daemon that triggers orders, stop losses and take profits, and looks after margins."""

import signal
from argparse import ArgumentParser, ArgumentTypeError
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from trading.runner.checkpoints import ShardReplaced
from trading.runner.engine_runner import EngineRunner
from trading.runner.shards import Shard


def shard(text: str) -> Shard:
    try:
        return Shard.parse(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is not a shard; write for example 0/2 or 1/2") from error


class Command(BaseCommand):
    help = "Run the trading engine on the tick stream until it is told to stop."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--shard",
            type=shard,
            default=Shard(),
            help="index/count: look after accounts whose id leaves that remainder",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        runner = EngineRunner(options["shard"])

        def stop(signum: int, frame: FrameType | None) -> None:
            runner.stopping = True

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        try:
            runner.run()
        except ShardReplaced as error:
            raise CommandError(str(error)) from error
