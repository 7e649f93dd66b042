"""Real workers, beats and a real Redis, killed at every step of a campaign.

In the end everybody has one coupon and one gift of points, and got one message that the
provider acknowledged once. `KILL_ROUNDS` says how often each is killed; the matrix is
printed (`pytest -s`) and stands in docs/campaigns.md.
"""

import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from django.db.models import QuerySet
from django.utils.timezone import localdate, now

from campaigns.models import Campaign, Grant, Journey, JourneyMessage
from coupons.models import Coupon
from members.models import Member
from messaging.models import Message
from outbox.models import Delivery, Event
from points.models import Accrual
from tests.factories.automations import (
    a_campaign,
    coupon,
    guests,
    message,
    points,
    started,
    words,
)
from tests.factories.coupons import TemplateFactory
from tests.factories.outbox import EndpointFactory, happened
from tests.messaging.test_sms_gateway import Provider, provider
from tests.runtime.processes import Broker, Gateway, Processes, held_up, wait_for

__all__ = ["provider"]
pytestmark = [
    pytest.mark.redis,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]
ROUNDS: Final = int(os.environ.get("KILL_ROUNDS", "1"))
GUESTS: Final = 4
WORKER, SENDER, BEAT = "campaign worker", "message worker", "beat"
RELAY: Final = "relay"
QUEUES: Final = {
    WORKER: ("campaigns", "default"),
    SENDER: ("messages",),
    RELAY: ("default",),
}
# Where the relay stands when it is killed: in the one statement that passes events on.
RELAYED: Final = {"passing on": "outbox_delivery"}
# What is being written when the process is killed: who writes it is held up there.
STEPS: Final = {
    "enter": "campaigns_journey",
    "coupon": "coupons_coupon",
    "points": "points_accrual",
    "grant": "campaigns_grant",
    "message": "messaging_message",
    "message noted": "campaigns_journeymessage",
}


@dataclass
class Shop:
    """Guests, one gateway, the processes, and what came of every kill."""

    guests: list[Member]
    gateway: Gateway
    broker: Broker
    processes: Processes
    steps: list[Any]
    matrix: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)

    def start(self, *names: str) -> None:
        for name in names:
            if name in QUEUES:
                self.processes.worker(name, *QUEUES[name])
            else:
                self.processes.beat(name)

    def run(self, **facts: Any) -> Campaign:
        """A campaign of a coupon, points and a text message starts now."""
        rows = [type(step)(**_facts(step)) for step in self.steps]
        return started(a_campaign(*rows, at=now(), **facts), at=now())

    def kill(self, *names: str, restart: bool = True) -> None:
        for name in names:
            self.processes.kill(name)
        self.release()
        if restart:
            self.start(*names)

    def release(self) -> None:
        """Who died while handing over is believed dead: its lease runs out at once."""
        held = Message.objects.filter(state="sending")
        held.update(lease_until=now(), due_at=now())

    def finish(self, campaign: Campaign, process: str, step: str) -> None:
        """Wait until nothing is left to do; then count what everybody has."""
        wait_for(lambda: self._is_done(campaign))
        counted = self.matrix.setdefault((process, step), Counter())
        counted["killed"] += 1
        for found in self._found(campaign):
            counted["doubled"] += sum(many - 1 for many in found.values() if many > 1)
            counted["lost"] += sum(not found[one.pk] for one in self.guests)
        assert (counted["doubled"], counted["lost"]) == (0, 0), (process, step, counted)

    def _is_done(self, campaign: Campaign) -> bool:
        Message.objects.filter(state="unknown").update(due_at=now())  # ten minutes
        journeys = Journey.objects.filter(campaign=campaign)
        sent = self._messages(campaign).filter(state="accepted")
        return (
            journeys.filter(outcome="done").count() == GUESTS and sent.count() == GUESTS
        )

    def _messages(self, campaign: Campaign) -> QuerySet[Message]:
        told = JourneyMessage.objects.filter(campaign=campaign)
        return Message.objects.filter(pk__in=told.values("message"))

    def _found(self, campaign: Campaign) -> list[Counter[int]]:
        """By member: coupons, points, both as grants, messages, acknowledgements."""
        grants = Grant.objects.filter(campaign=campaign)
        journeys = Journey.objects.filter(campaign=campaign).values_list("pk", "member")
        refs = {f"campaign:{pk}:1": member for pk, member in journeys}
        given = Coupon.objects.filter(source_ref__in=refs)
        letters = self._messages(campaign).values_list("public_id", "member")
        acknowledged: Counter[int] = Counter()
        for number, member in letters:
            acknowledged[member or 0] += self.gateway.acknowledged[str(number)]
        return [
            Counter(given.values_list("member", flat=True)),
            Counter(
                Accrual.objects.filter(reference=f"campaign:{campaign.pk}").values_list(
                    "member", flat=True
                )
            ),
            Counter(grants.filter(points=0).values_list("member", flat=True)),
            Counter(grants.filter(points__gt=0).values_list("member", flat=True)),
            Counter(member or 0 for _number, member in letters),
            acknowledged,
        ]

    def show(self) -> None:
        """For whoever runs it with `-s`, and for the docs."""
        lines = [
            f"| {process} | {step} | {found['killed']} | {found['doubled']}"
            f" | {found['lost']} |"
            for (process, step), found in self.matrix.items()
        ]
        title = "| process | killed at | times | doubled | lost |"
        sys.stdout.write("\n".join(["", title, "|---|---|---|---|---|", *lines, ""]))


