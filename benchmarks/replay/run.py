"""From a file to a verdict; needs the settings, and a database with our tables."""

from collections.abc import Sequence
from pathlib import Path

from django.core.management import call_command
from django.db import connection

from benchmarks.judge import table
from benchmarks.replay import history
from benchmarks.replay.history import Purchase
from benchmarks.replay.judge import Sums, faults, sums
from benchmarks.replay.play import Course, Guest, Play
from benchmarks.replay.shop import open_shop
from benchmarks.replay.tally import Tally
from benchmarks.serving import Web
from common.money import format_money
from config import preparation
from imports.options import ImportOptions

SHOWN = 20


def restricted_role() -> str:
    """What web processes put on, as `make run` has it; empty where it cannot be."""
    call_command("createcachetable", verbosity=0)
    return preparation.restricted_role(print)


def disconnect() -> None:
    """So that the database can be dropped."""
    connection.close()


def read(path: Path, options: ImportOptions) -> list[Purchase]:
    """The history. Raises DomainError."""
    return history.read(path, options)


def run(purchases: Sequence[Purchase], course: Course, web: Web) -> int:
    """Play the history, print what came of it; 1 where anything is wrong."""
    guests = [
        Guest(number, of_one)
        for number, of_one in enumerate(history.of_each(purchases), 1)
    ]
    nothing = sum(1 for purchase in purchases if not purchase.gross)
    members = sum(guest.is_somebody for guest in guests)
    print(
        f"{len(purchases):,} purchases of {members:,} members"
        f" at {len({p.store for p in purchases}):,} stores, {nothing:,} of them of"
        f" nothing; {course.tills} tills",
        flush=True,
    )
    tally = Tally()
    shop = open_shop(purchases)
    with web:
        play = Play(course, shop, web.address, tally)
        enrolling = play.enrol(guests)
        print(f"enrolled in {enrolling:.1f} s", flush=True)
        selling = play.sell(guests)
        print(f"sold in {selling:.1f} s", flush=True)
    found = sums()
    wrong = faults(purchases, guests, tally, found)
    print(f"\n{summary(found, tally, selling)}\n\n{latencies(tally)}\n")
    for words in wrong[:SHOWN]:
        print(f"WRONG: {words}")
    print(
        f"{len(wrong)} things are WRONG."
        if wrong
        else "None lost, none doubled; the books are proven."
    )
    return 1 if wrong else 0


def summary(found: Sums, tally: Tally, seconds: float) -> str:
    """What was sold, given, spent and refused."""
    sales, own, top_ups = found.sales, found.own_value, found.top_ups
    coupons = ", ".join(f"{n:,} {what}" for what, n in sorted(found.coupons.items()))
    proof = ", ".join(
        f"{n:,} {what.replace('_', ' ')}" for what, n in found.proof.counts.items()
    )
    rows = [
        ("sales", f"{sales['count']:,}"),
        ("gross", format_money(sales["gross"])),
        ("discounts", format_money(sales["discount"])),
        ("net", format_money(sales["net"])),
        (
            "points earned, spent",
            f"{sales['points_earned']:,}, {sales['points_spent']:,}",
        ),
        (
            "stored value spent",
            f"{format_money(own['amount'])} in {own['count']:,} sales (principal"
            f" {format_money(own['principal'])}, bonus {format_money(own['bonus'])})",
        ),
        (
            "top-ups",
            f"{top_ups['count']:,}: {format_money(top_ups['paid'])} and"
            f" {format_money(top_ups['bonus'])} on top",
        ),
        ("coupons", coupons or "none"),
        ("refused", _counted(tally.refusals)),
        ("trouble", _counted(tally.trouble)),
        ("sales a second", f"{sales['count'] / max(seconds, 0.001):.0f}"),
        ("proved", proof),
    ]
    return table(["of the history", ""], [[*row] for row in rows])


def _counted(found: dict[str, int]) -> str:
    told = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{n:,} {what}" for what, n in told) or "none"


def latencies(tally: Tally) -> str:
    """How long tills waited, as they measured it."""
    rows = [
        [
            what,
            f"{len(tally.seconds[what]):,}",
            *(f"{milliseconds:.0f}" for milliseconds in tally.percentiles(what)),
        ]
        for what in sorted(tally.seconds)
    ]
    return table(["request", "answers", "p50 ms", "p95 ms", "p99 ms"], rows)
