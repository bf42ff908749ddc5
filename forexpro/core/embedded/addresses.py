"""Where the embedded services of a local directory listen; known without starting them."""

import hashlib
import os
import tempfile
from pathlib import Path
from urllib.parse import quote


def socket_dir(local_dir: Path) -> Path:
    """Return the private directory of the sockets: short, because a socket's path must stay under about 100 bytes."""
    base = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
    digest = hashlib.sha256(str(local_dir.resolve()).encode()).hexdigest()[:12]
    return base / f"forexpro-{os.getuid()}-{digest}"


def database_url(local_dir: Path) -> str:
    """Return the URL of the embedded PostgreSQL."""
    return f"postgresql://forexpro@{quote(str(socket_dir(local_dir)), safe='')}/forexpro"


def redis_url(local_dir: Path) -> str:
    """Return the URL of the embedded Redis."""
    return f"unix://{socket_dir(local_dir) / 'redis.sock'}"
