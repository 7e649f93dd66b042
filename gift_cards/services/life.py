"""How long a card lives: extended, never shortened; what lapsed is given back."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from gift_cards import rules
from gift_cards.errors import (
    ExtensionRefused,
    GiftCardUnavailable,
    NothingLapsed,
)
from gift_cards.models import GiftCard, GiftCardPolicy
from ledger import selectors as ledger_selectors
from ledger import services as ledger_services
from ledger.kinds import EntryKind
from ledger.services import Act, Line
from policies import selectors as policies_selectors
from stores import services as stores_services
from stores.models import Approval

from . import accounts
from .acts import EXTEND, people_of, reason_of, subject_of
from .locks import locked_card
from .sell import fingerprint

Status = GiftCard.Status


@transaction.atomic
def extend(
    *,
    card_id: int,
    until: datetime,
    reason: str,
    by: Act,
    at: datetime,
    approval: Approval | None = None,
) -> None:
    """Let what is on a card live until a later moment.

    Raises ExtensionRefused for an earlier day, one too far, too many times, a card that
    never expires or has nothing left alive; GiftCardUnavailable, ApprovalNeeded.
    """
    why = reason_of(reason)
    card = locked_card(card_id)
    account_id = _account_of(card)
    policy = policies_selectors.in_force(GiftCardPolicy, at=at)
    latest = rules.months_after(at, policy.extend_months)
    left = ledger_selectors.usable_balance(account_id=account_id, at=at)
    if (
        card.expires_at is None
        or not left
        or not card.expires_at < until <= latest
        or card.extensions >= policy.extend_times
    ):
        raise ExtensionRefused(latest=latest)
    by = stores_services.use_limit(
        by=by,
        act=EXTEND,
        amount=left,
        subject=subject_of(card_id),
        at=at,
        approval=approval,
        members=people_of(card),
    )
    ledger_services.prolong_lots(account_id=account_id, at=at, until=until)
    GiftCard.objects.filter(pk=card_id).update(
        expires_at=until, extensions=F("extensions") + 1
    )
    stores_services.record_act(
        name="gift_cards.extended",
        by=by,
        at=at,
        subject=card,
        facts={"reason": why, "until": until.isoformat()},
    )


@transaction.atomic
def revive(
    *,
    card_id: int,
    reason: str,
    by: Act,
    at: datetime,
    key: str,
    approval: Approval | None = None,
) -> int:
    """Give back what lapsed, where the law keeps it owed; the amount (minor units).

    Raises NothingLapsed, GiftCardUnavailable, ApprovalNeeded.
    """
    why = reason_of(reason)
    card = locked_card(card_id)
    account_id = _account_of(card)
    request = fingerprint("revive", card_id)
    first = ledger_services.posted_before(key=key, fingerprint=request)
    if first is not None:
        return ledger_selectors.postings(entry_id=first.entry_id)[0].amount
    ledger_services.lock_accounts([account_id])
    amount = _owed(account_id, by, at)
    policy = policies_selectors.in_force(GiftCardPolicy, at=at)
    by = stores_services.use_limit(
        by=by,
        act=EXTEND,
        amount=amount,
        subject=subject_of(card_id),
        at=at,
        approval=approval,
        members=people_of(card),
    )
    months = max(policy.revive_months, policy.extend_months)
    bounds = policies_selectors.profile(at=at)
    until = rules.months_after(at, months) if bounds.bearer_may_expire else None
    ledger_services.post_entry(
        kind=EntryKind.REVIVAL,
        key=key,
        at=at,
        act=by,
        lines=[
            Line(
                debit_id=accounts.of_breakage(),
                credit_id=account_id,
                amount=amount,
                expires_at=until,
            )
        ],
        memo=why,
        fingerprint=request,
    )
    GiftCard.objects.filter(pk=card_id).update(expires_at=until)
    stores_services.record_act(
        name="gift_cards.revived",
        by=by,
        at=at,
        subject=card,
        facts={"reason": why, "amount": amount},
    )
    return amount


def _account_of(card: GiftCard) -> int:
    if card.status not in (Status.ACTIVE, Status.BLOCKED) or card.account_id is None:
        raise GiftCardUnavailable(status=card.status)
    return card.account_id


def _owed(account_id: int, by: Act, at: datetime) -> int:
    """What lapsed and is owed all the same. Raises NothingLapsed."""
    if not policies_selectors.profile(at=at).lapsed_stays_owed:
        raise NothingLapsed
    # What the sweep has not come to yet is booked first.
    ledger_services.expire_lots(
        at=at,
        business_date=by.business_date,
        request_id=by.request_id,
        only=[account_id],
    )
    amount = ledger_selectors.lapsed(account_id=account_id)
    if not amount:
        raise NothingLapsed
    return amount
