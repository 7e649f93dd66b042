"""The counter's look-up, with a million members and with ten times as many.

`python -m benchmarks.lookup [--members N] [--first N] [--questions N] [--quick]` loads
members set-based, prints how PostgreSQL plans each kind of question and how long it
takes, and ends with 1 where the larger crowd slows it beyond the aim.
"""

import argparse
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from benchmarks import place
from benchmarks.judge import Ratio, table
from benchmarks.run import machine

AIM = 0.8
ROUNDS = 5
AT = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
SURNAMES = (
    "陳林黃張李王吳劉蔡楊許鄭謝郭洪曾邱廖賴徐周葉蘇莊呂江何蕭羅高單解仇朱胡孫趙錢馮鄧"
)
GIVEN = (
    "玉蘭美麗淑芬志明家豪俊傑怡君雅婷建國文華秀英"
    "小紅海燕國強春梅子涵欣宇浩然雨桐思遠樂長"
)
LOAD = """
INSERT INTO members_member (name, phone, email, salutation, gender, language,
    birth_calendar, birth_leap, custom, status, joined_at,
    search_name, search_pinyin, search_initials, other_pinyin, other_initials)
SELECT s.name || g.name, '+861' || (3000000000 + (n * 397 %% 999999937)),
       CASE WHEN n %% 4 = 0 THEN 'm' || n || '@example.com' ELSE '' END,
       '', '', '', '', false, '{}', 'active', '2020-01-01Z'::timestamptz + n * interval '20 s',
       s.folded || g.folded, s.pinyin || g.pinyin, s.initials || g.initials,
       CASE WHEN s.other <> '' THEN s.other || g.pinyin
            WHEN g.other <> '' THEN s.pinyin || g.other ELSE '' END,
       CASE WHEN s.other <> '' THEN left(s.other, 1) || g.initials
            WHEN g.other <> '' THEN s.initials || g.other_initials ELSE '' END
  FROM generate_series(%(since)s::bigint, %(until)s::bigint) AS n
  JOIN bench_part s ON s.kind = 's' AND s.place = n %% %(surnames)s
  JOIN bench_part g ON g.kind = 'g' AND g.place = (n / %(surnames)s * 7919) %% %(given)s
"""  # noqa: E501 (SQL reads better unwrapped)
PARTS = """
CREATE TEMP TABLE IF NOT EXISTS bench_part (kind text, place int, name text,
    folded text, pinyin text, initials text, other text, other_initials text)
"""


@dataclass(frozen=True, slots=True)
class Kind:
    """One way to ask, and a way to ask it about somebody."""

    name: str
    ask: Callable[[Any], str]


KINDS = [
    Kind("whole phone", lambda m: m.phone[3:]),
    Kind("last four digits", lambda m: m.phone[-4:]),
    Kind("last six digits", lambda m: m.phone[-6:]),
    Kind("whole name", lambda m: m.name),
    Kind("surname", lambda m: m.name[0]),
    Kind("pinyin", lambda m: m.search_pinyin),
    Kind("initials", lambda m: m.search_initials),
    Kind("e-mail", lambda m: f"m{max(4, m.pk // 4 * 4)}@example.com"),
]


