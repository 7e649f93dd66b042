"""Changing what is known about a member, and who may change what."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from ledger.services import Act
from members import keys
from members.birthdays import Birthday
from members.errors import (
    BirthdayIsSet,
    BirthdayTooNear,
    NobodyNamed,
    NotYourself,
    ReferralUnknown,
    ValueRefused,
)
from members.fields import (
    read_choice,
    read_custom,
    read_email,
    read_salutation,
    read_store,
)
from members.models import CustomField, Member
from members.names import tidy
from outbox import services as outbox_services
from outbox.kinds import EventKind
from stores import services as stores_services
from stores.errors import NotAllowed
from stores.models import User

from .access import is_a_member, require, require_self_or
from .enrol import (
    ONE_PER_PHONE,
    broke,
    phone_of,
    phone_taken,
    put_birthday,
    referrer_of,
)
from .locks import lock_member

# Days before a birthday in which nobody moves it: a gift is not to be caught twice.
TOO_NEAR_DAYS = 30
# What a member changes about themselves; the rest is for staff.
OWN: Final = frozenset(
    {"name", "email", "salutation", "gender", "language", "home_store_id"}
)
STAFFS: Final = OWN | {"phone", "custom"}
# Permissions beyond changing a member at all.
GUARDED: Final = {"phone": "members.change_phone"}


@transaction.atomic
def change(*, member_id: int, by: Act, at: datetime, **given: Any) -> Member:
    """Change what was given: name, email, salutation, gender, language,
    home_store_id, and for staff phone and custom. What stays the same is no change.

    Custom answers are added to those that are there; an empty one is taken away.
    Raises NotAllowed and whatever `enrol` raises for a field.
    """
    require_self_or(by, member_id, "members.change_member")
    unknown = given.keys() - (OWN if is_a_member(by) else STAFFS)
    if unknown:
        raise NotAllowed(permission="members.change_member")
    member = lock_member(member_id)
    wanted = {name: _read(member, name, value, at) for name, value in given.items()}
    changed = [name for name, value in wanted.items() if getattr(member, name) != value]
    if not changed:
        return member
    had_phone = member.phone is not None
    for name in changed:
        if name in GUARDED:
            require(by, GUARDED[name])
        setattr(member, name, wanted[name])
    if not member.name and not member.phone:
        raise NobodyNamed
    if "name" in changed:
        changed += _put_keys(member)
    if "phone" in changed and had_phone:
        member.phone_changed_at = at
        changed.append("phone_changed_at")
    _save(member, changed)
    stores_services.record_act(
        name="members.changed",
        by=by,
        at=at,
        subject=member,
        facts={"fields": sorted(set(changed) & STAFFS)},
    )
    _tell(member, set(changed) & STAFFS, by=by, at=at)
    return member


@transaction.atomic
def change_own_phone(*, member_id: int, phone: str, by: Act, at: datetime) -> Member:
    """A member's new phone (E.164); the caller has had both phones proven. What they
    spend above the limit waits for a day. Raises PhoneTaken, MemberNotActive.
    """
    member = lock_member(member_id)
    if member.phone == phone:
        return member
    member.phone, member.phone_changed_at = phone, at
    _save(member, ["phone", "phone_changed_at"])
    stores_services.record_act(
        name="members.phone_changed", by=by, at=at, subject=member, facts={}
    )
    _tell(member, {"phone"}, by=by, at=at)
    return member


@transaction.atomic
def set_birthday(
    *, member_id: int, birthday: Birthday, by: Act, at: datetime
) -> Member:
    """Say when someone was born: once by anyone, later only with the permission.

    Never changed within 30 days before the old or the new one comes. Raises
    BirthdayRefused, BirthdayIsSet, BirthdayTooNear, NotAllowed.
    """
    require_self_or(by, member_id, "members.change_member")
    birthday.checked(today=by.business_date)
    member = lock_member(member_id)
    before = birthday_of(member)
    if before == birthday:
        return member
    if before is not None:
        if is_a_member(by):
            raise BirthdayIsSet
        try:
            require(by, "members.change_birthday")
        except NotAllowed as refusal:
            raise BirthdayIsSet from refusal
        if any(
            kept.is_near(by.business_date, days=TOO_NEAR_DAYS)
            for kept in (before, birthday)
        ):
            raise BirthdayTooNear
    put_birthday(member, birthday, at=at)
    _save(
        member,
        [
            "birth_calendar",
            "birth_year",
            "birth_month",
            "birth_day",
            "birth_leap",
            "birthday_set_at",
        ],
    )
    stores_services.record_act(
        name="members.birthday_set", by=by, at=at, subject=member, facts={}
    )
    _tell(member, {"birthday"}, by=by, at=at)
    return member


@transaction.atomic
def assign_keeper(
    *, member_id: int, keeper_id: int | None, by: Act, at: datetime
) -> Member:
    """Put a member into somebody's care, or out of it."""
    require(by, "members.assign_keeper")
    member = lock_member(member_id)
    at_work = User.objects.filter(is_active=True)
    if keeper_id is not None and not at_work.filter(pk=keeper_id).exists():
        raise ValueRefused(field="keeper", message=_("Choose one of what is offered."))
    if member.keeper_id == keeper_id:
        return member
    member.keeper_id = keeper_id
    _save(member, ["keeper"])
    stores_services.record_act(
        name="members.keeper_assigned",
        by=by,
        at=at,
        subject=member,
        facts={"keeper": keeper_id},
    )
    return member


