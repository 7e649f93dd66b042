"""How letters leave: a mail host or a provider, written as one address."""

from typing import Any, Final
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

SMTP: Final = {"smtp", "smtp+tls", "smtps", "smtp+ssl"}
SECONDS: Final = 30  # how long a mail host may keep a worker waiting
# Providers that django-anymail speaks to: what each must be told.
PROVIDERS: Final[dict[str, tuple[str, ...]]] = {
    "brevo": ("api_key",),
    "mailersend": ("api_token",),
    "mailgun": ("api_key", "sender_domain"),
    "mailjet": ("api_key", "secret_key"),
    "mailtrap": ("api_token",),
    "mandrill": ("api_key",),
    "postal": ("api_key", "api_url"),
    "postmark": ("server_token",),
    "resend": ("api_key",),
    "scaleway": ("secret_key", "project_id"),
    "sparkpost": ("api_key",),
    "unisender-go": ("api_key", "api_url"),
}
# What may be added.
FURTHER: Final[dict[str, tuple[str, ...]]] = {
    "mailtrap": ("sandbox_id",),
    "postmark": ("message_stream",),
    "scaleway": ("region",),
    "sparkpost": ("subaccount",),
}


class Malformed(ValueError):
    """What is wrong with an address, without the address: a password stands in it."""


def mailer(url: str) -> dict[str, Any]:
    """The entry of Django's MAILERS for one address.

    Raises Malformed.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as trouble:
        raise Malformed(
            "cannot be read: write signs of the password that mean something in an"
            " address as %2F for /, %40 for @, %3A for :, %23 for #"
        ) from trouble
    if parts.scheme in SMTP:
        return _host(parts, port)
    if parts.scheme in PROVIDERS:
        return _provider(parts)
    raise Malformed("is the address of neither a mail host nor a provider: give one")


def _host(parts: SplitResult, port: int | None) -> dict[str, Any]:
    if not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise Malformed("needs a host, and nothing behind it: give one")
    if (parts.username is None) != (parts.password is None):
        raise Malformed("gives a login without a password: write both, or none")
    options: dict[str, Any] = {
        "host": parts.hostname,
        "port": port,
        "use_tls": parts.scheme == "smtp+tls",
        "use_ssl": parts.scheme in {"smtps", "smtp+ssl"},
        "timeout": SECONDS,
    }
    if parts.username is not None and parts.password is not None:
        options["username"] = unquote(parts.username)
        options["password"] = unquote(parts.password)
    return {
        "BACKEND": "common.smtp.SmtpMailer",
        "OPTIONS": options,
    }


def _provider(parts: SplitResult) -> dict[str, Any]:
    name = parts.scheme
    given = parse_qs(parts.query, keep_blank_values=True)
    required = PROVIDERS[name]
    known = {*required, *FURTHER.get(name, ()), "api_url"}
    for option in required:
        if not given.get(option, [""])[0]:
            raise Malformed(f"does not give {option} to {name}: give it")
    for option in given:
        if option not in known:
            raise Malformed(f"gives {name} an unknown {option!r}: leave it out")
    return {
        "BACKEND": f"anymail.backends.{name.replace('-', '_')}.EmailBackend",
        "OPTIONS": {option: words[0] for option, words in given.items()},
    }
