"""Enrolling and changing a member on behalf of a till, each in one transaction."""

import re
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from cards import services as cards_services
from cards.models import CardKind
from ledger.services import Act
from members import services as members_services
from members.birthdays import LUNAR, SOLAR, Birthday
from members.errors import BirthdayIsSet
from members.models import Channel, Member, Purpose, Source
from recognition import services as recognition_services

from . import naming
from .problems import Invalid, Refusal
from .shapes.members import Consents, MemberIn, MemberPatch

WRITTEN: Final = re.compile(r"(?:([0-9]{4})-)?([0-9]{2})-([0-9]{2})", re.ASCII)


def not_found() -> Refusal:
    """There is no such member."""
    return Refusal("member_unknown", _("There is no such member."))


def identity(text: str) -> UUID:
    """An id as we gave it. Raises member_not_found."""
    found = naming.uuid_of(text)
    if found is None:
        raise not_found()
    return found


def find(text: str) -> int:
    """The member behind an id, whom they were merged into if they were.

    Raises member_not_found.
    """
    rows = Member.objects.filter(public_id=identity(text)).values_list(
        "pk", "status", "merged_into_id"
    )
    pk, status, merged_into = rows.first() or (None, Member.Status.ERASED, None)
    if pk is None or status == Member.Status.ERASED:
        raise not_found()
    return int(merged_into or pk)


def enrol(told: MemberIn, *, by: Act, at: datetime, key: str) -> int:
    """Take somebody in with all that they told; a free card on the phone comes along
    where the shop has one. The member's id.
    """
    if not told.phone.strip():
        raise Invalid([("phone", _("This is missing."))])
    member = members_services.enrol(
        by=by,
        at=at,
        name=told.name,
        phone=told.phone,
        email=told.email or "",
        gender=told.gender or "",
        language=told.language or "",
        birthday=_birthday(told),
        referral_code=told.referral_code or "",
    )
    _note(member.pk, told, by, at)
    kind = free_card()
    if kind is not None:
        cards_services.issue(
            kind_id=kind.pk, member_id=member.pk, by=by, at=at, key=f"{key}:card"
        )
    return member.pk


def free_card() -> CardKind | None:
    """The card that every member gets: on the phone, for nothing; the oldest kind."""
    kinds = CardKind.objects.filter(form=CardKind.Form.VIRTUAL, price=0, is_active=True)
    return kinds.order_by("pk").first()


def change(member_id: int, told: MemberPatch, *, by: Act, at: datetime) -> None:
    """Change what was named. A birthday that is known stays: a manager changes it; and
    nobody loses their phone to a till's empty field.
    """
    plain: dict[str, Any] = {
        name: value
        for name in ("name", "phone", "email", "gender", "language")
        if (value := getattr(told, name)) is not None
    }
    if not plain.get("phone", "told").strip():
        raise Invalid([("phone", _("This is missing."))])
    if plain:
        members_services.change(member_id=member_id, by=by, at=at, **plain)
    birthday = _birthday(told)
    if birthday is not None:
        before = members_services.birthday_of(Member.objects.get(pk=member_id))
        if before not in (None, birthday):
            raise BirthdayIsSet
        members_services.set_birthday(
            member_id=member_id, birthday=birthday, by=by, at=at
        )
    if told.referral_code:
        members_services.note_referrer(
            member_id=member_id, referral_code=told.referral_code, by=by, at=at
        )
    _note(member_id, told, by, at)


def _note(member_id: int, told: MemberIn | MemberPatch, by: Act, at: datetime) -> None:
    """What they agreed to, and what the colleagues should know."""
    if told.consents is not None:
        _consent(member_id, told.consents, by, at)
    if told.note and told.note.strip():
        recognition_services.write_note(
            member_id=member_id, words=told.note, by=by, at=at
        )


def _consent(member_id: int, consents: Consents, by: Act, at: datetime) -> None:
    said = {Channel.SMS: consents.sms, Channel.EMAIL: consents.email}
    given = [channel for channel, yes in said.items() if yes is True]
    taken = [channel for channel, yes in said.items() if yes is False]
    if given:
        members_services.give_consent(
            member_id=member_id,
            purpose=Purpose.MARKETING,
            channels=given,
            source=Source.API,
            by=by,
            at=at,
        )
    if taken:
        members_services.withdraw_consent(
            member_id=member_id,
            purpose=Purpose.MARKETING,
            channels=taken,
            source=Source.API,
            by=by,
            at=at,
        )


def _birthday(told: MemberIn | MemberPatch) -> Birthday | None:
    if told.birthday is None or told.birthday == "":
        return None
    found = WRITTEN.fullmatch(told.birthday)
    if found is None:
        raise Invalid([("birthday", _("Write it as 1990-05-17, or as 05-17."))])
    return Birthday(
        year=int(found[1]) if found[1] else None,
        month=int(found[2]),
        day=int(found[3]),
        calendar=LUNAR if told.lunar_birthday else SOLAR,
    )
