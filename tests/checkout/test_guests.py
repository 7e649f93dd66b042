"""Whose bill it is, and what pays it: cards, codes, gift cards, shared wallets."""

from datetime import datetime, timedelta

import pytest

from cards.models import Card, ShareDay, WalletShare
from cards.tokens import mint_code
from checkout import services as checkout_services
from checkout.asked import Asked, GiftCardAsked, Whose
from checkout.errors import (
    CardNotActive,
    CodeNotAccepted,
    CouponUnavailable,
    GiftCardUnavailable,
    GuestUnknown,
    ShareLimitReached,
)
from checkout.models import Sale, SalePayment
from gift_cards.errors import GiftCardNotFound
from ledger import services as ledger_services
from ledger.errors import AccountFrozen
from ledger.models import Account
from members.models import Member
from points.models import Accrual, PointsPolicy
from stored_value import services as stored_value_services
from stored_value.errors import CodeNeeded
from stored_value.holders import Holder
from stores import services as stores_services
from stores.errors import NotAllowed
from tests.factories.bills import a_guest, cash, no_codes, of, settle, till_of, told
from tests.factories.cards import CardFactory
from tests.factories.coupons import issued
from tests.factories.gift_cards import a_card
from tests.factories.ledger import everything
from tests.factories.members import by_themselves
from tests.factories.stored_value import is_proven, top_up
from tests.factories.stores import NOON, StoreFactory, UserFactory
from tests.factories.tiers import TierFactory
from tiers.models import Source, Standing

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def test_a_card_number_finds_its_member_and_what_they_hold() -> None:
    no_codes()
    store = StoreFactory.create()
    member = a_guest(principal=100_00, store=store)
    card = CardFactory.create(member=member)

    answer = told(settle(80_00, store=store, code=card.number))

    assert answer["due"] == 0
    assert Sale.objects.get().card_id == card.pk


def test_a_lost_card_pays_nothing_and_the_bill_stays_unsettled() -> None:
    no_codes()
    store = StoreFactory.create()
    card = CardFactory.create(member=a_guest(principal=100_00, store=store))
    Card.objects.filter(pk=card.pk).update(status=Card.Status.LOST)
    before = everything()

    with pytest.raises(CardNotActive):
        settle(80_00, store=store, code=card.number)
    assert everything() == before

    without = Asked(coupons=(), points=0, stored_value=0)
    settle(80_00, store=store, code=card.number, asked=without, tenders=[cash(80_00)])


def frozen(member: Member, kind: str) -> None:
    account = Account.objects.get(
        holder_kind="member", holder_id=member.pk, kind=kind, slot=""
    )
    ledger_services.set_account_status(account_id=account.pk, status="frozen")


@pytest.mark.parametrize("kind", ["principal", "bonus"])
def test_a_frozen_wallet_pays_nothing_and_the_quote_says_so(kind: str) -> None:
    no_codes()
    store = StoreFactory.create()
    member = a_guest(principal=100_00, bonus=20_00, store=store)
    frozen(member, kind)
    before = everything()

    quoted = checkout_services.quote(
        store=store,
        bill=of(80_00),
        whose=Whose(member_id=member.pk),
        asked=Asked(),
        by=till_of(store),
        at=NOON,
    ).quote
    assert (quoted.due, quoted.stored_value) == (80_00, None)
    assert [one.code for one in quoted.rejected] == ["account_frozen"]
    with pytest.raises(AccountFrozen):
        settle(
            80_00,
            store=store,
            member=member,
            asked=Asked(coupons=(), points=0, stored_value=80_00),
        )
    assert everything() == before

    answer = told(settle(80_00, store=store, member=member, tenders=[cash(80_00)]))
    assert (answer["due"], answer["payments"]) == (80_00, [])
    assert answer["rejected"][0]["code"] == "account_frozen"


def test_frozen_points_pay_nothing_and_more_may_be_earned() -> None:
    no_codes()
    store = StoreFactory.create()
    member = a_guest(points=5000, store=store)
    frozen(member, "points")
    before = everything()

    with pytest.raises(AccountFrozen):
        settle(
            80_00,
            store=store,
            member=member,
            asked=Asked(coupons=(), points=500, stored_value=0),
            tenders=[cash(80_00)],
        )
    assert everything() == before

    most = Asked(coupons=(), points=None, stored_value=0)
    answer = told(
        settle(80_00, store=store, member=member, asked=most, tenders=[cash(80_00)])
    )
    assert (answer["due"], answer["points_earned"]) == (80_00, 80)
    assert answer["rejected"][0]["code"] == "account_frozen"


