"""What a bill would cost: asks, and changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from checkout import rules
from checkout.answers import quote_document
from checkout.asked import Asked, Whose
from checkout.bill import Bill, Quote
from checkout.selectors import Look, settings
from ledger.services import Act
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
    gift cards refuse, NotAllowed.
    """
    rules.check_bill(bill)
    stores_services.require_for(by, CAPTURE)
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
    told = rules.quote(
        bill=bill,
        guest=drawn.guest,
        programme=drawn.programme,
        wishes=drawn.wishes,
        at=at,
    )
    return Told(quote=told, picture=drawn, needs_code=needs_code(told, looking))


def needs_code(told: Quote, looking: Looking) -> bool:
    """Whether the shop asks for the member's own code to pay so much of this.

    A card's number, or one of before, only identifies. A member whom the till knows
    otherwise is asked for the code that they set, and pays without where they set none.
    """
    stored, found = told.stored_value, looking.look
    if stored is None or looking.shown is not None:
        return False
    cards = settings.cards_policy(found.policy("cards"))
    if found.wallet_holder[0] == "card":
        return stored.amount > cards.bearer_up_to
    has_number = found.card is not None or looking.is_former_number
    if not has_number and not found.raw.get("has_code"):
        return False
    wallets = settings.wallet_policy(found.policy("wallet"))
    return stored.amount > min(cards.code_above, wallets.code_from)
