"""What members tell of themselves and take back, on a phone."""

import pytest
from django.conf import settings
from django.utils.timezone import now
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from ledger.kinds import AccountKind
from members import services as members_services
from members.models import ConsentNow, Member
from recognition.models import Occasion, Preference
from tests.browser.test_portal import looked_at, phone_in_hand, sign_in
from tests.factories.accounts import code_sent_last, device_of
from tests.factories.bills import a_guest
from tests.factories.coupons import issued
from tests.factories.members import MemberFactory, by_themselves, give
from tests.factories.stores import NOON, StoreFactory

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("language", "has_script"),
    [("en", True), ("zh-hans", True), ("zh-hant", True), ("en", False)],
)
def test_likes_days_and_consents(
    browser: Browser,
    live_server: LiveServer,
    transactional_db: None,
    language: str,
    *,
    has_script: bool,
) -> None:
    look = {"has_script": has_script}
    mark = language if has_script else "plain"
    StoreFactory.create()
    member = MemberFactory.create()
    members_services.give_consent(
        member_id=member.pk,
        purpose="marketing",
        channels=["sms", "inbox"],
        by=by_themselves(member),
        at=NOON,
    )
    home = f"{live_server.url}/portal/me"
    with phone_in_hand(browser, language, has_script=has_script) as (page, complaints):
        sign_in(page, live_server.url, member, "me", has_script=False)
        page.goto(f"{home}/")
        looked_at(page, f"{mark}-me-top", **look)
        page.locator("a[href$='/likes/']").click()
        page.select_option("#id_kind", "size")
        page.fill("#id_words", "鞋 38")
        page.locator("#submit").click()
        expect(page.locator("button[name=remove]")).to_have_count(1)
        looked_at(page, f"{mark}-likes", **look)
        page.locator("button[name=remove]").click()
        expect(page.locator("button[name=remove]")).to_have_count(0)

        page.goto(f"{home}/days/")
        page.select_option("#id_kind", "family")
        page.fill("#id_words", "Mei")
        page.select_option("#id_month", "6")
        page.select_option("#id_day", "1")
        page.locator("#submit").click()
        expect(page.locator("button[name=remove]")).to_have_count(1)
        looked_at(page, f"{mark}-days", **look)
        page.goto(f"{home}/birthday/")
        looked_at(page, f"{mark}-birthday", **look)

        page.goto(f"{home}/data/")
        looked_at(page, f"{mark}-data", **look)
        page.goto(f"{home}/consents/")
        looked_at(page, f"{mark}-agreed", **look)
        page.locator("button[name=withdraw]").click()
        expect(page.locator("button[name=withdraw]")).to_have_count(0)
        assert complaints == []
    assert not Preference.objects.exists()
    assert Occasion.objects.get().words == "Mei"
    assert not ConsentNow.objects.filter(granted=True).exists()


@pytest.mark.parametrize(
    ("language", "has_script"), [("zh-hant", True), ("en", True), ("en", False)]
)
def test_leaving_with_the_money_first(
    browser: Browser,
    live_server: LiveServer,
    transactional_db: None,
    language: str,
    *,
    has_script: bool,
) -> None:
    look = {"has_script": has_script}
    mark = language if has_script else "plain"
    rich = a_guest(principal=300_00, bonus=50_00, store=StoreFactory.create())
    issued(member=rich)
    there = f"{live_server.url}/portal/me/leave/"
    with phone_in_hand(browser, language, has_script=has_script) as (page, complaints):
        sign_in(page, live_server.url, rich, "rich", has_script=False)
        page.goto(there)
        looked_at(page, f"{mark}-leave-money", **look)
        page.locator("#submit").click()
        expect(page.locator("button[name=stay]")).to_be_visible()
        looked_at(page, f"{mark}-leave-asked", **look)
        assert complaints == []
    poor = MemberFactory.create()
    give(poor, 12_00, AccountKind.BONUS)
    with phone_in_hand(browser, language, has_script=has_script) as (page, complaints):
        # No code a minute before: a phone gets one a minute.
        _device, token = device_of(poor, at=now())
        page.context.add_cookies(
            [
                {
                    "name": settings.MEMBER_COOKIE_NAME,
                    "value": token,
                    "url": live_server.url,
                }
            ]
        )
        page.goto(there)
        page.locator("#id_agreed").check()
        looked_at(page, f"{mark}-leave", **look)
        page.locator("#submit").click()
        expect(page.locator("#id_code")).to_be_visible()
        looked_at(page, f"{mark}-leave-code", **look)
        page.fill("#id_code", code_sent_last())
        page.locator("#submit").click()
        page.wait_for_url("**/sign-in/")
        looked_at(page, f"{mark}-left", **look)
        assert complaints == []
    poor.refresh_from_db()
    assert poor.status == Member.Status.ERASED
