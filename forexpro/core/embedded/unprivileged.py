"""PostgreSQL refuses to run as root: who runs it then, and where that user can read its programs and its data."""

import hashlib
import os
import pwd
import shutil
from dataclasses import dataclass
from pathlib import Path

from forexpro.core.embedded.service import ServiceMissing

# Where root keeps what lies behind a closed door, such as a project in /root.
OPEN_BASE = Path("/var/lib/forexpro-embedded")


@dataclass(frozen=True)
class Account:
    """The system account a server runs under."""

    uid: int
    gid: int


def server_account(data: Path) -> Account | None:
    """Return the account to change to, or None when this process may run the server itself.

    It is the one that owns the data already, if any: a demo begun as an ordinary user goes on with `sudo`.
    """
    if os.geteuid() != 0:
        return None
    if data.exists() and data.stat().st_uid != 0:
        return Account(data.stat().st_uid, data.stat().st_gid)
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise ServiceMissing(
        "PostgreSQL does not run as root, and there is neither a user postgres nor a user nobody to run it as. "
        "Start as an ordinary user, or set DATABASE_URL to a PostgreSQL of yours."
    )


def open_to_all(path: Path) -> bool:
    """Return whether any user can reach what is in `path`."""
    return all(directory.stat().st_mode & 0o001 for directory in (path, *path.parents))


def reachable_programs(programs: Path) -> Path:
    """Return a directory with the same programs that the server's account can read, copying them when it must.

    The wheel keeps their libraries beside its package, where the programs look for them: `../../../<package>.libs`.
    """
    if os.geteuid() != 0 or open_to_all(programs):
        return programs
    stamp = programs / "bin" / "postgres"
    digest = hashlib.sha256(f"{stamp}{stamp.stat().st_size}{stamp.stat().st_mtime_ns}".encode()).hexdigest()[:12]
    package = programs.parent
    libraries = package.with_name(f"{package.name}.libs")
    copy = OPEN_BASE / f"programs-{digest}"
    if not copy.exists():
        OPEN_BASE.mkdir(mode=0o755, parents=True, exist_ok=True)
        draft = OPEN_BASE / f"{copy.name}.{os.getpid()}"
        shutil.copytree(programs, draft / package.name / programs.name, symlinks=True)
        if libraries.exists():
            shutil.copytree(libraries, draft / libraries.name)
        try:
            draft.rename(copy)
        except OSError:  # another start was quicker
            shutil.rmtree(draft)
    return copy / package.name / programs.name


def reachable_data(data: Path) -> Path:
    """Return where the server's account can keep `data`: there, or behind a link there in a place open to it."""
    if os.geteuid() != 0 or data.is_dir() or open_to_all(data.parent):
        return data.resolve()
    if not data.is_symlink():
        digest = hashlib.sha256(str(data).encode()).hexdigest()[:12]
        (OPEN_BASE / digest).mkdir(mode=0o755, parents=True, exist_ok=True)
        data.symlink_to(OPEN_BASE / digest / data.name)
    return data.readlink()