@transaction.atomic
def note_referrer(
    *, member_id: int, referral_code: str, by: Act, at: datetime
) -> Member:
    """Say who brought them, once, by the code of whoever it was.

    Raises ReferralUnknown, NotYourself, ValueRefused where it is known already.
    """
    require_self_or(by, member_id, "members.change_member")
    member = lock_member(member_id)
    referrer = referrer_of(referral_code)
    if referrer is None:
        raise ReferralUnknown
    if referrer.pk == member.pk:
        raise NotYourself
    if member.referrer_id is not None:
        raise ValueRefused(
            field="referrer", message=_("It is known already who brought this member.")
        )
    member.referrer = referrer
    _save(member, ["referrer"])
    stores_services.record_act(
        name="members.referrer_noted", by=by, at=at, subject=member, facts={}
    )
    return member


def birthday_of(member: Member) -> Birthday | None:
    """A member's birthday as a value; None where it was never told."""
    if member.birth_month is None or member.birth_day is None:
        return None
    return Birthday(
        month=member.birth_month,
        day=member.birth_day,
        year=member.birth_year,
        calendar=member.birth_calendar,
        leap=member.birth_leap,
    )


def _read(member: Member, name: str, value: Any, at: datetime) -> Any:
    if name == "home_store_id":
        return read_store(value)
    if name == "custom":
        return _answers(member, value)
    text = str(value or "")
    if name == "name":
        return tidy(text)
    if name == "phone":
        return phone_of(text, at=at)
    if name == "email":
        return read_email(text)
    if name == "salutation":
        return read_salutation(text)
    return read_choice(name, text)


def _answers(member: Member, given: Mapping[str, object]) -> dict[str, object]:
    """The answers afterwards; what the shop no longer asks stays as it was told."""
    fields = CustomField.objects.filter(is_active=True)
    answers = read_custom(given, fields=list(fields))
    kept = {code: value for code, value in member.custom.items() if code not in given}
    return {**kept, **answers}


def _put_keys(member: Member) -> list[str]:
    fresh = asdict(keys.keys_of(member.name))
    for name, value in fresh.items():
        setattr(member, name, value)
    return list(fresh)


def _tell(member: Member, fields: Iterable[str], *, by: Act, at: datetime) -> None:
    """Which fields changed, never what they say: who may know that asks for it."""
    outbox_services.record(
        kind=EventKind.MEMBER_CHANGED,
        subject=str(member.public_id),
        store_id=by.store_id,
        payload={"fields": sorted(name.removesuffix("_id") for name in fields)},
        at=at,
    )


def _save(member: Member, fields: Iterable[str]) -> None:
    try:
        with transaction.atomic():
            member.save(update_fields=[name.removesuffix("_id") for name in fields])
    except IntegrityError as clash:
        if broke(clash, ONE_PER_PHONE):
            raise phone_taken(member.phone) from None
        raise
