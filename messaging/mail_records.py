"""Whether the domain that writes letters says so where mail programs look: DNS."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import dns.exception
import dns.resolver

type LookUp = Callable[[str], Sequence[str]]

SELECTORS: Final = (
    "default",
    "mail",
    "selector1",
    "selector2",
    "pm",
    "s1",
    "k1",
    "mte1",
)
SECONDS: Final = 5.0


class DnsUnanswered(Exception):
    """Nobody answered: nothing can be said."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One of SPF, DKIM and DMARC: whether it is as it should be, and what was found."""

    name: str
    is_good: bool
    said: str


def text_records(name: str) -> list[str]:
    """The TXT records of a name; none where there is none. Raises DnsUnanswered."""
    try:
        answer = dns.resolver.resolve(name, "TXT", lifetime=SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.exception.DNSException as failure:
        raise DnsUnanswered from failure
    return [b"".join(record.strings).decode(errors="replace") for record in answer]


def check_domain(
    domain: str, *, selectors: Sequence[str], look_up: LookUp = text_records
) -> list[Finding]:
    """SPF, DKIM and DMARC of a domain. Raises DnsUnanswered."""
    return [
        _spf(look_up(domain)),
        _dkim({one: look_up(f"{one}._domainkey.{domain}") for one in selectors}),
        _dmarc(look_up(f"_dmarc.{domain}")),
    ]


def _good(name: str, said: str) -> Finding:
    return Finding(name, is_good=True, said=said)


def _wrong(name: str, said: str) -> Finding:
    return Finding(name, is_good=False, said=said)


def _spf(records: Sequence[str]) -> Finding:
    found = [one for one in records if one.lower().split(" ")[0] == "v=spf1"]
    if not found:
        return _wrong("SPF", "there is no record that begins with v=spf1")
    if len(found) > 1:
        return _wrong("SPF", "there are several records: only one may be")
    if found[0].lower().rstrip().endswith("+all"):
        return _wrong("SPF", "+all lets everybody write in this name")
    return _good("SPF", found[0])


def _dkim(records: dict[str, Sequence[str]]) -> Finding:
    for selector, texts in records.items():
        for text in texts:
            tags = _tags(text)
            if tags.get("p"):
                return _good("DKIM", f"a key stands at {selector}._domainkey")
    tried = ", ".join(records)
    return _wrong("DKIM", f"no key stands at any of these selectors: {tried}")


def _dmarc(records: Sequence[str]) -> Finding:
    found = [one for one in records if _tags(one).get("v", "").upper() == "DMARC1"]
    if len(found) != 1:
        return _wrong("DMARC", "there must be one record with v=DMARC1")
    policy = _tags(found[0]).get("p", "").lower()
    if policy not in {"none", "quarantine", "reject"}:
        return _wrong("DMARC", "p= says none of none, quarantine, reject")
    if policy == "none":
        return _good("DMARC", f"{found[0]} (it only watches)")
    return _good("DMARC", found[0])


def _tags(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip().lower(): value.strip() for name, _sign, value in pairs}
