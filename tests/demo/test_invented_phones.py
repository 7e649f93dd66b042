"""Whom a newcomer may be in the portal: phones of the demo alone."""

import pytest

from demo import invented_phones
from members.phones import read_phone
from tests.factories.members import MemberFactory, give

pytestmark = pytest.mark.django_db


def test_phones_of_the_demo_with_money_and_nobody_elses() -> None:
    for phone, money in (
        ("+8619912345678", 100_00),
        ("+8613912345678", 900_00),
        ("+8619987654321", 200_00),
    ):
        give(MemberFactory.create(phone=phone), money)
    MemberFactory.create(phone="+8619911112222")

    shown = invented_phones.with_wallets(limit=3)

    assert shown == ["199 8765 4321", "199 1234 5678"]
    assert read_phone(shown[0], country="CN") == "+8619987654321"
    assert len(invented_phones.with_wallets(limit=1)) == 1
