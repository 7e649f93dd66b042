"""Printed coupons on a bill: by their code, for a guest or for nobody known."""

import re

import pytest

from checkout.models import Sale
from coupons.kinds import CouponStatus
from coupons.models import Coupon
from tests.counter.till import AtTill, due_in, guest_in
from tests.factories.bills import a_guest
from tests.factories.coupons import TemplateFactory, issued, printed
from tests.factories.stored_value import is_proven

pytestmark = pytest.mark.django_db


def laid(till: AtTill, code: str, **told: str) -> str:
    page = till.post("coupon-on-the-counter/", {"coupon_code": code, **told})
    found = re.search(r'name="laid_coupon" value="([^"]+)"', page.content.decode())
    return found[1] if found else ""


@pytest.fixture
def code(db: None) -> str:
    return printed(TemplateFactory.drawn())[0]


def test_a_stranger_pays_less_with_the_code_once(till: AtTill, code: str) -> None:
    told = {"laid_coupon": laid(till, code.lower().replace("-", " "))}
    assert due_in(till.quote("60", **told)) == "5000"

    till.charge("60", **told)

    sale = Sale.objects.get()
    assert (sale.net, sale.discount) == (50_00, 10_00)
    assert Coupon.objects.get().status == CouponStatus.REDEEMED
    page = till.post("coupon-on-the-counter/", {"coupon_code": code}).content.decode()
    assert "This coupon is used already." in page
    assert due_in(till.quote("60", **told)) == "6000"
    assert is_proven()


def test_for_a_guest_it_stands_among_their_own(till: AtTill, code: str) -> None:
    member = a_guest(store=till.store)
    issued(TemplateFactory.drawn(amount=4_00), member)
    page = till.get(f"guests/{member.public_id}/").content.decode()
    told = {"guest": guest_in(page)}
    assert due_in(till.quote("60", **told)) == "5600"
    with_it = {**told, "laid_coupon": laid(till, code, **told)}
    assert due_in(till.quote("60", **with_it)) == "4600"


def test_it_stays_on_the_counter_when_the_guest_is_found(
    till: AtTill, code: str
) -> None:
    member = a_guest(store=till.store)
    seal = laid(till, code)
    told = {"q": member.phone or "", "key": till.bill, "laid_coupon": seal}
    page = till.post("find/", {**told, "amount": "60"}).content.decode()
    assert 'name="laid_coupon"' in page
    assert "−¥10.00" in page


def test_a_scan_into_the_search_lays_it_down(till: AtTill, code: str) -> None:
    answer = till.post("find/", {"q": code, "key": till.key()})
    assert answer["HX-Retarget"] == "#laid"
    assert 'name="laid_coupon"' in answer.content.decode()


@pytest.mark.parametrize(
    "wrong", ["", "nonsense", "\x00", "AAAA-AAAA-AAAA", "熟客" * 30]
)
def test_what_is_no_code_lays_nothing(till: AtTill, wrong: str) -> None:
    page = till.post("coupon-on-the-counter/", {"coupon_code": wrong}).content.decode()
    assert "alert-danger" in page
    assert "laid_coupon" not in page


def test_anothers_coupon_is_refused(till: AtTill) -> None:
    held = issued()
    page = till.post("coupon-on-the-counter/", {"coupon_code": held.code or ""})
    assert "This coupon belongs to another member." in page.content.decode()


def test_without_its_code_nobody_uses_a_printed_coupon(till: AtTill, code: str) -> None:
    coupon = Coupon.objects.get()
    forged = {"coupon": str(coupon.pk), "told": "own:"}
    assert due_in(till.quote("60", **forged)) == "6000"
    assert due_in(till.quote("60", laid_coupon=str(coupon.pk))) == "6000"
    till.charge("60", **forged)
    coupon.refresh_from_db()
    assert coupon.status == CouponStatus.ISSUED
    # The same with the seal that the code gave.
    sealed = {**forged, "laid_coupon": laid(till, code)}
    assert due_in(till.quote("60", **sealed)) == "5000"
