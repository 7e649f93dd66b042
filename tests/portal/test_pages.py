"""Every page of the portal: what it shows, to whom, and at what cost."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.urls.converters import IntConverter, StringConverter, UUIDConverter

from cards.tokens import read_code
from coupons.kinds import CouponStatus
from coupons.models import Coupon
from ledger.kinds import AccountKind
from members.models import Consent, Member
from portal import urls
from tests.factories.accounts import client_of
from tests.factories.bills import a_guest
from tests.factories.cards import CardFactory
from tests.factories.coupons import TemplateFactory, issued
from tests.factories.members import MemberFactory, give
from tests.factories.stores import NOON, StoreFactory
from tests.portal.reading import text

pytestmark = pytest.mark.django_db
# What stands in an address for what was never there.
SAMPLES: dict[type, str] = {
    UUIDConverter: "0190a7e2-0000-7000-8000-000000000000",
    IntConverter: "1",
    StringConverter: "nothing",
}
FOR_ANYBODY = {
    "gift_card",
    "open_gift_card",
    "sign_in",
    "sign_in_by_email",
    "join",
    "offline",
    "worker",
    "manifest",
}
PAGES = [
    "me/safety/",
    "me/safety/phone/",
    "me/safety/email/",
    "me/safety/other-number/",
    "me/safety/payment-code/",
    "",
    "code/",
    "cards/",
    "cards/freeze/",
    "wallet/",
    "wallet/plans/",
    "wallet/statements/",
    "coupons/",
    "coupons/used/",
    "coupons/expired/",
    "gift-cards/",
    "friends/",
    "worth/",
    "worth/?of=coupon",
    "rewards/",
    "rewards/orders/",
    "rewards/points/",
    "rewards/receipt/",
    "messages/",
    "feedback/",
    "visits/missing/",
    "me/",
    "me/consents/",
    "me/data/",
    "me/leave/",
    "me/likes/",
    "me/days/",
    "me/birthday/",
]


@pytest.fixture
def member() -> Member:
    """Somebody with a little of everything."""
    guest = a_guest(principal=300_00, bonus=50_00, store=StoreFactory.create())
    CardFactory.create(member=guest)
    issued(member=guest)
    return guest


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
def test_every_page_opens_in_every_language(member: Member, language: str) -> None:
    client = client_of(member, language=language)
    for page in PAGES:
        told = text(client, page)
        assert page == "code/" or f'lang="{language}"' in told
        assert "style=" not in told.replace("text/css", "")
        assert "<script>" not in told


def test_every_page_asks_a_stranger_to_sign_in() -> None:
    for pattern in urls.urlpatterns:
        name = pattern.name
        if name in FOR_ANYBODY:
            continue
        kinds = pattern.pattern.converters.values()
        given = [SAMPLES[type(kind)] for kind in kinds]
        there = reverse(f"portal:{name}", args=given)
        client = Client()
        for answer in (client.get(there), client.post(there)):
            is_only_other = answer.status_code == 405
            assert is_only_other or answer.status_code in (200, 302), there
            if answer.status_code == 302:
                door = "/portal/join/" if "join" in str(name) else "/portal/sign-in/"
                assert answer["Location"].startswith(door), there
            if answer.status_code == 200:
                assert name in {"enter_code", "join_code", "join_about"}


def test_the_card_shows_the_code_that_a_till_reads(member: Member) -> None:
    told = text(client_of(member), "")

    (digits,) = re.findall(r'code-digits num">([\d ]+)<', told)
    shown = read_code(digits.replace(" ", ""), at=NOON)
    assert shown is not None
    assert shown.card_id == member_card(member)
    assert "¥350.00" in told
    assert told.count("<svg") >= 2
    assert "no-store" in client_of(member).get("/portal/")["Cache-Control"]


def member_card(member: Member) -> int:
    from cards.models import Card

    return Card.objects.get(member=member).pk


def test_without_a_card_the_member_is_read() -> None:
    member = MemberFactory.create()
    told = text(client_of(member), "")
    (digits,) = re.findall(r'code-digits num">([\d ]+)<', told)
    shown = read_code(digits.replace(" ", ""), at=NOON)
    assert shown is not None
    assert shown.member_id == member.pk


def test_what_ends_next_is_said_on_the_card(member: Member) -> None:
    give(
        member,
        70,
        AccountKind.POINTS,
        unit_id=points_unit(),
        expires_at=NOON + timedelta(days=3),
    )
    told = text(client_of(member), "")
    assert "70 points" in told
    assert "23 Nov 2026" in told or "2026-11-2" in told or "11/23" in told


def points_unit() -> int:
    from ledger import services as ledger_services

    return ledger_services.open_unit(code="points")


def test_the_first_screen_asks_the_database_six_times_at_most(member: Member) -> None:
    client = client_of(member)
    text(client, "")
    with CaptureQueriesContext(connection) as asked:
        text(client, "")
    assert len(asked) <= 6, [query["sql"][:90] for query in asked]


def test_each_amount_of_the_wallet_leads_to_what_made_it(member: Member) -> None:
    client = client_of(member)
    told = text(client, "wallet/")
    assert "¥350.00" in told
    assert "¥300.00" in told
    assert "¥50.00" in told
    ways = set(re.findall(r'href="/portal/(wallet/[0-9a-f-]{36}/)"', told))
    assert len(ways) == 1
    entry = text(client, ways.pop())
    assert "+¥350.00" in entry
    assert "You paid" in entry


def test_coupons_say_why_not_today(member: Member) -> None:
    issued(TemplateFactory.drawn(starts_after_days=1), member)
    issued(TemplateFactory.drawn(weekdays=[5, 6]), member)
    issued(TemplateFactory.drawn(lasts_days=1), member, at=NOON - timedelta(days=9))
    used = issued(member=member)
    Coupon.objects.filter(pk=used.pk).update(status=CouponStatus.REDEEMED, uses_left=0)

    client = client_of(member)
    told = text(client, "coupons/")
    assert told.count('class="coupon"') == 1
    assert told.count("coupon is-off") == 2
    assert "This coupon is not valid yet." in told
    assert "This coupon is not for this day of the week." in told
    assert text(client, "coupons/used/").count("coupon is-off") == 1
    assert text(client, "coupons/expired/").count("coupon is-off") == 1


def test_the_profile_is_changed_and_a_mistake_stands_at_its_field(
    member: Member,
) -> None:
    client = client_of(member)
    wrong = client.post(
        "/portal/me/", {"name": "Yu Lan", "email": "no address", "language": "en"}
    )
    told = wrong.content.decode()
    member.refresh_from_db()
    assert member.name != "Yu Lan"
    assert re.search(r'<input[^>]*name="email"[^>]*aria-invalid="true"', told)
    assert re.search(r'<input[^>]*name="email"[^>]*aria-describedby="[^"]+"', told)

    right = client.post(
        "/portal/me/",
        {"name": "Yu Lan", "email": "lan@example.com", "language": "zh-hant"},
    )
    assert (right.status_code, right["Location"]) == (302, "/portal/me/")
    member.refresh_from_db()
    assert (member.name, member.email) == ("Yu Lan", "lan@example.com")
    assert member.language == "zh-hant"
    assert 'lang="zh-hant"' in text(client, "me/")


def test_consents_are_given_and_taken_back_by_purpose(member: Member) -> None:
    client = client_of(member)
    told = text(client, "me/consents/")
    assert "checked" not in told
    chosen = dict(re.findall(r'name="(\w+-version)" value="(\d+)"', told))
    assert set(chosen) == {
        "marketing-version",
        "partners-version",
        "survey-version",
    }
    chosen["marketing-sms"] = "on"
    for _twice in range(2):
        assert client.post("/portal/me/consents/", chosen).status_code == 302
    row = Consent.objects.get()
    assert (row.granted, row.channel, row.source) == (True, "sms", "portal")

    del chosen["marketing-sms"]
    assert client.post("/portal/me/consents/", chosen).status_code == 302
    assert [one.granted for one in Consent.objects.order_by("pk")] == [True, False]

    chosen |= {"marketing-version": "99", "marketing-email": "on"}
    refused = client.post("/portal/me/consents/", chosen)
    assert refused.status_code == 200
    assert Consent.objects.count() == 2


def test_signed_out_is_signed_out(member: Member) -> None:
    client, elsewhere = client_of(member), client_of(member)
    assert client.post("/portal/sign-out/").status_code == 302
    assert client.get("/portal/").status_code == 302
    assert elsewhere.get("/portal/").status_code == 200

    again = client_of(member)
    again.post("/portal/sign-out/everywhere/")
    assert elsewhere.get("/portal/").status_code == 302


def test_the_first_page_leads_a_member_to_the_card(member: Member) -> None:
    client = client_of(member)
    answer = client.get("/")
    assert (answer.status_code, answer["Location"]) == (302, "/portal/")
    assert 'href="/portal/"' in Client().get("/").content.decode()


def test_an_odd_address_of_the_wallet_is_the_first_page(member: Member) -> None:
    client = client_of(member)
    for odd in ("x", "-1", "9" * 30, "٣"):
        assert "¥350.00" in text(client, f"wallet/?before={odd}")
    assert "¥350.00" not in re.sub(
        r"(?s)<section.*?</section>", "", text(client, "wallet/?before=1")
    )
