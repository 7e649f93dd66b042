"""When somebody came, what they ordered, and what they said: as tests in SQL."""

from campaigns import conditions as asked
from campaigns.models import WinBackPolicy
from campaigns.winback import bands
from policies import selectors as policies_selectors

from .statement import SegmentStatement, SqlTest


def visits(leaf: asked.Visits, made: SegmentStatement) -> SqlTest:
    if leaf.is_everything:
        return made.bounds(f"{made.join(made.summary())}.visits", leaf, is_count=True)
    counted = made.join(
        f"(SELECT v.member_id, count(*) AS n FROM {_visits(leaf, made)}"
        " GROUP BY v.member_id)"
    )
    return made.bounds(f"{counted}.n", leaf, is_count=True)


def spent(leaf: asked.Spent, made: SegmentStatement) -> SqlTest:
    if leaf.is_everything:
        return made.bounds(f"{made.join(made.summary())}.spent", leaf, is_count=True)
    summed = made.join(
        f"(SELECT v.member_id, sum(v.amount) AS n FROM {_visits(leaf, made)}"
        " GROUP BY v.member_id)"
    )
    return made.bounds(f"{summed}.n", leaf, is_count=True)


def items(leaf: asked.Items, made: SegmentStatement) -> SqlTest:
    either = []
    if leaf.skus:
        either.append(f"l.sku = ANY ({made.value(leaf.skus, 'text[]')})")
    if leaf.categories:
        either.append(f"l.category = ANY ({made.value(leaf.categories, 'text[]')})")
    lines = " JOIN recognition_visitline l ON l.visit_id = v.id"
    rows = _visits(leaf, made, lines=lines)
    counted = made.join(
        f"(SELECT v.member_id, sum(l.quantity) AS n FROM {rows}"
        f" AND ({' OR '.join(either)}) GROUP BY v.member_id)"
    )
    return made.bounds(f"{counted}.n", leaf, is_count=True)


def _visits(leaf: asked.AtVisits, made: SegmentStatement, *, lines: str = "") -> str:
    """The visits that are meant, by the clock of the store where they were."""
    tests = ["v.voided_at IS NULL"]
    clock = ""
    if made.store_id is not None:
        tests.append(f"v.store_id = {made.store()}")
    if leaf.last_days is not None:
        tests.append(f"v.business_date > {made.day(leaf.last_days)}")
    if leaf.stores:
        tests.append(f"v.store_id = ANY ({made.value(leaf.stores, 'bigint[]')})")
    if leaf.weekdays:
        weekday = "extract(isodow FROM v.business_date)::int - 1"
        tests.append(f"{weekday} = ANY ({made.value(leaf.weekdays, 'int[]')})")
    if leaf.hour_from is not None and leaf.hour_until is not None:
        clock = " JOIN stores_store s ON s.id = v.store_id"
        tests.append(_hours(leaf.hour_from, leaf.hour_until, made))
    return f"recognition_visit v{clock}{lines} WHERE {' AND '.join(tests)}"


def _hours(begins: int, ends: int, made: SegmentStatement) -> str:
    """From one hour until another; past midnight where it ends no later."""
    hour = "extract(hour FROM v.at AT TIME ZONE s.time_zone)"
    word = "AND" if begins < ends else "OR"
    return (
        f"({hour} >= {made.value(begins, 'int')}"
        f" {word} {hour} < {made.value(ends, 'int')})"
    )


def last_visit(leaf: asked.DaysSinceLastVisit, made: SegmentStatement) -> SqlTest:
    return made.days_ago(f"{made.join(made.summary())}.last_on", leaf)


def first_visit(leaf: asked.FirstVisit, made: SegmentStatement) -> SqlTest:
    return made.days_ago(f"{made.join(made.summary())}.first_on", leaf)


def rhythm(leaf: asked.Rhythm, made: SegmentStatement) -> SqlTest:
    return made.bounds(f"{made.join(made.summary())}.rhythm_days", leaf)


def rfm(leaf: asked.Rfm, made: SegmentStatement) -> SqlTest:
    """Only the scores that are asked for are ranked: each sorts everyone who came."""
    ranks = {"recency": "last_on", "frequency": "visits", "money": "spent"}
    wanted = {name: getattr(leaf, name) for name in ranks if getattr(leaf, name)}
    columns = ", ".join(
        f"ntile(5) OVER (ORDER BY r.{ranks[name]}, r.member_id) AS {name}"
        for name in wanted
    )
    scored = made.join(
        f"(SELECT r.member_id, {columns} FROM {made.summary()} r WHERE r.visits > 0)"
    )
    tests = [
        f"{scored}.{name} = ANY ({made.value(scores, 'int[]')})"
        for name, scores in wanted.items()
    ]
    return SqlTest(f"({' AND '.join(tests)})")


def band(leaf: asked.InBand, made: SegmentStatement) -> SqlTest:
    policy = policies_selectors.in_force(WinBackPolicy, at=made.at)
    away = made.join(
        bands(
            policy,
            leaf.method or policy.method,
            summary=made.summary(),
            day=made.today,
            value=made.value,
        )
    )
    return SqlTest(f"({away}.band = ANY ({made.value(leaf.bands, 'text[]')}))")


def complaint(leaf: asked.OpenComplaint, made: SegmentStatement) -> SqlTest:
    return SqlTest(
        "EXISTS (SELECT FROM recognition_feedback f WHERE f.member_id = m.id"
        f" AND f.state IN ('open', 'owned'){_there(made)})",
        is_total=True,
    )


def score(leaf: asked.LastScore, made: SegmentStatement) -> SqlTest:
    last = made.join(
        "(SELECT DISTINCT ON (f.member_id) f.member_id, f.score"
        f" FROM recognition_feedback f WHERE f.score IS NOT NULL{_there(made)}"
        " ORDER BY f.member_id, f.at DESC, f.id DESC)"
    )
    return made.bounds(f"{last}.score", leaf)


def _there(made: SegmentStatement) -> str:
    return "" if made.store_id is None else f" AND f.store_id = {made.store()}"
