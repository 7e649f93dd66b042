"""A campaign that gives very many members a coupon and writes to each.

`python -m benchmarks.campaigns [--members N] [--rounds N] [--quick]` lets the real
engine take everybody in and do the steps, round by round beside one bare statement that
writes the same rows into the same tables; then as one, two and four processes, and
looks at the memory of one that serves a tenth of the members and of one that serves
all. What is compared are seconds of the processor, Python's and PostgreSQL's; only the
processes beside each other go by the clock. Ends with 1 where an aim is missed.
"""

import argparse
import os
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from benchmarks import place
from benchmarks.judge import Ratio, table
from benchmarks.run import machine

if TYPE_CHECKING:
    from benchmarks.campaign_world import CampaignWorld
    from benchmarks.processor import Spent
    from campaigns.models import Campaign

AIM: Final = 1.5
OF_TILLS: Final = 10_000  # members whom the tills serve


class RowsDiffer(Exception):
    """Speed without correctness does not count."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured."""

    members: int
    rounds: int
    seconds: int
    has_workers: bool
    has_tills: bool
    is_judged: bool


def plan(words: list[str]) -> Plan:
    parser = argparse.ArgumentParser(prog="benchmarks.campaigns", description=__doc__)
    parser.add_argument("--members", type=int, help="who get something (100,000)")
    parser.add_argument("--rounds", type=int, help="alternating rounds (3)")
    parser.add_argument("--seconds", type=int, help="of the tills, each time (6)")
    parser.add_argument(
        "--no-workers", action="store_true", help="one process only, by its processor"
    )
    parser.add_argument("--no-tills", action="store_true", help="nobody pays meanwhile")
    parser.add_argument(
        "--quick", action="store_true", help="only see that it works; judges nothing"
    )
    given = parser.parse_args(words)
    quick = bool(given.quick)
    return Plan(
        members=given.members or (200 if quick else 100_000),
        rounds=given.rounds or (1 if quick else 3),
        seconds=given.seconds or (1 if quick else 6),
        has_workers=not given.no_workers,
        has_tills=not (given.no_tills or given.no_workers),
        is_judged=not quick,
    )


def main(words: list[str]) -> int:
    """Measure as planned; 1 where an aim is missed."""
    planned = plan(words)
    with ExitStack() as stack:
        name = f"regulars_bench_campaigns_{os.getpid()}"
        url = stack.enter_context(place.shop_database(place.server_url(), name))
        print(machine(url), flush=True)
        place.set_up(url)
        stack.callback(place.tidy)
        ratios = measure(planned)
    head = ["ratio", "median", "noise", "from–to", "aim", "is"]
    print("\n" + table(head, [ratio.row() for ratio in ratios]))
    if not planned.is_judged:
        print("a quick run judges nothing")
        return 0
    return 0 if all(ratio.is_met for ratio in ratios) else 1


def measure(planned: Plan) -> list[Ratio]:
    """Grants beside bare SQL, then the processes; what to judge."""
    # These need the settings, which stand only now.
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    from benchmarks import bulk, campaign_workers, campaign_world  # noqa: PLC0415
    from benchmarks import counter as bench_counter  # noqa: PLC0415
    from benchmarks.at_work import TillsAtWork  # noqa: PLC0415

    with ExitStack() as stack:
        tills = None
        if planned.has_tills:
            call_command("collectstatic", interactive=False, verbosity=0)
            store, shop = bench_counter.open_shop()
            few = min(OF_TILLS, planned.members)
            shop = bench_counter.fill(store, shop, members=few)
            tills = stack.enter_context(TillsAtWork(shop))
            tills.play("sale", clients=campaign_workers.CLIENTS, seconds=1)
        world, seconds = bulk.timed(lambda: campaign_world.build(planned.members))
        print(f"seeded {planned.members:,} members: {seconds:.0f} s", flush=True)
        with connection.cursor() as cursor:
            # Another process's time would be nobody's.
            cursor.execute("SET max_parallel_workers_per_gather = 0")
        ratios = [grants(world, planned.rounds)]
        if planned.has_workers:
            ratios += campaign_workers.measure(
                world, tills, rounds=planned.rounds, seconds=planned.seconds
            )
    return ratios


def grants(world: "CampaignWorld", rounds: int) -> Ratio:
    """Round by round, each side for a campaign of its own."""
    from benchmarks import bulk, campaign_world  # noqa: PLC0415
    from benchmarks.processor import spent_by  # noqa: PLC0415

    ours: list[float] = []
    bare: list[float] = []
    for number in range(rounds):
        sides = [(ours, by_engine, "engine"), (bare, by_hand, "bare SQL")]
        # Every other round runs backwards, so that drift favours nobody.
        for times, side, name in sides[:: -1 if number % 2 else 1]:
            made = campaign_world.campaign(world, f"{name} {number}")
            bulk.settle()
            _done, spent = spent_by(partial(side, world, made))
            check(made, world.members)
            times.append(spent.seconds)
            print(described(name, spent, world.members), flush=True)
    name = "grants, coupons and letters : bare SQL"
    return Ratio(name, ours, bare, AIM, at_most=True)


def described(name: str, spent: "Spent", members: int) -> str:
    """One side of a round, in words."""
    each = spent.seconds / members * 1_000_000
    return (
        f"{name}: {spent.seconds:.1f} s of the processor (Python {spent.python:.1f}, "
        f"PostgreSQL {spent.postgres:.1f}), {each:,.0f} µs a member"
    )


def by_engine(_world: "CampaignWorld", campaign: "Campaign") -> None:
    """As the tasks do it."""
    from benchmarks.campaign_world import AT  # noqa: PLC0415
    from campaigns import services as campaigns_services  # noqa: PLC0415

    campaigns_services.enter_due(campaign_id=campaign.pk, at=AT)
    campaigns_services.advance_due(campaign_id=campaign.pk, at=AT)


def by_hand(world: "CampaignWorld", campaign: "Campaign") -> None:
    """One statement, one transaction."""
    from django.db import connection, transaction  # noqa: PLC0415

    from benchmarks.campaign_world import AT  # noqa: PLC0415
    from benchmarks.work import statement  # noqa: PLC0415

    gift, letter = campaign.steps.order_by("position")
    facts: dict[str, Any] = {
        "campaign": campaign.pk,
        "version": world.terms.pk,
        "members": world.members,
        "gift": gift.pk,
        "letter": letter.pk,
        "words": world.words.pk,
        "values": '{"coupon": "Bench", "until": "2026-12-21"}',
        "at": AT,
        "until": AT + timedelta(days=30),
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement("campaign_plain"), facts)


def check(campaign: "Campaign", members: int) -> None:
    """Everyone has one of each. Raises RowsDiffer."""
    from campaigns.models import Grant, Journey, JourneyMessage  # noqa: PLC0415

    found = [
        Journey.objects.filter(campaign=campaign, outcome="done").count(),
        Grant.objects.filter(campaign=campaign, coupon__isnull=False)
        .values("member")
        .distinct()
        .count(),
        JourneyMessage.objects.filter(campaign=campaign, message__channel="email")
        .values("message__member")
        .distinct()
        .count(),
    ]
    if found != [members] * 3:
        raise RowsDiffer(f"{found} done, given and written for {members} members")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
