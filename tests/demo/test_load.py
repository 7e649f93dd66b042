"""The demo at the prompt: who works there, and what is refused."""

import pytest
from django.conf import settings
from django.core.management import CommandError

from demo import shop
from stores import services as stores_services
from stores.models import Assignment, Store, Till, User
from tests.prompt import told

pytestmark = pytest.mark.django_db


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
    boss = User.objects.create_superuser("boss", "a long password", display_name="Boss")
    shop.load_shop()

    for person in shop.sign_ins():
        user = User.objects.get(username=person.username)
        stores_services.set_pin(user=user, pin=person.pin, by=boss, at=user.created_at)


def test_the_demo_is_refused_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "PRODUCTION", True)

    with pytest.raises(CommandError, match="only in development"):
        told("load_demo")

    assert not Store.objects.exists()


@pytest.mark.parametrize("members", ["-1", "1000001"])
def test_a_number_that_makes_no_sense_is_refused(members: str) -> None:
    with pytest.raises(CommandError, match="between 0 and 1,000,000"):
        told("load_demo", f"--members={members}")

    assert not Store.objects.exists()


def test_without_members_there_are_only_stores_and_staff() -> None:
    words = told("load_demo", "--members", "0")

    assert "Nothing invented" in words
    assert Store.objects.count() == 3
