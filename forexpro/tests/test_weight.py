"""What a page makes a browser fetch, as it travels: compressed."""

import gzip
from pathlib import Path

import pytest
from django.conf import settings

BUILT = Path(settings.BASE_DIR, "static", "dist")
KILOBYTE = 1000


@pytest.mark.parametrize(
    ("files", "kilobytes"),
    [
        (["app.css", "app.js"], 40),
        # The chart is half of it. More than 200 kB is more than the terminal may ever weigh.
        (["app.css", "terminal.css", "terminal.js"], 120),
    ],
)
def test_scripts_and_styles_stay_light(files, kilobytes):
    if not (BUILT / "app.js").exists():
        pytest.fail("The front end is not built: `make build`, or node scripts/build.mjs.")
    weight = sum(len(gzip.compress((BUILT / file).read_bytes())) for file in files)
    assert weight <= kilobytes * KILOBYTE
