"""Every setting, read once from the environment; a wrong one stops the start.

In development nothing needs to be set. With `DEBUG=false` (production) what has no
safe default must be given, and whatever is missing or malformed is named in one
sentence with an example.
"""

import logging
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import django_stubs_ext
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from config import env, logs, theme
from config.house import APPS
from config.schedule import SCHEDULE

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"
TESTING = "pytest" in sys.modules

DEBUG = env.flag("DEBUG", default=True)
PRODUCTION = not DEBUG and not TESTING

SECRET_KEY = env.secret_key(production=PRODUCTION)
# Former keys, the latest first: codes of gift cards hashed with them still open.
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = env.allowed_hosts(production=PRODUCTION)
TIME_ZONE = env.time_zone(default="Asia/Shanghai")
CURRENCY = env.currency(default="CNY")
CURRENCY_DECIMALS = env.decimals()

HOUSE_APPS = APPS
INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",  # the default would put its own site over ours
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
    "ninja",  # the assets of the API's page
    "simple_history",
    *APPS,
]

MIDDLEWARE = [
    "config.middleware.RequestIdMiddleware",
    "config.middleware.ClientAddressMiddleware",
    "config.middleware.PermissionsPolicyMiddleware",
    "config.middleware.CompressionMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.middleware.ProbeMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.browsers.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "config.middleware.RefusedBodyMiddleware",
    "config.middleware.NotAllowedMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "config.browsers.AuthenticationMiddleware",
    "config.browsers.OTPMiddleware",
    "counter.middleware.PinStaysAtTheCounter",
    "config.browsers.MessageMiddleware",
    "config.browsers.HtmxMiddleware",
    "config.browsers.HistoryRequestMiddleware",
    "config.middleware.RequestLogMiddleware",
    "config.middleware.CustomPlansMiddleware",
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
# Where the heads of the hash chain go: best a disk that the database cannot write.
SEAL_FILE = env.text("LEDGER_SEAL_FILE")
if not DATABASE_URL:
    if "mypy" in sys.modules:  # reads the settings, needs no server
        DATABASE_URL = "postgresql://localhost/regulars"
    else:
        from config import embedded  # only development installs the embedded server

        DATABASE_URL = embedded.database_url(for_tests=TESTING)
        SEAL_FILE = SEAL_FILE or str(embedded.seal_file(for_tests=TESTING))
LEDGER_SEAL_FILE = Path(SEAL_FILE or VAR_DIR / "seals" / "heads.jsonl")

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
CELERY_BROKER_URL = REDIS_URL or "filesystem://localhost"
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
CELERY_BEAT_SCHEDULE = SCHEDULE

# Where our pages are found from outside: the links in letters lead there.
PUBLIC_URL = env.text(
    "PUBLIC_URL",
    default=f"https://{ALLOWED_HOSTS[0]}" if PRODUCTION else "http://localhost:8000",
).rstrip("/")

# Letters: to one person about their own things, and to many. Development shows them on
# its console. Production refuses them aloud until it knows a host or a provider.
NO_MAIL = (
    "common.mail.NoMail"
    if PRODUCTION
    else "django.core.mail.backends.console.EmailBackend"
)
SERVICE_MAILER = env.mailer("EMAIL_URL", default={"BACKEND": NO_MAIL})
MAILERS: dict[str, dict[str, Any]] = {
    "default": SERVICE_MAILER,
    "marketing": env.mailer("MARKETING_EMAIL_URL", default=SERVICE_MAILER),
}
SENDS_LETTERS = any(mailer["BACKEND"] != NO_MAIL for mailer in MAILERS.values())
DEFAULT_FROM_EMAIL = env.sender(required=PRODUCTION and SENDS_LETTERS)
# Text messages and WeChat: off until a gateway, or both keys, are given.
MAIL_WEBHOOK_SECRET = env.text("MAIL_WEBHOOK_SECRET")  # login:password
SMS_GATEWAY_URL = env.gateway("SMS_GATEWAY_URL", development=DEBUG)
SMS_GATEWAY_SECRET = env.text("SMS_GATEWAY_SECRET", required=bool(SMS_GATEWAY_URL))
SMS_SIGNATURE = env.text("SMS_SIGNATURE")
WECHAT_APP_ID = env.text("WECHAT_APP_ID")
WECHAT_APP_SECRET = env.text("WECHAT_APP_SECRET")
SENT_MESSAGES = VAR_DIR / "sent" if DEBUG and not TESTING else None  # to be read

# --- People -------------------------------------------------------------------------
AUTH_USER_MODEL = "stores.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "stores.backends.RoleBackend",
]
LOGIN_REDIRECT_URL = "admin:index"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": f"django.contrib.auth.password_validation.{name}",
        "OPTIONS": options,
    }
    for name, options in {
        "UserAttributeSimilarityValidator": {
            "user_attributes": ("username", "display_name")
        },
        "MinimumLengthValidator": {"min_length": 10},
        "CommonPasswordValidator": {},
        "NumericPasswordValidator": {},
    }.items()
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
FORMAT_MODULE_PATH = "config.formats"