def _facts(step: Any) -> dict[str, Any]:
    names = ("kind", "template", "channels", "coupon_template", "points", "days")
    return {name: getattr(step, name) for name in names}


@pytest.fixture
def shop(provider: Provider, tmp_path: Path) -> Iterator[Shop]:
    told = words("sms", purpose="transactional")
    gateway = Gateway(provider)
    with (
        Broker(tmp_path) as broker,
        Processes(broker=broker.url, gateway=provider.url, folder=tmp_path) as running,
    ):
        found = Shop(
            guests=guests(GUESTS),
            gateway=gateway,
            broker=broker,
            processes=running,
            steps=[
                coupon(TemplateFactory.drawn()),
                points(10),
                message(told, "sms"),
            ],
        )
        yield found
        provider.patience.set()


@pytest.mark.parametrize(
    "victims", [(WORKER,), (BEAT,), (WORKER, SENDER, BEAT)], ids=str
)
def test_killed_at_each_step_of_the_campaign(
    shop: Shop, victims: tuple[str, ...]
) -> None:
    shop.start(WORKER, SENDER, BEAT)
    name = " + ".join(victims)
    for _round in range(ROUNDS):
        for step, table in STEPS.items():
            with held_up(table) as gate:
                campaign = shop.run()
                wait_for(gate.somebody_waits)
                for victim in victims:
                    shop.processes.kill(victim)
            shop.release()
            shop.start(*victims)
            shop.finish(campaign, name, step)
        campaign = shop.run()
        wait_for(lambda: JourneyMessage.objects.filter(campaign=campaign).exists())  # noqa: B023 (asked within the round)
        shop.kill(*victims)
        shop.finish(campaign, name, "done, and not told to the broker")
    shop.show()


def test_killed_while_a_message_is_handed_over(shop: Shop) -> None:
    shop.start(WORKER, SENDER, BEAT)
    for _round in range(ROUNDS):
        _accepted_and_silent(shop)
        _answered_and_not_written(shop)
    shop.show()


def _accepted_and_silent(shop: Shop) -> None:
    """The provider has taken the message, and says nothing any more."""
    before = sum(shop.gateway.acknowledged.values())
    shop.gateway.provider.patience.clear()
    shop.gateway.is_silent = True
    campaign = shop.run()
    wait_for(lambda: sum(shop.gateway.acknowledged.values()) > before)
    shop.processes.kill(SENDER)
    shop.gateway.is_silent = False
    shop.gateway.provider.patience.set()
    shop.release()
    shop.start(SENDER)
    shop.finish(campaign, SENDER, "sent, the provider silent")


