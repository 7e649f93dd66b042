"""Proving who one is: few tries, then a rest."""

from datetime import datetime, timedelta

import pytest

from stores import services as stores_services
from stores.errors import (
    OutOfReach,
    PinPaused,
    PinTooSimple,
    ProofLocked,
    ProofRefused,
)
from stores.models import AuditEvent, ProofTries, User
from tests.factories.stores import NOON, PASSWORD, PIN, StoreFactory, UserFactory

pytestmark = pytest.mark.django_db


def prove(
    user: User, secret: str, *, by: User | None = None, at: datetime = NOON
) -> None:
    """At a screen where somebody else is signed in; the same one unless told."""
    stores_services.prove(user=user, secret=secret, by=by or user, at=at)


def tries(account: User | None, maker: User | None) -> ProofTries:
    return ProofTries.objects.get(account=account, maker=maker)


@pytest.mark.parametrize("secret", [PIN, PASSWORD])
def test_a_pin_or_a_password_proves_it(secret: str) -> None:
    user = UserFactory.create()

    prove(user, secret)

    assert not ProofTries.objects.filter(failures__gt=0).exists()


@pytest.mark.parametrize("secret", ["", "000000", "😀", "9" * 5000, "\x00"])
def test_anything_else_is_refused_and_counted(secret: str) -> None:
    user, maker = UserFactory.create(), UserFactory.create()

    with pytest.raises(ProofRefused):
        prove(user, secret, by=maker)

    for counted in (tries(user, maker), tries(user, None), tries(None, maker)):
        assert counted.failures == 1
    event = AuditEvent.objects.get()
    assert (event.act, event.staff, event.subject_id) == (
        "stores.proof_refused",
        maker,
        str(user.pk),
    )


def guess(user: User, by: User, times: int) -> None:
    for _ in range(times):
        with pytest.raises((ProofRefused, ProofLocked, PinPaused)):
            prove(user, "111", by=by)


def test_five_wrong_tries_lock_it_for_a_quarter_of_an_hour() -> None:
    user, maker = UserFactory.create(), UserFactory.create()
    guess(user, maker, 4)
    with pytest.raises(ProofLocked):
        prove(user, "111", by=maker)

    with pytest.raises(ProofLocked):  # the right one is no better meanwhile
        prove(user, PIN, by=maker, at=NOON + timedelta(minutes=14))
    prove(user, PIN, by=maker, at=NOON + timedelta(minutes=15))

    pair = tries(user, maker)
    assert (pair.failures, pair.locked_until) == (0, None)
    acts = list(AuditEvent.objects.order_by("pk").values_list("act", flat=True))
    assert acts == ["stores.proof_refused"] * 4 + ["stores.proof_locked"]


def test_a_cashier_locks_a_managers_pin_for_nobody_else() -> None:
    manager, cashier, colleague = UserFactory.create_batch(3)

    guess(manager, cashier, 40)

    with pytest.raises(ProofLocked):
        prove(manager, PIN, by=cashier)
    prove(manager, PIN, by=colleague)
    prove(manager, PIN, by=manager)


def test_who_guesses_at_everybody_is_stopped_at_everybody() -> None:
    cashier = UserFactory.create()
    colleagues = UserFactory.create_batch(5)
    for colleague in colleagues[:4]:
        guess(colleague, cashier, 4)

    with pytest.raises(ProofLocked):
        prove(colleagues[4], PIN, by=cashier)

    prove(colleagues[4], PIN, by=colleagues[0])
    prove(colleagues[4], PIN, by=cashier, at=NOON + timedelta(minutes=15))


def test_ones_own_right_pin_buys_no_guesses_at_others() -> None:
    cashier = UserFactory.create()
    for colleague in UserFactory.create_batch(4):
        guess(colleague, cashier, 3)
        prove(cashier, PIN)
    assert tries(None, cashier).failures == 12


def test_several_who_guess_at_one_leave_only_the_password() -> None:
    manager, honest = UserFactory.create_batch(2)
    for gang in UserFactory.create_batch(4):
        guess(manager, gang, 5)

    with pytest.raises(PinPaused):
        prove(manager, PIN, by=honest)
    with pytest.raises(PinPaused):  # which tells a guesser nothing
        prove(manager, "111", by=honest)
    prove(manager, PASSWORD, by=honest)
    prove(manager, PIN, by=honest, at=NOON + timedelta(minutes=15))


def test_after_the_lock_five_tries_begin_anew() -> None:
    user = UserFactory.create()
    guess(user, user, 5)

    with pytest.raises(ProofRefused):
        prove(user, "111", at=NOON + timedelta(minutes=15))

    pair = tries(user, user)
    assert (pair.failures, pair.locked_until) == (1, None)


def test_wrong_tries_at_one_account_are_not_forgotten_overnight() -> None:
    user, maker = UserFactory.create_batch(2)
    for day in range(4):
        with pytest.raises(ProofRefused):
            prove(user, "111", by=maker, at=NOON + timedelta(days=day))

    with pytest.raises(ProofLocked):
        prove(user, "111", by=maker, at=NOON + timedelta(days=4))


def test_tries_long_past_do_not_pause_an_account() -> None:
    user = UserFactory.create()
    makers, at = UserFactory.create_batch(5), NOON
    for maker in makers * 4:
        at += timedelta(hours=1)
        with pytest.raises(ProofRefused):
            prove(user, "111", by=maker, at=at)

    prove(user, PIN, at=at)
    assert tries(user, None).failures == 1


def test_who_has_left_proves_nothing() -> None:
    user = UserFactory.create(is_active=False)

    with pytest.raises(ProofRefused):
        prove(user, PIN)


def test_no_pin_is_not_an_empty_pin() -> None:
    user = UserFactory.create(pin_hash="")

    with pytest.raises(ProofRefused):
        prove(user, "")


@pytest.mark.parametrize(
    "pin",
    [
        "",
        "123",
        "1234",
        "654321",
        "1111",
        "1234567",
        "12a4",
        "１９３７",
        "𝟏937",
        "000000",
        "123456",
        "1212",
        "121212",
        "123123",
        "12121",
        "1122",
        "332211",
    ],
)
def test_a_simple_pin_is_refused(pin: str) -> None:
    user = UserFactory.create()
    before = user.pin_hash

    with pytest.raises(PinTooSimple):
        stores_services.set_pin(user=user, pin=pin, by=user, at=NOON)

    user.refresh_from_db()
    assert user.pin_hash == before


def test_a_new_pin_counts_at_once_and_ends_a_lock() -> None:
    user = UserFactory.create()
    guess(user, user, 5)

    stores_services.set_pin(user=user, pin="83517", by=user, at=NOON)

    prove(user, "83517")
    with pytest.raises(ProofRefused):
        prove(user, PIN)


def test_a_manager_sets_the_pin_of_those_below_in_the_same_store() -> None:
    store = StoreFactory.create()
    manager = UserFactory.holding("store-manager", store=store)
    cashier = UserFactory.holding("cashier", store=store)

    stores_services.set_pin(user=cashier, pin="83517", by=manager, at=NOON)

    prove(cashier, "83517")
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
