from analytics.pine.diagnostics import CompilationFailed, Diagnostics, ScriptFailed, Severity, Span


def found(*spans: Span) -> Diagnostics:
    diagnostics = Diagnostics()
    for span in spans:
        diagnostics.error("syntax", span, "Found `)` where a value should be.", "Write a value.")
    return diagnostics


def test_text_shows_the_line_and_a_caret_under_the_place():
    (diagnostic,) = found(Span(2, 5, 8)).sorted()

    assert diagnostic.as_text("a = 1\nb = ), c\n").splitlines() == [
        "error[syntax] line 2, column 5: Found `)` where a value should be.",
        "    2 | b = ), c",
        "      |     ^^^",
        "      = Write a value.",
    ]


def test_a_tab_before_the_place_stays_a_tab_under_it():
    (diagnostic,) = found(Span(1, 2, 3)).sorted()

    assert diagnostic.as_text("\t)").splitlines()[2] == "      | \t^"


def test_json_has_every_field():
    (diagnostic,) = found(Span(3, 1, 2)).sorted()

    assert diagnostic.as_json("a\nb\n) c\n") == {
        "code": "syntax",
        "severity": "error",
        "line": 3,
        "column": 1,
        "end": 2,
        "message": "Found `)` where a value should be.",
        "hint": "Write a value.",
        "source": ") c",
    }


def test_of_a_long_line_what_is_around_the_place_is_shown():
    (diagnostic,) = found(Span(1, 5_001, 5_003)).sorted()

    _, shown, carets, _ = diagnostic.as_text("a" * 5_000 + "))" + "b" * 5_000).splitlines()

    assert len(shown) < 200
    assert [(shown[place], mark) for place, mark in enumerate(carets) if mark == "^"] == [(")", "^")] * 2
    assert shown.startswith("    1 | …a")
    assert shown.endswith("b…")


def test_they_come_in_the_order_of_the_source_and_none_twice():
    diagnostics = found(Span(3, 1, 2), Span(1, 4, 5), Span(3, 1, 2))

    assert [(one.line, one.column) for one in diagnostics.sorted()] == [(1, 4), (3, 1)]


def test_warnings_do_not_fail_a_compilation():
    diagnostics = Diagnostics()
    diagnostics.warning("version-missing", Span(1, 1, 1), "The script does not say its version.")

    assert not diagnostics.failed
    assert diagnostics.sorted()[0].severity is Severity.WARNING


def test_a_garbled_file_does_not_report_without_end():
    assert len(found(*(Span(line, 1, 2) for line in range(1, 500))).sorted()) == 50


def test_a_failed_compilation_reads_as_its_diagnostics():
    failed = CompilationFailed(found(Span(1, 1, 2)).sorted(), ")")

    assert "line 1, column 1" in str(failed)


def test_a_script_that_stopped_says_its_place_once():
    stopped = ScriptFailed("Enough.", line=4, bar_index=7)

    assert stopped.message == "Enough."
    assert str(stopped) == "Line 4, bar 7: Enough."
