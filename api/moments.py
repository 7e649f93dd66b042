"""When it happened: now, or earlier where a till had queued it off-line."""

from dataclasses import dataclass
from datetime import datetime

from ledger.services import Act
from policies import services as policies_services
from stores.models import Store

from .auth import ApiRequest, Caller


@dataclass(frozen=True, slots=True)
class Occurrence:
    """The moment that decides (days, expiry, prices), and the act that the books get:
    of the business day of that moment.
    """

    at: datetime
    by: Act


def occurrence(
    request: ApiRequest,
    occurred_at: datetime | None,
    *,
    caller: Caller | None = None,
    at_store: bool = True,
) -> Occurrence:
    """Now, or when a till says that it happened; no bound is looked at yet.

    Raises store_required, unless the act may be the head office's own.
    """
    caller = caller or request.auth
    if occurred_at is None:
        return Occurrence(request.at, caller.act(request.at, at_store=at_store))
    by = caller.act(occurred_at, at_store=at_store, reported_at=request.at)
    return Occurrence(occurred_at, by)


def occurrence_in_time(
    request: ApiRequest,
    occurred_at: datetime | None,
    *,
    after: datetime | None = None,
    store: Store | None = None,
    at_store: bool = True,
) -> Occurrence:
    """The same, within what the shop's off-line policy lets a till queue.

    `after` is when that happened which is now undone or ended; `store` is its store.
    Raises OccurredTooLongAgo, OccurredAhead, OccurredBefore.
    """
    found = occurrence(request, occurred_at, at_store=at_store)
    policies_services.require_in_time(
        by=found.by, at=found.at, store=store or request.auth.store, after=after
    )
    return found
