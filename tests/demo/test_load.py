"""The demo's house: who works there, and that it is made once, and the same again."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError
from django.db import connection

from config.menu import GROUPS
from coupons.models import Coupon
from demo import load, shop
from ledger import services as ledger_services
from recognition import services as recognition_services
from stores import services as stores_services
from stores.models import Assignment, Store, Till, User
from tests.committed import clear
from tests.demo.digest import digest_of_everything
from tests.prompt import told

pytestmark = pytest.mark.django_db
# A file lies on a disk, and is uploaded by whoever moves in.
NOT_INVENTED = {"imports.importjob"}
NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def test_the_demo_shop_is_loaded_once_however_often() -> None:
    shop.load_shop()
    before = (Store.objects.count(), Till.objects.count(), Assignment.objects.count())

    shop.load_shop()

    assert before == (3, 6, 12)
    assert before == (
        Store.objects.count(),
        Till.objects.count(),
        Assignment.objects.count(),
    )


def test_everyone_in_the_demo_signs_in_as_printed() -> None:
    shop.load_shop()

    for person in shop.sign_ins():
        user = User.objects.get(username=person.username)
        assert user.check_password(person.password)
        given = user.assignments.get()
        assert given.role.code == person.role
        assert (given.store.code if given.store else None) == person.store


def test_the_demos_pins_would_be_accepted() -> None:
    boss = User.objects.create_superuser("boss", "x", display_name="Boss")
    shop.load_shop()

    for person in shop.sign_ins():
        user = User.objects.get(username=person.username)
        stores_services.set_pin(user=user, pin=person.pin, by=boss, at=user.created_at)


def test_the_demo_is_refused_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "PRODUCTION", True)

    with pytest.raises(CommandError, match="only in development"):
        told("load_demo")

    assert not Store.objects.exists()


def invent(*, members: int, seed: int) -> load.Loaded | None:
    return load.load(
        stores=shop.load_shop(),
        members=members,
        seed=seed,
        until=NOW,
        say=lambda _what, _seconds: None,
    )


def digest(seed: int) -> str:
    """What a house invented from a seed looks like; afterwards it never was."""
    Path(settings.LEDGER_SEAL_FILE).unlink(missing_ok=True)
    invent(members=24, seed=seed)
    found = digest_of_everything()
    clear()
    return found


@pytest.mark.django_db(transaction=True)
def test_the_same_seed_is_the_same_house_and_another_is_not() -> None:
    with connection.cursor() as cursor:  # wherever the database's numbers begin
        cursor.execute(
            "SELECT setval(seqrelid, 500) FROM pg_sequence"
            " WHERE seqrelid::regclass::text NOT LIKE '%policy%'"
        )
    first = digest(7)

    assert digest(7) == first
    assert digest(8) != first


@pytest.fixture
def invented() -> load.Loaded:
    loaded = invent(members=40, seed=1)
    assert loaded is not None
    return loaded


def test_a_house_is_whole_and_proven(invented: load.Loaded) -> None:
    counts = invented.counts

    assert counts["members"] == 40
    assert ledger_services.prove_books().is_proven
    for what in (
        "visits",
        "entries",
        "top-ups",
        "sales of the last two weeks",
        "raised",
        "preferences",
        "notes",
        "feedback",
        "cards",
        "consents",
        "coupons",
        "coupons used",
        "gift cards",
        "gift cards used",
    ):
        assert counts[what] > 0, what
    # What is kept in one row is what the visits say.
    assert (
        recognition_services.refresh_summaries(first_member=0, last_member=2**62) == 0
    )


def test_no_list_of_the_office_is_empty(invented: load.Loaded) -> None:
    lists = {
        model
        for _group, pages in GROUPS
        for _icon, model, _title in pages
        if model not in NOT_INVENTED
    }

    empty = [model for model in lists if not apps.get_model(model).objects.exists()]

    assert invented.counts["members"] == 40
    assert sorted(empty) == []


def test_coupons_of_every_state_are_there(invented: load.Loaded) -> None:
    states = set(Coupon.objects.values_list("status", flat=True))

    assert invented.counts["coupons"] > 0
    assert states == {"issued", "offered", "redeemed", "void"}


def test_a_house_where_somebody_lives_is_left_alone(invented: load.Loaded) -> None:
    before = digest_of_everything()

    assert invent(members=5, seed=2) is None
    words = told("load_demo", "--members", "5")

    assert "Nothing invented" in words
    assert digest_of_everything() == before


@pytest.mark.parametrize("members", ["-1", "1000001"])
def test_a_number_that_makes_no_sense_is_refused(members: str) -> None:
    with pytest.raises(CommandError, match="between 0 and 1,000,000"):
        told("load_demo", f"--members={members}")

    assert not Store.objects.exists()


def test_without_members_there_are_only_stores_and_staff() -> None:
    words = told("load_demo", "--members", "0")

    assert "Nothing invented" in words
    assert Store.objects.count() == 3
