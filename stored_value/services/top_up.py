"""Money in: principal, and what was promised on top, in one entry."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.db.models import Count

from common.text import one_line
from ledger import services as ledger_services
from ledger.kinds import AccountKind, EntryKind
from ledger.services import Act, Line
from outbox import services as outbox_services
from outbox.kinds import EventKind
from stored_value.errors import (
    CashRefused,
    HoldsTooMuch,
    PlanRefused,
    TenderRefused,
    TopUpTooLarge,
    TopUpTooSmall,
)
from stored_value.holders import (
    Holder,
    WalletAccounts,
    lock_wallets,
    open_store_account,
    open_wallet,
)
from stored_value.models import TopUp, TopUpPlanVersion
from stored_value.offers import NO_LONGER, Gift, Occasion
from stored_value.requests import done_before, fingerprint_of
from stored_value.selectors.plans import (
    Offer,
    best_offer,
    current_versions,
    offers,
    versions_of,
)
from stored_value.selectors.wallets import terms_at
from stored_value.terms import WalletTerms
from stores import selectors as stores_selectors
from stores import services as stores_services
from stores.models import Approval

from .coupons import Laid, laid_on, use_step
from .doing import refuse_own, require_in_use
from .gifts import give_step, tier_of

TOP_UP = "stored_value.top_up_wallet"
LARGEST = 10**15


@dataclass(frozen=True, slots=True)
class Tender:
    """A way of paying, and how much of it in minor units."""

    slot: str
    amount: int


@transaction.atomic
def top_up(
    *,
    holder: Holder,
    tenders: Sequence[Tender],
    by: Act,
    at: datetime,
    key: str,
    plan_id: int | None = None,
    coupon_id: int | None = None,
    approval: Approval | None = None,
    reference: str = "",
) -> TopUp:
    """Take money in: “pay 300, get 50” is principal 300 and bonus 50, one entry.

    The plan that gives most applies, unless one is named. `reference` is what a payment
    provider calls the payment. A top-up coupon of the member adds to it what it gives
    and is used up with it. What all that promises is stamped
    on the top-up with the rules and the law of that moment. Raises what limits, plans,
    coupons and the books refuse; nothing is changed then.
    """
    paid = _paid(tenders)
    request = fingerprint_of(
        "top_up",
        holder.kind,
        holder.id,
        sorted((tender.slot, tender.amount) for tender in tenders),
        plan_id,
        *(() if coupon_id is None else ("coupon", coupon_id)),
    )
    accounts = open_wallet(holder)
    balances = lock_wallets([holder])
    done = done_before(key=key, fingerprint=request)
    if done is not None:
        return TopUp.objects.get(entry_id=done)
    member = require_in_use(holder)
    refuse_own(by, [holder])
    for tender in tenders:
        stores_selectors.require_taken(tender.slot, store_id=by.store_id)
    terms = terms_at(at)
    _check_limits(terms, holder, tenders, paid, _held(accounts, balances))
    laid = laid_on(
        holder=holder, coupon_id=coupon_id, plan_id=plan_id, paid=paid, by=by, at=at
    )
    is_alone = laid is not None and laid.stands_alone
    offer = None if is_alone else _offer(holder, paid, plan_id, by, at)
    by = stores_services.use_limit(
        by=by,
        act=TOP_UP,
        amount=paid,
        at=at,
        approval=approval,
        subject=f"{holder.kind}:{holder.id}",
        members=[holder.member_id],
    )
    row = _promised(holder, paid, offer, laid, terms, by, at)
    row.reference = one_line(reference, 200)
    posted = ledger_services.post_entry(
        kind=EntryKind.TOP_UP,
        key=key,
        at=at,
        act=by,
        lines=_lines(accounts, tenders, row),
        memo=row.plan_version.plan.name[:80] if row.plan_version else "",
        fingerprint=request,
    )
    row.entry_id = posted.entry_id
    row.save(force_insert=True)
    use_step(top_up=row, by=by, at=at)
    give_step(top_up=row, gift=offer.gift if offer else Gift(), by=by, at=at)
    stores_services.record_act(
        name=TOP_UP,
        by=by,
        at=at,
        subject=row,
        facts={
            "entry": str(posted.entry_id),
            "paid": paid,
            "bonus": row.bonus,
            **({"coupon": row.coupon_id} if row.coupon_id is not None else {}),
        },
    )
    outbox_services.record(
        kind=EventKind.TOP_UP_MADE,
        subject=str(posted.entry_id),
        store_id=by.store_id,
        payload={
            "member": str(member) if member is not None else None,
            "amount": paid,
            "bonus": row.bonus,
            "points": row.points,
        },
        at=at,
    )
    return row


def _paid(tenders: Sequence[Tender]) -> int:
    if not tenders or not all(0 < tender.amount <= LARGEST for tender in tenders):
        raise TenderRefused
    return sum(tender.amount for tender in tenders)


def _held(accounts: WalletAccounts, balances: dict[int, int]) -> int:
    """Principal, and what of it may be set aside for a booking."""
    return balances.get(accounts.principal, 0) + balances.get(accounts.held, 0)


def _check_limits(
    terms: WalletTerms,
    holder: Holder,
    tenders: Sequence[Tender],
    paid: int,
    held: int,
) -> None:
    if paid < terms.policy.least_top_up:
        raise TopUpTooSmall(least=terms.policy.least_top_up)
    if paid > terms.policy.most_top_up:
        raise TopUpTooLarge(most=terms.policy.most_top_up)
    most = terms.most_held(is_bearer=holder.is_bearer)
    if most is not None and held + paid > most:
        raise HoldsTooMuch(most=most)
    no_cash_from = terms.law.no_cash_from_person
    in_cash = any(tender.slot == "cash" for tender in tenders)
    if in_cash and no_cash_from is not None and paid >= no_cash_from:
        raise CashRefused(from_amount=no_cash_from)
    named_from = terms.law.real_name_from
    if holder.is_bearer and named_from is not None and paid >= named_from:
        raise HoldsTooMuch(most=named_from - 1)


def best_steps(*, holder: Holder, by: Act, at: datetime) -> list[tuple[int, Offer]]:
    """For each amount that a plan names, the plan that a top-up of it would get now."""
    versions = current_versions()
    amounts = {step["amount"] for one in versions for step in one.terms["steps"]}
    found = _finder(holder, by, at, versions)
    best = ((amount, best_offer(found(amount))) for amount in sorted(amounts))
    return [(amount, offer) for amount, offer in best if offer is not None]


def _offer(
    holder: Holder, paid: int, plan_id: int | None, by: Act, at: datetime
) -> Offer | None:
    """The plan named, or the one that gives most; under the wallet's lock, so that
    `times per member` and `first top-up only` cannot be raced.
    """
    is_queued = by.reported_at is not None
    versions = versions_of(at) if is_queued else current_versions()
    found = _finder(holder, by, at, versions)(paid)
    if plan_id is None:
        return best_offer(found)
    named = next((offer for offer in found if offer.version.plan_id == plan_id), None)
    if named is None:
        raise PlanRefused(why=NO_LONGER)
    if named.why_not is not None:
        raise PlanRefused(why=named.why_not)
    return named


def _finder(
    holder: Holder, by: Act, at: datetime, versions: list[TopUpPlanVersion]
) -> Callable[[int], list[Offer]]:
    """Says of an amount what every plan gives for it, or why not."""
    before = TopUp.objects.filter(**holder.row)
    used = dict(
        before.filter(plan_version__isnull=False)
        .values_list("plan_version__plan_id")
        .annotate(times=Count("pk"))
        .order_by()
    )
    occasion = Occasion(
        paid=0,
        at=at,
        weekday=by.business_date.isoweekday(),
        store_id=by.store_id,
        tier_id=tier_of(holder, by, at),
        is_bearer=holder.is_bearer,
        top_ups_before=before.count(),
        times_used=0,
    )
    return lambda paid: offers(replace(occasion, paid=paid), used, versions)


def _promised(
    holder: Holder,
    paid: int,
    offer: Offer | None,
    laid: Laid | None,
    terms: WalletTerms,
    by: Act,
    at: datetime,
) -> TopUp:
    """What this top-up is, and under which rules: kept whatever is edited later."""
    row = TopUp(
        **holder.row,
        store_id=by.store_id,
        staff_id=by.staff_id,
        at=at,
        paid=paid,
        policy=terms.policy,
        profile=terms.law.code,
    )
    ends_at = terms.principal_ends_at(at, is_bearer=holder.is_bearer)
    if terms.law.lapsed_stays_owed:
        row.lapses_at = ends_at
    else:
        row.principal_expires_at = ends_at
    if offer is not None:
        row.plan_version = offer.version
        row.bonus = offer.gift.bonus
        row.points = offer.gift.points
        row.growth = offer.gift.growth
        row.coupons = offer.gift.coupons
    if laid is not None:
        row.coupon = laid.coupon
        row.coupon_bonus = laid.bonus
        row.bonus += laid.bonus
    if row.bonus:
        row.bonus_expires_at = terms.bonus_ends_at(
            at, days=offer.terms.bonus_valid_days if offer is not None else None
        )
    return row


def _lines(
    accounts: WalletAccounts, tenders: Sequence[Tender], row: TopUp
) -> list[Line]:
    lines = [
        Line(
            debit_id=open_store_account(AccountKind.TENDER, row.store_id, tender.slot),
            credit_id=accounts.principal,
            amount=tender.amount,
            expires_at=row.principal_expires_at,
        )
        for tender in tenders
    ]
    if row.bonus:
        lines.append(
            Line(
                debit_id=open_store_account(AccountKind.PROMOTION, row.store_id),
                credit_id=accounts.bonus,
                amount=row.bonus,
                expires_at=row.bonus_expires_at,
            )
        )
    return lines
