"""The counter in a real browser, by keyboard alone, with every key counted."""

from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, Route, expect
from pytest_django.live_server_helper import LiveServer

from checkout.models import Sale
from coupons.kinds import CouponKind, CouponStatus
from stored_value.models import TopUp
from stores.models import Shift
from tests.browser.desk import (
    Keyboard,
    at_the_counter,
    lay_down,
    no_bill_kept,
    press_at_once,
)
from tests.browser.pages import violations
from tests.factories.bills import a_guest
from tests.factories.coupons import TemplateFactory, issued, printed
from tests.factories.gift_cards import a_card, at_store
from tests.factories.members import MemberFactory
from tests.factories.stores import PASSWORD

pytestmark = pytest.mark.browser


def test_a_regular_is_charged_with_the_keyboard_alone(
    browser: Browser, live_server: LiveServer, shift: Shift
) -> None:
    member = a_guest(principal=100_00, store=shift.store)
    issued(member=member)
    phone = member.phone or ""
    with at_the_counter(browser, live_server, shift) as (page, complaints):
        expect(page.locator("#q")).to_be_focused()
        page.keyboard.type(phone[-11:])
        page.keyboard.press("Enter")
        expect(page.locator(".person-name")).to_contain_text(member.name)
        expect(page.locator("#amount")).to_be_focused()
        page.keyboard.type("88")
        expect(page.locator("#charge")).to_contain_text("Charge ¥78.00")

        keys = Keyboard(page)
        keys.press("Enter")
        expect(page.locator("#charge")).to_be_focused()
        keys.press("Enter")
        expect(page.locator("[data-settled]")).to_be_visible()

        assert keys.pressed <= 4
        expect(page.locator("#q")).to_be_focused()
        assert violations(page) == []
        keys.press("Enter")
        page.wait_for_url(f"{live_server.url}/counter/")
        expect(page.locator("#q")).to_be_focused()
        assert complaints == []
    sale = Sale.objects.get()
    assert (sale.net, sale.paid) == (78_00, 78_00)


def test_of_two_with_the_same_four_digits_only_a_digit_chooses(
    browser: Browser, live_server: LiveServer, shift: Shift
) -> None:
    """Enter was meant for the amount, and opened whoever stood first."""
    for start in ("+8613800", "+8613900"):
        MemberFactory.create(phone=f"{start}004821", home_store=shift.store)
    with at_the_counter(browser, live_server, shift) as (page, complaints):
        page.keyboard.type("4821")
        page.keyboard.press("Enter")
        found = page.locator(".candidate")
        expect(found).to_have_count(2)
        expect(page.locator(".found")).to_be_focused()
        second = found.nth(1).locator("b").inner_text()

        for key in ("Enter", "Space", "7"):
            page.keyboard.press(key)
        expect(found).to_have_count(2)
        assert violations(page) == []

        page.keyboard.press("2")
        expect(page.locator(".person-name")).to_contain_text(second)
        expect(page.locator("#amount")).to_be_focused()
        assert complaints == []


def test_a_stranger_pays_by_the_third_way_of_paying(
    browser: Browser, live_server: LiveServer, shift: Shift
) -> None:
    with at_the_counter(browser, live_server, shift) as (page, _complaints):
        page.keyboard.press("F3")
        page.keyboard.type("42.50")
        keys = Keyboard(page)
        keys.press("Enter")
        expect(page.locator("#charge")).to_be_focused()
        keys.press("3")
        keys.press("Enter")
        expect(page.locator("[data-settled]")).to_be_visible()
        assert keys.pressed <= 4
    assert Sale.objects.get().payments.get().tender == "wechat"


