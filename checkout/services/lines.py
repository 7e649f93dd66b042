"""The one entry of a sale, and the rows that say what its postings are."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings as django_settings

from checkout.bill import Payment, Quote, TenderGiven
from checkout.models import PaymentKind
from checkout.selectors import Look, settings
from ledger import services as ledger_services
from ledger.kinds import AccountKind
from ledger.services import HolderAccount
from points.expiry import expires_at
from points.services.facts import house_zone
from points.services.holding import GROWTH, POINTS, granted_of, holding_of
from stored_value.holders import Holder, open_wallet, store_account
from tiers import services as tiers_services


@dataclass(slots=True)
class Posts:
    """What is posted, and what is written of it, side by side."""

    debits: list[int] = field(default_factory=list)
    credits: list[int] = field(default_factory=list)
    amounts: list[int] = field(default_factory=list)
    expires: list[datetime | None] = field(default_factory=list)
    payments: list[dict[str, Any]] = field(default_factory=list)
    earned: dict[str, Any] | None = None

    def add(
        self, debit: int, credit: int, amount: int, until: datetime | None = None
    ) -> int:
        """One line; its place in the entry, counted from 1."""
        self.debits.append(debit)
        self.credits.append(credit)
        self.amounts.append(amount)
        self.expires.append(until)
        return len(self.debits)


def missing_accounts(
    found: Look, tenders: Sequence[TenderGiven], *, store_id: int
) -> bool:
    """Open what this sale posts to and what is not open yet; whether anything was.

    Only the first sale of a member, or of a store with a tender, has to.
    """
    opened = False
    kind, pk = found.wallet_holder
    if pk is not None and not (
        found.of_wallet("principal") and found.of_wallet("bonus")
    ):
        open_wallet(Holder(kind, pk))
        opened = True
    if found.member_id is not None and not all(
        found.of_points(*one)
        for one in (("points",), ("points", "pending"), ("debt",), ("growth",))
    ):
        holding_of(found.member_id)
        opened = True
    house = _missing_of_store(found, tenders, store_id)
    if house:
        ledger_services.open_accounts(house)
    return opened or bool(house)


def _missing_of_store(
    found: Look, tenders: Sequence[TenderGiven], store_id: int
) -> list[HolderAccount]:
    missing = []
    if found.of_store("sales", django_settings.CURRENCY) is None:
        missing.append(store_account(AccountKind.SALES, store_id))
    for kind in sorted({tender.kind for tender in tenders}):
        if found.of_store("tender", django_settings.CURRENCY, kind) is None:
            missing.append(store_account(AccountKind.TENDER, store_id, kind))
    if found.member_id is not None:
        for unit in (POINTS, GROWTH):
            if found.of_store("granted", unit) is None:
                missing.append(granted_of(unit, store_id))
    return missing


def posts_of(
    *,
    found: Look,
    quote: Quote,
    covered: Sequence[TenderGiven],
    at: datetime,
) -> Posts:
    """The lines of a sale: what pays, in order, and then what is earned."""
    posts = Posts()
    for payment in quote.payments:
        _pay(posts, payment, found)
    sales = _id(found, "sales", django_settings.CURRENCY)
    for tender in covered:
        posts.add(
            _id(found, "tender", django_settings.CURRENCY, tender.kind),
            sales,
            tender.amount,
        )
        posts.payments.append(
            _row(
                posts,
                PaymentKind.TENDER,
                tender.amount,
                tender=tender.kind,
                reference=tender.reference,
            )
        )
    if quote.earned is not None:
        _earn(posts, quote, found, at)
    return posts


def _pay(posts: Posts, payment: Payment, found: Look) -> None:
    if payment.kind == PaymentKind.POINTS:
        account = found.of_points("points")
        posts.add(
            account.pk if account else 0,
            _id(found, "granted", POINTS),
            payment.points,
        )
        row = _row(posts, payment.kind, payment.amount, points=payment.points)
    elif payment.card is not None:
        posts.add(
            payment.card.account_id or 0,
            _id(found, "sales", django_settings.CURRENCY),
            payment.amount,
        )
        row = _row(
            posts,
            payment.kind,
            payment.amount,
            gift_card=payment.card.card_id,
            last4=payment.card.last4,
        )
    else:
        for kind, part in (("principal", payment.principal), ("bonus", payment.bonus)):
            account = found.of_wallet(kind)
            if part and account is not None:
                posts.add(
                    account.pk, _id(found, "sales", django_settings.CURRENCY), part
                )
        row = _row(
            posts,
            payment.kind,
            payment.amount,
            principal=payment.principal,
            bonus=payment.bonus,
            holder=_holder(found),
        )
    posts.payments.append(row)


def _holder(found: Look) -> int | None:
    """Whose wallet paid, where it is not the member's own."""
    return found.share["owner_id"] if found.share else None


def _row(posts: Posts, kind: str, amount: int, **facts: Any) -> dict[str, Any]:
    plain = {
        "tender": "",
        "reference": "",
        "points": 0,
        "principal": 0,
        "bonus": 0,
        "gift_card": None,
        "last4": "",
        "holder": None,
    }
    place = len(posts.payments) + 1
    return {"place": place, "kind": str(kind), "amount": amount, **plain, **facts}


def _earn(posts: Posts, quote: Quote, found: Look, at: datetime) -> None:
    """What is earned: a debt is paid first, the rest is the member's."""
    result, member = quote.earned, found.member
    if result is None or member is None:
        return
    policy = settings.points_policy(found.policy("points"))
    debt, pending = found.of_points("debt"), found.of_points("points", "pending")
    points, growth = found.of_points("points"), found.of_points("growth")
    if not (debt and pending and points and growth):
        return
    paid = min(debt.balance, result.points)
    later = at + timedelta(days=policy.pending_days) if policy.pending_days else None
    until = expires_at(
        policy, earned_on=at.astimezone(house_zone()).date(), zone=house_zone()
    )
    source = _id(found, "granted", POINTS) if result.points else 0
    lot_place = growth_place = None
    if paid:
        posts.add(source, debt.pk, paid)
    if result.points > paid:
        target = pending if later else points
        lot_place = posts.add(
            source, target.pk, result.points - paid, None if later else until
        )
    if result.growth:
        lasts = tiers_services.growth_expires_at(
            settings.tier_policy(found.policy("tiers")),
            datetime.fromisoformat(member["joined_at"]),
            at,
        )
        growth_place = posts.add(
            _id(found, "granted", GROWTH), growth.pk, result.growth, lasts
        )
    posts.earned = {
        "amount": quote.net,
        "basis": result.basis.unrefunded(),
        "why": [step.as_json() for step in result.steps],
        "points": result.points,
        "growth": result.growth,
        "debt_paid": paid,
        "usable_from": later.isoformat() if later and result.points > paid else None,
        "expires_at": until.isoformat() if until and result.points else None,
        "lot_place": lot_place,
        "growth_place": growth_place,
    }


def _id(found: Look, kind: str, unit: str, slot: str = "") -> int:
    account = found.of_store(kind, unit, slot)
    return account.pk if account else 0