def parse(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.lookup", description=__doc__)
    parser.add_argument("--members", type=int, default=10_000_000)
    parser.add_argument("--first", type=int, default=1_000_000)
    parser.add_argument("--questions", type=int, default=200, help="of a kind, a round")
    parser.add_argument(
        "--quick", action="store_true", help="only see that it works; judges nothing"
    )
    given = parser.parse_args(words)
    if given.quick:
        given.members, given.first, given.questions = 2_000, 1_000, 5
    return given


def main(words: list[str]) -> int:
    """Measure both crowds; 1 where the larger is found too slowly."""
    given = parse(words)
    sizes = sorted({min(given.first, given.members), given.members})
    with ExitStack() as stack:
        name = f"regulars_bench_lookup_{os.getpid()}"
        url = stack.enter_context(place.shop_database(place.server_url(), name))
        print(machine(url), flush=True)
        place.set_up(url)
        stack.callback(place.tidy)
        rates = [measure(size, given.questions) for size in sizes]
    if len(rates) < 2:
        return 0
    ratios = [
        Ratio(f"{kind.name}: {sizes[1]:,} : {sizes[0]:,}", *sides, AIM)
        for kind in KINDS
        for sides in [(rates[1][kind.name], rates[0][kind.name])]
    ]
    head = ["rate of look-ups", "median", "noise", "from–to", "aim", "is"]
    print("\n" + table(head, [ratio.row() for ratio in ratios]))
    if given.quick:
        print("a quick run judges nothing")
        return 0
    return 0 if all(ratio.is_met for ratio in ratios) else 1


def measure(size: int, questions: int) -> dict[str, list[float]]:
    """Fill up to a size; each kind's look-ups a second, round by round."""
    began = time.perf_counter()
    load(size)
    print(f"\n{size:,} members: {time.perf_counter() - began:.0f} s", flush=True)
    people = sample(questions * ROUNDS)
    rows, rates = [], {}
    for kind in KINDS:
        asked = [kind.ask(person) for person in people]
        took = [timed(text) for text in asked]
        rounds = [took[n : n + questions] for n in range(0, len(took), questions)]
        rates[kind.name] = [len(some) / sum(some) for some in rounds]
        p95 = statistics.quantiles(took, n=20)[18]
        rows.append(
            [
                kind.name,
                f"{statistics.median(took) * 1000:.2f}",
                f"{p95 * 1000:.2f}",
                scans(asked[0]),
            ]
        )
    print(table(["kind", "median ms", "p95 ms", "read by"], rows), flush=True)
    return rates


def load(size: int) -> None:
    """Members up to a size, set-based; indexes are built afterwards, as in any load."""
    from django.db import connection  # noqa: PLC0415 (the settings stand only now)

    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM members_member")
        since = cursor.fetchone()[0] + 1
        counts = fill_parts(cursor)
        with without_indexes(cursor):
            cursor.execute(LOAD, {"since": since, "until": size, **counts})
        cursor.execute("VACUUM ANALYZE members_member")


def fill_parts(cursor: Any) -> dict[str, int]:
    """Halves of names with the keys that the product itself gives them."""
    from members.keys import keys_of  # noqa: PLC0415 (the settings stand only now)

    cursor.execute(PARTS)
    cursor.execute("TRUNCATE bench_part")
    halves = {
        "s": list(SURNAMES),
        "g": [a + b for a in GIVEN for b in GIVEN] + list(GIVEN),
    }
    rows = []
    for kind, names in halves.items():
        for number, name in enumerate(names):
            # A given name is read as one only behind a surname.
            keys = keys_of(name if kind == "s" else f"高{name}")
            cut, first = (0, 0) if kind == "s" else (len("gao"), 1)
            rows.append(
                (
                    kind,
                    number,
                    name,
                    keys.search_name[first:],
                    keys.search_pinyin[cut:],
                    keys.search_initials[first:],
                    keys.other_pinyin[cut:],
                    keys.other_initials[first:],
                )
            )
    cursor.executemany(
        "INSERT INTO bench_part VALUES (%s, %s, %s, %s, %s, %s, %s, %s)", rows
    )
    return {"surnames": len(halves["s"]), "given": len(halves["g"])}


@contextmanager
def without_indexes(cursor: Any) -> Iterator[None]:
    """The table without the indexes that no constraint needs; they come back."""
    cursor.execute(
        "SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i"
        " JOIN pg_class c ON c.oid = i.indexrelid"
        " WHERE i.indrelid = 'members_member'::regclass AND NOT i.indisunique"
    )
    found = cursor.fetchall()
    for name, _definition in found:
        cursor.execute(f'DROP INDEX "{name}"')
    yield
    cursor.execute("SET maintenance_work_mem = '512MB'")
    for _name, definition in found:
        cursor.execute(definition)


def sample(count: int) -> list[Any]:
    """People from anywhere in the crowd, the same ones for every run."""
    from members.models import Member  # noqa: PLC0415 (the settings stand only now)

    last = Member.objects.order_by("-pk").values_list("pk", flat=True)[0]
    dice = random.Random(7)
    ids = [dice.randint(1, last) for _ in range(count)]
    found = Member.objects.in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]


def timed(text: str) -> float:
    from members import selectors as members_selectors  # noqa: PLC0415 (as above)

    began = time.perf_counter()
    found = members_selectors.find(text, AT)
    took = time.perf_counter() - began
    if not found:
        raise SystemExit(f"nobody found by {text!r}")
    return took


def scans(text: str) -> str:
    """The indexes that PostgreSQL reads for a question, or the table, in capitals."""
    from django.db import connection  # noqa: PLC0415 (the settings stand only now)

    from members.selectors.find import questions  # noqa: PLC0415 (as above)

    used: list[str] = []
    with connection.cursor() as cursor:
        for question in questions(text, AT):
            cursor.execute("EXPLAIN (FORMAT JSON) " + question.sql, question.facts)
            used += names_in(cursor.fetchone()[0][0]["Plan"])
    return ", ".join(dict.fromkeys(used))


def names_in(plan: dict[str, Any]) -> Iterator[str]:
    """What each scan of a plan reads."""
    if "Index Name" in plan:
        yield str(plan["Index Name"]).removeprefix("members_member_")
    elif plan["Node Type"] == "Seq Scan":
        yield "THE WHOLE TABLE"
    for inner in plan.get("Plans", []):
        yield from names_in(inner)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
