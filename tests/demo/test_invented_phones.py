"""Whom a newcomer may be in the portal: phones of the demo alone."""

import pytest

from demo import invented_phones
from members.phones import read_phone
from stored_value.holders import Holder
from tests.factories.bills import till_of
from tests.factories.members import MemberFactory
from tests.factories.stored_value import top_up
from tests.factories.stores import StoreFactory

pytestmark = pytest.mark.django_db


def test_phones_of_the_demo_and_nobody_elses() -> None:
    by = till_of(StoreFactory.create())
    for phone in ("+8619912345678", "+8613912345678", "+8619987654321"):
        member = MemberFactory.create(phone=phone)
        top_up(Holder.member(member.pk), 100_00, by=by)
    MemberFactory.create(phone="+8619911112222")

    shown = invented_phones.with_wallets(limit=3)

    assert shown == ["199 8765 4321", "199 1234 5678"]
    assert read_phone(shown[0], country="CN") == "+8619987654321"
    assert len(invented_phones.with_wallets(limit=1)) == 1
