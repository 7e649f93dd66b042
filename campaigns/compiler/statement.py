"""One statement in the making: its joins, its tests and every value beside it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings

from campaigns.conditions import ConditionGroup, Ranged
from common.months import midnight

NAMED: Final = re.compile(r"%\((p\d+)\)s")
MOST_SEGMENTS: Final = 40  # in one statement, each as often as it is asked for

# What visits come to, of one store's alone; the shape of the summary that is kept.
OF_STORE: Final = """
(SELECT d.member_id, sum(d.visits)::int AS visits, min(d.business_date) AS first_on,
        max(d.business_date) AS last_on, count(*) AS days,
        sum(d.spent)::bigint AS spent,
        CASE WHEN count(*) >= 3
             THEN (percentile_cont(0.5) WITHIN GROUP (ORDER BY d.gap))::numeric(7, 1)
         END AS rhythm_days, {store} AS last_store_id
   FROM (SELECT v.member_id, v.business_date, count(*) AS visits,
                sum(v.amount) AS spent, v.business_date - lag(v.business_date)
                  OVER (PARTITION BY v.member_id ORDER BY v.business_date) AS gap
           FROM recognition_visit v
          WHERE v.voided_at IS NULL AND v.store_id = {store}
          GROUP BY v.member_id, v.business_date) d
  GROUP BY d.member_id)"""
GUESTS: Final = (
    "(m.home_store_id = {store} OR EXISTS (SELECT FROM recognition_visit v"
    " WHERE v.member_id = m.id AND v.store_id = {store} AND v.voided_at IS NULL))"
)


@dataclass(frozen=True, slots=True)
class SqlTest:
    """A condition in SQL. `is_total`: true or false, and never unknown."""

    sql: str
    is_total: bool = False

    def denied(self) -> str:
        """Everyone else: unknown is no yes. Kept plain where it can be, so that the
        planner sees an anti-join.
        """
        return f"NOT {self.sql}" if self.is_total else f"{self.sql} IS NOT TRUE"


type Rules = Callable[[int], tuple[int | None, ConditionGroup]]


@dataclass(slots=True)
class SegmentStatement:
    """What the tests need: rows are `members_member m`, values are parameters."""

    at: datetime
    rules_of: Rules
    store_id: int | None = None  # whose guests and visits are meant; None: all
    params: dict[tuple[str, str], tuple[str, Any]] = field(default_factory=dict)
    joins: dict[str, str] = field(default_factory=dict)
    path: tuple[int, ...] = ()  # segments that are being compiled within each other
    included: list[int] = field(default_factory=list)  # all of them so far

    @property
    def zone(self) -> ZoneInfo:
        """The clock of the house."""
        return ZoneInfo(settings.TIME_ZONE)

    @property
    def today(self) -> date:
        """By the clock of the house."""
        return self.at.astimezone(self.zone).date()

    def value(self, value: Any, kind: str) -> str:
        """A place for a value, in the type that the database shall read it as."""
        key = (kind, repr(value))
        if key not in self.params:
            self.params[key] = (f"p{len(self.params)}", value)
        return f"%({self.params[key][0]})s::{kind}"

    def join(self, table: str) -> str:
        """The alias of what is joined by its `member_id`, or nothing where it has no
        row; the same table is joined once.
        """
        if table not in self.joins:
            self.joins[table] = f"j{len(self.joins)}"
        return self.joins[table]

    def store(self) -> str:
        """The store of the segment, as a value."""
        return self.value(self.store_id, "bigint")

    def summary(self) -> str:
        """The table of what a member's visits come to."""
        if self.store_id is None:
            return "recognition_visitsummary"
        return OF_STORE.format(store=self.store())

    def guests(self) -> str:
        """The members whom a segment of this store may reach."""
        return "" if self.store_id is None else GUESTS.format(store=self.store())

    def day(self, ago: int) -> str:
        """A day so many days before today."""
        return self.value(self.today - timedelta(days=ago), "date")

    def moment(self, ago: int) -> str:
        """When the day began that lies so many days before today."""
        day = self.today - timedelta(days=ago)
        return self.value(midnight(day, self.zone), "timestamptz")

    def since(self, last_days: int) -> str:
        """When the last so many days began, today being one of them."""
        return self.moment(last_days - 1)

    def bounds(
        self, expression: str, asked: Ranged, *, is_count: bool = False
    ) -> SqlTest:
        """A number within its bounds; of a count, none at all is 0."""
        is_total = is_count and not asked.at_least
        number = f"coalesce({expression}, 0)" if is_total else expression
        tests = []
        if asked.at_least is not None:
            tests.append(f"{number} >= {self.value(asked.at_least, 'bigint')}")
        if asked.at_most is not None:
            tests.append(f"{number} <= {self.value(asked.at_most, 'bigint')}")
        return SqlTest(f"({' AND '.join(tests)})", is_total)

    def days_ago(self, column: str, asked: Ranged) -> SqlTest:
        """A day that lies so many days back; the column alone on its side, so that an
        index answers.
        """
        tests = []
        if asked.at_least is not None:
            tests.append(f"{column} <= {self.day(asked.at_least)}")
        if asked.at_most is not None:
            tests.append(f"{column} >= {self.day(asked.at_most)}")
        return SqlTest(f"({' AND '.join(tests)})")

    def moments_ago(self, column: str, asked: Ranged) -> SqlTest:
        """The same for a moment, by the days of the house."""
        tests = []
        if asked.at_least is not None:
            tests.append(f"{column} < {self.moment(asked.at_least - 1)}")
        if asked.at_most is not None:
            tests.append(f"{column} >= {self.moment(asked.at_most)}")
        return SqlTest(f"({' AND '.join(tests)})")

    def source(self) -> str:
        """The members with everything that the tests look at beside them."""
        joined = "".join(
            f"\n  LEFT JOIN {table} {alias} ON {alias}.member_id = m.id"
            for table, alias in self.joins.items()
        )
        return f"members_member m{joined}"

    def run(self, text: str) -> tuple[str, list[Any]]:
        """A statement with its values in the order of their places."""
        values = dict(self.params.values())
        order = [values[name] for name in NAMED.findall(text)]
        return NAMED.sub("%s", text), order
