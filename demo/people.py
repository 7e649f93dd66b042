"""Inventing members: their names, birthdays, homes, and how often they come."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from members.birthdays import LUNAR, SOLAR, Birthday
from members.services import NewMember
from stores.models import Store

from .menu import MENU, Dish
from .names import invent, salutation, year_of_birth

HOMES = (45, 32, 23)
YEARS = 3 * 365
# So many are known well; the rest came once or twice in the year, or only joined.
KNOWN = 1_000
SELDOM = ((0, 45), (1, 40), (2, 11), (3, 4))


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An invented guest: whom the house knows, and how they live."""

    number: int
    member: NewMember
    brought_by: int | None
    home: Store
    gap: float
    favourites: tuple[Dish, ...]
    party: int
    fills_wallet: bool
    leaves_after: float
    is_known: bool
    seldom: int

    @property
    def comes(self) -> bool:
        """Whether they ever ordered something."""
        return self.is_known or self.seldom > 0


def invent_people(
    *, count: int, stores: Sequence[Store], dice: random.Random, until: datetime
) -> list[Person]:
    """So many guests, those who joined first in front."""
    joined = sorted(
        until - timedelta(minutes=int(YEARS * 1440 * (1 - dice.random() ** 0.6)) + 60)
        for _ in range(count)
    )
    # Known guests are spread over all who ever joined.
    known = set(dice.sample(range(count), min(count, KNOWN)))
    return [
        _person(number, at, stores, dice, until, is_known=number in known)
        for number, at in enumerate(joined)
    ]


def _person(
    number: int,
    joined_at: datetime,
    stores: Sequence[Store],
    dice: random.Random,
    until: datetime,
    *,
    is_known: bool,
) -> Person:
    gender = "female" if dice.random() < 0.57 else "male"
    born = year_of_birth(dice, today=until.date())
    name = invent(dice, gender=gender, born=born)
    home = dice.choices(stores, weights=HOMES[: len(stores)])[0]
    return Person(
        number=number,
        member=NewMember(
            joined_at=joined_at,
            name=name,
            phone=f"+86199{(number * 7_368_787 + 12_345_678) % 100_000_000:08d}",
            salutation=salutation(name, gender),
            gender=gender,
            language=_language(dice),
            birthday=_birthday(dice, born),
            home_store_id=home.pk,
        ),
        brought_by=dice.randrange(number) if number and dice.random() < 0.09 else None,
        home=home,
        gap=min(120.0, 5 + dice.expovariate(1 / 24)),
        favourites=tuple(dice.sample(MENU, 3)),
        party=dice.choices((1, 2, 3, 4, 6, 8), weights=(12, 38, 20, 18, 8, 4))[0],
        fills_wallet=dice.random() < 0.34,
        leaves_after=400 if dice.random() < 0.72 else dice.uniform(40, 330),
        is_known=is_known,
        seldom=dice.choices(*zip(*SELDOM, strict=True))[0],
    )


def _language(dice: random.Random) -> str:
    """Most read simplified Chinese; nothing said is the house's own."""
    codes = [code for code, _name in settings.LANGUAGES]
    return dice.choice(codes) if dice.random() < 0.05 else ""


def _birthday(dice: random.Random, born: int) -> Birthday | None:
    """Two of three told it; elder guests keep it by the moon."""
    told, month, day = dice.random(), dice.randint(1, 12), dice.randint(1, 28)
    if told > 0.68:
        return None
    is_lunar = told < (0.2 if born < 1970 else 0.03)
    return Birthday(
        month=month,
        day=day,
        year=None if is_lunar or dice.random() < 0.35 else born,
        calendar=LUNAR if is_lunar else SOLAR,
    )
