"""What a segment comes to is told while it is built: exactly, or about."""

from typing import Any

import pytest
from django.db import connection

from campaigns import selectors as campaigns_selectors
from campaigns.rules import read_rules
from campaigns.selectors import Count, Preview
from tests.factories.campaigns import all_of, any_of
from tests.factories.members import MemberFactory

pytestmark = pytest.mark.django_db
WOMEN = {"kind": "gender", "genders": ["female"]}
MAILED = {"kind": "known", "facts": ["email"]}


@pytest.fixture(autouse=True)
def _seven() -> None:
    MemberFactory.create_batch(3, gender="female")
    MemberFactory.create_batch(4, gender="male", email="a@example.com")


def preview(tree: dict[str, Any], **facts: Any) -> Preview:
    from tests.factories.stores import NOON

    return campaigns_selectors.preview(
        read_rules(tree), **{"at": NOON, "store_id": None, **facts}
    )


def test_the_whole_each_on_its_own_and_five_of_them() -> None:
    told = preview(any_of(WOMEN, MAILED))

    assert told.count == Count(7)
    assert told.active == Count(7)
    assert told.own == [Count(3), Count(4)]
    assert len(told.examples) == 5
    assert preview(all_of(WOMEN, MAILED)).count == Count(0)


def test_beyond_the_patience_the_planner_estimates() -> None:
    told = preview(any_of(WOMEN, MAILED), patience_ms=0)

    assert told.count.is_about
    assert [count.is_about for count in told.own] == [True, True]
    assert told.examples == []


def test_a_count_is_stopped_and_the_usual_time_limit_stands_again() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '7s'")
    sleepy = "SELECT m.id FROM members_member m WHERE pg_sleep(5) IS NOT NULL"

    told = campaigns_selectors._count((sleepy, []), 20)

    assert told.is_about
    preview(any_of(WOMEN, MAILED))
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("7s",)
