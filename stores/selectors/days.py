"""Which business day an instant belongs to, by the store's own clock."""

from datetime import UTC, date, datetime, timedelta

from stores.models import Store


def business_date(store: Store, at: datetime) -> date:
    """The day whose sales these are: it begins when the store's clock first shows the
    cut-off, and so neither a skipped nor a repeated hour splits a day in two.
    """
    local = at.astimezone(store.zone)
    cut_off = datetime.combine(local.date(), store.day_starts_at, store.zone)
    # Where the hour comes twice, the day began at its first coming (fold=0) and stays
    # begun, though the clock shows an earlier time again.
    begun = local.time() >= store.day_starts_at or at >= cut_off.astimezone(UTC)
    return local.date() if begun else local.date() - timedelta(days=1)


def business_day_bounds(store: Store, day: date) -> tuple[datetime, datetime]:
    """First instant of a business day, and first of the next; half-open."""
    return _begins(store, day), _begins(store, day + timedelta(days=1))


def _begins(store: Store, day: date) -> datetime:
    naive = datetime.combine(day, store.day_starts_at)
    first = naive.replace(tzinfo=store.zone).astimezone(UTC)
    if first.astimezone(store.zone).replace(tzinfo=None) == naive:
        return first
    # The clock skips the cut-off: the day begins at the skip, found to the second.
    before = int(naive.replace(tzinfo=store.zone, fold=1).timestamp())
    after = int(first.timestamp())
    while after - before > 1:
        middle = (before + after) // 2
        shown = datetime.fromtimestamp(middle, store.zone).replace(tzinfo=None)
        if shown >= naive:
            after = middle
        else:
            before = middle
    return datetime.fromtimestamp(after, UTC)
