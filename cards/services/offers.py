"""Members share their own wallets: offered by the owner, accepted by the other.

Who accepts has a card on the phone of its own for it, so that a till knows by what is
shown whose wallet pays.
"""

from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction
from django.utils.translation import gettext as _

from cards.errors import (
    NoCardToShareBy,
    ShareNotUsable,
    ShareOfferGone,
    ShareOffersFull,
    ShareRefused,
    ShareWithOneself,
)
from cards.models import DEAD, Card, CardKind, Happening, ShareOffer, WalletShare
from cards.models.kinds import LARGEST
from cards.numbers import normalise
from ledger.errors import IdempotencyConflict, InvalidAmount
from ledger.services import Act
from members import services as members_services
from members.models import Member
from members.phones import masked, read_phone
from policies import selectors as policies_selectors
from policies.models import ShopPolicy
from stores import services as stores_services

from .issue import new_card
from .life import close_step
from .shares import holders_of, locked_share
from .steps import good_until, write_event

OPEN_FOR: Final = timedelta(days=7)
A_DAY: Final = timedelta(days=1)
MOST_OPEN: Final = 5
MOST_A_DAY: Final = 10


@transaction.atomic
def offer_share(
    *, owner_id: int, to: str, per_day: int, by: Act, at: datetime, key: str
) -> ShareOffer:
    """Ask another, by phone or card number, whether they want to pay from this wallet,
    up to so much on each business day. Open for a week.

    The same answer where the number is nobody's. Raises PhoneNotRead, InvalidAmount,
    ShareWithOneself, ShareRefused (it is shared with them), ShareOffersFull.
    """
    if not 0 < per_day <= LARGEST:
        raise InvalidAmount
    _take_turns(owner_id)
    done = ShareOffer.objects.filter(key=key).first()
    if done is not None:
        if (done.owner_id, done.per_day) != (owner_id, per_day):
            raise IdempotencyConflict
        return done
    members_services.keep_active(member_id=owner_id)
    holder, hint = _whom(to, at)
    if holder is not None and holder.pk == owner_id:
        raise ShareWithOneself
    if holder is not None and shared_between(owner_id, holder.pk):
        raise ShareRefused([_("They may pay from your wallet already.")])
    mine = ShareOffer.objects.filter(owner_id=owner_id)
    if (
        mine.filter(ended_at=None, lapses_at__gt=at).count() >= MOST_OPEN
        or mine.filter(offered_at__gt=at - A_DAY).count() >= MOST_A_DAY
    ):
        raise ShareOffersFull
    offer = ShareOffer.objects.create(
        owner_id=owner_id,
        holder=holder,
        hint=hint,
        per_day=per_day,
        key=key,
        offered_at=at,
        lapses_at=at + OPEN_FOR,
    )
    stores_services.record_act(
        name="cards.share_offered", by=by, at=at, facts={"per_day": per_day}
    )
    return offer


@transaction.atomic
def accept_share(
    *, offer_id: int, holder_id: int, by: Act, at: datetime
) -> WalletShare:
    """Whoever was asked pays from the owner's wallet from now on, by a card of theirs.

    Accepted again, it is the first time. Raises ShareOfferGone, NoCardToShareBy.
    """
    offer = _locked(offer_id)
    if offer.holder_id != holder_id:
        raise ShareOfferGone
    if offer.share is not None:
        return offer.share
    if not _is_open(offer, at) or shared_between(offer.owner_id, holder_id):
        raise ShareOfferGone
    for member_id in (offer.owner_id, holder_id):
        members_services.keep_active(member_id=member_id)
    kinds = CardKind.objects.filter(form=CardKind.Form.VIRTUAL, is_active=True, price=0)
    kind = kinds.order_by("pk").first()
    if kind is None:
        raise NoCardToShareBy
    card = new_card(
        kind,
        member_id=holder_id,
        number="",
        expires_at=good_until(kind, at),
        by=by,
        at=at,
    )
    write_event(card, Happening.ISSUED, by=by, at=at)
    share = WalletShare(
        owner_id=offer.owner_id, card=card, per_day=offer.per_day, made_at=at
    )
    share.save(force_insert=True)
    _end(offer, ShareOffer.End.ACCEPTED, at=at, share=share)
    _record("cards.wallet_shared", share, by=by, at=at)
    return share


