"""Members leave by themselves: money first, then a code, and all of them is gone."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from accounts import selectors as accounts_selectors
from accounts import services as accounts_services
from accounts.errors import SignInCodeNotAccepted
from accounts.models import CodePurpose, MemberDevice
from coupons import services as coupons_services
from gift_cards.models import GiftCard
from ledger import services as ledger_services
from ledger.kinds import AccountKind
from members import services as members_services
from members.errors import (
    ClosureStoreRefused,
    EraseRefused,
    HoldingsChanged,
    MoneyFirst,
    SpendingFrozen,
)
from members.models import ClosureRequest, Member
from stored_value import services as stored_value_services
from stored_value.holders import Holder
from stores.errors import NotAllowed
from stores.models import AuditEvent
from tests.factories import gift_cards
from tests.factories.accounts import asked, code_sent_last, device_of
from tests.factories.bills import a_guest, till_of
from tests.factories.coupons import TemplateFactory, issued, visit_pass
from tests.factories.ledger import everything, points_unit
from tests.factories.members import (
    MemberFactory,
    by,
    by_themselves,
    give,
    two_people,
)
from tests.factories.stored_value import at_store
from tests.factories.stores import NOON, StoreFactory
from tests.members.test_merge import owe

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Leaver:
    """Somebody signed in twice, and the code that came to their phone."""

    member: Member
    device: MemberDevice
    token: str
    other_token: str

    def code(self) -> str:
        asked(
            self.member.phone,
            purpose=CodePurpose.CLOSURE,
            browser=accounts_services.device_secret(self.device),
        )
        return code_sent_last()

    def seen(self) -> str:
        closure = members_services.closure_of(member_id=self.member.pk, at=NOON)
        return closure.fingerprint

    def leaves(self, **facts: str) -> None:
        accounts_services.close_account(
            device=self.device,
            at=NOON,
            **{"code": facts.get("code") or self.code(), "seen": self.seen(), **facts},
        )


def leaver(member: Member | None = None) -> Leaver:
    device, token = device_of(member or MemberFactory.create())
    _other, other_token = device_of(device.member)
    return Leaver(device.member, device, token, other_token)


def stays(one: Leaver, before: list[object]) -> None:
    """Nothing moved, and both browsers are signed in."""
    assert everything() == before
    one.member.refresh_from_db()
    assert one.member.is_active
    assert one.member.phone
    for token in (one.token, one.other_token):
        assert accounts_selectors.signed_in(token, at=NOON) is not None
    assert not ClosureRequest.objects.filter(state="left").exists()


def test_who_holds_nothing_goes_with_a_code_and_is_signed_out_everywhere() -> None:
    one = leaver()
    one.leaves()
    one.member.refresh_from_db()
    assert (one.member.status, one.member.phone, one.member.name) == (
        Member.Status.ERASED,
        None,
        "",
    )
    for token in (one.token, one.other_token):
        assert accounts_selectors.signed_in(token, at=NOON) is None
    ends = MemberDevice.objects.filter(member=one.member).values_list("end", flat=True)
    assert set(ends) == {"erased"}
    row = ClosureRequest.objects.get()
    assert (row.state, row.store, row.principal) == ("left", None, 0)
    gone = AuditEvent.objects.get(act="members.erased")
    assert gone.actor == f"member:{one.member.pk}"


def test_what_is_no_money_ends_with_it_and_the_books_say_so() -> None:
    one = leaver()
    give(one.member, 12_00, AccountKind.BONUS)
    give(one.member, 70, AccountKind.POINTS, unit_id=points_unit())
    give(one.member, 9, AccountKind.GROWTH, unit_id=points_unit())
    owe(one.member, 5)
    issued(TemplateFactory.drawn(), one.member)
    issued(visit_pass(), one.member)  # a gift: nothing was paid for it
    closure = members_services.closure_of(member_id=one.member.pk, at=NOON)
    assert closure.money == ()
    told = " · ".join(closure.ended)
    for words in ("12.00", "70", "Amount off", "Visit pass"):
        assert words in told
    one.leaves()
    one.member.refresh_from_db()
    assert one.member.status == Member.Status.ERASED
    assert ledger_services.prove_books().failing == {}


def test_money_comes_first_and_is_paid_out_by_the_store_that_was_asked() -> None:
    store = StoreFactory.create()
    one = leaver(a_guest(principal=300_00, bonus=50_00, store=store))
    closure = members_services.closure_of(member_id=one.member.pk, at=NOON)
    assert closure.principal == 300_00
    assert [("300.00" in money.words) for money in closure.money] == [True]
    before = everything()
    with pytest.raises(MoneyFirst, match=r"300\.00"):
        one.leaves()
    stays(one, before)

    first = members_services.request_closure(
        member_id=one.member.pk,
        store_id=store.pk,
        by=by_themselves(one.member),
        at=NOON,
    )
    again = members_services.request_closure(
        member_id=one.member.pk,
        store_id=StoreFactory.create().pk,
        by=by_themselves(one.member),
        at=NOON,
    )
    assert again == first
    assert (first.principal, first.store, first.state) == (300_00, store, "open")

    stored_value_services.close_wallet(
        holder=Holder.member(one.member.pk),
        tender="wechat",
        reason="leaves",
        by=till_of(store),
        at=NOON,
        key="close",
    )
    MemberDevice.objects.get(pk=one.device.pk)
    later = NOON + timedelta(minutes=3)
    asked(
        one.member.phone,
        purpose=CodePurpose.CLOSURE,
        browser=accounts_services.device_secret(one.device),
        at=later,
    )
    accounts_services.close_account(
        device=one.device, code=code_sent_last(), seen=one.seen(), at=later
    )
    first.refresh_from_db()
    assert (first.state, first.ended_at) == ("left", later)
    assert ClosureRequest.objects.count() == 1
    assert ledger_services.prove_books().failing == {}


def test_a_pass_a_gift_card_and_a_booking_are_money_too() -> None:
    store = StoreFactory.create()
    till = till_of(store)
    member = a_guest(principal=100_00, store=store)
    one = leaver(member)
    coupons_services.sell(
        template_id=visit_pass(10, price=100_00, is_transferable=True).pk,
        member_id=member.pk,
        tender="cash",
        by=till,
        at=NOON,
        key="pass",
    )
    card = gift_cards.a_card(50_00, by=gift_cards.at_store(), at=NOON)
    GiftCard.objects.filter(pk=card.card_id).update(owner=member)
    stored_value_services.hold(
        holder=Holder.member(member.pk),
        amount=35_00,
        by=at_store(),
        at=NOON,
        key="hold",
    )
    closure = members_services.closure_of(member_id=member.pk, at=NOON)
    told = " · ".join(money.words for money in closure.money)
    for amount in ("65.00", "35.00", "100.00", "50.00"):
        assert amount in told
    assert all(money.way for money in closure.money)
    before = everything()
    with pytest.raises((MoneyFirst, EraseRefused)):
        one.leaves()
    stays(one, before)


def test_what_came_after_it_was_read_is_not_given_up_unread() -> None:
    one = leaver()
    seen = one.seen()
    give(one.member, 12_00, AccountKind.BONUS)
    before = everything()
    with pytest.raises(HoldingsChanged):
        one.leaves(seen=seen)
    stays(one, before)


def test_who_froze_all_spending_goes_nowhere_by_that_phone() -> None:
    one = leaver()
    members_services.freeze_spending(
        member_id=one.member.pk, by=by_themselves(one.member), at=NOON
    )
    before = everything()
    with pytest.raises(SpendingFrozen):
        one.leaves()
    stays(one, before)


def test_a_wrong_code_and_anothers_open_nothing() -> None:
    one, other = leaver(), leaver()
    code = one.code()
    before = everything()
    for wrong in (f"{(int(code) + 1) % 10**6:06d}", "", "x"):
        with pytest.raises(SignInCodeNotAccepted):
            one.leaves(code=wrong)
    with pytest.raises(SignInCodeNotAccepted):
        other.leaves(code=code)
    stays(one, before)
    stays(other, before)


def test_nobody_goes_for_somebody_else() -> None:
    one, other = leaver(), leaver()
    store = StoreFactory.create()
    before = everything()
    for acting in (by("head-office"), by_themselves(other.member)):
        with pytest.raises(NotAllowed):
            members_services.close_account_step(
                member_id=one.member.pk, seen=one.seen(), by=acting, at=NOON, key="k"
            )
        with pytest.raises(NotAllowed):
            members_services.request_closure(
                member_id=one.member.pk, store_id=store.pk, by=acting, at=NOON
            )
        with pytest.raises(NotAllowed):
            members_services.withdraw_closure(
                member_id=one.member.pk, by=acting, at=NOON
            )
    stays(one, before)
    shut = StoreFactory.create(is_active=False)
    for store_id in (shut.pk, 0):
        with pytest.raises(ClosureStoreRefused):
            members_services.request_closure(
                member_id=one.member.pk,
                store_id=store_id,
                by=by_themselves(one.member),
                at=NOON,
            )
    assert not ClosureRequest.objects.exists()


def test_who_stays_after_all_may_ask_again_and_a_merge_takes_the_wish_along() -> None:
    store = StoreFactory.create()
    one = leaver(a_guest(principal=10_00, store=store))
    acting = by_themselves(one.member)

    def wants() -> ClosureRequest:
        return members_services.request_closure(
            member_id=one.member.pk, store_id=store.pk, by=acting, at=NOON
        )

    first = wants()
    for _twice in range(2):
        members_services.withdraw_closure(member_id=one.member.pk, by=acting, at=NOON)
    first.refresh_from_db()
    assert first.state == "taken"
    second = wants()
    assert second != first
    target = MemberFactory.create()
    members_services.merge(
        source_id=one.member.pk, target_id=target.pk, by=two_people(key="m")
    )
    assert {row.member_id for row in ClosureRequest.objects.all()} == {target.pk}
    assert members_services.open_closure(target.pk) == second
    told = members_services.export_member(
        member_id=target.pk, by=by_themselves(target), at=NOON
    ).as_dict()
    assert [row["state"] for row in told["requests_to_leave"]] == ["taken", "open"]
