"""Settling a bill: everything at once, or nothing."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import DatabaseError, IntegrityError, connection, transaction
from psycopg import Error as PsycopgError

from cards import services as cards_services
from cards.errors import ShareLimit
from checkout import rules
from checkout.answers import quote_document
from checkout.asked import (
    Asked,
    Whose,
    check_reference,
    check_tenders,
    fingerprint,
)
from checkout.bill import Bill, Quote, Rejected, TenderGiven
from checkout.errors import (
    CodeNotAccepted,
    CouponUnavailable,
    DuplicateReference,
    GiftCardUnavailable,
    InsufficientFunds,
    InsufficientPoints,
    QuoteChanged,
    RequestInProgress,
    ShareLimitReached,
    StoreNeeded,
)
from checkout.models import DiscountKind, PaymentKind, Sale
from checkout.selectors import Look, settings
from common.errors import DomainError
from common.ids import uuid7
from ledger import errors as ledger_errors
from ledger.services import Act, typed_refusals
from members.errors import SpendingFrozen
from policies import services as policies_services
from stored_value import services as stored_value_services
from stored_value.errors import CodeNeeded, VouchingNeeded
from stores import services as stores_services
from stores.models import Approval, Store, User
from tiers import services as tiers_services

from .lines import missing_accounts, posts_of
from .picture import (
    Looking,
    Picture,
    is_stale,
    look_again,
    look_up,
    picture,
    release_points_due,
)
from .quote import CAPTURE, may_vouch, priced, unproven
from .rows import Request, params_of
from .tenders import cover, require_taken, unearning_of

TRIES: Final = 8
CODE_USED: Final = "RC001"
FROZEN: Final = "RC002"
WHEN_FROZEN: Final[dict[str, type[DomainError]]] = {
    rules.FROZEN: ledger_errors.AccountFrozen,
    rules.SPENDING_FROZEN: SpendingFrozen,
}
SETTLE: Final = """
SELECT outcome, sale, answer, refused, why FROM checkout_capture(
  %s, %s, %s, %s, %s, %s, %s, %s, %s, %s,
  %s::jsonb, %s::jsonb, %s::jsonb, %s::jsonb, %s,
  %s::bigint[], %s::bigint[], %s::bigint[], %s::timestamptz[],
  %s::bigint[], %s::jsonb, %s::bigint[], %s::bigint[], %s::jsonb, %s::jsonb, %s::jsonb)
