"""Writing a message: its values as the reader writes them, and nothing that runs."""

import re
from datetime import date
from html import unescape
from typing import Any

import pytest
from django.core import mail
from django.utils.translation import override

from messaging import rendering
from messaging.rendering import clean_html
from tests.factories.messaging import a_member, sent, template
from tests.factories.stores import NOON, StoreFactory
from tests.messaging.at_work import tick

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


HTML = (
    '<h1 style="color: red">{{ brand }}</h1><p>{{ member }}: {{ what }}</p>'
    "<p>{{ store }}</p>"
)


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
@pytest.mark.parametrize("unsubscribe", ["", "https://example.com/u?a=1&b=2"])
@pytest.mark.parametrize("html", [HTML, ""])
def test_a_frame_says_what_a_letter_says_that_is_written_whole(
    language: str, unsubscribe: str, html: str
) -> None:
    version = template("email", html=html, body="{{ member }}\n\nhas {{ what }} & more")
    text = version.texts.get(channel="email", language=language)
    values = {"member": "O'Neil <b>", "what": "tea & cake", "store": "S", "brand": "B"}
    options: dict[str, Any] = {"raw": None, "brand": "B", "unsubscribe": unsubscribe}

    with override(language):
        framed = rendering.fill(text, values, **options).html
        with pytest.MonkeyPatch.context() as without:
            without.setattr(rendering, "_fits_a_frame", lambda *_given: False)
            whole = rendering.fill(text, values, **options).html

    assert "tea" in framed
    assert unescape(framed) == unescape(whole)
    assert "O'Neil <b>" not in framed
    assert not re.search("[\ue000\ue001]", framed)


def test_each_reader_has_their_own_values_in_the_same_frame() -> None:
    text = template("email", html=HTML).texts.get(channel="email", language="en")

    def written(what: str) -> str:
        values = {"member": "M", "what": what, "store": "S", "brand": "B"}
        with override("en"):
            return rendering.fill(
                text, values, raw=None, brand="B", unsubscribe="https://e.com/1"
            ).html

    assert ": tea<" in written("tea")
    assert ": {{ member }}<" in written("{{ member }}")
    assert ": !subject<" in written("\ue000!subject\ue001").replace(
        "\ue000", ""
    ).replace("\ue001", "")


def test_a_value_in_an_attribute_is_cleaned_with_it() -> None:
    html = '<p><a href="{{ what }}">{{ member }}</a></p>'
    text = template("email", html=html).texts.get(channel="email", language="en")

    written = rendering.fill(
        text, {"what": "javascript:alert(1)", "member": "M"}, raw=None, brand="B"
    )

    assert "javascript" not in written.html


def test_a_value_of_several_lines_makes_paragraphs() -> None:
    text = template("email").texts.get(channel="email", language="en")

    written = rendering.fill(
        text, {"what": "tea\n\ncake", "member": "M"}, raw=None, brand="B"
    )

    assert "tea</p><p>cake" in written.html
