"""Bringing the code: in the browser that asked, few times, once; and being somebody."""

from datetime import timedelta

import pytest
from django.db import transaction

from accounts import selectors as accounts_selectors
from accounts import services as accounts_services
from accounts.errors import DeviceUnknown, SignInCodeNotAccepted
from accounts.models import MemberDevice, SignInCode
from accounts.parts import AccountsPart
from members import services as members_services
from members.models import Member
from messaging.models import Message
from stores.models import AuditEvent
from tests.factories.accounts import asked, code_sent_last, device_of
from tests.factories.ledger import an_act
from tests.factories.members import MemberFactory, by
from tests.factories.stores import NOON

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def bring(code: str, *, browser: str = "mine", minutes: int = 1) -> MemberDevice:
    signed_in = accounts_services.sign_in(
        code=code, browser=browser, device="Safari · iPhone", at=NOON + minutes * MINUTE
    )
    assert accounts_selectors.signed_in(signed_in.token, at=NOON) == signed_in.device
    return signed_in.device


def refused(code: str, **facts: object) -> None:
    before = MemberDevice.objects.count()
    with pytest.raises(SignInCodeNotAccepted):
        bring(code, **facts)  # type: ignore[arg-type]  # as given
    assert MemberDevice.objects.count() == before


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def test_the_code_signs_the_browser_in_that_asked_for_it() -> None:
    member = MemberFactory.create()
    asked(member.phone, browser="mine")
    code = code_sent_last()

    refused(code, browser="another")
    device = bring(code)

    assert (device.member, device.name) == (member, "Safari · iPhone")
    assert AuditEvent.objects.get().act == "accounts.signed_in"
    refused(code)  # once


def test_five_wrong_ones_and_it_is_dead() -> None:
    asked(MemberFactory.create().phone, browser="mine")
    code = code_sent_last()
    for _turn in range(5):
        refused(wrong(code))
    refused(code)
    assert SignInCode.objects.get().tries == 5
    assert SignInCode.objects.get().used_at is None


def test_after_five_minutes_it_is_over() -> None:
    asked(MemberFactory.create().phone, browser="mine")
    refused(code_sent_last(), minutes=5)


@pytest.mark.parametrize("typed", ["", "000000", "abcdef", "１２３４５６", "9" * 200])
def test_nothing_opens_where_no_code_was_sent(typed: str) -> None:
    refused(typed)
    asked("+8613900000000", browser="mine")
    refused(typed)
    assert SignInCode.objects.get().tries == 1


def test_a_phone_that_was_changed_meanwhile_opens_nothing() -> None:
    member = MemberFactory.create()
    asked(member.phone, browser="mine")
    Member.objects.filter(pk=member.pk).update(phone="+8613877776666")
    refused(code_sent_last())


def merge(source: Member, target: Member) -> None:
    with transaction.atomic():
        members_services.merge_step(
            source_id=source.pk,
            target_id=target.pk,
            reason="one person",
            by=an_act(),
            at=NOON,
            key=f"merge:{source.pk}",
        )


def test_merged_while_both_are_signed_in_both_are_the_survivor() -> None:
    source, target = MemberFactory.create(), MemberFactory.create()
    (one, first), (two, second) = device_of(source), device_of(target)
    asked(source.phone, browser="mine")
    code = code_sent_last()

    merge(source, target)

    for device, token in ((one, first), (two, second)):
        found = accounts_selectors.signed_in(token, at=NOON)
        assert found == device
        assert found.member == target
    assert bring(code).member == target


def test_erased_is_signed_out_at_once_and_a_code_on_its_way_is_dead() -> None:
    member = MemberFactory.create()
    _device, token = device_of(member)
    asked(member.phone, browser="mine")
    code = code_sent_last()

    members_services.erase(
        member_id=member.pk, reason="asked for it", by=by("head-office"), at=NOON
    )

    assert accounts_selectors.signed_in(token, at=NOON) is None
    device = MemberDevice.objects.get()
    assert (device.end, device.name, device.ended_at) == ("erased", "", NOON)
    assert not SignInCode.objects.exists()
    refused(code)


def test_one_device_is_signed_out_or_all() -> None:
    member, other = MemberFactory.create(), MemberFactory.create()
    (one, first), (_two, second) = device_of(member), device_of(member)
    (theirs, third) = device_of(other)

    with pytest.raises(DeviceUnknown):
        accounts_services.sign_out(member_id=member.pk, device_id=theirs.pk, at=NOON)
    for _twice in range(2):
        accounts_services.sign_out(member_id=member.pk, device_id=one.pk, at=NOON)
    assert accounts_selectors.signed_in(first, at=NOON) is None
    assert accounts_selectors.signed_in(second, at=NOON) is not None

    assert accounts_services.sign_out_everywhere(member_id=member.pk, at=NOON) == 1
    assert accounts_selectors.signed_in(second, at=NOON) is None
    assert accounts_selectors.signed_in(third, at=NOON) is not None
    assert [row.act for row in AuditEvent.objects.order_by("pk")] == [
        "accounts.signed_out",
        "accounts.signed_out_everywhere",
    ]


def test_a_device_stays_for_as_long_as_it_is_used() -> None:
    device, token = device_of()
    day = timedelta(days=1)
    assert not accounts_services.touch_device(device=device, at=NOON + MINUTE)
    assert accounts_services.touch_device(device=device, at=NOON + 80 * day)
    assert accounts_selectors.signed_in(token, at=NOON + 169 * day) is not None
    assert accounts_selectors.signed_in(token, at=NOON + 170 * day) is None


def test_what_is_kept_of_a_device_is_handed_out_without_its_secret() -> None:
    device, token = device_of()
    (row,) = AccountsPart().export(member_id=device.member_id)["devices"]
    assert row["name"] == "Chrome · Android"
    assert token not in str(row)
    assert device.token_digest not in str(row)


def test_old_codes_are_forgotten_and_new_ones_are_not() -> None:
    asked(MemberFactory.create().phone, at=NOON - timedelta(days=3))
    kept = asked(MemberFactory.create().phone)
    old, _token = device_of(at=NOON - timedelta(days=200))
    new, _token = device_of()

    assert accounts_services.forget_codes(at=NOON) == 1

    assert SignInCode.objects.get() == kept
    assert MemberDevice.objects.get() == new
    assert Message.objects.count() == 2
    assert old != new
