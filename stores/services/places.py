"""Stores and tills, as head office sets them up.

Not durable, as other commands are: the admin's change page opens a transaction.
"""

from datetime import datetime

from django.db import transaction

from stores.models import Store, Till, User

from .audit import act, record_act, require


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
