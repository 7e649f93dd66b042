"""What was not pressed is never debited: the ways of paying, in a real browser."""

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from checkout.models import Sale
from stores.models import Shift
from tests.browser.desk import Keyboard, at_the_counter
from tests.browser.pages import violations
from tests.factories.bills import a_guest

pytestmark = pytest.mark.browser

# htmx settles a moment after the new words stand on the screen, and so after the keys
# of who was quicker.
AN_OLDER_ANSWER_SETTLES = """
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter") {
    setTimeout(() => document.dispatchEvent(new CustomEvent("htmx:afterSettle")));
  }
})
"""


def test_wechat_that_is_pressed_lets_the_wallet_be(
    browser: Browser, live_server: LiveServer, shift: Shift
) -> None:
    member = a_guest(principal=100_00, store=shift.store)
    with at_the_counter(browser, live_server, shift) as (page, complaints):
        page.goto(f"{live_server.url}/counter/guests/{member.public_id}/")
        page.fill("#amount", "47.50")
        charge = page.locator("#charge")
        expect(charge).to_contain_text("Charge ¥47.50 from stored value")
        page.locator(".tender", has_text="WeChat Pay").click()
        expect(charge).to_contain_text("Charge ¥47.50 by WeChat Pay")
        page.locator(".tender", has_text="Stored value").click()
        expect(charge).to_contain_text("from stored value")
        page.fill("#amount", "120")
        expect(charge).to_contain_text("Charge ¥100.00 from stored value, ¥20.00 cash")
        page.locator(".rest .tender", has_text="Alipay").click()
        expect(charge).to_contain_text("¥20.00 Alipay")
        assert violations(page) == []

        page.fill("#amount", "47.50")
        expect(charge).to_contain_text("Charge ¥47.50 from stored value")
        charge.focus()
        page.evaluate(AN_OLDER_ANSWER_SETTLES)
        keys = Keyboard(page)
        keys.press("4")  # WeChat Pay, and at once:
        keys.press("Enter")
        expect(page.locator("[data-settled]")).to_be_visible()
        assert complaints == []
    sale = Sale.objects.get()
    assert (sale.paid, sale.due) == (0, 47_50)
    assert sale.payments.get().tender == "wechat"
