"""From joining to signing out everywhere, on a phone: with JavaScript, without it, and
in a chat's own browser, which has neither a worker nor a place to keep a key.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.utils.timezone import now
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import MemberDevice, SignInPolicy, VerifiedEmail
from coupons.models import Coupon
from gift_cards.models import Gift
from gift_cards.services.gifts import GiftWish
from members.models import Member
from points import services as points_services
from points.earning import Bought, Tender
from recognition.models import Feedback
from stored_value.models import PaymentCode
from tests.browser.chromium import LANGUAGES
from tests.browser.test_portal import PHONE, looked_at
from tests.factories.accounts import code_sent_last, device_of
from tests.factories.bills import till_of
from tests.factories.coupons import TemplateFactory
from tests.factories.gift_cards import a_card, at_till
from tests.factories.stores import NOON, StoreFactory

pytestmark = pytest.mark.browser
WECHAT = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.50 NetType/4G Language/zh_CN"
)
# What such a browser lacks.
WITHOUT = """
  delete Navigator.prototype.serviceWorker;
  Object.defineProperty(window, "indexedDB", { value: undefined });
  Object.defineProperty(window, "PublicKeyCredential", { value: undefined });
"""


@pytest.fixture
def links(transactional_db: None) -> dict[str, str]:
    """A shop that lets one ask for codes without a pause, and what one may find."""
    SignInPolicy.objects.create(
        number=2,
        in_force_from=NOON - timedelta(days=1),
        reason="a test",
        prefixes=["+86"],
        pause_seconds=0,
        most_per_phone=20,
        most_per_address=50,
    )
    store = StoreFactory.create()
    receipt = points_services.issue_receipt_code(
        lines=[Bought(amount=45_00, category="")],
        paid={Tender.MONEY: 45_00},
        reference="B1",
        by=till_of(store),
        at=NOON,
        key="receipt:1",
    )
    TemplateFactory.drawn(is_claimable=True, claim_word="AUTUMN")
    by, _user = at_till("shift-lead")
    wish = GiftWish(name="Wei", channel=Gift.Channel.LINK, message="Tea soon?")
    gift = a_card(88_00, by=by, gift=wish, at=NOON).link or ""
    return {"receipt": receipt.code, "gift": gift.rsplit("/", 1)[-1]}


class Hand:
    """A phone in the hand: goes, fills in, sends, and waits for what follows."""

    def __init__(self, page: Page, home: str, mark: str, *, has_script: bool) -> None:
        self.page, self.home, self.mark = page, home, mark
        self.look = {"has_script": has_script}

    def go(self, path: str, name: str = "") -> None:
        self.page.goto(f"{self.home}/portal/{path}")
        if name:
            looked_at(self.page, f"{self.mark}-{name}", **self.look)

    def send(self, then: str | re.Pattern[str], **told: str) -> None:
        for field, words in told.items():
            self.page.fill(f"#id_{field}", words)
        self.page.locator("#submit").click()
        self.page.wait_for_url(then)

    def ask(self, **told: str) -> None:
        """The same page with the field of the code."""
        for field, words in told.items():
            self.page.fill(f"#id_{field}", words)
        self.page.locator("#submit").click()
        expect(self.page.locator("#id_code")).to_be_visible()


@contextmanager
def hand(
    browser: Browser, home: str, language: str, *, has_script: bool, agent: str | None
) -> Iterator[Hand]:
    complaints: list[str] = []
    context = browser.new_context(
        locale=LANGUAGES[language],
        viewport=PHONE,  # type: ignore[arg-type]  # Playwright's own
        java_script_enabled=has_script,
        user_agent=agent,
    )
    if agent:
        context.add_init_script(WITHOUT)
    try:
        page = context.new_page()
        page.on(
            "console",
            lambda said: complaints.append(said.text) if said.type == "error" else None,
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        mark = "chat" if agent else language if has_script else "plain"
        yield Hand(page, home, mark, has_script=has_script)
        assert complaints == []
    finally:
        context.close()


def join(one: Hand) -> Member:
    one.go("join/", "join")
    one.send("**/join/code/", phone="139 1234 5678")
    looked_at(one.page, f"{one.mark}-join-code", **one.look)
    one.send("**/join/about/", code=code_sent_last())
    looked_at(one.page, f"{one.mark}-join-about", **one.look)
    one.send("**/portal/", name="陳玉蘭")
    expect(one.page.locator(".code-qr svg")).to_be_visible()
    return Member.objects.get(phone="+8613912345678")


def receive(one: Hand, links: dict[str, str]) -> None:
    """A gift card, a word for a coupon, the code of a receipt."""
    one.go(f"gifts/{links['gift']}/", "gift-card")
    one.send(re.compile(r"/wallet/[0-9a-f-]{36}/"))
    expect(one.page.locator(".amount")).to_contain_text("88.00")
    one.go("coupons/enter/", "enter")
    one.send("**/coupons/", code="autumn")
    expect(one.page.locator(".coupon")).to_have_count(1)
    one.go("rewards/receipt/", "receipt")
    one.send("**/rewards/", code=links["receipt"])
    one.go("wallet/statements/", "statements")
    with one.page.expect_download() as coming:
        one.page.locator("a[href$='.csv']").first.click()
    assert coming.value.suggested_filename.endswith(".csv")


def say(one: Hand) -> None:
    one.go("feedback/", "say")
    one.page.locator("#id_store").select_option(index=1)
    one.send(re.compile(r"/feedback/\d+/"), words="The soup was hot.")
    expect(one.page.locator(".bubble").first).to_contain_text("The soup was hot.")


def keep_safe(one: Hand) -> None:
    """An address, a payment code, another phone."""
    one.go("me/safety/", "safety")
    one.go("me/safety/email/", "email")
    one.ask(email="lan@example.com")
    looked_at(one.page, f"{one.mark}-email-code", **one.look)
    one.send("**/safety/", code=code_sent_last())
    one.go("me/safety/payment-code/", "payment-code")
    one.send("**/safety/", code="274951", again="274951")
    one.go("me/safety/phone/", "phone")
    one.ask()
    one.page.fill("#id_code", code_sent_last())
    one.page.locator("#submit").click()
    expect(one.page.locator("#id_phone")).to_be_visible()
    looked_at(one.page, f"{one.mark}-new-phone", **one.look)
    one.ask(phone="139 5555 6666")
    one.send("**/safety/", code=code_sent_last())
    one.go("me/safety/other-number/", "other-number")


def leave(one: Hand, member: Member) -> None:
    """One other device, then all."""
    other, _token = device_of(member, at=now())
    one.go("me/", "me-devices")
    one.page.locator(f"form[action$='/devices/{other.pk}/'] button").click()
    one.page.wait_for_url("**/me/")
    expect(one.page.locator("form[action*='/devices/']")).to_have_count(0)
    one.page.locator("form[action$='/everywhere/'] button").click()
    one.page.wait_for_url("**/sign-in/")
    assert not MemberDevice.objects.filter(ended_at=None).exists()


def come_back_by_email(one: Hand) -> None:
    one.go("sign-in/email/", "sign-in-email")
    one.send("**/sign-in/code/", email="lan@example.com")
    one.send("**/portal/", code=code_sent_last())
    expect(one.page.locator(".code-qr svg")).to_be_visible()


@pytest.mark.parametrize(
    ("language", "has_script", "agent"),
    [("zh-hant", True, None), ("en", False, None), ("zh-hans", True, WECHAT)],
)
def test_a_newcomer_joins_receives_speaks_and_keeps_safe(
    browser: Browser,
    live_server: LiveServer,
    links: dict[str, str],
    language: str,
    agent: str | None,
    *,
    has_script: bool,
) -> None:
    with hand(
        browser, live_server.url, language, has_script=has_script, agent=agent
    ) as one:
        member = join(one)
        receive(one, links)
        say(one)
        keep_safe(one)
        leave(one, member)
        come_back_by_email(one)
    member.refresh_from_db()
    assert (member.phone, member.email) == ("+8613955556666", "lan@example.com")
    assert VerifiedEmail.objects.get().member == member
    assert PaymentCode.objects.get().member_id == member.pk
    assert Coupon.objects.get().member == member
    assert Feedback.objects.get().member == member
