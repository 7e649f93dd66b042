"""Who acts in these tests."""

from typing import Any

from ledger.services import Act
from stores import services as stores_services
from stores.models import Store
from tests.factories.stores import NOON, StoreFactory, UserFactory


def someone(role: str = "cashier", *, store: Store | None = None) -> Act:
    """A staff member in one of the first roles, acting at a store."""
    place = store or StoreFactory.create()
    staff = UserFactory.holding(role, store=place)
    return stores_services.act(at=NOON, staff=staff, store=place)


def everything(*models: Any) -> list[Any]:
    """All rows of some tables, for 'nothing changed'."""
    return [list(model.objects.order_by("pk").values()) for model in models]
