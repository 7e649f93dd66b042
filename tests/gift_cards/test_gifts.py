"""A card for a friend: sent once, on its day; opened, kept, or moved into a wallet."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail

from common.errors import DomainError
from common.mail import NOT_SET_UP
from gift_cards import services as gift_cards_services
from gift_cards import tasks
from gift_cards.errors import (
    GiftCardEmpty,
    GiftCardNotFound,
    GiftCardUnavailable,
    GiftNotFound,
    GiftNotSendable,
    GiftNotYet,
    GiftRefused,
)
from gift_cards.models import Gift, GiftCard
from gift_cards.parts import GiftCardsPart
from gift_cards.services import GiftWish, SoldCard
from ledger import selectors as ledger_selectors
from ledger import services as ledger_services
from members.models import Member
from messaging import tasks as messaging_tasks
from messaging.models import Message, MessageState
from messaging.services.states import move
from stored_value.errors import HoldsTooMuch
from stored_value.holders import Holder, open_wallet
from tests.factories.gift_cards import (
    NOON,
    a_card,
    a_key,
    at_store,
    left,
    pay,
    row,
)
from tests.factories.ledger import an_act, everything
from tests.factories.members import MemberFactory
from tests.ledger.racing import answers, race, refusals
from tests.messaging.carriers import REFUSED, UNKNOWN, FakeCarrier, carrier

__all__ = ["carrier"]
pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
FRIEND = "friend@example.com"


def wish(**options: Any) -> GiftWish:
    return GiftWish(
        **{
            "name": "Lin",
            "channel": "email",
            "email": FRIEND,
            "message": "Eat well.",
            "giver": "Mei",
            "language": "en",
            **options,
        }
    )


def given(**options: Any) -> tuple[SoldCard, Gift]:
    card = a_card(100_00, by=at_store(), gift=wish(**options))
    return card, Gift.objects.get(card_id=card.card_id)


def by_link(**options: Any) -> tuple[SoldCard, str]:
    card, _gift = given(channel="link", **options)
    assert card.link is not None
    return card, card.link


def token_in(letter: Any) -> str:
    found = re.search(r"/gift/(\S+)", letter.body)
    assert found is not None
    return found[1]


def at(moment: datetime) -> time_machine.travel:
    """The clock stands still there."""
    return time_machine.travel(moment, tick=False)


def tick() -> int:
    """What the workers do now; how many gifts went on their way."""
    found = tasks.send_due_gifts()
    for channel in ("email", "sms"):
        messaging_tasks.send_channel(channel=channel)
    return found


def test_a_gift_leaves_on_its_day_once_and_its_link_opens_it() -> None:
    _card, gift = given(deliver_at=NOON + DAY)

    with at(NOON + DAY - timedelta(seconds=1)):
        assert tick() == 0
    with at(NOON + DAY):
        assert tick() == 1
        assert tick() == 0

    (letter,) = mail.outbox
    assert letter.to == [FRIEND]
    assert letter.subject == "Lin, Mei sends you a gift card of 熟客."
    assert "Eat well." in letter.body
    gift.refresh_from_db()
    assert (gift.status, gift.delivered_at) == ("sent", NOON + DAY)
    found = gift_cards_services.open_gift(token=token_in(letter), at=NOON + 2 * DAY)
    assert found.opened_at == NOON + 2 * DAY
    again = gift_cards_services.open_gift(token=token_in(letter), at=NOON + 3 * DAY)
    assert again.opened_at == NOON + 2 * DAY


def test_the_letter_shows_the_card_and_no_code() -> None:
    card, gift = given(message="<b>hi</b>")
    with at(NOON):
        tick()

    (letter,) = mail.outbox
    assert isinstance(letter, mail.EmailMultiAlternatives)
    whole = letter.message()
    kinds = {part.get_content_type() for part in whole.walk()}
    assert {"text/plain", "text/html", "image/jpeg"} <= kinds
    message = Message.objects.get()
    assert message.key.startswith(f"gift:{gift.pk}:")
    assert whole["Message-ID"] == f"<message-{message.public_id}@localhost>"
    assert token_in(letter) not in str(message.__dict__)  # it opens the gift
    text = letter.body + str(letter.alternatives[0][0])
    assert str(card.code) not in text
    assert str(card.code).replace("-", "") not in text
    assert "&lt;b&gt;hi" in str(letter.alternatives[0][0])


def test_a_name_with_a_line_break_adds_no_header() -> None:
    given(name="Lin\r\nBcc: everyone@example.com", giver="")
    with at(NOON):
        assert tick() == 1

    (letter,) = mail.outbox
    assert "\n" not in letter.subject
    assert letter.message()["Bcc"] is None


def test_a_message_goes_to_the_phone(carrier: FakeCarrier) -> None:
    _card, gift = given(channel="message", phone="+8613800000000", email="")
    with at(NOON):
        assert tick() == 1

    (letter,) = carrier.letters
    assert letter.address == "+8613800000000"
    assert "/gift/" in letter.body
    gift.refresh_from_db()
    assert (gift.status, gift.delivered_at) == ("sent", NOON)


@pytest.mark.parametrize(
    "options",
    [
        {"name": " "},
        {"name": "x" * 81},
        {"name": "a\x00"},
        {"message": "x" * 301},
        {"message": "a\x00"},
        {"giver": "x" * 81},
        {"channel": "pigeon"},
        {"email": "nobody"},
        {"email": "a@b.c\nBcc: d@e.f"},
        {"email": f"{'a' * 60}@{'b' * 63}.{'c' * 63}.{'d' * 63}.example.com"},
        {"channel": "message", "phone": ""},
        {"channel": "message", "phone": "12 34"},
        {"channel": "message", "phone": "+" + "1" * 30},
        {"channel": "message", "phone": "١٢٣٤٥٦٧٨"},
        {"language": "tlh"},
        {"deliver_at": NOON - timedelta(seconds=1)},
        {"deliver_at": NOON + 401 * DAY},
    ],
)
def test_a_gift_that_could_not_arrive_is_not_sold(options: dict[str, Any]) -> None:
    by = at_store()
    before = everything()

    with pytest.raises(GiftRefused) as refusal:
        a_card(by=by, gift=wish(**options))

    assert str(refusal.value).endswith(".")
    assert (everything(), GiftCard.objects.count()) == (before, 0)


def test_without_a_channel_no_gift_by_message_is_sold(settings: Any) -> None:
    settings.PRODUCTION = True  # no gateway is set

    with pytest.raises(GiftRefused):
        given(channel="message", phone="+8613800000000")


def test_without_mail_no_gift_by_e_mail_is_sold(settings: Any) -> None:
    settings.MAILERS = {"default": {"BACKEND": NOT_SET_UP}}
    by = at_store()
    before = everything()

    with pytest.raises(GiftRefused, match="E-mails cannot be sent"):
        a_card(by=by, gift=wish())

    assert (everything(), GiftCard.objects.count()) == (before, 0)


def test_words_of_any_script_arrive_as_they_were_written() -> None:
    words = "生日快乐 🎂 عيد ميلاد"
    given(message=words, name="李娜 🌸")
    with at(NOON):
        tick()
    assert words in mail.outbox[0].body
    assert "李娜 🌸" in mail.outbox[0].subject


def test_what_could_not_be_sent_is_sent_again_by_a_person(
    carrier: FakeCarrier,
) -> None:
    _card, gift = given(channel="message", phone="+8613800000000", email="")
    carrier.answers = [REFUSED]
    with at(NOON):
        assert tick() == 1
    gift.refresh_from_db()
    assert (gift.status, gift.attempts, gift.token_digest) == ("failed", 1, None)
    with at(NOON + DAY):
        assert tick() == 0

    gift_cards_services.resend(
        gift_id=gift.pk, reason="address mended", by=at_store(), at=NOON + DAY
    )
    with at(NOON + DAY):
        assert tick() == 1
    gift.refresh_from_db()
    assert gift.status == "sent"


def test_what_comes_back_could_not_be_sent() -> None:
    _card, gift = given()
    with at(NOON):
        tick()
    message = Message.objects.get()
    move([message.pk], to=MessageState.BOUNCED, at=NOON, only_from=["accepted"])

    gift.refresh_from_db()
    assert (gift.status, gift.delivered_at, gift.token_digest) == ("failed", None, None)


def test_a_line_that_broke_is_left_for_a_person_and_what_may_go_is_called_off(
    carrier: FakeCarrier,
) -> None:
    _card, gift = given(channel="message", phone="+8613800000000", email="")
    carrier.answers = [UNKNOWN]
    with at(NOON):
        tick()
        assert tick() == 0
    gift.refresh_from_db()
    assert gift.status == "sending"

    with pytest.raises(GiftNotSendable):  # it may still be on its way
        gift_cards_services.resend(
            gift_id=gift.pk, reason="x", by=at_store(), at=NOON + timedelta(minutes=14)
        )
    assert Message.objects.get().state == "unknown"
    gift_cards_services.resend(
        gift_id=gift.pk, reason="never came", by=at_store(), at=NOON + DAY
    )
    assert Message.objects.get().state == "dropped"
    with at(NOON + DAY):
        assert tick() == 1
    assert len(carrier.letters) == 2


def test_news_of_a_link_that_was_replaced_says_nothing() -> None:
    _card, gift = given()
    with at(NOON):
        tick()
    first = Message.objects.get()
    gift_cards_services.resend(
        gift_id=gift.pk, reason="lost", by=at_store(), at=NOON + DAY
    )
    with at(NOON + DAY):
        tick()
    move([first.pk], to=MessageState.BOUNCED, at=NOON, only_from=["accepted"])

    gift.refresh_from_db()
    assert (gift.status, gift.delivered_at) == ("sent", NOON + DAY)


def test_sent_again_the_first_link_opens_nothing() -> None:
    _card, gift = given()
    with at(NOON):
        tick()
    gift_cards_services.resend(
        gift_id=gift.pk, reason="lost", by=at_store(), at=NOON + DAY
    )
    with at(NOON + DAY):
        tick()

    first, second = (token_in(letter) for letter in mail.outbox)
    with pytest.raises(GiftNotFound):
        gift_cards_services.open_gift(token=first, at=NOON + DAY)
    gift_cards_services.open_gift(token=second, at=NOON + DAY)
    with pytest.raises(GiftNotSendable):  # opened: it arrived
        gift_cards_services.resend(
            gift_id=gift.pk, reason="again", by=at_store(), at=NOON + DAY
        )


def test_a_link_opens_on_its_day_and_not_before() -> None:
    _card, token = by_link(deliver_at=NOON + DAY)

    with pytest.raises(GiftNotYet) as refusal:
        gift_cards_services.open_gift(token=token, at=NOON)
    assert refusal.value.facts == {"opens_at": NOON + DAY}
    for wrong in ("", "x", token + "x", "😀\x00", "\ud800"):
        with pytest.raises(GiftNotFound):
            gift_cards_services.open_gift(token=wrong, at=NOON + DAY)
    assert not Gift.objects.exclude(opened_at=None).exists()
    opened = gift_cards_services.open_gift(token=token, at=NOON + DAY)
    assert opened.opened_at == NOON + DAY


def test_the_friend_keeps_it_as_it_is_with_a_code_of_their_own() -> None:
    card, token = by_link()
    friend = MemberFactory.create()

    fresh = gift_cards_services.keep_gift(
        token=token, by=an_act(), at=NOON, member_id=friend.pk
    )

    assert row(card).owner_id == friend.pk
    with pytest.raises(GiftCardNotFound):  # the giver's code is dead
        pay(card, 1, by=at_store())
    paid = gift_cards_services.redeem(
        code=fresh.code,
        pin=fresh.pin,
        amount=100_00,
        by=at_store(),
        at=NOON,
        key=a_key(),
    )
    assert paid.left == 0
    with pytest.raises(GiftNotFound):  # a code is shown once
        gift_cards_services.keep_gift(token=token, by=an_act(), at=NOON)


def test_the_friend_moves_all_of_it_into_the_wallet_in_one_entry() -> None:
    card, token = by_link()
    friend = MemberFactory.create()

    moved = gift_cards_services.gift_to_wallet(
        token=token, member_id=friend.pk, by=an_act(), at=NOON, key="move"
    )
    again = gift_cards_services.gift_to_wallet(
        token=token, member_id=friend.pk, by=an_act(), at=NOON, key="move"
    )

    assert (moved.amount, moved.replayed) == (100_00, False)
    assert (again.amount, again.replayed, again.entry_id) == (
        100_00,
        True,
        moved.entry_id,
    )
    assert left(card) == 0
    principal = open_wallet(Holder.member(friend.pk)).principal
    assert ledger_selectors.usable_balance(account_id=principal, at=NOON) == 100_00
    assert ledger_services.prove_books().is_proven


def test_a_code_moves_what_is_left_within_the_limits_of_the_country() -> None:
    by, friend = at_store(), MemberFactory.create()
    cards = [a_card(1_000_00, by=by) for _ in range(6)]
    pay(cards[0], 400_00, by=by)

    def move(card: SoldCard, **options: Any) -> Any:
        return gift_cards_services.redeem_to_wallet(
            **{
                "code": card.code,
                "pin": card.pin,
                "member_id": friend.pk,
                "by": by,
                "at": NOON,
                "key": a_key("move"),
                **options,
            }
        )

    assert move(cards[0]).amount == 600_00
    for card in cards[1:5]:
        move(card)
    before = everything()
    with pytest.raises(HoldsTooMuch):  # 5,000 on one name
        move(cards[5])
    with pytest.raises(GiftCardEmpty):
        move(cards[0])
    with pytest.raises(GiftCardNotFound):
        move(cards[5], pin="")
    gone = MemberFactory.create()
    Member.objects.filter(pk=gone.pk).update(
        status="merged", merged_into=friend, ended_at=NOON
    )
    with pytest.raises(DomainError):
        move(cards[5], member_id=gone.pk)
    with pytest.raises(DomainError):
        move(cards[5], member_id=10**9)

    assert everything() == before
    assert left(cards[5]) == 1_000_00


def test_a_voided_card_is_no_gift_any_more() -> None:
    card, gift = given()
    by = an_act(actor="key:1", store_id=row(card).store_id)

    gift_cards_services.void_sale(
        card_id=card.card_id, reason="cancelled", by=by, at=NOON, key=a_key()
    )

    gift.refresh_from_db()
    assert gift.status == "stopped"
    with at(NOON):
        assert tick() == 0
    assert mail.outbox == []


def test_a_blocked_card_waits_and_opens_nothing() -> None:
    card, token = by_link()
    by = at_store()
    gift_cards_services.block(card_id=card.card_id, reason="lost", by=by, at=NOON)
    friend = MemberFactory.create()

    with pytest.raises(GiftCardUnavailable):
        gift_cards_services.keep_gift(token=token, by=an_act(), at=NOON)
    with pytest.raises(GiftCardUnavailable):
        gift_cards_services.gift_to_wallet(
            token=token, member_id=friend.pk, by=an_act(), at=NOON, key=a_key()
        )
    assert left(card) == 100_00


def test_merging_exporting_and_erasing_a_member_reach_their_cards() -> None:
    part, act = GiftCardsPart(), an_act()
    giver, other = MemberFactory.create(), MemberFactory.create()
    card = a_card(by=at_store(), buyer_id=giver.pk, gift=wish(channel="link"))
    gift_cards_services.keep_gift(
        token=str(card.link), by=act, at=NOON, member_id=giver.pk
    )

    part.move(source_id=giver.pk, target_id=other.pk, by=act, at=NOON, key="merge")
    assert (row(card).owner_id, row(card).buyer_id) == (other.pk, other.pk)
    kept = part.export(member_id=other.pk)
    assert kept["gifts"][0]["recipient_name"] == "Lin"
    assert kept["gift_cards"][0]["account__balance"] == 100_00
    assert str(card.code) not in str(kept)
    assert part.held(member_id=other.pk, at=NOON) == ["1 gift card"]
    part.forget(member_id=other.pk, by=act, at=NOON)

    gift = Gift.objects.get()
    assert (gift.giver_name, gift.message, gift.recipient_name) == ("", "", "–")
    assert (row(card).owner_id, row(card).buyer_id) == (None, None)
    assert part.held(member_id=other.pk, at=NOON) == []


@pytest.mark.django_db(transaction=True)
def test_many_workers_send_a_gift_once() -> None:
    _card, gift = given()

    outcomes = race(
        lambda _: gift_cards_services.send_gift(gift_id=gift.pk, brand="x", at=NOON),
        runners=10,
    )

    assert answers(outcomes).count(True) == 1
    assert Message.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_gift_is_kept_or_moved_never_both() -> None:
    card, token = by_link()
    friend = MemberFactory.create()

    def act(number: int) -> object:
        if number % 2:
            return gift_cards_services.keep_gift(token=token, by=an_act(), at=NOON)
        return gift_cards_services.gift_to_wallet(
            token=token,
            member_id=friend.pk,
            by=an_act(),
            at=NOON,
            key=f"move:{number}",
        )

    outcomes = race(act, runners=10)

    assert len(answers(outcomes)) == 1
    assert {type(refusal) for refusal in refusals(outcomes)} == {GiftNotFound}
    assert left(card) in {0, 100_00}
    assert ledger_services.prove_books().is_proven
