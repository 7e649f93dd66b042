"""Signed in: a proven address, a new phone, and another number of one's own."""

from datetime import timedelta

import pytest

from accounts import selectors as accounts_selectors
from accounts import services as accounts_services
from accounts.errors import ProofMissing, SignInCodeNotAccepted
from accounts.models import CodePurpose, MemberDevice, SignInCode, VerifiedEmail
from cards.tokens import mint_code
from ledger.kinds import AccountKind
from members import services as members_services
from members.errors import MergeRefused, PhoneTaken
from members.models import Member
from messaging.models import Message
from stored_value.errors import CodeNeeded, SpendingWaits
from tests.factories.accounts import asked, code_sent_last, device_of
from tests.factories.bills import a_guest, settle
from tests.factories.members import MemberFactory, by, give
from tests.factories.stores import NOON, StoreFactory

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
NEW = "+8613955556666"


@pytest.fixture
def device() -> MemberDevice:
    return device_of(MemberFactory.create())[0]


def sent(
    device: MemberDevice, purpose: CodePurpose, *, phone: str = "", email: str = ""
) -> str:
    """A code that the signed-in device asked for."""
    asked(
        phone,
        email=email,
        purpose=purpose,
        browser=accounts_services.device_secret(device),
    )
    return code_sent_last()


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def sign_in_by_email(email: str) -> MemberDevice:
    later = NOON + timedelta(minutes=2)
    asked("", email=email, browser="mine", at=later)
    return accounts_services.sign_in(
        code=code_sent_last(), browser="mine", device="Safari", at=later
    ).device


def test_a_proven_address_signs_in_and_one_that_is_not_gets_no_code(
    device: MemberDevice,
) -> None:
    Member.objects.filter(pk=device.member_id).update(email="lan@example.com")
    asked("", email="lan@example.com", at=NOON - HOUR)
    assert not Message.objects.exists()

    code = sent(device, CodePurpose.EMAIL, email="Lan@example.com")
    with pytest.raises(SignInCodeNotAccepted):
        accounts_services.verify_email(device=device, code=wrong(code), at=NOON)
    assert not VerifiedEmail.objects.exists()
    accounts_services.verify_email(device=device, code=code, at=NOON)

    assert sign_in_by_email("LAN@example.com").member == device.member
    # Said by the other way: the code came by e-mail, the phone hears of the device.
    told = Message.objects.get(version__template__code="new_device")
    assert (told.channel, told.member) == ("sms", device.member)


def test_an_address_that_was_written_over_opens_nothing(device: MemberDevice) -> None:
    code = sent(device, CodePurpose.EMAIL, email="lan@example.com")
    accounts_services.verify_email(device=device, code=code, at=NOON)
    Member.objects.filter(pk=device.member_id).update(email="other@example.com")
    before = Message.objects.count()
    asked("", email="lan@example.com")
    asked("", email="other@example.com")
    assert Message.objects.count() == before


def test_an_address_is_whose_it_was_proven_last(device: MemberDevice) -> None:
    other, _token = device_of(MemberFactory.create())
    for one in (device, other):
        code = sent(one, CodePurpose.EMAIL, email="family@example.com")
        accounts_services.verify_email(device=one, code=code, at=NOON)
        SignInCode.objects.update(asked_at=NOON - HOUR)  # no pause between the two
    assert VerifiedEmail.objects.get().member == other.member


def test_a_phone_is_changed_by_codes_to_both_and_the_old_one_is_told(
    device: MemberDevice,
) -> None:
    old = device.member.phone or ""
    new_code = sent(device, CodePurpose.NEW_PHONE, phone=NEW)
    with pytest.raises(ProofMissing):
        accounts_services.change_phone(device=device, code=new_code, at=NOON)
    old_code = sent(device, CodePurpose.OLD_PHONE, phone=old)
    accounts_services.prove(
        device=device, purpose=CodePurpose.OLD_PHONE, code=old_code, at=NOON
    )
    with pytest.raises(SignInCodeNotAccepted):
        accounts_services.change_phone(device=device, code=wrong(new_code), at=NOON)
    assert Member.objects.get().phone == old

    accounts_services.change_phone(device=device, code=new_code, at=NOON)

    member = Member.objects.get()
    assert (member.phone, member.phone_changed_at) == (NEW, NOON)
    told = Message.objects.get(version__template__code="phone_changed")
    assert told.address_hint.endswith(old[-4:])
    # Each proof served once.
    with pytest.raises((SignInCodeNotAccepted, ProofMissing)):
        accounts_services.change_phone(device=device, code=new_code, at=NOON)


