"""Top-ups, their refunds and the statement, over the API."""

from typing import Any

import pytest
from django.utils.timezone import now

from coupons.kinds import CouponKind
from coupons.models import Coupon, CouponUse
from ledger import services as ledger_services
from ledger.kinds import AccountKind
from members.models import Member
from stored_value.models import TopUp, TopUpRefund
from tests.factories.api import Till, a_key, a_till, is_problem, the_office
from tests.factories.coupons import TemplateFactory, issued
from tests.factories.ledger import everything, points_unit
from tests.factories.members import MemberFactory, give
from tests.factories.stored_value import a_plan
from tests.factories.stores import StoreFactory

pytestmark = pytest.mark.django_db

CASH = {"kind": "cash"}
NAMES = (
    "name",
    "search_name",
    "search_pinyin",
    "search_initials",
    "other_pinyin",
    "other_initials",
)


def top_up(till: Till, member: Member, amount: int = 300_00, **more: Any) -> Any:
    return till.post(
        f"/members/{member.public_id}/top-ups",
        {"amount": amount, "tender": CASH, **more},
        key=a_key(),
    )


def test_a_top_up_gives_what_the_best_plan_gives(till: Till, member: Member) -> None:
    template = TemplateFactory.drawn()
    plan = a_plan(
        {"amount": 300_00, "bonus": 50_00, "coupon_template": template, "coupons": 2}
    )

    response = top_up(till, member, tender={"kind": "wechat", "reference": "42000018"})

    assert response.status_code == 201, response.content
    told = response.json()
    assert (told["amount"], told["bonus"], told["plan"]) == (300_00, 50_00, plan.name)
    assert told["wallet"] == {"principal": 300_00, "bonus": 50_00, "total": 350_00}
    assert [coupon["template"] for coupon in told["coupons"]] == [template.code] * 2
    row = TopUp.objects.get()
    assert (row.reference, row.store) == ("42000018", till.store)
    assert told["id"] == str(row.entry_id)
    assert ledger_services.prove_books().is_proven
    seen = till.ask(f"/members/{member.public_id}").json()
    assert (seen["wallet"], seen["coupons"]) == (told["wallet"], 2)


def test_a_plan_may_be_named(till: Till, member: Member) -> None:
    a_plan({"amount": 100_00, "bonus": 90_00})
    small = a_plan({"amount": 100_00, "bonus": 10_00})

    for named in (str(small.pk), small.name):
        assert top_up(till, member, plan=named).json()["bonus"] == 10_00
    assert is_problem(top_up(till, member, plan="none"), 422, "invalid")
    too_little = top_up(till, member, 50_00, plan=small.name)
    assert is_problem(too_little, 422, "plan_refused")


def test_a_plan_whose_name_is_a_number_is_found_by_it(
    till: Till, member: Member
) -> None:
    other = a_plan({"amount": 100_00, "bonus": 90_00})
    a_plan({"amount": 100_00, "bonus": 10_00}, name="500")
    named_like_the_other = a_plan({"amount": 100_00, "bonus": 5_00}, name=str(other.pk))

    assert top_up(till, member, plan="500").json()["bonus"] == 10_00
    by_name = top_up(till, member, plan=named_like_the_other.name)
    assert by_name.json()["bonus"] == 5_00


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount": 0}, "invalid"),
        ({"amount": -1}, "invalid"),
        ({"amount": 1.5}, "invalid"),
        ({"amount": 300.0}, "invalid"),
        ({"amount": "300"}, "invalid"),
        ({"amount": True}, "invalid"),
        ({"amount": None}, "invalid"),
        ({"amount": 10**13}, "invalid"),
        ({"amount": 10**30}, "invalid"),
        ({"amount": 10_000_00}, "limit_exceeded"),
        ({"tender": {"kind": "gift_card"}}, "tender_unknown"),
        ({"tender": {"kind": "cash", "amount": 1}}, "invalid"),
        ({"tender": "cash"}, "invalid"),
        ({"plan": ""}, "invalid"),
    ],
)
def test_what_cannot_be_topped_up_moves_nothing(
    till: Till, member: Member, change: dict[str, Any], code: str
) -> None:
    before = everything()

    response = top_up(till, member, **change)

    assert is_problem(response, 422, code)
    assert everything() == before


