"""Where nothing may be sent, however it is written and whatever its name leads to."""

import ipaddress
from typing import Any

import pytest

from outbox.addresses import Target, is_public, judged, read_url
from outbox.errors import AddressRefused

PUBLIC = Target("https", "hooks.example.com", 443, "/")


@pytest.fixture(autouse=True)
def _as_in_production(settings: Any) -> None:
    settings.WEBHOOKS_TO_THIS_MACHINE = False


@pytest.mark.parametrize(
    ("text", "host", "port", "path"),
    [
        ("https://hooks.example.com", "hooks.example.com", 443, "/"),
        ("https://HOOKS.example.com/a/b?c=d", "hooks.example.com", 443, "/a/b?c=d"),
        ("https://xn--fsqu00a.xn--0zwm56d/x", "xn--fsqu00a.xn--0zwm56d", 443, "/x"),
        ("https://a.example.com:443/", "a.example.com", 443, "/"),
    ],
)
def test_an_address_in_its_parts(text: str, host: str, port: int, path: str) -> None:
    assert read_url(text) == Target("https", host, port, path)


REFUSED = [
    "",
    "hooks.example.com",
    "http://hooks.example.com/",
    "ftp://hooks.example.com/",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "https://",
    "https:///path",
    "https://localhost/",
    "https://localhost./",
    "https://intranet/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://0x7f.1/",
    "https://0177.0.0.1/",
    "https://8.8.8.8/",
    "https://169.254.169.254/latest/meta-data/",
    "https://[::1]/",
    "https://[::ffff:169.254.169.254]/",
    "https://[2606:4700::1111]/",
    "https://1.2.3.example.4/",
    "https://example.0x7f/",
    "https://user@hooks.example.com/",
    "https://user:word@hooks.example.com/",
    "https://@hooks.example.com/",
    "https://hooks.example.com@127.0.0.1/",
    "https://127.0.0.1#@hooks.example.com/",
    "https://hooks.example.com/#part",
    "https://hooks.example.com:8443/",
    "https://hooks.example.com:22/",
    "https://hooks.example.com:0/",
    "https://hooks.example.com:99999/",
    "https://hooks.example.com:x/",
    "https://hooks.example.com\\@127.0.0.1/",
    "https://hooks.example.com/a b",
    "https://hooks.example.com/a\r\nHost: other",
    "https://hooks.example.com/\x00",
    " https://hooks.example.com/",
    "https://１２７.0.0.1/",
    "https://ⓛocalhost/",
    "https://例え.jp/",
    "https://-a.example.com/",
    "https://a..example.com/",
    "https://example.com./",
    "https://" + "a" * 64 + ".example.com/",
    "https://hooks.example.com/" + "a" * 500,
    "https://[hooks.example.com/",
    "https://hooks.example.com%2f@127.0.0.1/",
]


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_written_so_is_refused(text: str) -> None:
    with pytest.raises(AddressRefused):
        read_url(text)


def test_another_port_only_where_the_house_says_so(settings: Any) -> None:
    settings.WEBHOOK_PORTS = frozenset({443, 8443})
    target = read_url("https://hooks.example.com:8443/")
    assert (target.port, target.host_header) == (8443, "hooks.example.com:8443")
    with pytest.raises(AddressRefused):
        read_url("https://hooks.example.com:8444/")


def test_this_machine_only_in_development(settings: Any) -> None:
    for url in ("http://localhost:9000/x", "http://127.0.0.1:9000/", "http://[::1]:9/"):
        settings.WEBHOOKS_TO_THIS_MACHINE = False
        with pytest.raises(AddressRefused):
            read_url(url)
        settings.WEBHOOKS_TO_THIS_MACHINE = True
        assert read_url(url).is_local
    for url in ("http://hooks.example.com/", "https://10.0.0.1/", "ftp://localhost/"):
        with pytest.raises(AddressRefused):
            read_url(url)


NOT_PUBLIC = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",  # noqa: S104 (nothing is bound to it)
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "224.0.0.1",
    "239.1.1.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:8.8.8.8",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:808:808::",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
]


@pytest.mark.parametrize("text", NOT_PUBLIC)
def test_nothing_is_sent_there(text: str) -> None:
    assert not is_public(ipaddress.ip_address(text))
    with pytest.raises(AddressRefused):
        judged([text], target=PUBLIC)
    with pytest.raises(AddressRefused):
        judged(["8.8.8.8", text], target=PUBLIC)


@pytest.mark.parametrize("text", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111"])
def test_the_open_internet_is_open(text: str) -> None:
    assert judged([text], target=PUBLIC) == [text]


def test_a_name_that_leads_nowhere_is_refused() -> None:
    with pytest.raises(AddressRefused):
        judged([], target=PUBLIC)


def test_this_machine_stays_this_machine() -> None:
    here = Target("http", "localhost", 9000, "/", is_local=True)
    assert judged(["127.0.0.1", "::1"], target=here) == ["127.0.0.1", "::1"]
    for text in ("8.8.8.8", "10.0.0.1", "169.254.169.254"):
        with pytest.raises(AddressRefused):
            judged([text], target=here)
