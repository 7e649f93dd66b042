"""Making someone a member, one at the counter or a hundred thousand at once."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from django.db import IntegrityError, transaction

from ledger.services import Act
from members import keys
from members.birthdays import Birthday
from members.errors import NobodyNamed, PhoneTaken, ReferralUnknown
from members.fields import (
    read_choice,
    read_custom,
    read_email,
    read_salutation,
    read_store,
)
from members.models import CustomField, Member
from members.names import tidy
from members.phones import read_phone
from outbox import services as outbox_services
from outbox.kinds import EventKind
from policies import selectors as policies_selectors
from policies.models import ShopPolicy
from stores import services as stores_services

from .access import require

ONE_PER_PHONE = "members_member_one_per_phone"
ONE_PER_CODE = "members_member_one_per_code"
TRIES = 3


@transaction.atomic
def enrol(
    *,
    by: Act,
    at: datetime,
    name: str = "",
    phone: str = "",
    email: str = "",
    salutation: str = "",
    gender: str = "",
    language: str = "",
    birthday: Birthday | None = None,
    home_store_id: int | None = None,
    referral_code: str = "",
    custom: Mapping[str, object] | None = None,
) -> Member:
    """Take someone in, by what they tell us; the phone in any way of typing it.

    Raises NobodyNamed, NameRefused, PhoneNotRead, PhoneTaken, EmailRefused,
    ValueRefused, BirthdayRefused, ReferralUnknown, NotAllowed.
    """
    require(by, "members.add_member")
    tidied = tidy(name)
    if not tidied and not phone.strip():
        raise NobodyNamed
    member = Member(
        name=tidied,
        phone=phone_of(phone, at=at),
        email=read_email(email),
        salutation=read_salutation(salutation),
        gender=read_choice("gender", gender),
        language=read_choice("language", language),
        home_store_id=read_store(home_store_id) or by.store_id,
        referrer=referrer_of(referral_code),
        custom=read_custom(
            custom or {}, fields=list(CustomField.objects.filter(is_active=True))
        ),
        joined_at=at,
        **asdict(keys.keys_of(tidied)),
    )
    if birthday is not None:
        put_birthday(member, birthday.checked(today=by.business_date), at=at)
    _insert(member)
    stores_services.record_act(
        name="members.enrolled", by=by, at=at, subject=member, facts={}
    )
    # Of a load of many (`load_members`) nobody is told: they are members already.
    outbox_services.record(
        kind=EventKind.MEMBER_ENROLLED,
        subject=str(member.public_id),
        store_id=by.store_id,
        payload={"referred": member.referrer_id is not None},
        at=at,
    )
    return member


def phone_of(text: str, *, at: datetime) -> str | None:
    """What was typed as a phone, in E.164; None where nothing was."""
    if not text.strip():
        return None
    country = policies_selectors.in_force(ShopPolicy, at=at).country
    return read_phone(text, country=country)


def referrer_of(code: str) -> Member | None:
    """Who brought them, by the code that was given."""
    plain = code_of(code)
    if not plain:
        return None
    found = Member.objects.filter(
        referral_code=plain, status=Member.Status.ACTIVE
    ).first()
    if found is None:
        raise ReferralUnknown
    return found


def code_of(text: str) -> str:
    """A referral code as typed: any case, blanks and dashes, look-alikes mended."""
    plain = "".join(text.split()).replace("-", "").upper()
    return plain.translate(str.maketrans("OILU", "011V"))


def put_birthday(member: Member, birthday: Birthday, *, at: datetime) -> None:
    """Write a checked birthday into the row's fields."""
    member.birth_calendar = birthday.calendar
    member.birth_year = birthday.year
    member.birth_month = birthday.month
    member.birth_day = birthday.day
    member.birth_leap = birthday.leap
    member.birthday_set_at = at


def _insert(member: Member) -> None:
    """Write the row; a referral code that is taken already is drawn anew."""
    for tries_left in reversed(range(TRIES)):
        try:
            with transaction.atomic():
                member.save(force_insert=True)
        except IntegrityError as clash:
            if broke(clash, ONE_PER_PHONE):
                raise phone_taken(member.phone) from None
            if not (tries_left and broke(clash, ONE_PER_CODE)):
                raise
        else:
            return


def phone_taken(phone: str | None) -> PhoneTaken:
    """The refusal of a phone that leads to somebody already, now or formerly."""
    former = Member.objects.filter(phone=phone, status=Member.Status.MERGED)
    return PhoneTaken(is_former=former.exists())


def broke(clash: IntegrityError, constraint: str) -> bool:
    """Whether a row was refused by this constraint."""
    diagnosis = getattr(clash.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) == constraint
