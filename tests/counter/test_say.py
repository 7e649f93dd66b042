"""What the counter says to a guest, and how it says it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import translation
from django.utils.formats import date_format
from django.utils.timezone import localdate

from counter import guests, say
from counter.templatetags.counter import near_day
from ledger.models import Lot
from members.forms_of_address import address
from members.models import Member
from recognition import selectors as recognition_selectors
from recognition.selectors import Coming
from tests.factories.bills import a_guest
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON, StoreFactory

TODAY = NOON.date()


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"name": "陈玉兰", "salutation": "女士"}, "陈女士"),
        ({"name": "陈玉兰", "salutation": "陈女士"}, "陈女士"),
        ({"name": "欧阳娜", "salutation": "女士"}, "欧阳女士"),
        ({"name": "Yulan Chen", "gender": "female"}, "Ms Chen"),
        ({"name": "Li Lei", "salutation": "Dr"}, "Dr Lei"),
        ({"name": "陈玉兰"}, "陈玉兰"),
        ({"name": ""}, ""),
        ({"name": "", "salutation": "Madam"}, "Madam"),
    ],
)
def test_a_guest_is_spoken_to_by_name(facts: dict[str, str], said: str) -> None:
    assert address(Member(**facts)) == said


def a_glance(**facts: Any) -> recognition_selectors.Glance:
    member = MemberFactory.create(name="Yulan Chen", gender="female")
    found = recognition_selectors.recognise(member.pk, NOON)
    assert found is not None
    return type(found)(
        **{name: getattr(found, name) for name in found.__slots__} | facts
    )


@pytest.mark.django_db
def test_the_first_visit_the_return_and_the_long_absence() -> None:
    assert say.greeting(a_glance(), at=NOON) == ["Welcome, Ms Chen: the first visit."]
    last = {"last_on": TODAY - timedelta(days=11)}
    assert say.greeting(a_glance(**last), at=NOON) == ["Welcome back, Ms Chen."]
    missed = say.greeting(a_glance(**last, rhythm_days=5), at=NOON)
    assert missed == ["Good to see you again, Ms Chen."]


@pytest.mark.django_db
def test_the_day_that_is_near_and_the_seat_are_named() -> None:
    near = Coming("birthday", "", TODAY + timedelta(days=3), 3)
    said = say.greeting(a_glance(coming=(near,), seats=("window",)), at=NOON)
    assert said[1:] == ["Birthday on Monday.", "Offer the usual seat: window."]
    assert say.in_so_many_days(near) == "Birthday in 3 days"
    with translation.override("zh-hans"):
        assert say.ago(0) == say.ago(-1)


@pytest.mark.parametrize(
    ("ends", "last"),
    [
        (datetime(2026, 12, 24, 16, tzinfo=UTC), date(2026, 12, 24)),
        (datetime(2026, 12, 24, 15, 59, tzinfo=UTC), date(2026, 12, 24)),
    ],
)
def test_what_ends_at_midnight_holds_until_the_day_before(
    ends: datetime, last: date
) -> None:
    assert say.last_day(ends) == last


def test_a_day_of_another_year_is_told_with_its_year() -> None:
    today = localdate()
    assert near_day(today) == date_format(today, "MONTH_DAY_FORMAT")
    later = today.replace(year=today.year + 1, day=1)
    assert str(later.year) in near_day(later)


@pytest.mark.django_db
def test_only_points_that_end_within_a_month_are_news_at_the_till() -> None:
    member = a_guest(points=120, store=StoreFactory.create())
    guest = guests.Guest(member=member)
    now = guests.known(guest, at=NOON)
    assert now is not None
    assert (now.points, now.points_soon) == (120, 0)

    ends = Lot.objects.get().expires_at
    assert ends is not None
    soon = guests.known(guest, at=ends - timedelta(days=29))
    assert soon is not None
    assert (soon.points_soon, soon.points_soon_on) == (120, ends)
