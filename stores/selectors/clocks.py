"""By which clock things are told that keep no more of a store than its number."""

from collections.abc import Iterable
from datetime import tzinfo

from django.db.models import Q
from django.utils.timezone import get_default_timezone

from stores.models import Store


def zones_of(store_ids: Iterable[int | None]) -> dict[int | None, tzinfo]:
    """The zone of each of these stores; of none the house's."""
    asked = {pk for pk in store_ids if pk is not None}
    found: dict[int | None, tzinfo] = {None: get_default_timezone()}
    if asked:
        stores = Store.objects.filter(pk__in=asked).only("time_zone")
        found |= {store.pk: store.zone for store in stores}
    return found


def names_of(store_ids: Iterable[int | None]) -> dict[int, str]:
    """What these stores are called."""
    asked = {pk for pk in store_ids if pk is not None}
    if not asked:
        return {}
    return dict(Store.objects.filter(pk__in=asked).values_list("pk", "name"))


def open_stores(*, also: int | None = None) -> list[tuple[int, str]]:
    """The stores that are open to guests, with their names; and one that is named."""
    rows = Store.objects.filter(Q(is_active=True) | Q(pk=also)).order_by("name", "pk")
    return list(rows.values_list("pk", "name"))
