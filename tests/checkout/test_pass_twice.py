"""Two people in on one pass: two visits on one bill, and what may be used once only."""

from typing import Any

import pytest

from checkout import services as checkout_services
from checkout.asked import Asked, Whose
from checkout.bill import Bill, Line
from checkout.errors import CouponUnavailable
from checkout.models import Sale
from checkout.services import Told
from coupons.kinds import CouponStatus
from coupons.models import Coupon, CouponUse
from ledger.errors import IdempotencyConflict
from members.models import Member
from stores.models import Store
from tests.checkout.giving_back import refund, void
from tests.factories.bills import cash, sale_of, settle, till_of, told
from tests.factories.coupons import everything as coupons_rows
from tests.factories.coupons import issued, visit_pass
from tests.factories.ledger import everything
from tests.factories.members import MemberFactory
from tests.factories.stored_value import is_proven
from tests.factories.stores import NOON, StoreFactory
from tests.ledger.racing import answers, race, refusals

pytestmark = pytest.mark.django_db
PRICE = 30_00


@pytest.fixture
def store() -> Store:
    return StoreFactory.create()


@pytest.fixture
def member() -> Member:
    return MemberFactory.create()


def bowls(quantity: int = 2, lines: int = 1) -> Bill:
    line = Line(sku="noodles", name="Noodles", unit_price=PRICE)
    of_some = Line(
        sku="noodles", name="Noodles", unit_price=PRICE, thousandths=quantity * 1000
    )
    return Bill(lines=(of_some, *[line] * (lines - 1)))


def pay(store: Store, member: Member, *coupons: Coupon, **facts: Any) -> Any:
    return settle(
        facts.pop("bill", bowls()),
        store=store,
        member=member,
        asked=Asked(coupons=tuple(one.pk for one in coupons)),
        **facts,
    )


def quoted(store: Store, member: Member, *coupons: Coupon, bill: Bill) -> Told:
    return checkout_services.quote(
        store=store,
        bill=bill,
        whose=Whose(member_id=member.pk),
        asked=Asked(coupons=tuple(one.pk for one in coupons)),
        by=till_of(store),
        at=NOON,
    )


def left(held: Coupon) -> tuple[int, str]:
    held.refresh_from_db()
    return held.uses_left, held.status


@pytest.mark.parametrize("lines", [(2, 1), (1, 2)])
def test_two_visits_pay_two_bowls_and_are_taken_off_the_pass(
    store: Store, member: Member, lines: tuple[int, int]
) -> None:
    held = issued(visit_pass(3, per_bill=2), member)

    answer = told(pay(store, member, held, held, bill=bowls(*lines)))

    assert [(one["id"], one["amount"]) for one in answer["discounts"]] == [
        (str(held.pk), PRICE)
    ] * 2
    assert (answer["due"], answer["rejected"]) == (0, [])
    assert left(held) == (1, CouponStatus.ISSUED)
    assert is_proven()


def test_the_best_offer_takes_as_many_visits_as_the_template_lets_it(
    store: Store, member: Member
) -> None:
    held = issued(visit_pass(3, per_bill=2), member)

    answer = told(settle(bowls(3), store=store, member=member, tenders=[cash(PRICE)]))

    assert [one["amount"] for one in answer["discounts"]] == [PRICE, PRICE]
    assert left(held) == (1, CouponStatus.ISSUED)


def test_the_last_two_visits_come_back_with_a_void_or_a_whole_refund(
    store: Store, member: Member
) -> None:
    held = issued(visit_pass(2, per_bill=2), member)
    for give_back in (void, refund):
        sale = sale_of(
            pay(store, member, held, held, bill=bowls(3), tenders=[cash(PRICE)])
        )
        assert left(held) == (0, CouponStatus.REDEEMED)
        if give_back is refund:
            refund(sale, 10_00, by=till_of(store))
            assert left(held) == (0, CouponStatus.REDEEMED)

        give_back(sale, by=till_of(store))

        assert left(held) == (2, CouponStatus.ISSUED)
    assert is_proven()


@pytest.mark.parametrize(
    ("template", "times", "pieces", "sentence"),
    [
        ({}, 2, 2, "This coupon can be used once only."),
        ({"uses": 2, "per_bill": 3}, 3, 3, "Only 2 visits are left on this pass."),
        ({"uses": 3}, 2, 2, "At most 1 of this coupon on one bill."),
        ({"uses": 9, "per_bill": 9}, 4, 4, "At most 3 coupons on one bill."),
        ({"uses": 9, "per_bill": 3}, 3, 2, "This coupon saves nothing on this bill."),
    ],
)
def test_what_cannot_be_used_so_often_is_refused_whole(
    store: Store,
    member: Member,
    template: dict[str, Any],
    times: int,
    pieces: int,
    sentence: str,
) -> None:
    held = issued(visit_pass(**template) if template else None, member)
    named = [held] * times
    before = everything(), coupons_rows()

    found = quoted(store, member, *named, bill=bowls(pieces)).quote
    with pytest.raises(CouponUnavailable) as refused:
        pay(store, member, *named, bill=bowls(pieces), tenders=[cash(120_00)])

    assert sentence in [str(one.message) for one in found.rejected]
    assert str(refused.value) == sentence
    assert (everything(), coupons_rows()) == before
    assert not Sale.objects.exists()


def test_a_replay_takes_no_third_visit_and_one_visit_is_another_request(
    store: Store, member: Member
) -> None:
    held = issued(visit_pass(5, per_bill=2), member)
    first = pay(store, member, held, held, key="k", reference="R")

    again = pay(store, member, held, held, key="k", reference="R")

    assert (again.answer, again.replayed) == (first.answer, True)
    with pytest.raises(IdempotencyConflict):
        pay(store, member, held, key="k", reference="R", tenders=[cash(PRICE)])
    assert left(held) == (3, CouponStatus.ISSUED)


@pytest.mark.django_db(transaction=True)
def test_tills_that_take_two_visits_at_once_never_share_the_last_one() -> None:
    store, member = StoreFactory.create(), MemberFactory.create()
    held = issued(visit_pass(5, per_bill=2), member)

    outcomes = race(
        lambda n: pay(store, member, held, held, key=f"s:{n}", reference=f"S{n}"),
        runners=20,
    )

    assert len(answers(outcomes)) == 2
    assert {type(one) for one in refusals(outcomes)} == {CouponUnavailable}
    assert CouponUse.objects.filter(act="redeemed").count() == 4
    assert left(held) == (1, CouponStatus.ISSUED)
    assert is_proven()
