"""A member freezes all spending: no bill, gift or payout takes anything of theirs."""

from collections.abc import Callable

import pytest

from accounts import services as accounts_services
from accounts.errors import SignInCodeNotAccepted
from accounts.models import CodePurpose
from cards.models import WalletShare
from checkout import services as checkout_services
from checkout.asked import Asked, GiftCardAsked, Whose
from coupons import services as coupons_services
from coupons.models import Coupon
from gift_cards import services as gift_cards_services
from gift_cards.models import GiftCard
from ledger import selectors as ledger_selectors
from ledger.models import Entry
from ledger.services import Act
from members import services as members_services
from members.errors import SpendingFrozen
from members.models import Member
from members.services import freeze
from stored_value import services as stored_value_services
from stored_value.errors import CodeNeeded, CodeProofNeeded, CodeRefused
from stored_value.holders import Holder
from stored_value.models import PaymentCode
from stores.errors import NotAllowed
from stores.models import AuditEvent, Store
from tests.factories import gift_cards
from tests.factories.accounts import asked as code_asked
from tests.factories.accounts import code_sent_last, device_of
from tests.factories.bills import a_guest, cash, of, sale_of, settle, till_of
from tests.factories.cards import CardFactory
from tests.factories.coupons import TemplateFactory, issued, printed
from tests.factories.ledger import an_act
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON, StoreFactory

pytestmark = pytest.mark.django_db
CODE = "482913"


@pytest.fixture
def store() -> Store:
    return StoreFactory.create()


@pytest.fixture
def member(store: Store) -> Member:
    return a_guest(principal=100_00, points=1_000, store=store)


def act_of(member: Member) -> Act:
    return an_act(actor=f"member:{member.pk}")


def put_freeze(member: Member) -> None:
    members_services.freeze_spending(member_id=member.pk, by=act_of(member), at=NOON)


def lift(member: Member) -> None:
    members_services.unfreeze_step(member_id=member.pk, by=act_of(member), at=NOON)


def is_frozen(member: Member) -> bool:
    member.refresh_from_db()
    return member.spending_frozen_at is not None


def refused(act: Callable[[], object]) -> None:
    """Refused, and nothing has moved."""
    before = Entry.objects.count(), sorted(Coupon.objects.values_list("pk", "status"))
    with pytest.raises(SpendingFrozen):
        act()
    assert before == (
        Entry.objects.count(),
        sorted(Coupon.objects.values_list("pk", "status")),
    )


def test_a_bill_takes_nothing_by_itself_and_earns(store: Store, member: Member) -> None:
    coupon = issued(TemplateFactory.drawn(), member)
    put_freeze(member)
    sale = sale_of(settle(60_00, store=store, member=member, tenders=[cash(60_00)]))
    assert (sale.net, sale.due) == (60_00, 60_00)
    assert sale.points_earned == 60
    coupon.refresh_from_db()
    assert coupon.status == "issued"


BILLS = {
    "stored value": Asked(coupons=(), stored_value=10_00),
    "points": Asked(coupons=(), points=100, stored_value=0),
}


@pytest.mark.parametrize("name", BILLS)
def test_what_is_asked_for_by_name_is_refused(
    name: str, store: Store, member: Member
) -> None:
    put_freeze(member)

    def pay() -> object:
        return settle(
            60_00, store=store, member=member, asked=BILLS[name], tenders=[cash(60_00)]
        )

    refused(pay)
    told = checkout_services.quote(
        store=store,
        bill=of(60_00),
        whose=Whose(member_id=member.pk),
        asked=BILLS[name],
        by=till_of(store),
        at=NOON,
    )
    assert [one.code for one in told.quote.rejected] == ["spending_frozen"]
    assert "frozen all spending" in str(told.quote.rejected[0].message)


def test_a_coupon_stays_and_a_printed_one_serves_whoever_brings_it(
    store: Store, member: Member
) -> None:
    own = issued(TemplateFactory.drawn(), member)
    template = TemplateFactory.drawn()
    printed(template)
    put_freeze(member)
    refused(
        lambda: settle(
            60_00,
            store=store,
            member=member,
            asked=Asked(coupons=(own.pk,), stored_value=0),
            tenders=[cash(60_00)],
        )
    )
    loose = Coupon.objects.get(member=None)
    sale = sale_of(
        settle(
            60_00,
            store=store,
            member=member,
            asked=Asked(coupons=None, laid=(loose.pk,), stored_value=0),
            tenders=[cash(60_00)],
        )
    )
    assert sale.points_earned > 0
    own.refresh_from_db()
    assert own.status == "issued"


