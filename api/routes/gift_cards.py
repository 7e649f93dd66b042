"""Gift cards: sold, looked up, moved into a wallet."""

from datetime import date, datetime, timedelta

from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext_lazy as _
from ninja import Router

from api import members, naming
from api.auth import ApiRequest
from api.endpoints import endpoint, ledger_key
from api.moments import occurrence_in_time
from api.problems import Invalid
from api.routes.stored_value import wallet
from api.shapes.common import Tender
from api.shapes.gift_cards import (
    GiftCardSaleIn,
    GiftCardsSold,
    LookupIn,
    LookupOut,
    RecipientIn,
    RedeemIn,
    RedeemOut,
    SoldCardOut,
)
from gift_cards import selectors as gift_cards_selectors
from gift_cards import services as gift_cards_services
from gift_cards.models import Gift
from gift_cards.services import GiftWish, Payment
from members.services.enrol import phone_of
from stored_value.holders import Holder
from stores.models import Store

router = Router()
TAG = "Gift cards"


@endpoint(
    router,
    "POST",
    "",
    scope="gift_cards:write",
    answer=GiftCardsSold,
    status=201,
    key="required",
    refusals=(409,),
    tag=TAG,
    example={"amount": 10000, "tenders": [{"kind": "cash", "amount": 10000}]},
)
def sell_gift_cards(request: ApiRequest, body: GiftCardSaleIn) -> GiftCardsSold:
    """Sell gift cards: active at once, code and PIN shown this once.

    Sent again under the same key, the same answer comes, the codes with it.
    """
    then = occurrence_in_time(request, body.occurred_at)
    sold = gift_cards_services.sell(
        design_id=_design(body),
        amount=body.amount,
        quantity=body.quantity,
        payment=_payment(body),
        gift=None if body.recipient is None else _wish(body.recipient, request),
        by=then.by,
        at=then.at,
        key=ledger_key(request),
    )
    store = request.auth.store
    return GiftCardsSold(
        cards=[
            SoldCardOut(
                id=str(card.public_id),
                code=card.code,
                pin=card.pin,
                scan=card.scan,
                last4=card.last4,
                amount=card.amount,
                expires_on=_last_day(card.expires_at, store),
            )
            for card in sold.cards
        ]
    )


@endpoint(
    router,
    "POST",
    "/lookup",
    scope="gift_cards:read",
    answer=LookupOut,
    tag=TAG,
    example={"code": "ABCD-EFGH-JKMN-PQRS", "pin": "123456"},
)
def look_up_gift_card(request: ApiRequest, body: LookupIn) -> LookupOut:
    """What is left on a card. Codes travel in the body, and so stay out of logs.

    A wrong code and a wrong PIN are answered alike; after ten wrong tries in a minute
    from one key at one store it is 429.
    """
    found = gift_cards_services.find(
        code=body.code,
        pin=body.pin or "",
        by=request.auth.act(request.at, at_store=False),
        at=request.at,
        callers=request.auth.guessers,
    )
    is_over = found.expires_at is not None and found.expires_at <= request.at
    return LookupOut(
        balance=found.usable,
        status="expired" if is_over and found.is_active else found.status,
        expires_on=_last_day(found.expires_at, request.auth.store),
        last4=found.last4,
    )


def _open(request: ApiRequest, body: RedeemIn) -> int:
    """Open the card, in a transaction of its own: a wrong try counts whatever comes."""
    then = occurrence_in_time(request, body.occurred_at)
    found = gift_cards_services.find(
        code=body.code,
        pin=body.pin or "",
        by=then.by,
        at=then.at,
        callers=request.auth.guessers,
    )
    return found.card_id


@endpoint(
    router,
    "POST",
    "/redeem-to-wallet",
    scope="gift_cards:write",
    answer=RedeemOut,
    key="required",
    refusals=(409,),
    first=_open,
    tag=TAG,
    example={"code": "ABCD-EFGH-JKMN-PQRS", "pin": "123456", "member": "0193…"},
)
def redeem_to_wallet(request: ApiRequest, body: RedeemIn) -> RedeemOut:
    """Move all that is left on a card into a member's stored value."""
    member_id = members.find(body.member)
    then = occurrence_in_time(request, body.occurred_at)
    moved = gift_cards_services.move_to_wallet(
        card_id=request.first,
        member_id=member_id,
        by=then.by,
        at=then.at,
        key=ledger_key(request),
    )
    return RedeemOut(
        amount=moved.amount, wallet=wallet(Holder.member(member_id), request)
    )


def _payment(body: GiftCardSaleIn) -> Payment:
    return Payment(
        tenders=_by_kind(body.tenders),
        buyer_id=None if body.buyer is None else members.find(body.buyer),
        for_organisation=body.for_organisation,
        reference=" ".join(
            tender.reference for tender in body.tenders if tender.reference
        ),
    )


def _by_kind(tenders: list[Tender]) -> dict[str, int]:
    paid: dict[str, int] = {}
    for tender in tenders:
        paid[tender.kind] = paid.get(tender.kind, 0) + tender.amount
    return paid


def _design(body: GiftCardSaleIn) -> int:
    """The design that was named, else the first on sale for this amount.

    Raises Invalid.
    """
    on_sale = gift_cards_selectors.designs_on_sale().order_by("pk")
    if body.design is not None:
        found = naming.find(on_sale, body.design, by="name")
    else:
        designs = list(on_sale)
        fitting = [design for design in designs if design.sells_for(body.amount)]
        found = next((design.pk for design in fitting or designs), None)
    if found is None:
        raise Invalid([("design", _("There is no such design on sale."))])
    return found


def _wish(recipient: RecipientIn, request: ApiRequest) -> GiftWish:
    if bool(recipient.phone) == bool(recipient.email):
        raise Invalid([("recipient", _("Give either a phone or an e-mail address."))])
    phone = phone_of(recipient.phone or "", at=request.at) or ""
    return GiftWish(
        name=recipient.name,
        channel=Gift.Channel.MESSAGE if phone else Gift.Channel.EMAIL,
        email=recipient.email or "",
        phone=phone,
        message=recipient.message or "",
        giver=recipient.giver or "",
        language=recipient.language or "zh-hans",
        deliver_at=recipient.deliver_at,
    )


def _last_day(expires_at: datetime | None, store: Store | None) -> date | None:
    """The last day on which a card is valid, by the clock of the store, else of the
    house.
    """
    if expires_at is None:
        return None
    zone = get_default_timezone() if store is None else store.zone
    return (expires_at - timedelta(microseconds=1)).astimezone(zone).date()