def test_a_code_pays_above_the_limit_once() -> None:
    store = StoreFactory.create()
    member = a_guest(principal=900_00, store=store)
    code = mint_code(at=NOON, member_id=member.pk)
    stored_value_services.set_payment_code(
        member_id=member.pk, code="274951", by=by_themselves(member), at=NOON
    )

    with pytest.raises(CodeNeeded):
        settle(300_00, store=store, member=member)
    first = settle(300_00, store=store, code=code, key="k", reference="R")
    before = everything()
    with pytest.raises(CodeNotAccepted):
        settle(300_00, store=store, code=code)
    assert everything() == before

    later = NOON + timedelta(minutes=10)
    again = settle(300_00, store=store, code=code, key="k", reference="R", at=later)
    assert (again.answer, again.replayed) == (first.answer, True)


def test_a_printed_number_a_phone_and_a_name_only_identify() -> None:
    """Above the limit nobody pays who has not proven to be the member."""
    store = StoreFactory.create()
    member = a_guest(principal=900_00, store=store)
    card = CardFactory.create(member=member)
    settle(1_00, store=store, member=member)
    before = everything()

    for shown in ({"code": card.number}, {"member": member}):
        with pytest.raises(CodeNeeded):
            settle(200_01, store=store, **shown)
    assert everything() == before

    settle(200_00, store=store, member=member)
    settle(200_00, store=store, code=card.number)


def test_a_code_of_another_member_than_named_is_nobodys() -> None:
    store = StoreFactory.create()
    one, other = a_guest(store=store), a_guest(store=store)
    other.refresh_from_db()
    whose = Whose(public_id=other.public_id, code=mint_code(at=NOON, member_id=one.pk))

    with pytest.raises(GuestUnknown):
        settle(10_00, store=store, whose=whose, tenders=[cash(10_00)])


def test_gift_cards_pay_in_their_order_and_what_is_asked_must_be_there() -> None:
    store = StoreFactory.create()
    by = till_of(store)
    one, two = a_card(50_00, by=by), a_card(50_00, by=by)
    asked = Asked(
        gift_cards=(
            GiftCardAsked(code=one.code or "", pin=one.pin or "", amount=20_00),
            GiftCardAsked(code=two.code or "", pin=two.pin or ""),
        )
    )

    answer = told(settle(60_00, store=store, asked=asked))

    assert [p["amount"] for p in answer["payments"]] == [20_00, 40_00]
    before = everything()
    too_much = GiftCardAsked(code=two.code or "", pin=two.pin or "", amount=10_01)
    with pytest.raises(GiftCardUnavailable):
        settle(60_00, store=store, asked=Asked(gift_cards=(too_much,)))
    wrong = GiftCardAsked(code=one.code or "", pin="000001")
    with pytest.raises(GiftCardNotFound):
        settle(60_00, store=store, asked=Asked(gift_cards=(wrong,)))
    assert everything() == before
    assert is_proven()


def test_a_gift_card_pays_until_the_moment_it_expires() -> None:
    store = StoreFactory.create()
    by = till_of(store)
    card = a_card(50_00, by=by)
    assert card.expires_at is not None
    laid_down = GiftCardAsked(code=card.code or "", pin=card.pin or "")

    def due(at: datetime) -> int:
        quoted = checkout_services.quote(
            store=store,
            bill=of(50_00),
            whose=Whose(),
            asked=Asked(gift_cards=(laid_down,)),
            by=by,
            at=at,
        ).quote
        return quoted.due

    assert due(card.expires_at - SECOND) == 0
    assert due(card.expires_at) == 50_00


