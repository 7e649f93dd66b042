"""A day at the counter in other currencies: their sign, their decimals."""

from typing import Any

import pytest
from django.core.checks import run_checks

from checkout.models import Sale
from common import money
from gift_cards.models import GiftCard
from gift_cards.pictures import whole
from ledger import services as ledger_services
from ledger.errors import InvalidEntry
from ledger.models import Unit
from members.models import Member
from stored_value.models import TopUp
from stores.models import Shift
from tests.counter.till import AtTill, guest_in
from tests.factories import gift_cards as gifts
from tests.factories.bills import no_codes
from tests.factories.cards import CardKindFactory
from tests.factories.stored_value import is_proven

pytestmark = pytest.mark.django_db

# How 1,300.00 yuan are typed and shown where the smallest unit is another.
SHOWN = {
    "CNY": ("1,300.00", "¥1,300.00"),
    "JPY": ("130,000", "¥130,000"),
    "KWD": ("130.000", "KWD130.000"),
    "TWD": ("130,000", "NT$130,000"),
    "USD": ("1,300.00", "$1,300.00"),
    "EUR": ("1300.00", "€1,300.00"),
}


@pytest.fixture(params=sorted(SHOWN))
def currency(request: Any, settings: Any) -> str:
    settings.CURRENCY = request.param
    return str(request.param)


def page_of(till: AtTill, path: str) -> str:
    return str(till.get(path).content.decode())


def test_a_day_at_the_counter(currency: str) -> None:
    no_codes()
    typed, shown = SHOWN[currency]
    till = AtTill.unopened("shift-lead")
    opening = page_of(till, "shift/")
    assert f'placeholder="{money.plain(0)}"' in opening
    till.client.post("/counter/shift/open/", {"opening_float": money.plain(500_00)})
    CardKindFactory.create()
    told = {"key": till.key("enrol"), "phone": "+14155550100", "name": "Ada"}
    till.client.post("/counter/enrol/", told)
    member = Member.objects.get()

    of_guest = f"guests/{member.public_id}"
    screen = page_of(till, f"{of_guest}/top-up/")
    assert f'aria-hidden="true">{money.sign()}</span>' in screen
    paid = {"key": till.key("top_up"), "amount": typed, "tender": "cash"}
    answer = till.client.post(f"/counter/{of_guest}/top-up/", paid)
    assert TopUp.objects.get().paid == 130_000
    assert shown in till.client.get(answer["Location"]).content.decode()

    desk = page_of(till, f"{of_guest}/")
    assert f'aria-hidden="true">{money.sign()}</span>' in desk
    assert f'placeholder="{money.plain(0)}"' in desk
    bill = till.charge(money.plain(1_268_55), guest=guest_in(desk)).content.decode()
    sale = Sale.objects.get()
    assert (sale.net, sale.paid, sale.due) == (1_268_55, 1_268_55, 0)
    assert money.format_money(1_268_55) in bill

    back = {"key": till.key("refund"), "reason": "cold soup", "to": "original"}
    back["amount"] = money.plain(30_05)
    till.client.post(f"/counter/receipts/{sale.pk}/refund/", back)
    sale.refresh_from_db()
    assert sale.refunded == 30_05

    counted = {"cash": money.plain(500_00 + 130_000 - 1)}
    answer = till.client.post("/counter/shift/close/", counted)
    slip = till.client.get(answer["Location"]).content.decode()
    assert money.format_money(1) in slip  # the smallest coin that there is is missing
    assert not Shift.objects.filter(closed_at=None).exists()
    assert Unit.objects.get(code=currency).exponent == money.decimals()
    assert is_proven()


def test_a_gift_card_of_the_currency(currency: str) -> None:
    till = AtTill.opened()
    design = gifts.GiftCardDesignFactory.create()
    told = {"design": design.pk, "amount": money.plain(500_00), "tender": "wechat"}
    till.client.post("/counter/gift-cards/sell/", {"key": till.key("gift"), **told})
    assert GiftCard.objects.get().amount == 500_00


def test_more_decimals_than_there_are_take_nothing(settings: Any) -> None:
    settings.CURRENCY = "TWD"
    till = AtTill.opened()
    page = till.quote("88.50")
    assert "This amount has more decimals than the currency." in page
    assert not Sale.objects.exists()


def test_books_that_exist_keep_their_smallest_unit(settings: Any) -> None:
    """A shop that counted in cents goes on so, or is told before anything is read."""
    settings.CURRENCY = "TWD"
    settings.CURRENCY_DECIMALS = 2
    ledger_services.open_unit(code="TWD")
    assert money.format_money(21660) == "NT$216.60"
    assert not run_checks(tags=["database"], databases=["default"])

    settings.CURRENCY_DECIMALS = None
    (refusal,) = run_checks(tags=["database"], databases=["default"])
    assert refusal.hint == "Set CURRENCY_DECIMALS=2."
    with pytest.raises(InvalidEntry):
        ledger_services.open_unit(code="TWD")


def test_units_of_former_versions_are_known(settings: Any) -> None:
    """They all said two decimals; yen and dinars were kept right nonetheless."""
    for code in ("JPY", "KWD"):
        settings.CURRENCY = code
        ledger_services.open_unit(code=code, exponent=2)
        ledger_services.open_unit(code=code)
        assert not run_checks(tags=["database"], databases=["default"])


def test_pictures_of_gift_cards_drop_only_empty_decimals(currency: str) -> None:
    full = money.minor(130)
    assert whole(full, language="en").endswith("130")
    assert whole(full + 1, language="en") == money.format_money(
        full + 1, locale="en_GB"
    )
