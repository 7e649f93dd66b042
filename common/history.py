"""Rows that people edit, as they were at a moment gone by."""

from datetime import datetime
from typing import Any

from django.db import models


def as_of[M: models.Model](model: type[M], at: datetime) -> tuple[M, ...]:
    """Rows as their history has them at a moment, by key. What was edited only later
    was already there as its first record has it; what has no history, as it is.
    """
    then: dict[int, M | None] = {}
    kept: Any = model
    for record in kept.history.order_by("history_date", "history_id"):
        if record.history_date <= at:
            then[record.id] = None if record.history_type == "-" else record.instance
        elif record.id not in then:
            then[record.id] = None if record.history_type == "+" else record.instance
    others = model._default_manager.exclude(pk__in=then)
    rows = [*(row for row in then.values() if row is not None), *others]
    return tuple(sorted(rows, key=lambda row: int(row.pk)))
