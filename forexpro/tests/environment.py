"""The environment of the tests, set up before the settings are read (pytest loads this plugin first, see `addopts`).

Tests ignore `.env`, keep their embedded data apart from the demo's, and each parallel worker has its own Redis names.
"""

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]

os.environ["ENV_FILE"] = os.devnull
# What is tried here of the back office is tried by staff without a second factor; that it takes one, has its own tests.
os.environ.setdefault("STAFF_TOTP_REQUIRED", "false")
if worker := os.environ.get("PYTEST_XDIST_WORKER"):  # its environment is the controller's, which ran the other branch
    os.environ["REDIS_NAMESPACE"] += f":{worker}"
    # A database server of its own: readers of the event log wait for every transaction of the whole server.
    os.environ["LOCAL_DIR"] += f"/{worker}"
else:
    os.environ["REDIS_NAMESPACE"] = os.environ.get("REDIS_NAMESPACE", "forexpro") + ":test"
    os.environ.setdefault("LOCAL_DIR", str(REPOSITORY / ".local" / "test"))