"""


@dataclass(frozen=True, slots=True)
class Captured:
    """A settled bill, now or under the same key before; `answer` is JSON text."""

    sale_id: UUID
    answer: str
    replayed: bool


class _Moved(Exception):
    """What the quote relied on has changed: it is to be made again."""


def capture(
    *,
    store: Store,
    bill: Bill,
    whose: Whose,
    asked: Asked,
    tenders: Sequence[TenderGiven],
    reference: str,
    by: Act,
    at: datetime,
    key: str,
    expected_due: int | None = None,
    payment_code: str | None = None,
    callers: Sequence[str] = (),
    request_print: bytes | None = None,
    seen: Look | None = None,
    approval: Approval | None = None,
    given_back: frozenset[str] = frozenset(),
) -> Captured:
    """Settle a bill: discounts, own value, tenders, points, once for each key.

    `approval` is for a bill of one's own, and for a guest without a code, where the
    shop lets an approver decide that.
    `request_print` stands for the request where it came as a whole from elsewhere;
    `seen` is what was looked up already, by what `look_for` said.

    Raises BillRefused, GuestUnknown, CardNotActive, MemberNotActive, QuoteChanged,
    Underpaid, Overpaid, InsufficientFunds, InsufficientPoints, CouponUnavailable,
    GiftCardUnavailable, CodeNeeded, CodeNotAccepted, DuplicateReference,
    SpendingFrozen, RequestInProgress, IdempotencyConflict, NotAllowed,
    BeneficiaryRefused, OwnCardNeedsApprover, VouchingNeeded, and for a bill that a
    till had queued OccurredTooLongAgo, OccurredAhead; nothing has moved then.
    """
    rules.check_bill(bill)
    check_tenders(tenders)
    if by.store_id != store.pk:
        raise StoreNeeded
    stores_services.require_for(by, CAPTURE)
    reference = check_reference(reference)
    request = Request(
        store=store,
        bill=bill,
        whose=whose,
        asked=asked,
        tenders=tuple(tenders),
        reference=reference,
        by=by,
        at=at,
        key=key,
        print=request_print
        or fingerprint(
            store_id=store.pk,
            bill=bill,
            whose=whose,
            asked=asked,
            tenders=tenders,
            reference=reference,
        ),
        callers=tuple(callers) or (by.actor,),
        expected_due=expected_due,
        payment_code=payment_code,
        approval=approval,
        given_back=given_back,
    )
    is_proven = False
    for _try in range(TRIES):
        try:
            looking = _look(request, seen)
            seen = None  # only the first try may rely on it
            settled = looking.look.settled
            if settled is not None:
                return _replay(settled, request)
            policies_services.require_in_time(by=by, at=at, store=store)
            drawn, quote, covered, change = _decide(request, looking)
            _refuse_waiting(request, quote, looking)
            is_proven = is_proven or _is_proven(request, looking)
            needs_vouching = _needs_vouching(
                request, quote, looking, is_proven=is_proven
            )
            return _settle_for(
                request,
                looking,
                drawn,
                quote,
                covered,
                change,
                needs_vouching=needs_vouching,
            )
        except _Moved:
            continue
    raise RequestInProgress


def _look(request: Request, seen: Look | None) -> Looking:
    if is_stale(request.whose.code, at=request.at):
        # Sent again after its minute, the code is no wrong one.
        before = look_again(request.key)
        if before is not None:
            return before
    looking = look_up(
        store=request.store,
        whose=request.whose,
        asked=request.asked,
        by=request.by,
        at=request.at,
        callers=request.callers,
        key=request.key,
        seen=seen,
    )
    if (
        looking.look.settled is None
        and request.asked.points != 0
        and release_points_due(looking, by=request.by, at=request.at)
    ):
        raise _Moved
    return looking


def _replay(settled: Any, request: Request) -> Captured:
    if settled["fingerprint"] != request.print.hex():
        raise ledger_errors.IdempotencyConflict
    return Captured(UUID(settled["id"]), settled["answer"], replayed=True)


def _decide(
    request: Request, looking: Looking
) -> tuple[Picture, Quote, list[TenderGiven], int]:
    """The quote, and how tenders cover what is due; refuses what cannot be settled."""
    drawn = picture(
        looking,
        store=request.store,
        asked=request.asked,
        by=request.by,
        at=request.at,
        callers=request.callers,
    )
    quote = priced(request.bill, drawn, request.asked, at=request.at)
    _refuse_what_was_asked(request, drawn, quote)
    if request.expected_due is not None and request.expected_due != quote.due:
        raise QuoteChanged(
            quote, told=request.expected_due, document=quote_document(quote)
        )
    require_taken(request, looking.look)
    covered, change = cover(request.tenders, quote.due)
    unearning = unearning_of(covered, looking.look)
    if unearning:
        quote = rules.quote(
            bill=request.bill,
            guest=drawn.guest,
            programme=drawn.programme,
            wishes=drawn.wishes,
            at=request.at,
            unearning=unearning,
        )
    if missing_accounts(looking.look, covered, store_id=request.store.pk):
        raise _Moved
    return drawn, quote, covered, change


def _refuse_what_was_asked(request: Request, drawn: Picture, quote: Quote) -> None:
    """What was asked for by name must be had: a sale does not leave it out."""
    asked = request.asked
    for one in quote.rejected:
        if not asked.insists_on(one.kind):
            continue
        if one.kind == DiscountKind.COUPON:
            raise CouponUnavailable(coupon_id=one.subject, why=str(one.message))
        if one.kind == PaymentKind.GIFT_CARD:
            raise GiftCardUnavailable(last4=_last4(drawn, one))
        if one.code in WHEN_FROZEN:
            raise WHEN_FROZEN[one.code]
        if one.kind == PaymentKind.POINTS:
            raise InsufficientPoints
        if one.kind == PaymentKind.STORED_VALUE and asked.stored_value is not None:
            # What it was to pay is due now: more than that the bill would not take.
            wanted = min(asked.stored_value, quote.due)
            raise InsufficientFunds(
                short_by=None
                if drawn.guest.is_wallet_anothers
                else wanted - drawn.guest.wallet
            )


def _last4(drawn: Picture, one: Rejected) -> str:
    cards = (card.last4 for card in drawn.cards if card.card_id == one.subject)
    return next(cards, "")


def _refuse_waiting(request: Request, quote: Quote, looking: Looking) -> None:
    """Above the limit no proof serves for a day after the member's phone was changed,
    but an approver's word. Raises SpendingWaits.
    """
    changed = (looking.look.member or {}).get("phone_changed_at")
    if changed is None or request.approval or request.asked.is_returned_value:
        return
    if unproven(quote, replace(looking, shown=None)):
        stored_value_services.refuse_until_settled(
            datetime.fromisoformat(changed), at=request.at
        )


def _is_proven(request: Request, looking: Looking) -> bool:
    """Whether the member gave their own code; a wrong try is counted, and refused."""
    member_id = looking.look.member_id
    if request.payment_code is None or member_id is None:
        return False
    stored_value_services.prove_payment_code(
        member_id=member_id, code=request.payment_code, by=request.by, at=request.at
    )
    return True


def _needs_vouching(
    request: Request, quote: Quote, looking: Looking, *, is_proven: bool
) -> bool:
    """Whether an approver has to vouch. Raises CodeNeeded where none may."""
    if request.asked.is_returned_value or not unproven(
        quote, looking, is_proven=is_proven
    ):
        return False
    if request.by.staff_id is None or not may_vouch(looking):
        raise CodeNeeded
    return True


def subject_of_bill(reference: str) -> str:
    """What an approval of a bill is about."""
    return f"bill:{reference}"


def _settle_for(
    request: Request,
    looking: Looking,
    drawn: Picture,
    quote: Quote,
    covered: Sequence[TenderGiven],
    change: int,
    *,
    needs_vouching: bool,
) -> Captured:
    """With what a colleague's card needs around it: leave, and a line in the list; and
    with the approver who vouches for the guest. One approval serves for both.
    """
    members = looking.look.members_of_staff
    if not members and not needs_vouching:
        return _settle(request, looking, drawn, quote, covered, change)
    with transaction.atomic():
        by = stores_services.check_beneficiary(
            by=request.by,
            act=CAPTURE,
            amount=quote.gross,
            members=members,
            subject=subject_of_bill(request.reference),
            at=request.at,
            approval=request.approval,
            asks=True,
        )
        request = replace(request, by=by)
        if needs_vouching and by.approver_id is None:
            request = replace(request, by=_vouched_by(request, quote.gross))
        return _settle(request, looking, drawn, quote, covered, change)


def _vouched_by(request: Request, amount: int) -> Act:
    """Use up the approval of the bill; the act that comes back names the approver."""
    approval, by = request.approval, request.by
    if approval is None or by.staff_id is None:
        raise VouchingNeeded(act=CAPTURE, amount=amount)
    stores_services.consume_approval(
        approval=approval,
        act=CAPTURE,
        maker=User.objects.get(pk=by.staff_id),
        amount=amount,
        store=request.store,
        subject=subject_of_bill(request.reference),
        at=request.at,
    )
    return replace(by, approver_id=stores_services.approver_of(approval))


def _settle(
    request: Request,
    looking: Looking,
    drawn: Picture,
    quote: Quote,
    covered: Sequence[TenderGiven],
    change: int,
) -> Captured:
    """One statement; with what only some sales need around it, one transaction."""
    found = looking.look
    posts = posts_of(found=found, quote=quote, covered=covered, at=request.at)
    sale_id = uuid7()
    params = params_of(
        request, looking, drawn, quote, posts, sale_id=sale_id, change=change
    )
    more = _more_to_do(request, found, quote)
    whole = (
        transaction.atomic() if more or connection.in_atomic_block else nullcontext()
    )
    try:
        with whole, typed_refusals():
            captured = _call(
                params, coupons_are_named=request.asked.coupons is not None
            )
            if not captured.replayed:
                _do_more(more, request, found, quote, captured.sale_id)
    except ledger_errors.InsufficientFunds as short:
        raise _Moved from short
    except IntegrityError as taken:
        if "checkout_sale_reference_once" in str(taken):
            raise DuplicateReference from taken
        raise
    except DatabaseError as failure:
        cause = failure.__cause__
        if isinstance(cause, PsycopgError) and cause.sqlstate == CODE_USED:
            raise CodeNotAccepted from failure
        if isinstance(cause, PsycopgError) and cause.sqlstate == FROZEN:
            raise SpendingFrozen from failure
        raise
    return captured


def _call(params: list[Any], *, coupons_are_named: bool) -> Captured:
    with connection.cursor() as cursor:
        cursor.execute(SETTLE, params)
        outcome, sale, answer, refused, why = cursor.fetchone()
    if outcome == "moved":
        raise _Moved
    if outcome == "in_progress":
        raise RequestInProgress
    if outcome == "conflict":
        raise ledger_errors.IdempotencyConflict
    if outcome == "coupon":
        if why == "conflict":
            raise ledger_errors.IdempotencyConflict
        if not coupons_are_named:  # the best of what is left will do
            raise _Moved
        raise CouponUnavailable(coupon_id=refused)
    return Captured(sale, answer, replayed=outcome == "replayed")


def _more_to_do(request: Request, found: Look, quote: Quote) -> set[str]:
    """What only some sales need: a shared wallet, a tier reached, the staff's log."""
    more = set()
    if found.share is not None and quote.stored_value is not None:
        more.add("share")
    if quote.earned is not None and quote.earned.growth and _may_rise(found, quote):
        more.add("tier")
    if request.by.staff_id is not None:
        more.add("log")
    return more