def test_a_family_card_pays_from_its_owners_wallet_within_the_limit() -> None:
    no_codes()
    store = StoreFactory.create()
    owner, child = a_guest(principal=500_00, store=store), a_guest(store=store)
    card = CardFactory.create(member=child)
    WalletShare.objects.create(
        owner=owner, card=card, per_day=100_00, is_active=True, made_at=NOON
    )

    settle(80_00, store=store, code=card.number)

    payment = SalePayment.objects.get()
    assert (payment.holder_id, payment.principal) == (owner.pk, 80_00)
    assert ShareDay.objects.get().used == 80_00
    before = everything()
    with pytest.raises(ShareLimitReached):
        settle(30_00, store=store, code=card.number)
    assert everything() == before
    assert is_proven()


def test_anothers_coupon_and_an_unknown_one_are_refused() -> None:
    store = StoreFactory.create()
    mine, other = a_guest(store=store), a_guest(store=store)
    coupon = issued(member=other)
    before = everything()

    for pk in (coupon.pk, 10**9):
        with pytest.raises(CouponUnavailable):
            settle(
                60_00,
                store=store,
                member=mine,
                asked=Asked(coupons=(pk,)),
                tenders=[cash(60_00)],
            )

    assert everything() == before


def test_who_may_not_settle_a_bill_is_told_no_price() -> None:
    store = StoreFactory.create()
    auditor = UserFactory.holding("auditor")

    with pytest.raises(NotAllowed):
        checkout_services.quote(
            store=store,
            bill=of(10_00),
            whose=Whose(),
            asked=Asked(),
            by=stores_services.act(staff=auditor, store=store, at=NOON),
            at=NOON,
        )


@pytest.mark.parametrize(
    ("source", "until", "discount"),
    [
        (Source.MANUAL, NOON + SECOND, 10_00),
        (Source.MANUAL, NOON, 0),
        (Source.PAID, NOON - SECOND, 0),
        (Source.EARNED, NOON - SECOND, 10_00),  # kept until the review comes by
    ],
)
def test_a_tier_that_was_lent_ends_to_the_second(
    source: str, until: datetime, discount: int
) -> None:
    tier = TierFactory.create(code="silver", threshold=100, discount_per_mille=100)
    store = StoreFactory.create()
    member = a_guest(store=store)
    earned = source == Source.EARNED
    Standing.objects.create(
        member=member,
        tier=tier,
        source=source,
        since=NOON - 9 * SECOND,
        kept_until=until,
        earned_tier=tier if earned else None,
        earned_until=until if earned else None,
    )

    settle(100_00, store=store, member=member, tenders=[cash(100_00 - discount)])

    assert Sale.objects.get().discount == discount


def test_a_sale_that_earns_enough_raises_the_tier_at_once() -> None:
    TierFactory.create(code="silver", rank=1, threshold=100)
    store = StoreFactory.create()
    member = a_guest(store=store)

    settle(99_00, store=store, member=member, tenders=[cash(99_00)])
    assert not Standing.objects.filter(tier__code="silver").exists()
    settle(1_00, store=store, member=member, tenders=[cash(1_00)])

    assert Standing.objects.filter(member=member, tier__code="silver").exists()


def test_what_is_pending_and_due_can_be_spent_by_the_sale_itself() -> None:
    PointsPolicy.objects.create(
        number=99,
        in_force_from=NOON - timedelta(days=3),
        reason="test",
        pending_days=1,
    )
    store = StoreFactory.create()
    member = a_guest(store=store)
    settle(200_00, store=store, member=member, tenders=[cash(200_00)])
    assert Accrual.objects.get().pending == 200

    later = NOON + timedelta(days=2)
    answer = told(
        settle(
            100_00,
            store=store,
            member=member,
            asked=Asked(points=200),
            tenders=[cash(98_00)],
            at=later,
        )
    )

    assert answer["payments"] == [{"kind": "points", "points": 200, "amount": 2_00}]
    assert is_proven()


def test_a_bearer_card_pays_from_its_own_wallet_up_to_the_limit() -> None:
    store = StoreFactory.create()
    card = CardFactory.bearer()
    top_up(Holder.card(card.pk), 500_00, by=till_of(store))

    answer = told(settle(150_00, store=store, code=card.number))

    assert answer["payments"][0]["amount"] == 150_00
    with pytest.raises(CodeNeeded):
        settle(200_01, store=store, code=card.number)
    answer = told(settle(200_00, store=store, code=card.number))
    assert answer["payments"][0]["amount"] == 200_00
    assert is_proven()
