"""The command that checks and runs scripts."""

import csv
import json
import sys
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

HOUR = 3_600
INDICATOR = """//@version=6
indicator("Mine")
length = input.int(2, "Length", minval=1)
tint = input.color(#ff0000, "Tint")
plot(ta.sma(close, length), "Mean", color=tint)
plotshape(close > open, "Up")
"""
STRATEGY = """//@version=6
strategy("Mine", default_qty_type=strategy.percent_of_equity, default_qty_value=10)
if bar_index == 0
    strategy.entry("L", strategy.long)
if bar_index == 2
    strategy.close("L")
"""
BROKEN = '//@version=6\nindicator("Broken")\nplot(clse)\n'
STOPPING = '//@version=6\nindicator("Stops")\nif bar_index == 1\n    runtime.error("Enough")\nplot(close)\n'


@pytest.fixture
def folder(tmp_path):
    rows = ["time,open,high,low,close,Volume"]
    rows += [f"{1_704_150_000 + HOUR * index},1.1,1.3,1.0,{1.1 + index / 100:.5f},10" for index in range(5)]
    (tmp_path / "FX_EURUSD, 60.csv").write_text("\n".join(rows))
    (tmp_path / "mine.pine").write_text(INDICATOR)
    return tmp_path


def pine(*arguments, fails=None):
    """Return what the command prints and what it says of faults."""
    out, said = StringIO(), StringIO()
    if fails is None:
        call_command("pine", *map(str, arguments), stdout=out, stderr=said)
    else:
        with pytest.raises(CommandError, match=fails):
            call_command("pine", *map(str, arguments), stdout=out, stderr=said)
    return out.getvalue(), said.getvalue()


def run(folder, script, *arguments, fails=None):
    return pine("run", folder / script, "--csv", folder / "FX_EURUSD, 60.csv", *arguments, fails=fails)


def test_a_script_that_is_right_passes(folder):
    out, said = pine("check", folder / "mine.pine")

    assert "indicator v6       0         0" in out
    assert said == ""


def test_faults_are_shown_with_their_line_and_a_caret(folder):
    (folder / "broken.pine").write_text(BROKEN)

    out, said = pine("check", folder, fails="1 of 2 scripts failed")

    assert "broken.pine: error[" in said
    assert "    3 | plot(clse)\n      |      ^^^^" in said
    assert [line.split()[-2] for line in out.splitlines()[1:]] == ["1", "0"]


def test_faults_are_json_for_programs(folder):
    (folder / "broken.pine").write_text(BROKEN)

    out, said = pine("check", folder, "--json", fails="1 of 2")

    broken, mine = json.loads(out)["files"]
    assert said == ""
    assert (broken["failed"], mine["failed"], mine["kind"], mine["version"]) == (True, False, "indicator", 6)
    assert [(fault["line"], fault["column"], fault["end"]) for fault in broken["diagnostics"]] == [(3, 6, 10)]


def test_files_that_are_no_text_are_faults_of_theirs(folder):
    (folder / "bytes.pine").write_bytes(b"\xff\xfe\x00")

    _, said = pine("check", folder, fails="1 of 2")

    assert "error[unreadable]" in said


@pytest.mark.parametrize("path", ["none.pine", "empty"])
def test_paths_without_scripts_are_refused(folder, path):
    (folder / "empty").mkdir()

    pine("check", folder / path, fails="There is no")


def test_values_are_written_as_charts_export_them(folder):
    out, _ = run(folder, "mine.pine", "--csv-out", "--input", "Length=3")

    rows = list(csv.DictReader(StringIO(out)))
    assert list(rows[0]) == ["time", "open", "high", "low", "close", "Volume", "Mean", "Up"]
    assert [row["Mean"] for row in rows[:2]] == ["NaN", "NaN"]
    assert float(rows[2]["Mean"]) == pytest.approx(1.11)
    assert [row["Up"] for row in rows] == ["0", "1", "1", "1", "1"]
    assert rows[0]["time"] == "1704150000"


