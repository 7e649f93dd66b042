"""Moments in templates, by the clock of the store where they were."""

from datetime import datetime
from typing import Any

from django import template

from common import tables

register = template.Library()


@register.filter
def clock_of(at: datetime, row: Any) -> str:
    """A day and its time by the clock of a row's store, its place said."""
    return tables.clock(at, tables.zone_of(row))


@register.filter
def clock(at: datetime) -> str:
    """A day and its time by the clock of the page, its place said where that is not
    the house's.
    """
    return tables.clock(at)
