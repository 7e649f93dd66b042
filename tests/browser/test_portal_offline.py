"""The card on a phone without network: the code goes on, and the till takes it."""

from datetime import timedelta
from itertools import groupby

import pytest
import segno
from barcode import get as barcode_of
from django.utils.timezone import now
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts import services as accounts_services
from accounts.models import MemberDevice
from cards import services as cards_services
from cards.errors import CodeRefused
from members.models import Member
from tests.browser.test_portal import looked_at, phone_in_hand, sign_in
from tests.factories.bills import a_guest
from tests.factories.cards import CardFactory
from tests.factories.ledger import an_act
from tests.factories.stores import StoreFactory

pytestmark = pytest.mark.browser
KEPT = """() => new Promise((resolve) => {
  const opening = indexedDB.open("regulars", 1);
  opening.onsuccess = () => {
    const shelf = opening.result.transaction("card").objectStore("card");
    const asked = shelf.get("mine");
    asked.onsuccess = () => {
      const row = asked.result;
      opening.result.close();
      resolve(row ? [row.number, row.key.extractable, row.offset] : null);
    };
  };
})"""


@pytest.fixture
def member(transactional_db: None) -> Member:
    guest = a_guest(principal=300_00, bonus=0, store=StoreFactory.create())
    CardFactory.create(member=guest)
    return guest


def digits_on(page: Page) -> str:
    return (page.locator(".code-digits").text_content() or "").replace(" ", "")


def use(code: str) -> Member | None:
    used = cards_services.use_rotating_code(code=code, at=now(), by=an_act())
    return used.member


def keeps_a_key(page: Page) -> MemberDevice:
    expect(page.locator("#code")).to_have_attribute("data-kept", "yes")
    number, is_extractable, _offset = page.evaluate(KEPT)
    device = MemberDevice.objects.get(number=number)
    assert not is_extractable
    return device


@pytest.mark.parametrize("minutes", [0, 2])
def test_without_network_the_phone_makes_the_code_itself(
    browser: Browser, live_server: LiveServer, member: Member, minutes: int
) -> None:
    """Also one whose clock is two minutes fast: it keeps by how much it is off."""
    with phone_in_hand(browser, "en", has_script=True) as (page, _complaints):
        page.clock.install(time=now() + timedelta(minutes=minutes))
        sign_in(page, live_server.url, member, "offline", has_script=False)
        device = keeps_a_key(page)
        assert digits_on(page).startswith("7")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")

        page.context.set_offline(True)
        expect(page.locator("#offline-note")).to_be_visible()
        first = digits_on(page)
        assert first[:10] == f"8{device.number:09d}"
        assert use(first) == member
        with pytest.raises(CodeRefused):
            use(first)

        # Opened anew without network: the offline page, with number and code.
        page.goto(f"{live_server.url}/portal/")
        expect(page.locator("h1")).to_have_text("No network")
        expect(page.locator(".code-qr svg")).to_be_visible()
        expect(page.locator("#card-number")).to_contain_text("9")
        looked_at(page, f"offline-{minutes}", has_script=True)
        assert digits_on(page)[:10] == first[:10]

        # The network is back: the card comes by itself.
        page.context.set_offline(False)
        expect(page.locator("#code")).to_have_attribute("data-kept", "yes")
        page.goto(f"{live_server.url}/portal/me/")
        expect(page.locator("main")).to_contain_text("without network too")
        page.locator("form[action$='/sign-out/'] button").click()
        page.wait_for_url("**/sign-in/")
        expect(page.locator("#signed-out")).to_have_attribute("data-kept", "no")
        assert page.evaluate(KEPT) is None
        device.refresh_from_db()
        assert device.sealed_key == ""


def test_what_the_browser_draws_is_what_we_draw(
    browser: Browser, live_server: LiveServer, member: Member
) -> None:
    with phone_in_hand(browser, "en", has_script=True) as (page, complaints):
        page.goto(f"{live_server.url}/portal/sign-in/")
        for number in range(20):
            code = f"8{number * 98_765_432_109_876_543 % 10**17:017d}"
            told = page.evaluate(
                "(code) => [portalSymbols.matrix(code), portalSymbols.bars(code)]", code
            )
            qr = segno.make(code, version=1, error="m", mask=0, boost_error=False)
            assert [[int(dark) for dark in row] for row in told[0]] == [
                list(row) for row in qr.matrix
            ]
            (modules,) = barcode_of("code128", code).build()
            assert told[1] == "".join(
                str(len(list(run))) for _m, run in groupby(modules)
            )
        assert complaints == []


def test_a_key_given_elsewhere_is_replaced_by_the_browsers_own(
    browser: Browser, live_server: LiveServer, member: Member
) -> None:
    with phone_in_hand(browser, "en", has_script=True) as (page, complaints):
        sign_in(page, live_server.url, member, "key", has_script=False)
        device = keeps_a_key(page)
        accounts_services.give_device_key(
            member_id=member.pk, device_id=device.pk, at=now()
        )
        page.reload()
        assert keeps_a_key(page).number not in (device.number, None)
        assert complaints == []
