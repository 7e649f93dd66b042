"""Gift cards, when a member is merged, exported or erased."""

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.money import format_money
from ledger.services import Act
from members.parts import ClosureShare, OwnMoney, Rows

from .models import Gift, GiftCard, GiftCardCode


class GiftCardsPart:
    """The cards that a member keeps, and those that they bought and gave away."""

    word = "gift_cards"

    def move(
        self, *, source_id: int, target_id: int, by: Act, at: datetime, key: str
    ) -> None:
        """Cards stay what they are; only whose they are changes."""
        GiftCard.objects.filter(owner_id=source_id).update(owner_id=target_id)
        GiftCard.objects.filter(buyer_id=source_id).update(buyer_id=target_id)

    def export(self, *, member_id: int) -> dict[str, Rows]:
        """Never a code: nobody has it but the holder."""
        cards = GiftCard.objects.filter(owner_id=member_id).order_by("pk")
        bought = GiftCard.objects.filter(buyer_id=member_id).order_by("pk")
        gifts = Gift.objects.filter(card__buyer_id=member_id).order_by("pk")
        return {
            "gift_cards": [
                dict(row)
                for row in cards.values(
                    "pk", "status", "amount", "account__balance", "expires_at"
                )
            ],
            "gift_cards_bought": [
                dict(row) for row in bought.values("pk", "amount", "sold_at")
            ],
            "gifts": [
                dict(row)
                for row in gifts.values(
                    "recipient_name",
                    "recipient_email",
                    "recipient_phone",
                    "message",
                    "deliver_at",
                    "delivered_at",
                )
            ],
        }

    def held(self, *, member_id: int, at: datetime) -> list[str]:
        """Cards of theirs with something left."""
        full = GiftCard.objects.filter(owner_id=member_id, account__balance__gt=0)
        count = full.count()
        if not count:
            return []
        return [
            ngettext("%(count)s gift card", "%(count)s gift cards", count)
            % {"count": count}
        ]

    def closure_share(self, *, member_id: int, at: datetime) -> ClosureShare:
        """What is on a card was paid for: it is spent, moved or given away first."""
        full = GiftCard.objects.filter(owner_id=member_id, account__balance__gt=0)
        codes = dict(
            GiftCardCode.objects.filter(
                card__owner_id=member_id, died_at=None
            ).values_list("card_id", "last4")
        )
        return ClosureShare(
            money=tuple(
                OwnMoney(
                    _("Gift card …%(last4)s (%(amount)s)")
                    % {"last4": codes.get(pk, ""), "amount": format_money(balance)},
                    _("Spend it first, or move it into your wallet."),
                )
                for pk, balance in full.order_by("pk").values_list(
                    "pk", "account__balance"
                )
            )
        )

    def forget(self, *, member_id: int, by: Act, at: datetime) -> None:
        """Whom they gave to and in which words goes; cards stay, for their holders.

        A gift still on its way to a friend keeps what it needs until it has arrived.
        """
        gifts = Gift.objects.filter(card__buyer_id=member_id)
        gifts.update(giver_name="", message="")
        gone = gifts.filter(
            Q(opened_at__isnull=False) | Q(status__in=["failed", "stopped"])
        )
        gone.update(
            recipient_name="–", recipient_email="", recipient_phone="", channel="link"
        )
        GiftCard.objects.filter(buyer_id=member_id).update(buyer_id=None)
        GiftCard.objects.filter(owner_id=member_id).update(owner_id=None)
