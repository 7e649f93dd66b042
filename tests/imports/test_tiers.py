"""Growth value that is brought along reaches its tier at once, not in the night."""

import pytest

from imports.errors import RowsAreBad
from imports.models import ExternalRef
from stores.models import Store
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON
from tests.factories.tiers import a_ladder, grow
from tests.imports.conftest import Write, bring, every_table
from tiers import selectors as tiers_selectors
from tiers import services as tiers_services
from tiers.models import Standing, StandingChange

pytestmark = pytest.mark.django_db


def tiers() -> dict[str, str]:
    """The tier of everybody who was brought, by their reference."""
    found = {}
    for ref in ExternalRef.objects.filter(kind="member"):
        tier = tiers_selectors.standing(ref.member_id or 0).tier
        found[ref.reference] = tier.code if tier else ""
    return found


def test_members_and_balances_raise_whom_they_touch(hq: Store, write: Write) -> None:
    a_ladder()
    other = MemberFactory.create()
    grow(other, 5_000)

    bring("members", write("id,name,growth", "A1,王,", "A2,李,1000", "A3,陈,20000"))
    assert tiers() == {"A1": "", "A2": "silver", "A3": "black"}
    bring("balances", write("id,growth,growth expires", "A1,5000,2027-06-30"))
    assert tiers()["A1"] == "gold"

    changes = StandingChange.objects.order_by("pk")
    assert [(row.cause, row.at, row.metric) for row in changes] == [
        ("raised", NOON, 1000),
        ("raised", NOON, 20000),
        ("raised", NOON, 5000),
    ]
    # Nobody else's tier is any business of the file.
    assert not Standing.objects.filter(member=other).exists()
    night = tiers_services.review(at=NOON)
    assert (night.raised, night.lowered) == (1, 0)


def test_the_same_file_again_raises_nobody(hq: Store, write: Write) -> None:
    a_ladder()
    path = write("id,name,growth", "A2,李,1000")
    bring("members", path)
    before = every_table()
    bring("members", path)
    after = every_table()
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"stores_auditevent"}


def test_a_file_that_is_kept_out_raises_nobody(hq: Store, write: Write) -> None:
    a_ladder()
    path = write("id,name,growth", "A2,李,1000", "A3,陈,x")
    with pytest.raises(RowsAreBad):
        bring("members", path)
    assert not Standing.objects.exists()


def test_sales_that_earn_growth_raise_their_members(hq: Store, write: Write) -> None:
    a_ladder()
    path = write("customer,date,amount", "A1,2026-11-02,1200", "A2,2026-11-02,10")
    bring("sales", path, points=True)
    assert tiers() == {"A1": "silver", "A2": ""}
