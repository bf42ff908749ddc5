"""What comments say of the declaration below them: `//@function …`, `//@param name …`, `//@variable …`, plain words."""

import re
from dataclasses import dataclass, field

from analytics.pine.editor.reading import Reading

MOST_LINES = 40
_ANNOTATION = re.compile(r"//\s*@(\w+)\s*(.*)")
_NAMED = re.compile(r"(\w+)\s*(?:\([^()]*\)\s*)?(.*)")
_ABOUT = frozenset({"function", "variable", "type", "enum", "description"})
_ABOUT_PARTS = frozenset({"param", "field"})
_RETURNED = frozenset({"returns", "return"})


@dataclass(slots=True)
class Remarks:
    """`parts` are the parameters or fields by name."""

    text: str = ""
    parts: dict[str, str] = field(default_factory=dict)
    returned: str = ""


def remarks_above(reading: Reading, line: int) -> Remarks:
    """Return what the comments directly above a line say; without any, the comment at the end of that line."""
    rows: list[str] = []
    above = line - 1
    while above > 0 and len(rows) < MOST_LINES:
        comment = reading.comments.get(above)
        if comment is None or reading.document.lines[above - 1][: comment.column - 1].strip():
            break
        rows.append(comment.text)
        above -= 1
    if not rows:
        beside = reading.comments.get(line)
        rows = [beside.text] if beside is not None else []
    return _remarks(rows[::-1])


def _remarks(rows: list[str]) -> Remarks:
    found = Remarks()
    plain: list[str] = []
    told: list[str] = []
    goes_on: list[str] = plain
    parts: dict[str, list[str]] = {}
    returned: list[str] = []
    for row in rows:
        annotation = _ANNOTATION.match(row)
        if annotation is None:
            text = row.lstrip("/").strip()
            if any(letter.isalnum() for letter in text):
                goes_on.append(text)
            continue
        word, text = annotation[1], annotation[2].strip()
        named = _NAMED.match(text)
        if word in _ABOUT:
            goes_on = told
        elif word in _RETURNED:
            goes_on = returned
        elif word in _ABOUT_PARTS and named is not None:
            goes_on = parts.setdefault(named[1], [])
            text = named[2]
        else:
            goes_on = []
        goes_on.append(text)
    found.text = " ".join(told or plain).strip()
    found.parts = {name: " ".join(texts).strip() for name, texts in parts.items()}
    found.returned = " ".join(returned).strip()
    return found
