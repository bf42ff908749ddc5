"""The settings, driven by the environment (and `.env`); `.env.example` explains every variable.

How PostgreSQL and Redis are reached stands in `forexpro.connections`, where files are kept in `forexpro.files`, how
programs call in `forexpro.api`, where prices come from in `forexpro.market`.
"""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from forexpro.api import *
from forexpro.back_office import look
from forexpro.connections import *
from forexpro.core.crypto.keys import local_keys
from forexpro.core.logs import logging_settings
from forexpro.core.secrets import local_secret
from forexpro.environment import BASE_DIR, LOCAL_DIR, env
from forexpro.files import *
from forexpro.market import *

# --- Process ------------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
HOST = env.str("HOST", default="127.0.0.1")
PORT = env.number("PORT", 8000, most=65535)
# Whether the demo brings a program that plays the CRM.
CRM = env.bool("CRM", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="") or local_secret(LOCAL_DIR, "secret_key")
# Signs explanations of decisions; whoever keeps one verifies it with the public key for as long as this one lasts.
DOCUMENT_SIGNING_KEY = env.str("DOCUMENT_SIGNING_KEY", default="") or local_secret(LOCAL_DIR, "document_signing_key")
# Encrypt stored credentials and personal data, newest first; `rotate_encryption_keys` makes older ones needless.
ENCRYPTION_KEYS = env.list("ENCRYPTION_KEYS", default=[]) or local_keys(LOCAL_DIR)
SITE_URL = env.service_url("SITE_URL", f"http://localhost:{PORT}", "http", "https").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]", urlsplit(SITE_URL).hostname])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[SITE_URL])
# How many proxies in front append to X-Forwarded-For; 0 means that the header is not believed.
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 0, least=0)

INSTALLED_APPS = [
    "daphne",
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "forexpro.apps.BackOfficeConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "axes",
    "channels",
    "corsheaders",
    "csp",
    "django_celery_beat",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "forexpro",
    "forexpro.back_office",
    "forexpro.core",
    "accounts",
    "kyc",
    "marketdata",
    "trading",
    "analytics",
    "crm",
]

MIDDLEWARE = [
    "forexpro.core.http.middleware.RequestIdMiddleware",
    "forexpro.core.http.traffic.TrafficMiddleware",
    "forexpro.core.http.deadlines.DeadlineMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "forexpro.core.http.content_policy.ContentPolicyMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "forexpro.core.http.refusal_log.RefusalLogMiddleware",
    "accounts.middleware.SeenMiddleware",
    "forexpro.core.http.language.LanguageMiddleware",
    "forexpro.core.http.time_zone.TimeZoneMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "forexpro.core.http.toasts.ToastMiddleware",
    # The last, so that what it refuses is said as the others say things.
    "accounts.visit_middleware.VisitMiddleware",
]

ROOT_URLCONF = "forexpro.urls"
ASGI_APPLICATION = "forexpro.asgi.application"
WSGI_APPLICATION = "forexpro.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "forexpro.core.http.appearance.context",
            ],
        },
    }
]
FORM_RENDERER = "forexpro.core.http.forms.FormRenderer"

ATOMIC_REQUESTS = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Tasks --------------------------------------------------------------------------------------
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# Tasks are idempotent: one that lost the broker is delivered again.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
# Sending webhooks goes on for as long as there is something to send: it has a queue, and so a worker, of its own.
CELERY_TASK_ROUTES = {"forexpro.core.tasks.send_webhooks": {"queue": "webhooks"}}
HEARTBEAT_SECONDS = 15
CELERY_BEAT_SCHEDULER = "forexpro.core.schedules.scheduler:Scheduler"
# What runs regularly, until staff change it in the back office: beat takes what is new here into the database.
CELERY_BEAT_SCHEDULE = {
    "show-that-workers-work": {
        "task": "forexpro.core.tasks.record_heartbeat",
        "schedule": HEARTBEAT_SECONDS,
        "options": {"expires": HEARTBEAT_SECONDS},
    },
    "carry-out-planned-changes": {
        "task": "forexpro.core.tasks.carry_out_planned_changes",
        "schedule": 10,
        "options": {"expires": 10},
    },
    "send-webhooks": {
        "task": "forexpro.core.tasks.send_webhooks",
        "schedule": 5,
        "options": {"expires": 5},
    },
    "forget-old-webhooks": {"task": "forexpro.core.tasks.forget_old_webhooks", "schedule": crontab(hour=0, minute=50)},
    "take-event-anchor": {"task": "forexpro.core.tasks.take_event_anchor", "schedule": crontab(hour=0, minute=10)},
    "verify-event-log": {"task": "forexpro.core.tasks.verify_event_log", "schedule": crontab(hour=0, minute=20)},
    "sweep-margins": {"task": "trading.tasks.sweep_margins", "schedule": 30},
    "expire-orders": {"task": "trading.tasks.expire_orders", "schedule": 60, "options": {"expires": 60}},
    "roll-over": {"task": "trading.tasks.roll_over", "schedule": 60, "options": {"expires": 60}},
    "replay-accounts": {"task": "trading.tasks.replay_accounts", "schedule": crontab(hour=1, minute=0)},
    "look-after-expiry": {"task": "kyc.tasks.look_after_expiry", "schedule": crontab(minute=15)},
    "erase-documents": {"task": "kyc.tasks.erase_documents", "schedule": crontab(hour=2, minute=10)},
    "erase-proofs": {"task": "trading.tasks.erase_proofs", "schedule": crontab(hour=2, minute=20)},
    "delete-orphaned-files": {"task": "kyc.tasks.delete_orphaned_files", "schedule": crontab(hour=0, minute=40)},
    "delete-orphaned-proofs": {"task": "trading.tasks.delete_orphaned_proofs", "schedule": crontab(hour=0, minute=45)},
    "forget-expired-sign-ins": {"task": "accounts.tasks.forget_expired", "schedule": crontab(hour=0, minute=40)},
    "end-visits": {"task": "accounts.tasks.end_visits", "schedule": 60, "options": {"expires": 60}},
    "forget-answered-calls": {"task": "crm.tasks.forget_answered_calls", "schedule": crontab(hour=0, minute=50)},
    "forget-counted-reads": {"task": "crm.tasks.forget_counted_reads", "schedule": crontab(hour=0, minute=55)},
    "forget-old-requests": {"task": "trading.tasks.forget_old_requests", "schedule": crontab(hour=0, minute=30)},
}

