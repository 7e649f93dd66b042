"""Keeps phones, card and gift codes, PINs, one-time codes and keys out of the logs.

Two nets: the name a value goes by, and the look of the value itself. Where they are in
doubt they hide: a log line may lose a number, a person may not lose a phone.
"""

import re
from collections.abc import Mapping, MutableMapping, Sequence
from datetime import date, datetime
from typing import Any

HIDDEN = "[hidden]"

# Parts of a name, split at anything that is no letter, that make its value a secret.
# fmt: off
SECRET_WORDS = frozenset({
    "phone", "phones", "mobile", "msisdn", "tel", "telephone",
    "sms", "email", "mail", "card", "cards", "pan",
    "barcode", "qr", "scan", "gift", "giftcard", "pin", "pins",
    "otp", "totp", "passcode", "password", "passwd", "pass",
    "secret", "token", "tokens", "apikey", "authorization", "auth",
    "cookie", "cookies", "csrf", "csrftoken", "csrfmiddlewaretoken", "session",
    "sessionid", "credential", "credentials", "signature", "code", "codes",
    "birthday", "address",
})
# fmt: on
SECRET_PAIRS = ("api_key", "access_key", "private_key", "gift_card", "one_time")

# What is a number by its name: ids, moments and sums are no one's phone.
PLAIN_NAME = re.compile(
    r"(^|_)(id|pk|ids|amount|total|count|ms|seconds|duration|pid|lineno|seq|status)$"
)
NAME_PARTS = re.compile(r"[a-z]+")
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")

UUID = r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"
MOMENT = (
    r"\b(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
    r"(?:[T ][0-2]\d:[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?)?(?![-\d])"
)
ADDRESS = (
    r"\b(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)\b(?!\.?\d)"
)
DECIMAL = r"(?<![\d.+-])\d{1,5}\.\d+(?![\d.-])"
KEPT = f"(?P<kept>{UUID}|{MOMENT}|{ADDRESS}|{DECIMAL})"

# Eight digits or more, however they are spaced out, in whatever script they are typed.
GAP = r"(?:[\s().·‐-―－-]|%20|%2D|%28|%29){0,3}"
DIGITS = rf"(?:\+|%2B|＋)?\(?\d(?:{GAP}\d){{7,}}"
GROUPS = r"\b(?:[A-Z0-9]{4}[ -]){2,}[A-Z0-9]{2,5}\b"
SMALL_GROUPS = r"\b(?=[a-z-]*\d)(?:[a-z0-9]{4}-){2,}[a-z0-9]{2,5}\b"
FOUR_GROUPS = r"\b(?=[A-Za-z -]*\d)(?:[A-Za-z0-9]{4}[ -]){3}[A-Za-z0-9]{4}\b"
KEYS = r"\b(?:sk|pk|rk|rg|api|key|tok)_[A-Za-z0-9_-]{8,}"
BEARER = r"(?i:\b(?:bearer|basic)\s+)\S+|(?i:\btoken\s+)[A-Za-z0-9._~+/=-]{6,}"
CAPITALS = r"\b[A-Z0-9]{12,}\b"
MIXED = r"\b(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{12,}\b"
HASHES = r"\$(?:argon2|2b|pbkdf2)[^\s\"']+"
MAIL = r"[\w.+-]+(?:@|%40)[\w-]+\.[\w.-]+"
LOOKS_SECRET = re.compile(
    f"{KEPT}|{HASHES}|{KEYS}|{BEARER}|{GROUPS}|{SMALL_GROUPS}|{FOUR_GROUPS}"
    f"|{DIGITS}|{CAPITALS}|{MIXED}|{MAIL}"
)

QUERY = re.compile(r"([?&][^\s=&#\"']{1,80}=)[^\s&#\"']*")
LABELLED = re.compile(
    r"""(?ix)
    (
      (?<![a-z])(?:pin|otp|passcode|password|passwd|secret|token|api[\s_-]?key
        |one[\s_-]time[\s_-]code|gift[\s_-]?(?:card|code)|card[\s_-]?(?:no|number)
        |verification[\s_-]code|payment[\s_-]code|code|phone|mobile|sessionid|cookie)
      (?:["'\]]*\s*(?:=|:|%3[AD]|\bis\b|\bwas\b)\s*|\s+(?=\d)|\)=\()["'(\[]*
    |
      (?:验证码|驗證碼|密码|密碼|支付码|支付碼|付款码|付款碼|手机号?|手機號?碼?|电话|電話|卡号|卡號)
      [\s是为為：:=]*
    )
    (?!hidden\])[^\s"',;&})\]]+
    """
)


def is_secret_name(name: str) -> bool:
    """Does a value that goes by this name stay out of the logs?"""
    plain = CAMEL.sub("_", name).lower().replace("-", "_")
    if any(pair in plain for pair in SECRET_PAIRS):
        return True
    return not SECRET_WORDS.isdisjoint(NAME_PARTS.findall(plain))


def _judge(match: re.Match[str]) -> str:
    return match[0] if match["kept"] else HIDDEN


def redact_text(text: str) -> str:
    """The same text with everything that may be somebody's taken out."""
    text = QUERY.sub(rf"\1{HIDDEN}", text)
    text = LABELLED.sub(rf"\1{HIDDEN}", text)
    return LOOKS_SECRET.sub(_judge, text)


def redact(value: Any, *, name: str = "") -> Any:
    """A value as it may be logged under this name."""
    if isinstance(value, bool) or value is None:
        return value
    if name and is_secret_name(name):
        is_status = name == "code" and type(value) is int and 100 <= value <= 599
        return value if is_status else HIDDEN
    if isinstance(value, int | float):
        return _redact_number(value, name=name)
    if isinstance(value, Mapping):
        return {
            redact_text(str(key)): redact(found, name=str(key))
            for key, found in value.items()
        }
    if isinstance(value, bytes):
        return redact_text(value.decode("utf-8", "replace"))
    if isinstance(value, Sequence | set | frozenset) and not isinstance(value, str):
        return [redact(found, name=name) for found in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    return redact_text(str(value))


def _redact_number(value: float, *, name: str) -> float | str:
    if PLAIN_NAME.search(name.lower()) or abs(value) < 10**7:
        return value
    return HIDDEN


# A request's own marks are minted or checked by us, and a line must keep them.
OURS = frozenset({"request_id", "timestamp", "level", "logger", "fingerprint"})


def redact_event(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> dict[str, Any]:
    """The last step before a line is written: nothing passes beside it."""
    return {
        name: value if name in OURS else redact(value, name=name)
        for name, value in event.items()
    }
