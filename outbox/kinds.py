"""What the outside may be told of: every kind of event, and what it is called."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class EventKind(TextChoices):
    """The catalogue: `docs/outbox.md` says what each of them carries."""

    SALE_CAPTURED = "sale.captured", _("Sale paid")
    SALE_VOIDED = "sale.voided", _("Sale voided")
    SALE_REFUNDED = "sale.refunded", _("Sale refunded")
    SALE_EXCHANGED = "sale.exchanged", _("Goods of a sale exchanged")
    MEMBER_ENROLLED = "member.enrolled", _("Member enrolled")
    MEMBER_CHANGED = "member.changed", _("Member changed")
    TOP_UP_MADE = "top_up.made", _("Top-up made")
    TOP_UP_REFUNDED = "top_up.refunded", _("Top-up refunded")
    GIFT_CARD_SOLD = "gift_card.sold", _("Gift card sold")
    GIFT_CARD_REDEEMED = "gift_card.redeemed", _("Gift card spent")
    WEBHOOK_TEST = "webhook.test", _("Test of an endpoint")


# Everything but the test, which is for the endpoint that asked for it alone.
WANTED = [choice for choice in EventKind.choices if choice[0] != EventKind.WEBHOOK_TEST]