def _answered_and_not_written(shop: Shop) -> None:
    """The provider has answered, and the answer is not written down yet."""
    gates: list[Any] = []

    def hold() -> None:
        if not gates:
            gate = held_up("messaging_message")
            gates.append((gate, gate.__enter__()))

    shop.gateway.before_answer = hold
    campaign = shop.run()
    wait_for(lambda: bool(gates) and len(gates[0]) == 2)
    gate, held = gates[0]
    wait_for(held.somebody_waits)
    shop.processes.kill(SENDER)
    shop.gateway.before_answer = lambda: None
    gate.__exit__(None, None, None)
    shop.release()
    shop.start(SENDER)
    shop.finish(campaign, SENDER, "answered, not written down")


def test_the_relay_is_killed_as_it_passes_on_what_happened(shop: Shop) -> None:
    """By itself, and with the beat that calls it, while a campaign runs beside it."""
    endpoints = EndpointFactory.create_batch(2)
    shop.processes.worker(WORKER, "campaigns")
    shop.start(RELAY, SENDER, BEAT)
    for _round in range(ROUNDS):
        for victims in ((RELAY,), (RELAY, BEAT)):
            for step, table in RELAYED.items():
                with held_up(table) as gate:
                    event = happened(at=now())
                    wait_for(gate.somebody_waits)
                    shop.processes.kill(RELAY)
                    if BEAT in victims:
                        shop.processes.kill(BEAT)
                campaign = shop.run()
                shop.start(*victims)
                wait_for(_is_passed_on(event))
                told = Delivery.objects.filter(event=event).values_list("endpoint_id")
                assert sorted(told) == sorted((one.pk,) for one in endpoints)
                shop.finish(campaign, " + ".join(victims), step)
    shop.show()


def _is_passed_on(event: Event) -> Callable[[], bool]:
    return lambda: Event.objects.filter(pk=event.pk, relayed_at__isnull=False).exists()


def test_redis_stopped_flushed_and_started_again_three_times(shop: Shop) -> None:
    shop.start(WORKER, SENDER, BEAT)
    for _time in range(3 * ROUNDS):
        shop.broker.stop()
        campaign = shop.run()
        shop.broker.start()
        shop.finish(campaign, "Redis", "stopped and started empty")
        with held_up("campaigns_grant") as gate:
            campaign = shop.run()
            wait_for(gate.somebody_waits)
            shop.broker.flush()
        shop.finish(campaign, "Redis", "flushed in the middle of a gift")
    shop.show()


def test_tasks_given_to_another_worker_after_two_seconds(shop: Shop) -> None:
    for name in ("one", "two"):
        shop.processes.worker(name, *QUEUES[WORKER], VISIBILITY_TIMEOUT="2")
    shop.processes.worker(SENDER, *QUEUES[SENDER], VISIBILITY_TIMEOUT="2")
    shop.start(BEAT, "second beat")
    for _round in range(ROUNDS):
        with held_up("campaigns_grant") as gate:
            campaign = shop.run()
            wait_for(gate.somebody_waits)
            time.sleep(5)  # the broker's time-out, twice: that is what is tried
        shop.finish(campaign, "broker", "task given again after 2 s, two beats")
    shop.show()


def test_clocks_a_day_fast_and_slow(shop: Shop) -> None:
    today = localdate()
    Member.objects.update(
        birth_calendar="solar",
        birth_month=today.month,
        birth_day=today.day,
        birthday_set_at=now().replace(year=today.year - 1, day=1),
    )
    shop.start(SENDER, BEAT)
    campaign = shop.run(kind="birthday")
    for days in ("1", "0", "-1", "1", "0"):
        shop.processes.worker("wrong clock", *QUEUES[WORKER], CLOCK_DAYS=days)
        wait_for(_has_looked(campaign))
        shop.processes.kill("wrong clock")
    shop.start(WORKER)
    shop.finish(campaign, WORKER, "its clock a day fast, right, slow, fast, right")
    assert Journey.objects.count() == GUESTS
    shop.show()


def _has_looked(campaign: Campaign) -> Callable[[], bool]:
    """A worker looked anew for whom the occasion comes, by its own clock."""
    before = Campaign.objects.get(pk=campaign.pk).entered_at
    return lambda: Campaign.objects.get(pk=campaign.pk).entered_at != before