# --- People -------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
# The first refuses whoever has failed too often.
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "accounts.backends.AccountsBackend"]
SESSION_ENGINE = "forexpro.core.http.sessions"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
# Hashes of passwords that were published after thefts, in the form and order of Have I Been Pwned.
BREACHED_PASSWORDS_FILE = env.str("BREACHED_PASSWORDS_FILE", default="")
if BREACHED_PASSWORDS_FILE:
    AUTH_PASSWORD_VALIDATORS.append(
        {
            "NAME": "accounts.breached_passwords.BreachedPasswordValidator",
            "OPTIONS": {"path": BREACHED_PASSWORDS_FILE},
        }
    )
PASSWORD_RESET_TIMEOUT = 3600
# Tokens of programs. A refresh token that is not used for so long expires, and no sign-in outlives its family.
TOKEN_FAMILY_LIFETIME = timedelta(days=env.number("TOKEN_FAMILY_DAYS", 90))
REFRESH_TOKEN_LIFETIME = timedelta(days=env.number("REFRESH_TOKEN_DAYS", 14))
SIMPLE_JWT = {
    "ALGORITHM": "HS256",
    "SIGNING_KEY": salted_hmac("forexpro.tokens", "", SECRET_KEY, algorithm="sha256").hexdigest(),
    "ISSUER": SITE_URL,
    "AUDIENCE": "forexpro-api",
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=15),
    "REFRESH_TOKEN_LIFETIME": REFRESH_TOKEN_LIFETIME,
    "USER_ID_CLAIM": "sub",
}
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "accounts:sign_in"
# Wrong passwords and codes: an account is locked for one address, an address for all accounts, each for so long.
SIGN_IN_FAILURES_PER_ACCOUNT = env.number("SIGN_IN_FAILURES_PER_ACCOUNT", 5)
SIGN_IN_FAILURES_PER_ADDRESS = env.number("SIGN_IN_FAILURES_PER_ADDRESS", 50)
SIGN_IN_LOCKED_MINUTES = env.number("SIGN_IN_LOCKED_MINUTES", 15)
AXES_HANDLER = "accounts.lockout.LockoutHandler"
AXES_CLIENT_IP_CALLABLE = "accounts.lockout.lockout_address"
AXES_USERNAME_CALLABLE = "accounts.lockout.account_digest"
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_ENABLE_ADMIN = AXES_VERBOSE = False
# The sign-in service refuses by itself, as every service does.
SILENCED_SYSTEM_CHECKS = ["axes.W002"]
# A session ends when nobody has used it for so long, and at the latest so long after the sign-in.
SESSION_IDLE_MINUTES = env.number("SESSION_IDLE_MINUTES", 720)
SESSION_COOKIE_AGE = 3600 * env.number("SESSION_LIFETIME_HOURS", 336)
# Staff open nothing of the back office before they have set up two-step sign-in.
STAFF_TOTP_REQUIRED = env.bool("STAFF_TOTP_REQUIRED", default=not DEMO)

