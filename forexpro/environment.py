"""Where this installation finds its variables and its files."""

from pathlib import Path

from forexpro.core.environment import Environment

BASE_DIR = Path(__file__).resolve().parent.parent

env = Environment()
Environment.read_env(env.str("ENV_FILE", default=str(BASE_DIR / ".env")))

LOCAL_DIR = Path(env.str("LOCAL_DIR", default=str(BASE_DIR / ".local")))
