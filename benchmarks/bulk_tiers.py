"""A night's review of every tier: our resumable chunks beside one bare statement.

`python -m benchmarks.bulk_tiers --members 200000` measures this alone.
"""

import argparse
import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from typing import Any

from django.db import connection, transaction

from benchmarks import place
from benchmarks.judge import Ratio, table
from benchmarks.work import statement

AIM = 1.5
AT = datetime(2026, 6, 1, 18, 30, tzinfo=UTC)


def review(*, members: int, rounds: int) -> Ratio:
    """Round by round, each side over the same members, who all keep or lose gold."""
    from benchmarks.bulk import BooksDiffer, settle, timed  # noqa: PLC0415

    facts = seed(members)
    ours: list[float] = []
    plain: list[float] = []
    for number in range(rounds):
        sides = [(ours, _ours), (plain, _plain)]
        # Every other round runs backwards, so that drift favours nobody.
        for times, side in sides[:: -1 if number % 2 else 1]:
            _begin_again(facts)
            settle()
            times.append(timed(partial(side, facts))[1])
            if _found() != (members // 2, members - members // 2):
                raise BooksDiffer(f"{_found()} of {members} members")
        print(f"tiers, round {number + 1} of {rounds}", flush=True)
    print(f"reviewed {members:,} tiers: {min(ours):.1f} s at best")
    print(f"the same by one bare statement: {min(plain):.1f} s at best")
    return Ratio("tiers : one bare statement", ours, plain, AIM, at_most=True)


def seed(members: int) -> dict[str, Any]:
    """Members, their growth value, and a ladder of two; what the statements need."""
    from benchmarks.books import without_key_checks  # noqa: PLC0415
    from ledger import services as ledger_services  # noqa: PLC0415
    from members.models import Member  # noqa: PLC0415
    from tiers.models import Tier, TierPolicy  # noqa: PLC0415

    if not Member.objects.exists():
        with connection.cursor() as cursor:
            cursor.execute(statement("coupon_members"), {"members": members})
    silver, gold = (
        Tier.objects.create(code=code, name_en=code, rank=rank, threshold=least)
        for code, rank, least in (("silver", 1, 1_000), ("gold", 2, 5_000))
    )
    facts: dict[str, Any] = {
        "unit": ledger_services.open_unit(code="growth", kind="points", exponent=0),
        "at": AT,
        "silver": silver.pk,
        "gold": gold.pk,
        "policy": TierPolicy.objects.get().pk,
    }
    with connection.cursor() as cursor, without_key_checks():
        for part in statement("tier_growth").split(";\n\n"):
            cursor.execute(part, facts)
    return facts


def _begin_again(facts: dict[str, Any]) -> None:
    """Everyone has gold again, and nothing has happened yet."""
    with transaction.atomic(), connection.cursor() as cursor:
        for switch in ("DISABLE", "ENABLE ALWAYS"):
            cursor.execute(
                f"ALTER TABLE tiers_standingchange"
                f" {switch} TRIGGER tiers_standingchange_never_truncated"
            )
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            if switch == "DISABLE":
                cursor.execute(
                    "TRUNCATE tiers_standing, tiers_standingchange, tiers_tierreview"
                )
        cursor.execute(statement("tier_standings"), facts)


def _ours(_facts: dict[str, Any]) -> None:
    from tiers import services as tiers_services  # noqa: PLC0415

    tiers_services.review(at=AT)


def _plain(facts: dict[str, Any]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement("review_plain"), facts)


def _found() -> tuple[int, int]:
    """How many kept it, and how many fell."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE cause = 'renewed'),"
            " count(*) FILTER (WHERE cause = 'lowered') FROM tiers_standingchange"
        )
        kept, fell = cursor.fetchone()
    return kept, fell


def main(words: list[str]) -> int:
    """Measure this alone, in a database of its own; 1 where the aim is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bulk_tiers")
    parser.add_argument("--members", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args(words)
    with ExitStack() as stack:
        server = place.server_url()
        url = stack.enter_context(place.shop_database(server, "regulars_bench_tiers"))
        place.set_up(url)
        stack.callback(place.tidy)
        ratio = review(members=given.members, rounds=given.rounds)
    head = ["ratio", "median", "noise", "from–to", "aim", "is"]
    print("\n" + table(head, [ratio.row()]))
    return 0 if ratio.is_met else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
