"""A gift to a friend and feedback, on a phone, with JavaScript and without."""

import re

import pytest
from django.utils.timezone import now
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from coupons.models import Coupon
from recognition.models import Feedback
from tests.browser.test_portal import looked_at, phone_in_hand, sign_in
from tests.factories.coupons import TemplateFactory, issued
from tests.factories.members import MemberFactory
from tests.factories.recognition import VisitFactory

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("language", "has_script"), [("en", True), ("zh-hans", True), ("en", False)]
)
def test_a_gift_to_a_friend_and_a_word_about_the_visit(
    browser: Browser,
    live_server: LiveServer,
    transactional_db: None,
    language: str,
    *,
    has_script: bool,
) -> None:
    look = {"has_script": has_script}
    mark = language if has_script else "plain"
    giver, friend = MemberFactory.create(), MemberFactory.create()
    issued(TemplateFactory.drawn(is_transferable=True), giver)
    VisitFactory.create(member=giver, at=now())
    home = f"{live_server.url}/portal"
    with phone_in_hand(browser, language, has_script=has_script) as (page, complaints):
        sign_in(page, live_server.url, giver, "gift", has_script=False)
        page.goto(f"{home}/coupons/")
        page.locator("a[href$='/give/']").click()
        page.locator("#submit").click()
        link = page.locator("#gift-link").input_value()
        looked_at(page, f"{mark}-gift", **look)

        page.goto(f"{home}/messages/")
        looked_at(page, f"{mark}-messages", **look)
        page.locator("a.ask").click()
        choose(page, "effort", "7")
        choose(page, "score", "9")
        page.fill("#id_words", "The soup was hot.")
        looked_at(page, f"{mark}-survey", **look)
        page.locator("#submit").click()
        page.wait_for_url(re.compile(r"/feedback/\d+/\?key="))
        expect(page.locator(".bubble").first).to_contain_text("The soup was hot.")
        looked_at(page, f"{mark}-feedback", **look)
        page.goto(f"{home}/visits/missing/")
        looked_at(page, f"{mark}-missing", **look)
        assert complaints == []
    path = link[link.index("/portal/") :]
    with phone_in_hand(browser, language, has_script=has_script) as (page, complaints):
        sign_in(page, live_server.url, friend, "friend", has_script=False)
        page.goto(f"{live_server.url}{path}")
        looked_at(page, f"{mark}-for-me", **look)
        page.locator("#submit").click()
        page.wait_for_url("**/coupons/")
        expect(page.locator(".coupon")).to_have_count(1)
        assert complaints == []
    assert Coupon.objects.get().member_id == friend.pk
    assert Feedback.objects.get().effort == 7


def choose(page: Page, question: str, answer: str) -> None:
    """Tap a number as a thumb does: where the fixed bar does not lie over it."""
    number = page.locator(f"input[name={question}][value='{answer}']")
    page.locator(".scale label", has=number).click()
    expect(number).to_be_checked()
