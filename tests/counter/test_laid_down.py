"""What was laid on the counter serves for its bill, at its till, and for no other."""

from datetime import timedelta

import pytest
import time_machine

from checkout.models import Sale
from counter import bill_forms
from coupons.models import Coupon, CouponUse
from stores.models import Till
from tests.counter.till import AtTill, due_in
from tests.factories import gift_cards as gifts
from tests.factories.coupons import TemplateFactory, printed
from tests.factories.stores import NOON, ShiftFactory, TillFactory

WHAT = ["gift", "laid_coupon"]
ADDRESS = {"gift": "gift-on-the-counter/", "laid_coupon": "coupon-on-the-counter/"}


@pytest.fixture
def codes(till: AtTill) -> dict[str, dict[str, str]]:
    """What is typed for a gift card of ¥10, and for a printed coupon of ¥10."""
    card = gifts.a_card(10_00, by=gifts.at_store(till.store))
    [code] = printed(TemplateFactory.drawn(amount=10_00))
    return {
        "gift": {"gift_code": card.code or "", "pin": card.pin or ""},
        "laid_coupon": {"coupon_code": code},
    }


def lay(till: AtTill, what: str, typed: dict[str, str]) -> str:
    """The seal that the page carries from now on."""
    page = till.post(ADDRESS[what], typed).content.decode()
    return str(page.split(f'name="{what}" value="')[1].split('"')[0])


def nothing_was_taken() -> bool:
    used = CouponUse.objects.exists() or Coupon.objects.exclude(status="issued")
    return not used and not Sale.objects.exclude(net=60_00).exists()


@pytest.mark.parametrize("what", WHAT)
def test_it_serves_on_its_bill(
    what: str, till: AtTill, codes: dict[str, dict[str, str]]
) -> None:
    seal = lay(till, what, codes[what])
    assert due_in(till.quote("60", **{what: seal})) == "5000"
    till.charge("60", **{what: seal})
    assert Sale.objects.get().due == 50_00


@pytest.mark.parametrize("what", WHAT)
def test_on_another_bill_of_the_till_it_is_nothing(
    what: str, till: AtTill, codes: dict[str, dict[str, str]]
) -> None:
    seal = lay(till, what, codes[what])
    till.bill = till.key()

    assert due_in(till.quote("60", **{what: seal})) == "6000"
    again = till.post("still-on-the-counter/", {what: seal}).content.decode()
    assert f'name="{what}"' not in again
    till.charge("60", **{what: seal})

    assert Sale.objects.get().due == 60_00
    assert nothing_was_taken()


@pytest.mark.parametrize("what", WHAT)
def test_at_another_till_it_is_nothing_whatever_key_comes_with_it(
    what: str, till: AtTill, codes: dict[str, dict[str, str]]
) -> None:
    seal, of_the_bill = lay(till, what, codes[what]), till.bill
    other: Till = TillFactory.create(store=till.store)
    shift = ShiftFactory.today(till=other, opened_by=till.user)
    beside = AtTill(till.user, other, shift).signed_in()

    for key in (beside.bill, of_the_bill):
        assert due_in(beside.quote("60", key=key, **{what: seal})) == "6000"


@pytest.mark.parametrize("what", WHAT)
def test_without_a_bill_nothing_is_laid_down(
    what: str, till: AtTill, codes: dict[str, dict[str, str]]
) -> None:
    seal = lay(till, what, codes[what])
    for key in ("", "forged", till.key("refund")):
        page = till.post(ADDRESS[what], {**codes[what], "key": key}).content.decode()
        assert f'name="{what}"' not in page
        assert "This page is not of this till." in page
        assert due_in(till.quote("60", key=key, **{what: seal})) == "6000"


@pytest.mark.parametrize("what", WHAT)
def test_after_an_hour_it_is_laid_down_anew(
    what: str, till: AtTill, codes: dict[str, dict[str, str]]
) -> None:
    seal = lay(till, what, codes[what])
    hour = timedelta(seconds=bill_forms.LIES_FOR)
    for after, due in ((hour, "5000"), (hour + timedelta(seconds=2), "6000")):
        with time_machine.travel(NOON + after, tick=False):
            assert due_in(till.quote("60", **{what: seal})) == due
