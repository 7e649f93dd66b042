"""Money in: one entry, two accounts, and a promise that is kept as it was made."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from common.errors import DomainError
from ledger.errors import IdempotencyConflict
from stored_value import selectors as stored_value_selectors
from stored_value import services as stored_value_services
from stored_value.errors import (
    HoldsTooMuch,
    NoSuchHolder,
    PlanRefused,
    TenderRefused,
    TopUpTooLarge,
    TopUpTooSmall,
)
from stored_value.holders import Holder
from stored_value.models import TopUp
from stored_value.services import Tender
from stores.errors import ApprovalNeeded, BeneficiaryRefused, NotAllowed, TenderUnknown
from stores.models import AuditEvent
from tests.factories.coupons import TemplateFactory
from tests.factories.ledger import everything
from tests.factories.members import MemberFactory, own_card
from tests.factories.stored_value import (
    a_key,
    a_member,
    a_plan,
    at_store,
    at_till,
    is_proven,
    keep_the_law_of,
    new_rules,
    spend,
    top_up,
)
from tests.factories.stores import NOON, ShiftFactory, StoreFactory, UserFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def held(holder: Holder, at: Any = NOON) -> tuple[int, int]:
    found = stored_value_selectors.wallet(holder=holder, at=at)
    return found.principal, found.bonus


def refused(kind: type[DomainError], holder: Holder, **facts: Any) -> DomainError:
    """It is refused so, and nothing has moved."""
    stored_value_selectors.wallet(holder=holder, at=NOON)  # its accounts are open
    before, rows = everything(), TopUp.objects.count()
    with pytest.raises(kind) as refusal, transaction.atomic():
        top_up(holder, **facts)
    assert (everything(), TopUp.objects.count()) == (before, rows)
    assert str(refusal.value)
    return refusal.value


def test_pay_300_get_50_is_one_entry_and_two_accounts() -> None:
    a_plan()
    holder = a_member()

    row = top_up(holder, 300_00)

    assert held(holder) == (300_00, 50_00)
    assert (row.paid, row.bonus) == (300_00, 50_00)
    assert is_proven()
    assert AuditEvent.objects.filter(act="stored_value.top_up_wallet").count() == 1


def test_several_tenders_pay_one_top_up() -> None:
    holder, by = a_member(), at_till("shift-lead")
    row = top_up(
        holder,
        0,
        tenders=[Tender("cash", 100_00), Tender("wechat", 200_00)],
        by=by,
    )
    assert row.paid == 300_00
    assert held(holder) == (300_00, 0)


def test_the_slip_sent_forty_times_takes_the_money_once() -> None:
    a_plan()
    holder, by = a_member(), at_store()
    rows = {
        top_up(holder, by=by, at=NOON + second * timedelta(seconds=1), key="slip:1").pk
        for second in range(40)
    }
    assert len(rows) == 1
    assert held(holder) == (300_00, 50_00)


def test_the_same_key_for_another_amount_is_refused() -> None:
    holder, by = a_member(), at_store()
    top_up(holder, by=by, key="slip:1")
    refused(IdempotencyConflict, holder, amount=200_00, by=by, key="slip:1")
    refused(IdempotencyConflict, a_member(), by=by, key="slip:1")


def test_a_plan_edited_after_the_promise_takes_nothing_back() -> None:
    """The bug: a refund reckoned by today's plan instead of the one that was sold."""
    plan = a_plan({"amount": 300_00, "bonus": 50_00})
    holder = a_member()
    row = top_up(holder)

    plan.name, plan.is_active = "Nothing for nobody", False
    stored_value_services.save_plan(plan=plan, steps=[], by=at_store(), at=NOON)
    new_rules(in_force_from=NOON, bonus_valid_days=1, refund_fee_per_mille=500)

    row.refresh_from_db()
    assert row.plan_version is not None
    assert row.plan_version.number == 1
    assert row.plan_version.terms["steps"][0]["bonus"] == 50_00
    assert row.policy.number == 1
    assert row.profile == "CN"
    preview = stored_value_selectors.refund_preview(top_up=row, at=NOON + 30 * DAY)
    assert preview.formula.fee == 0
    assert held(holder, NOON + 100 * DAY) == (300_00, 50_00)


def test_the_bonus_expires_by_the_plan_else_by_the_policy() -> None:
    short = a_plan({"amount": 300_00, "bonus": 10_00}, bonus_valid_days=30)
    long = a_plan({"amount": 300_00, "bonus": 20_00})
    holder = a_member()

    assert top_up(holder, plan_id=short.pk).bonus_expires_at == NOON + 30 * DAY
    assert top_up(holder, plan_id=long.pk).bonus_expires_at == NOON + 365 * DAY
    assert held(holder, NOON + 30 * DAY) == (600_00, 20_00)


@pytest.mark.parametrize(
    ("amount", "kind"),
    [
        (9_99, TopUpTooSmall),
        (5_000_01, TopUpTooLarge),
        (0, TenderRefused),
        (-100, TenderRefused),
        (10**16, TenderRefused),
    ],
)
def test_amounts_out_of_bounds_are_refused(
    amount: int, kind: type[DomainError]
) -> None:
    refused(kind, a_member(), amount=amount)


