"""Whether mail programs will believe who writes: SPF, DKIM, DMARC."""

import io
from typing import Any

import dns.resolver
import pytest
from django.core.management import CommandError, call_command

from messaging import mail_records

SILENT = dns.resolver.NoNameservers()  # type: ignore[no-untyped-call]  # it has no types
GOOD = {
    "example.com": ["v=spf1 include:spf.example.net -all", "some=thing"],
    "pm._domainkey.example.com": ["k=rsa; p=MIGfMA0"],
    "_dmarc.example.com": ["v=DMARC1; p=quarantine; rua=mailto:a@example.com"],
}


def told(monkeypatch: pytest.MonkeyPatch, records: dict[str, Any], *words: str) -> str:
    class Record:
        def __init__(self, text: str) -> None:
            self.strings = [text[:5].encode(), text[5:].encode()]

    def resolve(name: str, kind: str, **_: object) -> list[Record]:
        assert kind == "TXT"
        if name not in records:
            raise dns.resolver.NXDOMAIN
        if isinstance(records[name], Exception):
            raise records[name]
        return [Record(text) for text in records[name]]

    monkeypatch.setattr(dns.resolver, "resolve", resolve)
    out = io.StringIO()
    call_command("check_mail", *words, "--domain", "example.com", stdout=out)
    return out.getvalue()


def test_a_domain_that_says_all_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    said = told(monkeypatch, GOOD)
    assert said.count("good") == 3
    assert "pm._domainkey" in said


@pytest.mark.parametrize(
    ("name", "records"),
    [
        ("example.com", []),
        ("example.com", ["v=spf1 -all", "v=spf1 +mx -all"]),
        ("example.com", ["v=spf1 +all"]),
        ("pm._domainkey.example.com", ["k=rsa; p="]),
        ("_dmarc.example.com", []),
        ("_dmarc.example.com", ["v=DMARC1; p=maybe"]),
        ("_dmarc.example.com", ["v=DMARC1; p=none", "v=DMARC1; p=none"]),
    ],
)
def test_each_that_is_missing_or_wrong_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, records: list[str]
) -> None:
    with pytest.raises(CommandError, match="taken for spam"):
        told(monkeypatch, {**GOOD, name: records})


def test_where_dns_is_silent_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="no answer"):
        told(monkeypatch, {**GOOD, "example.com": SILENT})


def test_another_selector_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    records = {**GOOD, "own._domainkey.example.com": ["p=x"]}
    assert "own._domainkey" in told(monkeypatch, records, "--selector", "own")


def test_without_a_domain_the_setting_is_asked_for(settings: Any) -> None:
    settings.DEFAULT_FROM_EMAIL = "regulars@localhost"
    with pytest.raises(CommandError, match="DEFAULT_FROM_EMAIL"):
        call_command("check_mail")


def test_a_key_is_found_in_whatever_order_its_tags_stand() -> None:
    found = mail_records.check_domain(
        "e.com", selectors=["a"], look_up=lambda _name: ["p=abc; v=DKIM1"]
    )
    assert found[1].is_good
