"""The environment of the tests, set up before the settings are read (pytest loads this plugin first, see `addopts`).

Tests ignore `.env`, keep their embedded data apart from the demo's, and each parallel worker has its own Redis names.
"""

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]

os.environ["ENV_FILE"] = os.devnull
os.environ.setdefault("LOCAL_DIR", str(REPOSITORY / ".local" / "test"))
if worker := os.environ.get("PYTEST_XDIST_WORKER"):
    os.environ["REDIS_NAMESPACE"] += f":{worker}"  # inherited from the controller, which ran the line below
else:
    os.environ["REDIS_NAMESPACE"] = os.environ.get("REDIS_NAMESPACE", "forexpro") + ":test"
