"""Words that templates of the counter need."""

from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.utils.formats import date_format
from django.utils.timezone import localdate

from common import money
from counter import say
from coupons.models import TemplateVersion
from members import phones
from members.forms_of_address import address
from members.models import Member
from recognition.selectors import Coming

register = template.Library()


@register.filter
def addressed(member: Member) -> str:
    """How a member is spoken to."""
    return address(member)


@register.filter
def initial(member: Member) -> str:
    """The sign that stands for a member."""
    return say.initial(member)


@register.filter
def masked(phone: str | None) -> str:
    """Enough of a phone to recognise it by."""
    return phones.masked(phone)


@register.filter
def soon(coming: Coming) -> str:
    """A day that is near, for a chip."""
    return say.in_so_many_days(coming)


@register.filter
def last_day(ends_at: datetime) -> date:
    """The last day on which something holds that ends at this moment."""
    return say.last_day(ends_at)


@register.filter
def near_day(day: date | datetime) -> str:
    """A day and its month, with the year where it is not this one."""
    on = localdate(day) if isinstance(day, datetime) else day
    same = on.year == localdate().year
    return date_format(on, "MONTH_DAY_FORMAT" if same else "DATE_FORMAT")


@register.filter
def last_day_here(ends_at: datetime) -> date:
    """The last day of what ends by the clock of the store: a gift card."""
    return localdate(ends_at - timedelta(microseconds=1))


@register.filter
def more_bonus(terms: TemplateVersion) -> str:
    """What a top-up coupon gives, and from what amount on."""
    return say.more_bonus(terms)


@register.filter
def ago(day: date, today: datetime) -> str:
    """How long since a day."""
    return say.ago((localdate(today) - day).days)


@register.filter
def plainly(amount: int) -> str:
    """Minor units as they are typed."""
    return money.plain(amount)


@register.filter
def item(mapping: dict[str, Any], name: str) -> Any:
    """What a mapping holds under a name."""
    return mapping.get(name, "")
