"""Receipt codes: a bill without a card, claimed in time by one member, once."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from points import services as points_services
from points.earning import Bought, Tender
from points.errors import BillRefused, CodeRefused, CodesLocked, RefundTooLarge
from points.models import Accrual, EarningRule, ReceiptCode
from tests.factories.ledger import NOON, an_act
from tests.factories.members import MemberFactory
from tests.factories.points import RuleFactory, points_of
from tests.factories.stores import StoreFactory

pytestmark = pytest.mark.django_db


def print_code(*amounts: int, **facts: object) -> points_services.Receipt:
    amounts = amounts or (100_00,)
    return points_services.issue_receipt_code(
        **{  # type: ignore[arg-type]  # a test's shorthand
            "lines": [Bought(amount=amount) for amount in amounts],
            "paid": {Tender.MONEY: sum(amounts)},
            "by": an_act(),
            "at": NOON,
            "key": "bill 1",
            **facts,
        }
    )


def claim(member: object, code: str, **facts: object) -> Accrual:
    return points_services.claim_receipt(
        **{
            "code": code,
            "member_id": member.pk,  # type: ignore[attr-defined]  # a member
            "by": an_act(actor=f"member:{member.pk}"),  # type: ignore[attr-defined]
            "at": NOON + timedelta(days=1),
            **facts,
        }
    )


def test_a_code_is_worth_the_bill_once_and_only_its_digest_is_kept() -> None:
    member, other, store = (
        MemberFactory.create(),
        MemberFactory.create(),
        StoreFactory.create(),
    )
    receipt = print_code(by=an_act(store_id=store.pk))
    assert receipt.code.replace("-", "") not in str(ReceiptCode.objects.values())

    row = claim(member, receipt.code.replace("-", " ").lower())

    assert (row.points, row.source, row.store_id) == (100, "receipt", store.pk)
    assert points_of(member) == 100
    for someone in (member, other):
        with pytest.raises(CodeRefused):
            claim(someone, receipt.code)
    assert points_of(other) == 0


def test_a_slip_is_reprinted_with_the_same_code() -> None:
    assert print_code() == print_code()
    assert print_code().code != print_code(key="bill 2").code
    assert ReceiptCode.objects.count() == 2
    with pytest.raises(BillRefused):
        print_code(0)


def test_a_code_can_be_claimed_for_thirty_days_to_the_second() -> None:
    member = MemberFactory.create()
    receipt = print_code()
    end = NOON + timedelta(days=30)
    with pytest.raises(CodeRefused):
        claim(member, receipt.code, at=end)
    assert claim(member, receipt.code, at=end - timedelta(microseconds=1)).points == 100


def test_the_rules_are_those_of_the_day_it_was_bought() -> None:
    rule = RuleFactory.create(weekdays=[7])  # sold on a Sunday, claimed on a Monday
    rule.history.update(history_date=NOON - timedelta(days=1))
    EarningRule.objects.filter(pk=rule.pk).update(is_active=False)  # too late
    row = claim(MemberFactory.create(), print_code().code)
    assert row.points == 200


def test_five_wrong_codes_make_one_wait_and_another_member_does_not() -> None:
    guesser, other = MemberFactory.create(), MemberFactory.create()
    receipt = print_code()
    for _try in range(5):
        with pytest.raises(CodeRefused):
            claim(guesser, "AAAAA-AAAAA")
    with pytest.raises(CodesLocked):
        claim(guesser, receipt.code)
    assert claim(other, receipt.code).points == 100


def test_a_refund_before_the_claim_leaves_the_rest_and_after_it_takes_points() -> None:
    member = MemberFactory.create()
    receipt = print_code(60_00, 40_00)

    def refund(amounts: list[int], key: str) -> ReceiptCode:
        return points_services.refund_receipt(
            receipt_id=receipt.row.pk, amounts=amounts, by=an_act(), at=NOON, key=key
        )

    assert refund([60_00, 0], "first").amount == 40_00
    assert refund([60_00, 0], "first").amount == 40_00
    with pytest.raises(RefundTooLarge):
        refund([1, 0], "beyond")
    assert claim(member, receipt.code).points == 40
    refund([0, 30_00], "later")
    assert points_of(member) == 10


def test_a_bill_refunded_whole_is_void_and_so_is_a_code_that_was_voided() -> None:
    whole, voided = print_code(), print_code(key="bill 2")
    points_services.refund_receipt(
        receipt_id=whole.row.pk, amounts=[100_00], by=an_act(), at=NOON, key="whole"
    )
    points_services.void_receipt_code(receipt_id=voided.row.pk, by=an_act(), at=NOON)
    for receipt in (whole, voided):
        with pytest.raises(CodeRefused):
            claim(MemberFactory.create(), receipt.code)
    assert not Accrual.objects.exists()


def test_a_claim_is_never_undone_whoever_writes() -> None:
    member, receipt = MemberFactory.create(), print_code()
    claim(member, receipt.code)
    row = ReceiptCode.objects.filter(pk=receipt.row.pk)
    for change in (
        {"member": None, "claimed_at": None, "accrual": None},
        {"claimed_at": NOON},
        {"amount": 999_00},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            row.update(**change)
