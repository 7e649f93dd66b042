"""A birthday automation in a real browser: made, looked at, started, sent, stopped."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from campaigns.models import Campaign, Grant
from campaigns.tasks import advance_campaigns, enter_campaigns
from coupons.models import Coupon
from messaging.models import Message
from stores.models import User
from tests.browser.chromium import LANGUAGES
from tests.browser.pages import page_of, violations
from tests.browser.test_admin import sign_in
from tests.factories.automations import consents, words
from tests.factories.coupons import TemplateFactory
from tests.factories.messaging import a_member
from tests.factories.stores import NOON
from tests.samples import mostly_long

pytestmark = pytest.mark.browser
LOOK = "#campaign-look"


@pytest.mark.parametrize("language", mostly_long(LANGUAGES, "en"))
def test_a_birthday_is_planned_started_sent_and_stopped(
    browser: Browser, live_server: LiveServer, manager: User, language: str
) -> None:
    User.objects.filter(pk=manager.pk).update(is_superuser=True)
    gift, told = TemplateFactory.drawn(), words("email", coupon="text", until="date")
    guest = a_member(
        birth_calendar="solar",
        birth_month=NOON.month,
        birth_day=NOON.day,
        birthday_set_at=NOON - timedelta(days=200),
    )
    consents(guest)
    with page_of(browser, language) as (page, complaints):
        sign_in(page, live_server, manager)
        page.goto(f"{live_server.url}/admin/campaigns/campaign/add/")
        _plan(page, gift.pk, told.template.pk)
        expect(page.locator(f"{LOOK} .house-figure")).to_have_text("1")
        assert violations(page) == []
        page.focus("button[name=_save]")
        page.keyboard.press("Enter")
        page.wait_for_url("**/campaign/")
        campaign = Campaign.objects.get()
        here = f"{live_server.url}/admin/campaigns/campaign/{campaign.pk}"
        page.goto(f"{here}/change/")
        expect(page.locator(f"{LOOK} .house-figure")).to_have_text("1")
        for name in ("change", "preview", "start"):
            page.goto(f"{here}/{name}/")
            assert violations(page) == [], name
        page.fill("[name=reason]", "Spring")
        page.press("[name=reason]", "Enter")
        page.wait_for_url("**/change/")
        assert enter_campaigns() == 1
        assert advance_campaigns() == 1
        for path in ("campaigns/campaign", "messaging/message", "campaigns/grant"):
            page.goto(f"{live_server.url}/admin/{path}/")
            assert violations(page) == [], path
        page.goto(f"{here}/results/")
        assert violations(page) == []
        page.goto(f"{here}/stop/")
        page.fill("[name=reason]", "Enough")
        page.press("[name=reason]", "Enter")
        page.wait_for_url("**/change/")
        assert complaints == []

    campaign.refresh_from_db()
    assert campaign.state == "stopped"
    assert Grant.objects.get().coupon == Coupon.objects.get(member=guest)
    assert Message.objects.get(member=guest).channel == "email"


def _plan(page: Page, gift: int, template: int) -> None:
    """With the keyboard alone: every field is reached and said by it."""
    page.focus("#id_name")
    page.keyboard.type("Birthday gift")
    page.select_option("#id_kind", "birthday")
    page.select_option("#id_entry", "period")
    page.fill("#id_holdout_bp", "0")
    page.focus("#id_global_holdout")
    page.keyboard.press("Space")
    for number, kind in ((0, "gift"), (1, "message")):
        page.focus(f"details:has(#id_steps-{number}-kind) > summary")
        page.keyboard.press("Enter")
        page.fill(f"#id_steps-{number}-position", str(number + 1))
        page.select_option(f"#id_steps-{number}-kind", kind)
    page.select_option("#id_steps-0-coupon_template", str(gift))
    page.select_option("#id_steps-1-template", str(template))
    page.focus("[name='steps-1-channels'][value=email]")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
