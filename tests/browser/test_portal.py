"""The portal on a phone, 390 px wide, with JavaScript and without."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import MemberDevice
from coupons.models import Coupon
from members.models import Member
from points import services as points_services
from points.models import Task
from tests.browser.chromium import LANGUAGES
from tests.browser.pages import violations
from tests.factories.accounts import code_sent_last
from tests.factories.bills import a_guest
from tests.factories.cards import CardFactory
from tests.factories.coupons import TemplateFactory, issued
from tests.factories.ledger import an_act
from tests.factories.points import RewardFactory, StampProgrammeFactory, TaskFactory
from tests.factories.stores import NOON, StoreFactory
from tests.factories.tiers import a_ladder

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def member(transactional_db: None) -> Member:
    """Somebody with money, a card, a coupon for today and one for later."""
    guest = a_guest(principal=300_00, bonus=50_00, store=StoreFactory.create())
    CardFactory.create(member=guest)
    issued(member=guest)
    issued(TemplateFactory.drawn(starts_after_days=2), guest)
    a_ladder()
    RewardFactory.create(name="龙井茶叶罐")
    RewardFactory.create(points=50_000)
    points_services.grant_points_step(
        member_id=guest.pk, points=1200, by=an_act(), at=NOON, key="gift:1"
    )
    points_services.grant_growth_step(
        member_id=guest.pk, amount=120, by=an_act(), at=NOON, key="gift:2"
    )
    programme = StampProgrammeFactory.create(name="喝茶集章卡")
    points_services.give_stamps(
        programme_code=programme.code,
        member_id=guest.pk,
        amount=10_00,
        by=an_act(),
        at=NOON,
        key="stamps:1",
    )
    TaskFactory.create(kind=Task.Kind.STREAK, period=Task.Period.EACH, name="连续签到")
    return guest


@contextmanager
def phone_in_hand(
    browser: Browser, language: str, *, has_script: bool
) -> Iterator[tuple[Page, list[str]]]:
    complaints: list[str] = []
    context = browser.new_context(
        locale=LANGUAGES[language],
        viewport=PHONE,  # type: ignore[arg-type]  # Playwright's own
        java_script_enabled=has_script,
    )
    try:
        page = context.new_page()
        page.on(
            "console",
            lambda said: complaints.append(said.text) if said.type == "error" else None,
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page, complaints
    finally:
        context.close()


def looked_at(page: Page, name: str, *, has_script: bool) -> None:
    """Nothing wider than the phone, and nothing that keeps anybody out."""
    if folder := os.environ.get("PORTAL_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
    if has_script:
        assert violations(page) == [], name
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= PHONE["width"], name


def sign_in(page: Page, address: str, member: Member, mark: str, **look: bool) -> None:
    page.goto(f"{address}/portal/")
    looked_at(page, f"{mark}-sign-in", **look)
    page.fill("#id_phone", (member.phone or "")[3:])
    page.locator("#submit").click()
    page.wait_for_url("**/portal/sign-in/code/")
    looked_at(page, f"{mark}-code", **look)
    page.fill("#id_code", "12x456")
    page.locator("#submit").click()
    expect(page.locator("#id_code")).to_have_attribute("aria-invalid", "true")
    looked_at(page, f"{mark}-wrong", **look)
    page.fill("#id_code", code_sent_last())
    page.locator("#submit").click()
    page.wait_for_url("**/portal/")


def see_rewards(page: Page, mark: str, *, has_script: bool) -> None:
    """Points, and a reward ordered for them."""
    tabs = page.locator(".tabs a")
    tabs.nth(3).click()
    page.wait_for_url("**/rewards/")
    expect(page.locator(".tier-way progress")).to_be_visible()
    looked_at(page, f"{mark}-rewards", has_script=has_script)
    page.locator("a.btn-jade").first.click()
    page.wait_for_url("**/rewards/*/?key=*")
    looked_at(page, f"{mark}-reward", has_script=has_script)
    page.locator("#submit").click()
    page.wait_for_url("**/rewards/orders/*/")
    looked_at(page, f"{mark}-order", has_script=has_script)
    tabs.nth(3).click()
    page.locator(".portal-head a").click()
    page.wait_for_url("**/rewards/points/")
    looked_at(page, f"{mark}-points", has_script=has_script)
    page.locator("a.row-line").last.click()
    page.wait_for_url("**/rewards/points/*/")
    looked_at(page, f"{mark}-points-entry", has_script=has_script)


@pytest.mark.parametrize(
    ("language", "has_script"),
    [("en", True), ("zh-hans", True), ("zh-hant", True), ("en", False)],
)
def test_a_member_signs_in_and_sees_every_screen(
    browser: Browser,
    live_server: LiveServer,
    member: Member,
    language: str,
    *,
    has_script: bool,
) -> None:
    mark = language if has_script else "plain"
    with phone_in_hand(browser, language, has_script=has_script) as (page, complaints):
        sign_in(page, live_server.url, member, mark, has_script=has_script)
        expect(page.locator(".code-qr svg")).to_be_visible()
        expect(page.locator(".code-bars svg")).to_be_visible()
        looked_at(page, f"{mark}-card", has_script=has_script)

        tabs = page.locator(".tabs a")
        tabs.nth(1).click()
        page.wait_for_url("**/wallet/")
        expect(page.locator(".amount")).to_contain_text("350.00")
        looked_at(page, f"{mark}-wallet", has_script=has_script)
        page.locator("a.row-line").last.click()
        page.wait_for_url("**/wallet/*/")
        expect(page.locator(".amount")).to_contain_text("350.00")
        looked_at(page, f"{mark}-movement", has_script=has_script)

        page.goto(f"{live_server.url}/portal/wallet/plans/")
        looked_at(page, f"{mark}-plans", has_script=has_script)
        page.goto(f"{live_server.url}/portal/wallet/statements/")
        looked_at(page, f"{mark}-statements", has_script=has_script)
        tabs.nth(2).click()
        page.wait_for_url("**/coupons/")
        expect(page.locator(".coupon-why")).to_be_visible()
        looked_at(page, f"{mark}-coupons", has_script=has_script)
        page.locator(".shelves a").nth(1).click()
        page.wait_for_url("**/coupons/used/")
        looked_at(page, f"{mark}-used", has_script=has_script)

        see_rewards(page, mark, has_script=has_script)
        tabs.nth(4).click()
        page.wait_for_url("**/me/")
        looked_at(page, f"{mark}-me", has_script=has_script)
        page.locator("a[href$='/consents/']").click()
        page.wait_for_url("**/consents/")
        looked_at(page, f"{mark}-consents", has_script=has_script)
        page.go_back()
        page.locator("form[action$='/everywhere/'] button").click()
        page.wait_for_url("**/sign-in/")
        assert complaints == []
    assert MemberDevice.objects.get().end == "everywhere"
    assert Coupon.objects.count() == 2


def test_the_next_code_is_drawn_before_the_last_is_over(
    browser: Browser, live_server: LiveServer, member: Member
) -> None:
    with phone_in_hand(browser, "en", has_script=True) as (page, complaints):
        page.clock.install()
        sign_in(page, live_server.url, member, "clock", has_script=False)
        page.evaluate("document.querySelector('.code-digits').textContent = 'old'")
        page.clock.run_for(46_000)
        expect(page.locator(".code-digits")).not_to_have_text("old")
        assert complaints == []
