"""What becomes of a member's cards when members merge, or one is forgotten."""

from datetime import datetime

from django.db.models import Q

from cards.models import DEAD, Card, Happening, ShareOffer, WalletShare
from ledger.services import Act

from .life import close_step
from .steps import write_event


def move_step(*, source_id: int, target_id: int, by: Act, at: datetime) -> None:
    """A step of merging: cards and shared wallets move; a share that two members had
    between them, or twice, ends.
    """
    cards = Card.objects.filter(member_id=source_id)
    for card in cards.order_by("pk").select_for_update(no_key=True):
        Card.objects.filter(pk=card.pk).update(member_id=target_id)
        write_event(card, Happening.MOVED, by=by, at=at)
    _move_offers(source_id, target_id, at)
    mine = WalletShare.objects.filter(
        Q(owner_id=source_id) | Q(holder_id=source_id), is_active=True
    )
    for share in mine.order_by("pk"):
        owner_id = target_id if share.owner_id == source_id else share.owner_id
        holder_id = target_id if share.holder_id == source_id else share.holder_id
        twice = WalletShare.objects.filter(
            owner_id=owner_id, holder_id=holder_id, is_active=True
        ).exclude(pk=share.pk)
        if owner_id == holder_id or (holder_id is not None and twice.exists()):
            share.is_active = False
        else:
            share.owner_id, share.holder_id = owner_id, holder_id
        share.save(update_fields=["owner", "holder", "is_active"])


def _move_offers(source_id: int, target_id: int, at: datetime) -> None:
    """What one offered the other is taken back: nobody shares with themselves."""
    between = ShareOffer.objects.filter(
        Q(owner_id=source_id, holder_id=target_id)
        | Q(owner_id=target_id, holder_id=source_id)
    )
    between.filter(ended_at=None).update(ended_at=at, end=ShareOffer.End.WITHDRAWN)
    between.update(holder=None)
    ShareOffer.objects.filter(owner_id=source_id).update(owner_id=target_id)
    ShareOffer.objects.filter(holder_id=source_id).update(holder_id=target_id)


def forget_step(*, member_id: int, by: Act, at: datetime) -> None:
    """A step of erasing: every card ends, and every shared wallet.

    Raises CardHoldsValue where a card still holds something.
    """
    cards = Card.objects.filter(member_id=member_id).exclude(status__in=DEAD)
    locked = cards.order_by("pk").select_for_update(of=("self",), no_key=True)
    for card in locked.select_related("kind"):
        close_step(card, by=by, at=at)
    shares = WalletShare.objects.filter(
        Q(owner_id=member_id) | Q(holder_id=member_id), is_active=True
    )
    for share in shares.order_by("pk"):
        share.is_active = False
        share.save(update_fields=["is_active"])
    offers = ShareOffer.objects.filter(Q(owner_id=member_id) | Q(holder_id=member_id))
    offers.filter(ended_at=None).update(ended_at=at, end=ShareOffer.End.WITHDRAWN)
    offers.update(hint="")
