"""Writing a message: its values as the reader writes them, and nothing that runs."""

from datetime import date
from typing import Any

import pytest
from django.core import mail

from messaging import rendering
from messaging.rendering import clean_html
from tests.factories.messaging import a_member, sent, template
from tests.factories.stores import NOON, StoreFactory
from tests.messaging.test_leave import tick

pytestmark = pytest.mark.django_db
ALL = "{{ much }} {{ day }} {{ when }} {{ link }} {{ count }} {{ store }} {{ brand }}"
KINDS = {
    "much": "money", "day": "date", "when": "moment", "link": "link", "count": "number",
}  # fmt: skip
VALUES: dict[str, Any] = {
    "much": 1234_50,
    "day": date(2026, 12, 31),
    "when": NOON,
    "link": "https://example.com/a?b=c&d=e",
    "count": 3,
}


@pytest.mark.parametrize(
    ("language", "money"), [("en", "¥1,234.50"), ("zh-hant", "¥1,234.50")]
)
def test_values_are_written_as_their_reader_writes_them(
    language: str, money: str
) -> None:
    there = StoreFactory.create(name="Corner", time_zone="America/New_York")
    member = a_member(language=language, home_store=there)
    sent(template("email", values=KINDS, body=ALL), to=member, values=VALUES,
         channel="email")  # fmt: skip

    tick()

    body = mail.outbox[0].body
    assert body.startswith(f"[{language}] {money}")
    assert "Corner 熟客" in body
    assert "https://example.com/a?b=c&d=e 3" in body
    assert "2026" in body
    assert "23:00" in body or "11" in body  # by the clock of the store


def test_what_a_guest_is_called_runs_nowhere() -> None:
    version = template(
        "email",
        html="<p>Hello {{ member }} <b>{{ what }}</b></p>",
        subject="{{ what }}",
    )
    evil = "<script>alert(1)</script>\r\nBcc: everyone@example.com"
    sent(version, to=a_member(name="<img src=x onerror=1>"), values={"what": evil})

    tick()

    (letter,) = mail.outbox
    assert isinstance(letter, mail.EmailMultiAlternatives)
    html = str(letter.alternatives[0][0])
    assert "<script" not in html
    assert "onerror" not in html.replace("&lt;img src=x onerror=1&gt;", "")
    assert "\n" not in letter.subject
    assert letter.message()["Bcc"] is None
    assert 'class="letter" style="' in html  # styles where mail programs read them


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("<p onclick='x'>a</p>", "<p>a</p>"),
        ("<script>x</script>b", "b"),
        ("<a href='javascript:x'>a</a>", "<a>a</a>"),
        ("<a href='https://e.com'>a</a>", '<a href="https://e.com">a</a>'),
        ("<iframe src='https://e.com'></iframe>c", "c"),
        ("<form action='/x'><input></form>d", "d"),
        ("<img src='cid:gift-card'>", '<img src="cid:gift-card">'),
    ],
)
def test_what_managers_type_is_cleaned(typed: str, kept: str) -> None:
    assert clean_html(typed) == kept


def test_a_letter_without_html_gets_its_text_as_paragraphs() -> None:
    sent(template("email", body="One & two\nthree\n\nFour {{ what }}"))
    tick()
    (letter,) = mail.outbox
    assert isinstance(letter, mail.EmailMultiAlternatives)
    html = str(letter.alternatives[0][0])
    assert "<p>[en] One &amp; two<br>three</p><p>Four tea</p>" in html


def test_a_picture_is_drawn_where_the_words_show_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(
        rendering._pictures, "face", lambda values: b"jpeg " + values["what"].encode()
    )
    version = template("email", html='<img src="cid:face"><img src="cid:other">')
    sent(version)
    tick()

    (letter,) = mail.outbox
    parts = list(letter.message().walk())
    (picture,) = [one for one in parts if one.get_content_type() == "image/jpeg"]
    assert picture["Content-ID"] == "<face>"
    assert picture.get_payload(decode=True) == b"jpeg tea"


def test_words_that_cannot_be_written_stop_one_message_and_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def draw(_values: object) -> bytes:
        raise ValueError

    monkeypatch.setitem(rendering._pictures, "face", draw)
    broken = sent(template("email", html='<img src="cid:face">'))
    good = sent(template("email"))

    tick()

    for message, state in ((broken, "failed"), (good, "accepted")):
        message.refresh_from_db()
        assert message.state == state
    assert broken.reason == "words"