def test_a_gift_card_of_theirs_pays_no_bill(store: Store, member: Member) -> None:
    card = gift_cards.a_card(50_00, by=till_of(store))
    GiftCard.objects.filter(pk=card.card_id).update(owner=member)
    put_freeze(member)
    refused(
        lambda: settle(
            50_00,
            store=store,
            member=MemberFactory.create(),
            asked=Asked(coupons=(), gift_cards=(GiftCardAsked(code=card.code or ""),)),
        )
    )
    refused(lambda: gift_cards.pay(card, 10_00, by=till_of(store)))
    refused(
        lambda: gift_cards_services.move_to_wallet(
            card_id=card.card_id,
            member_id=MemberFactory.create().pk,
            by=till_of(store),
            at=NOON,
            key="moved",
        )
    )
    refused(
        lambda: gift_cards_services.void_sale(
            card_id=card.card_id, reason="x", by=till_of(store), at=NOON, key="void"
        )
    )
    lift(member)
    assert gift_cards.pay(card, 10_00, by=till_of(store)).left == 40_00


def test_nothing_is_given_away(store: Store, member: Member) -> None:
    coupon = issued(TemplateFactory.drawn(is_transferable=True), member)
    put_freeze(member)
    refused(
        lambda: coupons_services.offer(
            coupon_id=coupon.pk, member_id=member.pk, by=act_of(member), at=NOON
        )
    )
    refused(
        lambda: stored_value_services.transfer(
            giver=Holder.member(member.pk),
            taker=Holder.member(MemberFactory.create().pk),
            amount=10_00,
            by=till_of(store),
            at=NOON,
            key="transfer",
        )
    )


