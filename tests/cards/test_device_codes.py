"""Codes that a browser makes by itself: cloned, replayed, late, signed out."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils.timezone import now

from accounts import selectors as accounts_selectors
from accounts import services as accounts_services
from accounts.errors import DeviceUnknown
from accounts.models import MemberDevice
from accounts.selectors import DeviceKey
from cards import selectors as cards_selectors
from cards import services as cards_services
from cards.device_codes import mint_device_code
from cards.errors import CodeRefused, CodesLocked
from cards.models import CodeUse
from checkout.errors import CodeNotAccepted
from members import services as members_services
from members.models import Member
from stored_value import services as stored_value_services
from stored_value.errors import CodeNeeded
from stored_value.holders import Holder
from stores.models import AuditEvent
from tests.factories.accounts import device_of
from tests.factories.api import a_till
from tests.factories.bills import a_guest, settle
from tests.factories.ledger import an_act
from tests.factories.members import MemberFactory, by
from tests.factories.stores import NOON, StoreFactory

pytestmark = pytest.mark.django_db


def a_key(member: Member | None = None) -> DeviceKey:
    device, _token = device_of(member)
    return accounts_services.give_device_key(
        member_id=device.member_id, device_id=device.pk, at=NOON
    )


def code_of(device: DeviceKey, *, seconds: float = 0) -> str:
    """What the device shows by its own clock."""
    at = NOON + timedelta(seconds=seconds)
    return mint_device_code(number=device.number, key=device.key, at=at)


def use(code: str, *, seconds: float = 0, actor: str = "key:1") -> CodeUse:
    return cards_services.use_rotating_code(
        code=code, at=NOON + timedelta(seconds=seconds), by=an_act(actor=actor)
    )


def refused(code: str, **facts: Any) -> None:
    before = CodeUse.objects.count()
    with pytest.raises(CodeRefused):
        use(code, **facts)
    assert CodeUse.objects.count() == before


def test_it_says_whose_it_is_for_a_minute_and_serves_once() -> None:
    device = a_key()
    code = code_of(device)
    assert (len(code), code[0], code[1:10]) == (18, "8", f"{device.number:09d}")

    (found,) = cards_selectors.find(f"{code[:6]} {code[6:]}", at=NOON)
    assert (found.member, found.by) == (
        Member.objects.get(pk=device.member_id),
        "code",
    )
    refused(code, seconds=75)
    shown = use(code, seconds=55)
    assert (shown.member_id, shown.device_id) == (device.member_id, device.device_id)
    refused(code, seconds=56, actor="key:2")  # replayed


def test_of_a_clone_and_its_owner_one_is_served() -> None:
    """Whoever copied the key shows the same code; and one more key ends the copy."""
    owner = a_key()
    clone = DeviceKey(owner.device_id, owner.member_id, owner.number, owner.key)
    use(code_of(clone))
    refused(code_of(owner))

    fresh = accounts_services.give_device_key(
        member_id=owner.member_id, device_id=owner.device_id, at=NOON
    )
    refused(code_of(clone, seconds=10), seconds=10)
    use(code_of(fresh, seconds=20), seconds=20)


@pytest.mark.parametrize("seconds", [-120, 120])
def test_a_clock_that_is_off_by_two_minutes_shows_nothing_that_serves(
    seconds: int,
) -> None:
    """That is why the browser keeps by how much its clock is off."""
    device = a_key()
    refused(code_of(device, seconds=seconds))
    use(code_of(device, seconds=seconds - seconds))


def test_signed_out_the_key_is_dead() -> None:
    here, there = a_key(), a_key()
    accounts_services.sign_out(
        member_id=here.member_id, device_id=here.device_id, at=NOON
    )
    refused(code_of(here))
    accounts_services.sign_out_everywhere(member_id=there.member_id, at=NOON)
    refused(code_of(there))
    for row in MemberDevice.objects.all():
        assert (row.sealed_key, row.number, row.key_given_at) == ("", None, None)
    with pytest.raises(DeviceUnknown):
        accounts_services.give_device_key(
            member_id=here.member_id, device_id=here.device_id, at=NOON
        )


def test_signed_in_for_too_long_the_key_is_dead() -> None:
    device = a_key()
    day = timedelta(days=1)
    assert accounts_selectors.device_key(device.number, at=NOON + 89 * day)
    assert accounts_selectors.device_key(device.number, at=NOON + 90 * day) is None


def test_an_erased_members_device_shows_nothing() -> None:
    device = a_key()
    members_services.erase(
        member_id=device.member_id, reason="asked", by=by("head-office"), at=NOON
    )
    refused(code_of(device))
    assert MemberDevice.objects.get().sealed_key == ""


def test_merged_within_the_minute_it_still_serves_once() -> None:
    source, target = MemberFactory.create(), MemberFactory.create()
    device = a_key(source)
    code = code_of(device)
    use(code)
    with transaction.atomic():
        members_services.merge_step(
            source_id=source.pk,
            target_id=target.pk,
            reason="one person",
            by=an_act(),
            at=NOON,
            key="merge",
        )
    refused(code)
    assert use(code_of(device, seconds=10), seconds=10).member_id == target.pk


def test_anothers_device_gets_no_key() -> None:
    device, _token = device_of()
    with pytest.raises(DeviceUnknown):
        accounts_services.give_device_key(
            member_id=MemberFactory.create().pk, device_id=device.pk, at=NOON
        )
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("place", range(18))
def test_one_digit_changed_is_nobodys(place: int) -> None:
    code = code_of(a_key())
    changed = str((int(code[place]) + 1) % 10)
    refused(code[:place] + changed + code[place + 1 :])


def test_guesses_at_a_device_lock_the_place() -> None:
    device = a_key()
    for turn in range(5):
        with pytest.raises(CodesLocked if turn == 4 else CodeRefused):
            use(f"8{device.number:09d}{turn:08d}")
    with pytest.raises(CodesLocked):
        use(code_of(device))


def test_the_key_lies_sealed_and_leaves_no_trace() -> None:
    device = a_key()
    row = MemberDevice.objects.get()
    assert row.sealed_key.startswith("gAAAA")
    assert device.key.hex() not in f"{row.__dict__}{AuditEvent.objects.get().__dict__}"


def test_a_bill_is_paid_with_it_once() -> None:
    store = StoreFactory.create()
    member = a_guest(principal=600_00, bonus=0, store=store)
    device = a_key(member)
    code = code_of(device)

    sale = settle(300_00, store=store, code=code, key="k", reference="R")
    again = settle(300_00, store=store, code=code, key="k", reference="R")
    assert again.sale_id == sale.sale_id
    with pytest.raises(CodeNotAccepted):
        settle(300_00, store=store, code=code)
    assert CodeUse.objects.get().device_id == device.device_id


def test_it_proves_the_member_and_nobody_else() -> None:
    device, other = a_key(), MemberFactory.create()
    act = an_act()
    prove = stored_value_services.prove_identity
    holder = Holder.member(device.member_id)
    assert prove(holder=holder, code=code_of(device), by=act, at=NOON)
    with pytest.raises(CodeNeeded):
        prove(
            holder=Holder.member(other.pk),
            code=code_of(device, seconds=10),
            by=act,
            at=NOON + timedelta(seconds=10),
        )


def test_a_till_finds_the_member_by_it() -> None:
    till = a_till()
    member = MemberFactory.create()
    device, _token = device_of(member, at=now())
    key = accounts_services.give_device_key(
        member_id=member.pk, device_id=device.pk, at=now()
    )
    code = mint_device_code(number=key.number, key=key.key, at=now())
    answer = till.ask(f"/members?code={code}")
    assert answer.status_code == 200, answer.content
    member.refresh_from_db()
    assert answer.json()["id"] == str(member.public_id)
