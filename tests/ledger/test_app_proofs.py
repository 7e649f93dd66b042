"""What the apps above have the proof ask: clean houses pass, a changed row is named."""

import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from coupons import services as coupons_services
from coupons.services import Redemption
from ledger import proofs
from ledger import services as ledger_services
from points import services as points_services
from stored_value import services as stored_value_services
from tests.factories import gift_cards, points, stored_value
from tests.factories.coupons import TemplateFactory, by_task, issued, visit_pass
from tests.factories.ledger import NOON, an_act
from tests.factories.members import MemberFactory
from tests.factories.points import RewardFactory, a_policy, holding, sale
from tests.tampering import tamper

pytestmark = pytest.mark.django_db


def points_of_all_kinds() -> None:
    """Earned, pending, refunded in parts, taken as a reward."""
    member = holding(500)
    one = sale(member, 300_00)
    a_policy(pending_days=7)
    two = sale(member, 100_00)
    for key, row in (("one", one), ("two", two)):
        points_services.refund_accrual(
            accrual_id=row.pk, amount=33_33, by=an_act(), at=NOON, key=key
        )
    points_services.order_reward(
        reward_id=RewardFactory.create().pk,
        member_id=member.pk,
        by=an_act(),
        at=NOON,
        key="mug",
    )


def coupons_in_every_state() -> None:
    template = TemplateFactory.drawn(quota_total=50, per_member=9, is_transferable=True)
    issued(template)
    offered, void = issued(template), issued(template)
    coupons_services.offer(
        coupon_id=offered.pk, member_id=offered.member_id or 0, by=by_task(), at=NOON
    )
    coupons_services.void_coupon(
        coupon_id=void.pk, reason="twice", by=by_task(), at=NOON
    )
    ten = issued(visit_pass())
    for number in (1, 2):
        coupons_services.redeem_step(
            redemptions=[Redemption(ten.pk)],
            member_id=ten.member_id,
            reference=f"sale:{number}",
            by=by_task(),
            at=NOON,
            key=f"sale:{number}",
        )
    coupons_services.release_step(
        reference="sale:2", by=by_task(), at=NOON, key="release"
    )


def value_that_is_held() -> None:
    holder, _top_up = stored_value.holding(300_00, 50_00)
    for amount in (100_00, 20_00):
        stored_value_services.hold(
            holder=holder,
            amount=amount,
            by=stored_value.at_store(),
            at=NOON,
            key=stored_value.a_key("hold"),
        )


def gift_cards_that_were_used() -> None:
    by = gift_cards.at_store()
    gift_cards.pay(gift_cards.a_card(100_00, by=by), 30_00, by=by)


@pytest.mark.parametrize(
    ("house", "table", "sql", "check"),
    [
        (
            points_of_all_kinds,
            "points_accrual",
            "UPDATE points_accrual SET pending = pending - 1 WHERE pending > 0",
            "pending points are those of what was earned",
        ),
        (
            points_of_all_kinds,
            "points_accrual",
            "UPDATE points_accrual SET refunded = refunded - 1 WHERE refunded > 0",
            "what is kept is what was earned less what was taken back",
        ),
        (
            points_of_all_kinds,
            "points_accrual",
            "UPDATE points_accrual SET growth_kept = 0 WHERE refunded > 0",
            "the points kept are what the rules give for what is left",
        ),
        (
            points_of_all_kinds,
            "points_rewardtaken",
            "UPDATE points_rewardtaken SET taken = taken + 1",
            "rewards are counted as they are taken",
        ),
        (
            coupons_in_every_state,
            "coupons_templatecount",
            "UPDATE coupons_templatecount SET issued = issued - 1",
            "quotas and limits count the coupons that there are",
        ),
        (
            coupons_in_every_state,
            "coupons_templatemember",
            "DELETE FROM coupons_templatemember WHERE id ="
            " (SELECT min(id) FROM coupons_templatemember)",
            "quotas and limits count the coupons that there are",
        ),
        (
            coupons_in_every_state,
            "coupons_coupon",
            "UPDATE coupons_coupon SET uses_left = uses_left + 1 WHERE uses_left = 9",
            "the uses left of a coupon are those not made",
        ),
        (
            coupons_in_every_state,
            "coupons_couponuse",
            "DELETE FROM coupons_couponuse WHERE act = 'released'",
            "the uses left of a coupon are those not made",
        ),
        (
            coupons_in_every_state,
            "coupons_coupon",
            "UPDATE coupons_coupon SET status = 'issued' WHERE status = 'void'",
            "a coupon stands where what was done with it put it",
        ),
        (
            coupons_in_every_state,
            "coupons_coupon",
            "UPDATE coupons_coupon SET status = 'issued' WHERE status = 'offered'",
            "a coupon stands where what was done with it put it",
        ),
        (
            coupons_in_every_state,
            "coupons_coupon",
            "UPDATE coupons_coupon SET status = 'void' WHERE uses = 10",
            "a coupon stands where what was done with it put it",
        ),
        (
            value_that_is_held,
            "stored_value_hold",
            "UPDATE stored_value_hold SET amount = amount + 1,"
            " principal = principal + 1 WHERE amount = 2000",
            "what is held is what open holds say",
        ),
        (
            value_that_is_held,
            "stored_value_hold",
            "UPDATE stored_value_hold SET amount = amount + 1,"
            " principal = principal + 1 WHERE amount = 2000",
            "a hold is what its entry set aside",
        ),
        (
            gift_cards_that_were_used,
            "gift_cards_giftcard",
            "UPDATE gift_cards_giftcard SET amount = amount + 1",
            "a gift card is worth what was paid for it",
        ),
        (
            gift_cards_that_were_used,
            "gift_cards_giftcard",
            "UPDATE gift_cards_giftcard SET status = 'void'",
            "what is owed on gift cards is owed on a living one",
        ),
    ],
)
def test_a_row_that_was_changed_is_named(
    house: Callable[[], None], table: str, sql: str, check: str
) -> None:
    house()
    proof = ledger_services.prove_books()
    assert proof.failing == {}
    assert check in proof.checks

    tamper(sql, tables=(table,))

    proof = ledger_services.prove_books()
    assert not proof.is_proven
    assert proof.failing[check] >= 1
    assert {found.check for found in proof.differences} == set(proof.failing)


