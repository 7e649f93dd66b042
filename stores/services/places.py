"""Stores and tills, as head office sets them up.

Not durable, as other commands are: the admin's change page opens a transaction.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time

from django.db import transaction

from ledger.services import Act
from stores.models import Store, Till, User

from .audit import act, record_act, require, require_for


@transaction.atomic
def save_store(*, store: Store, by: User, at: datetime, request_id: str = "") -> None:
    """Add or change a store."""
    is_new = store.pk is None
    require(
        by,
        "stores.add_store" if is_new else "stores.change_store",
        store=None if is_new else store,
    )
    store.save(force_insert=is_new, force_update=not is_new)
    record_act(
        name="stores.store_added" if is_new else "stores.store_changed",
        by=act(staff=by, store=store, at=at, request_id=request_id),
        at=at,
        subject=store,
        facts={"code": store.code, "is_active": store.is_active},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreRow:
    """A store as a file brings it; without an hour its day starts as usual."""

    code: str
    name: str
    time_zone: str
    day_starts_at: time | None = None


@transaction.atomic(savepoint=False)
def load_stores(
    *, rows: Iterable[StoreRow], asked_by: Act, by: Act, at: datetime
) -> list[int]:
    """A step: add the stores of a file, written by `by` for who asked; their ids.

    Raises NotAllowed.
    """
    require_for(asked_by, "stores.add_store")
    made = []
    for row in rows:
        store = Store(code=row.code, name=row.name, time_zone=row.time_zone)
        if row.day_starts_at is not None:
            store.day_starts_at = row.day_starts_at
        store.save(force_insert=True)
        record_act(
            name="stores.store_added",
            by=by,
            at=at,
            subject=store,
            facts={"code": store.code, "is_active": store.is_active},
        )
        made.append(store.pk)
    return made


@transaction.atomic
def save_till(*, till: Till, by: User, at: datetime, request_id: str = "") -> None:
    """Add or change a till."""
    is_new = till.pk is None
    permission = "stores.add_till" if is_new else "stores.change_till"
    require(by, permission, store=till.store)
    till.save(force_insert=is_new, force_update=not is_new)
    record_act(
        name="stores.till_added" if is_new else "stores.till_changed",
        by=act(staff=by, store=till.store, at=at, request_id=request_id),
        at=at,
        subject=till,
        facts={"code": till.code, "is_active": till.is_active},
    )
