"""The ways of paying are buttons, stored value among them."""

import html
import re

import pytest

from checkout.models import Sale
from coupons.kinds import CouponStatus
from stores.models import ShiftCount
from tests.counter.till import AtTill, due_in, guest_in
from tests.factories.bills import a_guest
from tests.factories.coupons import TemplateFactory, issued
from tests.factories.stored_value import is_proven
from tests.factories.tenders import a_tender

pytestmark = pytest.mark.django_db


@pytest.fixture
def till() -> AtTill:
    return AtTill.opened()


def desk_of(till: AtTill, member: object) -> str:
    page = till.get(f"guests/{member.public_id}/")  # type: ignore[attr-defined]  # a member
    return str(page.content.decode())


def says(page: str) -> str:
    """What the button says."""
    found = re.search(r'id="charge-says"[^>]*>([^<]*)<', page)
    assert found is not None, page
    return html.unescape(found[1])


def test_stored_value_is_a_button_and_the_first_where_there_is_some(
    till: AtTill,
) -> None:
    rich, poor = a_guest(principal=80_00, store=till.store), a_guest(store=till.store)

    with_wallet, without = desk_of(till, rich), desk_of(till, poor)

    assert 'name="tender" value="stored" checked' in with_wallet
    assert 'value="cash" checked' not in with_wallet
    assert 'value="stored"' not in without
    assert 'name="tender" value="cash" checked' in without


@pytest.mark.parametrize("way", ["cash", "card", "wechat", "alipay"])
def test_another_button_lets_the_wallet_be(till: AtTill, way: str) -> None:
    member = a_guest(principal=80_00, points=5_000, store=till.store)
    guest = guest_in(desk_of(till, member))

    page = till.quote("47.50", guest=guest, tender=way)
    till.charge("47.50", guest=guest, tender=way)

    assert due_in(page) == "4750"
    assert says(page).startswith("Charge ¥47.50 by ")
    sale = Sale.objects.get()
    assert (sale.paid, sale.due, sale.points_spent) == (0, 47_50, 0)
    assert [payment.tender for payment in sale.payments.all()] == [way]
    assert is_proven()


def test_the_button_says_what_is_debited(till: AtTill) -> None:
    member = a_guest(principal=80_00, store=till.store)
    guest = guest_in(desk_of(till, member))

    whole = till.quote("47.50", guest=guest, tender="stored")
    split = till.quote("100", guest=guest, tender="stored", rest="cash")
    typed = till.quote("100", guest=guest, tender="wechat", stored="30")
    parted = till.quote("100", guest=guest, tender="card", pay_cash="60", pay_card="40")

    assert says(whole) == "Charge ¥47.50 from stored value"
    assert says(split) == "Charge ¥80.00 from stored value, ¥20.00 cash"
    assert says(typed) == "Charge ¥30.00 from stored value, ¥70.00 WeChat Pay"
    assert says(parted) == "Charge ¥60.00 cash, ¥40.00 bank card"


def test_what_stored_value_does_not_pay_is_paid_by_the_second_button(
    till: AtTill,
) -> None:
    member = a_guest(principal=80_00, store=till.store)
    guest = guest_in(desk_of(till, member))
    page = till.quote("100", guest=guest, tender="stored")
    assert 'name="rest" value="cash" checked' in page

    till.charge("100", guest=guest, tender="stored", rest="alipay")

    paid = Sale.objects.get().payments.order_by("place")
    assert [(one.kind, one.tender, one.amount) for one in paid] == [
        ("stored_value", "", 80_00),
        ("tender", "alipay", 20_00),
    ]


def test_a_press_that_the_quote_has_not_heard_of_debits_nothing(till: AtTill) -> None:
    """WeChat pressed, and Charge before its quote came: it said stored value."""
    member = a_guest(principal=80_00, store=till.store)
    guest = guest_in(desk_of(till, member))

    page = till.charge("50", guest=guest, tender="wechat", due="0").content.decode()

    assert "alert-danger" in page
    assert says(page) == "Charge ¥50.00 by WeChat Pay"
    assert not Sale.objects.exists()


def test_a_button_pressed_before_the_guest_was_known_stays_pressed(
    till: AtTill,
) -> None:
    member = a_guest(principal=80_00, store=till.store)
    bill = {"key": till.key(), "amount": "50", "tender": "wechat"}

    for pressed, chosen in (("wechat", "wechat"), ("", "stored"), ("x", "stored")):
        page = till.post("find/", {**bill, "q": member.phone, "pressed": pressed})
        assert f'name="tender" value="{chosen}" checked' in page.content.decode()


def test_only_the_coupons_that_were_shown_are_used(till: AtTill) -> None:
    """Another that is as good by now is not taken instead."""
    member = a_guest(store=till.store)
    template = TemplateFactory.drawn(amount=10_00)
    coupons = [issued(template, member), issued(template, member)]
    guest = guest_in(desk_of(till, member))
    quoted = till.quote("50", guest=guest)
    best, other = sorted(
        coupons, key=lambda one: f'value="{one.pk}" checked' not in quoted
    )

    shown = {"told": f"best:{other.pk}", "coupon": str(other.pk)}
    till.charge("50", guest=guest, tender="cash", **shown)

    for coupon in (best, other):
        coupon.refresh_from_db()
    assert other.status == CouponStatus.REDEEMED
    assert best.status == CouponStatus.ISSUED


def test_a_way_of_paying_of_the_shops_own_is_a_button_and_is_counted(
    till: AtTill,
) -> None:
    a_tender("voucher", name_zh_hant="餐券")
    a_tender("room", is_counted=False)
    a_tender("elsewhere", store_codes=["NOWHERE"])
    member = a_guest(store=till.store)
    page = desk_of(till, member)
    guest = guest_in(page)

    assert 'name="tender" value="voucher"' in page
    assert 'name="tender" value="elsewhere"' not in page
    till.quote("47.50", guest=guest, tender="voucher")
    till.charge("47.50", guest=guest, tender="voucher")

    sale = Sale.objects.get()
    assert [payment.tender for payment in sale.payments.all()] == ["voucher"]
    shift_page = till.client.get("/counter/shift/").content.decode()
    assert 'name="voucher"' in shift_page
    assert 'name="room"' not in shift_page
    told = {"cash": "0", "voucher": "40"}
    till.client.post("/counter/shift/close/", told)
    count = ShiftCount.objects.get(tender="voucher")
    assert (count.counted, count.expected) == (40_00, 47_50)
    assert is_proven()


def test_one_that_is_not_taken_here_settles_nothing(till: AtTill) -> None:
    a_tender("elsewhere", store_codes=["NOWHERE"])
    guest = guest_in(desk_of(till, a_guest(store=till.store)))

    page = till.quote("47.50", guest=guest, tender="elsewhere")

    assert "not one of the available choices" in page
    assert not Sale.objects.exists()
