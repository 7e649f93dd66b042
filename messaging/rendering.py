"""Writing a message: the words of its version with its values, in its language."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from functools import lru_cache
from typing import Any, Final

import css_inline
import nh3
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from members.forms_of_address import address

from .models import Message, MessageChannel, MessageText, ValueKind
from .values import PLACE, written

TRY: Final = "try:"
CID: Final = re.compile(r'src="cid:([a-z0-9_-]+)"')
# Where a frame leaves room for what differs from reader to reader: characters that
# nobody types, so that cleaning and styles pass them by.
TOKEN: Final = re.compile("\ue000([^\ue001]*)\ue001")
SUBJECT, LINK = "!subject", "!unsubscribe"
TAG: Final = re.compile(r"<[^>]*>")
# What an app above draws into letters, by the name that their HTML gives it.
type Draw = Callable[[Mapping[str, Any]], bytes]
_pictures: dict[str, Draw] = {}
TAGS: Final = {
    "a", "b", "blockquote", "br", "em", "h1", "h2", "h3", "hr", "i", "img", "li", "ol",
    "p", "span", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul", "div",
}  # fmt: skip
ATTRIBUTES: Final = {
    "*": {"style"},
    "a": {"href", "title"},
    "img": {"src", "alt", "width", "height"},
    "td": {"align", "colspan"},
    "th": {"align", "colspan"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenMessage:
    """A message in its language, ready to leave."""

    subject: str
    body: str
    html: str
    values: dict[str, str]
    pictures: dict[str, bytes]


def register_picture(name: str, draw: Draw) -> None:
    """An app above draws `<img src="cid:name">` from a message's values (JPEG)."""
    _pictures[name] = draw


def clean_html(html: str) -> str:
    """What managers type, without scripts, forms, styles of pages and foreign links."""
    return nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "tel", "cid"},
        link_rel=None,
    )


def write(
    message: Message,
    text: MessageText,
    *,
    secrets: Mapping[str, str],
    brand: str,
    zone: tzinfo | None,
    unsubscribe: str = "",
) -> WrittenMessage:
    """The words of a message as its reader reads them."""
    kinds = message.version.values
    with override(message.language):
        values = {
            name: written(kinds.get(name, ValueKind.TEXT), value, zone=zone)
            for name, value in {**message.values, **secrets}.items()
        }
        values |= {
            "member": member_name(message),
            "brand": brand,
            "store": message.store.name if message.store else brand,
        }
        # A try has sample values: there is no card to draw.
        raw = None if message.key.startswith(TRY) else message.values
        return fill(text, values, raw=raw, brand=brand, unsubscribe=unsubscribe)


def fill(
    text: MessageText,
    values: Mapping[str, str],
    *,
    raw: Mapping[str, Any] | None,
    brand: str,
    unsubscribe: str = "",
) -> WrittenMessage:
    """Words with written values in their places; in the active language.

    `raw` is what pictures are drawn from; none are where there is nothing to draw.
    """
    subject = _filled(text.subject, values)
    body = _filled(text.body, values)
    html, pictures = "", {}
    if text.channel == MessageChannel.EMAIL:
        html = _letter(
            text,
            values,
            subject=subject,
            body=body,
            brand=brand,
            unsubscribe=unsubscribe,
        )
        if unsubscribe:
            body += "\n\n" + _("No more of these: %(link)s") % {"link": unsubscribe}
        if raw is not None:
            told = {**raw, "brand": brand}
            names = set(CID.findall(html)) & set(_pictures)
            pictures = {name: _pictures[name](told) for name in sorted(names)}
    return WrittenMessage(
        subject=" ".join(subject.split()),
        body=body,
        html=html,
        values=dict(values),
        pictures=pictures,
    )


def _letter(
    text: MessageText,
    values: Mapping[str, str],
    *,
    subject: str,
    body: str,
    brand: str,
    unsubscribe: str,
) -> str:
    """The HTML of a letter: its frame is made once for all who read the same words."""
    escaped = {name: escape(value) for name, value in values.items()}
    if not _fits_a_frame(text, values):
        return letter_html(
            _filled(text.html, escaped) or _paragraphs(body),
            subject=subject,
            brand=brand,
            unsubscribe=unsubscribe,
        )
    language = get_language() or ""
    frame = _frame(text.html, text.body, brand, language, has_link=bool(unsubscribe))
    told = {
        **escaped,
        SUBJECT: escape(subject),
        LINK: escape(unsubscribe),
    }
    return TOKEN.sub(lambda found: told.get(found[1], ""), frame)


def _fits_a_frame(text: MessageText, values: Mapping[str, str]) -> bool:
    """Whether values stand only where text stands: what comes into an attribute is
    cleaned with the value in it, and a line break makes paragraphs.
    """
    if text.html:
        return not any(PLACE.search(tag) for tag in TAG.findall(text.html))
    return not any("\n" in value for value in values.values())


@lru_cache(maxsize=256)
def _frame(html: str, body: str, brand: str, language: str, *, has_link: bool) -> str:
    """A letter with tokens in the places of its values, cleaned and with its styles; in
    the active language.
    """
    tokens = PLACE.sub(lambda found: _token(found[1]), html or body)
    return letter_html(
        tokens if html else _paragraphs(tokens),
        subject=_token(SUBJECT),
        brand=brand,
        unsubscribe=_token(LINK) if has_link else "",
    )


def _token(name: str) -> str:
    return f"\ue000{name}\ue001"


def letter_html(inner: str, *, subject: str, brand: str, unsubscribe: str) -> str:
    """A letter in our frame, cleaned, with its styles where mail programs read them."""
    page = render_to_string(
        "messaging/letter.html",
        {
            "inner": clean_html(inner),
            "subject": subject,
            "brand": brand,
            "unsubscribe": unsubscribe,
        },
    )
    return css_inline.CSSInliner(load_remote_stylesheets=False).inline(page)


def member_name(message: Message) -> str:
    """How the reader is addressed."""
    member = message.member
    if member is None:
        return str(message.values.get("name", "")) or _("friend")
    return address(member) or _("dear guest")


def _filled(text: str, values: Mapping[str, str]) -> str:
    return PLACE.sub(lambda found: values.get(found[1], ""), text)


def _paragraphs(text: str) -> str:
    parts = (part.strip() for part in text.split("\n\n"))
    return "".join(
        f"<p>{escape(part)}</p>".replace("\n", "<br>") for part in parts if part
    )
