"""A first payment code, proven by a code that was sent to the member's phone."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password

from accounts.errors import SignInCodeNotAccepted
from accounts.models import SignInCode
from common.errors import DomainError
from ledger.services import Act
from members.models import Member
from messaging.models import Message
from stored_value import services as stored_value_services
from stored_value.errors import CodeTooSimple, FirstCodeOnly, PhoneCodeNotSent
from stored_value.models import PaymentCode
from stores.errors import NotAllowed
from stores.models import AuditEvent
from tests.factories.accounts import asked, code_sent_last
from tests.factories.members import MemberFactory, by_themselves
from tests.factories.stored_value import at_till
from tests.factories.stores import NOON, ShiftFactory, UserFactory

pytestmark = pytest.mark.django_db
CODE = "482913"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def member(db: None) -> Member:
    return MemberFactory.create()


@pytest.fixture
def by(db: None) -> Act:
    return at_till(shift=ShiftFactory.create())


def send(member: Member, by: Act, **facts: Any) -> str:
    """What the phone shows then."""
    stored_value_services.send_phone_code(
        **{
            "member_id": member.pk,
            "browser": f"counter:{member.pk}",
            "address": "staff:1",
            "language": "en",
            "by": by,
            "at": NOON,
            **facts,
        }
    )
    return code_sent_last()


def choose(member: Member, by: Act, phone_code: str, **facts: Any) -> None:
    stored_value_services.set_first_payment_code(
        **{
            "member_id": member.pk,
            "code": CODE,
            "phone_code": phone_code,
            "browser": f"counter:{member.pk}",
            "by": by,
            "at": NOON + MINUTE,
            **facts,
        }
    )


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def test_the_code_from_the_phone_sets_a_first_payment_code(
    member: Member, by: Act
) -> None:
    phone_code = send(member, by)
    choose(member, by, phone_code)

    row = PaymentCode.objects.get(member=member)
    assert check_password(CODE, row.code_hash)
    stored_value_services.prove_payment_code(
        member_id=member.pk, code=CODE, by=by, at=NOON
    )
    sent, was_set = AuditEvent.objects.filter(
        act__in=["stored_value.phone_code_sent", "stored_value.code_set"]
    ).order_by("pk")
    assert was_set.facts["proof"] == "phone"
    # Neither code, nor the phone, stands in the clear anywhere.
    kept = [str(vars(one)) for one in (sent, was_set, SignInCode.objects.get())]
    kept += [str(Message.objects.get().values), str(vars(row))]
    for secret in (phone_code, CODE, member.phone or ""):
        assert not any(secret in text for text in kept)


def test_the_text_says_what_the_code_opens(member: Member, by: Act) -> None:
    send(member, by)
    assert Message.objects.get().version.template.code == "payment_code_proof"


@pytest.mark.parametrize("late", [5, 60])
def test_a_late_code_sets_nothing(member: Member, by: Act, late: int) -> None:
    phone_code = send(member, by)
    with pytest.raises(SignInCodeNotAccepted):
        choose(member, by, phone_code, at=NOON + late * MINUTE)
    assert not PaymentCode.objects.exists()


def test_after_five_wrong_tries_the_right_one_is_dead(member: Member, by: Act) -> None:
    phone_code = send(member, by)
    for _turn in range(5):
        with pytest.raises(SignInCodeNotAccepted):
            choose(member, by, other_than(phone_code))
    with pytest.raises(SignInCodeNotAccepted):
        choose(member, by, phone_code)
    assert SignInCode.objects.get().tries == 5
    assert not PaymentCode.objects.exists()


def test_a_code_serves_once(member: Member, by: Act) -> None:
    phone_code = send(member, by)
    choose(member, by, phone_code)
    PaymentCode.objects.all().delete()
    with pytest.raises(SignInCodeNotAccepted):
        choose(member, by, phone_code)
    assert not PaymentCode.objects.exists()


def test_a_phone_changes_no_payment_code(member: Member, by: Act) -> None:
    """Whoever has the phone in hand for a minute would have the wallet."""
    phone_code = send(member, by)
    stored_value_services.set_payment_code(
        member_id=member.pk, code=CODE, by=by_themselves(member), at=NOON
    )
    with pytest.raises(FirstCodeOnly):
        choose(member, by, phone_code, code="917364")
    assert check_password(CODE, PaymentCode.objects.get().code_hash)
    with pytest.raises(FirstCodeOnly):
        send(member, by, at=NOON + 2 * MINUTE)
    assert Message.objects.count() == 1


def test_a_code_for_signing_in_sets_no_payment_code(member: Member, by: Act) -> None:
    asked(member.phone, browser=f"counter:{member.pk}")
    with pytest.raises(SignInCodeNotAccepted):
        choose(member, by, code_sent_last())
    assert not PaymentCode.objects.exists()


def test_the_code_of_another_or_from_elsewhere_sets_nothing(
    member: Member, by: Act
) -> None:
    other = MemberFactory.create()
    phone_code = send(member, by)
    for wrong in (
        {"member_id": other.pk},
        {"browser": f"counter:{other.pk}"},
        {"browser": ""},
    ):
        with pytest.raises(SignInCodeNotAccepted):
            choose(member, by, phone_code, **wrong)
    assert not PaymentCode.objects.exists()


def test_a_phone_that_changed_hands_meanwhile_proves_nobody(
    member: Member, by: Act
) -> None:
    phone_code = send(member, by)
    Member.objects.filter(pk=member.pk).update(phone="+8613900001111")
    with pytest.raises(SignInCodeNotAccepted):
        choose(member, by, phone_code)
    assert not PaymentCode.objects.exists()


@pytest.mark.parametrize("why", ["no phone", "prefix", "merged", "unknown"])
def test_where_no_code_can_be_sent_none_is(member: Member, by: Act, why: str) -> None:
    changes: dict[str, dict[str, Any]] = {
        "no phone": {"phone": None},
        "prefix": {"phone": "+14155550100"},
        "merged": {
            "status": "merged",
            "merged_into": MemberFactory.create(),
            "ended_at": NOON,
            "phone": None,
        },
        "unknown": {"name": "Anna"},
    }
    Member.objects.filter(pk=member.pk).update(**changes[why])
    asked_for = {"member_id": 10**9} if why == "unknown" else {}
    with pytest.raises(PhoneCodeNotSent):
        send(member, by, **asked_for)
    assert not Message.objects.exists()


def test_limits_are_those_of_every_code(member: Member, by: Act) -> None:
    for turn in range(5):
        send(member, by, at=NOON + turn * MINUTE)
    with pytest.raises(PhoneCodeNotSent):
        send(member, by, at=NOON + 6 * MINUTE)
    # A colleague's requests count by themselves, a phone's for all of them.
    with pytest.raises(PhoneCodeNotSent):
        send(member, by, at=NOON + 7 * MINUTE, address="staff:2")
    assert Message.objects.count() == 5
    for _turn in range(10):
        send(MemberFactory.create(), by, address="staff:3")
    with pytest.raises(PhoneCodeNotSent):
        send(MemberFactory.create(), by, address="staff:3")


def test_a_doubled_tap_is_one_code(member: Member, by: Act) -> None:
    first = send(member, by)
    assert send(member, by, at=NOON + timedelta(seconds=1)) == first
    assert Message.objects.count() == 1


def test_who_may_not_set_codes_neither_sends_nor_sets(member: Member, by: Act) -> None:
    phone_code = send(member, by)
    shift = ShiftFactory.create()
    stranger = at_till(shift=shift, user=UserFactory.holding("marketing"))
    with pytest.raises(NotAllowed):
        send(member, stranger, at=NOON + 2 * MINUTE)
    with pytest.raises(NotAllowed):
        choose(member, stranger, phone_code)
    assert not PaymentCode.objects.exists()
    assert Message.objects.count() == 1


def test_a_code_that_is_too_simple_costs_no_try(member: Member, by: Act) -> None:
    phone_code = send(member, by)
    with pytest.raises(CodeTooSimple):
        choose(member, by, phone_code, code="123456")
    assert SignInCode.objects.get().tries == 0
    choose(member, by, phone_code)


def test_a_member_in_the_portal_uses_the_same(member: Member) -> None:
    themselves = by_themselves(member)
    phone_code = send(member, themselves, browser="their own", address="203.0.113.9")
    choose(member, themselves, phone_code, browser="their own")
    assert PaymentCode.objects.filter(member=member).exists()


def test_every_refusal_leaves_the_codes_as_they_were(member: Member, by: Act) -> None:
    for phone_code in ("", "12345", "abcdef", "1" * 500, "\x00"):
        with pytest.raises(DomainError):
            choose(member, by, phone_code)
    assert not PaymentCode.objects.exists()