def test_over_the_limit_says_how_far_one_may_go(till: Till, member: Member) -> None:
    told = top_up(till, member, 10_000_00).json()

    assert (told["code"], told["reason"]) == ("limit_exceeded", "top_up_too_large")
    assert told["facts"]["most"] == 5_000_00


def test_money_comes_in_under_a_key_only(till: Till, member: Member) -> None:
    before = everything()

    response = till.post(
        f"/members/{member.public_id}/top-ups", {"amount": 1, "tender": CASH}
    )

    assert is_problem(response, 400, "idempotency_key_required")
    assert everything() == before


def test_money_comes_in_at_a_store(member: Member) -> None:
    office = the_office("stored_value:write")
    StoreFactory.create(code="EAST")
    path = f"/members/{member.public_id}/top-ups"
    body = {"amount": 300_00, "tender": CASH}

    assert is_problem(office.post(path, body, key="a"), 422, "store_required")
    at_east = office.post(path, body, key="b", Regulars_Store="EAST")
    assert at_east.status_code == 201
    assert TopUp.objects.get().store is not None


def a_coupon(member: Member, **terms: Any) -> Coupon:
    drawn = TemplateFactory.drawn(kind=CouponKind.TOP_UP, at=now(), **terms)
    return issued(drawn, member, at=now())


def test_a_coupon_adds_its_bonus_and_comes_back_with_the_money(
    till: Till, member: Member
) -> None:
    a_plan({"amount": 300_00, "bonus": 50_00})
    coupon = a_coupon(member)
    listed = till.ask(f"/members/{member.public_id}/coupons").json()["items"]
    assert [(row["id"], row["kind"]) for row in listed] == [(str(coupon.pk), "top_up")]

    wechat = {"kind": "wechat"}
    told = top_up(till, member, tender=wechat, coupon=listed[0]["id"]).json()

    assert (told["bonus"], told["coupon_bonus"]) == (60_00, 10_00)
    assert told["wallet"] == {"principal": 300_00, "bonus": 60_00, "total": 360_00}
    back = till.post(f"/top-ups/{told['id']}/refund", key=a_key()).json()
    assert (back["bonus_voided"], back["coupon_returned"]) == (60_00, True)
    assert till.ask(f"/members/{member.public_id}/coupons").json()["items"] != []
    assert ledger_services.prove_books().is_proven


def test_a_coupon_that_cannot_be_used_moves_nothing(till: Till, member: Member) -> None:
    other = MemberFactory.create()
    elsewhere = StoreFactory.create()
    bill = issued(TemplateFactory.drawn(at=now()), member, at=now())
    used = a_coupon(member)
    top_up(till, member, coupon=str(used.pk))
    cases = [
        (str(used.pk), 409, "coupon_unavailable", "coupon_redeemed"),
        (str(a_coupon(other).pk), 409, "coupon_unavailable", "coupon_other_member"),
        (str(bill.pk), 409, "coupon_unavailable", "coupon_not_here"),
        (
            str(a_coupon(member, store_ids=[elsewhere.pk]).pk),
            409,
            "coupon_unavailable",
            "coupon_not_here",
        ),
        ("0", 404, "coupon_not_found", "coupon_unknown"),
        ("9" * 18, 404, "coupon_not_found", "coupon_unknown"),
        ("9" * 30, 404, "coupon_not_found", "coupon_unknown"),
        ("😀", 404, "coupon_not_found", "coupon_unknown"),
    ]
    before, uses = everything(), CouponUse.objects.count()
    for named, status, code, reason in cases:
        response = top_up(till, member, coupon=named)
        assert is_problem(response, status, code)
        assert response.json()["reason"] == reason
    nothing: list[str] = []
    for nonsense in ("", 1, nothing):
        assert is_problem(top_up(till, member, coupon=nonsense), 422, "invalid")
    assert (everything(), CouponUse.objects.count()) == (before, uses)


def test_nobody_unknown_is_topped_up(till: Till, member: Member) -> None:
    nobody = dict.fromkeys(NAMES, "")
    Member.objects.filter(pk=member.pk).update(
        status="erased", phone=None, ended_at=now(), **nobody
    )
    before = everything()

    assert is_problem(top_up(till, member), 404, "member_not_found")
    assert everything() == before


