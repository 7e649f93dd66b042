"""What members do with their own cards, from their own phone."""

from datetime import datetime

from django.db import transaction

from cards.errors import CardUnknown
from cards.models import Card
from ledger.services import Act

from .life import report_loss


@transaction.atomic
def report_own_loss(*, member_id: int, card_id: int, by: Act, at: datetime) -> Card:
    """A member's own card is lost: its number and its code pay nowhere from here on.

    What they hold stays theirs. Harmless twice. Raises CardUnknown for another's card
    as for none, CardNotUsable.
    """
    if not Card.objects.filter(pk=card_id, member_id=member_id).exists():
        raise CardUnknown
    return report_loss(card_id=card_id, by=by, at=at)
