"""A member's cards, where members merge, ask what is kept of them, or leave."""

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from ledger import selectors as ledger_selectors
from ledger.services import Act
from members.parts import ClosureShare, OwnMoney, Rows

from .models import Card, CardEvent, ShareOffer, WalletShare
from .services.binding import HOLDER
from .services.merging import forget_step, move_step


class CardsPart:
    """The share of the cards in a member."""

    word = "cards"

    def move(
        self, *, source_id: int, target_id: int, by: Act, at: datetime, key: str
    ) -> None:
        """Cards and shared wallets."""
        move_step(source_id=source_id, target_id=target_id, by=by, at=at)

    def export(self, *, member_id: int) -> dict[str, Rows]:
        """Every card, what happened to it, and the wallets that are shared."""
        cards = Card.objects.filter(member_id=member_id).values(
            "number", "kind__code", "status", "issued_at", "expires_at"
        )
        events = CardEvent.objects.filter(card__member_id=member_id).values(
            "card__number", "at", "happening"
        )
        shares = WalletShare.objects.filter(
            Q(owner_id=member_id)
            | Q(holder_id=member_id)
            | Q(card__member_id=member_id)
        ).values("owner_id", "holder_id", "per_use", "per_day", "is_active", "made_at")
        offers = ShareOffer.objects.filter(
            Q(owner_id=member_id) | Q(holder_id=member_id)
        ).values("owner_id", "holder_id", "per_day", "offered_at", "ended_at", "end")
        return {
            "cards": [dict(row) for row in cards.order_by("pk")],
            "card_events": [dict(row) for row in events.order_by("pk")],
            "shared_wallets": [dict(row) for row in shares.order_by("pk")],
            "share_offers": [dict(row) for row in offers.order_by("pk")],
        }

    def held(self, *, member_id: int, at: datetime) -> list[str]:
        """Value that still lies on a card itself."""
        return [
            _("value on the card %(card)s") % {"card": card}
            for card in Card.objects.filter(member_id=member_id).order_by("pk")
            if any(
                account.balance
                for account in ledger_selectors.held_by(
                    holder_kind=HOLDER, holder_id=card.pk
                )
            )
        ]

    def closure_share(self, *, member_id: int, at: datetime) -> ClosureShare:
        """What lies on a card itself is money."""
        return ClosureShare(
            money=tuple(
                OwnMoney(words, _("A store takes it off the card and pays it out."))
                for words in self.held(member_id=member_id, at=at)
            )
        )

    def forget(self, *, member_id: int, by: Act, at: datetime) -> None:
        """Every card ends."""
        forget_step(member_id=member_id, by=by, at=at)
