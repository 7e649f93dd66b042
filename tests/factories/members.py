"""Members for tests, and what hangs on them."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from factory.declarations import Sequence
from factory.django import DjangoModelFactory

from ledger import services as ledger_services
from ledger.kinds import AccountKind
from ledger.services import Act, HolderAccount
from members.birthdays import Birthday
from members.keys import keys_of
from members.models import CustomField, Member, StaffMembership, Tag
from members.services.enrol import put_birthday
from stores import services as stores_services
from stores.models import Store, User
from stores.services import Mending
from tests.factories.ledger import fund, yuan
from tests.factories.stores import NOON, PIN, StoreFactory, UserFactory


class MemberFactory(DjangoModelFactory[Member]):
    """Someone with a name and a phone, to be found by both."""

    class Meta:
        model = Member

    name = Sequence(lambda n: f"Member {n}")
    phone = Sequence(lambda n: f"+86138{n:08d}")
    joined_at = NOON

    @classmethod
    def _adjust_kwargs(cls, **kwargs: Any) -> dict[str, Any]:
        """The keys of the name, as the command writes them."""
        return {**asdict(keys_of(kwargs.get("name", ""))), **kwargs}

    @classmethod
    def born(cls, birthday: Birthday, **fields: Any) -> Member:
        """Someone with a birthday."""
        member = cls.build(**fields)
        put_birthday(member, birthday, at=NOON)
        member.save(force_insert=True)
        return member


class TagFactory(DjangoModelFactory[Tag]):
    class Meta:
        model = Tag

    name = Sequence(lambda n: f"Tag {n}")


class CustomFieldFactory(DjangoModelFactory[CustomField]):
    class Meta:
        model = CustomField

    code = Sequence(lambda n: f"field_{n}")
    name = Sequence(lambda n: f"Field {n}")
    kind = CustomField.Kind.TEXT


def account_of(
    member: Member,
    kind: AccountKind = AccountKind.PRINCIPAL,
    *,
    unit_id: int | None = None,
    slot: str = "",
) -> int:
    """An account of a member, opened if it is not there."""
    return ledger_services.open_account(
        HolderAccount(
            kind=kind,
            unit_id=unit_id or yuan(),
            holder_kind="member",
            holder_id=member.pk,
            slot=slot,
        )
    )


def give(
    member: Member,
    amount: int,
    kind: AccountKind = AccountKind.PRINCIPAL,
    *,
    unit_id: int | None = None,
    expires_at: datetime | None = None,
    at: datetime = NOON - timedelta(days=30),
) -> int:
    """Let a member hold something, by a posting; the account."""
    account_id = account_of(member, kind, unit_id=unit_id)
    fund(account_id, amount, expires_at=expires_at, at=at, unit_id=unit_id)
    return account_id


def by(role: str = "head-office", *, at: datetime = NOON, **facts: Any) -> Act:
    """Someone in a role, at no store unless one is named."""
    store = facts.pop("store", None)
    user = UserFactory.holding(role, store=store)
    return stores_services.act(staff=user, store=store, at=at, **facts)


def by_themselves(member: Member, *, at: datetime = NOON) -> Act:
    """The member, in the portal."""
    return Act(
        actor=f"member:{member.pk}",
        business_date=at.date(),
        request_id="portal",
    )


def two_people(
    *,
    key: str,
    reason: str = "came twice",
    role: str = "store-manager",
    store: Store | None = None,
    maker: User | None = None,
    checker: User | None = None,
    at: datetime = NOON,
) -> Mending:
    """Someone who does it and someone beside them."""
    store = store or StoreFactory.create()
    return Mending(
        maker=maker or UserFactory.holding(role, store=store),
        store=store,
        reason=reason,
        checker=checker or UserFactory.holding("head-office"),
        secret=PIN,
        key=key,
        at=at,
    )


def own_card(staff: User | int | None, member: Member | int) -> StaffMembership:
    """Somebody of the staff is this member, since long ago."""
    staff_id = staff.pk if isinstance(staff, User) else staff or 0
    member_id = member.pk if isinstance(member, Member) else member
    return StaffMembership.objects.create(
        staff_id=staff_id, member_id=member_id, since=NOON - timedelta(days=30)
    )