def _may_rise(found: Look, quote: Quote) -> bool:
    standing, growth = found.raw.get("standing"), found.of_points("growth")
    if growth is None or (standing is not None and standing["grace"]):
        return True
    reached = growth.usable + (quote.earned.growth if quote.earned else 0)
    ladder = settings.tiers(found.stamp("tiers"))
    held = ladder.get(standing["tier"]) if standing else None
    is_earned = standing is not None and standing["source"] == "earned"
    rank = held.rank if held and is_earned else -1
    return any(
        tier.is_active
        and tier.rank > rank
        and tier.threshold is not None
        and 0 < tier.threshold <= reached
        for tier in ladder.values()
    )


def _do_more(
    more: set[str], request: Request, found: Look, quote: Quote, sale_id: UUID
) -> None:
    by, at = request.by, request.at
    stored, share = quote.stored_value, found.share
    if "share" in more and stored is not None and share is not None:
        try:
            cards_services.use_share_step(
                share_id=share["id"],
                amount=stored.amount,
                day=by.business_date,
                at=at,
                key=f"{request.key}:share",
            )
        except ShareLimit as limit:
            raise ShareLimitReached from limit
    if "tier" in more and found.member_id is not None:
        tiers_services.raise_if_reached_step(member_id=found.member_id, at=at, by=by)
    if "log" in more:
        stores_services.record_act(
            name="checkout.captured",
            by=by,
            at=at,
            subject=Sale(pk=sale_id),
            facts={"net": quote.net, "due": quote.due},
        )
