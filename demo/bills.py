"""What a guest orders, and the entry that their bill becomes."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo

from common import money
from common.months import add_months, midnight
from ledger.services import Line
from recognition.services import SoldLine
from stored_value import rules
from stored_value.rules import SpendingOrder

from .house import MemberAccounts, StoreAccounts
from .menu import MENU, Dish
from .people import Person

POINTS_LAST = 12  # months, to the month's end
FOR_EVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Bill:
    """Lines and their sum, in minor units."""

    lines: tuple[SoldLine, ...]
    amount: int


@dataclass(frozen=True, slots=True)
class Held:
    """What a wallet can pay at this moment."""

    principal: int = 0
    bonus: int = 0

    @property
    def total(self) -> int:
        """Both together."""
        return self.principal + self.bonus


@dataclass(frozen=True, slots=True)
class Earned:
    """What a sale earns, and until when it lasts."""

    points: int
    points_until: datetime
    growth_until: datetime


NOTHING = Earned(0, FOR_EVER, FOR_EVER)


def order(person: Person, dice: random.Random) -> Bill:
    """Favourites more often than not, and something else besides."""
    wanted: dict[Dish, int] = {}
    eaters = max(1, person.party + dice.choice((-1, 0, 0, 0, 1)))
    for _ in range(1 if not person.is_known else dice.randint(2, 2 + eaters // 2)):
        dish = dice.choice(person.favourites if dice.random() < 0.6 else MENU)
        wanted[dish] = wanted.get(dish, 0) + 1
    lines = tuple(
        SoldLine(
            sku=dish.sku,
            name=dish.name,
            category=dish.category,
            quantity=pieces * (1 + eaters // 4),
            amount=pieces * (1 + eaters // 4) * dish.price,
        )
        for dish, pieces in sorted(wanted.items(), key=lambda found: found[0].sku)
    )
    return Bill(lines, sum(line.amount for line in lines))


def earned(
    bill: Bill, held: Held, day: date, zone: tzinfo, growth_until: datetime
) -> Earned:
    """One point for each whole yuan that is not paid with bonus."""
    bonus = pay(bill, held).bonus
    year_on = add_months(day, POINTS_LAST)
    until = midnight(add_months(year_on.replace(day=1), 1), zone)
    return Earned((bill.amount - bonus) // money.minor(1), until, growth_until)


def pay(bill: Bill, held: Held) -> rules.Split:
    """What of a bill the wallet pays: all that it can, principal and bonus alike."""
    amount = min(bill.amount, held.total)
    if not amount:
        return rules.Split(0, 0)
    return rules.split(
        amount=amount,
        principal=held.principal,
        bonus=held.bonus,
        order=SpendingOrder.PRO_RATA,
    )


def sale_lines(
    *,
    bill: Bill,
    held: Held,
    tender: str,
    gain: Earned,
    store: StoreAccounts,
    member: MemberAccounts,
) -> list[Line]:
    """The sale as one entry: the wallet, a tender for the rest, points and growth."""
    part = pay(bill, held)
    rest = bill.amount - part.principal - part.bonus
    payments: Mapping[int, int] = {
        member.principal: part.principal,
        member.bonus: part.bonus,
        store.tenders[tender]: rest,
    }
    lines = [
        Line(debit_id=account, credit_id=store.sales, amount=amount)
        for account, amount in payments.items()
        if amount
    ]
    if gain.points:
        lines.append(
            Line(
                debit_id=store.points_granted,
                credit_id=member.points,
                amount=gain.points,
                expires_at=gain.points_until,
            )
        )
        lines.append(
            Line(
                debit_id=store.growth_granted,
                credit_id=member.growth,
                amount=gain.points,
                expires_at=gain.growth_until,
            )
        )
    return lines
