"""Two at once about the same people, on real connections."""

import uuid
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction

from ledger import selectors as ledger_selectors
from ledger import services as ledger_services
from ledger.errors import LedgerError
from members import errors
from members import selectors as members_selectors
from members import services as members_services
from members.birthdays import Birthday
from members.models import Member, MemberTag, Merge
from stores.services import act
from tests.factories.ledger import an_act, fund, spend
from tests.factories.members import MemberFactory, TagFactory, account_of, by, give
from tests.factories.stores import NOON, StoreFactory, UserFactory
from tests.ledger.racing import answers, execute, race, refusals

pytestmark = pytest.mark.django_db(transaction=True)
RUNNERS = 6


def merging(source_id: int, target_id: int, key: str) -> Merge:
    """The step after the approval, again where a till was in the way."""
    for _try in range(20):
        with suppress(errors.MemberBusy):
            return attempt(source_id, target_id, key)
    raise AssertionError("never got the lock")


@transaction.atomic
def attempt(source_id: int, target_id: int, key: str) -> Merge:
    return members_services.merge_step(
        source_id=source_id,
        target_id=target_id,
        reason="race",
        by=an_act(),
        at=NOON,
        key=key,
    )


def test_one_of_two_opposite_merges_wins() -> None:
    one, two = MemberFactory.create(), MemberFactory.create()
    give(one, 10_00)
    give(two, 5_00)

    told = race(
        lambda n: merging(*((one.pk, two.pk) if n % 2 else (two.pk, one.pk)), f"m{n}"),
        runners=RUNNERS,
    )

    assert len(answers(told)) == 1
    assert all(isinstance(told_no, errors.MergeRefused) for told_no in refusals(told))
    (left,) = Member.objects.filter(status="active")
    (account,) = ledger_selectors.accounts_held(holder_kind="member", holder_id=left.pk)
    assert account.balance == 15_00
    assert ledger_services.prove_books().is_proven


def test_the_same_merge_sent_many_times_happens_once() -> None:
    one, two = MemberFactory.create(), MemberFactory.create()
    give(one, 10_00)
    told = race(lambda _n: merging(one.pk, two.pk, "m").pk, runners=RUNNERS)
    assert len(set(answers(told))) == 1
    assert refusals(told) == []
    assert Merge.objects.count() == 1


def test_what_is_spent_and_paid_in_meanwhile_is_moved_or_refused() -> None:
    """Nothing is lost, nothing doubled: what was acknowledged is at the survivor."""
    source, target = MemberFactory.create(), MemberFactory.create()
    account_id = give(source, 100_00)

    def work(number: int) -> int:
        if number == 0:
            merging(source.pk, target.pk, "m")
            return 0
        total = 0
        for turn in range(5):
            try:
                if number % 2:
                    spend(account_id, 1_00)
                    total -= 1_00
                else:
                    fund(account_id, 3_00, key=f"f:{number}:{turn}")
                    total += 3_00
            except LedgerError:
                break
        return total

    told = race(work, runners=RUNNERS)

    assert refusals(told) == []
    spent = sum(answers(told))
    held = {
        member.pk: sum(
            account.balance
            for account in ledger_selectors.accounts_held(
                holder_kind="member", holder_id=member.pk
            )
        )
        for member in (source, target)
    }
    assert held == {source.pk: 0, target.pk: 100_00 + spent}
    assert ledger_services.prove_books().is_proven


def test_no_account_slips_in_while_a_member_goes() -> None:
    source, target = MemberFactory.create(), MemberFactory.create()

    def work(number: int) -> object:
        if number == 0:
            return merging(source.pk, target.pk, "m")
        return fund(account_of(source), 1_00)

    race(work, runners=RUNNERS)

    open_ones = [
        account
        for account in ledger_selectors.accounts_held(
            holder_kind="member", holder_id=source.pk
        )
        if account.status != "closed" or account.balance
    ]
    assert open_ones == []
    assert ledger_services.prove_books().is_proven


def test_without_the_trigger_one_does() -> None:
    """Guard off: an account opened before the merge ends outlives the member."""
    source, target = MemberFactory.create(), MemberFactory.create()
    merging(source.pk, target.pk, "m")
    trigger = "members_account_of_active_member"
    execute(f"ALTER TABLE ledger_account DISABLE TRIGGER {trigger}")
    try:
        fund(account_of(source), 1_00)
    finally:
        execute(f"ALTER TABLE ledger_account ENABLE ALWAYS TRIGGER {trigger}")
    (account,) = ledger_selectors.accounts_held(
        holder_kind="member", holder_id=source.pk
    )
    assert account.balance == 1_00


def test_one_phone_enrols_once() -> None:
    staff = UserFactory.holding("cashier")
    told = race(
        lambda _n: members_services.enrol(
            phone="13812345678", by=act(staff=staff, at=NOON), at=NOON
        ),
        runners=RUNNERS,
    )
    assert len(answers(told)) == 1
    assert {type(told_no) for told_no in refusals(told)} == {errors.PhoneTaken}
    assert Member.objects.count() == 1


def test_a_birthday_is_told_once_whoever_is_quicker() -> None:
    member = MemberFactory.create()
    staff = UserFactory.holding("cashier")
    told = race(
        lambda n: members_services.set_birthday(
            member_id=member.pk,
            birthday=Birthday(month=n + 1, day=1),
            by=act(staff=staff, at=NOON),
            at=NOON,
        ),
        runners=RUNNERS,
    )
    assert len(answers(told)) == 1
    assert {type(told_no) for told_no in refusals(told)} == {errors.BirthdayIsSet}


def test_a_tag_is_put_on_once() -> None:
    member, tag = MemberFactory.create(), TagFactory.create()
    staff = UserFactory.holding("cashier")
    race(
        lambda _n: members_services.tag(
            member_id=member.pk,
            tag_ids=[tag.pk],
            by=act(staff=staff, at=NOON),
            at=NOON,
        ),
        runners=RUNNERS,
    )
    assert MemberTag.objects.count() == 1


def test_a_till_is_never_the_one_that_is_stopped() -> None:
    """Whoever holds the account and then names the member goes on; the merge waits."""
    source, target = MemberFactory.create(), MemberFactory.create()
    account_id = give(source, 100_00)

    def till(number: int) -> str:
        with transaction.atomic():
            # Looked for at once, a deadlock is found wherever two wait for each other.
            execute("SET LOCAL deadlock_timeout = '1ms'")
            spend(account_id, 1_00, key=f"till:{number}:{uuid.uuid4()}")
            members_services.keep_active(member_id=source.pk)
        return "sold"

    def work(number: int) -> object:
        if number == 0:
            return merging(source.pk, target.pk, "m")
        return till(number)

    told = race(work, runners=RUNNERS)

    for told_no in refusals(told):
        assert isinstance(told_no, LedgerError | errors.MemberNotActive)
    assert members_selectors.resolve(source.pk) == target.pk
    assert ledger_services.prove_books().is_proven


def test_an_erased_member_is_not_written_about_meanwhile() -> None:
    store = StoreFactory.create()
    member = MemberFactory.create()
    doing = by("head-office", store=store)

    def work(number: int) -> object:
        if number == 0:
            return members_services.erase(
                member_id=member.pk, reason="x", by=doing, at=NOON
            )
        return members_services.change(
            member_id=member.pk,
            name=f"name {number}",
            by=doing,
            at=NOON + timedelta(minutes=number),
        )

    race(work, runners=RUNNERS)

    member.refresh_from_db()
    if member.status == Member.Status.ERASED:
        assert member.name == ""
        assert not member.history.exists()
