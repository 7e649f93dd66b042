"""What gift cards do by themselves: gifts leave on their day, guesses are forgotten."""

from celery import shared_task
from django.utils.timezone import now
from structlog import get_logger

from common.mail import LetterMayHaveLeft
from gift_cards import letters
from gift_cards import services as gift_cards_services
from policies import selectors as policies_selectors
from policies.models import ShopPolicy

AT_ONCE = 500
# The line broke while the letter was handed over.
UNSURE = (TimeoutError, LetterMayHaveLeft)
log = get_logger(__name__)


@shared_task(acks_late=True)
def send_due_gifts(**_unknown: object) -> int:
    """Send what is due, one after the other; how many left."""
    gifts = gift_cards_services.due(at=now(), most=AT_ONCE)
    return sum(send_gift(gift_id=gift_id) for gift_id in gifts)


@shared_task(acks_late=True)
def send_gift(*, gift_id: int, **_unknown: object) -> bool:
    """Send one gift, once: of many workers one claims it, and it is sent after that.

    A worker that dies in between leaves it `being sent`: whether it left is then for
    a person to find out, who may send it again.
    """
    at = now()
    parcel = gift_cards_services.begin_sending(gift_id=gift_id, at=at)
    if parcel is None:
        return False
    brand = policies_selectors.in_force(ShopPolicy, at=at).brand
    try:
        letters.send(parcel, brand=brand)
    except UNSURE as failure:  # it may have left: a person looks before it goes again
        log.warning("gift_unsure", gift_id=gift_id, failure=type(failure).__name__)
        return False
    except Exception as failure:  # whatever a mail host answers, the others still leave
        log.warning("gift_not_sent", gift_id=gift_id, failure=type(failure).__name__)
        gift_cards_services.end_sending(gift_id=gift_id, was_sent=False, at=now())
        return False
    gift_cards_services.end_sending(gift_id=gift_id, was_sent=True, at=now())
    return True


@shared_task(acks_late=True)
def forget_tries(**_unknown: object) -> int:
    """Wrong tries of yesterday count no more; how many were forgotten."""
    return gift_cards_services.forget_tries(at=now())