@transaction.atomic
def refuse_share(*, offer_id: int, member_id: int, by: Act, at: datetime) -> None:
    """Declined by whoever was asked, or taken back by the owner.

    Raises ShareOfferGone.
    """
    offer = _locked(offer_id)
    ends = {
        offer.holder_id: ShareOffer.End.DECLINED,
        offer.owner_id: ShareOffer.End.WITHDRAWN,
    }
    if member_id not in ends or not _is_open(offer, at):
        raise ShareOfferGone
    _end(offer, ends[member_id], at=at)
    stores_services.record_act(
        name=f"cards.share_{ends[member_id].value}", by=by, at=at, subject=offer
    )


@transaction.atomic
def limit_own_share(
    *, share_id: int, owner_id: int, per_day: int, by: Act, at: datetime
) -> WalletShare:
    """The owner changes how much may be paid on a day. Raises ShareOfferGone for
    another's share, InvalidAmount.
    """
    if not 0 < per_day <= LARGEST:
        raise InvalidAmount
    share = _own_share(share_id, owner_id)
    if share.owner_id != owner_id or not share.is_active:
        raise ShareOfferGone
    if share.per_day != per_day:
        share.per_day = per_day
        share.save(update_fields=["per_day"])
        _record("cards.share_changed", share, by=by, at=at)
    return share


@transaction.atomic
def stop_share(*, share_id: int, member_id: int, by: Act, at: datetime) -> None:
    """Nobody pays by it any more, at once: the owner's word, or that of who pays. The
    card that was made for it ends. Harmless twice. Raises ShareOfferGone for another's.
    """
    share = _own_share(share_id, member_id)
    if not share.is_active:
        return
    share.is_active = False
    share.save(update_fields=["is_active"])
    _record("cards.share_ended", share, by=by, at=at)
    is_ours = ShareOffer.objects.filter(share=share).exists()
    if is_ours and share.card is not None and share.card.status not in DEAD:
        close_step(share.card, by=by, at=at)


def people_of(share: WalletShare) -> set[int]:
    """Whose wallet it is, and who pays from it."""
    found = {share.owner_id, *holders_of(share)}
    return {pk for pk in found if pk is not None}


def shared_between(owner_id: int, holder_id: int) -> bool:
    """Whether one pays from the other's wallet already."""
    shares = WalletShare.objects.filter(owner_id=owner_id, is_active=True)
    return any(holder_id in people_of(share) for share in shares.select_related("card"))


def _whom(to: str, at: datetime) -> tuple[Member | None, str]:
    """The member with this card or phone, and what the owner sees of the number."""
    here = Member.objects.filter(status=Member.Status.ACTIVE)
    number = normalise(to)
    if number:
        cards = Card.objects.filter(number=number, status=Card.Status.ACTIVE)
        return here.filter(
            pk__in=cards.values("member_id")
        ).first(), f"•••• {number[-4:]}"
    country = policies_selectors.in_force(ShopPolicy, at=at).country
    phone = read_phone(to, country=country)
    return here.filter(phone=phone).first(), masked(phone)


def _take_turns(owner_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"cards:share_offers:{owner_id}"],
        )


def _locked(offer_id: int) -> ShareOffer:
    rows = ShareOffer.objects.select_for_update(of=("self",), no_key=True)
    offer = rows.filter(pk=offer_id).first()
    if offer is None:
        raise ShareOfferGone
    return offer


def _own_share(share_id: int, member_id: int) -> WalletShare:
    """Held whole. Raises ShareOfferGone where it is neither's."""
    try:
        share = locked_share(share_id)
    except ShareNotUsable as unknown:
        raise ShareOfferGone from unknown
    if member_id not in people_of(share):
        raise ShareOfferGone
    return share


def _is_open(offer: ShareOffer, at: datetime) -> bool:
    return offer.ended_at is None and at < offer.lapses_at


def _end(
    offer: ShareOffer,
    end: ShareOffer.End,
    *,
    at: datetime,
    share: WalletShare | None = None,
) -> None:
    ShareOffer.objects.filter(pk=offer.pk).update(ended_at=at, end=end, share=share)


def _record(name: str, share: WalletShare, *, by: Act, at: datetime) -> None:
    stores_services.record_act(
        name=name,
        by=by,
        at=at,
        subject=share,
        facts={"owner": share.owner_id, "per_day": share.per_day},
    )
