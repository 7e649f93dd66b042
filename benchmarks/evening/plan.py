"""What happens in the evening, drawn beforehand: the same again for the same seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

TENDERS: Final = ("cash", "card", "wechat", "alipay")
TROUBLE: Final = {  # of a hundred sales
    "double click": 12,
    "reload before": 8,
    "reload after": 5,
    "lost answer": 6,
    "back": 4,
}


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody with a card in hand."""

    phone: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One guest at a till: amounts in minor units, the place of a way of paying."""

    reference: str
    said: str
    amount: int
    tender: int
    points: bool
    top_up: int
    trouble: str


def turns(guests: Sequence[Guest], *, sales: int, seed: str) -> list[Turn]:
    """As many as there are sales; of seven guests one is a stranger."""
    dice = Random(seed)
    return [_turn(number, guests, dice) for number in range(1, sales + 1)]


def _turn(number: int, guests: Sequence[Guest], dice: Random) -> Turn:
    guest = dice.choice(guests)
    said = dice.choices(
        ("", guest.phone, guest.phone[-4:], guest.number), weights=(3, 8, 4, 6)
    )[0]
    happens = dice.randrange(100)
    trouble = ""
    for name, share in TROUBLE.items():
        if happens < share:
            trouble = name
            break
        happens -= share
    return Turn(
        reference=f"EVE-{number:04}",
        said=said,
        amount=dice.randrange(18_00, 420_00, 50),
        tender=dice.randrange(len(TENDERS)),
        points=bool(said) and dice.random() < 0.15,
        top_up=dice.choice((100_00, 300_00, 500_00))
        if said and dice.random() < 0.1
        else 0,
        trouble=trouble,
    )
