"""The last two weeks, through the same services as a real day: shifts, sales, mistakes.

The same seed and the same moment make the same books.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from ledger import selectors as ledger_selectors
from ledger import services as ledger_services
from ledger.kinds import EntryKind
from ledger.services import Act
from points import services as points_services
from points.earning import Bought, Tender
from points.models import Accrual
from recognition import services as recognition_services
from stored_value import services as stored_value_services
from stored_value.holders import Holder
from stores import services as stores_services
from stores.models import Shift, Store, Till, User
from tiers.periods import growth_expires_at

from .bills import NOTHING, Bill, Held, earned, order, pay, sale_lines
from .history import OFFERS, Shop
from .house import TENDERS, MemberAccounts
from .people import Person
from .sales import Sales

DAYS = 14
FLOAT = 500_00
# Points of older sales stand in the sale's own entry, as those of the year before.
EARNED_BY_SERVICE = timedelta(days=3)
# Every so many guests are settled by the checkout itself; the others as it posted them.
BY_CHECKOUT = 6
BUSY = 12  # sales a day and store, in a shop of two hundred guests or more


class Trade:
    """Two weeks of guests, each with a till, a cashier and a shift."""

    def __init__(
        self,
        *,
        shop: Shop,
        guests: Sequence[tuple[Person, int]],
        accounts: Mapping[int, MemberAccounts],
        dice: random.Random,
        sales: Sales,
    ) -> None:
        self.sales = sales
        self.shop = shop
        self.guests = guests
        self.weights = [1 / person.gap for person, _member_id in guests]
        self.accounts = accounts
        self.dice = dice
        self.busy = max(2, min(BUSY, len(guests) * BUSY // 200))
        self.sold = self.came = 0
        self.by_service_from: datetime | None = None

    def trade(self, *, until: datetime) -> int:
        """Two weeks up to now; the number of sales."""
        self.by_service_from = until - EARNED_BY_SERVICE
        for days_ago in range(DAYS, -1, -1):
            for store in self.shop.stores:
                self._day(store, until - timedelta(days=days_ago), until)
        return self.sold

    def _day(self, store: Store, day: datetime, until: datetime) -> None:
        opens = day.astimezone(store.zone).replace(
            hour=10, minute=30, second=0, microsecond=0
        )
        is_today = day == until
        if is_today and until - opens < timedelta(minutes=30):
            opens = until - timedelta(minutes=30)
        closes = min(opens + timedelta(hours=11), until)
        cashier = self.shop.cashiers[store.pk]
        shift = stores_services.open_shift(
            till=Till.objects.get(store=store, code="T1"),
            opening_float=FLOAT,
            staff=cashier,
            at=opens,
        )
        count = self.busy + self.dice.randint(-(self.busy // 3), self.busy // 3)
        for at in self._moments(opens, closes, count):
            self._visit(shift, store, cashier, at)
        if not is_today:
            self._close(shift, cashier, closes)

    def _moments(
        self, opens: datetime, closes: datetime, count: int
    ) -> Iterator[datetime]:
        seconds = int((closes - opens).total_seconds())
        for offset in sorted(self.dice.randrange(1, seconds) for _ in range(count)):
            yield opens + timedelta(seconds=offset)

    def _visit(self, shift: Shift, store: Store, cashier: User, at: datetime) -> None:
        person, member_id = self.dice.choices(self.guests, weights=self.weights)[0]
        accounts, bill = self.accounts[member_id], order(person, self.dice)
        act = stores_services.act(at=at, staff=cashier, shift=shift)
        held = self._held(accounts, at)
        if accounts.principal and held.total < bill.amount:
            stored_value_services.top_up(
                holder=Holder.member(member_id),
                tenders=[
                    stored_value_services.Tender(
                        self.dice.choice(TENDERS), self.dice.choice(OFFERS[:2])[0]
                    )
                ],
                by=act,
                at=at,
                key=self._key("top-up"),
            )
            held = self._held(accounts, at)
        self.came += 1
        if self.came % BY_CHECKOUT == 0:
            self.sales.settle(shift, cashier, member_id, bill, at)
            self.sold += 1
        else:
            self._sell(shift, store, cashier, person, member_id, bill, held, at)

    def _held(self, accounts: MemberAccounts, at: datetime) -> Held:
        if not accounts.principal:
            return Held()
        return Held(
            *(
                ledger_selectors.usable_balance(account_id=account_id, at=at)
                for account_id in (accounts.principal, accounts.bonus)
            )
        )

    def _sell(
        self,
        shift: Shift,
        store: Store,
        cashier: User,
        person: Person,
        member_id: int,
        bill: Bill,
        held: Held,
        at: datetime,
    ) -> None:
        act = stores_services.act(at=at, staff=cashier, shift=shift)
        by_service = self.by_service_from is not None and at >= self.by_service_from
        until = growth_expires_at(self.shop.tier_policy, person.member.joined_at, at)
        gain = earned(bill, held, act.business_date, store.zone, until)
        key = self._key("sale")
        number = f"{store.code}-{key[-10:].upper()}"  # as another program writes them
        sale = ledger_services.post_entry(
            kind=EntryKind.SALE,
            key=key,
            at=at,
            act=act,
            lines=sale_lines(
                bill=bill,
                held=held,
                tender=self.dice.choice(TENDERS),
                gain=NOTHING if by_service else gain,
                store=self.shop.accounts[store.pk],
                member=self.accounts[member_id],
            ),
        )
        recognition_services.note_visit(
            member_id=member_id,
            store_id=store.pk,
            at=at,
            business_date=act.business_date,
            amount=bill.amount,
            lines=bill.lines,
            source="sale",
            reference=number,
        )
        accrual = (
            self._earn(member_id, bill, held, act, key, number, at)
            if by_service
            else None
        )
        self.sold += 1
        if self.dice.random() < 0.03:
            later = at + timedelta(minutes=2)
            ledger_services.reverse_entry(
                entry_id=sale.entry_id,
                key=f"{key}:void",
                at=later,
                act=act,
                memo="开错了账单",
            )
            recognition_services.void_visit(source="sale", reference=number, at=later)
            if accrual is not None:
                points_services.refund_accrual(
                    accrual_id=accrual.pk,
                    amount=bill.amount,
                    by=stores_services.act(task="demo", store=store, at=later),
                    at=later,
                    key=f"{key}:unearned",
                )

    def _earn(
        self,
        member_id: int,
        bill: Bill,
        held: Held,
        act: Act,
        key: str,
        reference: str,
        at: datetime,
    ) -> Accrual:
        part = pay(bill, held)
        paid = {
            Tender.MONEY: bill.amount - part.principal - part.bonus,
            Tender.PRINCIPAL: part.principal,
            Tender.BONUS: part.bonus,
        }
        return points_services.accrue(
            member_id=member_id,
            lines=[
                Bought(amount=line.amount, category=line.category)
                for line in bill.lines
            ],
            paid={tender: amount for tender, amount in paid.items() if amount},
            by=act,
            at=at,
            key=f"{key}:points",
            reference=reference,
        )

    def _close(self, shift: Shift, cashier: User, at: datetime) -> None:
        counted = dict.fromkeys(TENDERS, 0)
        counted |= ledger_selectors.tender_totals(shift_id=shift.pk)
        counted["cash"] += FLOAT - self.dice.choice([0, 0, 0, 0, 1_00])
        stores_services.close_shift(shift=shift, counted=counted, by=cashier, at=at)

    def _key(self, word: str) -> str:
        return f"demo:{word}:{self.dice.getrandbits(64):016x}"
