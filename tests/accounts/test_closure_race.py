"""Leaving while a till is at work: the bill or the leaving, never half of both."""

import pytest

from accounts import services as accounts_services
from accounts.models import CodePurpose, MemberDevice
from checkout.models import Sale
from common.errors import DomainError
from ledger import services as ledger_services
from ledger.kinds import AccountKind
from members import services as members_services
from members.errors import HoldingsChanged
from members.models import Member
from stored_value.holders import Holder
from tests.factories.accounts import asked, code_sent_last, device_of
from tests.factories.bills import cash, settle
from tests.factories.ledger import points_unit
from tests.factories.members import MemberFactory, by_themselves, give
from tests.factories.stores import NOON, StoreFactory
from tests.ledger.racing import one_in_the_other

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def member() -> Member:
    """With points and a wallet, and no money in it."""
    member = MemberFactory.create()
    give(member, 900, AccountKind.POINTS, unit_id=points_unit())
    Holder.member(member.pk)
    return member


def is_whole(member: Member, *, gone: bool, sales: int) -> None:
    member.refresh_from_db()
    assert (member.status == Member.Status.ERASED) is gone
    assert Sale.objects.count() == sales
    assert ledger_services.prove_books().failing == {}
    if gone:
        closure = members_services.closure_of(member_id=member.pk, at=NOON)
        assert (closure.money, closure.ended) == ((), ())


def coming(member: Member) -> tuple[MemberDevice, str, str]:
    """A device, the code that came, and what was read when it was asked for."""
    device, _token = device_of(member)
    asked(
        member.phone,
        purpose=CodePurpose.CLOSURE,
        browser=accounts_services.device_secret(device),
    )
    seen = members_services.closure_of(member_id=member.pk, at=NOON).fingerprint
    return device, code_sent_last(), seen


def test_a_bill_that_was_first_is_seen_before_anybody_goes(member: Member) -> None:
    store = StoreFactory.create()
    device, code, seen = coming(member)
    sold, left = one_in_the_other(
        lambda: settle(88_00, store=store, member=member, tenders=[cash(88_00)]),
        lambda: accounts_services.close_account(
            device=device, code=code, seen=seen, at=NOON
        ),
    )
    assert not isinstance(sold, Exception)
    # The bill earned points that nobody had read of.
    assert isinstance(left, HoldingsChanged)
    is_whole(member, gone=False, sales=1)


def test_who_went_first_pays_no_bill(member: Member) -> None:
    store = StoreFactory.create()
    seen = members_services.closure_of(member_id=member.pk, at=NOON).fingerprint
    left, sold = one_in_the_other(
        lambda: members_services.close_account_step(
            member_id=member.pk,
            seen=seen,
            by=by_themselves(member),
            at=NOON,
            key="closure:1",
        ),
        lambda: settle(88_00, store=store, member=member, tenders=[cash(88_00)]),
    )
    assert left is None
    assert isinstance(sold, DomainError)
    is_whole(member, gone=True, sales=0)
