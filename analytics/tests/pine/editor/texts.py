"""Texts with a mark at a place, for questions about that place."""

from analytics.pine import editor
from analytics.tests.pine.program.scripts import script
from analytics.tests.pine.program.test_differential import TRADES
from analytics.tests.pine.program.test_robustness import IDIOMS, SCRIPTS

HEAD = '//@version={version}\nindicator("t")\n'
SCRIPT_TEXTS = {
    **{path.stem: path.read_text() for path in SCRIPTS},
    **{f"idiom {number}": script(body) for number, body in enumerate(IDIOMS)},
    **{f"strategy {number}": script(body, kind="strategy") for number, body in enumerate(TRADES)},
}


def marked(body: str, version: int = 6) -> tuple[str, int, int]:
    """Return a text without its mark `|`, and line and character of the mark."""
    before, _, after = (HEAD.format(version=version) + body).partition("|")
    return before + after, before.count("\n"), len(before) - before.rfind("\n") - 1


def offered(body: str, version: int = 6) -> list[str]:
    """Return what is offered at the mark, the likeliest first."""
    return [item.label for item in editor.complete(*marked(body, version))]


def explained(body: str, version: int = 6) -> str:
    """Return what is said of the word at the mark."""
    found = editor.hover(*marked(body, version))
    return "" if found is None else found.contents


def helped(body: str, version: int = 6) -> tuple[str, str]:
    """Return the active signature at the mark and its active parameter as it is written there."""
    found = editor.signature(*marked(body, version))
    if found is None:
        return "", ""
    form = found.signatures[found.active_signature]
    if found.active_parameter is None:
        return form.label, ""
    parameter = form.parameters[found.active_parameter]
    return form.label, form.label[parameter.start : parameter.end]
