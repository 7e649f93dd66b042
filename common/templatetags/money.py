"""Filters that write amounts in templates."""

from django import template

from common import money as amounts

register = template.Library()


@register.filter
def money(amount: int, currency: str | None = None) -> str:
    """Minor units as the reader writes money."""
    return amounts.format_money(amount, currency=currency)


@register.simple_tag
def money_sign() -> str:
    """What stands before an amount that is typed."""
    return amounts.sign()


@register.simple_tag
def no_money() -> str:
    """Nothing, with the decimals of the currency: 0.00, or 0 where there are none."""
    return amounts.plain(0)


@register.filter
def points(amount: int) -> str:
    """A count, grouped as the reader groups thousands."""
    return amounts.format_count(amount)


@register.filter
def amount(value: int, unit: str) -> str:
    """An amount in the unit of its account."""
    return amounts.format_amount(value, unit)
