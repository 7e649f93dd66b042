"""Stores, tills, people and shifts for tests."""

from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from django.contrib.auth.hashers import Argon2PasswordHasher, make_password
from django.test import Client
from django.utils.timezone import now
from factory.declarations import (
    LazyAttribute,
    LazyFunction,
    SelfAttribute,
    Sequence,
    SubFactory,
)
from factory.django import DjangoModelFactory

from ledger.services import Act
from stores import selectors as stores_selectors
from stores import services as stores_services
from stores.models import (
    Approval,
    Assignment,
    Role,
    RoleLimit,
    Shift,
    Store,
    Till,
    User,
)

PASSWORD = "correct horse battery"
PIN = "246810"
# Noon in Shanghai, and in winter a plain morning everywhere else.
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


class QuickArgon2(Argon2PasswordHasher):
    """The same algorithm at the lowest cost: tests prove much, and guess nothing."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1


@cache
def _hashed(secret: str) -> str:
    """Argon2 is slow on purpose: each secret of the tests is hashed once."""
    return make_password(secret)


class StoreFactory(DjangoModelFactory[Store]):
    class Meta:
        model = Store

    code = Sequence(lambda n: f"S{n}")
    name = Sequence(lambda n: f"Store {n}")
    time_zone = "Asia/Shanghai"
    recount_above = None  # most tests count once, and whatever comes to mind


class TillFactory(DjangoModelFactory[Till]):
    class Meta:
        model = Till

    store = SubFactory(StoreFactory)
    code = Sequence(lambda n: f"T{n}")


class UserFactory(DjangoModelFactory[User]):
    """Someone with a password and a PIN, and no role until `holding` gives one."""

    class Meta:
        model = User

    username = Sequence(lambda n: f"staff{n}")
    display_name = Sequence(lambda n: f"Staff {n}")
    password = LazyFunction(lambda: _hashed(PASSWORD))
    pin_hash = LazyFunction(lambda: _hashed(PIN))

    @classmethod
    def holding(cls, role: str, *, store: Store | None = None, **fields: Any) -> User:
        """Someone in one of the roles that the house begins with; no store: all."""
        user = cls.create(**fields)
        AssignmentFactory.create(
            user=user, role=Role.objects.get(code=role), store=store
        )
        return user


def take_away(user: User, *permissions: str) -> User:
    """The same, in roles that do not give these."""
    for role in Role.objects.filter(assignments__user=user):
        held = set(role.permissions) - set(permissions)
        Role.objects.filter(pk=role.pk).update(permissions=sorted(held))
    return user


class RoleFactory(DjangoModelFactory[Role]):
    class Meta:
        model = Role

    code = Sequence(lambda n: f"role-{n}")
    name = Sequence(lambda n: f"Role {n}")


class RoleLimitFactory(DjangoModelFactory[RoleLimit]):
    class Meta:
        model = RoleLimit

    role = SubFactory(RoleFactory)
    act = "ledger.adjust"
    per_act = 100_00
    per_shift = 300_00


class AssignmentFactory(DjangoModelFactory[Assignment]):
    class Meta:
        model = Assignment

    user = SubFactory(UserFactory)
    role = SubFactory(RoleFactory)
    store = None


class ShiftFactory(DjangoModelFactory[Shift]):
    """An open shift, in the hands of the one who opened it."""

    class Meta:
        model = Shift

    till = SubFactory(TillFactory)
    store = SelfAttribute("till.store")
    business_date = date(2026, 11, 20)
    opened_by = SubFactory(UserFactory)
    opened_at = NOON
    opening_float = 500_00
    holder = LazyAttribute(lambda shift: shift.opened_by)

    @classmethod
    def today(cls, **facts: Any) -> Shift:
        """Opened now: for screens, which know no other day."""
        at = now()
        day = stores_selectors.business_date(facts["till"].store, at)
        shift: Shift = cls.create(**{"business_date": day, "opened_at": at, **facts})
        return shift


def signed_in(user: User) -> Client:
    """A browser in which they have signed in."""
    client = Client()
    client.force_login(user, backend="stores.backends.RoleBackend")
    return client


def approval_beside(
    act: str, *, by: Act, subject: str, amount: int = 0, checker: User | None = None
) -> Approval:
    """What somebody beside a maker approved, and nobody has used yet."""
    assert by.store_id is not None
    assert by.staff_id is not None
    store = Store.objects.get(pk=by.store_id)
    return stores_services.approve_beside(
        act=act,
        maker=User.objects.get(pk=by.staff_id),
        checker=checker or UserFactory.holding("store-manager", store=store),
        secret=PIN,
        store=store,
        amount=amount,
        reason="known",
        at=NOON,
        subject=subject,
    )
