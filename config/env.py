"""The environment, read and judged in one place; a wrong word is named with an example.

Every function raises `ImproperlyConfigured` with one sentence that a person can act on.
"""

import ipaddress
import re
import zoneinfo
from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit

import environ
from babel.core import Locale
from babel.numbers import get_currency_precision
from django.core.exceptions import ImproperlyConfigured

from config import mailers

EXAMPLES = {
    "DEBUG": "DEBUG=false",
    "SECRET_KEY": "SECRET_KEY=$(openssl rand -base64 48)",
    "SECRET_KEY_FALLBACKS": "SECRET_KEY_FALLBACKS=former-key,one-before",
    "PUBLIC_URL": "PUBLIC_URL=https://regulars.example.com",
    "ALLOWED_HOSTS": "ALLOWED_HOSTS=regulars.example.com,www.example.com",
    "DATABASE_URL": "DATABASE_URL=postgresql://regulars:secret@127.0.0.1:5432/regulars",
    "DATABASE_ROLE": "DATABASE_ROLE=regulars_app",
    "REDIS_URL": "REDIS_URL=redis://127.0.0.1:6379/0",
    "CURRENCY": "CURRENCY=CNY",
    "CURRENCY_DECIMALS": "CURRENCY_DECIMALS=2",
    "TIME_ZONE": "TIME_ZONE=Asia/Shanghai",
    "TRUSTED_PROXIES": "TRUSTED_PROXIES=1",
    "SECURE_HSTS_SECONDS": "SECURE_HSTS_SECONDS=31536000",
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": "SECURE_HSTS_INCLUDE_SUBDOMAINS=true",
    "SECURE_HSTS_PRELOAD": "SECURE_HSTS_PRELOAD=true",
    "BODY_SECONDS": "BODY_SECONDS=10",
    "WEB_THREADS": "WEB_THREADS=4",
    "LOG_LEVEL": "LOG_LEVEL=INFO",
    "IMPORT_MOST_MB": "IMPORT_MOST_MB=200",
    "IMPORT_MOST_ROWS": "IMPORT_MOST_ROWS=2000000",
    "WEBHOOK_PORTS": "WEBHOOK_PORTS=443,8443",
    "EMAIL_URL": "EMAIL_URL=smtp+tls://login:password@mail.example.com:587",
    "MARKETING_EMAIL_URL": "MARKETING_EMAIL_URL=postmark://?server_token=…",
    "DEFAULT_FROM_EMAIL": "DEFAULT_FROM_EMAIL='Regulars <regulars@example.com>'",
    "SMS_GATEWAY_URL": "SMS_GATEWAY_URL=https://sms.example.com/v1/messages",
    "SMS_GATEWAY_SECRET": "SMS_GATEWAY_SECRET=$(openssl rand -base64 32)",
    "METRICS_ALLOWED_HOSTS": "METRICS_ALLOWED_HOSTS=127.0.0.0/8,10.0.0.0/8",
}
SHORTEST_SECRET = 40
WRITES_LETTERS = re.compile(r"[^@\s]+@[^@\s]+")
POSTGRES_SCHEMES = {"postgres", "postgresql"}
REDIS_SCHEMES = {"redis", "rediss", "unix"}

_env = environ.Env()


def wrong(name: str, why: str) -> ImproperlyConfigured:
    example = EXAMPLES.get(name, f"{name}=…")
    return ImproperlyConfigured(f"{name} {why}, for example {example}")


def text(name: str, *, default: str = "", required: bool = False) -> str:
    found = _env.str(name, default=default).strip()
    if required and not found:
        raise wrong(name, "is not set: give it")
    return str(found)


def gateway(name: str, *, development: bool) -> str:
    """Where another program is spoken to: over https, except in development."""
    found = text(name).rstrip("/")
    if not found:
        return ""
    parts = urlsplit(found)
    schemes = {"https", "http"} if development else {"https"}
    if parts.scheme not in schemes or not parts.hostname or "@" in parts.netloc:
        raise wrong(name, "is no address of a gateway: give one with https")
    return found


def flag(name: str, *, default: bool) -> bool:
    found = _env.str(name, default=str(default)).strip().lower()
    if found in {"true", "yes", "on", "1"}:
        return True
    if found in {"false", "no", "off", "0"}:
        return False
    raise wrong(name, f"says {found!r}: say true or false")


def number(name: str, *, default: int, at_least: int = 0) -> int:
    found = _env.str(name, default=str(default)).strip()
    if not found.isdecimal() or int(found) < at_least:
        raise wrong(name, f"says {found!r}: give a whole number of {at_least} or more")
    return int(found)


def words(name: str) -> list[str]:
    """A list, parted by commas; empty where nothing is set."""
    return [part.strip() for part in text(name).split(",") if part.strip()]


def one_of(name: str, words: tuple[str, ...], *, default: str) -> str:
    found = text(name, default=default).upper()
    if found not in words:
        raise wrong(name, f"says {found!r}: give one of {', '.join(words)}")
    return found


