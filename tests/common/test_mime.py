"""A letter as it travels says what was written, and a machine finds its link."""

import email
import email.policy
from email.message import EmailMessage as Parsed
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives

from common.mime import as_bytes, plain_address

LINK = f"<https://shop.example.com/messages/unsubscribe/{'0123456789abcdef' * 8}>"
HEADERS = {
    "Message-ID": "<message-1@shop.example.com>",
    "List-Unsubscribe": LINK,
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
}


def a_letter(**facts: Any) -> EmailMultiAlternatives:
    told: dict[str, Any] = {
        "subject": "For you",
        "body": "Good day.\n",
        "from_email": "长青 <shop@example.com>",
        "to": ["lin@example.com"],
        "headers": HEADERS,
        **facts,
    }
    html = told.pop("html", "<p>Good day.</p>")
    letter = EmailMultiAlternatives(**told)
    if html:
        letter.attach_alternative(html, "text/html")
    return letter


def parsed(wire: bytes) -> Parsed:
    return email.message_from_bytes(wire, policy=email.policy.SMTP)


def texts(letter: Parsed) -> list[str]:
    found = [part.get_content() for part in letter.walk() if not part.is_multipart()]
    return [text.replace("\r\n", "\n").rstrip("\n") for text in found]


@pytest.mark.parametrize("subject", [
    "", "For you", "生日快乐，陈女士：您有一张优惠券" * 4, "=?utf-8?q?no?=", "x" * 300,
    "Café 🎂 " * 30,
])  # fmt: skip
def test_a_subject_is_read_as_it_was_written(subject: str) -> None:
    wire = as_bytes(a_letter(subject=subject))

    assert parsed(wire)["Subject"] == subject
    head = wire.split(b"\r\n\r\n", 1)[0].split(b"\r\n")
    assert all(
        len(line) <= 78 for line in head if not line.startswith(b"List-Unsubscribe:")
    )


@pytest.mark.parametrize("text", [
    "Good day.", "您好。" * 200, ".\n..\nFrom here\n.", "a" * 3000,
    "Café = 3 \n\n\t x ", "one\r\ntwo\rthree", "é" * 10 + "a" * 200, "--=_0\n",
])  # fmt: skip
def test_words_arrive_as_they_were_written(text: str) -> None:
    wire = as_bytes(a_letter(body=text, html=f"<p>{text}</p>"))

    read = text.replace("\r\n", "\n").replace("\r", "\n")
    assert texts(parsed(wire)) == [read.rstrip("\n"), f"<p>{read}</p>"]
    lines = wire.split(b"\r\n")
    assert b"\n" not in b"".join(lines)
    assert b"\r" not in b"".join(lines)
    assert max(len(line) for line in lines) < 990
    assert wire.isascii()


def test_it_says_the_same_as_django_s_own_writer() -> None:
    letter = a_letter(subject="生日快乐", body="您好。\n", html="<p>您好。</p>")
    ours = parsed(as_bytes(letter))
    django_s = parsed(letter.message(policy=email.policy.SMTP).as_bytes())

    names = {"Subject", "From", "To", "MIME-Version", "Message-ID"}
    assert {name: ours[name] for name in names} == {
        name: django_s[name] for name in names
    }
    assert {name.lower() for name in ours} == {name.lower() for name in django_s}
    assert ours.get_content_type() == django_s.get_content_type()
    assert [part.get_content_type() for part in ours.walk()] == [
        part.get_content_type() for part in django_s.walk()
    ]
    assert texts(ours) == texts(django_s)
    assert not ours.defects


@pytest.mark.parametrize("to", ["lin@example.com", "陈 <lin@bücher.example>"])
def test_mail_programs_find_the_link_that_ends_offers(to: str) -> None:
    """As one line: in encoded words they do not read it (RFC 2369, RFC 8058)."""
    head = as_bytes(a_letter(to=[to])).split(b"\r\n\r\n", 1)[0].split(b"\r\n")

    assert f"List-Unsubscribe: {LINK}".encode() in head
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in head


@pytest.mark.parametrize("facts", [
    {"to": ["a@example.com", "b@example.com"]}, {"cc": ["b@example.com"]},
    {"bcc": ["b@example.com"]}, {"reply_to": ["b@example.com"]}, {"html": ""},
    {"attachments": [("a.txt", "x", "text/plain")]},
    {"headers": {"To": "b@example.com", "Message-ID": "<1@x>"}},
    {"headers": {}}, {"to": ["Lin <lin@example.com>"]},
])  # fmt: skip
def test_any_other_letter_is_written_as_django_does(facts: dict[str, Any]) -> None:
    letter = a_letter(**facts)
    ours = parsed(as_bytes(letter))
    django_s = parsed(letter.message(policy=email.policy.SMTP).as_bytes())

    for name in ("To", "Cc", "Bcc", "Reply-To", "Subject"):
        assert ours[name] == django_s[name]
    assert texts(ours) == texts(django_s)


@pytest.mark.parametrize("facts", [
    {"subject": "x\r\nBcc: thief@example.com"},
    {"headers": {**HEADERS, "X-Note": "x\r\nBcc: thief@example.com"}},
    {"to": ["lin@example.com\r\nBcc: thief@example.com"]},
    {"from_email": "shop@example.com\r\nBcc: thief@example.com"},
])  # fmt: skip
def test_nobody_writes_headers_into_a_value(facts: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"(?i)newline|linefeed|header|cr"):
        as_bytes(a_letter(**facts))


@pytest.mark.parametrize("address", [
    "a@b", "first.last+tag@mail.example.com", "o'neil@example.co",
])  # fmt: skip
def test_a_plain_address_needs_no_reading(address: str) -> None:
    assert plain_address(address) == address


@pytest.mark.parametrize("address", [
    "", "a", "@b", "a@", "a b@c", "a@b c", "a@b\r\n", "a@b\n", ".a@b", "a..b@c", "a@-b",
    "a@b..c", "陈@example.com", "a@bücher.example", "<a@b>", '"a b"@c', "a@b,c@d",
    f"{'a' * 250}@example.com",
])  # fmt: skip
def test_any_other_address_is_read_with_care(address: str) -> None:
    assert plain_address(address) == ""
