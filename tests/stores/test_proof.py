"""Proving who one is: few tries, then a rest."""

from datetime import timedelta

import pytest

from stores import services as stores_services
from stores.errors import OutOfReach, PinTooSimple, ProofLocked, ProofRefused
from stores.models import AuditEvent
from tests.factories.stores import NOON, PASSWORD, PIN, StoreFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("secret", [PIN, PASSWORD])
def test_a_pin_or_a_password_proves_it(secret: str) -> None:
    user = UserFactory.create()

    stores_services.prove(user=user, secret=secret, at=NOON)

    user.refresh_from_db()
    assert user.pin_failures == 0


@pytest.mark.parametrize("secret", ["", "000000", "😀", "9" * 5000, "\x00"])
def test_anything_else_is_refused_and_counted(secret: str) -> None:
    user = UserFactory.create()

    with pytest.raises(ProofRefused):
        stores_services.prove(user=user, secret=secret, at=NOON)

    user.refresh_from_db()
    assert user.pin_failures == 1


def test_five_wrong_tries_lock_it_for_a_quarter_of_an_hour() -> None:
    user = UserFactory.create()
    for _ in range(4):
        with pytest.raises(ProofRefused):
            stores_services.prove(user=user, secret="111", at=NOON)
    with pytest.raises(ProofLocked):
        stores_services.prove(user=user, secret="111", at=NOON)

    with pytest.raises(ProofLocked):  # the right one is no better meanwhile
        stores_services.prove(user=user, secret=PIN, at=NOON + timedelta(minutes=14))
    stores_services.prove(user=user, secret=PIN, at=NOON + timedelta(minutes=15))

    user.refresh_from_db()
    assert (user.pin_failures, user.pin_locked_until) == (0, None)
    acts = list(AuditEvent.objects.order_by("pk").values_list("act", flat=True))
    assert acts == ["stores.proof_refused"] * 4 + ["stores.proof_locked"]


def test_after_the_lock_five_tries_begin_anew() -> None:
    user = UserFactory.create(pin_failures=5, pin_locked_until=NOON)

    with pytest.raises(ProofRefused):
        stores_services.prove(user=user, secret="111", at=NOON)

    user.refresh_from_db()
    assert (user.pin_failures, user.pin_locked_until) == (1, None)


def test_who_has_left_proves_nothing() -> None:
    user = UserFactory.create(is_active=False)

    with pytest.raises(ProofRefused):
        stores_services.prove(user=user, secret=PIN, at=NOON)


def test_no_pin_is_not_an_empty_pin() -> None:
    user = UserFactory.create(pin_hash="")

    with pytest.raises(ProofRefused):
        stores_services.prove(user=user, secret="", at=NOON)


@pytest.mark.parametrize(
    "pin", ["", "123", "1234", "654321", "1111", "1234567", "12a4", "１９３７", "𝟏937"]
)
def test_a_simple_pin_is_refused(pin: str) -> None:
    user = UserFactory.create()
    before = user.pin_hash

    with pytest.raises(PinTooSimple):
        stores_services.set_pin(user=user, pin=pin, by=user, at=NOON)

    user.refresh_from_db()
    assert user.pin_hash == before


def test_a_new_pin_counts_at_once_and_ends_a_lock() -> None:
    user = UserFactory.create(pin_failures=5, pin_locked_until=NOON + timedelta(1))

    stores_services.set_pin(user=user, pin="83517", by=user, at=NOON)

    stores_services.prove(user=user, secret="83517", at=NOON)
    with pytest.raises(ProofRefused):
        stores_services.prove(user=user, secret=PIN, at=NOON)


def test_a_manager_sets_the_pin_of_those_below_in_the_same_store() -> None:
    store = StoreFactory.create()
    manager = UserFactory.holding("store-manager", store=store)
    cashier = UserFactory.holding("cashier", store=store)

    stores_services.set_pin(user=cashier, pin="83517", by=manager, at=NOON)

    stores_services.prove(user=cashier, secret="83517", at=NOON)
    event = AuditEvent.objects.get(act="stores.pin_set")
    assert (event.staff, event.subject_id) == (manager, str(cashier.pk))


def test_nobody_sets_the_pin_of_one_who_may_do_more_or_elsewhere() -> None:
    store = StoreFactory.create()
    manager = UserFactory.holding("store-manager", store=store)
    above = [
        UserFactory.holding("head-office"),
        UserFactory.holding("cashier", store=StoreFactory.create()),
        UserFactory.create(is_superuser=True),
        UserFactory.create(),  # no role yet: head office's to give
    ]

    for user in above:
        with pytest.raises(OutOfReach):
            stores_services.set_pin(user=user, pin="83517", by=manager, at=NOON)

    for user in above:
        before = user.pin_hash
        user.refresh_from_db()
        assert user.pin_hash == before
