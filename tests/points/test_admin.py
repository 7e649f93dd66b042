"""The pages: read by whoever may, acted on by commands, closed to forged forms."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from points import services as points_services
from points.earning import Bought, Tender
from points.models import (
    Accrual,
    AccrualRefund,
    EarningRule,
    PointsPolicy,
    ReceiptCode,
    Reward,
    RewardOrder,
    StampProgramme,
    Task,
)
from points.words import period_words
from tests.factories.ledger import NOON, an_act
from tests.factories.members import MemberFactory
from tests.factories.points import (
    RewardFactory,
    RuleFactory,
    StampProgrammeFactory,
    TaskFactory,
    holding,
    points_of,
    sale,
)
from tests.factories.stores import PIN, StoreFactory, UserFactory, signed_in
from tests.numbers import numbers_in

pytestmark = pytest.mark.django_db
PAGES = [
    "accrual",
    "accrualrefund",
    "checkin",
    "earningrule",
    "pointspolicy",
    "receiptcode",
    "redemption",
    "reward",
    "rewardorder",
    "stampgrant",
    "stampprogramme",
    "task",
    "taskdone",
]
READ_ONLY = ["accrual", "accrualrefund", "checkin", "receiptcode", "redemption"]


def url(page: str, verb: str = "changelist", *args: object) -> str:
    return reverse(f"admin:points_{page}_{verb}", args=args)


def some_of_everything() -> None:
    member = holding(5000)
    row = sale(member, 100_00, reference="=bill")
    points_services.refund_accrual(
        accrual_id=row.pk, amount=50_00, by=an_act(), at=NOON, key="r"
    )
    points_services.redeem(
        member_id=member.pk, points=100, bill=10_00, by=an_act(), at=NOON, key="s"
    )
    points_services.order_reward(
        reward_id=RewardFactory.create(stock=3).pk,
        member_id=member.pk,
        by=an_act(),
        at=NOON,
        key="o",
    )
    points_services.give_stamps(
        programme_code=StampProgrammeFactory.create().code,
        member_id=member.pk,
        amount=1,
        by=an_act(),
        at=NOON,
        key="st",
    )
    points_services.complete_task(
        task_code=TaskFactory.create().code, member_id=member.pk, by=an_act(), at=NOON
    )
    points_services.check_in(member_id=member.pk, by=an_act(), at=NOON)
    points_services.issue_receipt_code(
        lines=[Bought(amount=1_00)],
        paid={Tender.MONEY: 1_00},
        by=an_act(),
        at=NOON,
        key="rc",
    )
    RuleFactory.create()


def test_what_a_refund_took_back_is_read_as_money() -> None:
    some_of_everything()
    address = reverse(
        "admin:points_accrualrefund_change", args=[AccrualRefund.objects.get().pk]
    )
    office = signed_in(UserFactory.holding("head-office"))

    text = office.get(address).content.decode().partition('id="content-main"')[2]

    assert text.count("¥50.00") == 2  # the whole, and its one line
    assert "5000" not in numbers_in(text)


def test_every_list_and_row_opens_for_head_office_and_no_code_is_shown() -> None:
    some_of_everything()
    office = signed_in(UserFactory.holding("head-office"))
    models: dict[str, Any] = {
        model._meta.model_name: model
        for model in (
            Accrual,
            EarningRule,
            PointsPolicy,
            ReceiptCode,
            Reward,
            RewardOrder,
            StampProgramme,
            Task,
        )
        if model._meta.model_name
    }
    for page in PAGES:
        assert office.get(url(page)).status_code == 200, page
        if page in models:
            row = models[page].objects.first()
            answer = office.get(url(page, "change", row.pk))
            assert answer.status_code == 200, page
            kept = getattr(row, "code_hash", None) or "no hash"
            assert kept not in answer.content.decode()


def test_a_list_asks_no_more_of_the_database_for_more_rows() -> None:
    office = signed_in(UserFactory.holding("head-office"))

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert office.get(url("accrual")).status_code == 200
        return len(queries)

    sale(MemberFactory.create(), 100_00)
    asked()
    few = asked()
    for _number in range(15):
        sale(MemberFactory.create(), 100_00)
    assert asked() == few


@pytest.mark.parametrize("page", READ_ONLY)
def test_what_is_of_value_is_not_edited_by_a_forged_form(page: str) -> None:
    some_of_everything()
    root = signed_in(UserFactory.create(is_superuser=True))
    for verb, args in (("add", ()), ("change", (1,)), ("delete", (1,))):
        assert root.post(url(page, verb, *args), {"points": 9}).status_code in (
            403,
            404,
        )


def test_who_may_not_see_points_sees_none() -> None:
    nobody = signed_in(UserFactory.create())
    for page in PAGES:
        assert nobody.get(url(page)).status_code in (302, 403)


def test_points_are_given_by_hand_with_a_second_person() -> None:
    store = StoreFactory.create()
    lead = UserFactory.holding("shift-lead", store=store)
    manager = UserFactory.holding("store-manager", store=store)
    member = MemberFactory.create()
    form = {
        "member_id": member.pk,
        "points": 300,
        "growth": 0,
        "reason": "spilt soup 🍜",
        "store": store.pk,
        "checker": manager.pk,
        "secret": PIN,
        "key": "admin:1",
    }
    page = signed_in(lead)

    wrong = page.post(url("accrual", "give"), {**form, "secret": "000000"})
    assert wrong.status_code == 200
    assert points_of(member) == 0
    for _time in range(2):
        assert page.post(url("accrual", "give"), form).status_code == 302
    assert points_of(member) == 300
    row = Accrual.objects.get()
    assert (row.source, row.reference) == ("hand", "spilt soup 🍜")
    for bad in ({"points": -5}, {"points": 10**30}, {"member_id": 10**6}):
        assert page.post(url("accrual", "give"), {**form, **bad, "key": "2"}).context
    assert Accrual.objects.count() == 1


def test_a_cashier_gives_no_points_even_by_a_forged_form() -> None:
    store = StoreFactory.create()
    cashier = UserFactory.holding("cashier", store=store)
    answer = signed_in(cashier).post(url("accrual", "give"), {"points": 300})
    assert answer.status_code == 403
    assert not Accrual.objects.exists()


def rule_form(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Sunday",
        "programme": "points",
        "kind": "factor",
        "is_active": "on",
        "earn": 0,
        "per": "1.00",
        "flat": 0,
        "factor": "2",
        "weekdays": ["7"],
        "month_days": "8，18, 28",
        "categories": "tea, wine",
        "least_amount": "0.00",
        **changes,
    }


def test_marketing_draws_rules_and_their_history_is_kept() -> None:
    page = signed_in(UserFactory.holding("marketing"))
    answer = page.post(url("earningrule", "add"), rule_form())
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    rule = EarningRule.objects.get()
    assert (rule.weekdays, rule.month_days) == ([7], [8, 18, 28])
    assert (rule.categories, rule.per) == (["tea", "wine"], 100)

    page.post(url("earningrule", "change", rule.pk), rule_form(factor="2.5"))
    rule.refresh_from_db()
    assert (rule.factor, rule.history.count()) == (2500, 2)


@pytest.mark.parametrize(
    "bad",
    [
        {"factor": -1},
        {"factor": 10**12},
        {"factor": "1.2345"},
        {"earn": 5},
        {"kind": "base"},
        {"month_days": "8, 99"},
        {"month_days": "八"},
        {"weekdays": ["9"]},
        {"name": ""},
        {"name": "x" * 200},
        {"name": "a\x00b"},
        {"least_amount": "1e9"},
        {"factor": "0.5", "least_amount": "10.00"},
        {"starts_at_0": "2026-13-40", "starts_at_1": "25:00"},
        {"from_time": "12:00"},
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_in_a_sentence(
    bad: dict[str, Any],
) -> None:
    page = signed_in(UserFactory.holding("marketing"))
    answer = page.post(url("earningrule", "add"), rule_form(**bad))
    assert answer.status_code == 200
    assert not EarningRule.objects.exists()


def test_a_reward_is_ordered_and_handed_over_in_the_admin() -> None:
    store = StoreFactory.create()
    cashier = signed_in(UserFactory.holding("cashier", store=store))
    member, reward = holding(600), RewardFactory.create(stock=2)
    form = {"member_id": member.pk, "quantity": 1, "store": store.pk, "key": "slip"}

    shown = cashier.post(url("reward", "order", reward.pk), form, follow=True)
    assert (points_of(member), RewardOrder.objects.count()) == (100, 1)
    code = str(next(iter(shown.context["messages"]))).rsplit(" ", 1)[-1]
    assert len(code) == 11
    answer = cashier.post(
        url("rewardorder", "hand_over"), {"code": code, "store": store.pk, "key": "h"}
    )
    assert answer.status_code == 302
    assert RewardOrder.objects.get().handed_over_in == store
    elsewhere = StoreFactory.create()
    form = {**form, "store": elsewhere.pk, "key": "other"}
    assert cashier.post(url("reward", "order", reward.pk), form).status_code == 200
    assert RewardOrder.objects.count() == 1


def test_a_reward_s_stock_is_counted_and_its_code_stays() -> None:
    page = signed_in(UserFactory.holding("marketing"))
    reward = RewardFactory.create(stock=2)
    page.post(url("reward", "restock", reward.pk), {"change": 5})
    page.post(
        url("reward", "change", reward.pk),
        {
            "name": "Cup",
            "code": "forged",
            "stock": 999,
            "kind": "goods",
            "points": 400,
            "money": "0.00",
            "pick_up_days": 30,
            "is_active": "on",
        },
    )
    row = Reward.objects.get()
    assert (row.name, row.code, row.stock) == ("Cup", reward.code, 7)


def test_a_policy_is_published_anew_and_old_ones_stay() -> None:
    page = signed_in(UserFactory.holding("head-office"))
    form = page.get(url("pointspolicy", "add")).context["adminform"].form
    typed = {
        name: form[name].value()
        for name in form.fields
        if form[name].value() is not None
    }
    typed = {name: value for name, value in typed.items() if value is not False}
    typed |= {"most_per_day": 500, "reason": "a cap", "earn_per": "1.00"}
    for name in ("step_worth", "growth_per", "growth_top_up_per"):
        typed[name] = "1.00"
    answer = page.post(url("pointspolicy", "add"), typed)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert PointsPolicy.objects.order_by("-number")[0].most_per_day == 500
    typed |= {"least_points": 150, "expiry_month": 2, "expiry_day": 30}
    assert page.post(url("pointspolicy", "add"), typed).status_code in (200, 302)
    assert PointsPolicy.objects.count() == 2


@pytest.mark.parametrize(
    ("rule", "typed"),
    [
        ("step_points", "0"),
        ("expiry_month", "0"),
        ("expiry_month", "13"),
        ("expiry_month", "9" * 30),
        ("expiry_day", "0"),
    ],
)
def test_a_policy_that_cannot_be_is_told_at_its_field(rule: str, typed: str) -> None:
    page = signed_in(UserFactory.holding("head-office"))
    form = page.get(url("pointspolicy", "add")).context["adminform"].form
    told = {
        name: form[name].value()
        for name in form.fields
        if form[name].value() not in (None, False)
    }
    told |= {"reason": "a slip", rule: typed}

    answer = page.post(url("pointspolicy", "add"), told)

    assert answer.status_code == 200
    assert rule in answer.context["adminform"].form.errors
    assert PointsPolicy.objects.count() == 1


def test_who_ended_an_order_is_named() -> None:
    office = signed_in(UserFactory.holding("head-office"))
    lin = UserFactory.create(display_name="Lin Fang")
    made = points_services.order_reward(
        reward_id=RewardFactory.create(stock=3).pk,
        member_id=holding(5000).pk,
        by=an_act(),
        at=NOON,
        key="o",
    )
    RewardOrder.objects.filter(pk=made.order.pk).update(
        status=RewardOrder.Status.CANCELLED, ended_at=NOON, ended_by=f"staff:{lin.pk}"
    )
    shown = office.get(url("rewardorder", "change", made.order.pk)).content.decode()
    assert "Lin Fang" in shown
    assert f"staff:{lin.pk}" not in shown


@pytest.mark.parametrize(
    ("period", "said"),
    [
        ("once", "once"),
        ("2026-11-23", "23 Nov 2026"),
        ("2026-W47", "week 47 of 2026"),
        ("2026-11", "November 2026"),
        ("2026", "2026"),
        ("about:42", "42"),
    ],
)
def test_the_period_of_a_task_is_said_in_words(period: str, said: str) -> None:
    assert period_words(period) == said
