"""A member, as tills are told and as they tell us."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from api.pictures import Picture

from .common import In, Out, TierOut, Wallet

type Name = Annotated[str, Field(max_length=200, examples=["王小明"])]
type Phone = Annotated[
    str,
    Field(
        max_length=40,
        description="Any way of writing it; without a prefix it is of the shop's"
        " country.",
        examples=["+8613800138000"],
    ),
]
type BirthdayText = Annotated[
    str,
    Field(
        max_length=10,
        description="`1990-05-17`, or `05-17` where the year is not told.",
        examples=["1990-05-17"],
    ),
]
type Gender = Literal["", "female", "male", "other"]
type Language = Literal["", "en", "zh-hans", "zh-hant"]


class Consents(In):
    """Whether we may write for marketing; what is not said stays unsaid."""

    sms: bool | None = None
    email: bool | None = None


class _Told(In):
    email: Annotated[str, Field(max_length=300)] | None = None
    birthday: BirthdayText | None = None
    lunar_birthday: bool | None = Field(
        default=None, description="The birthday is one of the lunar calendar."
    )
    gender: Gender | None = None
    language: Language | None = None
    consents: Consents | None = None
    referral_code: Annotated[str, Field(max_length=40)] | None = None
    note: Annotated[str, Field(max_length=1000)] | None = Field(
        default=None, description="For the colleagues, kept with the member."
    )


class MemberIn(_Told):
    """Someone who becomes a member."""

    name: Name
    phone: Phone


class MemberPatch(_Told):
    """What is to be changed; what is not named stays."""

    name: Name | None = None
    phone: Phone | None = None


class CardOut(Out):
    """The card that was shown, else the one that the member uses."""

    number: str
    status: str = Field(description="active, lost, expired, replaced or closed.")
    kind: str


class ExpiringPoints(Out):
    """How many points end on a day."""

    points: int
    on: date


class PointsOut(Out):
    """Points that may be spent, and when they end."""

    balance: int
    expiring: list[ExpiringPoints]


class FavouriteOut(Out):
    """An item, and on how many visits it was ordered."""

    sku: str
    name: str
    visits: int


class LastVisit(Out):
    """When and where the member was last."""

    on: date
    store: str


class ComingOut(Out):
    """A day that is near: `birthday`, or one of the member's occasions."""

    kind: str
    words: str
    on: date
    in_days: int


class NoteOut(Out):
    """A colleague's note."""

    at: datetime
    author: str
    words: str


class FeedbackOut(Out):
    """What the member said last, and where the complaint stands."""

    at: datetime
    score: int | None
    stars: int | None
    words: str
    state: str


class Recognition(Out):
    """What staff should know before they say a word."""

    preferences: list[str]
    dislikes: list[str]
    seats: list[str]
    sizes: list[str]
    allergies: list[str]
    favourites: list[FavouriteOut]
    visits: int
    last_visit: LastVisit | None
    rhythm_days: float | None
    birthday_soon: bool
    coming: list[ComingOut]
    notes: list[NoteOut]
    last_feedback: FeedbackOut | None
    open_complaints: int


class MemberOut(Out):
    """A member, with what they hold and what staff should know."""

    id: str
    name: str
    phone: str | None
    email: str
    birthday: str | None
    lunar_birthday: bool
    gender: str
    language: str
    referral_code: str
    tier: TierOut | None
    joined_at: datetime
    tags: list[str]
    card: CardOut | None
    wallet: Wallet
    points: PointsOut
    coupons: int
    recognition: Recognition
    is_former_phone: bool


def member_out(seen: Picture) -> MemberOut:
    """A picture as it is told."""
    born = seen.birthday
    return MemberOut(
        id=str(seen.public_id),
        name=seen.name,
        phone=seen.phone,
        email=seen.email,
        birthday=birthday_text(seen),
        lunar_birthday=born is not None and born.calendar == "lunar",
        gender=seen.gender,
        language=seen.language,
        referral_code=seen.referral_code,
        tier=TierOut(code=seen.tier["code"], name=seen.tier_name)
        if seen.tier
        else None,
        joined_at=seen.joined_at,
        tags=seen.tags,
        card=CardOut(**seen.card) if seen.card else None,
        wallet=wallet_out(seen),
        points=PointsOut(
            balance=seen.points,
            expiring=[ExpiringPoints(points=n, on=on) for n, on in seen.expiring],
        ),
        coupons=seen.coupons,
        is_former_phone=seen.is_former_phone,
        recognition=recognition_out(seen),
    )


def wallet_out(seen: Picture) -> Wallet:
    """What the wallet holds."""
    return Wallet(
        principal=seen.principal,
        bonus=seen.bonus,
        total=seen.principal + seen.bonus,
    )


def birthday_text(seen: Picture) -> str | None:
    """`1990-05-17`, or `05-17` where the year is not known."""
    born = seen.birthday
    if born is None:
        return None
    day = f"{born.month:02d}-{born.day:02d}"
    return day if born.year is None else f"{born.year:04d}-{day}"


def recognition_out(seen: Picture) -> Recognition:
    """What staff should know."""
    known = seen.known
    summary: dict[str, Any] = known["summary"] or {}
    words: dict[str, list[str]] = {}
    for kind, text in known["preferences"] or ():
        words.setdefault(kind, []).append(text)
    said = known["said"]
    return Recognition(
        preferences=words.get("like", []),
        dislikes=words.get("dislike", []),
        seats=words.get("seat", []),
        sizes=words.get("size", []),
        allergies=words.get("allergy", []),
        favourites=[
            FavouriteOut(sku=sku, name=name, visits=visits)
            for sku, name, visits, _pieces in seen.favourites
        ],
        visits=summary.get("visits", 0),
        last_visit=LastVisit(
            on=date.fromisoformat(summary["last_on"]), store=summary.get("store") or ""
        )
        if summary.get("last_on")
        else None,
        rhythm_days=summary.get("rhythm_days"),
        birthday_soon=any(day.kind == "birthday" for day in seen.coming),
        coming=[
            ComingOut(kind=day.kind, words=day.words, on=day.on, in_days=day.in_days)
            for day in seen.coming
        ],
        notes=[
            NoteOut(at=datetime.fromisoformat(at), author=author or "", words=text)
            for at, author, text in known["notes"] or ()
        ],
        last_feedback=FeedbackOut(
            at=datetime.fromisoformat(said["at"]),
            score=said["score"],
            stars=said["stars"],
            words=said["words"],
            state=said["state"],
        )
        if said
        else None,
        open_complaints=known["uncured"],
    )