def secret_key(*, production: bool) -> str:
    found = text("SECRET_KEY", required=production)
    if production and (len(found) < SHORTEST_SECRET or len(set(found)) < 10):
        raise wrong(
            "SECRET_KEY", f"is too easy to guess: give {SHORTEST_SECRET} characters"
        )
    return found or "only-for-development-" + "0123456789abcdef" * 2


def allowed_hosts(*, production: bool) -> list[str]:
    given = text("ALLOWED_HOSTS", required=production)
    hosts = [host.strip() for host in given.split(",") if host.strip()]
    for host in hosts:
        if "/" in host or " " in host:
            raise wrong("ALLOWED_HOSTS", f"contains {host!r}: give bare host names")
    return hosts or ["*"]


def database(url: str) -> dict[str, Any]:
    """What Django wants to know of the one database; only PostgreSQL will do."""
    config: dict[str, Any] = {}
    try:
        if urlsplit(url).scheme in POSTGRES_SCHEMES:
            config = environ.Env.db_url_config(url)
    except ValueError:
        config = {}
    if not config.get("NAME"):
        raise wrong(
            "DATABASE_URL",
            "is not the address of a PostgreSQL database: write it whole",
        )
    config["ENGINE"] = "common.postgresql"
    return config


def origins(url: str) -> list[str]:
    """The origin of an address, as browsers tell it with a form."""
    try:
        parts = urlsplit(url)
        known = parts.scheme in {"http", "https"} and parts.port != 0
    except ValueError:
        known = False
    if not known or not parts.hostname:
        raise wrong("PUBLIC_URL", f"says {url!r}: write the address of the first page")
    name = parts.hostname
    if name.startswith("."):  # every name below it, as ALLOWED_HOSTS says it
        name = f"*{name}"
    elif ":" in name:
        name = f"[{name}]"
    port = f":{parts.port}" if parts.port else ""
    return [f"{parts.scheme}://{name}{port}"]


def redis_url() -> str:
    found = text("REDIS_URL")
    try:
        parts = urlsplit(found)
        fits = parts.scheme in REDIS_SCHEMES and bool(parts.hostname or parts.path)
        fits = fits and parts.port != 0
    except ValueError:
        fits = False
    if found and not fits:
        raise wrong("REDIS_URL", "is not the address of a Redis server: write it whole")
    return found


def role() -> str:
    found = text("DATABASE_ROLE")
    if found and not found.isidentifier():
        raise wrong("DATABASE_ROLE", f"says {found!r}: give the plain name of a role")
    return found


def time_zone(*, default: str) -> str:
    found = text("TIME_ZONE", default=default)
    try:
        zoneinfo.ZoneInfo(found)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as unknown:
        raise wrong(
            "TIME_ZONE", f"says {found!r}, which is no time zone: give one"
        ) from unknown
    return found


def currency(*, default: str) -> str:
    """An ISO 4217 code that Babel knows how to print."""
    found = text("CURRENCY", default=default)
    if found not in Locale("en").currencies or get_currency_precision(found) > 3:
        raise wrong("CURRENCY", f"says {found!r}, which is no currency: give its code")
    return found


def decimals() -> int | None:
    """Of the smallest unit of the currency, where it is not what trade counts in."""
    found = text("CURRENCY_DECIMALS")
    if found not in ("", "0", "1", "2", "3"):
        raise wrong("CURRENCY_DECIMALS", f"says {found!r}: give 0, 1, 2 or 3")
    return int(found) if found else None


def mailer(name: str, *, default: dict[str, Any]) -> dict[str, Any]:
    """How letters leave; the address itself is never shown, a password stands in it."""
    given = text(name)
    if not given:
        return default
    try:
        return mailers.mailer(given)
    except mailers.Malformed as trouble:
        raise wrong(name, str(trouble)) from None


def sender(*, required: bool) -> str:
    """Who writes letters: an address, perhaps with a name before it."""
    found = text("DEFAULT_FROM_EMAIL", required=required)
    if found and not WRITES_LETTERS.fullmatch(parseaddr(found)[1]):
        raise wrong("DEFAULT_FROM_EMAIL", f"says {found!r}: give an e-mail address")
    return found or "regulars@localhost"


def networks(name: str, *, default: str) -> list[str]:
    """Addresses or ranges of them, as a list."""
    given = text(name, default=default)
    found = [part.strip() for part in given.split(",") if part.strip()]
    for part in found:
        try:
            ipaddress.ip_network(part)
        except ValueError as unknown:
            raise wrong(name, f"contains {part!r}: give addresses") from unknown
    return found


def ports(name: str, *, default: str) -> frozenset[int]:
    """Numbers of ports, parted by commas."""
    found = words(name) or default.split(",")
    for part in found:
        if not (part.isdecimal() and 0 < int(part) < 65536):
            raise wrong(name, f"contains {part!r}: give numbers of ports")
    return frozenset(map(int, found))