def test_values_are_json_with_null_for_na(folder):
    out, _ = run(folder, "mine.pine", "--json", "--input", "Tint=#00ff0080")

    (found,) = json.loads(out)["files"]
    mean = found["plots"][0]
    assert (found["symbol"], found["timeframe"]) == ("FX:EURUSD", "60")
    assert mean["columns"]["series"] == [None, *(pytest.approx(1.105 + place / 100) for place in range(4))]
    assert mean["columns"]["color"] == [0x00FF007F] * 5


def test_trades_are_written_as_their_list_is_exported(folder):
    (folder / "strategy.pine").write_text(STRATEGY)

    out, _ = run(folder, "strategy.pine", "--trades")

    entry, leaving = csv.DictReader(StringIO(out))
    assert (entry["Type"], entry["Date/Time"], entry["Signal"]) == ("Entry long", "2024-01-01T19:00:00-0500", "L")
    assert (leaving["Type"], leaving["Date/Time"]) == ("Exit long", "2024-01-01T21:00:00-0500")
    assert entry["Position size (qty)"] == "90909"  # a tenth of a million, in tenths of a unit


def test_many_scripts_are_summed_up_in_a_table(folder):
    (folder / "strategy.pine").write_text(STRATEGY)
    (folder / "stopping.pine").write_text(STOPPING)

    out, said = pine("run", folder, "--csv", folder / "FX_EURUSD, 60.csv", fails="1 of 3")

    assert [line.split()[-3:] for line in out.splitlines()[1:]] == [
        ["2", "-", "-"],
        ["-", "-", "-"],
        ["0", "1", "0.00"],
    ]
    assert "error[script-failed] line 4, column 5: Enough" in said
    assert "    4 |     runtime.error" in said
    assert "It stopped on bar 1." in said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("Length=two", 'takes a value of the kind int; "two" is none'),
        ("Length=0", "at least 1"),
        ("Tint=red", 'kind color; "red" is none'),
        ("Width=2", 'no input "Width"'),
    ],
)
def test_inputs_that_do_not_fit_are_refused(folder, value, said):
    assert said in run(folder, "mine.pine", "--input", value, fails="1 of 1")[1]


def test_inputs_without_a_value_are_refused(folder):
    run(folder, "mine.pine", "--input", "Length", fails="is no input")
    run(folder, "mine.pine", "--bars", "FX:GBPUSD", fails="is no file of a symbol")


def test_candles_of_other_symbols_come_from_their_files(folder):
    rows = [f"{1_704_150_000 + HOUR * index // 2},2,{3 + index},1,{2 + index},1" for index in range(10)]
    (folder / "pound.csv").write_text("\n".join(["time,open,high,low,close,Volume", *rows]))
    asked = 'request.security("FX:GBPUSD", timeframe.period, {0})'
    plots = "\n".join(f'plot({asked.format(name)}, "{name}")' for name in ("open", "high", "close", "volume"))
    (folder / "mine.pine").write_text(f'//@version=6\nindicator("Asks")\n{plots}\n')

    out, _ = run(folder, "mine.pine", "--csv-out", "--bars", f"FX:GBPUSD={folder / 'pound.csv'}")

    last = [float(row) for row in out.splitlines()[-1].split(",")[6:]]
    assert last == [2, 12, 11, 2]


ASKING = '//@version=6\nindicator("Asks")\nplot(request.security("FX:GBPUSD", timeframe.period, close), "Pound")\n'


def test_without_candles_of_others_what_is_requested_of_them_is_na(folder):
    (folder / "mine.pine").write_text(ASKING)

    out, said = run(folder, "mine.pine", "--csv-out")

    assert {row["Pound"] for row in csv.DictReader(StringIO(out))} == {"NaN"}
    assert 'its log warns once, first: "There are no bars of "FX:GBPUSD"' in said


def test_where_some_are_given_the_others_are_missed(folder):
    (folder / "mine.pine").write_text(ASKING)

    _, said = run(folder, "mine.pine", "--bars", f"FX:USDJPY={folder / 'FX_EURUSD, 60.csv'}", fails="1 of 1")

    assert 'line 3, column 1: There are no bars of "FX:GBPUSD"' in said


