"""What a cashier does besides the sale, from the first screen to what it leaves."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from cards.models import Card
from checkout.models import Refund, Sale
from coupons.models import Coupon
from members.models import Member
from points.models import RewardOrder, StampGrant
from recognition.models import Feedback, Note
from stored_value.holders import Holder
from stored_value.models import TopUp
from stored_value.selectors import wallet
from stores.models import Shift, User
from tests.browser.desk import Keyboard, at_the_counter, sent
from tests.browser.pages import page_of, violations
from tests.factories.bills import a_guest
from tests.factories.cards import CardFactory, CardKindFactory
from tests.factories.coupons import TemplateFactory, issued, visit_pass
from tests.factories.gift_cards import GiftCardDesignFactory
from tests.factories.members import MemberFactory
from tests.factories.points import RewardFactory, StampProgrammeFactory
from tests.factories.stored_value import a_plan, is_proven
from tests.factories.stores import (
    NOON,
    PASSWORD,
    PIN,
    ShiftFactory,
    TillFactory,
    UserFactory,
)

pytestmark = pytest.mark.browser
PHONE = "13912345678"


@pytest.fixture
def lead(transactional_db: None) -> Shift:
    """The open shift of somebody who may give back and give away."""
    till = TillFactory.create()
    return ShiftFactory.today(
        till=till, opened_by=UserFactory.holding("shift-lead", store=till.store)
    )


def go(page: Page, path: str) -> None:
    there = urlsplit(page.url)
    page.goto(f"{there.scheme}://{there.netloc}/counter/{path}")


def care(page: Page, member: Member) -> None:
    go(page, f"guests/{member.public_id}/care/")


def panel(page: Page, title: str):  # type: ignore[no-untyped-def]  # Playwright's own
    """The box under a title."""
    heading = page.get_by_role("heading", name=title, exact=True)
    return page.locator("section.panel").filter(has=heading)


def test_a_screen_becomes_a_till_and_its_day_begins_and_ends(
    browser: Browser, live_server: LiveServer, transactional_db: None
) -> None:
    till = TillFactory.create()
    cashier = UserFactory.holding("cashier", store=till.store)
    after = UserFactory.holding("cashier", store=till.store)
    manager = UserFactory.holding("store-manager", store=till.store)
    with page_of(browser, "en") as (page, complaints):
        page.goto(f"{live_server.url}/counter/")
        page.fill("#username", cashier.username)
        page.fill("#password", PASSWORD)
        page.press("#password", "Enter")
        bind(page, manager)
        page.wait_for_url("**/counter/shift/")
        expect(page.locator("#opening_float")).to_be_focused()
        page.keyboard.type("500")
        page.keyboard.press("Enter")
        page.wait_for_url("**/counter/")
        page.fill("#amount", "88")
        page.keyboard.press("Enter")
        expect(page.locator("#charge")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("[data-settled]")).to_be_visible()

        go(page, "shift/")
        page.select_option("#to", str(after.pk))
        page.fill("#secret", "0000")
        page.press("#secret", "Enter")
        expect(page.get_by_role("alert")).to_contain_text("not right")
        page.select_option("#to", str(after.pk))
        page.fill("#secret", PIN)
        page.press("#secret", "Enter")
        page.wait_for_url("**/counter/")
        expect(page.locator(".who-name")).to_have_text(str(after))

        go(page, "shift/")
        expect(page.locator("#main")).not_to_contain_text("588")
        page.fill("#count-cash", "580")
        page.get_by_role("button", name="Close the shift").click()
        page.wait_for_url("**/slip/")
        expect(page.locator("#main")).to_contain_text("¥588.00")
        expect(page.locator("#main .warn")).to_contain_text("¥8.00")
        assert violations(page) == []
        page.emulate_media(media="print")
        expect(page.locator(".slip")).to_be_visible()
        expect(page.locator(".bar")).to_be_hidden()
        assert complaints == []
    shift = Shift.objects.get()
    assert shift.opened_by == cashier
    assert not shift.is_open


def bind(page: Page, manager: User) -> None:
    """The manager says, beside the cashier, which till the screen is."""
    page.fill("#manager", manager.username)
    page.fill("#secret", PIN)
    page.press("#secret", "Enter")


def test_somebody_is_enrolled_and_found_again_by_their_digits(
    browser: Browser, live_server: LiveServer, shift: Shift
) -> None:
    CardKindFactory.create()
    with at_the_counter(browser, live_server, shift) as (page, complaints):
        go(page, "enrol/")
        keyboard = Keyboard(page)
        expect(page.locator("#phone")).to_be_focused()
        page.keyboard.type(PHONE)
        keyboard.press("Tab")
        page.keyboard.type("陈玉兰")
        keyboard.press("Enter")
        page.wait_for_url("**/guests/**")
        assert keyboard.pressed == 2
        expect(page.locator("#guest")).to_contain_text("陈玉兰")
        go(page, "")
        page.fill("#q", PHONE[-4:])
        page.press("#q", "Enter")
        expect(page.locator("#guest")).to_contain_text("陈玉兰")
        expect(page.locator("#amount")).to_be_focused()
        assert complaints == []
    assert Member.objects.get().phone == f"+86{PHONE}"


def test_pay_300_get_50_and_a_double_click_takes_it_once(
    browser: Browser, live_server: LiveServer, shift: Shift
) -> None:
    a_plan()
    member = MemberFactory.create()
    with at_the_counter(browser, live_server, shift) as (page, complaints):
        go(page, f"guests/{member.public_id}/top-up/")
        page.get_by_role("button", name="Pay ¥300.00, get ¥50.00").click()
        expect(page.locator("#amount")).to_be_focused()
        page.locator(".charge").dblclick()
        page.wait_for_url("**/top-ups/**")
        expect(page.locator(".receipt")).to_contain_text("¥350.00")
        page.reload()
        expect(page.locator(".receipt")).to_contain_text("¥350.00")
        assert complaints == []
    assert TopUp.objects.get().bonus == 50_00
    assert is_proven()


def test_a_gift_card_is_sold_looked_at_and_moved_into_a_wallet(
    browser: Browser, live_server: LiveServer, shift: Shift
) -> None:
    GiftCardDesignFactory.create()
    member = MemberFactory.create(phone=f"+86{PHONE}")
    with at_the_counter(browser, live_server, shift) as (page, complaints):
        go(page, "gift-cards/")
        page.fill("#amount", "100")
        with sent(page):
            page.get_by_role("button", name="Sell").click()
        code = page.locator(".code-shown").inner_text()
        pin = page.locator("#sold .pair", has_text="PIN").locator("b")
        secret = pin.inner_text() if pin.count() else ""
        assert violations(page) == []
        for guest in ("", PHONE):
            page.fill("#look-code", code)
            page.fill("#look-pin", secret)
            page.fill("#look-guest", guest)
            with sent(page):
                page.get_by_role("button", name="Look, or move it").click()
            if not guest:
                expect(page.get_by_role("status").last).to_contain_text("¥100.00")
        assert code not in page.url
        assert complaints == []
    assert wallet(holder=Holder.member(member.pk), at=NOON).principal == 100_00
    assert is_proven()


def test_codes_of_coupons_and_rewards(
    browser: Browser, live_server: LiveServer, shift: Shift
) -> None:
    reward = RewardFactory.create(points=100)
    member = a_guest(points=500, store=shift.store)
    coupon = issued(member=member)
    with at_the_counter(browser, live_server, shift) as (page, complaints):
        care(page, member)
        page.select_option("[name=reward]", str(reward.pk))
        form = page.locator("form", has=page.locator("[name=reward]"))
        with sent(page):
            form.get_by_role("button").click()
        said = page.get_by_text("The code to pick it up").inner_text()
        code = re.split(r": ", said)[-1].strip()
        go(page, "codes/")
        for expected in ("Hand out: 1", "alert-danger"):
            page.fill("#reward-code", code)
            with sent(page):
                page.press("#reward-code", "Enter")
            assert expected in page.content()
        page.fill("#coupon-code", str(coupon.code))
        page.press("#coupon-code", "Enter")
        expect(page.get_by_role("status").last).to_contain_text("Good: it can be used.")
        assert violations(page) == []
        assert complaints == []
    assert RewardOrder.objects.get().status == RewardOrder.Status.HANDED_OVER


def test_a_refund_above_the_limit_has_a_second_person_beside(
    browser: Browser, live_server: LiveServer, lead: Shift
) -> None:
    manager = UserFactory.holding("store-manager", store=lead.store)
    with at_the_counter(browser, live_server, lead) as (page, complaints):
        sell(page, "900")
        page.get_by_role("link", name="Refund").click()
        page.fill("#reason", "cold soup")
        page.press("#reason", "Enter")
        expect(page.locator("#checker")).to_be_visible()
        expect(page.locator("#secret")).to_be_focused()
        assert violations(page) == []
        page.select_option("#checker", str(manager.pk))
        page.fill("#secret", PIN)
        page.press("#secret", "Enter")
        page.wait_for_url("**/refunds/**")
        expect(page.locator(".receipt")).to_contain_text("−¥900.00")
        assert violations(page) == []
        assert complaints == []
    done = Refund.objects.get()
    assert (done.amount, done.approver) == (900_00, manager)
    assert is_proven()


def test_a_part_is_refunded_from_the_list_and_another_sale_is_voided(
    browser: Browser, live_server: LiveServer, lead: Shift
) -> None:
    with at_the_counter(browser, live_server, lead) as (page, complaints):
        sell(page, "88", reference="A-0187")
        go(page, "sales/")
        page.fill("#text", "A-0187")
        page.press("#text", "Enter")
        page.get_by_role("link", name="Refund").click()
        expect(page.locator("#amount")).to_be_focused()
        page.keyboard.type("30")
        page.fill("#reason", "cold soup")
        page.press("#reason", "Enter")
        page.wait_for_url(re.compile(r"/refunds/[^/]+/$"))
        expect(page.locator(".receipt")).to_contain_text("−¥30.00")

        sell(page, "12")
        page.get_by_role("link", name="Void").click()
        page.fill("#reason", "wrong table")
        page.press("#reason", "Enter")
        page.wait_for_url(re.compile(r"/refunds/[^/]+/$"))
        expect(page.locator(".done")).to_contain_text("Void")
        assert complaints == []
    assert Refund.objects.filter(is_void=False).get().amount == 30_00
    assert Sale.objects.get(status=Sale.Status.VOID).net == 12_00
    assert is_proven()


def change_the_pass(page: Page, button: str, *, left: int) -> None:
    """Press it, read the slip, and go on to the guest."""
    with sent(page):
        panel(page, "Visit passes").get_by_role("button", name=button).click()
    expect(page.locator(".done")).to_contain_text(f"{left} visits left")
    page.locator("#next").click()
    expect(page.locator("#care .guest")).to_contain_text(f"{left} of 3 left")


def sell(page: Page, amount: str, reference: str = "") -> None:
    """By keyboard, up to the receipt."""
    go(page, "")
    page.fill("[name=reference]", reference)
    page.fill("#amount", amount)
    page.press("#amount", "Enter")
    expect(page.locator("#charge")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/receipts/**")


def test_a_guest_is_looked_after(
    browser: Browser, live_server: LiveServer, lead: Shift
) -> None:
    member = MemberFactory.create()
    card = CardFactory.create(member=member)
    template = TemplateFactory.drawn()
    held = issued(visit_pass(3), member)
    programme = StampProgrammeFactory.create(amount=20_00)
    with at_the_counter(browser, live_server, lead) as (page, complaints):
        care(page, member)
        box = panel(page, "Note for the colleagues")
        box.get_by_role("textbox").fill("Asked for the window.")
        with sent(page):
            box.get_by_role("button").click()
        box = panel(page, "What the guest says")
        box.get_by_role("textbox").fill("Cold soup")
        box.get_by_role("checkbox").check()
        with sent(page):
            box.get_by_role("button").click()
        box = panel(page, "Give a coupon")
        box.locator("select").first.select_option(str(template.pk))
        box.locator("[name=reason]").fill("long wait")
        with sent(page):
            box.get_by_role("button").click()
        expect(page.locator("#care .guest")).to_contain_text(template.name)
        change_the_pass(page, "Use a visit", left=2)
        change_the_pass(page, "Put back", left=3)
        box = panel(page, "Stamp a card")
        box.locator("select").select_option(str(programme.pk))
        box.locator("#stamp-amount").fill("25")
        with sent(page):
            box.get_by_role("button").click()
        expect(page.locator("#care .guest")).to_contain_text("1 stamp")
        box = panel(page, "Cards")
        with sent(page):
            box.get_by_role("button", name="Report lost").click()
        box.locator("summary", has_text="Replace").click()
        with sent(page):
            box.locator("details[open]").get_by_role("button").click()
        assert violations(page) == []
        assert complaints == []
    card.refresh_from_db()
    assert card.status == Card.Status.REPLACED
    assert Note.objects.get().author == lead.holder
    assert Feedback.objects.get().member == member
    assert Coupon.objects.get(version__template=template).member == member
    held.refresh_from_db()
    assert held.uses_left == 3
    assert StampGrant.objects.get().stamps == 1


@pytest.mark.long
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (800, 1280)])
def test_a_tablet_shows_all_of_it(
    browser: Browser, live_server: LiveServer, shift: Shift, width: int, height: int
) -> None:
    """Ten inches, either way round: nothing beside the edge, and nothing too small."""
    member = a_guest(principal=100_00, store=shift.store)
    issued(member=member)
    size = {"width": width, "height": height}
    with at_the_counter(browser, live_server, shift, **size) as (page, complaints):
        for path in (f"guests/{member.public_id}/", "gift-cards/", "shift/", "enrol/"):
            go(page, path)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, path
        go(page, f"guests/{member.public_id}/")
        page.locator("#amount").click()
        page.keyboard.type("60")
        expect(page.locator("#charge")).to_be_enabled()
        button = page.locator("#charge").bounding_box()
        assert button is not None
        assert button["height"] >= 44
        page.locator("#charge").click()
        expect(page.locator("[data-settled]")).to_be_visible()
        assert complaints == []
    assert Sale.objects.count() == 1


def test_a_bill_in_two_tabs_is_charged_once(
    browser: Browser, live_server: LiveServer, shift: Shift
) -> None:
    with at_the_counter(browser, live_server, shift) as (page, _complaints):
        page.fill("#amount", "55")
        expect(page.locator("#charge")).to_be_enabled()
        with page.expect_popup() as opened:
            page.evaluate("window.open(location.href)")
        other = opened.value
        expect(other.locator("#charge")).to_contain_text("¥55.00")
        for tab, said in ((page, "Charged"), (other, "Charged already, once")):
            tab.locator("#charge").click()
            expect(tab.get_by_role("status").last).to_contain_text(said)
    assert Sale.objects.count() == 1
