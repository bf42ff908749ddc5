"""The colours of the design system are readable in both themes and for both pairs of price colours (WCAG 2.2 AA)."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from forexpro.core.http.appearance import COLOURS

RGB = tuple[float, ...]
TEXT, BOUNDARY = 4.5, 3.0
SURFACES = ("page", "panel", "raised", "hover")


def read_tokens() -> dict[str, dict[str, dict[str, RGB]]]:
    """Return {colours: {theme: {token: rgb}}} as tokens.css declares them."""
    css = Path(settings.BASE_DIR, "static", "src", "css", "tokens.css").read_text()
    root = _declared(css.split(":root {")[1].split("\n}")[0])
    pairs = {colours: _declared(css.split(f'[data-colours="{colours}"] {{')[1].split("\n}")[0]) for colours in COLOURS}
    return {
        colours: {theme: {name: values[index] for name, values in tokens.items()} for index, theme in enumerate(THEMES)}
        for colours, tokens in ((colours, root | pair) for colours, pair in pairs.items())
    }


THEMES = ("light", "dark")


def _declared(block: str) -> dict[str, tuple[RGB, RGB]]:
    pattern = r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);"
    return {name: (_rgb(light), _rgb(dark)) for name, light, dark in re.findall(pattern, block)}


def _rgb(text: str) -> RGB:
    return tuple(int(text[at : at + 2], 16) / 255 for at in (1, 3, 5))


def contrast(one: RGB, other: RGB) -> float:
    """Return the contrast ratio of WCAG 2.2."""

    def luminance(rgb: RGB) -> float:
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in rgb]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def tint(colour: RGB, surface: RGB, share: float = 0.10) -> RGB:
    return tuple(share * a + (1 - share) * b for a, b in zip(colour, surface, strict=True))


def pairs() -> Iterator[tuple[str, RGB, RGB, float]]:
    for colours, themes in read_tokens().items():
        for theme, token in themes.items():
            place = f"{colours} {theme}"
            for name in ("text", "text-secondary", "text-faint", "accent", "up", "down", "warning", "info"):
                for surface in SURFACES:
                    if (name, surface) != ("text-faint", "hover"):  # never written there
                        yield f"{place}: {name} on {surface}", token[name], token[surface], TEXT
            for name in ("accent", "up", "down", "warning", "info"):
                for surface in ("page", "panel", "raised"):
                    ground = tint(token[name], token[surface])
                    yield f"{place}: {name} on its tint on {surface}", token[name], ground, TEXT
            for name in ("up", "down"):
                for flash in ("up", "down"):
                    for surface in SURFACES:
                        ground = tint(token[flash], token[surface], 0.12)
                        yield f"{place}: {name} flashing {flash} on {surface}", token[name], ground, TEXT
            for name in ("accent", "up", "down"):
                yield f"{place}: on-{name} on {name}", token[f"on-{name}"], token[name], TEXT
            yield f"{place}: on-accent on accent-hover", token["on-accent"], token["accent-hover"], TEXT
            for surface in ("page", "panel", "raised"):
                yield f"{place}: field border on {surface}", token["line-strong"], token[surface], BOUNDARY


@pytest.mark.parametrize(("what", "one", "other", "least"), [pytest.param(*pair, id=pair[0]) for pair in pairs()])
def test_colours_that_meet_are_far_enough_apart(what: str, one: RGB, other: RGB, least: float):
    assert contrast(one, other) >= least, f"{what}: {contrast(one, other):.2f} to 1"


def test_contrast_of_known_pairs():
    assert contrast((0, 0, 0), (1, 1, 1)) == pytest.approx(21)
    assert contrast(_rgb("#767676"), (1, 1, 1)) == pytest.approx(4.54, abs=0.01)
