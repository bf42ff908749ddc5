"""Secrets of an installation that was given none: generated once, kept in its local directory."""

import os
import secrets
import tempfile
from pathlib import Path


def local_secret(local_dir: Path, name: str) -> str:
    """Return the secret `name`, generating it on first use (48 random bytes, URL-safe, file mode 0600).

    Several processes may start at once: each writes a complete file of its own, the first to link it wins,
    and all read the same one.
    """
    path = local_dir / name
    if not path.exists():
        local_dir.mkdir(parents=True, exist_ok=True)
        descriptor, draft = tempfile.mkstemp(dir=local_dir)
        try:
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_urlsafe(48))
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            os.unlink(draft)
    return path.read_text()