def test_without_the_question_all_of_it_would_go(
    store: Store, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guard off: the same acts go through though the member froze them."""
    coupon = issued(TemplateFactory.drawn(is_transferable=True), member)
    card = gift_cards.a_card(50_00, by=till_of(store))
    GiftCard.objects.filter(pk=card.card_id).update(owner=member)
    put_freeze(member)
    monkeypatch.setattr(freeze, "IS_FROZEN", "SELECT false, %s::bigint[]")
    coupons_services.offer(
        coupon_id=coupon.pk, member_id=member.pk, by=act_of(member), at=NOON
    )
    stored_value_services.transfer(
        giver=Holder.member(member.pk),
        taker=Holder.member(MemberFactory.create().pk),
        amount=10_00,
        by=till_of(store),
        at=NOON,
        key="transfer",
    )
    assert gift_cards.pay(card, 10_00, by=till_of(store)).left == 40_00
    assert (
        gift_cards_services.void_sale(
            card_id=card.card_id, reason="x", by=till_of(store), at=NOON, key="void"
        )
        == 40_00
    )


def test_nobody_pays_from_a_frozen_wallet_nor_with_a_frozen_card(
    store: Store, member: Member
) -> None:
    """Of a shared wallet both can stop it: whose it is, and who pays from it."""
    holder = MemberFactory.create()
    card = CardFactory.create(member=holder)
    WalletShare.objects.create(owner=member, card=card, per_day=50_00, made_at=NOON)

    def pay() -> object:
        return settle(
            10_00,
            store=store,
            code=card.number,
            asked=Asked(coupons=(), stored_value=10_00),
        )

    for one in (member, holder):
        put_freeze(one)
        refused(pay)
        lift(one)
    pay()
    held = ledger_selectors.held_by(holder_kind="member", holder_id=member.pk)
    principal = next(one for one in held if one.kind == "principal")
    assert (
        ledger_selectors.usable_balance(account_id=principal.account_id, at=NOON)
        == 90_00
    )


def test_what_was_paid_before_keeps_its_answer(store: Store, member: Member) -> None:
    def pay() -> object:
        return stored_value_services.spend(
            holder=Holder.member(member.pk),
            amount=10_00,
            by=till_of(store),
            at=NOON,
            key="bill",
        )

    first = pay()
    put_freeze(member)
    assert pay() == first


def test_it_is_the_members_own_act_and_once(member: Member) -> None:
    for actor in (f"member:{MemberFactory.create().pk}", "staff:1", "system:task"):
        with pytest.raises(NotAllowed):
            members_services.freeze_spending(
                member_id=member.pk, by=an_act(actor=actor), at=NOON
            )
    assert not is_frozen(member)
    put_freeze(member)
    put_freeze(member)
    acts = AuditEvent.objects.filter(act="members.spending_frozen")
    assert [one.actor for one in acts] == [f"member:{member.pk}"]


def test_the_payment_code_lifts_it_and_no_wrong_one(member: Member) -> None:
    by = act_of(member)
    stored_value_services.set_payment_code(
        member_id=member.pk, code=CODE, by=by, at=NOON
    )
    put_freeze(member)
    with pytest.raises(CodeRefused):
        stored_value_services.unfreeze_spending(
            member_id=member.pk, payment_code="111213", by=by, at=NOON
        )
    with pytest.raises(CodeProofNeeded):
        stored_value_services.unfreeze_spending(member_id=member.pk, by=by, at=NOON)
    # Whoever holds the phone reads what is sent to it: no way for who has a code.
    with pytest.raises(CodeNeeded):
        stored_value_services.unfreeze_by_phone(
            device=device_of(member)[0], code="123456", by=by, at=NOON
        )
    assert is_frozen(member)
    assert PaymentCode.objects.get().failures == 1
    stored_value_services.unfreeze_spending(
        member_id=member.pk, payment_code=CODE, by=by, at=NOON
    )
    assert not is_frozen(member)


def test_without_one_a_code_to_the_phone_lifts_it_once(member: Member) -> None:
    device, _token = device_of(member)
    put_freeze(member)
    code_asked(
        member.phone,
        browser=accounts_services.device_secret(device),
        purpose=CodePurpose.UNFREEZE,
    )
    code = code_sent_last()
    for wrong in ("000000", ""):
        with pytest.raises(SignInCodeNotAccepted):
            stored_value_services.unfreeze_by_phone(
                device=device, code=wrong, by=act_of(member), at=NOON
            )
    assert is_frozen(member)
    stored_value_services.unfreeze_by_phone(
        device=device, code=code, by=act_of(member), at=NOON
    )
    assert not is_frozen(member)
    put_freeze(member)
    with pytest.raises(SignInCodeNotAccepted):
        stored_value_services.unfreeze_by_phone(
            device=device, code=code, by=act_of(member), at=NOON
        )


def test_no_first_code_is_set_to_lift_it_by(store: Store, member: Member) -> None:
    """A thief who sets a payment code, or shows the phone at a till, lifts nothing."""
    device, _token = device_of(member)
    put_freeze(member)
    with pytest.raises(SpendingFrozen):
        stored_value_services.set_payment_code(
            member_id=member.pk, code=CODE, by=act_of(member), at=NOON
        )
    code_asked(member.phone, browser="counter:1", purpose=CodePurpose.PAYMENT_CODE)
    with pytest.raises(SpendingFrozen):
        stored_value_services.set_first_payment_code(
            member_id=member.pk,
            code=CODE,
            phone_code=code_sent_last(),
            browser="counter:1",
            by=till_of(store),
            at=NOON,
        )
    assert not PaymentCode.objects.exists()
    del device


def test_no_other_number_takes_what_is_frozen(member: Member) -> None:
    """Nor does a merge by the office lift it."""
    taker = MemberFactory.create()
    device, _token = device_of(taker)
    put_freeze(member)
    code_asked(
        member.phone,
        browser=accounts_services.device_secret(device),
        purpose=CodePurpose.OTHER_NUMBER,
    )
    refused(
        lambda: accounts_services.join_other_number(
            device=device, code=code_sent_last(), at=NOON
        )
    )
    member.refresh_from_db()
    assert member.status == Member.Status.ACTIVE
    Member.objects.filter(pk=member.pk).update(phone_changed_at=NOON)
    members_services.merge_step(
        source_id=member.pk,
        target_id=taker.pk,
        reason="x",
        by=an_act(),
        at=NOON,
        key="merge",
    )
    assert is_frozen(taker)
    assert taker.phone_changed_at == NOON
