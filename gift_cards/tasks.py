"""What gift cards do by themselves: gifts leave on their day, guesses are forgotten."""

from celery import shared_task
from django.utils.timezone import now

from gift_cards import services as gift_cards_services
from policies import selectors as policies_selectors
from policies.models import ShopPolicy

AT_ONCE = 500


@shared_task(acks_late=True)
def send_due_gifts(**_unknown: object) -> int:
    """Write the message of each gift that is due; how many are on their way."""
    at = now()
    brand = policies_selectors.in_force(ShopPolicy, at=at).brand
    gifts = gift_cards_services.due(at=at, most=AT_ONCE)
    return sum(
        gift_cards_services.send_gift(gift_id=gift_id, brand=brand, at=at)
        for gift_id in gifts
    )


@shared_task(acks_late=True)
def forget_tries(**_unknown: object) -> int:
    """Wrong tries of yesterday count no more; how many were forgotten."""
    return gift_cards_services.forget_tries(at=now())
