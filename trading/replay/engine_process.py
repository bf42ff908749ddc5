"""A `run_engine` process on the database and Redis names that this process uses."""

import os
import subprocess
import sys
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from trading.runner.shards import Shard

# The replay may outrun the engine by far more than a live feed could: nothing is an outage here.
OUTAGE_SECONDS = 24 * 3600
STOP_SECONDS = 30


class EngineProcess:
    """Started when made; `kill` gives it no chance to do anything more."""

    def __init__(self, shard: Shard | None = None) -> None:
        environment = {
            "DATABASE_URL": _database_url(),
            "REDIS_URL": settings.REDIS_URL,
            "REDIS_NAMESPACE": settings.REDIS_NAMESPACE,
            "ENGINE_OUTAGE_SECONDS": str(OUTAGE_SECONDS),
        }
        options = ["--skip-checks", "--shard", str(shard or Shard())]
        self._process = subprocess.Popen(  # noqa: S603  # our own command
            [sys.executable, str(settings.BASE_DIR / "manage.py"), "run_engine", *options],
            env=os.environ | environment,
        )

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        """End it with SIGKILL."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """Ask it to stop, and wait for that."""
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise


def _database_url() -> str:
    values = connection.settings_dict
    user, password, host, database = (
        quote(str(values[part]), safe="") for part in ("USER", "PASSWORD", "HOST", "NAME")
    )
    login = f"{user}:{password}" if password else user
    port = f":{values['PORT']}" if values["PORT"] else ""
    return f"postgresql://{login}@{host}{port}/{database}"