@pytest.mark.parametrize("slot", ["", "bitcoin", "cash ", "现金", "a" * 200, "\x00"])
def test_only_known_ways_of_paying_are_taken(slot: str) -> None:
    refused(TenderUnknown, a_member(), slot=slot)


def test_the_law_of_the_country_caps_what_a_named_holder_has() -> None:
    holder = a_member()
    top_up(holder, 4_900_00)
    refusal = refused(HoldsTooMuch, holder, amount=100_01)
    assert "5,000" in str(refusal)
    top_up(holder, 100_00)
    assert held(holder) == (5_000_00, 0)


def test_what_is_held_for_a_booking_counts_towards_the_cap() -> None:
    holder = a_member()
    top_up(holder, 4_900_00)
    stored_value_services.hold(
        holder=holder,
        amount=1_000_00,
        by=at_store(),
        at=NOON,
        key=a_key(),
        is_proven=True,
    )
    refused(HoldsTooMuch, holder, amount=200_00)


def test_a_stricter_country_binds_an_older_policy_at_once() -> None:
    keep_the_law_of("none")
    new_rules(most_held=None, most_top_up=50_000_00)
    holder = a_member()
    top_up(holder, 20_000_00)

    keep_the_law_of("CN")

    refused(HoldsTooMuch, holder, amount=10_00)


@pytest.mark.parametrize("status", ["merged", "erased"])
def test_nothing_comes_in_for_who_is_gone(status: str) -> None:
    member = MemberFactory.create()
    other = MemberFactory.create()
    facts: dict[str, Any] = {"status": status, "ended_at": NOON, "name": ""}
    facts |= dict.fromkeys(("search_name", "search_pinyin", "search_initials"), "")
    facts |= dict.fromkeys(("other_pinyin", "other_initials"), "")
    if status == "merged":
        facts["merged_into"] = other
    type(member).objects.filter(pk=member.pk).update(phone=None, **facts)
    before = everything()
    with pytest.raises(NoSuchHolder), transaction.atomic():
        top_up(Holder.member(member.pk))
    assert everything() == before


def test_nobody_unknown_is_topped_up() -> None:
    refused(NoSuchHolder, Holder.member(999_999))


def test_a_cashier_tops_up_within_the_limit_and_asks_above_it() -> None:
    holder, by = a_member(), at_till()
    assert top_up(holder, 2_000_00, by=by).staff_id == by.staff_id
    refused(ApprovalNeeded, holder, amount=2_000_01, by=by)


def test_whoever_holds_no_such_role_takes_no_money_in() -> None:
    shift = ShiftFactory.create()
    by = at_till(shift=shift, user=UserFactory.holding("marketing"))
    refused(NotAllowed, a_member(), by=by)


def test_staff_never_top_up_their_own_account() -> None:
    by, holder = at_till(), a_member()
    own_card(by.staff_id, holder.id)

    refused(BeneficiaryRefused, holder, by=by)

    # A colleague at the next till does it.
    top_up(holder, by=at_till())
    assert held(holder) == (300_00, 0)


def test_a_replay_uses_no_limit_up_and_needs_no_role_any_more() -> None:
    holder, by = a_member(), at_till()
    first = top_up(holder, 2_000_00, by=by, key="once")
    for _again in range(30):  # 60,000 would be above the shift's 50,000
        assert top_up(holder, 2_000_00, by=by, key="once") == first


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE stored_value_topup SET bonus = bonus + 1",
        "UPDATE stored_value_topup SET policy_id = policy_id + 1",
        "UPDATE stored_value_topup SET plan_version_id = NULL",
        "DELETE FROM stored_value_topup",
        "TRUNCATE stored_value_topup CASCADE",
        "UPDATE stored_value_topupplanversion SET terms = '{}'",
        "DELETE FROM stored_value_topupplanversion",
    ],
)
def test_raw_sql_rewrites_no_promise(attack: str) -> None:
    a_plan()
    top_up(a_member())
    before = list(TopUp.objects.values())
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as raw:
        raw.execute(attack)
    assert list(TopUp.objects.values()) == before


def test_without_the_trigger_a_promise_is_rewritten() -> None:
    """Guard off: it is this trigger that keeps it."""
    a_plan()
    row = top_up(a_member())
    with connection.cursor() as raw:
        raw.execute("SET CONSTRAINTS ALL IMMEDIATE")
        raw.execute(
            "ALTER TABLE stored_value_topup"
            " DISABLE TRIGGER stored_value_topup_never_rewritten"
        )
        raw.execute("UPDATE stored_value_topup SET bonus = 1")
    row.refresh_from_db()
    assert row.bonus == 1