# It refuses nothing and keeps no fact: it only lets writers of settings take turns.
TURNS = "checkout_one_change_at_a_time"


def test_every_trigger_of_an_app_is_one_that_the_proof_looks_for() -> None:
    for app in proofs.all_checks():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
                " WHERE NOT tgisinternal AND relname LIKE %s"
                " AND tgfoid <> %s::regproc",
                [app.app.replace("_", r"\_") + r"\_%", TURNS],
            )
            there = {name for (name,) in cursor.fetchall()}
        assert set(app.triggers) == there, app.app
        assert there


def test_a_trigger_of_an_app_that_is_off_is_named() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE coupons_coupon"
            " DISABLE TRIGGER coupons_coupon_follows_its_graph"
        )
        cursor.execute(
            "DROP TRIGGER stored_value_hold_never_deleted ON stored_value_hold"
        )

    proof = ledger_services.prove_books()

    assert {found.row for found in proof.differences} == {
        "trigger coupons_coupon_follows_its_graph",
        "trigger stored_value_hold_never_deleted",
    }


def test_the_command_names_what_fails_and_how_many_rows_of_it() -> None:
    coupons_in_every_state()
    issued(TemplateFactory.drawn(quota_total=5))
    tamper(
        "UPDATE coupons_templatecount SET issued = issued + 1",
        tables=("coupons_templatecount",),
    )
    plain, told = StringIO(), StringIO()

    for out, words in ((plain, []), (told, ["--json"])):
        with pytest.raises(SystemExit):
            call_command("verify_ledger", *words, stdout=out)

    check = "quotas and limits count the coupons that there are"
    assert f"FAILS: {check} (2 rows)\n" in plain.getvalue()
    assert plain.getvalue().endswith("The books are NOT proven: 2 rows differ.\n")
    checks = json.loads(told.getvalue())["checks"]
    assert {name: rows for name, rows in checks.items() if rows} == {check: 2}
    assert len(checks) > 20


def test_more_rows_than_are_named_are_counted_all_the_same() -> None:
    template = TemplateFactory.drawn()
    for member in MemberFactory.create_batch(101):
        issued(template, member)
    tamper(
        "UPDATE coupons_coupon SET uses_left = uses_left - 1, status = 'void'",
        tables=("coupons_coupon",),
    )
    proof = ledger_services.prove_books()
    assert set(proof.failing.values()) == {101}
    assert len(proof.differences) == 100 * len(proof.failing)


def test_what_was_brought_along_counts_towards_no_quota() -> None:
    template = TemplateFactory.drawn(quota_total=5, per_member=2)
    issued(template)
    coupons_services.load_coupons(
        rows=[
            coupons_services.CouponRow(
                template_id=template.pk, member_id=MemberFactory.create().pk
            )
        ],
        by=by_task(),
        at=NOON,
        key="moved in",
    )
    assert ledger_services.prove_books().failing == {}

    template.quota_total = 1  # no less than what the house itself has issued
    coupons_services.save_template(template=template, by=by_task(), at=NOON)
    coupons_services.publish_terms(template=template, by=by_task(), at=NOON)

    assert ledger_services.prove_books().failing == {}


def test_accounts_that_an_app_names_are_frozen() -> None:
    a_policy(pending_days=7)
    member = MemberFactory.create()
    sale(member, 100_00)
    tamper(
        "UPDATE points_accrual SET pending = pending - 1",
        tables=("points_accrual",),
    )
    run = ledger_services.record_proof(
        proof=ledger_services.prove_books(),
        started_at=NOON,
        finished_at=NOON + timedelta(seconds=1),
    )
    assert not run.is_proven
    with connection.cursor() as cursor:
        cursor.execute("SELECT slot FROM ledger_account WHERE status = 'frozen'")
        assert cursor.fetchall() == [("pending",)]
    assert points.pending_of(member) == 100
