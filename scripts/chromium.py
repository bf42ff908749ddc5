"""Find a Chromium for the browser tests; where there is none, install it if that is possible, else say so."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")


def find_chromium() -> str | None:
    """Return the program to drive: $CHROMIUM, one of the system's, or Playwright's own."""
    if named := os.environ.get("CHROMIUM"):
        return named
    for name in NAMES:
        if found := shutil.which(name):
            return found
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def install() -> None:
    """Try the system's packages (as root on Debian and its relatives), then Playwright's own download."""
    attempts: list[Sequence[str]] = [(sys.executable, "-m", "playwright", "install", "chromium")]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        attempts.insert(0, ("apt-get", "install", "--yes", "--quiet", "--no-install-recommends", "chromium"))
        subprocess.run(("apt-get", "update", "--quiet"), check=False)
    for attempt in attempts:
        print("No Chromium for the browser tests yet, trying:", " ".join(attempt), flush=True)
        if subprocess.run(attempt, check=False).returncode == 0 and find_chromium():
            return


def main() -> int:
    if find_chromium() is None:
        install()
    if find_chromium():
        return 0
    print(
        "There is no Chromium and it could not be installed: the browser tests are LEFT OUT.\n"
        "Install Chromium, or name one: CHROMIUM=/path/to/chromium make test"
    )
    return 1 if os.environ.get("CI") else 0


if __name__ == "__main__":
    sys.exit(main())
