"""No way of setting a staff password takes one that is guessed first."""

from collections.abc import Callable
from io import StringIO

import pytest
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client

from demo.shop import PASSWORD as DEMO
from stores import services as stores_services
from stores.errors import PasswordTooSimple
from stores.forms import PasswordForm
from stores.models import AuditEvent, User
from tests.factories.stores import NOON, PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

GOOD = "seven lanterns"
WEAK = ["short1ok", "1234567890123", "password123", "li.na.changhe", "", " " * 12]


@pytest.fixture
def boss() -> User:
    return UserFactory.create(username="boss", is_superuser=True)


def add(boss: User, password: str) -> None:
    stores_services.create_user(
        user=User(username="li.na.changhe", display_name="Li Na"),
        password=password,
        by=boss,
        at=NOON,
    )


def change(boss: User, password: str) -> None:
    user = UserFactory.create(username="li.na.changhe")
    stores_services.set_password(user=user, password=password, by=boss, at=NOON)


@pytest.mark.parametrize("act", [add, change])
@pytest.mark.parametrize("weak", WEAK[:4])
def test_the_commands_refuse_it(
    boss: User, act: Callable[[User, str], None], weak: str
) -> None:
    with pytest.raises(PasswordTooSimple) as refusal:
        act(boss, weak)
    assert len(str(refusal.value)) > 20
    assert not AuditEvent.objects.exists()
    assert not any(check_password(weak, user.password) for user in User.objects.all())


@pytest.mark.parametrize("act", [add, change])
def test_the_commands_take_a_good_one(
    boss: User, act: Callable[[User, str], None]
) -> None:
    act(boss, GOOD)
    assert User.objects.get(username="li.na.changhe").check_password(GOOD)


@pytest.mark.parametrize("weak", WEAK[:4])
def test_the_forms_of_the_office_refuse_it(boss: User, weak: str) -> None:
    User.objects.filter(pk=boss.pk).update(username="li.na.changhe.0")
    office = Client()
    office.force_login(boss)
    new = {"username": "li.na.changhe", "display_name": "Li Na", "language": ""}
    both = {"password1": weak, "password2": weak, "usable_password": "true"}
    other = UserFactory.create(username="li.na.changhe.2")

    added = office.post("/admin/stores/user/add/", {**new, **both})
    given = office.post(
        f"/admin/stores/user/{other.pk}/set-password/", {"password": weak}
    )
    own = office.post(
        "/admin/password_change/",
        {"old_password": PASSWORD, "new_password1": weak, "new_password2": weak},
    )

    assert [page.status_code for page in (added, given, own)] == [200, 200, 200]
    assert User.objects.count() == 2
    for user in (boss, other):
        user.refresh_from_db()
        assert user.check_password(PASSWORD)


@pytest.mark.parametrize("weak", WEAK[:3])
def test_the_form_says_it_beside_the_field_before_any_command_is_called(
    weak: str,
) -> None:
    form = PasswordForm({"password": weak})
    assert not form.is_valid()
    assert list(form.errors) == ["password"]
    assert PasswordForm({"password": GOOD}).is_valid()


@pytest.mark.parametrize("weak", WEAK[:4])
def test_the_first_superusers_password_is_judged_without_a_prompt(
    monkeypatch: pytest.MonkeyPatch, weak: str
) -> None:
    def create() -> None:
        call_command(
            "createsuperuser",
            interactive=False,
            username="li.na.changhe",
            display_name="Li Na",
            stdout=StringIO(),
        )

    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", weak)
    with pytest.raises(CommandError):
        create()
    assert not User.objects.exists()

    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", GOOD)
    create()
    assert User.objects.get().check_password(GOOD)


def test_nobody_is_made_with_a_weak_one_by_code() -> None:
    with pytest.raises(ValidationError):
        User.objects.create_user("li", "1234567890", display_name="Li")
    assert not User.objects.exists()


def test_the_demos_own_is_good_enough(boss: User) -> None:
    add(boss, DEMO)
    assert User.objects.get(username="li.na.changhe").check_password(DEMO)
