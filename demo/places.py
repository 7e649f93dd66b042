"""Who acts where: the stores with their people, and the shift that is open now."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ledger.services import Act
from stores import services as stores_services
from stores.models import Shift, Store, User

from .people import Person

type Guest = tuple[Person, int]


@dataclass(frozen=True, slots=True)
class Place:
    """A store, the people of it who act, and its till that is open at the end."""

    store: Store
    cashier: User
    lead: User
    manager: User
    shift: Shift

    def by(self, user: User, at: datetime) -> Act:
        """Somebody of the store, away from the till."""
        return stores_services.act(staff=user, store=self.store, at=at)

    def till(self, at: datetime, *, user: User | None = None) -> Act:
        """The cashier at the open till, or whoever steps in."""
        return stores_services.act(staff=user or self.cashier, shift=self.shift, at=at)


def places_of(stores: Sequence[Store]) -> list[Place]:
    """Every store with a till that is open."""
    found = []
    for store in stores:
        code = store.code.lower()
        cashier, lead, manager = (
            User.objects.get(username=f"{word}-{code}")
            for word in ("cashier", "lead", "manager")
        )
        shift = Shift.objects.get(store=store, closed_at=None)
        found.append(Place(store, cashier, lead, manager, shift))
    return found


class Scene:
    """Some guests, some places, and dice that say which."""

    def __init__(
        self,
        *,
        guests: Sequence[Guest],
        places: Sequence[Place],
        dice: random.Random,
        until: datetime,
    ) -> None:
        self.guests = guests
        self.places = places
        self.dice = dice
        self.until = until
        self.by = stores_services.act(task="demo", at=until)
        self.told: dict[str, int] = {}

    def count(self, word: str, times: int = 1) -> None:
        """So many more of these."""
        self.told[word] = self.told.get(word, 0) + times

    def ago(self, most_days: int = 9) -> datetime:
        """A moment of the last days."""
        return self.until - timedelta(minutes=self.dice.randrange(30, most_days * 1440))

    def some(self, count: int) -> list[int]:
        """So many of the guests, by their numbers as members."""
        chosen = self.dice.sample(self.guests, min(count, len(self.guests)))
        return [member_id for _person, member_id in chosen]

    def place(self) -> Place:
        """One of the stores."""
        return self.dice.choice(self.places)
