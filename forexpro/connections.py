"""How PostgreSQL and Redis are reached, as the settings of Django and Celery have it."""

from urllib.parse import unquote

from redis import ConnectionError as RedisConnectionError
from redis.backoff import NoBackoff
from redis.retry import Retry

from forexpro.core import embedded
from forexpro.core.deadlines import PatientConnection
from forexpro.environment import LOCAL_DIR, env

# Under ASGI a persistent connection per thread is reopened on every request; the psycopg pool is not.
DATABASE_URL = env.service_url("DATABASE_URL", embedded.database_url(LOCAL_DIR), "postgresql", "postgres")
DATABASES = {"default": env.db_url_config(DATABASE_URL)}
DATABASES["default"]["HOST"] = unquote(DATABASES["default"]["HOST"])  # a socket's directory is quoted in a URL
# What is asked to change something answers within so many seconds: it has the effect, or it says what to do.
ANSWER_SECONDS = env.number("ANSWER_SECONDS", 4)
DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {
    "connection_class": PatientConnection,
    "min_size": 0,
    "max_size": env.number("DATABASE_POOL_SIZE", 16),
    # A pool goes on trying to connect ever more rarely; one that gives up tries at once when next asked.
    "timeout": max(ANSWER_SECONDS - 1, 1),
    "reconnect_timeout": max(ANSWER_SECONDS - 1, 1),
}
# A database host that vanished without a word is noticed after seconds, not after the hours of the system's default.
DATABASES["default"]["OPTIONS"] = {
    "connect_timeout": 2,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
} | DATABASES["default"]["OPTIONS"]
# A transaction pooler in front of PostgreSQL (PgBouncer, Neon, Supabase) can keep neither a cursor nor a prepared
# statement; without one, statements of the hot path are prepared when a connection uses them the third time.
DATABASE_BEHIND_POOLER = env.bool("DATABASE_BEHIND_POOLER", default=False)
DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = DATABASE_BEHIND_POOLER
DATABASES["default"]["OPTIONS"]["prepare_threshold"] = None if DATABASE_BEHIND_POOLER else 2
if not DATABASE_BEHIND_POOLER:
    # PostgreSQL notices likewise that one of our hosts has vanished, which may hold the lock of an account, and that a
    # request has given up waiting for such a lock.
    DATABASES["default"]["OPTIONS"].setdefault(
        "options",
        "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3 "
        "-c client_connection_check_interval=1s",
    )

REDIS_URL = env.service_url("REDIS_URL", embedded.redis_url(LOCAL_DIR), "redis", "rediss", "unix")
# What the embedded default has to run, because nobody gave us one.
EMBEDDED_SERVICES = [
    name
    for name, variable in (("postgres", "DATABASE_URL"), ("redis", "REDIS_URL"))
    if not env.str(variable, default="")
]
# An order asks Redis up to three times, and goes on without it. Only a connection that was closed is tried again.
REDIS_TIMEOUT_SECONDS = env.number("REDIS_TIMEOUT_SECONDS", 1)
REDIS_OPTIONS = {
    "socket_timeout": REDIS_TIMEOUT_SECONDS,
    "socket_connect_timeout": REDIS_TIMEOUT_SECONDS,
    "retry": Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
}
# Every key, stream and channel name starts with this, so that several installations can share one Redis.
REDIS_NAMESPACE = env.str("REDIS_NAMESPACE", default="forexpro")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": REDIS_OPTIONS,
        "KEY_PREFIX": f"{REDIS_NAMESPACE}:cache",
    }
}
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_BROKER_TRANSPORT_OPTIONS = {"global_keyprefix": f"{REDIS_NAMESPACE}:celery:"}
