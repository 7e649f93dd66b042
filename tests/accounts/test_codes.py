"""Asking for a code: the same answer for everybody, few of them, none in the clear."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import CodeBudget, CodeState, SignInCode, SignInPolicy
from members.models import Member
from messaging.models import Message
from tests.factories.accounts import asked, code_sent_last
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
STRANGER = "+8613900000000"


def rules(**facts: object) -> SignInPolicy:
    """Another version of the rules, in force from the first second on."""
    return SignInPolicy.objects.create(
        number=2,
        in_force_from=NOON - timedelta(days=1),
        reason="a test",
        **{"prefixes": ["+86"], **facts},
    )


def test_a_members_phone_gets_six_digits_that_are_kept_nowhere() -> None:
    member = MemberFactory.create()

    row = asked(member.phone)

    message = Message.objects.get()
    code = code_sent_last()
    assert len(code) == 6
    assert code.isdecimal()
    assert (row.state, row.member, row.tries) == (CodeState.SENT, member, 0)
    assert row.expires_at == NOON + 5 * MINUTE
    assert message.expires_at == row.expires_at
    assert code not in str(vars(row))
    assert (member.phone or "") not in str(vars(row))
    assert code not in str(message.values)
    assert message.values == {"minutes": 5, "host": "localhost"}


@pytest.mark.parametrize("other", ["unknown", "merged", "prefix", "limited"])
def test_nobody_else_gets_one_and_the_work_is_the_same(other: str) -> None:
    member = MemberFactory.create()
    target = MemberFactory.create(phone="+8613811112222")
    if other == "limited":
        asked(target.phone)
    if other == "merged":
        target.status, target.merged_into, target.ended_at = "merged", member, NOON
        target.save(update_fields=["status", "merged_into", "ended_at"])
    if other == "prefix":
        target = MemberFactory.create(phone="+14155550100")
    phone = STRANGER if other == "unknown" else target.phone
    asked(MemberFactory.create().phone)  # statements are prepared by now
    before = Message.objects.count()

    with CaptureQueriesContext(connection) as known:
        asked(member.phone)
    with CaptureQueriesContext(connection) as unknown:
        row = asked(phone)

    assert Message.objects.count() == before + 1
    assert row.state != CodeState.SENT
    assert (row.member, row.code_digest) == (None, "")
    shapes = [
        [query["sql"].split(" ")[0] for query in found.captured_queries]
        for found in (known, unknown)
    ]
    # What was written for nobody is taken back.
    assert [word for word in shapes[1] if word != "ROLLBACK"] == [
        word for word in shapes[0] if word != "ROLLBACK"
    ]


def test_a_doubled_tap_is_one_code() -> None:
    member = MemberFactory.create()

    first = asked(member.phone, browser="mine")
    again = asked(member.phone, browser="mine", at=NOON + timedelta(seconds=2))

    assert again == first
    assert Message.objects.count() == 1


def test_one_a_minute_and_five_a_day_to_a_phone() -> None:
    member = MemberFactory.create()
    for turn in range(5):
        at = NOON + turn * MINUTE
        assert asked(member.phone, at=at).state == CodeState.SENT
        early = asked(member.phone, at=at + timedelta(seconds=59))
        assert early.state == CodeState.LIMITED

    assert asked(member.phone, at=NOON + timedelta(hours=23)).state == CodeState.LIMITED
    assert Message.objects.count() == 5
    later = NOON + timedelta(days=1, seconds=1)
    assert asked(member.phone, at=later).state == CodeState.SENT


def test_ten_an_hour_from_an_address() -> None:
    for _turn in range(10):
        asked(MemberFactory.create().phone, address="2001:db8::")

    refused = asked(MemberFactory.create().phone, address="2001:db8::")
    elsewhere = asked(MemberFactory.create().phone)

    assert refused.state == CodeState.LIMITED
    assert elsewhere.state == CodeState.SENT
    assert Message.objects.count() == 11


def test_the_shop_pays_for_no_more_than_it_said() -> None:
    rules(most_an_hour=3)
    states = [asked(MemberFactory.create().phone).state for _turn in range(5)]

    assert states == ["sent"] * 3 + ["limited"] * 2
    budget = CodeBudget.objects.get()
    assert (budget.sent, budget.allowed) == (3, 3)
    with pytest.raises(IntegrityError, match="accounts_codebudget_is_kept"):
        CodeBudget.objects.update(sent=4)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"code_digest": "123456"}, "is_hashed"),
        ({"phone_digest": "+8613800000000"}, "names_nobody"),
        ({"member": None}, "is_sent_to_a_member"),
        ({"tries": 11}, "tries_are_few"),
        ({"state": "lost", "code_digest": ""}, "state_is_known"),
        ({"expires_at": NOON}, "ends_after_it_begins"),
    ],
)
def test_the_table_keeps_no_code_and_no_phone(
    change: dict[str, object], name: str
) -> None:
    asked(MemberFactory.create().phone)

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        SignInCode.objects.update(**change)


def test_a_phone_that_changed_hands_is_the_new_members() -> None:
    first = MemberFactory.create()
    phone = first.phone
    Member.objects.filter(pk=first.pk).update(phone=None)
    second = MemberFactory.create(phone=phone)

    assert asked(phone).member == second