def test_the_same_top_up_twice_comes_in_once(till: Till, member: Member) -> None:
    path = f"/members/{member.public_id}/top-ups"
    body = {"amount": 300_00, "tender": CASH}

    first = till.post(path, body, key="same")
    second = till.post(path, body, key="same")

    assert second.content == first.content
    assert TopUp.objects.count() == 1
    other = till.post(path, {**body, "amount": 400_00}, key="same")
    assert is_problem(other, 422, "idempotency_key_reused")
    assert TopUp.objects.count() == 1


def test_a_top_up_is_given_back_by_its_formula(till: Till, member: Member) -> None:
    template = TemplateFactory.drawn()
    a_plan(
        {"amount": 300_00, "bonus": 50_00, "coupon_template": template, "coupons": 1}
    )
    other = top_up(till, MemberFactory.create()).json()
    made = top_up(till, member, tender={"kind": "wechat"}).json()

    response = till.post(f"/top-ups/{made['id']}/refund", key=a_key())

    assert response.status_code == 201, response.content
    told = response.json()
    assert (told["paid_out"], told["bonus_voided"]) == (300_00, 50_00)
    assert (told["tender"], told["coupons_taken"]) == ("wechat", 1)
    assert told["wallet"]["total"] == 0
    assert set(Coupon.objects.values_list("member_id", "status")) == {
        (member.pk, "void"),
        (TopUp.objects.get(entry_id=other["id"]).member_id, "issued"),
    }
    again = till.post(f"/top-ups/{made['id']}/refund", {}, key=a_key())
    assert is_problem(again, 409, "nothing_left")
    assert TopUpRefund.objects.count() == 1
    assert ledger_services.prove_books().is_proven


def test_another_stores_top_up_is_not_there(till: Till, member: Member) -> None:
    made = top_up(till, member).json()
    before = everything()

    for path in (made["id"], "1", "00000000-0000-0000-0000-000000000000", "%00"):
        response = a_till().post(f"/top-ups/{path}/refund", key=a_key())
        assert is_problem(response, 404, "top_up_not_found")
    assert everything() == before


def test_a_statement_tells_each_movement_and_what_was_left(
    till: Till, member: Member
) -> None:
    a_plan({"amount": 300_00, "bonus": 50_00})
    top_up(till, member)
    give(member, 100_00, at=now())
    path = f"/members/{member.public_id}/statement"

    items = till.ask(path).json()["items"]

    assert [(row["account"], row["amount"], row["balance"]) for row in items] == [
        ("principal", 100_00, 450_00),
        ("bonus", 50_00, 350_00),
        ("principal", 300_00, 300_00),
    ]
    assert items[1]["entry"] == items[2]["entry"]
    assert items[2]["store"] == (till.store.code if till.store else "")
    assert till.ask(f"{path}?kind=points").json() == {"items": [], "next_cursor": None}


def test_a_statement_is_read_page_by_page(till: Till, member: Member) -> None:
    for n in range(7):
        give(member, 10 + n, AccountKind.POINTS, unit_id=points_unit(), at=now())
    path = f"/members/{member.public_id}/statement?kind=points"
    whole = till.ask(path).json()["items"]
    pages: list[Any] = []
    cursor: str | None = ""

    while cursor is not None:
        page = till.ask(f"{path}&limit=3&cursor={cursor}").json()
        pages.append(page["items"])
        cursor = page["next_cursor"]

    assert [len(page) for page in pages] == [3, 3, 1]
    assert [row for page in pages for row in page] == whole
    assert whole[0]["balance"] == sum(range(10, 17))


@pytest.mark.parametrize(
    "query",
    [
        "kind=shares",
        "limit=0",
        "limit=201",
        "limit=1.0",
        "limit=one",
        "limit=%00",
        "limit=٣",
        "cursor=nonsense",
        "cursor=😀",
        "cursor=cG9pbnRzOjE",  # of points, asked of money
        "cursor=" + "A" * 81,
    ],
)
def test_a_page_that_is_none_is_told_so(till: Till, member: Member, query: str) -> None:
    path = f"/members/{member.public_id}/statement?{query}"

    assert is_problem(till.ask(path), 422, "invalid")
