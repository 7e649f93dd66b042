"""Points that were spent are charged to the refund of the top-up that gave them."""

import pytest

from ledger import lineage as ledger_lineage
from ledger import services as ledger_services
from ledger.kinds import AccountKind
from members.models import Member
from points import services as points_services
from points.models import AccrualRefund
from stored_value import selectors as stored_value_selectors
from stored_value import services as stored_value_services
from stored_value.holders import Holder, open_store_account
from stored_value.models import TopUp, TopUpRefund
from tests.factories.ledger import an_act
from tests.factories.points import a_policy, debt_of, points_of
from tests.factories.stored_value import (
    a_key,
    a_member,
    a_plan,
    at_store,
    is_proven,
    refund_top_up,
    spend,
    top_up,
)
from tests.factories.stores import NOON

pytestmark = pytest.mark.django_db


def topped_up(points: int, spent: int, **policy: object) -> tuple[Holder, TopUp]:
    """¥300 with so many points on top, of which so many were spent at once."""
    a_policy(shortfall="charge", **policy)
    a_plan({"amount": 300_00, "bonus": 50_00, "points": points})
    holder = a_member()
    row = top_up(holder)
    if spent:
        points_services.redeem(
            member_id=holder.id,
            points=spent,
            bill=100_000_00,
            by=an_act(),
            at=NOON,
            key=a_key("points"),
        )
    return holder, row


def previewed(row: TopUp) -> dict[str, int]:
    formula = stored_value_selectors.refund_preview(top_up=row, at=NOON).formula
    return {
        str(line.words): line.amount
        for line in stored_value_selectors.formula_lines(formula)
    }


def test_their_worth_is_kept_from_the_payout_and_shown_before() -> None:
    holder, row = topped_up(points=1_000, spent=700)
    promotion = open_store_account(AccountKind.PROMOTION, row.store_id)

    shown = previewed(row)
    done = refund_top_up(row)

    assert shown["Charged for points that were spent"] == -7_00
    assert shown["Paid out"] == 293_00
    assert (done.points_charged, done.paid_out) == (7_00, 293_00)
    assert done.principal_left == 300_00
    assert done.points_taken == 1_000
    member = Member.objects.get(pk=holder.id)
    assert (points_of(member), debt_of(member)) == (0, 0)
    paid_in = postings_to(done, promotion)
    assert sum(paid_in) == 50_00 + 7_00  # the bonus that ended, and the points
    assert is_proven()


def postings_to(done: TopUpRefund, account_id: int) -> list[int]:
    return [
        posting.amount
        for posting in ledger_lineage.postings_of(entry_id=done.entry_id)
        if posting.credit_id == account_id
    ]


def test_nothing_is_charged_where_all_points_are_there() -> None:
    _holder, row = topped_up(points=1_000, spent=0)
    assert "Charged for points that were spent" not in previewed(row)
    assert refund_top_up(row).points_charged == 0


@pytest.mark.parametrize("shortfall", ["debt", "forgive"])
def test_other_policies_charge_no_money(shortfall: str) -> None:
    a_policy(shortfall=shortfall)
    a_plan({"amount": 300_00, "points": 1_000})
    holder = a_member()
    row = top_up(holder)
    points_services.redeem(
        member_id=holder.id,
        points=700,
        bill=100_000_00,
        by=an_act(),
        at=NOON,
        key="points",
    )
    done = refund_top_up(row)
    assert (done.points_charged, done.paid_out) == (0, 300_00)
    owed = debt_of(Member.objects.get(pk=holder.id))
    assert owed == (700 if shortfall == "debt" else 0)


def test_parts_charge_together_what_the_whole_would() -> None:
    """¥120 of ¥300 was spent: 60 % of the points go now, the rest with the rest."""
    holder, row = topped_up(points=1_000, spent=1_000)
    paid = spend(holder, 140_00)  # 120 of principal
    first = refund_top_up(row)
    assert (first.principal_left, first.points_charged) == (180_00, 6_00)
    stored_value_services.refund_spend(
        entry_id=paid.entry_id, by=at_store(), at=NOON, key=a_key(), reason="cold"
    )
    second = refund_top_up(row)
    assert second.points_charged == 4_00
    assert first.paid_out + second.paid_out == 290_00
    assert is_proven()


def test_what_the_payout_does_not_cover_is_owed_in_points() -> None:
    holder, row = topped_up(points=50_000, spent=50_000)
    shown = previewed(row)

    done = refund_top_up(row)

    assert shown["Paid out"] == done.paid_out == 0
    assert done.points_charged == 300_00
    charged = AccrualRefund.objects.get()
    # 30,099 points cost ¥300 too: a point's fraction of a cent is the member's.
    assert charged.charged == 300_00
    assert charged.debt + charged.charged_points == 50_000
    assert charged.charged_points == 30_000
    assert debt_of(Member.objects.get(pk=holder.id)) == 20_000
    assert is_proven()


def test_the_same_key_again_charges_once() -> None:
    _holder, row = topped_up(points=1_000, spent=700)
    by, key = at_store(), a_key("refund")

    def asked() -> TopUpRefund:
        return refund_top_up(row, by=by, key=key)

    first, again = asked(), asked()
    assert again.pk == first.pk
    assert AccrualRefund.objects.count() == 1
    assert ledger_services.prove_books().failing == {}
