"""One wallet, several who pay: limits per use and day, and what is given back."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from cards import selectors as cards_selectors
from cards import services as cards_services
from cards.errors import (
    CardNotUsable,
    NothingToReturn,
    ShareLimit,
    ShareNotUsable,
    ShareRefused,
)
from cards.models import Card, ShareDay, ShareUse, WalletShare
from ledger.errors import IdempotencyConflict, InvalidAmount
from stores import services as stores_services
from stores.errors import NotAllowed
from tests.factories.cards import CardFactory
from tests.factories.ledger import an_act
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON, UserFactory

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)


def a_share(**facts: object) -> WalletShare:
    """A child pays from a parent's wallet: 50 at once, 120 a day."""
    share = WalletShare(
        **{
            "owner": MemberFactory.create(),
            "holder": MemberFactory.create(),
            "per_use": 50_00,
            "per_day": 120_00,
            **facts,
        }
    )
    return cards_services.save_share(share=share, by=an_act(), at=NOON)


def use(share: WalletShare, amount: int, key: str, *, day: date = DAY) -> int:
    return cards_services.use_share_step(
        share_id=share.pk, amount=amount, day=day, at=NOON, key=key
    ).owner_id


def used(share: WalletShare, *, day: date = DAY) -> int:
    row = ShareDay.objects.filter(share=share, day=day).first()
    return row.used if row else 0


def test_the_limits_hold_at_once_and_over_the_day() -> None:
    share = a_share()

    assert use(share, 50_00, "1") == share.owner_id
    use(share, 50_00, "2")
    for amount, left in ((50_01, 20_00), (20_01, 20_00), (10**15, 20_00)):
        with pytest.raises(ShareLimit) as refusal, transaction.atomic():
            use(share, amount, "3")
        assert refusal.value.left == left
    use(share, 20_00, "4")
    with pytest.raises(ShareLimit), transaction.atomic():
        use(share, 1, "5")

    assert used(share) == 120_00
    assert ShareUse.objects.count() == 3
    use(share, 50_00, "6", day=DAY + timedelta(days=1))  # another day, another limit


def test_without_limits_only_the_wallet_itself_is_one() -> None:
    share = a_share(per_use=None, per_day=None)

    use(share, 10**15, "1")

    assert used(share) == 10**15


def test_a_use_sent_twice_counts_once() -> None:
    share = a_share()

    first, again = (
        cards_services.use_share_step(
            share_id=share.pk, amount=30_00, day=DAY, at=NOON, key="same"
        )
        for _ in range(2)
    )

    assert (first.replayed, again.replayed) == (False, True)
    assert used(share) == 30_00
    with pytest.raises(IdempotencyConflict), transaction.atomic():
        use(share, 31_00, "same")
    with pytest.raises(InvalidAmount), transaction.atomic():
        use(share, 0, "none")
    for amount in (-1, 10**18):
        with pytest.raises(InvalidAmount), transaction.atomic():
            use(share, amount, "less")
    assert used(share) == 30_00


def test_a_refund_gives_the_limit_of_its_day_back_and_no_more() -> None:
    share = a_share()
    use(share, 50_00, "1")

    cards_services.return_share_step(key="1", amount=20_00)
    cards_services.return_share_step(key="1", amount=30_00)
    for key, amount in (("1", 1), ("unknown", 1)):
        with pytest.raises(NothingToReturn), transaction.atomic():
            cards_services.return_share_step(key=key, amount=amount)
    with pytest.raises(InvalidAmount), transaction.atomic():
        cards_services.return_share_step(key="1", amount=-5)

    assert used(share) == 0
    assert ShareUse.objects.get().returned == 50_00


def test_what_comes_back_is_of_its_own_day_and_share() -> None:
    share, another = a_share(), a_share()
    tomorrow = DAY + timedelta(days=1)
    use(share, 50_00, "1")
    use(share, 40_00, "2", day=tomorrow)
    use(another, 30_00, "3")

    cards_services.return_share_step(key="1", amount=20_00)

    assert (used(share), used(share, day=tomorrow), used(another)) == (
        30_00,
        40_00,
        30_00,
    )
    returned = ShareUse.objects.order_by("key").values_list("returned", flat=True)
    assert list(returned) == [20_00, 0, 0]


def test_great_amounts_come_back_whole() -> None:
    great = 10**10
    share = a_share()
    share.per_use = share.per_day = great
    cards_services.save_share(share=share, by=an_act(), at=NOON)
    use(share, great, "1")

    cards_services.return_share_step(key="1", amount=great)

    assert used(share) == 0
    assert ShareUse.objects.get().returned == great


def test_a_lowered_limit_holds_from_then_on() -> None:
    share = a_share()
    use(share, 50_00, "1")
    use(share, 50_00, "2")
    share.per_day = 60_00
    cards_services.save_share(share=share, by=an_act(), at=NOON)

    with pytest.raises(ShareLimit) as refusal, transaction.atomic():
        use(share, 1, "3")

    assert refusal.value.left == 0
    assert used(share) == 100_00
    cards_services.return_share_step(key="1", amount=50_00)
    use(share, 10_00, "4")
    assert used(share) == 60_00


def test_a_lost_card_and_an_ended_share_pay_nothing() -> None:
    card = CardFactory.create()
    by_card = a_share(holder=None, card=card)
    ended = a_share()
    cards_services.end_share(share_id=ended.pk, by=an_act(), at=NOON)
    cards_services.report_loss(card_id=card.pk, by=an_act(), at=NOON)

    with pytest.raises(CardNotUsable), transaction.atomic():
        use(by_card, 1_00, "1")
    with pytest.raises(ShareNotUsable), transaction.atomic():
        use(ended, 1_00, "2")
    with pytest.raises(ShareNotUsable), transaction.atomic():
        cards_services.use_share_step(
            share_id=10**9, amount=1, day=DAY, at=NOON, key="3"
        )

    assert not ShareUse.objects.exists()
    assert cards_selectors.share_of_card(card.pk) == by_card
    assert list(cards_selectors.shares_of_owner(ended.owner_id)) == []


def test_a_share_is_for_another_once_and_with_sense() -> None:
    share = a_share()
    owner, holder = share.owner, share.holder
    closed = CardFactory.create(status=Card.Status.CLOSED)

    for facts in (
        {"owner": owner, "holder": owner},
        {"owner": owner, "holder": holder},
        {"holder": None},
        {"card": CardFactory.create()},
        {"per_use": 0},
        {"per_day": -1},
    ):
        with pytest.raises(ShareRefused), transaction.atomic():
            a_share(**facts)
    with pytest.raises(ShareNotUsable), transaction.atomic():
        a_share(holder=None, card=closed)

    assert WalletShare.objects.count() == 1
    assert holder is not None
    assert cards_selectors.share_of_card(closed.pk) is None
    assert list(cards_selectors.shares_of_holder(holder.pk)) == [share]


def test_only_who_may_share_wallets_does() -> None:
    cashier = UserFactory.holding("cashier")
    share = WalletShare(owner=MemberFactory.create(), holder=MemberFactory.create())

    with pytest.raises(NotAllowed):
        cards_services.save_share(
            share=share, by=stores_services.act(staff=cashier, at=NOON), at=NOON
        )

    assert not WalletShare.objects.exists()


def test_the_row_of_a_day_cannot_say_more_than_was_allowed() -> None:
    share = a_share()
    use(share, 50_00, "1")
    row = ShareDay.objects.filter(share=share)

    for broken in ({"used": 120_01}, {"used": -1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            row.update(**broken)
    with pytest.raises(IntegrityError), transaction.atomic():
        ShareUse.objects.update(returned=50_01)
