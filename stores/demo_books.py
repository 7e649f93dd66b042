"""Two weeks of trade for the demo's stores: top-ups, sales, points, a few mistakes.

Everything goes through the same services as a real day; the same seed and the same day
make the same books.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from ledger import selectors as ledger_selectors
from ledger import services as ledger_services
from ledger.kinds import AccountKind, EntryKind
from ledger.services import HolderAccount, Line

from . import services as stores_services
from .models import Shift, Store, Till, User

DAYS = 14
FLOAT = 500_00
PLANS = ((200_00, 20_00), (300_00, 50_00), (500_00, 100_00), (1000_00, 250_00))
TENDERS = ("cash", "wechat", "alipay", "card")
POINTS_LAST = timedelta(days=365)
BONUS_LASTS = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Holder:
    """What one member of the demo holds."""

    principal: int
    bonus: int
    points: int


class Books:
    """The demo's trade, posted as it would have happened."""

    def __init__(self, *, stores: list[Store], members: int, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 (a demo's dice, no secret)
        self.stores = stores
        currency = settings.CURRENCY
        self.money = ledger_services.open_unit(code=currency)
        self.points = ledger_services.open_unit(
            code="points", kind="points", exponent=0
        )
        self.holders = self._open_holders(members)
        self.house = self._open_house()

    def trade(self, *, until: datetime) -> int:
        """Two weeks up to now; the number of entries."""
        written = 0
        for days_ago in range(DAYS, -1, -1):
            for store in self.stores:
                written += self._day(store, until - timedelta(days=days_ago), until)
        return written

    def _open_holders(self, members: int) -> list[Holder]:
        wanted = [
            HolderAccount(
                kind=kind, unit_id=unit, holder_kind="member", holder_id=number
            )
            for number in range(1, members + 1)
            for kind, unit in (
                (AccountKind.PRINCIPAL, self.money),
                (AccountKind.BONUS, self.money),
                (AccountKind.POINTS, self.points),
            )
        ]
        ids = ledger_services.open_accounts(wanted)
        return [Holder(*ids[place : place + 3]) for place in range(0, len(ids), 3)]

    def _open_house(self) -> dict[tuple[int, str, str], int]:
        kinds = [
            *((AccountKind.TENDER, tender, self.money) for tender in TENDERS),
            (AccountKind.SALES, "", self.money),
            (AccountKind.PROMOTION, "", self.money),
            (AccountKind.GRANTED, "", self.points),
        ]
        names = [
            (store.pk, kind, slot, unit)
            for store in self.stores
            for kind, slot, unit in kinds
        ]
        ids = ledger_services.open_accounts(
            [
                HolderAccount(
                    kind=kind,
                    unit_id=unit,
                    holder_kind="store",
                    holder_id=store_id,
                    slot=slot,
                )
                for store_id, kind, slot, unit in names
            ]
        )
        return {
            (store_id, kind, slot): account_id
            for (store_id, kind, slot, _unit), account_id in zip(
                names, ids, strict=True
            )
        }

    def _day(self, store: Store, day: datetime, until: datetime) -> int:
        opens = day.astimezone(store.zone).replace(
            hour=10, minute=30, second=0, microsecond=0
        )
        is_today = day == until
        if is_today and until - opens < timedelta(minutes=30):
            opens = until - timedelta(minutes=30)
        closes = min(opens + timedelta(hours=11), until)
        cashier = User.objects.get(username=f"cashier-{store.code.lower()}")
        shift = stores_services.open_shift(
            till=Till.objects.get(store=store, code="T1"),
            opening_float=FLOAT,
            staff=cashier,
            at=opens,
        )
        written = sum(
            self._visit(shift, cashier, at)
            for at in self._moments(opens, closes, self.random.randint(12, 24))
        )
        if not is_today:
            self._close(shift, cashier, closes)
        return written

    def _moments(
        self, opens: datetime, closes: datetime, count: int
    ) -> Iterator[datetime]:
        seconds = int((closes - opens).total_seconds())
        for offset in sorted(self.random.randrange(1, seconds) for _ in range(count)):
            yield opens + timedelta(seconds=offset)

    def _visit(self, shift: Shift, cashier: User, at: datetime) -> int:
        holder = self.random.choice(self.holders)
        bill = self.random.randrange(38_00, 420_00, 50)
        held = sum(
            ledger_selectors.usable_balance(account_id=account_id, at=at)
            for account_id in (holder.principal, holder.bonus)
        )
        written = 0
        if held < bill:
            self._top_up(shift, cashier, holder, at)
            written += 1
        self._sell(shift, cashier, holder, bill, at)
        return written + 1

    def _top_up(
        self, shift: Shift, cashier: User, holder: Holder, at: datetime
    ) -> None:
        paid, bonus = self.random.choice(PLANS)
        tender = self.random.choice(TENDERS)
        house, store = self.house, shift.store_id
        ledger_services.post_entry(
            kind=EntryKind.TOP_UP,
            key=self._key("top-up"),
            at=at,
            act=stores_services.act(at=at, staff=cashier, shift=shift),
            lines=[
                Line(
                    debit_id=house[store, AccountKind.TENDER, tender],
                    credit_id=holder.principal,
                    amount=paid,
                ),
                Line(
                    debit_id=house[store, AccountKind.PROMOTION, ""],
                    credit_id=holder.bonus,
                    amount=bonus,
                    expires_at=at + BONUS_LASTS,
                ),
            ],
            memo=f"{paid // 100} + {bonus // 100}",
        )

    def _sell(
        self, shift: Shift, cashier: User, holder: Holder, bill: int, at: datetime
    ) -> None:
        house, store = self.house, shift.store_id
        sales = house[store, AccountKind.SALES, ""]
        lines: list[Line] = []
        due = bill
        for account_id in (holder.principal, holder.bonus):
            held = ledger_selectors.usable_balance(account_id=account_id, at=at)
            take = min(held, due)
            if take:
                lines.append(Line(debit_id=account_id, credit_id=sales, amount=take))
                due -= take
        if due:
            tender = house[store, AccountKind.TENDER, self.random.choice(TENDERS)]
            lines.append(Line(debit_id=tender, credit_id=sales, amount=due))
        lines.append(
            Line(
                debit_id=house[store, AccountKind.GRANTED, ""],
                credit_id=holder.points,
                amount=max(1, bill // 100),
                expires_at=at + POINTS_LAST,
            )
        )
        act = stores_services.act(at=at, staff=cashier, shift=shift)
        sale = ledger_services.post_entry(
            kind=EntryKind.SALE, key=self._key("sale"), at=at, act=act, lines=lines
        )
        if self.random.random() < 0.03:
            ledger_services.reverse_entry(
                entry_id=sale.entry_id,
                key=self._key("void"),
                at=at + timedelta(minutes=2),
                act=act,
                memo="typed the wrong bill",
            )

    def _close(self, shift: Shift, cashier: User, at: datetime) -> None:
        counted = dict.fromkeys(TENDERS, 0)
        counted |= ledger_selectors.tender_totals(shift_id=shift.pk)
        counted["cash"] += FLOAT - self.random.choice([0, 0, 0, 0, 1_00])
        stores_services.close_shift(shift=shift, counted=counted, by=cashier, at=at)

    def _key(self, word: str) -> str:
        return f"demo:{word}:{self.random.getrandbits(64):016x}"


def load_books(*, stores: list[Store], members: int, seed: int, until: datetime) -> int:
    """Fill empty books with two weeks of trade, then prove and seal them.

    The number of entries; 0 where there is something already.
    """
    if not members or ledger_selectors.has_entries():
        return 0
    # A demo that is lost is made again: only real shops wait for the disk.
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")
    written = Books(stores=stores, members=members, seed=seed).trade(until=until)
    with connection.cursor() as cursor:
        cursor.execute("RESET synchronous_commit")
    ledger_services.record_proof(
        proof=ledger_services.prove_books(), started_at=until, finished_at=until
    )
    ledger_services.seal_day(day=until.date(), at=until)
    return written
