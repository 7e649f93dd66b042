"""A card on its way to a friend: wrapped, sent on its day, opened, kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import CharField, DateTimeField, F, Func, Q, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from gift_cards.codes import new_token, token_digest
from gift_cards.errors import (
    GiftCardUnavailable,
    GiftNotFound,
    GiftNotSendable,
    GiftNotYet,
    GiftRefused,
)
from gift_cards.letters import link_of, values_of
from gift_cards.models import Gift, GiftCard
from ledger.services import Act
from messaging import services as messaging_services
from messaging.channels import can_send
from messaging.models import MessageChannel, MessageState
from messaging.outcomes import News
from messaging.services import OutgoingMessage
from stores import services as stores_services

from .acts import REDEEM, RESEND, reason_of, subject_of
from .locks import locked_card
from .renew import FreshCode, give_to, renew_code

LATEST: Final = timedelta(days=400)
LONGEST_NAME, LONGEST_WORDS, LONGEST_EMAIL = 80, 300, 254
# A sending that was cut off is told from one that takes its time.
CUT_OFF_AFTER: Final = timedelta(minutes=15)
TEMPLATE: Final = "gift_card"
# By this its messages know a gift again, and by part of the digest which link it was.
WORD: Final = "gift"
SHORT: Final = 16
NEVER_CAME: Final = {MessageState.FAILED, MessageState.DROPPED, MessageState.BOUNCED}


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftWish:
    """What the giver asks for: to whom, how, when, and with which words.

    `deliver_at` None: at once. `phone` in E.164.
    """

    name: str
    channel: str
    email: str = ""
    phone: str = ""
    message: str = ""
    giver: str = ""
    language: str = "zh-hans"
    deliver_at: datetime | None = None

    def asked(self) -> list[object]:
        """The wish as part of a request."""
        return [
            self.name,
            self.channel,
            self.email,
            self.phone,
            self.message,
            self.giver,
            self.language,
            self.deliver_at,
        ]


def check_wish(wish: GiftWish, *, quantity: int, at: datetime) -> None:
    """Refuse a gift that could not arrive. Raises GiftRefused."""
    problem = _problem(wish, quantity, at)
    if problem:
        raise GiftRefused(problem)


def _problem(wish: GiftWish, quantity: int, at: datetime) -> str:
    texts = (wish.name, wish.message, wish.giver, wish.email, wish.phone)
    deliver_at = wish.deliver_at or at
    checks = [
        (quantity == 1, _("A gift is one card for one friend.")),
        (all("\x00" not in text for text in texts), _("These words cannot be kept.")),
        (
            0 < len(wish.name.strip()) <= LONGEST_NAME
            and len(wish.giver) <= LONGEST_NAME,
            _("Give the friend’s name, in at most 80 characters."),
        ),
        (
            len(wish.message) <= LONGEST_WORDS,
            _("The words are too long: 300 characters at most."),
        ),
        (wish.channel in Gift.Channel.values, _("Choose how the gift travels.")),
        (
            wish.channel != Gift.Channel.EMAIL or _is_email(wish.email),
            _("Give the friend’s e-mail address."),
        ),
        (
            wish.channel != Gift.Channel.EMAIL or can_send(MessageChannel.EMAIL),
            _("E-mails cannot be sent from this shop yet."),
        ),
        (
            wish.channel != Gift.Channel.MESSAGE or _is_phone(wish.phone),
            _("Give the friend’s phone, with the country’s number."),
        ),
        (
            wish.channel != Gift.Channel.MESSAGE or can_send(MessageChannel.SMS),
            _("Messages cannot be sent from this shop yet."),
        ),
        (
            wish.language in dict(settings.LANGUAGES),
            _("Choose a language that the shop speaks."),
        ),
        (
            at <= deliver_at <= at + LATEST,
            _("A gift arrives today or later, within 400 days."),
        ),
    ]
    return next((sentence for is_right, sentence in checks if not is_right), "")


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= LONGEST_EMAIL


def _is_phone(text: str) -> bool:
    plain = text.removeprefix("+")
    return plain.isascii() and plain.isdecimal() and 7 <= len(plain) <= 15


def wrap(
    card: GiftCard, wish: GiftWish, *, at: datetime, token: str = ""
) -> str | None:
    """A step: the gift of a card just sold. For a link: what opens it, `token` where
    its giver may be shown it again, or one that is known this once.
    """
    is_link = wish.channel == Gift.Channel.LINK
    token = token or new_token()
    Gift.objects.create(
        card=card,
        channel=wish.channel,
        status=Gift.Status.SENT if is_link else Gift.Status.WAITING,
        delivered_at=at if is_link else None,
        giver_name=wish.giver.strip(),
        recipient_name=wish.name.strip(),
        recipient_email=wish.email if wish.channel == Gift.Channel.EMAIL else "",
        recipient_phone=wish.phone if wish.channel == Gift.Channel.MESSAGE else "",
        message=wish.message.strip(),
        language=wish.language,
        deliver_at=wish.deliver_at or at,
        token_digest=token_digest(token) if is_link else None,
    )
    return token if is_link else None


@transaction.atomic(durable=True)
def send_gift(*, gift_id: int, brand: str, at: datetime) -> bool:
    """Decide that a gift that is due leaves: a message of it is written, with its link.

    Of all who try at once, one does. False where it is not due, on its way, or its card
    is not active.
    """
    token = new_token()
    # Nothing is joined: what is asked of this row must be asked again after its lock.
    claimed = Gift.objects.filter(
        pk=gift_id,
        status=Gift.Status.WAITING,
        deliver_at__lte=at,
        card__in=GiftCard.objects.filter(status=GiftCard.Status.ACTIVE).values("pk"),
    ).update(
        status=Gift.Status.SENDING,
        sending_at=at,
        attempts=F("attempts") + 1,
        token_digest=token_digest(token),
    )
    if claimed != 1:
        return False
    gift = Gift.objects.select_related("card__store").get(pk=gift_id)
    is_letter = gift.channel == Gift.Channel.EMAIL
    messaging_services.send_message(
        message=OutgoingMessage(
            key=f"{WORD}:{gift.pk}:{token_digest(token)[:SHORT]}",
            template=TEMPLATE,
            channel=MessageChannel.EMAIL if is_letter else MessageChannel.SMS,
            address=gift.recipient_email if is_letter else gift.recipient_phone,
            values=values_of(gift, link=link_of(token), brand=brand),
            language=gift.language,
            store_id=gift.card.store_id,
        ),
        at=at,
    )
    return True


def note_news(news: Sequence[News]) -> None:
    """A step: what became of the messages that carry gifts. News of a link that was
    replaced since says nothing.
    """
    for one in news:
        _word, gift_id, digest = one.key.split(":")
        mine = Gift.objects.filter(pk=gift_id, token_digest__startswith=digest)
        if one.state in {MessageState.ACCEPTED, MessageState.DELIVERED}:
            mine.filter(status=Gift.Status.SENDING).update(
                status=Gift.Status.SENT, delivered_at=one.at
            )
        elif one.state in NEVER_CAME:
            mine.filter(
                status__in=[Gift.Status.SENDING, Gift.Status.SENT], opened_at=None
            ).update(status=Gift.Status.FAILED, delivered_at=None, **_link_dies())


@transaction.atomic(durable=True)
def resend(*, gift_id: int, reason: str, by: Act, at: datetime) -> None:
    """Send a gift again: one that failed, was cut off while it was sent, or got lost.

    The link sent before opens nothing any more. Raises GiftNotSendable, NotAllowed.
    """
    stores_services.require_for(by, RESEND)
    why = reason_of(reason)
    cut_off = Q(status=Gift.Status.SENDING, sending_at__lte=at - CUT_OFF_AFTER)
    again = Gift.objects.filter(
        cut_off | Q(status__in=[Gift.Status.FAILED, Gift.Status.SENT]),
        pk=gift_id,
        opened_at=None,
    ).exclude(channel=Gift.Channel.LINK)
    if not again.exists():
        raise GiftNotSendable
    # What has not left is called off first: the gift is told, and waits again after it.
    messaging_services.call_off(key_begins=f"{WORD}:{gift_id}:", at=at)
    changed = again.update(
        status=Gift.Status.WAITING,
        attempts=0,
        delivered_at=None,
        deliver_at=Greatest("deliver_at", Value(at, output_field=DateTimeField())),
        **_link_dies(),
    )
    if changed != 1:
        raise GiftNotSendable
    stores_services.record_act(
        name="gift_cards.resent",
        by=by,
        at=at,
        subject=Gift.objects.get(pk=gift_id),
        facts={"reason": why},
    )


@transaction.atomic
def open_gift(*, token: str, at: datetime) -> Gift:
    """The friend opens the link; the first time is kept.

    Raises GiftNotFound, GiftNotYet.
    """
    gift = gift_of_token(token)
    if at < gift.deliver_at:
        raise GiftNotYet(opens_at=gift.deliver_at)
    Gift.objects.filter(pk=gift.pk, opened_at=None).update(opened_at=at)
    return gift_of_token(token)


@transaction.atomic
def keep_gift(
    *, token: str, by: Act, at: datetime, member_id: int | None = None
) -> FreshCode:
    """The friend keeps the card as it is: with a code of their own, seen this once.

    The code that the giver was shown opens nothing any more. A member's card is kept
    among their own. Raises GiftNotFound, GiftNotYet, GiftCardUnavailable,
    BeneficiaryRefused.
    """
    # The card before its gift, as everywhere.
    card = locked_card(gift_of_token(token).card_id)
    gift = open_gift(token=token, at=at)
    if card.status != GiftCard.Status.ACTIVE:
        raise GiftCardUnavailable(status=card.status)
    if Gift.objects.filter(pk=gift.pk, kept_at=None).update(kept_at=at) != 1:
        raise GiftNotFound
    if member_id is not None:
        by = stores_services.check_beneficiary(
            by=by,
            act=REDEEM,
            members=[member_id],
            subject=subject_of(card.pk),
            at=at,
        )
        give_to(card, member_id)
    fresh = renew_code(card, at=at)
    stores_services.record_act(
        name="gift_cards.kept", by=by, at=at, subject=card, facts={"gift": gift.pk}
    )
    return fresh


def gift_of_token(token: str) -> Gift:
    """The gift that a link opens. Raises GiftNotFound."""
    gift = (
        Gift.objects.select_related("card__design__picture")
        .filter(token_digest=token_digest(token))
        .exclude(status=Gift.Status.STOPPED)
        .first()
    )
    if gift is None:
        raise GiftNotFound
    return gift


def stop(card: GiftCard, *, at: datetime) -> None:
    """A step: a card that is void is no gift any more."""
    gifts = Gift.objects.filter(card=card)
    for gift_id in gifts.values_list("pk", flat=True):
        messaging_services.call_off(key_begins=f"{WORD}:{gift_id}:", at=at)
    gifts.update(status=Gift.Status.STOPPED)


def _link_dies() -> dict[str, Any]:
    """The link opens nothing any more; whoever has it is still told so."""
    former = Func(F("former_digests"), F("token_digest"), function="array_append")
    gone = Func(former, Value(None, output_field=CharField()), function="array_remove")
    return {"token_digest": None, "former_digests": gone}


def due(*, at: datetime, most: int) -> list[int]:
    """Which gifts are to be sent now."""
    waiting = Gift.objects.filter(
        status=Gift.Status.WAITING,
        deliver_at__lte=at,
        card__status=GiftCard.Status.ACTIVE,
    )
    return list(waiting.order_by("deliver_at").values_list("pk", flat=True)[:most])
