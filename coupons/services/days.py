"""The house's calendar day: what daily quotas and the ends of coupons go by."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings


def house_zone() -> ZoneInfo:
    """One zone for coupons that may be used at any store."""
    return ZoneInfo(settings.TIME_ZONE)


def day_of(at: datetime) -> date:
    """The day that a moment falls on."""
    return at.astimezone(house_zone()).date()


def begin_of(day: date) -> datetime:
    """Midnight before that day."""
    return datetime.combine(day, time(), tzinfo=house_zone())
