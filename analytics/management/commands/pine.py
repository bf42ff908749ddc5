import json
import os
import sys
from argparse import ArgumentTypeError
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from django.core.management.base import BaseCommand, CommandError, CommandParser

from analytics.pine import reports
from analytics.pine.histories import read_history
from analytics.pine.instruments import distance_of, symbol_of, timeframe_of
from analytics.pine.other_candles import OtherCandles
from analytics.pine.reference.manual import manual
from analytics.pine.runtime.errors import PineRuntimeError
from analytics.pine.scripts import Market, Outcome, check_script, find_scripts, format_script, run_script
from analytics.pine.worker.limits import MEGABYTE, Limits

LONGEST = 86_400
LIMITS = Limits(memory=2048 * MEGABYTE, result_size=1024 * MEGABYTE)
"""Operators have longer histories than charts: room for their results, but no more time unless they say so."""


class Command(BaseCommand):
    help = "Check and format scripts in Pine, run them over candles of a file, or print what they may use."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        check = actions.add_parser("check", help="compile scripts and say what is wrong with them")
        run = actions.add_parser("run", help="run scripts over a file of candles")
        form = actions.add_parser("format", help="give scripts even spaces and indentation")
        actions.add_parser("reference", help="print every function, variable and constant, as Markdown")
        for action in (check, run, form):
            action.add_argument(
                "paths", nargs="+", type=Path, metavar="FILE", help="a script, or a folder with scripts"
            )
        check.add_argument("--json", action="store_true", help="print the diagnostics as JSON")
        form.add_argument("--check", action="store_true", help="change nothing; fail if a script would be changed")
        run.add_argument(
            "--csv",
            required=True,
            nargs="?",
            action="append",
            metavar="CSV",
            help="the candles: a CSV file, also packed as .gz; once more without a file it means --csv-out",
        )
        run.add_argument("--symbol", default="", help="a ticker such as FX:EURUSD, or a TOML file that describes it")
        run.add_argument("--timeframe", default="", help="as scripts write it: 15, 240, 1D; otherwise told by the file")
        run.add_argument("--input", action="append", default=[], metavar="NAME=VALUE", help="an input by its title")
        run.add_argument(
            "--bars",
            action="append",
            default=[],
            metavar="SYMBOL=FILE",
            help="candles of another symbol, or of a shorter timeframe, for scripts that request them",
        )
        run.add_argument(
            "--seconds",
            type=_seconds,
            default=LIMITS.run_seconds,
            help="how long a script may run, %(default)s unless it is told otherwise",
        )
        forms = run.add_mutually_exclusive_group()
        forms.add_argument("--json", action="store_true", help="print everything as JSON")
        forms.add_argument("--csv-out", action="store_true", help="print candles and plots as CSV (of one script)")
        forms.add_argument("--trades", action="store_true", help="print the list of trades as CSV (of one script)")
        forms.add_argument(
            "--log", action="store_true", help="print what the script wrote into its log (of one script)"
        )

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        try:
            if action == "reference":
                self.stdout.write(manual(), ending="")
                return
            scripts = find_scripts(options["paths"])
            if action == "format":
                self._format(scripts, check=options["check"])
            elif action == "check":
                self._report(self._each(scripts, check_script), as_json=options["json"])
            else:
                self._run(scripts, options)
        except PineRuntimeError as refusal:
            raise CommandError(str(refusal)) from refusal
        except KeyboardInterrupt:
            raise CommandError("Stopped before everything was done.", returncode=130) from None
        except BrokenPipeError:  # whoever reads along, such as `head`, has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    def _format(self, scripts: list[Path], *, check: bool) -> None:
        changed = [path for path in scripts if format_script(path, write=not check)]
        for path in changed:
            self.stdout.write(f"{'Would format' if check else 'Formatted'} {path}")
        self.stdout.write(f"{len(scripts) - len(changed)} of {len(scripts)} scripts were tidy.")
        if check and changed:
            raise CommandError(f"{len(changed)} of {len(scripts)} scripts are untidy. Run the command without --check.")

    def _run(self, scripts: list[Path], options: dict[str, Any]) -> None:
        candles, as_csv = _candles(options)
        of_one = as_csv or options["trades"] or options["log"]
        if of_one and len(scripts) > 1:
            raise _misunderstood("--csv-out, --trades and --log print one script. Name one, or use --json.")
        inputs = dict(_named(text, 'no input. Write --input "Length=20"') for text in options["input"])
        files = [_named(text, "no file of a symbol. Write --bars FX:GBPUSD=FILE.csv") for text in options["bars"]]
        market = self._market(candles, [(name, Path(path)) for name, path in files], options)
        limits = replace(LIMITS, run_seconds=options["seconds"], wall_seconds=2.0 * options["seconds"] + 10)
        outcomes = self._each(scripts, lambda path: run_script(path, market, inputs, limits))
        result = outcomes[0].result
        if of_one and result is not None:
            if as_csv:
                reports.write_plots(self.stdout, result, market)
            elif options["trades"]:
                reports.write_trades(self.stdout, result.trades, market)
            else:
                reports.write_log(self.stdout, result, market)
        self._report(outcomes, market, as_json=options["json"], quiet=of_one)

    def _market(self, candles: Path, files: list[tuple[str, Path]], options: dict[str, Any]) -> Market:
        history = read_history(candles)
        symbol = symbol_of(candles, history, options["symbol"])
        timeframe = timeframe_of(candles, history.bars, options["timeframe"], symbol=options["symbol"])
        apart = distance_of(history.bars)
        if apart is not None and apart != timeframe:
            self.stderr.write(
                f"warning: the candles are {apart.period} apart and are run as {timeframe.period}. "
                "Scripts that ask for times, sessions or other bars will see what does not fit."
            )
        return Market(history, symbol, timeframe, OtherCandles(files) if files else None)

    def _each(self, scripts: list[Path], work: Callable[[Path], Outcome]) -> list[Outcome]:
        """Work on each script, with a bar that grows while a person waits at a terminal."""
        hidden = len(scripts) == 1 or not sys.stderr.isatty()
        with click.progressbar(scripts, label="Scripts", file=sys.stderr, hidden=hidden) as shown:
            return [work(path) for path in shown]

    def _report(
        self, outcomes: list[Outcome], market: Market | None = None, *, as_json: bool, quiet: bool = False
    ) -> None:
        if as_json:
            files = [reports.as_json(outcome, market) for outcome in outcomes]
            self.stdout.write(json.dumps({"files": files}, ensure_ascii=False, allow_nan=False))
        else:
            for text in filter(None, map(reports.as_text, outcomes)):
                self.stderr.write(f"{text}\n")
            for text in filter(None, map(reports.about_log, outcomes)):
                self.stderr.write(text)
            if not quiet:
                self.stdout.write(reports.overview(outcomes, ran=market is not None))
        failed = sum(outcome.failed for outcome in outcomes)
        if failed:
            raise CommandError(f"{failed} of {len(outcomes)} scripts failed. Correct what is said of them above.")


def _candles(options: dict[str, Any]) -> tuple[Path, bool]:
    """Return the file with candles, and whether CSV is to be printed."""
    files = [named for named in options["csv"] if named is not None]
    if len(files) != 1:
        raise _misunderstood("--csv names one file with candles.")
    as_csv = options["csv_out"] or len(options["csv"]) > 1
    if as_csv and (options["json"] or options["trades"] or options["log"]):
        raise _misunderstood("Of --csv-out, --json, --trades and --log only one can be printed.")
    return Path(files[0]), as_csv


def _seconds(text: str) -> int:
    """Return how long a script may run."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= LONGEST):
        raise ArgumentTypeError(f'"{text}" is no number of seconds from 1 to {LONGEST}')
    return int(text)


def _misunderstood(message: str) -> CommandError:
    """Return an error that ends the command as one of the parser of its arguments does."""
    return CommandError(message, returncode=2)


def _named(text: str, otherwise: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise _misunderstood(f'"{text}" is {otherwise}.')
    return name, value
