"""A second factor at sign-in: the six digits of an authenticator app."""

from datetime import datetime

from django.db import transaction
from django_otp.plugins.otp_totp.models import TOTPDevice

from stores.errors import CodeMissing, CodeRefused, OutOfReach
from stores.models import User
from stores.selectors import may_manage

from .audit import act, record_act

NAME = "Authenticator"


def begin_totp(*, user: User) -> TOTPDevice:
    """A device to be confirmed; the same one until it is: a reload is harmless."""
    device, _made = TOTPDevice.objects.get_or_create(
        user=user, confirmed=False, defaults={"name": NAME}
    )
    return device


def confirm_totp(*, user: User, code: str, at: datetime, request_id: str = "") -> None:
    """The first code from the app proves that it works; from now on it is asked for."""
    device = TOTPDevice.objects.filter(user=user, confirmed=False).first()
    # Outside a transaction: a wrong code is counted by the device, and must stay so.
    if device is None or not device.verify_token(code):
        raise CodeRefused
    with transaction.atomic(durable=True):
        TOTPDevice.objects.filter(user=user, confirmed=True).delete()
        TOTPDevice.objects.filter(pk=device.pk).update(confirmed=True)
        doing = act(staff=user, at=at, request_id=request_id)
        record_act(name="stores.totp_confirmed", by=doing, at=at, subject=user)


def check_totp(*, user: User, code: str) -> TOTPDevice | None:
    """At sign-in: the device that vouches for this person; None where none is set up.

    A code serves once and wrong ones slow the device down, however many come at once.
    """
    with transaction.atomic():
        device = (
            TOTPDevice.objects.select_for_update(no_key=True)
            .filter(user=user, confirmed=True)
            .first()
        )
        if device is None:
            return None
        right = bool(code) and device.verify_token(code)
    if not code:
        raise CodeMissing
    if not right:
        raise CodeRefused
    return device


@transaction.atomic(durable=True)
def remove_totp(*, user: User, by: User, at: datetime, request_id: str = "") -> None:
    """Take the second factor away from someone whose phone is gone."""
    if by.pk == user.pk or not may_manage(by, user, "stores.set_pin"):
        raise OutOfReach
    TOTPDevice.objects.filter(user=user).delete()
    doing = act(staff=by, at=at, request_id=request_id)
    record_act(name="stores.totp_removed", by=doing, at=at, subject=user)