def test_a_lost_answer_is_asked_for_again_and_charges_once(
    browser: Browser, live_server: LiveServer, shift: Shift
) -> None:
    lost: list[str] = []

    def lose_two(route: Route) -> None:
        if len(lost) == 2:
            route.continue_()
            return
        lost.append(route.request.url)
        route.fetch()  # it was done, and nobody heard of it
        route.abort()

    with at_the_counter(browser, live_server, shift) as (page, _complaints):
        page.route("**/counter/charge/", lose_two)
        page.keyboard.press("F3")
        page.keyboard.type("60")
        page.keyboard.press("Enter")
        expect(page.locator("#charge")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#line")).to_contain_text("Checking whether it was done")
        expect(page.locator("[data-settled]")).to_be_visible()
        expect(page.locator(".done")).to_contain_text("Charged already, once")
    assert len(lost) == 2
    assert Sale.objects.count() == 1


def test_a_press_on_the_button_survives_a_quote_that_comes_meanwhile(
    browser: Browser, live_server: LiveServer, shift: Shift
) -> None:
    with at_the_counter(browser, live_server, shift) as (page, _complaints):
        page.fill("#amount", "44")
        expect(page.locator("#charge")).to_be_enabled()
        page.locator("#charge").hover()
        page.mouse.down()
        with page.expect_response("**/counter/quote/"):
            page.evaluate("htmx.trigger(document.body, 'quote')")
        page.wait_for_timeout(100)
        page.mouse.up()
        expect(page.locator("[data-settled]")).to_be_visible()
    assert Sale.objects.get().net == 44_00


def test_a_press_while_a_quote_is_on_its_way_is_not_lost(
    browser: Browser, live_server: LiveServer, shift: Shift
) -> None:
    with at_the_counter(browser, live_server, shift) as (page, _complaints):
        page.fill("#amount", "44")
        expect(page.locator("#charge")).to_be_enabled()
        page.route("**/counter/quote/", lambda _route: None)  # its answer never comes
        with page.expect_request("**/counter/quote/"):
            page.locator(".tender", has_text="WeChat").click()
        press_at_once(page, "#charge")
        expect(page.locator("[data-settled]")).to_be_visible()
    assert Sale.objects.get().payments.get().tender == "wechat"


def test_nothing_is_quoted_while_it_is_charged(
    browser: Browser, live_server: LiveServer, shift: Shift
) -> None:
    """Else a lost answer is asked for again under an amount that nobody saw."""
    member = a_guest(principal=100_00, store=shift.store)
    with at_the_counter(browser, live_server, shift) as (page, _complaints):
        page.goto(f"{live_server.url}/counter/guests/{member.public_id}/")
        page.fill("#amount", "60")
        expect(page.locator("#charge")).to_be_enabled()
        sent: list[str] = []

        def lose_the_first(route: Route) -> None:
            sent.append(parse_qs(route.request.post_data or "")["due"][0])
            if len(sent) > 1:
                route.continue_()
                return
            route.fetch()
            page.evaluate("htmx.trigger(document.body, 'quote')")
            route.abort()

        page.route("**/counter/charge/", lose_the_first)
        page.click("#charge")
        expect(page.locator(".done")).to_contain_text("Charged already, once")
    assert sent == ["0", "0"]
    assert Sale.objects.get().paid == 60_00


def test_a_reload_and_the_back_button_keep_the_bill_and_charge_once(
    browser: Browser, live_server: LiveServer, shift: Shift
) -> None:
    member = MemberFactory.create()
    with at_the_counter(browser, live_server, shift) as (page, _complaints):
        page.goto(f"{live_server.url}/counter/guests/{member.public_id}/")
        page.fill("#amount", "55")
        expect(page.locator("#charge")).to_contain_text("¥55.00")
        key = page.input_value("#key")
        page.reload()
        expect(page.locator("#charge")).to_contain_text("¥55.00")
        assert page.input_value("#amount") == "55"
        assert page.input_value("#key") == key
        page.locator("#charge").dblclick()
        expect(page.locator("[data-settled]")).to_be_visible()
        page.reload()
        expect(page.locator("[data-settled]")).to_be_visible()
        no_bill_kept(page)
        page.go_back()
        expect(page.locator("#amount")).to_have_value("")
    assert Sale.objects.count() == 1


def test_a_reload_keeps_what_was_chosen_and_laid_on_the_counter(
    browser: Browser, live_server: LiveServer, shift: Shift
) -> None:
    member = a_guest(principal=100_00, points=5_000, store=shift.store)
    own = issued(TemplateFactory.drawn(amount=4_00), member)
    code = printed(TemplateFactory.drawn(amount=6_00))[0]
    card = a_card(30_00, by=at_store(shift.store))
    with at_the_counter(browser, live_server, shift) as (page, complaints):
        page.goto(f"{live_server.url}/counter/guests/{member.public_id}/")
        lay_down(page, "gift", card.code or "", card.pin)
        lay_down(page, "coupon", code)
        page.fill("#amount", "90")
        expect(page.locator("#laid .laid")).to_have_count(2)
        page.uncheck(f"#coupon-{own.pk}")
        page.locator(".divide summary").click()
        page.locator(".tender", has_text="Cash").click()
        page.fill("[name=pay_card]", "20")
        expect(page.locator("#sum .due")).to_have_text("¥54.00")
        page.reload()
        expect(page.locator("#sum .due")).to_have_text("¥54.00")
        expect(page.locator("#laid .laid")).to_have_count(2)
        expect(page.locator(f"#coupon-{own.pk}")).not_to_be_checked()
        expect(page.locator("[name=pay_card]")).to_be_visible()
        kept = page.evaluate("JSON.stringify(sessionStorage)")
        assert (card.code or "") not in kept
        page.locator("#laid .laid").first.get_by_role("button").click()
        expect(page.locator("#sum .due")).to_have_text("¥84.00")
        page.reload()
        expect(page.locator("#laid .laid")).to_have_count(1)
        expect(page.locator("#sum .due")).to_have_text("¥84.00")
        page.fill("[name=pay_card]", "84")
        expect(page.locator("#charge")).to_be_enabled()
        page.click("#charge")
        expect(page.locator("[data-settled]")).to_be_visible()
        no_bill_kept(page)
    assert complaints == []
    sale = Sale.objects.get()
    assert (sale.net, sale.due) == (84_00, 84_00)
    own.refresh_from_db()
    assert own.status == CouponStatus.ISSUED


def test_a_login_that_expires_loses_no_bill(
    browser: Browser, live_server: LiveServer, shift: Shift
) -> None:
    with at_the_counter(browser, live_server, shift) as (page, _complaints):
        page.fill("#amount", "33")
        expect(page.locator("#charge")).to_contain_text("¥33.00")
        page.context.clear_cookies(name="session")
        page.click("#charge")
        page.fill("#username", shift.holder.username)
        page.fill("#password", PASSWORD)
        page.press("#password", "Enter")
        expect(page.locator("#charge")).to_contain_text("¥33.00")
        page.click("#charge")
        expect(page.locator("[data-settled]")).to_be_visible()
    assert Sale.objects.get().net == 33_00


def test_a_top_up_coupon_is_laid_with_the_keyboard_alone(
    browser: Browser, live_server: LiveServer, shift: Shift
) -> None:
    member = a_guest(store=shift.store)
    issued(TemplateFactory.drawn(kind=CouponKind.TOP_UP, name_en="Extra"), member)
    with at_the_counter(browser, live_server, shift) as (page, complaints):
        page.goto(f"{live_server.url}/counter/guests/{member.public_id}/top-up/")
        expect(page.locator("#amount")).to_be_focused()
        assert violations(page) == []
        page.keyboard.type("100")
        for key in ("Tab", "Tab", "ArrowDown", "Enter"):
            page.keyboard.press(key)
        page.wait_for_url("**/top-ups/**")
        expect(page.locator(".receipt")).to_contain_text("Extra")
        assert violations(page) == []
        assert complaints == []
    row = TopUp.objects.get()
    assert (row.paid, row.coupon_bonus) == (100_00, 10_00)


def test_every_screen_is_open_to_everybody(
    browser: Browser, live_server: LiveServer, shift: Shift
) -> None:
    member = a_guest(principal=100_00, points=300, store=shift.store)
    issued(member=member)
    of_guest = f"guests/{member.public_id}"
    with at_the_counter(browser, live_server, shift) as (page, complaints):
        for path in (
            "",
            f"{of_guest}/",
            f"{of_guest}/top-up/",
            f"{of_guest}/care/",
            "who/top-up/",
            "enrol/",
            "sales/",
            "gift-cards/",
            "codes/",
            "shift/",
        ):
            answer = page.goto(f"{live_server.url}/counter/{path}")
            assert answer is not None
            assert answer.status == 200, path
            assert violations(page) == [], path
        page.goto(f"{live_server.url}/counter/{of_guest}/")
        page.fill("#amount", "88")
        expect(page.locator("#charge")).to_contain_text("¥78.00")
        expect(page.locator("#charge")).to_be_enabled()
        assert violations(page) == []
        page.keyboard.press("Tab")
        page.locator("h2").first.click()
        assert complaints == []
