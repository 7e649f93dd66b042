"""Own value above the limit: who has to prove to be the member, and how."""

from typing import Any

import pytest

from cards.tokens import mint_code
from checkout.asked import Asked, GiftCardAsked
from checkout.models import Sale
from gift_cards.models import GiftCard
from ledger.models import Entry
from ledger.services import Act
from stored_value.errors import CodeNeeded, VouchingNeeded
from stores.errors import ApprovalNotUsable, BeneficiaryRefused
from stores.models import Approval, Store, User
from tests.factories.bills import a_guest, cash, settle, till_of
from tests.factories.gift_cards import a_card
from tests.factories.members import own_card
from tests.factories.stored_value import at_till, is_proven, new_rules
from tests.factories.stores import (
    NOON,
    ShiftFactory,
    StoreFactory,
    UserFactory,
    approval_beside,
)

pytestmark = pytest.mark.django_db


def moved() -> tuple[int, int]:
    """How much was settled and posted so far."""
    return Sale.objects.count(), Entry.objects.count()


@pytest.fixture
def store() -> Store:
    return StoreFactory.create()


def test_points_and_stored_value_count_together(store: Store) -> None:
    member = a_guest(principal=150_00, points=20_000, store=store)
    before = moved()

    with pytest.raises(CodeNeeded):
        settle(300_00, store=store, member=member, asked=Asked(points=15_000))
    assert moved() == before

    settle(200_00, store=store, member=member, asked=Asked(points=5_000))
    assert is_proven()


def test_points_alone_ask_for_the_code_too(store: Store) -> None:
    member = a_guest(points=30_000, store=store)
    asked = Asked(points=30_000, stored_value=0)
    with pytest.raises(CodeNeeded):
        settle(600_00, store=store, member=member, asked=asked, tenders=[cash(300_00)])

    code = mint_code(at=NOON, member_id=member.pk)
    settle(600_00, store=store, code=code, asked=asked, tenders=[cash(300_00)])


def test_a_gift_card_that_a_member_keeps_asks_for_that_member(store: Store) -> None:
    owner, other = a_guest(store=store), a_guest(store=store)
    card = a_card(300_00, by=till_of(store))
    GiftCard.objects.filter(pk=card.card_id).update(owner_id=owner.pk)
    asked = Asked(
        coupons=(),
        stored_value=0,
        gift_cards=(GiftCardAsked(code=card.code or "", pin=card.pin or ""),),
    )
    shown: list[dict[str, Any]] = [
        {},
        {"member": owner},
        {"member": other},
        {"code": mint_code(at=NOON, member_id=other.pk)},
    ]
    before = moved()

    for whose in shown:
        with pytest.raises(CodeNeeded):
            settle(300_00, store=store, asked=asked, **whose)
    assert moved() == before

    settle(
        300_00, store=store, asked=asked, code=mint_code(at=NOON, member_id=owner.pk)
    )


def test_a_gift_card_that_nobody_keeps_is_proof_of_itself(store: Store) -> None:
    card = a_card(300_00, by=till_of(store))
    asked = Asked(
        coupons=(),
        stored_value=0,
        gift_cards=(GiftCardAsked(code=card.code or "", pin=card.pin or ""),),
    )
    settle(300_00, store=store, asked=asked)


class TestVouching:
    """An approver beside the till, where the shop's policy says so."""

    @pytest.fixture
    def shop(self, store: Store) -> tuple[Store, Act]:
        new_rules(approver_may_vouch=True)
        shift = ShiftFactory.create(till__store=store)
        by = at_till(shift=shift)
        return store, by

    def approval(
        self,
        by: Act,
        reference: str = "R-1",
        amount: int = 300_00,
        checker: User | None = None,
    ) -> Approval:
        return approval_beside(
            "checkout.capture_sale",
            by=by,
            subject=f"bill:{reference}",
            amount=amount,
            checker=checker,
        )

    def test_it_pays_with_an_approval_of_this_bill_once(
        self, shop: tuple[Store, Act]
    ) -> None:
        store, by = shop
        member = a_guest(principal=900_00, store=store)
        facts: dict[str, Any] = {
            "store": store,
            "member": member,
            "by": by,
            "reference": "R-1",
        }
        with pytest.raises(VouchingNeeded):
            settle(300_00, **facts)
        other = self.approval(by, reference="R-2")
        before = moved()
        with pytest.raises(ApprovalNotUsable):
            settle(300_00, **facts, approval=other)
        assert moved() == before
        assert not Sale.objects.exists()

        approval = self.approval(by)
        settle(300_00, **facts, approval=approval)

        approval.refresh_from_db()
        assert Entry.objects.get(kind="sale").approver_id == approval.checker_id
        again = {**facts, "reference": "R-1b"}
        with pytest.raises(ApprovalNotUsable):
            settle(300_00, **again, approval=approval)
        assert is_proven()

    def test_nobody_vouches_for_their_own_card(self, shop: tuple[Store, Act]) -> None:
        store, by = shop
        member = a_guest(principal=900_00, store=store)
        lead = UserFactory.holding("shift-lead", store=store)
        own_card(lead, member)
        approval = self.approval(by, checker=lead)

        with pytest.raises(BeneficiaryRefused):
            settle(
                300_00,
                store=store,
                member=member,
                by=by,
                reference="R-1",
                approval=approval,
            )
        assert not Sale.objects.exists()

    def test_a_till_by_program_is_told_to_ask_for_the_code(
        self, shop: tuple[Store, Act]
    ) -> None:
        store, _by = shop
        member = a_guest(principal=900_00, store=store)
        with pytest.raises(CodeNeeded):
            settle(300_00, store=store, member=member)

    def test_where_the_policy_says_nothing_nobody_may(self, store: Store) -> None:
        by = at_till(shift=ShiftFactory.create(till__store=store))
        member = a_guest(principal=900_00, store=store)
        approval = self.approval(by)
        with pytest.raises(CodeNeeded):
            settle(
                300_00,
                store=store,
                member=member,
                by=by,
                reference="R-1",
                approval=approval,
            )
        assert Approval.objects.get().used_at is None