def test_shorter_timeframes_of_the_chart_come_from_their_files(folder):
    rows = [f"{1_704_150_000 + HOUR * index // 2},2,3,1,{2 + index},1" for index in range(10)]
    (folder / "halves.csv").write_text("\n".join(["time,open,high,low,close,Volume", *rows]))
    asked = 'request.security_lower_tf(syminfo.tickerid, "30", close)'
    (folder / "mine.pine").write_text(f'//@version=6\nindicator("Asks")\nplot({asked}.sum())\n')

    out, _ = run(folder, "mine.pine", "--csv-out", "--bars", f"FX:EURUSD={folder / 'halves.csv'}")

    assert [float(row.rpartition(",")[2]) for row in out.splitlines()[1:]] == [5, 9, 13, 17, 21]


def test_lists_of_several_scripts_are_refused(folder):
    (folder / "strategy.pine").write_text(STRATEGY)

    pine("run", folder, "--csv", folder / "FX_EURUSD, 60.csv", "--trades", fails="print one script")


def test_candles_that_cannot_be_read_are_refused(folder):
    pine("run", folder, "--csv", folder / "mine.pine", fails="no column time")


def test_csv_once_more_prints_csv(folder):
    assert run(folder, "mine.pine", "--csv") == run(folder, "mine.pine", "--csv-out")

    run(folder, "mine.pine", "--csv", "--json", fails="only one can be printed")
    run(folder, "mine.pine", "--csv", folder / "other.csv", fails="--csv names one file")


@pytest.mark.parametrize("arguments", [["--csv", "more.csv"], ["--csv", "--json"], ["--input", "Length"]])
def test_a_command_that_was_not_understood_ends_as_such(folder, arguments):
    with pytest.raises(CommandError) as refused:
        run(folder, "mine.pine", *arguments)
    assert refused.value.returncode == 2


def test_the_log_is_printed_with_the_times_of_its_bars(folder):
    (folder / "mine.pine").write_text(
        '//@version=6\nindicator("Logs")\nif bar_index < 2\n    log.error("Bar {0}", bar_index)\nplot(close)\n'
    )

    out, said = run(folder, "mine.pine", "--log")

    assert out.splitlines() == ["2024-01-01T18:00:00-0500 error Bar 0", "2024-01-01T19:00:00-0500 error Bar 1"]
    assert 'its log warns 2 times, first: "Bar 0" See it all with --log.' in said


def test_a_timeframe_that_is_not_that_of_the_candles_is_warned_of(folder):
    assert "are 60 apart and are run as 30" in run(folder, "mine.pine", "--timeframe", "30")[1]
    assert run(folder, "mine.pine", "--timeframe", "60")[1] == ""


def test_a_script_runs_no_longer_than_it_may(folder):
    (folder / "mine.pine").write_text(
        '//@version=6\nindicator("Long")\ns = 0\nfor i = 1 to 1900000\n    s += i % 7\nplot(s)\n'
    )
    rows = [f"{HOUR * index},1,1,1,1" for index in range(2_000)]
    (folder / "FX_EURUSD, 60.csv").write_text("\n".join(["time,open,high,low,close", *rows]))

    _, said = run(folder, "mine.pine", "--seconds", "1", fails="1 of 1")

    assert "error[run-time]" in said
    assert "takes more than 1 seconds" in said


@pytest.mark.parametrize("seconds", ["0", "soon", "-1"])
def test_seconds_that_are_no_number_of_them_are_refused(folder, seconds):
    run(folder, "mine.pine", f"--seconds={seconds}", fails="no number of seconds")


