"""A share that is stopped while somebody pays by it: before the stop, or refused."""

import pytest

from cards import services as cards_services
from cards.models import WalletShare
from cards.services import shares
from checkout.asked import Asked
from ledger.models import Entry
from members.models import Member
from stores.models import Store
from tests.factories.bills import a_guest, no_codes, settle
from tests.factories.cards import CardFactory
from tests.factories.members import MemberFactory, by_themselves
from tests.factories.stores import NOON, StoreFactory
from tests.ledger.racing import one_in_the_other

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def store() -> Store:
    no_codes()
    return StoreFactory.create()


@pytest.fixture
def share(store: Store) -> WalletShare:
    owner = a_guest(principal=100_00, store=store)
    card = CardFactory.create(member=MemberFactory.create())
    made = WalletShare.objects.create(
        owner=owner, card=card, per_day=50_00, made_at=NOON
    )
    pay(store, made, key="first")  # opens what a first bill opens
    return made


def pay(store: Store, share: WalletShare, key: str = "bill") -> object:
    assert share.card
    return settle(
        10_00,
        store=store,
        code=share.card.number,
        asked=Asked(coupons=(), stored_value=10_00),
        key=key,
        reference=key,
    )


def stop(share: WalletShare) -> bool:
    owner: Member = share.owner
    cards_services.stop_share(
        share_id=share.pk, member_id=owner.pk, by=by_themselves(owner), at=NOON
    )
    return paid()


def paid() -> bool:
    return Entry.objects.filter(key="bill").exists()


def test_a_payment_waits_for_a_stop_and_is_refused(
    store: Store, share: WalletShare
) -> None:
    outcomes = one_in_the_other(lambda: stop(share), lambda: pay(store, share))
    assert isinstance(outcomes[1], Exception)
    assert not paid()


def test_a_stop_waits_for_a_payment_that_was_before_it(
    store: Store, share: WalletShare
) -> None:
    outcomes = one_in_the_other(lambda: pay(store, share), lambda: stop(share))
    assert outcomes[1] is True, outcomes


def test_without_the_lock_a_payment_slips_past_a_stop(
    store: Store, share: WalletShare, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guard off: whoever stopped it is told so, and it is paid after that."""
    monkeypatch.setattr(shares, "STAYS", "SELECT %s::bigint")
    outcomes = one_in_the_other(lambda: pay(store, share), lambda: stop(share))
    assert outcomes[1] is False
    assert paid()