# --- Static files -------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Only production collects; development serves each app's files where they lie.
STATIC_ROOT = BASE_DIR / "staticfiles" if PRODUCTION else None
if PRODUCTION:  # `collectstatic` has put a hash into each name, cached for ever
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {
            "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        },
    }
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- Security -----------------------------------------------------------------------
SECURE_CSP: dict[str, list[str]] = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF, CSP.NONCE],
    "img-src": [CSP.SELF, "data:"],
    "frame-src": [CSP.NONE],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}
# The admin's theme needs more (docs/decisions/admin_csp.md); no other page gets it.
ADMIN_CSP: dict[str, list[str]] = {
    **SECURE_CSP,
    "script-src": [CSP.SELF, CSP.NONCE, CSP.UNSAFE_EVAL],
    "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
}
PERMISSIONS_POLICY = (
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
    "magnetometer=(), microphone=(), midi=(), payment=(), usb=()"
)
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True

# Behind a proxy that speaks https for us; only if it always sets this header itself.
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", default=0)
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", default=PRODUCTION)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = env.number(
    "SECURE_HSTS_SECONDS", default=31_536_000 if PRODUCTION else 0
)
# Both concern names that other people may look after: only whoever asks gets them.
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.flag(
    "SECURE_HSTS_INCLUDE_SUBDOMAINS", default=False
)
SECURE_HSTS_PRELOAD = env.flag("SECURE_HSTS_PRELOAD", default=False)
# To leave both off is a choice here: other names are not this shop's to bind.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

# `__Host-` binds a cookie to this host and to https; development has no https.
COOKIE_PREFIX = "__Host-" if PRODUCTION else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}session"
SESSION_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrf"
CSRF_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
# By which a browser asks for a code, and by which it says whose it is.
BROWSER_COOKIE_NAME = f"{COOKIE_PREFIX}browser"
MEMBER_COOKIE_NAME = f"{COOKIE_PREFIX}member"
# A proxy on a port of its own may tell us a host without it; the browser tells it with.
CSRF_TRUSTED_ORIGINS = env.origins(PUBLIC_URL)
CSRF_FAILURE_VIEW = "config.views.csrf_failure"
LANGUAGE_COOKIE_NAME = f"{COOKIE_PREFIX}language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SECURE = PRODUCTION
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"

# Five wrong passwords for one account from one address close that pair for a while;
# `SignInGuard` slows down who guesses over many names or from many addresses.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_HANDLER = "config.sign_in.SignInGuard"
AXES_USERNAME_CALLABLE = "config.sign_in.account_name"
AXES_CLIENT_IP_CALLABLE = "config.sign_in.client_place"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "config.views.locked_out"
AXES_SENSITIVE_PARAMETERS = ["password", "pin", "otp_token", "csrfmiddlewaretoken"]
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
# Our middleware has put the caller's address there, behind proxies too.
AXES_IPWARE_META_PRECEDENCE_ORDER = ["REMOTE_ADDR"]

# --- Logs and metrics ---------------------------------------------------------------
logs.configure_structlog()
LOG_LEVEL = env.one_of(
    "LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), default="INFO"
)
LOGGING = logs.logging_settings(level=LOG_LEVEL)
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False  # an address is a person's, too
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True  # our middleware has judged it
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
METRICS_TOKEN = env.text("METRICS_TOKEN")
METRICS_ALLOWED_HOSTS = env.networks(
    "METRICS_ALLOWED_HOSTS",
    default="127.0.0.0/8,::1/128,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16",
)

# --- The admin ----------------------------------------------------------------------
UNFOLD = theme.UNFOLD
SITE_NAME = _("Regulars")

# --- Moving in ----------------------------------------------------------------------
# Files that are brought in stay here for a while: a folder that web and workers share.
IMPORTS_DIR = Path(env.text("IMPORTS_DIR", default=str(VAR_DIR / "imports")))
IMPORT_MOST_BYTES = env.number("IMPORT_MOST_MB", default=200, at_least=1) * 1024 * 1024
IMPORT_MOST_ROWS = env.number("IMPORT_MOST_ROWS", default=2_000_000, at_least=1)

# --- The API for tills --------------------------------------------------------------
# Of each key, in each web process; twice as many at once. 0: without limit.
API_REQUESTS_PER_SECOND = env.number("API_REQUESTS_PER_SECOND", default=1000)
API_LARGEST_BODY = 256 * 1024

# --- What comes in ------------------------------------------------------------------
# Threads of each web process, and how long and how large a body may be before one of
# them is taken for its request (config/bodies.py). At any other address than these it
# may be as large as a picture with its form.
WEB_THREADS = env.number("WEB_THREADS", default=4, at_least=1)
BODY_SECONDS = env.number("BODY_SECONDS", default=10, at_least=1)
BODY_PACE = 32 * 1024  # bytes that earn another second
LARGEST_BODY = 12 * 1024 * 1024
LARGEST_BODIES = [
    ("/api/", API_LARGEST_BODY),
    ("/admin/imports/importjob/add/", IMPORT_MOST_BYTES + 1024 * 1024),
]
# All that one process holds at the same time, nearly all of it on the disk.
BODY_ROOM = 2 * IMPORT_MOST_BYTES + 256 * 1024 * 1024

# --- Webhooks -----------------------------------------------------------------------
# Ports of other hosts that may be told of events.
WEBHOOK_PORTS = env.ports("WEBHOOK_PORTS", default="443")
# A receiver that is being written runs on this machine, and speaks plain http.
WEBHOOKS_TO_THIS_MACHINE = DEBUG
