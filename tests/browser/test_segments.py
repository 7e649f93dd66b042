"""A segment is built in a real browser: counted at each change, saved, found again."""

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from campaigns.models import Segment
from stores.models import User
from tests.browser.chromium import LANGUAGES
from tests.browser.pages import page_of, violations
from tests.browser.test_admin import sign_in
from tests.factories.members import MemberFactory
from tests.samples import mostly_long

pytestmark = pytest.mark.browser
FROM, GENDER = "[id='id_c0.0-at_least']", "[name='c0.1.0-genders'][value=female]"


@pytest.mark.parametrize("language", mostly_long(LANGUAGES, "en"))
def test_a_segment_is_built_and_saved(
    browser: Browser, live_server: LiveServer, manager: User, language: str
) -> None:
    User.objects.filter(pk=manager.pk).update(is_superuser=True)
    MemberFactory.create_batch(2, gender="female")
    MemberFactory.create(gender="male")
    with page_of(browser, language) as (page, complaints):
        sign_in(page, live_server, manager)
        page.goto(f"{live_server.url}/admin/campaigns/segment/add/")
        page.fill("#id_name", "Good guests")
        page.select_option("#add-0", "joined")
        page.click("#do-add-0")
        page.fill(FROM, "0")
        page.press(FROM, "Tab")
        expect(page.locator("#segment-count .house-figure")).to_have_text("3")
        # Whoever types on with the keyboard stays where they are.
        focused = page.evaluate("document.activeElement.id")
        assert focused == "id_c0.0-at_most"
        page.click("#do-group-0")
        page.select_option("[id='add-0.1']", "gender")
        page.click("[id='do-add-0.1']")
        page.check(GENDER)
        expect(page.locator("#segment-count .house-figure")).to_have_text("2")
        assert violations(page) == []
        page.click("[id='remove-0.0']")
        expect(page.locator("[id='leaf-0.0']")).to_have_count(0)
        page.press("#id_name", "Enter")
        page.wait_for_url("**/change/")
        assert violations(page) == []
        assert complaints == []

    rules = Segment.objects.get().versions.get().rules
    assert rules["of"] == [
        {"kind": "any", "of": [{"kind": "gender", "genders": ["female"]}]}
    ]
