"""What a bill would cost: asks, and changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from checkout import kept, rules
from checkout.answers import quote_document
from checkout.asked import Asked, Whose
from checkout.bill import Bill, Quote
from checkout.selectors import Look, settings
from ledger.services import Act
from policies import services as policies_services
from stores import services as stores_services
from stores.models import Store

from .picture import Looking, Picture, look_up, picture

CAPTURE = "checkout.capture_sale"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A quote, and what it was made of."""

    quote: Quote
    picture: Picture
    needs_code: bool
    may_vouch: bool = False

    def document(self) -> dict[str, Any]:
        """The quote as a till is told it."""
        member = self.picture.look.member
        return {
            **quote_document(self.quote),
            "member": {"id": member["public_id"]} if member else None,
            "stored_value_auth_required": self.needs_code,
        }


def quote(
    *,
    store: Store,
    bill: Bill,
    whose: Whose,
    asked: Asked,
    by: Act,
    at: datetime,
    callers: Sequence[str] = (),
    seen: Look | None = None,
) -> Told:
    """What this bill costs this guest now, and why; nothing is changed.

    `seen` is what was looked up already, by what `look_for` said.

    Raises BillRefused, GuestUnknown, CardNotActive, MemberNotActive, what points and
    gift cards refuse, NotAllowed, OccurredTooLongAgo, OccurredAhead.
    """
    rules.check_bill(bill)
    stores_services.require_for(by, CAPTURE)
    policies_services.require_in_time(by=by, at=at, store=store)
    asking = callers or (by.actor,)
    looking = look_up(
        store=store,
        whose=whose,
        asked=asked,
        by=by,
        at=at,
        callers=asking,
        seen=seen,
    )
    drawn = picture(looking, store=store, asked=asked, by=by, at=at, callers=asking)
    told = priced(bill, drawn, asked, at=at)
    return Told(
        quote=told,
        picture=drawn,
        needs_code=not asked.is_returned_value and unproven(told, looking) > 0,
        may_vouch=may_vouch(looking),
    )


def priced(bill: Bill, drawn: Picture, asked: Asked, *, at: datetime) -> Quote:
    """The quote of a bill, or of the new one of an exchange."""
    wishes = drawn.wishes
    if asked.exchange is not None and asked.exchange.fixed is not None:
        wishes = replace(wishes, fixed=asked.exchange.fixed)
    return kept.quote(
        bill=bill,
        guest=drawn.guest,
        programme=drawn.programme,
        wishes=wishes,
        at=at,
        kept=asked.exchange.kept if asked.exchange else None,
    )


def unproven(told: Quote, looking: Looking, *, is_proven: bool = False) -> int:
    """How much of members' own value would go without a proof that the shop asks for.

    A phone, a name or a number only identifies: above the limit stored value, points
    and gift cards that a member keeps ask for the member's own code (`is_proven`), a
    rotating code that was shown, or an approver. Minor units; 0: nothing is asked.
    """
    found = looking.look
    cards = settings.cards_policy(found.policy("cards"))
    wallets = settings.wallet_policy(found.policy("wallet"))
    is_proven = is_proven or looking.shown is not None
    own, others = _kept_by_members(told, found.member_id)
    stored = told.stored_value
    if stored is not None and not is_proven:
        if found.wallet_holder[0] != "card":
            own += stored.amount
        elif stored.amount > cards.bearer_up_to:
            return stored.amount
    total = others + (0 if is_proven else own)
    return total if total > min(cards.code_above, wallets.code_from) else 0


def may_vouch(looking: Looking) -> bool:
    """Whether an approver may stand in for a code; nobody vouches for a bearer card."""
    wallets = settings.wallet_policy(looking.look.policy("wallet"))
    return wallets.approver_may_vouch and looking.look.wallet_holder[0] != "card"


def _kept_by_members(told: Quote, member_id: int | None) -> tuple[int, int]:
    """Points and gift cards of this member, and gift cards that others keep."""
    own = others = 0
    for payment in told.payments:
        owner_id = payment.card.owner_id if payment.card else None
        if payment.points or (owner_id is not None and owner_id == member_id):
            own += payment.amount
        elif owner_id is not None:
            others += payment.amount
    return own, others