# --- Verification of clients --------------------------------------------------------------------
# Whether an approval needs two reviewers.
KYC_FOUR_EYES = env.bool("KYC_FOUR_EYES", default=False)
# What a client may send: files of a document, documents in 24 hours, and bytes that are kept in all.
KYC_PAGES_MAX = 6
KYC_DOCUMENTS_PER_DAY = env.number("KYC_DOCUMENTS_PER_DAY", 20)
# How long documents are kept after a client has left, and those that were rejected.
KYC_RETENTION_DAYS = env.number("KYC_RETENTION_DAYS", 1826)
KYC_REJECTED_DAYS = env.number("KYC_REJECTED_DAYS", 180)
KYC_CLIENT_BYTES_MAX = env.number("KYC_CLIENT_MEGABYTES_MAX", 200) * 1_000_000

# --- Webhooks -----------------------------------------------------------------------------------
# Requests go to public addresses on these ports, and to any port in networks that are named here.
WEBHOOK_PORTS = env.ports("WEBHOOK_PORTS", [443, 8443])
WEBHOOK_PRIVATE_NETWORKS = env.networks("WEBHOOK_PRIVATE_NETWORKS", ["127.0.0.0/8"] if DEMO else [])
# A receiver that takes longer has failed.
WEBHOOK_TIMEOUT_SECONDS = env.number("WEBHOOK_TIMEOUT_SECONDS", 15, most=30)
# How long the log keeps what was delivered or given up.
WEBHOOK_LOG_DAYS = env.number("WEBHOOK_LOG_DAYS", 30)

# --- Service API --------------------------------------------------------------------------------
# How long it is kept which service key has read what; what it changes is in the event log for good.
SERVICE_READS_DAYS = env.number("SERVICE_READS_DAYS", 365)
# Where the program is that plays the CRM, on this machine.
CRM_SANDBOX_PORT = env.number("CRM_SANDBOX_PORT", 8900)

# --- Mail ---------------------------------------------------------------------------------------
vars().update(env.mail_settings("EMAIL_URL", "filemail://" if DEMO else "consolemail://"))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="ForexPro <no-reply@localhost>")
EMAIL_FILE_PATH = str(LOCAL_DIR / "mail")

# --- Logs ---------------------------------------------------------------------------------------
LOGGING = logging_settings(
    env.choice("LOG_FORMAT", "text" if DEBUG or DEMO else "json", "text", "json"),
    env.choice("LOG_LEVEL", "INFO", "DEBUG", "INFO", "WARNING", "ERROR"),
)

# --- Language, static files ---------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
FORMAT_MODULE_PATH = "forexpro.formats"
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static" / "dist"]
STATIC_ROOT = BASE_DIR / "staticfiles"
WHITENOISE_USE_FINDERS = not STATIC_COLLECTED

# --- HTTP ---------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        # The chart library styles its attribution logo by a style element of its own; a test notices a new version's.
        "style-src": ["'self'", "'sha256-3pRED1tOXas1FXFoPb9TGCjmYe9XQsmO9OV23khV2nY='"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
# Whoever serves https:// serves nothing else.
HTTPS = SITE_URL.startswith("https://")
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=HTTPS)
SECURE_REDIRECT_EXEMPT = [r"^api/health$"]  # probes inside a cluster speak plain HTTP
SECURE_HSTS_SECONDS = env.number("SECURE_HSTS_SECONDS", 31_536_000 if HTTPS else 0, least=0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_SUBDOMAINS", default=HTTPS)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
# Browsers take cookies of such a name from this host over https only: no other host of the domain can plant one.
COOKIE_PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
MESSAGE_STORAGE = "forexpro.core.http.toasts.MessageStorage"
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_FAILURE_VIEW = "forexpro.pages.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"

# --- Back office --------------------------------------------------------------------------------
UNFOLD = look.UNFOLD

# --- Deposits, withdrawals, transfers -----------------------------------------------------------
# The currency in which limits are set, whatever is paid in.
FUNDING_BASE_CURRENCY = env.str("FUNDING_BASE_CURRENCY", default="USD")
# Withdrawals worth at least this much take two members of staff; 0 for none.
FUNDING_FOUR_EYES_FROM = env.number("FUNDING_FOUR_EYES_FROM", 10_000, least=0)
# Whether money that staff move by hand takes two of them.
BOOKING_FOUR_EYES = env.bool("BOOKING_FOUR_EYES", default=False)
# How long proofs of payment are kept after a client has left, and those of deposits that came to nothing.
PROOF_RETENTION_DAYS = env.number("PROOF_RETENTION_DAYS", 1826)
PROOF_REJECTED_DAYS = env.number("PROOF_REJECTED_DAYS", 180)
# Money is converted at no price that was received longer ago than this many seconds.
CONVERSION_QUOTE_MAX_AGE_SECONDS = env.number("CONVERSION_QUOTE_MAX_AGE_SECONDS", 60)

if not (3 <= len(FUNDING_BASE_CURRENCY) <= 5 and FUNDING_BASE_CURRENCY.isalpha() and FUNDING_BASE_CURRENCY.isupper()):
    raise ImproperlyConfigured(f"FUNDING_BASE_CURRENCY={FUNDING_BASE_CURRENCY!r}: set it to a code such as USD.")
