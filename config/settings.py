"""Every setting, read once from the environment; a wrong one stops the start.

In development nothing needs to be set. With `DEBUG=false` (production) what has no
safe default must be given, and whatever is missing or malformed is named in one
sentence with an example.
"""

import sys
from pathlib import Path
from typing import Any

import django_stubs_ext
from celery.schedules import crontab
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from config import env

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"
TESTING = "pytest" in sys.modules

DEBUG = env.flag("DEBUG", default=True)
PRODUCTION = not DEBUG and not TESTING

SECRET_KEY = env.secret_key(production=PRODUCTION)
ALLOWED_HOSTS = env.allowed_hosts(production=PRODUCTION)
TIME_ZONE = env.time_zone(default="Asia/Shanghai")
CURRENCY = env.currency(default="CNY")

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.simple_history",
    "config.apps.AdminSiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "axes",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "django_structlog",
    "simple_history",
    "common",
    "ledger",
    "stores",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Database -----------------------------------------------------------------------
DATABASE_URL = env.text("DATABASE_URL", required=PRODUCTION)
if not DATABASE_URL:
    if "mypy" in sys.modules:  # reads the settings, needs no server
        DATABASE_URL = "postgresql://localhost/regulars"
    else:
        from config import embedded  # only development installs the embedded server

        DATABASE_URL = embedded.database_url(for_tests=TESTING)

DATABASES: dict[str, dict[str, Any]] = {"default": env.database(DATABASE_URL)}
# The web and the workers put on a role that may only insert into the books.
DATABASE_ROLE = env.role()
DATABASES["default"].update(
    CONN_MAX_AGE=None,
    CONN_HEALTH_CHECKS=True,
    OPTIONS={
        "connect_timeout": 5,
        **DATABASES["default"].get("OPTIONS", {}),
        **({"options": f"-c role={DATABASE_ROLE}"} if DATABASE_ROLE else {}),
        "server_side_binding": True,
        "prepare_threshold": 3,
    },
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Cache and limits: they must hold across processes, so never in memory -----------
REDIS_URL = env.redis_url()
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
    }
    if REDIS_URL
    else {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "django_cache",
    }
}

# --- Work that comes later ----------------------------------------------------------
BROKER_DIR = VAR_DIR / "broker"
CELERY_BROKER_URL = REDIS_URL or "filesystem://"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = (
    {"visibility_timeout": 3600}
    if REDIS_URL
    else {
        "data_folder_in": str(BROKER_DIR / "messages"),
        "data_folder_out": str(BROKER_DIR / "messages"),
        "processed_folder": str(BROKER_DIR / "processed"),
        "control_folder": str(BROKER_DIR / "control"),
    }
)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_TIME_LIMIT = 3600
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "what has run out leaves the balance": {
        "task": "ledger.tasks.expire_due_lots",
        "schedule": 60.0,
    },
    "the books are proved": {
        "task": "ledger.tasks.prove_books",
        "schedule": crontab(hour=3, minute=30),
    },
    "yesterday is sealed": {
        "task": "ledger.tasks.seal_books",
        "schedule": crontab(hour=5, minute=30),
    },
}

# --- People -------------------------------------------------------------------------
AUTH_USER_MODEL = "stores.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "stores.backends.RoleBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]

# --- Languages ----------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", "English"),
    ("zh-hans", "简体中文"),
    ("zh-hant", "繁體中文"),
]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True

# --- Static files -------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / "staticfiles"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- Security -----------------------------------------------------------------------
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF, CSP.NONCE],
    "img-src": [CSP.SELF, "data:"],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}

SITE_NAME = _("Regulars")

# --- The books ----------------------------------------------------------------------
# Where the heads of the hash chain go: best a disk that the database cannot write.
LEDGER_SEAL_FILE = Path(
    env.text("LEDGER_SEAL_FILE", default=str(VAR_DIR / "seals" / "heads.jsonl"))
)