class TestPlans:
    """Which plan applies, and what it gives."""

    @pytest.mark.parametrize(
        ("amount", "bonus"),
        [
            (100_00, 0),
            (300_00, 50_00),
            (499_99, 50_00),
            (500_00, 100_00),
            (999_00, 100_00),
        ],
    )
    def test_the_highest_step_that_is_reached_counts(
        self, amount: int, bonus: int
    ) -> None:
        a_plan({"amount": 300_00, "bonus": 50_00}, {"amount": 500_00, "bonus": 100_00})
        assert top_up(a_member(), amount).bonus == bonus

    @pytest.mark.parametrize(
        ("amount", "bonus"), [(299_00, 0), (300_00, 50_00), (700_00, 100_00)]
    )
    def test_for_each_full_step_it_is_given_again(
        self, amount: int, bonus: int
    ) -> None:
        a_plan({"amount": 300_00, "bonus": 50_00}, mode="each")
        assert top_up(a_member(), amount).bonus == bonus

    @pytest.mark.parametrize(("mode", "bonus"), [("highest", 33_35), ("each", 30_00)])
    def test_a_share_of_what_is_paid_rounds_down_once(
        self, mode: str, bonus: int
    ) -> None:
        a_plan({"amount": 300_00, "bonus_per_mille": 100}, mode=mode)
        assert top_up(a_member(), 333_59).bonus == bonus

    def test_a_slip_of_the_pen_in_a_plan_stops_no_top_up(self) -> None:
        template = TemplateFactory.drawn()
        step = {"amount": 1, "bonus": 10, "points": 10**15, "growth": 10**15}
        a_plan({**step, "coupon_template": template, "coupons": 100}, mode="each")

        given = top_up(a_member(), 100_00)

        assert (given.bonus, given.points, given.growth) == (1_000_00, 10**12, 10**12)
        assert given.coupons == 1_000
        assert is_proven()

    def test_without_a_name_the_plan_that_gives_most_applies(self) -> None:
        a_plan({"amount": 100_00, "bonus": 20_00})
        best = a_plan({"amount": 200_00, "bonus": 60_00})
        a_plan({"amount": 300_00, "bonus": 50_00})
        version = top_up(a_member(), 300_00).plan_version
        assert version is not None
        assert version.plan == best

    def test_named_another_one_applies(self) -> None:
        a_plan({"amount": 300_00, "bonus": 60_00})
        lesser = a_plan({"amount": 300_00, "bonus": 10_00})
        assert top_up(a_member(), plan_id=lesser.pk).bonus == 10_00

    @pytest.mark.parametrize(
        "facts",
        [
            {"is_active": False},
            {"starts_at": NOON + DAY},
            {"ends_at": NOON},
            {"weekdays": [1, 2, 3, 4, 6, 7]},  # noon is on a Sunday of the books
        ],
    )
    def test_a_plan_out_of_its_time_gives_nothing(self, facts: dict[str, Any]) -> None:
        if "weekdays" in facts:
            today = at_store().business_date.isoweekday()
            facts = {"weekdays": [day for day in range(1, 8) if day != today]}
        plan = a_plan(**facts)
        holder = a_member()
        assert top_up(holder).bonus == 0
        refused(PlanRefused, holder, plan_id=plan.pk)

    def test_a_plan_begins_and_ends_to_the_instant(self) -> None:
        plan = a_plan(starts_at=NOON, ends_at=NOON + DAY)
        instant = timedelta(microseconds=1)
        holder = a_member()
        refused(PlanRefused, holder, plan_id=plan.pk, at=NOON - instant)
        assert top_up(holder, plan_id=plan.pk, at=NOON).bonus
        assert top_up(holder, plan_id=plan.pk, at=NOON + DAY - instant).bonus
        refused(PlanRefused, holder, plan_id=plan.pk, at=NOON + DAY)

    def test_a_plan_of_one_store_is_for_that_store(self) -> None:
        here, there = StoreFactory.create(), StoreFactory.create()
        plan = a_plan(stores=[here])
        holder = a_member()
        assert top_up(holder, by=at_store(here)).bonus == 50_00
        refused(PlanRefused, holder, plan_id=plan.pk, by=at_store(there))

    def test_the_first_top_up_only(self) -> None:
        plan = a_plan(first_top_up_only=True)
        holder = a_member()
        assert top_up(holder).bonus == 50_00
        assert top_up(holder).bonus == 0
        refused(PlanRefused, holder, plan_id=plan.pk)

    def test_as_often_as_it_may_be(self) -> None:
        plan = a_plan(times_per_member=2)
        holder = a_member()
        assert [top_up(holder).bonus for _time in range(3)] == [50_00, 50_00, 0]
        refused(PlanRefused, holder, plan_id=plan.pk)

    def test_an_unknown_plan_is_refused_in_words(self) -> None:
        refused(PlanRefused, a_member(), plan_id=999_999)


def test_what_is_topped_up_can_be_spent() -> None:
    a_plan()
    holder = a_member()
    top_up(holder)
    paid = spend(holder, 140_00)
    assert (paid.principal, paid.bonus) == (120_00, 20_00)
    assert held(holder) == (180_00, 30_00)
