"""One settings file, read from the environment (and from `.env` beside manage.py when it exists).

Every variable is documented in docs/operations.md; `manage.py check --deploy` refuses an unsafe
production start, and so do `make serve` and the production server (see config/checks.py).
"""

from datetime import timedelta
from pathlib import Path

import environ
from django.utils.translation import gettext_lazy as _

from config.secret import secret_key_kept

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
env.read_env(BASE_DIR / ".env", overwrite=False)

# -- where things live ---------------------------------------------------------------------------
DATA_DIR = Path(env.str("PLUME_DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
ASSETS_DIR = Path(env.str("PLUME_ASSETS_DIR", default=str(BASE_DIR / ".venv" / "assets"))).resolve()

# -- safety --------------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
LOOPBACK_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
# Where the server listens. Only a server that nobody else can reach may go without TLS.
HOST = env.str("HOST", default="127.0.0.1")
PORT = env.int("PORT", default=8000)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=LOOPBACK_HOSTS)
EXPOSED = HOST not in ("127.0.0.1", "localhost", "::1") or not set(ALLOWED_HOSTS) <= set(
    LOOPBACK_HOSTS
)
# A loopback server keeps a random key of its own in the data folder; an exposed one must name it.
SECRET_KEY = env.str("SECRET_KEY", default="") or ("" if EXPOSED else secret_key_kept(DATA_DIR))
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
TLS = env.bool("PLUME_TLS", default=EXPOSED)
SECURE_SSL_REDIRECT = TLS
SESSION_COOKIE_SECURE = TLS
CSRF_COOKIE_SECURE = TLS
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000 if TLS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = TLS
SECURE_HSTS_PRELOAD = TLS
if env.bool("PLUME_BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    USE_X_FORWARDED_HOST = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = env.int("SESSION_COOKIE_AGE", default=8 * 3600)
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
# Failed sign-ins count by user name, whoever tries from wherever: a clinic shares one address, and
# guessing can come from many. The right password does not help until the wait is over.
AXES_LOCKOUT_PARAMETERS = ["username"]
SILENCED_SYSTEM_CHECKS = ["axes.W006"]  # asks for the address
AXES_FAILURE_LIMIT = env.int("PLUME_SIGN_IN_FAILURES", default=5)
AXES_COOLOFF_TIME = timedelta(seconds=env.int("PLUME_SIGN_IN_WAIT_SECONDS", default=900))
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "ehr.views.account.locked_out"
AXES_DISABLE_ACCESS_LOG = True
# Of a failed request only the user name and the address are kept.
AXES_SENSITIVE_PARAMETERS = ["password", "csrfmiddlewaretoken", "next"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# -- the application -----------------------------------------------------------------------------
INSTALLED_APPS = [
    "config.apps.ConfigConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "rest_framework",
    "csp",
    "axes",
    "fhir_bridge.apps.FhirBridgeConfig",
    "ehr.apps.EhrConfig",
    "billing.apps.BillingConfig",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.caching.NothingKept",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
LOGIN_URL = "ehr:sign-in"
LOGIN_REDIRECT_URL = "ehr:home"
DATA_UPLOAD_MAX_MEMORY_SIZE = env.int("PLUME_MAX_BODY_BYTES", default=64 * 1024 * 1024)
FILE_UPLOAD_HANDLERS = [
    "config.uploads.BoundedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
# References of what is POSTed to the record: "resolve" refuses dangling ones, "open" does not.
FHIR_REFERENCES = env.str("PLUME_FHIR_REFERENCES", default="resolve")
# Origins of browser clients with tokens of their own, as https://app.example.org; none by default.
FHIR_CORS_ORIGINS = env.list("PLUME_FHIR_CORS_ORIGINS", default=[])
# Reads wait this long, at most, for their insert into the audit trail; 0: each inserts at once.
AUDIT_BUFFER_SECONDS = env.float("PLUME_AUDIT_BUFFER_SECONDS", default=1.0)
# Exports and imports: how long a runner holds one without a sign of life, how long files are kept.
BULK_LEASE_SECONDS = env.int("PLUME_BULK_LEASE_SECONDS", default=60)
BULK_KEEP_SECONDS = env.int("PLUME_BULK_KEEP_SECONDS", default=24 * 3600)
# Subscriptions of an organisation that may be requested or active at once.
SUBSCRIPTIONS_MOST = env.int("PLUME_SUBSCRIPTIONS_MOST", default=100)
# An export reads nothing before: writes that began before it was asked for commit meanwhile.
BULK_SETTLE_SECONDS = env.float("PLUME_BULK_SETTLE_SECONDS", default=1.0)
# Hosts that an import may read its inputs from, over https; none by default.
IMPORT_HOSTS = env.list("PLUME_IMPORT_HOSTS", default=[])
IMPORT_MAX_BYTES = env.int("PLUME_IMPORT_MAX_BYTES", default=1024 * 1024 * 1024)
# Hosts that notifications may go to though their address is not public, over http too.
SUBSCRIPTION_HOSTS = env.list("PLUME_SUBSCRIPTION_HOSTS", default=[])
SUBSCRIPTION_KEEP_SECONDS = env.int("PLUME_SUBSCRIPTION_KEEP_SECONDS", default=7 * 24 * 3600)
# The address of the FHIR API as clients know it, for what is sent without being asked.
FHIR_BASE = env.str(
    "PLUME_FHIR_BASE", default=f"{'https' if TLS else 'http'}://{HOST}:{PORT}/fhir"
).rstrip("/")
# A trigger of the database refuses to change or delete audit entries.
AUDIT_GUARD = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- the database: SQLite embedded, PostgreSQL in production --------------------------------------
DATABASES = {
    "default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'plume.sqlite3'}")
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # IMMEDIATE takes the write lock at BEGIN, so that two writers wait instead of failing.
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
            "PRAGMA cache_size=-65536; PRAGMA mmap_size=268435456;"
        ),
    }
else:
    # Values travel beside the statements, and what runs often is planned once a connection.
    DATABASES["default"].setdefault("OPTIONS", {})
    DATABASES["default"]["OPTIONS"] |= {
        "server_side_binding": True,
        "prepare_threshold": env.int("PLUME_PREPARE_THRESHOLD", default=3) or None,
    }
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=600)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

# -- the worker ----------------------------------------------------------------------------------
# Empty: no broker; the embedded runner does the same work.
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# The worker logs as the rest does: without this Celery puts its own handlers in the root logger's
# place, and tracebacks would carry the exceptions' text.
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 2,
    "socket_timeout": 5,
    "visibility_timeout": 600,
}
# The broker carries ids only; a lost wake-up costs one reconciler interval, never a draft.
DRAFT_LEASE_SECONDS = env.int("PLUME_DRAFT_LEASE_SECONDS", default=60)
# A draft that takes longer than this loses its lease: its engine is taken to hang.
DRAFT_RUN_SECONDS = env.int("PLUME_DRAFT_RUN_SECONDS", default=900)
DRAFT_MAX_ATTEMPTS = env.int("PLUME_DRAFT_MAX_ATTEMPTS", default=15)
RECONCILE_SECONDS = env.float("PLUME_RECONCILE_SECONDS", default=2.0)

# -- drafting ------------------------------------------------------------------------------------
# A name registered in summarizer.backends, or a dotted path to a Backend class.
DRAFT_BACKEND = env.str("PLUME_DRAFT_BACKEND", default="claims")
# Options of the backend: model path or name, endpoint, key ... see docs/operations.md.
DRAFT_BACKEND_OPTIONS = env.json("PLUME_DRAFT_BACKEND_OPTIONS", default={})
ENCODER_PATH = env.str("PLUME_ENCODER_PATH", default="")
TOKENIZER_PATH = env.str("PLUME_TOKENIZER_PATH", default="")
MODEL_THREADS = env.int("PLUME_MODEL_THREADS", default=0)
# Levels of evaluation and management, as the United States code office visits.
EM_LEVELS = env.bool("PLUME_EM_LEVELS", default=True)
VISIT_TEXT_MAX_BYTES = env.int("PLUME_VISIT_TEXT_MAX_BYTES", default=2 * 1024 * 1024)

# -- languages -----------------------------------------------------------------------------------
LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="en")
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", default="UTC")

# -- static files --------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}

# -- REST (the workflow's own API; FHIR has its own views) ----------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    # Deny by default: an endpoint that declares no permission refuses everybody.
    "DEFAULT_PERMISSION_CLASSES": ["config.permissions.DenyAll"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
}

# -- logs: ids and states, never what was said or who it was about --------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "config.logs.WithoutValues",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django.db.backends": {"level": "WARNING"},
        # Its lines repeat what was typed as a user name, which may be a password.
        "axes": {"level": "CRITICAL"},
        # They write the address of every request: a subscriber's endpoint, with ids.
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
    },
}
