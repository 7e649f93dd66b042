"""A key by which a browser makes codes for the till when it has no network."""

import secrets
from datetime import datetime
from typing import Final

from django.db import transaction

from accounts.acts import act_of_member
from accounts.errors import DeviceUnknown
from accounts.models import MemberDevice
from accounts.selectors import DeviceKey
from messaging.encryption import encrypt
from stores import services as stores_services

BYTES: Final = 32
NUMBERS: Final = 10**9
TRIES: Final = 5


@transaction.atomic
def give_device_key(*, member_id: int, device_id: int, at: datetime) -> DeviceKey:
    """A new key for a device that is signed in; what it had before is dead: a browser
    that lost its key and whoever copied one make no codes any more.

    Raises DeviceUnknown.
    """
    mine = MemberDevice.objects.filter(
        pk=device_id, member_id=member_id, ended_at=None, expires_at__gt=at
    )
    device = mine.first()
    if device is None:
        raise DeviceUnknown
    key, number = secrets.token_bytes(BYTES), _free_number()
    given = mine.update(number=number, sealed_key=encrypt(key.hex()), key_given_at=at)
    if not given:  # signed out meanwhile
        raise DeviceUnknown
    stores_services.record_act(
        name="accounts.device_key_given",
        by=act_of_member(member_id, at=at),
        at=at,
        subject=device,
    )
    return DeviceKey(device_id, member_id, number, key)


def _free_number() -> int:
    """A device takes one number of a thousand million: a second draw is nearly never
    needed, and the unique index has the last word.
    """
    for _try in range(TRIES):
        number = 1 + secrets.randbelow(NUMBERS - 1)
        if not MemberDevice.objects.filter(number=number).exists():
            break
    return number
