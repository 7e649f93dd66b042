"""Opening balances: into the books once, in lots, whatever is sent again."""

from datetime import UTC, datetime

import pytest
from django.db import connection

from imports.errors import RowsAreBad
from imports.models import ExternalRef
from ledger import services as ledger_services
from stores.models import Store
from tests.factories.ledger import everything
from tests.factories.members import MemberFactory
from tests.imports.conftest import Write, balances, bring, counts, every_table, whys

pytestmark = pytest.mark.django_db

POINTS = "会员号,积分,积分到期"


@pytest.fixture(autouse=True)
def _known(hq: Store, write: Write) -> None:
    bring("members", write("id,name", "A1,王", "A2,李", name="members.csv"))


def lots() -> list[tuple[int, datetime | None]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT initial, expires_at FROM ledger_lot ORDER BY expires_at")
        return [(initial, expires_at) for initial, expires_at in cursor.fetchall()]


def test_points_of_two_ends_are_two_lots(write: Write) -> None:
    path = write(POINTS, "A1,100,2026-12-31", "A1,60,2027-12-31", "A2,5,")

    assert counts(bring("balances", path)) == {"new": 3}

    assert lots() == [
        (100, datetime(2026, 12, 31, 16, tzinfo=UTC)),
        (60, datetime(2027, 12, 31, 16, tzinfo=UTC)),
        (5, None),
    ]
    assert sorted(balances().values()) == [5, 160]
    assert ledger_services.prove_books().is_proven


def test_the_same_file_again_posts_nothing(write: Write) -> None:
    path = write(POINTS + ",本金,赠送金", "A1,100,2026-12-31,50,7.77", "A2,5,,0,0")
    bring("balances", path)
    before = everything()
    assert counts(bring("balances", path)) == {"same": 2}
    assert everything() == before


def test_a_members_file_and_a_balances_file_do_not_add_up(write: Write) -> None:
    bring("members", write("id,points", "A1,100"))
    before = everything()
    assert counts(bring("balances", write("id,points", "A1,100"))) == {"same": 1}
    with pytest.raises(RowsAreBad):
        bring("balances", write(POINTS, "A1,60,2027-01-01"))
    assert everything() == before


def test_another_amount_needs_a_person(write: Write) -> None:
    bring("balances", write(POINTS, "A1,100,2026-12-31"))
    before = everything()
    assert whys("balances", write(POINTS, "A1,90,2026-12-31", "A2,1,")) == [
        "2: Brought in before as another amount: adjust the balance by hand instead."
    ]
    assert whys("balances", write(POINTS, "A1,90,2027-12-31")) == [
        "2: Points of this member were brought in before: adjust them by hand instead."
    ]
    assert everything() == before


def test_two_rows_of_one_end_are_nobodys_guess(write: Write) -> None:
    path = write(POINTS, "A1,100,2026-12-31", "A1,50,2026-12-31")
    assert whys("balances", path) == [
        "3: Line 2 brings the same with the same end: add both up in one row."
    ]


def test_bad_rows_are_named(write: Write) -> None:
    path = write(
        "id,phone,points,points_expires,principal",
        "Z9,,5,,",
        "A1,,5,2020-01-01,",
        "A1,,-5,,",
        "A1,,,,99999999999999999999",
        "A2,,5,31/12/2027,",
        ",13800009999,5,,",
    )
    before = every_table()
    assert whys("balances", path) == [
        "2: There is no such member yet: import the members first.",
        "3: Points expire on has passed: leave out what has expired.",
        "4: Points is below zero.",
        "5: Principal is too large.",
        "6: Points expire on is not a date in the order that was given.",
        "7: There is no such member yet: import the members first.",
    ]
    assert every_table() == before


def test_a_member_enrolled_here_is_found_by_phone(write: Write) -> None:
    here = MemberFactory.create(phone="+8613700001111")
    path = write("手机,积分", "137 0000 1111,88")
    assert counts(bring("balances", path)) == {"new": 1}
    assert balances() == {(here.pk, "points"): 88}
    assert counts(bring("balances", path)) == {"same": 1}
    assert ExternalRef.objects.filter(member=here, kind="balance").count() == 1


def test_no_key_in_the_books_names_a_person(write: Write) -> None:
    bring("balances", write("id,points", "A1,5"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT key, memo, actor FROM ledger_entry")
        [(key, memo, actor)] = cursor.fetchall()
    reference = ExternalRef.objects.get(kind="balance")
    assert (key, memo, actor) == (f"import:{reference.pk}", "old", "system:import")
    assert "A1" not in reference.reference
