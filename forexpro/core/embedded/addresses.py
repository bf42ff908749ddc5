"""Where the embedded services of a local directory listen; known without starting them."""

import hashlib
import os
import tempfile
from pathlib import Path
from urllib.parse import quote

# The system allows about 104 bytes for a socket's whole path; this much of it is ours.
LONGEST_BASE = 50


def socket_dir(local_dir: Path, service: str) -> Path:
    """Return the private directory of a service's socket: short, because a socket's path must stay under 104 bytes."""
    base = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    if len(base) > LONGEST_BASE:
        base = "/tmp"  # noqa: S108  # the directory below it is private and its owner is checked
    digest = hashlib.sha256(str(local_dir.resolve()).encode()).hexdigest()[:12]
    return Path(base) / f"forexpro-{os.getuid()}-{digest}" / service


def database_url(local_dir: Path) -> str:
    """Return the URL of the embedded PostgreSQL."""
    return f"postgresql://forexpro@{quote(str(socket_dir(local_dir, 'postgres')), safe='')}/forexpro"


def redis_socket(local_dir: Path) -> Path:
    """Return the socket of the embedded Redis."""
    return socket_dir(local_dir, "redis") / "redis.sock"


def redis_url(local_dir: Path) -> str:
    """Return the URL of the embedded Redis."""
    return f"unix://{redis_socket(local_dir)}"
