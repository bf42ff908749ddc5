import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from django.core.management.base import BaseCommand, CommandError, CommandParser

from analytics.pine import reports
from analytics.pine.histories import read_history
from analytics.pine.instruments import symbol_of, timeframe_of
from analytics.pine.other_candles import OtherCandles
from analytics.pine.reference.manual import manual
from analytics.pine.runtime.errors import PineRuntimeError
from analytics.pine.scripts import Market, Outcome, check_script, find_scripts, format_script, run_script


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
        run.add_argument("--csv", required=True, type=Path, help="the candles: a CSV file, also packed as .gz")
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
        forms = run.add_mutually_exclusive_group()
        forms.add_argument("--json", action="store_true", help="print everything as JSON")
        forms.add_argument("--csv-out", action="store_true", help="print candles and plots as CSV (of one script)")
        forms.add_argument("--trades", action="store_true", help="print the list of trades as CSV (of one script)")

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
        as_csv = options["csv_out"] or options["trades"]
        if as_csv and len(scripts) > 1:
            raise CommandError("--csv-out and --trades print one script. Name one, or use --json.")
        inputs = dict(_named(text, 'no input. Write --input "Length=20"') for text in options["input"])
        files = [_named(text, "no file of a symbol. Write --bars FX:GBPUSD=FILE.csv") for text in options["bars"]]
        history = read_history(options["csv"])
        symbol = symbol_of(options["csv"], history, options["symbol"])
        timeframe = timeframe_of(options["csv"], history.bars, options["timeframe"], symbol=options["symbol"])
        market = Market(history, symbol, timeframe, OtherCandles((name, Path(path)) for name, path in files))
        outcomes = self._each(scripts, lambda path: run_script(path, market, inputs))
        result = outcomes[0].result
        if as_csv and result is not None:
            if options["csv_out"]:
                reports.write_plots(self.stdout, result, market)  # type: ignore[arg-type]  # Django wraps a stream
            else:
                reports.write_trades(self.stdout, result.trades, market)  # type: ignore[arg-type]  # Django wraps a stream
        self._report(outcomes, market, as_json=options["json"], quiet=as_csv)

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
            if not quiet:
                self.stdout.write(reports.overview(outcomes, ran=market is not None))
        failed = sum(outcome.failed for outcome in outcomes)
        if failed:
            raise CommandError(f"{failed} of {len(outcomes)} scripts failed. Correct what is said of them above.")


def _named(text: str, otherwise: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise CommandError(f'"{text}" is {otherwise}.')
    return name, value
