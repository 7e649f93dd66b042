"""Two rows that are one person become one."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from ledger import selectors as ledger_selectors
from ledger import services as ledger_services
from ledger.errors import AccountClosed, IdempotencyConflict
from ledger.kinds import AccountKind, EntryKind
from ledger.services import Act, Line
from members import errors, parts
from members import selectors as members_selectors
from members import services as members_services
from members.birthdays import Birthday
from members.models import Consent, Member, MemberTag, Merge
from members.services.merge import MERGE
from members.services.second import TRIES, with_second_person
from members.services.value import money_of
from stores.errors import CheckerRefused, NotAllowed, ProofRefused, ReasonMissing
from stores.models import Approval, AuditEvent
from tests.factories.ledger import an_act, balance, everything, lots, points_unit
from tests.factories.members import (
    MemberFactory,
    TagFactory,
    account_of,
    by,
    by_themselves,
    give,
    two_people,
)
from tests.factories.stores import NOON, UserFactory

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(days=90)


def held(member: Member) -> dict[tuple[str, str], int]:
    accounts = ledger_selectors.accounts_held(holder_kind="member", holder_id=member.pk)
    return {(a.kind, a.slot): a.balance for a in accounts if a.balance}


def test_an_approval_is_for_money_and_not_for_points() -> None:
    member = MemberFactory.create()
    give(member, 300_00)
    give(member, 5_000, AccountKind.POINTS, unit_id=points_unit())
    owe(member, 70)

    assert money_of(member.pk) == 300_00


def expiries(account_id: int) -> list[tuple[int, datetime | None]]:
    rows = ledger_selectors.open_lots(account_id=account_id)
    return [(lot.remaining, lot.expires_at) for lot in rows]


def owe(member: Member, amount: int) -> int:
    """Points taken back after they were spent."""
    account_id = account_of(member, AccountKind.DEBT, unit_id=points_unit())
    granted = ledger_services.open_account(
        ledger_services.HolderAccount(
            kind=AccountKind.GRANTED, unit_id=points_unit(), holder_kind="shop"
        )
    )
    ledger_services.post_entry(
        kind=EntryKind.ACCRUAL,
        key=f"debt:{member.pk}",
        at=NOON,
        act=an_act(),
        lines=[Line(debit_id=account_id, credit_id=granted, amount=amount)],
    )
    return account_id


def test_everything_of_value_moves_with_its_expiry() -> None:
    source, target = MemberFactory.create(), MemberFactory.create()
    principal = give(source, 300_00)
    give(source, 50_00, AccountKind.BONUS, expires_at=LATER)
    give(source, 20_00, AccountKind.BONUS, expires_at=NOON + timedelta(days=9))
    give(source, 70, AccountKind.POINTS, unit_id=points_unit(), expires_at=LATER)
    owe(source, 30)
    give(target, 1_00)

    merged = members_services.merge(
        source_id=source.pk, target_id=target.pk, by=two_people(key="m1")
    )

    assert held(source) == {}
    assert held(target) == {
        ("principal", ""): 301_00,
        ("bonus", ""): 70_00,
        ("points", ""): 70,
        ("debt", ""): 30,
    }
    assert expiries(account_of(target, AccountKind.BONUS)) == [
        (20_00, NOON + timedelta(days=9)),
        (50_00, LATER),
    ]
    entry = ledger_selectors.entry(str(merged.entry_id))
    assert entry is not None
    assert entry.kind == EntryKind.TRANSFER
    assert entry.approver_id == merged.approver_id
    assert ledger_services.prove_books().is_proven
    source.refresh_from_db()
    assert (source.status, source.merged_into_id) == ("merged", target.pk)
    # What is closed stays closed.
    with pytest.raises(AccountClosed):
        ledger_services.post_entry(
            kind=EntryKind.ADJUSTMENT,
            key="late",
            at=NOON,
            act=an_act(),
            lines=[
                Line(
                    debit_id=ledger_services.open_account(
                        ledger_services.HolderAccount(
                            kind=AccountKind.ADJUSTMENT,
                            unit_id=ledger_selectors.account(principal).unit_id,  # type: ignore[union-attr]  # it is there
                            holder_kind="shop",
                        )
                    ),
                    credit_id=principal,
                    amount=1,
                )
            ],
        )


def test_what_had_expired_is_not_woken() -> None:
    source, target = MemberFactory.create(), MemberFactory.create()
    account_id = give(source, 10_00, AccountKind.BONUS, expires_at=NOON)
    give(source, 5_00, AccountKind.BONUS, expires_at=LATER)

    members_services.merge(
        source_id=source.pk, target_id=target.pk, by=two_people(key="m")
    )

    assert held(target) == {("bonus", ""): 5_00}
    assert lots(account_id) == [0, 0]
    assert ledger_services.prove_books().is_proven


def test_identity_is_filled_and_never_overwritten() -> None:
    source = MemberFactory.born(
        Birthday(month=5, day=1),
        name="陈玉兰",
        email="old@example.com",
        gender="female",
        custom={"seat": "3", "size": "M"},
        joined_at=NOON - timedelta(days=900),
    )
    target = MemberFactory.create(
        name="陈小兰", email="new@example.com", custom={"size": "L"}
    )
    phones = (source.phone, target.phone)

    members_services.merge(
        source_id=source.pk, target_id=target.pk, by=two_people(key="m")
    )

    target.refresh_from_db()
    source.refresh_from_db()
    assert (target.name, target.email, target.gender) == (
        "陈小兰",
        "new@example.com",
        "female",
    )
    assert (target.birth_month, target.birth_day) == (5, 1)
    assert target.custom == {"seat": "3", "size": "L"}
    assert target.joined_at == NOON - timedelta(days=900)
    assert (source.phone, target.phone) == phones
    # Both phones lead to whoever is left.
    for phone in phones:
        assert members_selectors.find(phone or "", NOON) == [target]
    with pytest.raises(errors.PhoneTaken):
        members_services.enrol(phone=source.phone or "", by=by("cashier"), at=NOON)


def test_a_survivor_without_a_phone_takes_the_others() -> None:
    source, target = MemberFactory.create(), MemberFactory.create(phone=None)
    phone = source.phone
    members_services.merge(
        source_id=source.pk, target_id=target.pk, by=two_people(key="m")
    )
    target.refresh_from_db()
    assert target.phone == phone


def test_tags_referrals_and_older_merges_follow() -> None:
    both, one = TagFactory.create(), TagFactory.create()
    source, target = MemberFactory.create(), MemberFactory.create()
    for member, tag in ((source, both), (source, one), (target, both)):
        MemberTag.objects.create(member=member, tag=tag, tagged_at=NOON)
    friend = MemberFactory.create(referrer=source)
    Member.objects.filter(pk=target.pk).update(referrer=source)
    older = MemberFactory.create()
    members_services.merge(
        source_id=older.pk, target_id=source.pk, by=two_people(key="older")
    )

    members_services.merge(
        source_id=source.pk, target_id=target.pk, by=two_people(key="m")
    )

    for member in (friend, older, target):
        member.refresh_from_db()
    assert set(target.tags.all()) == {both, one}
    assert friend.referrer_id == target.pk
    assert target.referrer_id is None
    assert older.merged_into_id == target.pk
    assert members_selectors.resolve(older.pk) == target.pk


def test_what_was_said_last_stands_for_the_one_who_is_left() -> None:
    source, target = MemberFactory.create(), MemberFactory.create()

    def say(member: Member, *, yes: bool, days_ago: int, channel: str) -> None:
        tell = (
            members_services.give_consent if yes else members_services.withdraw_consent
        )
        at = NOON - timedelta(days=days_ago)
        tell(
            member_id=member.pk,
            purpose="marketing",
            channels=[channel],
            by=by_themselves(member, at=at),
            at=at,
        )

    say(source, yes=True, days_ago=1, channel="sms")
    say(target, yes=True, days_ago=5, channel="sms")
    say(target, yes=False, days_ago=3, channel="sms")  # older than the yes
    say(source, yes=True, days_ago=9, channel="email")
    say(target, yes=False, days_ago=2, channel="email")  # newer than the yes
    say(source, yes=True, days_ago=4, channel="call")
    before = Consent.objects.count()

    members_services.merge(
        source_id=source.pk, target_id=target.pk, by=two_people(key="m")
    )

    target.refresh_from_db()
    told = {
        channel: members_selectors.may_contact(target, "marketing", channel)
        for channel in ("sms", "email", "call", "inbox")
    }
    assert told == {"sms": True, "email": False, "call": True, "inbox": False}
    assert Consent.objects.count() == before + 2
    copies = Consent.objects.filter(member=target, source="merge")
    assert {copy.copy_of.at for copy in copies if copy.copy_of} == {
        NOON - timedelta(days=1),
        NOON - timedelta(days=4),
    }


class Shelf:
    """What some app keeps about members."""

    word = "shelf"

    def __init__(self) -> None:
        self.told: list[tuple[object, ...]] = []
        self.holds: list[str] = []

    def move(
        self, *, source_id: int, target_id: int, by: Act, at: datetime, key: str
    ) -> None:
        self.told.append(("move", source_id, target_id, key))

    def export(self, *, member_id: int) -> dict[str, parts.Rows]:
        return {"things": [{"of": member_id}]}

    def held(self, *, member_id: int, at: datetime) -> list[str]:
        return self.holds

    def forget(self, *, member_id: int, by: Act, at: datetime) -> None:
        self.told.append(("forget", member_id))


@contextmanager
def shelf() -> Iterator[Shelf]:
    """Registered for one test."""
    part = Shelf()
    parts.register(part)
    try:
        yield part
    finally:
        del parts._parts[part.word]


def test_every_app_moves_its_share() -> None:
    source, target = MemberFactory.create(), MemberFactory.create()
    with shelf() as part:
        members_services.merge(
            source_id=source.pk, target_id=target.pk, by=two_people(key="m")
        )
    assert part.told == [("move", source.pk, target.pk, "m:shelf")]


def test_sent_twice_it_happens_once() -> None:
    source, target = MemberFactory.create(), MemberFactory.create()
    give(source, 10_00)
    first = members_services.merge(
        source_id=source.pk, target_id=target.pk, by=two_people(key="m")
    )
    before = everything()

    again = members_services.merge(
        source_id=source.pk, target_id=target.pk, by=two_people(key="m")
    )

    assert again == first
    assert everything() == before
    assert AuditEvent.objects.filter(act="members.merged").count() == 1
    with pytest.raises(IdempotencyConflict):
        members_services.merge(
            source_id=target.pk, target_id=source.pk, by=two_people(key="m")
        )


def untouched(source: Member, target: Member) -> None:
    source.refresh_from_db()
    target.refresh_from_db()
    assert source.is_active
    assert target.is_active
    assert not Merge.objects.exists()


def test_it_takes_a_second_person_a_permission_and_a_reason() -> None:
    source, target = MemberFactory.create(), MemberFactory.create()
    give(source, 10_00)
    before = everything()
    maker = UserFactory.holding("store-manager")
    tried = [
        (two_people(key="a", role="cashier"), NotAllowed),
        (two_people(key="b", maker=maker, checker=maker), CheckerRefused),
        (two_people(key="c", checker=UserFactory.create()), CheckerRefused),
        (two_people(key="d", reason="  "), ReasonMissing),
    ]
    for mending, refusal in tried:
        with pytest.raises(refusal):
            members_services.merge(source_id=source.pk, target_id=target.pk, by=mending)
    wrong = two_people(key="e")
    object.__setattr__(wrong, "secret", "wrong")
    with pytest.raises(ProofRefused):
        members_services.merge(source_id=source.pk, target_id=target.pk, by=wrong)
    assert everything() == before
    untouched(source, target)


def test_nobody_is_merged_with_themselves_or_with_somebody_gone() -> None:
    one, two = MemberFactory.create(), MemberFactory.create()
    gone = MemberFactory.create()
    members_services.erase(member_id=gone.pk, reason="asked", by=by(), at=NOON)
    for source_id, target_id in (
        (one.pk, one.pk),
        (one.pk, gone.pk),
        (gone.pk, one.pk),
    ):
        with pytest.raises(errors.MergeRefused):
            members_services.merge(
                source_id=source_id, target_id=target_id, by=two_people(key="m")
            )
    with pytest.raises(errors.MemberUnknown):
        members_services.merge(source_id=one.pk, target_id=0, by=two_people(key="m"))
    untouched(one, two)


def test_a_booking_and_a_frozen_account_are_seen_to_first() -> None:
    for kind in (AccountKind.HELD, AccountKind.PRINCIPAL):
        source, target = MemberFactory.create(), MemberFactory.create()
        account_id = give(source, 10_00, kind)
        if kind == AccountKind.PRINCIPAL:
            ledger_services.set_account_status(account_id=account_id, status="frozen")
        with pytest.raises(errors.MergeRefused):
            members_services.merge(
                source_id=source.pk, target_id=target.pk, by=two_people(key="m")
            )
        assert balance(account_id) == 10_00
        untouched(source, target)


def test_a_merged_member_gets_nothing_more() -> None:
    source, target = MemberFactory.create(), MemberFactory.create()
    give(source, 10_00)
    members_services.merge(
        source_id=source.pk, target_id=target.pk, by=two_people(key="m")
    )
    with pytest.raises(AccountClosed), transaction.atomic():
        account_of(source, AccountKind.BONUS)
    with pytest.raises(errors.MemberNotActive):
        members_services.keep_active(member_id=source.pk)
    with pytest.raises(errors.MemberNotActive):
        members_services.change(member_id=source.pk, name="x", by=by(), at=NOON)
    # Nor from outside: neither by a row of the books nor by rising again.
    for attack in (
        "UPDATE members_member SET status = 'active', merged_into_id = NULL,"
        " ended_at = NULL WHERE id = %s",
        "INSERT INTO ledger_account (kind, unit_id, guarded, side, holder_kind,"
        " holder_id, slot, status, balance) SELECT 'points', id, true, 'C', 'member',"
        " %s, '', 'open', 0 FROM ledger_unit LIMIT 1",
    ):
        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(attack, [source.pk])


def test_nobody_is_called_merged_while_they_hold_an_account() -> None:
    source, target = MemberFactory.create(), MemberFactory.create()
    give(source, 10_00)
    with pytest.raises(DatabaseError, match="holds no open account"):
        call_merged(source, target)


def call_merged(source: Member, target: Member) -> None:
    """As a hand in the database would, without moving anything."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE members_member SET status = 'merged', merged_into_id = %s,"
            " ended_at = now() WHERE id = %s",
            [target.pk, source.pk],
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_member_who_stays_busy_is_left_alone_after_a_few_tries() -> None:
    tries: list[Act] = []

    def write(act: Act) -> None:
        tries.append(act)
        raise errors.MemberBusy

    with pytest.raises(errors.MemberBusy):
        with_second_person(
            write,
            act=MERGE,
            amount=0,
            subject="member:1>member:2",
            by=two_people(key="busy"),
            members=(),
        )
    assert len(tries) == TRIES
    assert Approval.objects.get().used_at is None
