"""The reference as a page in Markdown: what scripts may use, and what is refused."""

from collections import defaultdict
from collections.abc import Iterator

from analytics.pine.reference import entries
from analytics.pine.reference.notation import Entry, Function
from analytics.pine.reference.refused import REFUSED
from analytics.pine.reference.wording import since, written


def manual() -> str:
    """Return the whole page, a section for each namespace."""
    spaces: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries().values():
        spaces[entry.name.partition(".")[0] if "." in entry.name else ""].append(entry)
    lines = [
        "# Pine: what scripts may use",
        "",
        f"{sum(map(len, spaces.values()))} functions, variables and constants. "
        "A parameter with `=` or `?` may be left out; `...` takes any number of values.",
    ]
    for space in sorted(spaces):
        lines += ["", f"## {f'`{space}.*`' if space else 'Without a namespace'}"]
        for entry in sorted(spaces[space], key=lambda entry: (entry.name, isinstance(entry, Function))):
            lines += _described(entry)
    lines += ["", "## What is refused", ""]
    lines += [f"- `{name}`: {reason}" for name, reason in sorted(REFUSED.items())]
    return "\n".join(lines) + "\n"


def _described(entry: Entry) -> Iterator[str]:
    if isinstance(entry, Function):
        yield from ("", f"### `{entry.name}()`", entry.summary, "")
        for signature in entry.overloads:
            yield f"- `{written(entry.name, signature)}`{since(signature.versions)}"
        return
    value = f" = {entry.value}" if entry.value else ""
    yield from ("", f"### `{entry.name}`", entry.summary, "")
    yield f"- `{entry.qualifier.word} {entry.type}{value}`{since(entry.versions)}"
