"""How fast a provider may be used."""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from ledger.services import Act
from messaging.errors import MessageRefused
from messaging.models import MessageProvider
from stores import services as stores_services

CHANGE: Final = "messaging.change_messageprovider"
FASTEST: Final = 10_000


@transaction.atomic
def set_pace(
    *, provider_id: int, per_second: int, concurrency: int, by: Act, at: datetime
) -> None:
    """Messages a second over all hosts, and at the same time; 0: no bound.

    Raises MessageRefused, NotAllowed.
    """
    stores_services.require_for(by, CHANGE)
    if not (0 <= per_second <= FASTEST and 0 <= concurrency <= FASTEST):
        raise MessageRefused(_("This is faster than any provider takes messages."))
    MessageProvider.objects.filter(pk=provider_id).update(
        per_second=per_second, concurrency=concurrency, next_at=None
    )
    stores_services.record_act(
        name="messaging.pace_set",
        by=by,
        at=at,
        subject=MessageProvider.objects.get(pk=provider_id),
        facts={"per_second": per_second, "concurrency": concurrency},
    )
