"""Points on the screen: what they came from, and what is had for them, once."""

import re
from datetime import timedelta

import pytest
import time_machine

from members.models import Member
from points import services as points_services
from points.earning import Bought, Tender
from points.models import RewardOrder, Task
from tests.factories.accounts import client_of
from tests.factories.bills import cash, settle, till_of
from tests.factories.ledger import an_act
from tests.factories.points import (
    RewardFactory,
    StampProgrammeFactory,
    TaskFactory,
    holding,
    points_of,
)
from tests.factories.stores import NOON, StoreFactory
from tests.factories.tiers import TierFactory
from tests.portal.reading import keyed, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def member() -> Member:
    """Somebody with 1,200 points."""
    return holding(1200)


def test_the_way_to_the_next_tier_is_told_in_money_and_by_when(member: Member) -> None:
    TierFactory.create(threshold=0, rank=1)
    gold = TierFactory.create(threshold=1000, rank=2)
    points_services.grant_growth_step(
        member_id=member.pk, amount=914, by=an_act(), at=NOON, key="growth:1"
    )
    told = text(client_of(member), "rewards/")
    assert re.search(rf"¥86\.00 more by [^<]+ for {gold.name}", told)
    assert "914 of 1,000 growth value" in told
    assert 'max="1000" value="914"' in told


def test_a_reward_is_ordered_once_however_often_it_is_tapped(member: Member) -> None:
    reward = RewardFactory.create(points=500)
    client = client_of(member)
    assert "1,200" in text(client, "rewards/")
    there = keyed(client, f"rewards/{reward.pk}/")

    first, second = client.post(there), client.post(there)
    assert first["Location"] == second["Location"]
    assert points_of(member) == 700
    order = RewardOrder.objects.get()
    code = points_services.pick_up_code(order)
    assert code in text(client, f"rewards/orders/{order.pk}/")
    assert code in text(client, "rewards/")
    # The page before, and a copied tab: they lead to what was done.
    assert client.get(there)["Location"] == first["Location"]
    assert reward.name in text(client, "rewards/orders/")

    handed = points_services.hand_over_reward(
        code=code, by=an_act(store_id=StoreFactory.create().pk), at=NOON
    )
    assert handed.pk == order.pk
    assert code not in text(client, f"rewards/orders/{order.pk}/")


def test_what_is_too_dear_sold_out_or_paid_in_money_is_not_ordered_here(
    member: Member,
) -> None:
    dear = RewardFactory.create(points=5000)
    mixed = RewardFactory.create(points=100, money=20_00)
    gone = RewardFactory.create(points=100, stock=0)
    client = client_of(member)
    told = text(client, "rewards/")
    assert "3,800 more" in told
    assert gone.name not in told
    there = keyed(client, f"rewards/{dear.pk}/")
    assert "points are missing" in client.get(there).content.decode()
    assert client.post(there).status_code == 200
    there = keyed(client, f"rewards/{mixed.pk}/")
    assert "at any counter" in client.get(there).content.decode()
    assert client.post(there).status_code == 200
    assert client.get(f"/portal/rewards/{gone.pk}/").status_code == 404
    assert not RewardOrder.objects.exists()
    assert points_of(member) == 1200


def test_each_change_of_points_leads_to_what_made_it(member: Member) -> None:
    store = StoreFactory.create()
    settle(88_00, store=store, member=member, tenders=[cash(88_00)])
    reward = RewardFactory.create(points=500)
    client = client_of(member)
    client.post(keyed(client, f"rewards/{reward.pk}/"))
    told = text(client, "rewards/points/")
    ways = re.findall(r'href="/portal/(rewards/points/[0-9a-f-]{36}/)"', told)
    amounts = re.findall(r'<b class="num(?: is-up)?">([+−][\d,]+)</b>', told)
    assert amounts == ["−500", "+88", "+1,200"]
    assert len(ways) == 3
    for way, amount in zip(ways, amounts, strict=True):
        assert amount in text(client, way)
    assert reward.name in text(client, ways[0])
    assert "¥88.00" in text(client, ways[1])


def test_the_code_of_a_receipt_brings_its_points_once(member: Member) -> None:
    receipt = points_services.issue_receipt_code(
        lines=[Bought(amount=45_00, category="")],
        paid={Tender.MONEY: 45_00},
        reference="B1",
        by=till_of(StoreFactory.create()),
        at=NOON,
        key="receipt:1",
    )
    client = client_of(member)
    done = client.post("/portal/rewards/receipt/", {"code": receipt.code.lower()})
    assert done["Location"] == "/portal/rewards/"
    assert points_of(member) == 1245

    for code in (receipt.code, "", "X" * 80, "\x00"):
        again = client.post("/portal/rewards/receipt/", {"code": code})
        assert again.status_code == 200
        assert 'aria-invalid="true"' in again.content.decode()
    assert points_of(member) == 1245


def test_stamps_and_tasks_say_how_far_one_is(member: Member) -> None:
    programme = StampProgrammeFactory.create(stamps=5)
    TaskFactory.create(kind=Task.Kind.STREAK, period=Task.Period.EACH, days=2)
    once = TaskFactory.create(name="Tell a friend")
    points_services.give_stamps(
        programme_code=programme.code,
        member_id=member.pk,
        amount=10_00,
        by=an_act(),
        at=NOON,
        key="stamps:1",
    )
    points_services.complete_task(
        task_code=once.code, member_id=member.pk, by=an_act(), at=NOON
    )
    client = client_of(member)
    told = text(client, "rewards/")
    assert "1 of 5 stamps" in told
    assert told.count("is-full") == 1
    assert "done" in told
    held = points_of(member)
    for _twice in range(2):
        client.post("/portal/rewards/check-in/")
    assert "1 days in a row so far" in text(client, "rewards/")
    assert points_of(member) == held
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        client_of(member, at=NOON).post("/portal/rewards/check-in/")
        assert points_of(member) == held + 50


def test_holding_nothing_says_what_to_do(django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    nobody = holding(1)
    client = client_of(nobody)
    assert "Nothing on offer just now" in text(client, "rewards/")
    with django_assert_max_num_queries(16):
        client.get("/portal/rewards/")
