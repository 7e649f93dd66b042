"""A member shares the wallet from the phone: offered, accepted, limited, stopped."""

from datetime import timedelta

import pytest
from django.template.loader import render_to_string

from cards import selectors as cards_selectors
from cards import services as cards_services
from cards.errors import (
    NoCardToShareBy,
    ShareOfferGone,
    ShareOffersFull,
    ShareRefused,
    ShareWithOneself,
)
from cards.models import Card, CardKind, ShareOffer, WalletShare
from checkout.asked import Asked
from checkout.errors import CardNotActive, InsufficientFunds, ShareLimitReached
from counter.receipts import receipt_of
from ledger.errors import IdempotencyConflict
from ledger.models import Entry
from members import services as members_services
from members.errors import PhoneNotRead
from members.models import Member
from stores.models import AuditEvent, Store
from tests.factories.bills import a_guest, no_codes, sale_of, settle
from tests.factories.cards import CardFactory, CardKindFactory
from tests.factories.ledger import an_act
from tests.factories.members import MemberFactory, by_themselves
from tests.factories.stores import NOON, StoreFactory
from tests.numbers import numbers_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def store() -> Store:
    CardKindFactory.create()
    return StoreFactory.create()


@pytest.fixture
def owner(store: Store) -> Member:
    return a_guest(principal=300_00, store=store)


@pytest.fixture
def holder() -> Member:
    return MemberFactory.create()


def offer(
    owner: Member, to: str | None, *, key: str = "o:1", **facts: int
) -> ShareOffer:
    return cards_services.offer_share(
        owner_id=owner.pk,
        to=to or "",
        per_day=facts.get("per_day", 100_00),
        by=by_themselves(owner),
        at=NOON,
        key=key,
    )


def accept(one: ShareOffer, holder: Member) -> WalletShare:
    return cards_services.accept_share(
        offer_id=one.pk, holder_id=holder.pk, by=by_themselves(holder), at=NOON
    )


def shared(owner: Member, holder: Member) -> WalletShare:
    return accept(offer(owner, holder.phone), holder)


def pay(share: WalletShare, amount: int, store: Store) -> object:
    assert share.card
    return settle(
        amount,
        store=store,
        code=cards_services.mint_code(at=NOON, card_id=share.card.pk),
        asked=Asked(coupons=(), stored_value=amount),
    )


def paid() -> int:
    return Entry.objects.filter(kind="sale").count()


def test_who_accepts_pays_from_the_owners_wallet_within_the_limit(
    store: Store, owner: Member, holder: Member
) -> None:
    share = shared(owner, holder)
    sale = sale_of(pay(share, 60_00, store))  # type: ignore[arg-type]
    assert sale.member_id == holder.pk  # who pays earns
    (payment,) = sale.payments.all()
    assert payment.holder_id == owner.pk
    day = sale.business_date
    assert cards_services.left_today(share, day=day) == 40_00
    key = Entry.objects.get(kind="sale").key
    assert cards_selectors.who_paid([key, "other"]) == {key: holder.name}
    acts = AuditEvent.objects.filter(act="cards.wallet_shared")
    assert [act.actor for act in acts] == [f"member:{holder.pk}"]


def test_beyond_the_limit_nothing_is_paid(
    store: Store, owner: Member, holder: Member
) -> None:
    share = shared(owner, holder)
    with pytest.raises(ShareLimitReached):
        pay(share, 100_01, store)
    assert not paid()
    cards_services.limit_own_share(
        share_id=share.pk,
        owner_id=owner.pk,
        per_day=100_01,
        by=by_themselves(owner),
        at=NOON,
    )
    pay(share, 100_01, store)
    with pytest.raises(ShareOfferGone):
        cards_services.limit_own_share(
            share_id=share.pk,
            owner_id=holder.pk,
            per_day=1_000_00,
            by=by_themselves(holder),
            at=NOON,
        )
    share.refresh_from_db()
    assert share.per_day == 100_01


def test_a_number_of_nobody_gets_the_same_answer(owner: Member, holder: Member) -> None:
    card = CardFactory.create(member=holder)
    by_phone = offer(owner, holder.phone)
    by_card = offer(owner, card.number, key="o:2")
    nobody = offer(owner, "+8613900001111", key="o:3")
    assert by_phone.holder == by_card.holder == holder
    assert nobody.holder is None
    made = cards_selectors.offers_made(owner.pk, at=NOON)
    assert list(made) == [by_phone, by_card, nobody]
    assert nobody.hint == "+86 139 **** 1111"
    assert by_card.hint.endswith(card.number[-4:])
    with pytest.raises(ShareOfferGone):
        accept(nobody, holder)
    with pytest.raises(PhoneNotRead):
        offer(owner, "12", key="o:4")
    with pytest.raises(ShareWithOneself):
        offer(owner, owner.phone, key="o:5")


