"""The database's own guards, attacked from outside, and each seen to be missed."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from coupons import services as coupons_services
from coupons.models import Coupon, CouponGift, CouponIssue, CouponUse
from coupons.services import Redemption
from tests.factories.coupons import TemplateFactory, by_task, issued
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON

pytestmark = pytest.mark.django_db


def run(sql: str, *params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def refused(act: Callable[[], object]) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        act()


def used() -> Coupon:
    coupon = issued()
    coupons_services.redeem_step(
        redemptions=[Redemption(coupon.pk, 1)],
        member_id=coupon.member_id,
        reference="sale:1",
        by=by_task(),
        at=NOON,
        key="sale:1",
    )
    return coupon


def dead() -> Coupon:
    coupon = issued()
    coupons_services.void_coupon(coupon_id=coupon.pk, reason="x", by=by_task(), at=NOON)
    return coupon


COUPON = "coupons_coupon"


def without_graph() -> None:
    """Until the test's transaction is rolled back."""
    run("SET CONSTRAINTS ALL IMMEDIATE")
    run(f"ALTER TABLE {COUPON} DISABLE TRIGGER coupons_coupon_follows_its_graph")


FIXED = [
    "code = '000000000000'",
    "valid_from = valid_from - interval '1 day'",
    "valid_until = valid_until - interval '1 second'",
    "uses = 9, uses_left = 9",
    "nth = 9",
    "issued_to_id = NULL",
    "member_id = NULL",
    "last4 = 'ABCD'",
    "source_ref = 'x'",
]


@pytest.mark.parametrize("change", FIXED)
def test_what_a_coupon_was_issued_with_stays(change: str) -> None:
    coupon = issued()

    refused(lambda: run(f"UPDATE {COUPON} SET {change} WHERE id = %s", coupon.pk))


@pytest.mark.parametrize(
    ("begin", "change"),
    [
        (used, "status = 'void'"),
        (used, "status = 'offered', uses_left = 1"),
        (dead, "status = 'issued'"),
        (dead, "status = 'redeemed', uses_left = 0"),
        (dead, "valid_until = valid_until + interval '1 day'"),
        (issued, "status = 'redeemed'"),
        (issued, "uses_left = 0"),
        (issued, "uses_left = 2"),
        (issued, "uses_left = -1"),
        (issued, "status = 'lost'"),
    ],
)
def test_a_coupon_follows_its_graph(begin: Callable[[], Coupon], change: str) -> None:
    coupon = begin()

    refused(lambda: run(f"UPDATE {COUPON} SET {change} WHERE id = %s", coupon.pk))


def test_without_the_trigger_a_void_coupon_comes_alive() -> None:
    coupon = dead()
    without_graph()

    run(f"UPDATE {COUPON} SET status = 'issued' WHERE id = %s", coupon.pk)

    coupon.refresh_from_db()
    assert coupon.status == "issued"


def test_a_coupon_is_not_born_used() -> None:
    coupon = issued()
    insert = (
        "INSERT INTO coupons_coupon (version_id, issue_id, nth, member_id,"
        " issued_to_id, code, last4, status, uses, uses_left, valid_from, valid_until)"
        " SELECT version_id, issue_id, 9, member_id, issued_to_id, '000000000000', '',"
        " 'redeemed', 1, 0, valid_from, valid_until FROM coupons_coupon WHERE id = %s"
    )

    refused(lambda: run(insert, coupon.pk))


@pytest.mark.parametrize(
    "values",
    [
        "code = NULL",
        "digest = '\\x00'",
    ],
)
def test_a_coupon_has_one_code(values: str) -> None:
    coupon = issued()
    without_graph()

    refused(lambda: run(f"UPDATE {COUPON} SET {values} WHERE id = %s", coupon.pk))


@pytest.mark.parametrize(
    "table",
    [
        "coupons_coupon",
        "coupons_couponissue",
        "coupons_coupontemplate",
        "coupons_templateversion",
        "coupons_couponuse",
        "coupons_couponspolicy",
    ],
)
def test_rows_of_promises_do_not_disappear(table: str) -> None:
    used()

    refused(lambda: run(f"DELETE FROM {table}"))
    refused(lambda: run(f"TRUNCATE {table} CASCADE"))


@pytest.mark.parametrize(
    "table", ["coupons_templateversion", "coupons_couponuse", "coupons_couponspolicy"]
)
def test_what_is_written_once_is_not_changed(table: str) -> None:
    used()

    refused(lambda: run(f"UPDATE {table} SET id = id"))


@pytest.mark.parametrize(
    "change",
    [
        "issued = 0",
        "done_at = now()",
        "paid = 5",
        "key = 'x'",
        "source = 'hand'",
        "quantity = 9",
        "audience = '{}'",
    ],
)
def test_an_issue_goes_only_forward(change: str) -> None:
    issued()

    refused(lambda: run(f"UPDATE coupons_couponissue SET {change}"))
    assert CouponIssue.objects.get().issued == 1


def test_a_use_is_given_back_once() -> None:
    coupon = used()
    use = CouponUse.objects.get()
    write = (
        "INSERT INTO coupons_couponuse (coupon_id, act, key, reference, saving,"
        " undoes_id, at, business_date, actor, reason)"
        " VALUES (%s, %s, %s, '', 0, %s, now(), now(), '', '')"
    )
    run(write, coupon.pk, "released", "one", use.pk)

    refused(lambda: run(write, coupon.pk, "returned", "two", use.pk))
    refused(lambda: run(write, coupon.pk, "released", "three", None))
    refused(lambda: run(write, coupon.pk, "redeemed", "one", None))
    refused(lambda: run(write, coupon.pk, "stolen", "four", None))


def test_a_gift_ends_once_and_never_with_its_giver() -> None:
    coupon = issued(TemplateFactory.drawn(is_transferable=True))
    coupons_services.offer(
        coupon_id=coupon.pk, member_id=coupon.member_id or 0, by=by_task(), at=NOON
    )
    gift, friend = CouponGift.objects.get(), MemberFactory.create()
    end = "UPDATE coupons_coupongift SET ended_at = now(), ended_as = %s, taker_id = %s"

    refused(lambda: run(end, "accepted", gift.giver_id))
    refused(lambda: run(end, "accepted", None))
    refused(lambda: run(end, "lapsed", friend.pk))
    run(end, "accepted", friend.pk)
    refused(lambda: run(end, "lapsed", None))


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE coupons_templatecount SET issued = quota + 1",
        "UPDATE coupons_templatecount SET issued = -1",
        "UPDATE coupons_templateday SET issued = quota + 1",
        "UPDATE coupons_templatemember SET issued = allowed + 1",
    ],
)
def test_a_counter_stays_within_its_bounds(sql: str) -> None:
    issued(TemplateFactory.drawn(quota_total=2, quota_daily=2, per_member=2))

    refused(lambda: run(sql))


def test_no_two_coupons_have_one_code() -> None:
    issued()
    another = (
        "INSERT INTO coupons_coupon SELECT (jsonb_populate_record(c,"
        " jsonb_build_object('id', c.id + 1, 'nth', c.nth + 1))).*"
        " FROM coupons_coupon c"
    )

    refused(lambda: run(another))

    run("SET CONSTRAINTS ALL IMMEDIATE")
    run("DROP INDEX coupons_coupon_code_once")
    run(another)
    assert Coupon.objects.values("code").distinct().count() == 1
    assert Coupon.objects.count() == 2
