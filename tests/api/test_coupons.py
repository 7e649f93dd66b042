"""Coupons over the API: listed, given, made void."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils.timezone import now

from coupons.models import Coupon, CouponUse
from members.models import Member
from tests.factories.api import Till, a_key, a_till, is_problem, the_office
from tests.factories.coupons import TemplateFactory, everything

pytestmark = pytest.mark.django_db


def issue(till: Till, member: Member, template: str, **more: Any) -> Any:
    body = {"template": template, "member": str(member.public_id), **more}
    return till.post("/coupons/issue", body, key=a_key())


def listed(till: Till, member: Member, query: str = "") -> list[str]:
    response = till.ask(f"/members/{member.public_id}/coupons{query}")
    assert response.status_code == 200, response.content
    return [row["id"] for row in response.json()["items"]]


def test_coupons_are_given_and_listed(till: Till, member: Member) -> None:
    template = TemplateFactory.drawn(name_en="Ten off")

    response = issue(till, member, template.code, quantity=2)
    by_id = issue(till, member, str(template.pk))

    assert response.status_code == 201, response.content
    given = response.json()["coupons"] + by_id.json()["coupons"]
    assert [row["name"] for row in given] == ["Ten off"] * 3
    assert {row["status"] for row in given} == {"usable"}
    assert sorted(listed(till, member)) == sorted(row["id"] for row in given)
    assert till.ask(f"/members/{member.public_id}").json()["coupons"] == 3
    assert b"code" not in response.content


def test_each_status_lists_its_own(till: Till, member: Member) -> None:
    template = TemplateFactory.drawn()
    given = issue(till, member, template.code, quantity=3).json()["coupons"]
    ids = [row["id"] for row in given]
    Coupon.objects.filter(pk=ids[1]).update(status="redeemed", uses_left=0)
    till.post(f"/coupons/{ids[2]}/void", {"reason": "a slip"}, key=a_key())

    assert listed(till, member) == [ids[0]]
    assert listed(till, member, "?status=usable") == [ids[0]]
    assert listed(till, member, "?status=used") == [ids[1]]
    assert listed(till, member, "?status=expired") == []
    with time_machine.travel(now() + timedelta(days=40)):
        assert listed(till, member) == []
        assert listed(till, member, "?status=expired") == [ids[0]]
    wrong = till.ask(f"/members/{member.public_id}/coupons?status=void")
    assert is_problem(wrong, 422, "invalid")


def test_a_list_is_read_page_by_page(till: Till, member: Member) -> None:
    template = TemplateFactory.drawn()
    issue(till, member, template.code, quantity=5)
    path = f"/members/{member.public_id}/coupons"

    first = till.ask(f"{path}?limit=3").json()
    second = till.ask(f"{path}?limit=3&cursor={first['next_cursor']}").json()

    ids = [row["id"] for row in first["items"] + second["items"]]
    assert (len(ids), len(set(ids)), second["next_cursor"]) == (5, 5, None)


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"template": "nothing"}, 422, "invalid"),
        ({"member": "1"}, 404, "member_not_found"),
        ({"quantity": 0}, 422, "invalid"),
        ({"quantity": 900}, 422, "coupon_quantity_refused"),
        ({"quantity": 1.0}, 422, "invalid"),
    ],
)
def test_what_cannot_be_given_is_not(
    till: Till, member: Member, change: dict[str, Any], status: int, code: str
) -> None:
    template = TemplateFactory.drawn()

    body = {"template": template.code, "member": str(member.public_id), **change}
    response = till.post("/coupons/issue", body, key=a_key())

    assert is_problem(response, status, code)
    assert Coupon.objects.count() == 0


def test_a_quota_is_a_quota(till: Till, member: Member) -> None:
    template = TemplateFactory.drawn(quota_total=1)
    issue(till, member, template.code)

    response = issue(till, member, template.code)

    assert is_problem(response, 409, "coupon_unavailable")
    assert response.json()["reason"] == "coupon_quota_used_up"
    assert Coupon.objects.count() == 1


def test_a_coupon_is_void_once_and_a_used_one_stays_used(
    till: Till, member: Member
) -> None:
    template = TemplateFactory.drawn()
    one, two = [
        row["id"]
        for row in issue(till, member, template.code, quantity=2).json()["coupons"]
    ]
    Coupon.objects.filter(pk=two).update(status="redeemed", uses_left=0)

    first = till.post(f"/coupons/{one}/void", key=a_key())
    again = till.post(f"/coupons/{one}/void", {}, key=a_key())
    used = till.post(f"/coupons/{two}/void", key=a_key())

    assert (first.status_code, first.json()["status"]) == (200, "void")
    assert again.status_code == 200
    assert is_problem(used, 409, "coupon_unavailable")
    assert CouponUse.objects.filter(act="voided").count() == 1


def test_a_coupon_is_voided_only_by_its_store_or_the_brand(
    till: Till, member: Member
) -> None:
    template = TemplateFactory.drawn()
    told = issue(till, member, template.code, quantity=2).json()["coupons"]
    of_till, second = [row["id"] for row in told]
    office = the_office("coupons:write")
    by_brand = issue(office, member, template.code).json()["coupons"][0]["id"]
    elsewhere = a_till()
    before = everything()

    for caller, coupon in ((elsewhere, of_till), (till, by_brand)):
        response = caller.post(f"/coupons/{coupon}/void", key=a_key())
        assert is_problem(response, 404, "coupon_not_found")
    assert everything() == before

    for caller, coupon in ((till, of_till), (office, second)):
        response = caller.post(f"/coupons/{coupon}/void", key=a_key())
        assert response.json()["status"] == "void"
    there = {"Regulars_Store": elsewhere.store.code} if elsewhere.store else {}
    voided = office.post(f"/coupons/{by_brand}/void", key=a_key(), **there)
    assert voided.json()["status"] == "void"


@pytest.mark.parametrize("coupon", ["0", "x", "999999999999999999999", "%00", "-1"])
def test_a_coupon_that_is_not_there_is_not_there(till: Till, coupon: str) -> None:
    response = till.post(f"/coupons/{coupon}/void", key=a_key())

    assert is_problem(response, 404, "coupon_not_found")


def test_coupons_need_their_scopes_and_a_key(member: Member) -> None:
    template = TemplateFactory.drawn()
    reader = a_till("coupons:read")

    assert is_problem(issue(reader, member, template.code), 403, "scope_missing")
    body = {"template": template.code, "member": str(member.public_id)}
    keyless = a_till().post("/coupons/issue", body)
    assert is_problem(keyless, 400, "idempotency_key_required")
    assert Coupon.objects.count() == 0
