"""Filters that write amounts in templates."""

from django import template

from common import money as amounts

register = template.Library()


@register.filter
def money(amount: int, currency: str | None = None) -> str:
    """Minor units as the reader writes money."""
    return amounts.format_money(amount, currency=currency)


@register.filter
def points(amount: int) -> str:
    """A count, grouped as the reader groups thousands."""
    return amounts.format_count(amount)


@register.filter
def amount(value: int, unit: str) -> str:
    """An amount in the unit of its account."""
    return amounts.format_amount(value, unit)