def test_the_same_key_asks_once_and_a_second_yes_is_the_first(
    store: Store, owner: Member, holder: Member
) -> None:
    one = offer(owner, holder.phone)
    assert offer(owner, holder.phone) == one
    with pytest.raises(IdempotencyConflict):
        offer(owner, holder.phone, per_day=1)
    assert accept(one, holder) == accept(one, holder)
    assert Card.objects.filter(member=holder).count() == 1
    with pytest.raises(ShareRefused):
        offer(owner, holder.phone, key="o:2")


def test_only_whoever_was_asked_answers(owner: Member, holder: Member) -> None:
    one = offer(owner, holder.phone)
    stranger = MemberFactory.create()
    with pytest.raises(ShareOfferGone):
        accept(one, stranger)
    with pytest.raises(ShareOfferGone):
        cards_services.refuse_share(
            offer_id=one.pk, member_id=stranger.pk, by=by_themselves(stranger), at=NOON
        )
    with pytest.raises(ShareOfferGone):
        cards_services.accept_share(
            offer_id=one.pk,
            holder_id=holder.pk,
            by=by_themselves(holder),
            at=NOON + timedelta(days=7),
        )
    assert not WalletShare.objects.exists()


@pytest.mark.parametrize("who", ["owner", "holder"])
def test_declined_or_taken_back_it_is_over(
    who: str, owner: Member, holder: Member
) -> None:
    one = offer(owner, holder.phone)
    person = owner if who == "owner" else holder
    cards_services.refuse_share(
        offer_id=one.pk, member_id=person.pk, by=by_themselves(person), at=NOON
    )
    with pytest.raises(ShareOfferGone):
        accept(one, holder)
    assert not cards_selectors.offers_to(holder.pk, at=NOON).exists()
    assert not cards_selectors.offers_made(owner.pk, at=NOON).exists()


@pytest.mark.parametrize("who", ["owner", "holder"])
def test_it_is_stopped_at_once_by_either(
    who: str, store: Store, owner: Member, holder: Member
) -> None:
    share = shared(owner, holder)
    person = owner if who == "owner" else holder
    stranger = MemberFactory.create()
    with pytest.raises(ShareOfferGone):
        cards_services.stop_share(
            share_id=share.pk, member_id=stranger.pk, by=an_act(), at=NOON
        )
    for _tap in range(2):
        cards_services.stop_share(
            share_id=share.pk, member_id=person.pk, by=by_themselves(person), at=NOON
        )
    with pytest.raises(CardNotActive):
        pay(share, 1_00, store)
    assert not paid()
    assert AuditEvent.objects.filter(act="cards.share_ended").count() == 1
    card = Card.objects.get(member=holder)
    assert card.status == Card.Status.CLOSED


def test_numbers_are_not_tried_out(owner: Member) -> None:
    for number in range(5):
        offer(owner, f"+861390000111{number}", key=f"o:{number}")
    with pytest.raises(ShareOffersFull):
        offer(owner, "+8613900001119", key="o:9")
    ShareOffer.objects.update(ended_at=NOON, end="withdrawn")
    for number in range(5):
        offer(owner, f"+861390000222{number}", key=f"p:{number}")
    ShareOffer.objects.filter(ended_at=None).update(ended_at=NOON, end="withdrawn")
    with pytest.raises(ShareOffersFull):
        offer(owner, "+8613900001119", key="o:9")
    assert ShareOffer.objects.count() == 10


def test_without_a_card_on_the_phone_nobody_is_promised_one(
    owner: Member, holder: Member
) -> None:
    one = offer(owner, holder.phone)
    CardKind.objects.update(price=1_00)
    with pytest.raises(NoCardToShareBy):
        accept(one, holder)
    one.refresh_from_db()
    assert one.ended_at is None


def test_two_who_become_one_share_nothing(owner: Member, holder: Member) -> None:
    one = offer(owner, holder.phone)
    members_services.merge_step(
        source_id=owner.pk,
        target_id=holder.pk,
        reason="x",
        by=an_act(),
        at=NOON,
        key="merge",
    )
    one.refresh_from_db()
    assert (one.owner, one.holder, one.end) == (holder, None, "withdrawn")


def test_who_pays_is_not_told_how_much_there_is(
    store: Store, owner: Member, holder: Member
) -> None:
    share = accept(offer(owner, holder.phone, per_day=1_000_00), holder)
    no_codes()
    with pytest.raises(InsufficientFunds) as refused:
        pay(share, 301_00, store)
    assert str(refused.value) == "There is not enough in this wallet."
    assert "short_by" not in refused.value.facts
    sale = sale_of(pay(share, 299_00, store))  # type: ignore[arg-type]
    slip = receipt_of(sale)
    assert slip.is_wallet_anothers
    page = render_to_string("counter/receipt.html#desk", {"receipt": slip})
    assert "1.00" not in numbers_in(page)