def test_a_phone_that_is_anothers_is_not_taken(device: MemberDevice) -> None:
    other = MemberFactory.create(phone=NEW)
    old_code = sent(device, CodePurpose.OLD_PHONE, phone=device.member.phone or "")
    accounts_services.prove(
        device=device, purpose=CodePurpose.OLD_PHONE, code=old_code, at=NOON
    )
    code = sent(device, CodePurpose.NEW_PHONE, phone=NEW)
    with pytest.raises(PhoneTaken):
        accounts_services.change_phone(device=device, code=code, at=NOON)
    assert Member.objects.get(phone=NEW) == other
    assert not Message.objects.filter(version__template__code="phone_changed").exists()


def test_a_code_that_another_device_asked_for_proves_nothing(
    device: MemberDevice,
) -> None:
    code = sent(device, CodePurpose.OLD_PHONE, phone=device.member.phone or "")
    second, _token = device_of(device.member)
    with pytest.raises(SignInCodeNotAccepted):
        accounts_services.prove(
            device=second, purpose=CodePurpose.OLD_PHONE, code=code, at=NOON
        )


def test_large_spending_waits_a_day_after_a_phone_was_changed() -> None:
    store = StoreFactory.create()
    member = a_guest(principal=900_00, bonus=0, store=store)
    members_services.change(
        member_id=member.pk, by=by("head-office"), at=NOON - HOUR, phone=NEW
    )
    member.refresh_from_db()
    with pytest.raises(SpendingWaits):
        settle(300_00, store=store, member=member)
    code = mint_code(at=NOON, member_id=member.pk)
    with pytest.raises(SpendingWaits):
        settle(300_00, store=store, code=code)
    settle(100_00, store=store, member=member)  # little enough for a number

    Member.objects.filter(pk=member.pk).update(phone_changed_at=NOON - 24 * HOUR)
    with pytest.raises(CodeNeeded):
        settle(300_00, store=store, member=member)
    settle(300_00, store=store, code=code)


def test_a_first_phone_makes_nobody_wait() -> None:
    member = MemberFactory.create(phone=None)
    members_services.change(
        member_id=member.pk, by=by("head-office"), at=NOON, phone=NEW
    )
    member.refresh_from_db()
    assert member.phone_changed_at is None


def test_another_number_of_ones_own_is_joined_and_both_stay_signed_in(
    device: MemberDevice,
) -> None:
    other = MemberFactory.create(phone=NEW)
    give(other, 70_00, AccountKind.PRINCIPAL)
    theirs, token = device_of(other)
    code = sent(device, CodePurpose.OTHER_NUMBER, phone=NEW)
    with pytest.raises(SignInCodeNotAccepted):
        accounts_services.join_other_number(device=device, code=wrong(code), at=NOON)

    accounts_services.join_other_number(device=device, code=code, at=NOON)

    other.refresh_from_db()
    assert (other.status, other.merged_into) == ("merged", device.member)
    found = accounts_selectors.signed_in(token, at=NOON)
    assert (found, found and found.member) == (theirs, device.member)


def test_ones_own_number_is_not_another(device: MemberDevice) -> None:
    code = sent(device, CodePurpose.OTHER_NUMBER, phone=device.member.phone or "")
    with pytest.raises(MergeRefused):
        accounts_services.join_other_number(device=device, code=code, at=NOON)
    assert Member.objects.get().status == "active"


def test_a_second_device_is_told_and_the_first_is_not() -> None:
    member = MemberFactory.create()
    for turn in range(2):
        asked(member.phone, browser=f"{turn}", at=NOON + turn * HOUR)
        accounts_services.sign_in(
            code=code_sent_last(), browser=f"{turn}", device="", at=NOON + turn * HOUR
        )
        told = Message.objects.filter(version__template__code="new_device")
        assert [one.channel for one in told] == ["inbox"] * turn
