"""Forgetting a person."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.db import connection

from ledger import selectors as ledger_selectors
from ledger import services as ledger_services
from ledger.errors import IdempotencyConflict
from ledger.kinds import AccountKind
from members import errors
from members import selectors as members_selectors
from members import services as members_services
from members.birthdays import Birthday
from members.models import Consent, ConsentNow, CustomField, Forfeiture, Member
from members.services import Signed
from stores.errors import CheckerRefused, NotAllowed, ReasonMissing
from tests.factories.ledger import balance, everything, points_unit
from tests.factories.members import (
    CustomFieldFactory,
    MemberFactory,
    TagFactory,
    by,
    by_themselves,
    give,
    two_people,
)
from tests.factories.stores import NOON
from tests.members.test_merge import owe, shelf

pytestmark = pytest.mark.django_db

PAPER = Signed(signed_on=date(2026, 11, 19), reference="F-17")


def somebody() -> Member:
    """With traces everywhere that this app leaves any."""
    CustomFieldFactory.create(code="seat", kind=CustomField.Kind.TEXT)
    member = members_services.enrol(
        name="陳玉蘭",
        phone="13812345678",
        email="yulan@example.com",
        salutation="女士",
        gender="female",
        language="zh-hant",
        birthday=Birthday(month=8, day=15, year=1990, calendar="lunar"),
        custom={"seat": "Quetzalcoatl"},
        by=by("cashier"),
        at=NOON,
    )
    members_services.change(member_id=member.pk, name="陳玉蘭蘭", by=by(), at=NOON)
    members_services.give_consent(
        member_id=member.pk,
        purpose="marketing",
        channels=["sms"],
        by=by_themselves(member),
        at=NOON,
    )
    members_services.tag(
        member_id=member.pk, tag_ids=[TagFactory.create().pk], by=by(), at=NOON
    )
    return member


def everywhere(needle: str) -> list[str]:
    """Every table of the house in which a piece of text still stands."""
    found = []
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            cursor.execute(
                f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s',
                [f"%{needle}%"],
            )
            if cursor.fetchone()[0]:
                found.append(table)
    return found


def test_nothing_says_any_more_who_it_was() -> None:
    member = somebody()
    code, public_id = member.referral_code, member.public_id
    traces = ("玉蘭", "玉兰", "chenyulan", "13812345678", "yulan@", "Quetzal", code)
    assert all(everywhere(trace) for trace in traces)

    members_services.erase(member_id=member.pk, reason="asked us to", by=by(), at=NOON)

    assert {trace: everywhere(trace) for trace in traces} == {
        trace: [] for trace in traces
    }
    member.refresh_from_db()
    assert member.status == Member.Status.ERASED
    assert member.public_id == public_id
    assert not member.history.exists()
    assert not member.tags.exists()
    assert not members_selectors.may_contact(member, "marketing", "sms")
    assert Consent.objects.filter(member=member).order_by("pk").last().granted is False  # type: ignore[union-attr]  # there is one
    assert members_selectors.find("13812345678", NOON) == []
    # The phone is free for whoever has it now.
    members_services.enrol(phone="13812345678", by=by("cashier"), at=NOON)


def test_who_is_forgotten_takes_back_nobody_elses_consent() -> None:
    member, other = somebody(), MemberFactory.create()
    members_services.give_consent(
        member_id=other.pk,
        purpose="marketing",
        channels=["email"],
        by=by_themselves(other),
        at=NOON,
    )

    members_services.erase(member_id=member.pk, reason="asked us to", by=by(), at=NOON)

    now = ConsentNow.objects.values_list("member_id", "channel", "granted")
    assert set(now) == {(member.pk, "sms", False), (other.pk, "email", True)}
    taken_back = Consent.objects.filter(granted=False)
    assert [consent.member_id for consent in taken_back] == [member.pk]


def test_the_entries_stay_under_a_pseudonym() -> None:
    member = somebody()
    account_id = give(member, 10_00, AccountKind.BONUS, expires_at=NOON)

    members_services.erase(member_id=member.pk, reason="asked", by=by(), at=NOON)

    assert len(ledger_selectors.statement(account_id=account_id)) == 2
    account = ledger_selectors.account(account_id)
    assert account is not None
    assert (account.status, account.balance) == ("closed", 0)
    assert ledger_services.prove_books().is_proven


def test_growth_is_no_value_and_needs_no_paper() -> None:
    member = somebody()
    account_id = give(
        member, 500, AccountKind.GROWTH, unit_id=points_unit(), expires_at=None
    )
    members_services.erase(member_id=member.pk, reason="asked", by=by(), at=NOON)
    assert balance(account_id) == 0
    assert ledger_services.prove_books().is_proven


def still_known(member: Member, before: list[object]) -> None:
    assert everything() == before
    member.refresh_from_db()
    assert member.is_active
    assert member.name == "陳玉蘭蘭"
    assert member.history.exists()


def test_whoever_holds_something_is_not_forgotten() -> None:
    member = somebody()
    give(member, 10_00)
    owe(member, 5)
    before = everything()
    with pytest.raises(errors.HoldsValue) as refusal:
        members_services.erase(member_id=member.pk, reason="x", by=by(), at=NOON)
    assert "10.00" in str(refusal.value)
    still_known(member, before)


def test_what_another_app_holds_counts() -> None:
    member = somebody()
    with shelf() as part:
        part.holds = ["2 coupons"]
        with pytest.raises(errors.HoldsValue, match="2 coupons"):
            members_services.erase(member_id=member.pk, reason="x", by=by(), at=NOON)
        assert part.told == []
        part.holds = []
        members_services.erase(member_id=member.pk, reason="x", by=by(), at=NOON)
        assert part.told == [("forget", member.pk)]


def test_who_signs_gives_up_what_they_held() -> None:
    member = somebody()
    principal = give(member, 10_00)
    points = give(member, 70, AccountKind.POINTS, unit_id=points_unit())
    debt = owe(member, 5)
    with shelf() as part:
        part.holds = ["2 coupons"]
        members_services.erase_with_forfeiture(
            member_id=member.pk,
            signed=PAPER,
            by=two_people(key="f", role="head-office"),
        )
        assert part.told == [("forget", member.pk)]

    assert [balance(pk) for pk in (principal, points, debt)] == [0, 0, 0]
    forfeiture = Forfeiture.objects.get()
    assert (forfeiture.reference, forfeiture.signed_on) == ("F-17", PAPER.signed_on)
    entry = ledger_selectors.entry(str(forfeiture.entry_id))
    assert entry is not None
    assert entry.approver_id == forfeiture.approver_id
    assert {posting.credit.kind for posting in entry.postings.all()} == {
        "breakage",
        "debt",
    }
    member.refresh_from_db()
    assert member.status == Member.Status.ERASED
    assert ledger_services.prove_books().is_proven

    again = two_people(key="f", role="head-office")
    members_services.erase_with_forfeiture(member_id=member.pk, signed=PAPER, by=again)
    assert Forfeiture.objects.count() == 1
    with pytest.raises(IdempotencyConflict):
        members_services.erase_with_forfeiture(
            member_id=MemberFactory.create().pk, signed=PAPER, by=again
        )


def test_it_takes_the_paper_and_the_people() -> None:
    member = somebody()
    give(member, 10_00)
    before = everything()
    good = two_people(key="f", role="head-office")
    tried = [
        (PAPER, two_people(key="a", role="store-manager"), NotAllowed),
        (PAPER, replace(good, checker=good.maker), CheckerRefused),
        (PAPER, replace(good, reason=" "), ReasonMissing),
        (replace(PAPER, reference=" "), good, errors.ValueRefused),
        (replace(PAPER, reference="a\x00b"), good, errors.ValueRefused),
        (replace(PAPER, signed_on=date(2027, 1, 1)), good, errors.ValueRefused),
    ]
    for paper, people, refusal in tried:
        with pytest.raises(refusal):
            members_services.erase_with_forfeiture(
                member_id=member.pk, signed=paper, by=people
            )
    for role in ("cashier", "store-manager", "marketing", "auditor"):
        with pytest.raises(NotAllowed):
            members_services.erase(
                member_id=member.pk, reason="x", by=by(role), at=NOON
            )
    with pytest.raises(NotAllowed):
        members_services.erase(
            member_id=member.pk, reason="x", by=by_themselves(member), at=NOON
        )
    still_known(member, before)


def test_a_booking_keeps_a_member_known() -> None:
    member = somebody()
    give(member, 10_00, AccountKind.HELD)
    before = everything()
    with pytest.raises(errors.EraseRefused):
        members_services.erase_with_forfeiture(
            member_id=member.pk,
            signed=PAPER,
            by=two_people(key="f", role="head-office"),
        )
    still_known(member, before)


def test_whoever_was_merged_is_forgotten_with_them() -> None:
    old = somebody()
    now = MemberFactory.create(name="玉蘭")
    members_services.merge(source_id=old.pk, target_id=now.pk, by=two_people(key="m"))

    with pytest.raises(errors.EraseRefused):
        members_services.erase(member_id=old.pk, reason="x", by=by(), at=NOON)
    members_services.erase(
        member_id=now.pk, reason="x", by=by(), at=NOON + timedelta(days=1)
    )

    for trace in ("玉蘭", "13812345678", "yulan@", "Quetzal"):
        assert everywhere(trace) == []
    members_services.erase(member_id=now.pk, reason="x", by=by(), at=NOON)  # harmless
