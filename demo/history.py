"""A year of visits, written set by set: who came when, ate what, paid how."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from ledger.kinds import EntryKind
from ledger.services import Act, Draft, Line
from policies import selectors as policies_selectors
from recognition.services import VisitRow
from stored_value.models import TopUp, TopUpPlanVersion, WalletPolicy
from stores.models import Store, User
from tiers.models import TierPolicy
from tiers.periods import growth_expires_at

from .bills import Held, earned, order, pay, sale_lines
from .house import TENDERS, MemberAccounts, StoreAccounts
from .pen import Pen, Piece
from .people import Person

A_YEAR = 365
AT_ONCE = 10_000
REDEEMED = 1_000
# What is paid, what comes on top; and the plan that says so.
OFFERS = ((300_00, 50_00), (500_00, 100_00), (1000_00, 250_00))


@dataclass(slots=True)
class Purse:
    """What a guest holds while their year is told."""

    principal: int = 0
    points: int = 0
    bonus: list[tuple[datetime, int]] = field(default_factory=list)

    def held(self, at: datetime) -> Held:
        """What can pay at a moment; bonus that has expired cannot."""
        alive = sum(left for expires_at, left in self.bonus if expires_at > at)
        return Held(self.principal, alive)

    def spend(self, principal: int, bonus: int, at: datetime) -> None:
        """Take it out, the first to expire first."""
        self.principal -= principal
        kept = []
        for expires_at, left in sorted(self.bonus):
            taken = min(left, bonus) if expires_at > at else 0
            bonus -= taken
            if left > taken:
                kept.append((expires_at, left - taken))
        self.bonus = kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """Where the year happens, and by which rules."""

    stores: Sequence[Store]
    cashiers: Mapping[int, User]
    accounts: Mapping[int, StoreAccounts]
    plan: TopUpPlanVersion
    bonus_lasts: timedelta
    wallet_policy: WalletPolicy
    tier_policy: TierPolicy
    law: str


@dataclass(slots=True)
class Written:
    """What a history came to."""

    entries: int = 0
    visits: int = 0
    top_ups: int = 0


class History:
    """Tells the year of one guest after the other, and writes it in large pieces."""

    def __init__(self, *, shop: Shop, dice: random.Random, until: datetime) -> None:
        self.shop = shop
        self.dice = dice
        self.until = until
        self.written = Written()
        self._piece = Piece()
        self._pen = Pen()

    def tell(self, person: Person, member_id: int, accounts: MemberAccounts) -> None:
        """Everything that one guest did."""
        purse = Purse()
        for number, (store, at) in enumerate(self._times(person)):
            self._visit(person, member_id, accounts, purse, store, at, number)
        if len(self._piece.drafts) >= AT_ONCE:
            self._pen.write(self._turn_the_page())

    def finish(self) -> Written:
        """Write what is left, and wait until all of it is written."""
        self._pen.finish(self._turn_the_page())
        return self.written

    def _turn_the_page(self) -> Piece:
        full, self._piece = self._piece, Piece()
        self.written.entries += len(full.drafts)
        self.written.top_ups += len(full.top_ups)
        self.written.visits += len(full.visits)
        return full

    def _times(self, person: Person) -> Iterator[tuple[Store, datetime]]:
        """When they came: by their own rhythm, or once or twice in the year."""
        begins = max(self.until - timedelta(days=A_YEAR - 1), person.member.joined_at)
        days = (self.until - begins).days
        ago = sorted(self._days(person, days), reverse=True)
        for days_ago in ago:
            at_home = self.dice.random() < 0.85
            store = person.home if at_home else self.dice.choice(self.shop.stores)
            day = (self.until - timedelta(days=days_ago + 1)).astimezone(store.zone)
            is_dinner = self.dice.random() < 0.62
            at = day.replace(
                hour=17 if is_dinner else 11, minute=20, second=0, microsecond=0
            ) + timedelta(seconds=self.dice.randrange(3 * 3600))
            if at > begins:
                yield store, at

    def _days(self, person: Person, days: int) -> set[int]:
        if days < 1:
            return set()
        if not person.is_known:
            return {self.dice.randrange(days) for _ in range(person.seldom)}
        found, passed = set(), self.dice.uniform(0, person.gap)
        while passed < min(days, person.leaves_after):
            found.add(days - 1 - int(passed))
            passed += max(1.0, self.dice.gauss(person.gap, person.gap / 4))
        return found

    def _visit(
        self,
        person: Person,
        member_id: int,
        accounts: MemberAccounts,
        purse: Purse,
        store: Store,
        at: datetime,
        number: int,
    ) -> None:
        shop, dice = self.shop, self.dice
        day = at.astimezone(store.zone).date()
        act = self._act(store, day)
        bill = order(person, dice)
        key = f"demo:{person.number}:{number}"
        if accounts.principal and purse.held(at).total < bill.amount:
            self._top_up(member_id, accounts, purse, act, at, key)
        held = purse.held(at)
        gain = earned(
            bill,
            held,
            day,
            store.zone,
            growth_expires_at(shop.tier_policy, person.member.joined_at, at),
        )
        self._piece.drafts.append(
            Draft(
                kind=EntryKind.SALE,
                key=f"{key}:sale",
                at=at,
                act=act,
                lines=sale_lines(
                    bill=bill,
                    held=held,
                    tender=dice.choice(TENDERS),
                    gain=gain,
                    store=shop.accounts[store.pk],
                    member=accounts,
                ),
            )
        )
        part = pay(bill, held)
        purse.spend(part.principal, part.bonus, at)
        purse.points += gain.points
        if purse.points > 3 * REDEEMED and dice.random() < 0.2:
            self._redeem(accounts, purse, act, store, at, key)
        self._piece.visits.append(
            VisitRow(
                member_id=member_id,
                store_id=store.pk,
                at=at,
                business_date=day,
                amount=bill.amount,
                source="sale",
                reference=f"{person.number}-{number}",
                lines=bill.lines,
            )
        )

    def _top_up(
        self,
        member_id: int,
        accounts: MemberAccounts,
        purse: Purse,
        act: Act,
        at: datetime,
        key: str,
    ) -> None:
        shop, dice = self.shop, self.dice
        paid, bonus = dice.choices(OFFERS, weights=(5, 3, 1))[0]
        store = shop.accounts[act.store_id or 0]
        at -= timedelta(minutes=1)
        bonus_until = at + shop.bonus_lasts
        self._piece.top_ups[len(self._piece.drafts)] = TopUp(
            member_id=member_id,
            store_id=act.store_id,
            staff_id=act.staff_id,
            at=at,
            paid=paid,
            bonus=bonus,
            bonus_expires_at=bonus_until,
            plan_version=shop.plan,
            policy=shop.wallet_policy,
            profile=shop.law,
        )
        self._piece.drafts.append(
            Draft(
                kind=EntryKind.TOP_UP,
                key=f"{key}:top-up",
                at=at,
                act=act,
                memo=shop.plan.plan.name[:80],
                lines=[
                    Line(
                        debit_id=store.tenders[dice.choice(TENDERS)],
                        credit_id=accounts.principal,
                        amount=paid,
                    ),
                    Line(
                        debit_id=store.promotion,
                        credit_id=accounts.bonus,
                        amount=bonus,
                        expires_at=bonus_until,
                    ),
                ],
            )
        )
        purse.principal += paid
        purse.bonus.append((bonus_until, bonus))

    def _redeem(
        self,
        accounts: MemberAccounts,
        purse: Purse,
        act: Act,
        store: Store,
        at: datetime,
        key: str,
    ) -> None:
        self._piece.drafts.append(
            Draft(
                kind=EntryKind.REDEMPTION,
                key=f"{key}:points",
                at=at + timedelta(minutes=1),
                act=act,
                memo="积分换礼",
                lines=[
                    Line(
                        debit_id=accounts.points,
                        credit_id=self.shop.accounts[store.pk].points_granted,
                        amount=REDEEMED,
                    )
                ],
            )
        )
        purse.points -= REDEEMED

    def _act(self, store: Store, day: date) -> Act:
        """The cashier of the store; shifts of long ago are not kept in the demo."""
        cashier = self.shop.cashiers[store.pk]
        return Act(
            actor=f"staff:{cashier.pk}",
            business_date=day,
            request_id="demo",
            store_id=store.pk,
            staff_id=cashier.pk,
        )


def shop_of(
    *,
    stores: Sequence[Store],
    accounts: Mapping[int, StoreAccounts],
    plan: TopUpPlanVersion,
    at: datetime,
) -> Shop:
    """The stores with their cashiers, and the rules as they are now."""
    days = plan.plan.bonus_valid_days
    policy = policies_selectors.in_force(WalletPolicy, at=at)
    return Shop(
        stores=stores,
        cashiers={
            store.pk: User.objects.get(username=f"cashier-{store.code.lower()}")
            for store in stores
        },
        accounts=accounts,
        plan=plan,
        bonus_lasts=timedelta(days=days or policy.bonus_valid_days or A_YEAR),
        wallet_policy=policy,
        tier_policy=policies_selectors.in_force(TierPolicy, at=at),
        law=policies_selectors.profile(at=at).code,
    )
