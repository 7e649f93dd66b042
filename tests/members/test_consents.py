"""What members agree to, and take back as easily."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from common.errors import DomainError
from members import errors
from members import selectors as members_selectors
from members import services as members_services
from members.models import Channel, Consent, ConsentNow, ConsentText, Member
from stores.errors import NotAllowed
from tests.factories.members import MemberFactory, by, by_themselves
from tests.factories.stores import NOON

pytestmark = pytest.mark.django_db


def may(member: Member, purpose: str = "marketing", channel: str = "sms") -> bool:
    return members_selectors.may_contact(member, purpose, channel)


def test_their_own_business_needs_no_consent_and_marketing_does() -> None:
    member = MemberFactory.create()
    assert may(member, "transactional")
    assert not may(member)
    for tell in (members_services.give_consent, members_services.withdraw_consent):
        with pytest.raises(errors.NoConsentNeeded):
            tell(
                member_id=member.pk,
                purpose="transactional",
                channels=["sms"],
                by=by(),
                at=NOON,
            )
    assert not Consent.objects.exists()


def test_yes_and_no_are_one_step_each_and_leave_a_trace() -> None:
    member = MemberFactory.create()
    me = by_themselves(member)
    given = members_services.give_consent(
        member_id=member.pk,
        purpose="marketing",
        channels=["sms", "email"],
        by=me,
        at=NOON,
    )
    assert {consent.text.version for consent in given if consent.text} == {1}
    assert may(member)
    assert not may(member, channel="call")
    assert not may(member, "survey")

    members_services.withdraw_consent(
        member_id=member.pk, by=me, at=NOON + timedelta(minutes=1)
    )

    assert not may(member)
    rows = Consent.objects.filter(member=member).order_by("pk")
    assert [(row.channel, row.granted, row.source) for row in rows] == [
        ("email", True, "portal"),
        ("sms", True, "portal"),
        ("email", False, "portal"),
        ("sms", False, "portal"),
    ]


def test_said_again_it_is_no_new_row_until_the_text_is_new() -> None:
    member = MemberFactory.create()

    def agree() -> int:
        return len(
            members_services.give_consent(
                member_id=member.pk,
                purpose="marketing",
                channels=["sms"],
                by=by("cashier"),
                at=NOON,
            )
        )

    assert (agree(), agree()) == (1, 0)
    members_services.publish_consent_text(
        purpose="marketing", text="Only news.", by=by(), at=NOON
    )
    assert agree() == 1
    assert Consent.objects.count() == 2


def test_a_first_no_is_kept_when_it_is_about_something() -> None:
    member = MemberFactory.create()
    doing = by("cashier")
    no = members_services.withdraw_consent
    assert no(member_id=member.pk, by=doing, at=NOON) == []
    told = no(
        member_id=member.pk, purpose="survey", channels=["call"], by=doing, at=NOON
    )
    assert [(row.granted, row.source) for row in told] == [(False, "counter")]


def test_only_who_may_writes_it_down() -> None:
    member, other = MemberFactory.create(), MemberFactory.create()
    for doing in (by("auditor"), by("marketing"), by_themselves(other)):
        for tell in (members_services.give_consent, members_services.withdraw_consent):
            with pytest.raises(NotAllowed):
                tell(
                    member_id=member.pk,
                    purpose="marketing",
                    channels=["sms"],
                    by=doing,
                    at=NOON,
                )
    assert not Consent.objects.exists()


@pytest.mark.parametrize(
    ("purpose", "channels", "version"),
    [
        ("marketing", ["pigeon"], None),
        ("marketing", ["sms"], 99),
        ("gossip", ["sms"], None),
    ],
)
def test_what_nobody_offered_is_not_agreed_to(
    purpose: str, channels: list[str], version: int | None
) -> None:
    member = MemberFactory.create()
    with pytest.raises(DomainError):
        members_services.give_consent(
            member_id=member.pk,
            purpose=purpose,
            channels=channels,
            version=version,
            by=by(),
            at=NOON,
        )
    assert not Consent.objects.exists()


def test_a_segment_asks_once_for_everybody() -> None:
    yes, no, silent, gone = (MemberFactory.create() for _ in range(4))
    for member in (yes, no, gone):
        members_services.give_consent(
            member_id=member.pk,
            purpose="marketing",
            channels=Channel.values,
            by=by_themselves(member),
            at=NOON,
        )
    members_services.withdraw_consent(
        member_id=no.pk, by=by_themselves(no), at=NOON + timedelta(days=1)
    )
    members_services.erase(member_id=gone.pk, reason="x", by=by(), at=NOON)

    assert list(members_selectors.contactable("marketing", "sms")) == [yes]
    assert set(members_selectors.contactable("transactional", "sms")) == {
        yes,
        no,
        silent,
    }


def test_what_stands_is_the_latest_in_whatever_order_it_arrives() -> None:
    member = MemberFactory.create()
    text = ConsentText.objects.get(purpose="marketing", version=1)
    members_services.load_consents(
        rows=[
            Consent(
                member=member,
                purpose="marketing",
                channel="sms",
                granted=granted,
                text=text if granted else None,
                at=NOON - timedelta(days=days),
            )
            for days, granted in ((3, True), (1, False), (2, True))
        ],
        by=by(),
        at=NOON,
    )
    assert not may(member)
    assert ConsentNow.objects.get().consent.at == NOON - timedelta(days=1)


ATTACKS = [
    "UPDATE members_consent SET granted = true",
    "DELETE FROM members_consent",
    "TRUNCATE members_consent CASCADE",
    "UPDATE members_consenttext SET text = 'We may sell you.'",
]


def attack(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement)


@pytest.mark.parametrize("statement", ATTACKS)
def test_what_was_said_is_never_changed(statement: str) -> None:
    member = MemberFactory.create()
    members_services.withdraw_consent(
        member_id=member.pk, purpose="marketing", by=by_themselves(member), at=NOON
    )
    with pytest.raises(DatabaseError, match="append-only"):
        attack(statement)


def test_without_the_trigger_a_no_becomes_a_yes() -> None:
    """Guard off: nothing else keeps the rows as they were."""
    member = MemberFactory.create()
    members_services.withdraw_consent(
        member_id=member.pk, purpose="survey", by=by_themselves(member), at=NOON
    )
    attack("ALTER TABLE members_consent DISABLE TRIGGER members_consent_never_changed")
    attack("UPDATE members_consent SET source = 'paper'")
    assert {row.source for row in Consent.objects.all()} == {"paper"}


def test_no_agreement_without_a_text() -> None:
    member = MemberFactory.create()
    with pytest.raises(DatabaseError), transaction.atomic():
        Consent.objects.create(
            member=member,
            purpose="marketing",
            channel="sms",
            granted=True,
            source="counter",
            at=NOON,
        )


@pytest.mark.parametrize("text", ["", "  ", "a\x00b", "x" * 4001])
def test_a_text_says_something(text: str) -> None:
    before = ConsentText.objects.count()
    with pytest.raises(errors.ValueRefused):
        members_services.publish_consent_text(
            purpose="marketing", text=text, by=by(), at=NOON
        )
    with pytest.raises(NotAllowed):
        members_services.publish_consent_text(
            purpose="marketing", text="x", by=by("cashier"), at=NOON
        )
    assert ConsentText.objects.count() == before
