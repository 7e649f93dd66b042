"""What a member agrees to and takes back: each decision a row, none ever changed."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from ledger.services import Act
from members.errors import ConsentTextMissing, NoConsentNeeded, ValueRefused
from members.models import Channel, Consent, ConsentNow, ConsentText, Purpose, Source
from members.models.consents import ASKED
from stores import services as stores_services

from .access import is_a_member, require, require_self_or
from .locks import lock_member

RECORD = "members.record_consent"


@transaction.atomic
def give_consent(
    *,
    member_id: int,
    purpose: str,
    channels: Sequence[str],
    by: Act,
    at: datetime,
    source: str = "",
    version: int | None = None,
) -> list[Consent]:
    """A member agrees to the text of a purpose (the newest, or a version), by channel.

    Said again, it is no new row. Raises NoConsentNeeded, ConsentTextMissing,
    NotAllowed.
    """
    text = _text(purpose, version)
    return _decide(
        member_id=member_id,
        wanted=[(purpose, channel) for channel in _known(channels)],
        text=text,
        by=by,
        at=at,
        source=source,
    )


@transaction.atomic
def withdraw_consent(
    *,
    member_id: int,
    by: Act,
    at: datetime,
    purpose: str | None = None,
    channels: Sequence[str] | None = None,
    source: str = "",
) -> list[Consent]:
    """A member takes back what they agreed to; with nothing named, all of it."""
    if purpose == Purpose.TRANSACTIONAL:
        raise NoConsentNeeded
    if purpose is not None and purpose not in ASKED:
        raise ValueRefused(field="purpose", message=_("Choose one of what is offered."))
    purposes = ASKED if purpose is None else [purpose]
    reached = Channel.values if channels is None else _known(channels)
    return _decide(
        member_id=member_id,
        wanted=[(word, channel) for word in purposes for channel in reached],
        text=None,
        by=by,
        at=at,
        source=source,
        # Told plainly, a first no is worth a row: nobody need ask again.
        passing_over_unsaid=purpose is None,
    )


@transaction.atomic
def choose_consents(
    *,
    member_id: int,
    choices: Sequence[tuple[str, int, Sequence[str], Sequence[str]]],
    by: Act,
    at: datetime,
) -> list[Consent]:
    """All that a member chose on one page: for each purpose the version of the text
    that was read, the channels wanted and those not. A no that was never a yes is no
    news. Raises what `give_consent` raises, and then nothing of it is kept.
    """
    written: list[Consent] = []
    for purpose, version, wanted, unwanted in choices:
        if wanted:
            written += give_consent(
                member_id=member_id,
                purpose=purpose,
                channels=wanted,
                by=by,
                at=at,
                version=version,
            )
        granted = ConsentNow.objects.filter(
            member_id=member_id, purpose=purpose, channel__in=unwanted, granted=True
        )
        taken_back = list(granted.values_list("channel", flat=True))
        if taken_back:
            written += withdraw_consent(
                member_id=member_id,
                purpose=purpose,
                channels=taken_back,
                by=by,
                at=at,
            )
    return written


@transaction.atomic
def publish_consent_text(
    *, purpose: str, text: str, by: Act, at: datetime
) -> ConsentText:
    """The next version of what members agree to; earlier decisions keep theirs."""
    require(by, "members.add_consenttext")
    if purpose not in ASKED:
        raise NoConsentNeeded
    plain = text.strip()
    if not plain or len(plain) > 4000 or "\x00" in plain:
        raise ValueRefused(
            field="text", message=_("Please write the text, at most 4,000 signs.")
        )
    last = ConsentText.objects.filter(purpose=purpose).aggregate(last=Max("version"))
    published = ConsentText.objects.create(
        purpose=purpose,
        version=(last["last"] or 0) + 1,
        text=plain,
        published_at=at,
    )
    stores_services.record_act(
        name="members.consent_text_published",
        by=by,
        at=at,
        subject=published,
        facts={"purpose": purpose, "version": published.version},
    )
    return published


def _decide(
    *,
    member_id: int,
    wanted: Sequence[tuple[str, str]],
    text: ConsentText | None,
    by: Act,
    at: datetime,
    source: str,
    passing_over_unsaid: bool = False,
) -> list[Consent]:
    """Write down what is not said already."""
    require_self_or(by, member_id, RECORD)
    member = lock_member(member_id)
    standing = {
        (now.purpose, now.channel): (now.granted, now.consent.text_id)
        for now in ConsentNow.objects.filter(member=member).select_related("consent")
    }
    said = (text is not None, None if text is None else text.pk)
    unsaid = said if passing_over_unsaid else None
    fresh = [
        Consent(
            member=member,
            purpose=purpose,
            channel=channel,
            granted=text is not None,
            text=text,
            source=source or _source(by),
            at=at,
            staff_id=by.staff_id,
            store_id=by.store_id,
        )
        for purpose, channel in wanted
        if standing.get((purpose, channel), unsaid) != said
    ]
    if not fresh:
        return []
    written = Consent.objects.bulk_create(fresh)
    stores_services.record_act(
        name="members.consent_given" if text else "members.consent_withdrawn",
        by=by,
        at=at,
        subject=member,
        facts={
            "decisions": [f"{row.purpose}:{row.channel}" for row in written],
            "version": text.version if text else None,
        },
    )
    return written


def _source(by: Act) -> str:
    """Where it was said, by who says so."""
    if is_a_member(by):
        return Source.PORTAL
    return Source.COUNTER if by.staff_id is not None else Source.API


def _text(purpose: str, version: int | None) -> ConsentText:
    if purpose not in ASKED:
        raise NoConsentNeeded
    texts = ConsentText.objects.filter(purpose=purpose)
    if version is not None:
        texts = texts.filter(version=version)
    text = texts.order_by("-version").first()
    if text is None:
        raise ConsentTextMissing
    return text


def _known(channels: Sequence[str]) -> list[str]:
    if not set(channels) <= set(Channel.values):
        raise ValueRefused(field="channel", message=_("Choose one of what is offered."))
    return sorted(set(channels))
