"""A member with everything is merged, told everything, and forgotten."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection

from coupons.models import Coupon
from gift_cards.models import GiftCard
from ledger import selectors as ledger_selectors
from ledger import services as ledger_services
from members import services as members_services
from members.models import Member
from members.parts import all_parts
from members.services import Signed
from points import selectors as points_selectors
from points import services as points_services
from points.models import RewardOrder
from stored_value import selectors as stored_value_selectors
from stored_value.holders import Holder
from tests.factories.accounts import device_of
from tests.factories.ledger import an_act
from tests.factories.members import by, two_people
from tests.factories.stores import NOON
from tests.together.full_lives import House, a_house, balances, live

pytestmark = pytest.mark.django_db

YULAN = {"name": "陈玉兰", "phone": "13812345678", "email": "yulan@example.com"}
MEI = {"name": "Quetzalcoatl", "phone": "13987654321", "email": "mei@example.org"}


def two() -> tuple[House, Member, Member]:
    house = a_house()
    return house, live(house, **YULAN), live(house, **MEI)


def counted(member: Member, others: tuple[Member, ...] = ()) -> dict[str, int]:
    """How many rows of each kind are told about a member, in all apps."""
    found: dict[str, int] = {}
    for part in all_parts():
        for one in (member, *others):
            for word, rows in part.export(member_id=one.pk).items():
                key = f"{part.word}: {word}"
                found[key] = found.get(key, 0) + len(rows)
    return found


# What both have of the same is said once, or counts once.
ONCE = {
    "points: tasks",
    "points: check_ins",
    "cards: shared_wallets",
    "tiers: tier",
}
# Moving a card is written in its history.
MORE = "cards: card_events"


def test_two_who_have_everything_become_one_and_nothing_is_lost_or_doubled() -> None:
    _house, source, target = two()
    before, rows = balances(source, target), counted(target, (source,))
    assert ledger_services.prove_books().failing == {}

    members_services.merge(
        source_id=source.pk, target_id=target.pk, by=two_people(key="m")
    )

    assert ledger_services.prove_books().failing == {}
    assert balances(source) == {}
    assert balances(target) == before
    told = counted(target)
    assert {word: told[word] for word in told if word not in {*ONCE, MORE}} == {
        word: rows[word] for word in rows if word not in {*ONCE, MORE}
    }
    assert all(told[word] <= rows[word] for word in ONCE)
    states = Coupon.objects.filter(member=target).values_list("status", flat=True)
    assert (
        sorted(states)
        == ["issued"] * 4 + ["offered"] * 2 + ["redeemed"] * 2 + ["void"] * 2
    )
    assert GiftCard.objects.filter(buyer=target).count() == 4


def test_after_it_every_statement_is_readable_and_everything_can_be_used() -> None:
    _house, source, target = two()
    members_services.merge(
        source_id=source.pk, target_id=target.pk, by=two_people(key="m")
    )

    for account in ledger_selectors.accounts_held(
        holder_kind="member", holder_id=target.pk
    ):
        lines = ledger_selectors.statement(account_id=account.pk)
        assert not lines or lines[0].balance_after == account.balance
        for line in lines:
            assert ledger_selectors.entry(str(line.entry_id)) is not None
    holder = Holder.member(target.pk)
    lots = stored_value_selectors.explained(holder=holder, at=NOON)
    wallet = stored_value_selectors.wallet(holder=holder, at=NOON)
    assert sum(lot.remaining for lot in lots) == wallet.usable
    explained = points_selectors.explain(target.pk, NOON)
    held = points_selectors.balance(target.pk, NOON)
    assert sum(lot.points for lot in explained) == held.usable
    assert held.pending == 500
    for order in RewardOrder.objects.all():
        points_services.cancel_reward_order(
            order_id=order.pk, reason="none left", by=an_act(), at=NOON
        )
    assert ledger_services.prove_books().failing == {}


def test_everything_kept_is_told() -> None:
    house = a_house()
    member = live(house, **YULAN)
    device_of(member)
    told = members_services.export_member(
        member_id=member.pk, by=by("store-manager"), at=NOON
    ).as_dict()
    empty = {name for name, rows in told.items() if not rows}
    for part in all_parts():
        mine = {f"{part.word}.{name}" for name in part.export(member_id=member.pk)}
        assert mine <= set(told)
    # Nobody was merged or leaves, nothing was brought along; bills are tried elsewhere.
    assert empty == {
        "merges",
        "requests_to_leave",
        "imports.external_references",
        "checkout.sales",
        "checkout.refunds",
    }
    everything = str(told)
    for trace in (*YULAN.values(), "sits by the window", "龙井", "from 陈玉兰"):
        assert trace.removeprefix("+86") in everything, trace


def columns_of_words() -> list[tuple[str, str]]:
    """Every column of every table that can hold words."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.table_name, c.column_name FROM information_schema.columns c"
            " JOIN information_schema.tables t USING (table_schema, table_name)"
            " WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'"
            "   AND (c.data_type IN ('text', 'character varying', 'jsonb', 'json',"
            "                        'character', 'ARRAY', 'bytea')"
            "        OR c.data_type = 'USER-DEFINED')"
        )
        return [(str(table), str(column)) for table, column in cursor.fetchall()]


def where(needle: str) -> set[str]:
    found = set()
    with connection.cursor() as cursor:
        for table, column in columns_of_words():
            cursor.execute(
                f'SELECT EXISTS (SELECT FROM "{table}"'
                f' WHERE "{column}"::text ILIKE %s)',
                [f"%{needle}%"],
            )
            if cursor.fetchone()[0]:
                found.add(f"{table}.{column}")
    return found


def test_whoever_is_forgotten_is_named_in_no_table() -> None:
    """The one merged before it is forgotten with whom it was merged into."""
    _house, source, target = two()
    members_services.merge(
        source_id=source.pk, target_id=target.pk, by=two_people(key="m")
    )
    everybody: list[dict[str, Any]] = [YULAN, MEI]
    traces = [
        trace
        for one in everybody
        for trace in (one["name"], one["phone"], one["email"])
    ]
    traces += ["chenyulan", "876543219", "87654321831"]  # as they are searched for
    assert all(where(trace) for trace in traces[:6])
    for order in RewardOrder.objects.all():
        points_services.cancel_reward_order(
            order_id=order.pk, reason="none left", by=an_act(), at=NOON
        )

    members_services.erase_with_forfeiture(
        member_id=target.pk,
        signed=Signed(signed_on=date(2026, 11, 19), reference="F-17"),
        by=two_people(key="gone", role="head-office", reason="asked us to"),
    )

    left = {trace: where(trace) for trace in traces}
    assert {trace: found for trace, found in left.items() if found} == {}
    assert balances(target) == {}
    assert ledger_services.prove_books().failing == {}
    # What was pending is gone with the rest: the sweep finds nothing to stumble over.
    later = NOON + timedelta(days=60)
    assert points_services.release_due(at=later, by=an_act()) == 0