def test_everything_that_is_shown_is_in_the_json(folder):
    (folder / "mine.pine").write_text(
        """//@version=6
strategy("Shows", overlay=true)
length = input.int(3, "Length", options=[3, 5])
first = plot(close, "Close", color.red, 2)
level = hline(1.5, "Level")
fill(first, plot(open, display=display.none), color.blue)
if barstate.islast
    upper = line.new(bar_index - 1, high, bar_index, na)
    linefill.new(upper, line.new(0, low, bar_index, low), color.red)
    label.new(bar_index, high, "Here")
    polyline.new(array.from(chart.point.now(close), chart.point.from_index(0, 1.2)))
    shown = table.new(position.top_right, 2, 2)
    shown.cell(1, 0, "Cell")
if bar_index == 0
    strategy.entry("L", strategy.long)
"""
    )

    (found,) = json.loads(run(folder, "mine.pine", "--json")[0])["files"]

    drawings = found["drawings"]
    assert found["inputs"][0] | {"name": "in_0", "kind": "int", "options": [3, 5]} == found["inputs"][0]
    assert [plot["kind"] for plot in found["plots"]] == ["plot", "hline", "plot", "fill"]
    assert found["plots"][0]["options"]["linewidth"] == 2
    assert found["plots"][1]["options"]["price"] == 1.5
    assert (found["plots"][3]["options"]["plot1"], found["plots"][3]["options"]["plot2"]) == (0, 2)
    assert [line["y2"] for line in drawings["line"]] == [None, 1.0]
    assert [drawings["linefill"][0][name] for name in ("line1", "line2")] == [
        each["number"] for each in drawings["line"]
    ]
    assert (drawings["label"][0]["text"], drawings["label"][0]["x"]) == ("Here", 4)
    assert [point["price"] for point in drawings["polyline"][0]["points"]] == [1.14, 1.2]
    assert [(cell["column"], cell["row"], cell["text"]) for cell in drawings["table"][0]["cells"]] == [(1, 0, "Cell")]
    assert found["equity"] == pytest.approx([1e6, 1e6 + 0.01, 1e6 + 0.02, 1e6 + 0.03, 1e6 + 0.04])
    assert len(found["hash"]) == 64


def test_an_interruption_is_no_traceback(folder, monkeypatch):
    def interrupted(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("analytics.management.commands.pine.run_script", interrupted)

    with pytest.raises(CommandError, match="Stopped before everything was done") as stopped:
        call_command("pine", "run", str(folder), "--csv", str(folder / "FX_EURUSD, 60.csv"))
    assert stopped.value.returncode == 130


class Terminal(StringIO):
    def isatty(self):
        return True


def test_a_bar_of_progress_is_drawn_on_terminals_alone(folder, monkeypatch):
    (folder / "strategy.pine").write_text(STRATEGY)
    for screen, drawn in ((Terminal(), True), (StringIO(), False)):
        monkeypatch.setattr(sys, "stderr", screen)

        pine("check", folder)

        assert ("100%" in screen.getvalue()) is drawn


def test_the_reference_is_a_page():
    out, _ = pine("reference")

    assert "\n### `ta.sma()`\n" in out
    assert "- `ta.sma(source float, length int) → series float`" in out
    assert "\n- `request.financial`: " in out


UNTIDY = b"//@version=6\r\nindicator('t')\r\nplot( close,'x' )"
TIDY = b"//@version=6\r\nindicator('t')\r\nplot(close, 'x')\r\n"


def test_formatting_changes_what_is_untidy(tmp_path):
    (tmp_path / "untidy.pine").write_bytes(UNTIDY)
    (tmp_path / "tidy.pine").write_bytes(TIDY)

    out, _ = pine("format", tmp_path)

    assert out == f"Formatted {tmp_path / 'untidy.pine'}\n1 of 2 scripts were tidy.\n"
    assert (tmp_path / "untidy.pine").read_bytes() == TIDY
    assert pine("format", tmp_path, "--check") == ("2 of 2 scripts were tidy.\n", "")


def test_a_check_of_the_form_changes_nothing(tmp_path):
    (tmp_path / "untidy.pine").write_bytes(UNTIDY)

    out, _ = pine("format", tmp_path, "--check", fails="1 of 1 scripts are untidy")

    assert out == f"Would format {tmp_path / 'untidy.pine'}\n0 of 1 scripts were tidy.\n"
    assert (tmp_path / "untidy.pine").read_bytes() == UNTIDY


def test_a_file_that_is_no_text_is_not_formatted(tmp_path):
    (tmp_path / "image.pine").write_bytes(b"\xff\xfe\x00")

    pine("format", tmp_path, fails="cannot be formatted")


def test_a_script_of_the_last_candles_has_no_values_before_them(folder):
    (folder / "mine.pine").write_text('//@version=6\nindicator("Mine", calc_bars_count = 2)\nplot(close, "Close")\n')

    rows = list(csv.DictReader(StringIO(run(folder, "mine.pine", "--csv-out")[0])))

    assert [row["Close"] for row in rows] == ["NaN", "NaN", "NaN", "1.13", "1.14"]
