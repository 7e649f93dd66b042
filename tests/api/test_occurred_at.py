"""What a till queued off-line: of the day on which it happened, within the bounds."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils.timezone import now

from cards.models import CodeUse
from cards.services import codes
from cards.tokens import PREFIX, mint_code
from checkout.models import BillOffer, Refund, Sale
from gift_cards.models import GiftCard
from ledger import services as ledger_services
from ledger.models import Entry, Seal
from members.models import Member
from policies import services as policies_services
from policies.models import MOST_HOURS_BACK, OfflinePolicy
from stored_value import services as stored_value_services
from stored_value.models import Hold, TopUp, TopUpRefund, TopUpStep
from stores import selectors as stores_selectors
from stores import services as stores_services
from stores.models import Store
from tests.factories.api import Till, a_till, is_problem, the_office
from tests.factories.bills import a_guest, no_codes
from tests.factories.gift_cards import a_card, at_store
from tests.factories.ledger import everything
from tests.factories.members import by_themselves
from tests.factories.stored_value import a_plan, is_proven
from tests.factories.stores import StoreFactory
from tests.factories.tiers import TierFactory
from tiers import services as tiers_services

pytestmark = pytest.mark.django_db
CASH = {"kind": "cash", "amount": 50_00}


def ago(**back: float) -> datetime:
    return now() - timedelta(**back)


def sell(till: Till, then: datetime, *, key: str = "k1", **facts: Any) -> Any:
    body = {"gross": 50_00, "tenders": [CASH], "reference": "0001", **facts}
    return till.post("/sales", {**body, "occurred_at": then.isoformat()}, key=key)


def publish(**rules: Any) -> None:
    at = now()
    policies_services.publish(
        version=OfflinePolicy(in_force_from=at, reason="storms", **rules),
        by=stores_services.act(task="test", at=at),
        at=at,
    )


def test_a_queued_bill_is_of_the_day_when_it_happened() -> None:
    till, then = a_till(), ago(hours=30)

    sold = sell(till, then)

    assert sold.status_code == 201, sold.content
    sale = Sale.objects.get(pk=sold.json()["id"])
    assert till.store
    assert (sale.at, sale.business_date) == (
        then,
        stores_selectors.business_date(till.store, then),
    )
    assert sale.business_date < stores_selectors.business_date(till.store, now())
    entry = entry_of(sale)
    assert (entry.occurred_at, entry.business_date) == (then, sale.business_date)
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp() - %s", [entry.recorded_at])
        assert cursor.fetchone()[0] < timedelta(minutes=1)  # the server's own time
    assert is_proven()


def test_the_day_is_that_of_the_stores_clock_and_cut_off() -> None:
    store = StoreFactory.create(time_zone="Asia/Tokyo", day_starts_at=time(4))
    with time_machine.travel(datetime(2026, 3, 2, 3, tzinfo=UTC)):
        # 03:59 and 04:00 in Tokyo, on the second of March.
        till = a_till(store=store)
        before = sell(till, datetime(2026, 3, 1, 18, 59, tzinfo=UTC))
        after = sell(till, datetime(2026, 3, 1, 19, 0, tzinfo=UTC), key="k2")

        again = sell(till, datetime(2026, 3, 1, 18, 0, tzinfo=UTC), key="k3")

    # One number each day: it is judged on the day of the sale.
    days = [Sale.objects.get(pk=each.json()["id"]) for each in (before, after)]
    assert [sale.business_date for sale in days] == [date(2026, 3, 1), date(2026, 3, 2)]
    assert is_problem(again, 409, "duplicate_reference")


@pytest.mark.parametrize(
    ("moved", "code"),
    [
        (timedelta(hours=-72, minutes=-1), "occurred_too_long_ago"),
        (timedelta(minutes=6), "occurred_ahead"),
    ],
)
def test_outside_the_bounds_nothing_moves(moved: timedelta, code: str) -> None:
    till = a_till()
    card = a_card(100_00, by=at_store(till.store), at=ago(hours=100))
    member = a_guest(principal=100_00, store=here(till))
    with time_machine.travel(ago(hours=100)):
        assert till.post(top_ups(member), TOP_UP, key="early").status_code == 201
        lasting = {"amount": 10_00, "expires_at": far()}
        placed = till.post(holds(member), lasting, key="h")
        sold = sell(till, now(), reference="early", key="s")
    then = (now() + moved).isoformat()
    top_up = TopUp.objects.latest("pk")
    asked = {"occurred_at": then}
    before = everything()

    bodies: list[tuple[str, dict[str, Any]]] = [
        ("/quotes", {"gross": 1_00}),
        ("/sales", {"gross": 0, "member": of(member), "reference": "1"}),
        (f"/sales/{sold.json()['id']}/refunds", {"reason": "cold"}),
        (f"/sales/{sold.json()['id']}/void", {"reason": "twice"}),
        (f"/sales/{sold.json()['id']}/exchanges/quote", {"new": {"gross": 1_00}}),
        (
            f"/sales/{sold.json()['id']}/exchanges",
            {"new": {"gross": 1_00}, "reason": "small", "reference": "x"},
        ),
        (top_ups(member), TOP_UP),
        (f"/top-ups/{top_up.entry_id}/refund", {"reason": "no"}),
        (holds(member), {"amount": 1_00}),
        (f"/holds/{placed.json()['id']}/capture", {}),
        (f"/holds/{placed.json()['id']}/release", {}),
        ("/gift-cards", {"amount": 50_00, "tenders": [CASH]}),
        (
            "/gift-cards/redeem-to-wallet",
            {"code": card.code, "pin": card.pin, "member": of(member)},
        ),
    ]

    refused = [
        till.post(path, {**body, **asked}, key=f"x{number}")
        for number, (path, body) in enumerate(bodies)
    ]

    for each in refused:
        assert is_problem(each, 422, code), each.content
    assert everything() == before


def here(till: Till) -> Store:
    assert till.store
    return till.store


def entry_of(sale: Sale) -> Entry:
    assert sale.entry_id
    return Entry.objects.get(pk=sale.entry_id)


def of(member: Member) -> str:
    return str(Member.objects.get(pk=member.pk).public_id)


def far() -> str:
    return (now() + timedelta(days=30)).isoformat()


def top_ups(member: Member) -> str:
    return f"/members/{of(member)}/top-ups"


def holds(member: Member) -> str:
    return f"/members/{of(member)}/holds"


TOP_UP = {"amount": 100_00, "tender": {"kind": "cash"}}


def test_whatever_a_till_queues_is_of_its_day() -> None:
    till = a_till()
    card = a_card(100_00, by=at_store(till.store), at=ago(hours=100))
    no_codes()
    with time_machine.travel(ago(hours=60)):
        member = a_guest(principal=0, store=here(till))
    then = ago(hours=40)
    later = then + timedelta(minutes=5)
    asked, after = {"occurred_at": then.isoformat()}, {"occurred_at": later.isoformat()}

    def done(path: str, body: dict[str, Any], key: str) -> Any:
        told = till.post(path, body, key=key)
        assert told.status_code in (200, 201), told.content
        return told.json()

    first = done(top_ups(member), {**TOP_UP, **asked}, "t1")
    done(f"/top-ups/{first['id']}/refund", {"reason": "no", **after}, "t2")
    done(top_ups(member), {**TOP_UP, **asked}, "t3")
    held = [
        done(holds(member), {"amount": 20_00, **asked}, f"h{nth}") for nth in (1, 2)
    ]
    done(f"/holds/{held[0]['id']}/capture", {"amount": 5_00, **after}, "h3")
    done(f"/holds/{held[1]['id']}/release", after, "h4")
    done("/gift-cards", {"amount": 50_00, "tenders": [CASH], **asked}, "g1")
    done(
        "/gift-cards/redeem-to-wallet",
        {"code": card.code, "pin": card.pin, "member": of(member), **asked},
        "g2",
    )
    sold = sell(till, then, stored_value=0).json()
    done(f"/sales/{sold['id']}/refunds", {"amount": 1_00, "reason": "c", **after}, "r1")
    other = sell(till, then, key="k2", reference="2", stored_value=0).json()
    done(f"/sales/{other['id']}/void", {"reason": "twice", **after}, "r2")

    day = Sale.objects.get(pk=sold["id"]).business_date
    made = Entry.objects.filter(key__startswith=f"api:{till.key.pk}:")
    assert made.count() >= 12
    assert set(made.values_list("business_date", flat=True)) == {day}
    assert set(made.values_list("occurred_at", flat=True)) == {then, later}
    assert set(TopUp.objects.filter(member=member).values_list("at", flat=True)) == {
        then
    }
    assert TopUpRefund.objects.get().at == later
    assert {hold.placed_at for hold in Hold.objects.all()} == {then}
    assert {hold.resolved_at for hold in Hold.objects.all()} == {later}
    assert GiftCard.objects.latest("pk").sold_at == then
    assert {refund.at for refund in Refund.objects.all()} == {later}
    assert {refund.business_date for refund in Refund.objects.all()} == {day}
    assert is_proven()


def test_nothing_is_undone_before_it_was_done() -> None:
    till = a_till()
    member = a_guest(principal=100_00, store=here(till))
    sold = sell(till, ago(hours=1)).json()
    held = till.post(holds(member), {"amount": 10_00}, key="h").json()
    topped = till.post(top_ups(member), TOP_UP, key="t").json()
    asked = {"occurred_at": ago(hours=2).isoformat()}
    before = everything()

    for path, body in [
        (f"/sales/{sold['id']}/refunds", {"reason": "cold"}),
        (f"/sales/{sold['id']}/void", {"reason": "twice"}),
        (f"/holds/{held['id']}/capture", {}),
        (f"/holds/{held['id']}/release", {}),
        (f"/top-ups/{topped['id']}/refund", {"reason": "no"}),
    ]:
        refused = till.post(path, {**body, **asked}, key=path[-40:])
        assert is_problem(refused, 422, "occurred_before"), path
    assert everything() == before


def test_a_clock_that_runs_fast_sells_voids_and_refunds() -> None:
    till = a_till()
    then = now() + timedelta(minutes=4)
    first = sell(till, then).json()
    second = sell(till, then, key="k2", reference="2").json()

    # Told without a time: before the sale, by our clock.
    voided = till.post(f"/sales/{first['id']}/void", {"reason": "twice"}, key="v")
    back = till.post(f"/sales/{second['id']}/refunds", {"reason": "cold"}, key="r")

    assert (voided.status_code, back.status_code) == (201, 201)
    assert is_proven()


def test_a_fast_clock_that_was_set_right_may_try_again_under_its_key() -> None:
    till = a_till()
    body_at = now() + timedelta(minutes=9)
    assert is_problem(sell(till, body_at), 422, "occurred_ahead")
    with time_machine.travel(now() + timedelta(minutes=8)):
        assert sell(till, body_at).status_code == 201


def test_a_bill_that_was_settled_is_answered_after_the_bound_too() -> None:
    till = a_till()
    then = ago(hours=71)
    first = sell(till, then)
    topped = {**TOP_UP, "occurred_at": then.isoformat()}
    path = top_ups(a_guest(principal=0, store=here(till)))
    paid = till.post(path, topped, key="t")

    with time_machine.travel(now() + timedelta(hours=5)):
        again, paid_again = sell(till, then), till.post(path, topped, key="t")
        other = sell(till, then, key="k2", reference="2")

    assert (again.content, paid_again.content) == (first.content, paid.content)
    assert again["Idempotency-Replayed"] == "true"
    assert is_problem(other, 422, "occurred_too_long_ago")


def test_a_store_has_hours_of_its_own() -> None:
    mine, other = a_till(), a_till()
    assert mine.store
    publish(hours_back=48, store_hours=[f"{mine.store.code}=0"])

    refused = sell(mine, ago(minutes=1))

    assert is_problem(refused, 422, "occurred_too_long_ago")
    assert sell(other, ago(hours=47)).status_code == 201
    assert is_problem(
        sell(other, ago(hours=49), key="k2"), 422, "occurred_too_long_ago"
    )


def test_the_head_office_queues_by_the_rules_of_the_store_it_names() -> None:
    store = StoreFactory.create()
    publish(store_hours=[f"{store.code}=1"])
    body = {"gross": 1_00, "occurred_at": ago(hours=2).isoformat()}

    refused = the_office("sales:write").post("/quotes", body, Regulars_Store=store.code)

    assert is_problem(refused, 422, "occurred_too_long_ago")


def test_what_was_in_force_then_decides() -> None:
    till = a_till()
    with time_machine.travel(ago(hours=50)):
        offer = BillOffer.objects.create(
            name_en="Ten off", min_spend=50_00, amount_off=10_00, members_only=False
        )
    with time_machine.travel(ago(hours=20)):
        offer.amount_off = 20_00
        offer.save()
    BillOffer.objects.create(
        name_en="New", min_spend=50_00, amount_off=30_00, members_only=False
    )

    def due(then: datetime | None) -> int:
        asked = {} if then is None else {"occurred_at": then.isoformat()}
        told = till.post("/quotes", {"gross": 50_00, **asked})
        assert told.status_code == 200, told.content
        return int(told.json()["due"])

    assert [due(ago(hours=hours)) for hours in (60, 40, 10)] == [50_00, 40_00, 30_00]
    assert due(None) == 20_00


def test_the_tier_and_the_plan_of_then_decide() -> None:
    till = a_till()
    with time_machine.travel(ago(hours=60)):
        member = a_guest(principal=0, store=here(till))
        tier = TierFactory.create(discount_per_mille=100, threshold=100_000)
    with time_machine.travel(ago(hours=30)):
        by = stores_services.act(task="test", at=now())
        tiers_services.give_tier(
            member_id=member.pk,
            tier_id=tier.pk,
            until=now() + timedelta(days=90),
            reason="a friend of the house",
            by=by,
            at=now(),
            key="friend",
        )
        plan = a_plan(tiers=[tier])
    with time_machine.travel(ago(hours=10)):
        stored_value_services.save_plan(
            plan=plan,
            steps=[TopUpStep(amount=300_00, bonus=80_00)],
            tiers=[tier],
            by=by,
            at=now(),
        )

    def due(hours: int) -> int:
        asked = {"member": of(member), "gross": 100_00, "stored_value": 0}
        then = {"occurred_at": ago(hours=hours).isoformat()}
        return int(till.post("/quotes", {**asked, **then}).json()["due"])

    def bonus(hours: int) -> int:
        body = {"amount": 300_00, "tender": {"kind": "cash"}}
        then = {"occurred_at": ago(hours=hours).isoformat()}
        told = till.post(top_ups(member), {**body, **then}, key=f"t{hours}")
        return int(told.json()["bonus"])

    assert (due(40), due(20)) == (100_00, 90_00)
    assert [bonus(hours) for hours in (40, 20, 5)] == [0, 50_00, 80_00]


def test_a_day_that_is_sealed_takes_a_late_bill_and_the_seal_holds() -> None:
    till, then = a_till(), ago(hours=26)
    with time_machine.travel(then):
        sell(till, now(), reference="on time", key="k0")
    day = Sale.objects.get().business_date
    first = ledger_services.seal_day(day=day, at=now())

    late = sell(till, then)
    second = ledger_services.seal_day(day=day + timedelta(days=1), at=now())

    assert late.status_code == 201
    assert first
    assert second
    entry = entry_of(Sale.objects.get(pk=late.json()["id"]))
    assert entry.business_date == day
    assert first.last_seq < entry.seq <= second.last_seq
    assert Seal.objects.count() == 2
    assert is_proven()


def test_the_code_that_was_shown_then_pays_once() -> None:
    till = a_till()
    with time_machine.travel(ago(hours=60)):
        member = a_guest(principal=900_00, store=here(till))
    then = ago(hours=50)
    code = mint_code(member_id=member.pk, at=then)
    body: dict[str, Any] = {"code": code, "gross": 400_00, "tenders": []}

    paid = sell(till, then, **body)
    before = everything()
    again = sell(till, then, key="k2", reference="2", **body)
    stale = sell(till, ago(hours=1), key="k3", reference="3", **body)

    assert paid.status_code == 201, paid.content
    assert is_problem(again, 409, "code_not_accepted")
    assert is_problem(stale, 409, "code_not_accepted")
    assert everything() == before
    # What was used is known for as long as anything may be queued.
    assert timedelta(hours=MOST_HOURS_BACK) < codes.KEPT
    codes.sweep_codes(at=now())
    assert CodeUse.objects.count() == 1


def test_another_time_buys_no_further_guesses() -> None:
    till = a_till()
    with time_machine.travel(ago(hours=60)):
        member = a_guest(principal=900_00, store=here(till))
    stored_value_services.set_payment_code(
        member_id=member.pk, code="482913", by=by_themselves(member), at=ago(hours=60)
    )

    def last_of(times: int, **facts: Any) -> Any:
        """From the oldest on, each an hour later than the one before."""
        told = None
        for nth in range(times):
            asked: dict[str, Any] = {"gross": 800_00, "tenders": [], **facts}
            key = f"{'-'.join(facts)}:{nth}"
            told = sell(till, ago(hours=50 - nth), key=key, **asked)
        return told

    rotating = last_of(6, code=f"{PREFIX}{0:017d}")
    payment = last_of(6, member=of(member), stored_value_auth="190274")
    gifts = last_of(11, gift_cards=["ABCD-EFGH-JKMN-PQRS"])

    for told in (rotating, payment, gifts):
        assert is_problem(told, 429, "too_many_tries"), told.content
