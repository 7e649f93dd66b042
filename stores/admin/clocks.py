"""Moments in the office, told by the clock of the store that a row belongs to."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from django.contrib.admin import ModelAdmin
from django.db.models import DateTimeField, Model
from django.utils import timezone

from common.tables import clock, zone_of


def by_the_stores_clock(
    page: ModelAdmin[Any], names: Iterable[Any], path: str | None
) -> list[Any]:
    """The columns of a page, those that are moments told by the clock of each row."""
    model: Any = page.model
    moments = {
        field.name
        for field in page.opts.fields
        if isinstance(field, DateTimeField) and not hasattr(page, field.name)
    }
    return [
        by_the_stores_clock(page, name, path)
        if isinstance(name, list | tuple)
        else _column(model, name, path)
        if name in moments
        else name
        for name in names
    ]


def told_by_its_clock(answer: Any, path: str | None) -> Any:
    """A page of one row; where something is typed, the house's clock stays."""
    context = getattr(answer, "context_data", None) or {}
    row = context.get("original")
    if row is None or context.get("has_change_permission"):
        return answer
    with timezone.override(zone_of(row, path)):
        return answer.render()


@cache
def _column(model: type[Model], name: str, path: str | None) -> Callable[[Any], str]:
    def shown(row: Any) -> str:
        at = getattr(row, name)
        return (
            "–" if at is None else clock(at, zone_of(row, path), form="DATETIME_FORMAT")
        )

    shown.__name__ = name
    label = getattr(model._meta.get_field(name), "verbose_name", name)
    shown.short_description = label  # type: ignore[attr-defined]  # read by the admin
    shown.admin_order_field = name  # type: ignore[attr-defined]  # the same
    return shown
