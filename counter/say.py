"""What to say to a guest, in the words of whoever reads it: no database."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cards.models import Card
from common.money import format_money
from coupons.models import TemplateVersion
from members.forms_of_address import address
from members.models import Member
from recognition.models.feedback import State
from recognition.selectors import Coming, Glance, Said

A_WEEK: Final = 7
LONG_FOR: Final = 2  # times the own rhythm: a guest who was missed


def initial(member: Member) -> str:
    """The sign on the picture that stands for a member."""
    return (member.name.strip()[:1] or "·").upper()


def greeting(glance: Glance, *, at: datetime) -> list[str]:
    """A few sentences: welcome, the day that is near, the seat, what was wrong."""
    who = address(glance.member)
    today = localdate(at)  # where the guest stands
    said = []
    if glance.last_on is None:
        said.append(_("Welcome, %(who)s: the first visit.") % {"who": who})
    elif _was_missed(glance, (today - glance.last_on).days):
        said.append(_("Good to see you again, %(who)s.") % {"who": who})
    else:
        said.append(_("Welcome back, %(who)s.") % {"who": who})
    if glance.coming:
        said.append(on_the_day(glance.coming[0]))
    if glance.seats:
        said.append(_("Offer the usual seat: %(seat)s.") % {"seat": glance.seats[0]})
    if glance.last_said is not None and glance.last_said.state != State.NOTED:
        said.append(_of_complaint(glance.last_said))
    return said


def on_the_day(coming: Coming) -> str:
    """`Birthday today.`, `Birthday on Wednesday.`"""
    what = _occasion(coming)
    if coming.in_days == 0:
        return _("%(what)s today.") % {"what": what}
    if coming.in_days == 1:
        return _("%(what)s tomorrow.") % {"what": what}
    if coming.in_days < A_WEEK:
        day = WEEKDAYS[coming.on.weekday()]
        return _("%(what)s on %(day)s.") % {"what": what, "day": day}
    return _("%(what)s on %(day)s.") % {
        "what": what,
        "day": date_format(coming.on, "MONTH_DAY_FORMAT"),
    }


def in_so_many_days(coming: Coming) -> str:
    """The same for a chip: `Birthday in 3 days`."""
    what = _occasion(coming)
    if coming.in_days == 0:
        return _("%(what)s today") % {"what": what}
    return ngettext(
        "%(what)s in %(days)s day", "%(what)s in %(days)s days", coming.in_days
    ) % {"what": what, "days": coming.in_days}


def ago(days: int) -> str:
    """`today`, `yesterday`, `11 days ago`."""
    if days <= 0:
        return _("today")
    if days == 1:
        return _("yesterday")
    return ngettext("%(days)s day ago", "%(days)s days ago", days) % {"days": days}


def last_day(ends_at: datetime) -> date:
    """The last day of what ends at this moment, by the house's clock."""
    last = ends_at - timedelta(microseconds=1)
    return last.astimezone(ZoneInfo(settings.TIME_ZONE)).date()


def more_bonus(terms: TemplateVersion) -> str:
    """What a top-up coupon gives: `10.00 more bonus · from 300.00`."""
    gives = (
        format_money(terms.amount)
        if terms.amount
        else f"{Decimal(terms.off_bp).scaleb(-2).normalize():f} %"
    )
    said = [_("%(bonus)s more bonus") % {"bonus": gives}]
    if terms.cap is not None and not terms.amount:
        said.append(_("at most %(amount)s") % {"amount": format_money(terms.cap)})
    if terms.min_spend:
        said.append(_("from %(amount)s") % {"amount": format_money(terms.min_spend)})
    if terms.is_exclusive:
        said.append(_("instead of a plan"))
    return " · ".join(said)


def _occasion(coming: Coming) -> str:
    names = {
        "birthday": _("Birthday"),
        "wedding": _("Wedding anniversary"),
        "family": _("Birthday in the family"),
        "business": _("Day of the business"),
    }
    what = names.get(coming.kind, _("A special day"))
    return f"{what} ({coming.words})" if coming.words else what


def _was_missed(glance: Glance, days: int) -> bool:
    return glance.rhythm_days is not None and days > LONG_FOR * glance.rhythm_days


def _of_complaint(said: Said) -> str:
    if said.state == State.CURED:
        return _("Ask whether all is well since the last complaint.")
    return _("The last complaint is still open: apologise, and ask a lead.")


def why_stopped(card: Card) -> str:
    """Why a card that was scanned opens nobody, to be read aloud."""
    sentences = {
        Card.Status.LOST: _("This card was reported lost."),
        Card.Status.REPLACED: _("This card was replaced: its number is dead."),
        Card.Status.CLOSED: _("This card is closed."),
    }
    return sentences.get(Card.Status(card.status), _("This card has expired."))
