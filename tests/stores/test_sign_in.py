"""Signing in to the office, with an authenticator where one is set up."""

import pytest
from django.test import Client
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from stores.models import AuditEvent, User
from tests.factories.stores import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
SIGN_IN = "/admin/login/"


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def attempt(client: Client, user: User, **typed: str) -> str:
    asked = {"username": user.username, "password": PASSWORD, **typed}
    return client.post(SIGN_IN, asked).content.decode()


def test_name_and_password_sign_in_and_the_log_says_so(client: Client) -> None:
    user = UserFactory.holding("head-office")

    attempt(client, user, username=user.username.upper())

    assert is_in(client)
    event = AuditEvent.objects.get()
    assert (event.act, event.staff) == ("stores.signed_in", user)


@pytest.mark.parametrize(
    "typed",
    [{"password": "wrong"}, {"username": "nobody"}, {"password": "\x00"}],
)
def test_every_wrong_pair_gets_the_same_words(
    client: Client, typed: dict[str, str]
) -> None:
    user = UserFactory.holding("head-office")

    words = attempt(client, user, **typed)

    assert not is_in(client)
    assert not AuditEvent.objects.exists()
    if typed["password" if "password" in typed else "username"] != "\x00":
        assert "Please enter the correct" in words


def test_who_has_left_does_not_sign_in(client: Client) -> None:
    user = UserFactory.holding("head-office", is_active=False)

    attempt(client, user)

    assert not is_in(client)


def test_an_authenticators_code_is_asked_of_whoever_has_set_one_up(
    client: Client,
) -> None:
    user = UserFactory.holding("head-office")
    device = TOTPDevice.objects.create(user=user, name="x", confirmed=True)

    without = attempt(client, user)
    assert not is_in(client)
    assert "Please enter the code of your authenticator app." in without
    wrong = attempt(client, user, otp_token="000000")
    assert not is_in(client)
    assert "This code is not right." in wrong
    TOTPDevice.objects.update(
        throttling_failure_count=0, throttling_failure_timestamp=None
    )
    attempt(client, user, otp_token=f"{totp(device.bin_key):06d}")

    assert is_in(client)
    assert AuditEvent.objects.filter(act="stores.signed_in").count() == 1


def test_one_that_was_never_confirmed_is_not_asked_for(client: Client) -> None:
    user = UserFactory.holding("head-office")
    TOTPDevice.objects.create(user=user, name="x", confirmed=False)

    attempt(client, user)

    assert is_in(client)


def test_a_code_serves_once(client: Client) -> None:
    user = UserFactory.holding("head-office")
    device = TOTPDevice.objects.create(user=user, name="x", confirmed=True)
    code = f"{totp(device.bin_key):06d}"
    attempt(client, user, otp_token=code)
    assert is_in(client)

    other = Client()
    attempt(other, user, otp_token=code)

    assert not is_in(other)
