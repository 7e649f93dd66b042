"""Publishing the words of messages: a new version, never a changed one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from ledger.services import Act
from members.models import Purpose
from messaging.errors import MessageTemplateRefused, MessageTemplateUnknown
from messaging.models import (
    MessageChannel,
    MessageTemplate,
    MessageTemplateVersion,
    MessageText,
    ValueKind,
)
from messaging.previews import wrong_with_samples
from messaging.values import ALWAYS, NAME, PLACE, places_in
from stores import services as stores_services

MANAGE: Final = "messaging.change_messagetemplate"
LONGEST_SUBJECT, LONGEST_BODY, LONGEST_HTML = 200, 4000, 40_000
# What a phone shows as one message in parts; beyond it providers cut off.
LONGEST_SMS: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a message says on one channel in one language, with {{ values }} in it."""

    channel: str
    language: str
    body: str
    subject: str = ""
    html: str = ""
    provider_template: str = ""


@transaction.atomic
def publish_template(
    *,
    code: str,
    name: str,
    purpose: str,
    values: Mapping[str, str],
    words: Sequence[Words],
    by: Act,
    at: datetime,
    waits_at_night: bool = False,
) -> MessageTemplateVersion:
    """Write a message anew, or for the first time; what was decided keeps its words.

    `values` names what the words ask for, with the kind of each (`ValueKind`). A
    channel speaks every language of the shop or none. The purpose of a template stays.
    Raises MessageTemplateRefused (with every sentence that is wrong), NotAllowed.
    """
    stores_services.require_for(by, MANAGE)
    wrong = [
        *_wrong_head(code, name, purpose, values),
        *_wrong_words(words),
        *_wrong_places(values, words),
    ]
    wrong = wrong or list(_wrong_for_guests(values, words, at))
    if wrong:
        raise MessageTemplateRefused(list(dict.fromkeys(wrong)))
    template, _made = MessageTemplate.objects.get_or_create(
        code=code, defaults={"name": name.strip(), "purpose": purpose}
    )
    # Two who publish at once get two numbers.
    MessageTemplate.objects.filter(pk=template.pk).update(
        name=name.strip(), waits_at_night=waits_at_night
    )
    if template.purpose != purpose:
        raise MessageTemplateRefused([_("The purpose of a template stays as it is.")])
    last = template.versions.aggregate(last=Max("number"))["last"] or 0
    version = MessageTemplateVersion.objects.create(
        template=template,
        number=last + 1,
        values=dict(values),
        published_at=at,
        published_by_id=by.staff_id,
    )
    MessageText.objects.bulk_create(
        MessageText(
            version=version,
            channel=text.channel,
            language=text.language,
            subject=text.subject.strip(),
            body=text.body.strip(),
            html=text.html.strip(),
            provider_template=text.provider_template.strip(),
        )
        for text in words
    )
    stores_services.record_act(
        name="messaging.template_published",
        by=by,
        at=at,
        subject=template,
        facts={"version": version.number},
    )
    return version


@transaction.atomic
def set_template_in_use(
    *, template_id: int, is_active: bool, by: Act, at: datetime
) -> None:
    """Whether messages of it may be decided. Raises MessageTemplateUnknown."""
    stores_services.require_for(by, MANAGE)
    changed = MessageTemplate.objects.filter(
        pk=template_id, is_active=not is_active
    ).update(is_active=is_active)
    if not changed:
        raise MessageTemplateUnknown(template=str(template_id))
    stores_services.record_act(
        name="messaging.template_in_use"
        if is_active
        else "messaging.template_out_of_use",
        by=by,
        at=at,
        subject=MessageTemplate.objects.get(pk=template_id),
    )


def _wrong_head(
    code: str, name: str, purpose: str, values: Mapping[str, str]
) -> Iterator[str]:
    if not NAME.fullmatch(code):
        yield _("A code begins with a small letter: small letters, digits and _.")
    if not 0 < len(name.strip()) <= 80 or "\x00" in name:
        yield _("Give the template a name of at most 80 characters.")
    if purpose not in Purpose.values:
        yield _("Choose a purpose that there is.")
    for value, kind in values.items():
        if not NAME.fullmatch(value) or kind not in ValueKind.values:
            yield _("“%(name)s” is no value that a message can carry.") % {
                "name": value
            }
        if value in ALWAYS:
            yield _("“%(name)s” is known to every message; do not declare it.") % {
                "name": value
            }


def _wrong_words(words: Sequence[Words]) -> Iterator[str]:
    languages = set(dict(settings.LANGUAGES))
    spoken: dict[str, set[str]] = {}
    for text in words:
        spoken.setdefault(text.channel, set()).add(text.language)
        yield from _wrong_text(text)
    if not words or len(words) != sum(map(len, spoken.values())):
        yield _("Write each channel once in each language.")
    for channel, said in spoken.items():
        if channel in MessageChannel.values and said != languages:
            yield _("%(channel)s: write it in every language of the shop.") % {
                "channel": MessageChannel(channel).label
            }


def _wrong_text(text: Words) -> Iterator[str]:
    longest = LONGEST_SMS if text.channel == MessageChannel.SMS else LONGEST_BODY
    parts = (text.subject, text.body, text.html, text.provider_template)
    if any("\x00" in part for part in parts):
        yield _("These words cannot be kept.")
    if text.channel not in MessageChannel.values:
        yield _("Choose a channel that there is.")
    if not 0 < len(text.body.strip()) <= longest:
        yield _("Write a text of at most %(count)s characters.") % {"count": longest}
    if len(text.html) > LONGEST_HTML:
        yield _("The HTML is too long.")
    if text.channel == MessageChannel.EMAIL and not text.subject.strip():
        yield _("An e-mail needs a subject.")
    if len(text.subject) > LONGEST_SUBJECT or "\n" in text.subject:
        yield _("A subject is one line of at most 200 characters.")


def _wrong_for_guests(
    values: Mapping[str, str], words: Sequence[Words], at: datetime
) -> Iterator[str]:
    """The words filled in for sample members, as they come."""
    for text in words:
        row = MessageText(
            channel=text.channel,
            language=text.language,
            subject=text.subject,
            body=text.body,
            html=text.html,
        )
        yield from wrong_with_samples(row, values, at=at)


def _wrong_places(values: Mapping[str, str], words: Sequence[Words]) -> Iterator[str]:
    known = {*values, *ALWAYS}
    for text in words:
        asked = places_in(text.subject, text.body, text.html)
        for name in sorted(asked - known):
            yield _("The words ask for “%(name)s”, which no message carries.") % {
                "name": name
            }
        broken = [
            part
            for part in (text.subject, text.body, text.html)
            if part.count("{{") != part.count("}}")
            or part.count("{{") != len(PLACE.findall(part))
        ]
        if broken:
            yield _("A value is written as {{ name }}: look for a bracket too many.")
        if any(
            values.get(name) == ValueKind.SECRET for name in places_in(text.subject)
        ):
            yield _("A code never stands in a subject: it is shown on locked phones.")
