"""The log of acts, and the context that every act carries into the books."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models

from common.text import InvisibleText, has_invisible
from ledger import services as ledger_services
from stores.errors import NotAllowed, ShiftIsClosed
from stores.models import ApiKey, AuditEvent, Shift, Store, User
from stores.selectors import business_date, user_may, user_may_everywhere

# What somebody typed, among the facts.
WORDS: Final = frozenset({"reason", "note", "reference"})
KEY: Final = "key:"  # an actor that is a program


def act(
    *,
    at: datetime,
    staff: User | None = None,
    key: ApiKey | None = None,
    task: str = "",
    shift: Shift | None = None,
    store: Store | None = None,
    approver: User | None = None,
    request_id: str = "",
    reported_at: datetime | None = None,
) -> ledger_services.Act:
    """Who does this, where, in which shift and on which day, as the books want it.

    A shift names its own store and till, and must still be open. Without a store
    (head office, a task) the day is that of the house's time zone. `reported_at` is
    when a till told of what it had queued.
    """
    if shift is not None:
        if shift.closed_at is not None:
            raise ShiftIsClosed
        store = shift.store
    if staff is not None:
        actor = f"staff:{staff.pk}"
    else:
        actor = f"{KEY}{key.pk}" if key is not None else f"system:{task}"
    if store is None:
        day = at.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    else:
        day = business_date(store, at)
    return ledger_services.Act(
        actor=actor,
        business_date=day,
        request_id=request_id or str(uuid.uuid4()),
        store_id=store.pk if store is not None else None,
        till_id=shift.till_id if shift is not None else None,
        staff_id=staff.pk if staff is not None else None,
        shift_id=shift.pk if shift is not None else None,
        approver_id=approver.pk if approver is not None else None,
        reported_at=reported_at,
    )


def record_act(
    *,
    name: str,
    by: ledger_services.Act,
    at: datetime,
    subject: models.Model | None = None,
    facts: Mapping[str, object] | None = None,
) -> AuditEvent:
    """A step: write into the log what was just done. Never a PIN, password, key or code
    among the facts. Raises InvisibleText for a reason in which something hides.
    """
    for fact, told in (facts or {}).items():
        if fact in WORDS and isinstance(told, str) and has_invisible(told):
            raise InvisibleText
    return AuditEvent.objects.create(
        at=at,
        act=name,
        actor=by.actor,
        staff_id=by.staff_id,
        approver_id=by.approver_id,
        store_id=by.store_id,
        till_id=by.till_id,
        shift_id=by.shift_id,
        subject_type=subject._meta.label_lower if subject is not None else "",
        subject_id=str(subject.pk) if subject is not None else "",
        request_id=by.request_id,
        facts=dict(facts or {}),
    )


def require(user: User, permission: str, *, store: Store | None) -> None:
    """Refuse what this person may not do at this store (none: what has no store)."""
    allowed = (
        user_may_everywhere(user, permission)
        if store is None
        else user_may(user, permission, store=store)
    )
    if not allowed:
        raise NotAllowed(permission=permission)


def require_for(by: ledger_services.Act, permission: str) -> None:
    """Refuse what the person behind an act may not do where it happens.

    A member, another program or a task is nobody of the staff: whoever let them in
    answers for what they may do.
    """
    if by.staff_id is None:
        return
    user = User.objects.get(pk=by.staff_id)
    store = None if by.store_id is None else Store.objects.get(pk=by.store_id)
    require(user, permission, store=store)


def require_over(
    by: ledger_services.Act, permission: str, *, store_id: int | None
) -> None:
    """Refuse what the person or key behind an act may not do to what belongs to a store
    (none: to the brand), wherever they stand. Raises NotAllowed.

    The brand's staff and keys reach every store's; a task or a member is no matter of
    stores.
    """
    if by.staff_id is not None:
        user = User.objects.get(pk=by.staff_id)
        store = None if store_id is None else Store.objects.get(pk=store_id)
        require(user, permission, store=store)
    elif by.actor.startswith(KEY):
        key = ApiKey.objects.get(pk=int(by.actor.removeprefix(KEY)))
        if key.store_id not in (None, store_id):
            raise NotAllowed(permission=permission)
