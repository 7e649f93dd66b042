"""What it was worth: by figures worked out by hand, each leading to its row."""

import re
from datetime import date, timedelta

import pytest

from checkout import selectors as checkout_selectors
from gift_cards.models import Gift
from gift_cards.services import GiftWish
from members.models import Member
from stored_value import selectors as stored_value_selectors
from stored_value.holders import Holder
from tests.checkout.giving_back import refund
from tests.factories.accounts import client_of
from tests.factories.bills import a_guest
from tests.factories.checkout import a_sale
from tests.factories.gift_cards import a_card, at_till
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON, StoreFactory
from tests.portal.reading import text

pytestmark = pytest.mark.django_db
ROW = r'row-line" href="/portal/((?:bills|wallet|gift-cards)/[^"]+)"'
YEAR = {"since": date(2026, 1, 1), "until": date(2027, 1, 1)}


@pytest.fixture
def guest() -> Member:
    """300 and a bonus of 60: of each 360 spent, 60 are a bonus; and 900 points."""
    member = a_guest(
        principal=300_00, bonus=60_00, points=900, store=StoreFactory.create()
    )
    Member.objects.filter(pk=member.pk).update(joined_at=NOON - timedelta(days=400))
    member.refresh_from_db()
    return member


def sums(member: Member) -> dict[str, int]:
    found = checkout_selectors.benefits_of(member.pk, **YEAR)
    told = checkout_selectors.sum_by_kind(found)
    return {str(kind): amount for kind, amount in told if amount}


def test_the_sums_are_those_of_the_books(guest: Member) -> None:
    assert sums(guest) == {}
    a_sale(80_00, 20_00, member=guest, discount=12_00)
    a_sale(50_00, member=guest, discount=5_00, discount_kind="tier")
    a_sale(60_00, member=guest, points=900)
    a_sale(72_00, member=guest, stored=72_00)
    a_sale(40_00, member=MemberFactory.create(), discount=9_00)
    a_sale(30_00, member=guest, discount=3_00, status="void")
    by, _user = at_till("shift-lead")
    wish = GiftWish(name="Lan", channel="link")
    link = a_card(88_00, by=by, gift=wish, at=NOON).link
    client = client_of(guest)
    assert client.post(f"/portal/gifts/{link}/").status_code == 302

    # 72 of a wallet of 300 + 60: 60 of principal, 12 of the bonus.
    expected = {
        "member_price": 5_00,
        "coupon": 12_00,
        "bonus": 12_00,
        "points": 9_00,
        "gift": 88_00,
    }
    assert sums(guest) == expected
    held = stored_value_selectors.wallet(holder=Holder.member(guest.pk), at=NOON)
    assert 60_00 - held.bonus == expected["bonus"]
    spent = checkout_selectors.spent_on_bills(guest.pk, **YEAR)
    assert (spent.amount, spent.bills) == (282_00, 4)

    told = text(client, "worth/")
    assert "¥126.00" in told
    assert "on ¥282.00 spent, 4 bills" in told
    for kind, amount in expected.items():
        page = text(client, f"worth/?of={kind}")
        assert f"¥{amount // 100}.00" in page
        (way,) = set(re.findall(ROW, page))
        text(client, way)


def test_what_was_paid_back_saved_nothing(guest: Member) -> None:
    whole = a_sale(60_00, member=guest, discount=12_00)
    part = a_sale(40_00, 60_00, member=guest, discount=8_00)
    paid = a_sale(36_00, member=guest, stored=36_00)
    refund(whole, 60_00)
    refund(part, per_line={1: 10_00})
    refund(paid, 18_00)
    # 30 are left of a line of 40, and with them three quarters of the 8 taken off it;
    # 18 are left of 36 out of a wallet of 300 + 60: a sixth of them is a bonus.
    assert sums(guest) == {"coupon": 6_00, "bonus": 3_00}
    held = stored_value_selectors.wallet(holder=Holder.member(guest.pk), at=NOON)
    assert held.bonus == 57_00


def test_another_year_and_what_is_no_year(guest: Member) -> None:
    a_sale(50_00, member=guest, discount=5_00)
    client = client_of(guest)
    assert "2025" in text(client, "worth/")
    assert "¥5.00" not in text(client, "worth/?year=2025")
    for odd in ("1999", "9999", "x", "²⁰²⁶"):
        assert "¥5.00" in text(client, f"worth/?year={odd}&of=coupon")
    assert "Where it came from" in text(client, "worth/?of=gold")
    assert not Gift.objects.exists()


def test_anothers_bill_is_not_there(guest: Member) -> None:
    sale = a_sale(50_00, member=MemberFactory.create())
    assert client_of(guest).get(f"/portal/bills/{sale.pk}/").status_code == 404
