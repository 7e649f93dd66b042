"""Every page of the office as somebody reads it: its words, and the ways on."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urlsplit

from django.test import Client
from django.urls import reverse

UNSEEN = {"script", "style", "template", "noscript", "svg", "textarea", "pre", "code"}
READ_OUT = ("title", "aria-label", "placeholder")
# What is marked as of another language than the reader's is quoted: words of guests.
READER = "zh-hans"
VOID = {"input", "img", "br", "hr"}
# `app/model/row/act/`: one row of each kind is read, with every act on it.
ROW = re.compile(r"^/admin/(?P<kind>\w+/\w+)/(?P<row>[^/]+)/(?P<act>\w+)/$")
ASIDE = ("logout", "/delete/", "jsi18n", "password", "autocomplete")


class Page(HTMLParser):
    """What one page says, and where it leads."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.ways: list[str] = []
        self._unseen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A way on, and what is told of what has no text."""
        told = dict(attrs)
        is_foreign = told.get("lang") not in (None, READER) and tag not in VOID
        is_icon = "material-symbols-outlined" in (told.get("class") or "")
        if tag in UNSEEN or is_foreign or is_icon:
            self._unseen.append(tag)
        self.words += [words for name in READ_OUT if (words := told.get(name))]
        if tag == "a" and (way := told.get("href")):
            self.ways.append(way)

    def handle_endtag(self, tag: str) -> None:
        """What is not read ends where its element does."""
        if self._unseen and self._unseen[-1] == tag:
            self._unseen.pop()

    def handle_data(self, data: str) -> None:
        """The text between."""
        if not self._unseen and (words := " ".join(data.split())):
            self.words.append(words)


def office(client: Client) -> Iterator[tuple[str, Page]]:
    """Every page that the menu leads to, each list's first row and what may be done
    with it: address and page.
    """
    waiting, met = [reverse("admin:index")], set[str]()
    rows: dict[str, str] = {}
    while waiting:
        address = waiting.pop(0)
        if address in met:
            continue
        met.add(address)
        answer = client.get(address)
        assert answer.status_code in {200, 302}, address
        if answer.status_code == 302 or "html" not in answer["Content-Type"]:
            continue
        page = Page()
        page.feed(answer.content.decode())
        yield address, page
        for way in page.ways:
            path = urlsplit(way).path
            if not path.startswith("/admin/") or any(word in path for word in ASIDE):
                continue
            row = ROW.match(path)
            if row and rows.setdefault(row["kind"], row["row"]) != row["row"]:
                continue
            waiting.append(path)
