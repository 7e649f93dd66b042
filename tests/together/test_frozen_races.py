"""A freeze and a payment at the same moment: the payment is before it, or refused."""

import pytest

from checkout.asked import Asked
from ledger.models import Entry
from members import services as members_services
from members.errors import SpendingFrozen
from members.models import Member
from members.services import freeze
from stored_value import services as stored_value_services
from stored_value.holders import Holder
from stores.models import Store
from tests.checkout.test_races import capture_without
from tests.factories.bills import a_guest, no_codes, settle, till_of
from tests.factories.ledger import an_act
from tests.factories.stores import NOON, StoreFactory
from tests.ledger.racing import one_in_the_other

pytestmark = pytest.mark.django_db(transaction=True)
QUESTION = "IF members_is_frozen(ARRAY"


def put_freeze(member: Member) -> Member:
    return members_services.freeze_spending(
        member_id=member.pk, by=an_act(actor=f"member:{member.pk}"), at=NOON
    )


def pay(store: Store, member: Member) -> object:
    return settle(
        10_00,
        store=store,
        member=member,
        asked=Asked(coupons=(), stored_value=10_00),
        key="bill",
        reference="bill",
    )


def hold(store: Store, member: Member) -> object:
    return stored_value_services.hold(
        holder=Holder.member(member.pk),
        amount=10_00,
        by=till_of(store),
        at=NOON,
        key="bill",
    )


def paid() -> bool:
    return Entry.objects.filter(key="bill").exists()


@pytest.fixture
def store() -> Store:
    no_codes()
    return StoreFactory.create()


@pytest.fixture
def member(store: Store) -> Member:
    guest = a_guest(principal=100_00, store=store)
    # The first bill opens accounts: that alone waits for whoever holds the member.
    settle(1_00, store=store, member=guest)
    return guest


@pytest.mark.parametrize("door", [pay, hold])
def test_a_payment_waits_for_a_freeze_and_is_refused(
    door: object, store: Store, member: Member
) -> None:
    assert callable(door)
    outcomes = one_in_the_other(lambda: put_freeze(member), lambda: door(store, member))
    assert isinstance(outcomes[1], SpendingFrozen)
    assert not paid()


@pytest.mark.parametrize("door", [pay, hold])
def test_a_freeze_waits_for_a_payment_that_was_before_it(
    door: object, store: Store, member: Member
) -> None:
    assert callable(door)
    outcomes = one_in_the_other(
        lambda: door(store, member), lambda: (put_freeze(member), paid())
    )
    assert isinstance(outcomes[1], tuple), outcomes
    assert outcomes[1][1]  # whoever is told that it is frozen sees all that was paid


def test_without_the_question_a_bill_slips_past_a_freeze(
    store: Store, member: Member
) -> None:
    """Guard off, at the settling alone: the quote was made before the freeze."""
    with capture_without((QUESTION, "IF false AND members_is_frozen(ARRAY")):
        outcomes = one_in_the_other(
            lambda: put_freeze(member), lambda: pay(store, member)
        )
        assert paid(), outcomes


def test_without_the_question_a_hold_slips_past_a_freeze(
    store: Store, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freeze, "IS_FROZEN", "SELECT false, %s::bigint[]")
    one_in_the_other(lambda: put_freeze(member), lambda: hold(store, member))
    assert paid()
