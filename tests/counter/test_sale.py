"""The sale at the counter: who it is, what it costs, charged once."""

from base64 import urlsafe_b64decode
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from cards.tokens import mint_code
from checkout.models import Sale, SalePayment
from gift_cards import services as gift_cards_services
from ledger import services as ledger_services
from ledger.models import Account
from stored_value import services as stored_value_services
from tests.counter.till import AtTill, due_in, guest_in, key_in
from tests.factories import gift_cards as gifts
from tests.factories.bills import a_guest, no_codes
from tests.factories.cards import CardFactory
from tests.factories.coupons import gone, issued
from tests.factories.members import MemberFactory, by_themselves
from tests.factories.stored_value import is_proven
from tests.factories.stores import NOON, StoreFactory, UserFactory

pytestmark = pytest.mark.django_db


def page_of(till: AtTill, member: Any) -> str:
    return str(till.get(f"guests/{member.public_id}/").content.decode())


def test_a_stranger_pays_in_cash(till: AtTill) -> None:
    answer = till.charge("88.00", received="100")

    sale = Sale.objects.get()
    assert (sale.net, sale.due, sale.change) == (88_00, 88_00, 12_00)
    assert (sale.shift_id, sale.staff_id) == (
        till.shift and till.shift.pk,
        till.user.pk,
    )
    assert answer["HX-Push-Url"] == f"/counter/receipts/{sale.pk}/"
    assert "¥12.00" in answer.content.decode()
    assert is_proven()


def test_a_bill_without_a_number_gets_one_of_its_business_day(till: AtTill) -> None:
    with time_machine.travel(NOON + timedelta(hours=14)):  # 02:00 at the store
        till.signed_in().charge("88.00")

    sale = Sale.objects.get()
    assert sale.business_date == NOON.date()
    assert sale.reference.startswith(f"{till.till.code}-{NOON:%m%d}-")


@pytest.mark.parametrize("typed", ["4417", "chen yulan", "CYL", "陈玉兰", "陈"])
def test_a_guest_is_found_by_what_one_types(till: AtTill, typed: str) -> None:
    MemberFactory.create(name="陈玉兰", phone="+8613800004417", salutation="陈女士")
    page = till.post("find/", {"q": typed, "key": till.key()}).content.decode()
    assert "陈女士" in page


def test_of_several_one_is_chosen_and_the_bill_stays(till: AtTill) -> None:
    for _ in range(10):
        MemberFactory.create(name="Wang Li")
    key = till.key()
    told = {"q": "wang li", "key": key, "amount": "268", "reference": "A-1"}

    answer = till.post("find/", told)

    assert answer["HX-Retarget"] == "#guest"
    page = answer.content.decode()
    assert page.count('name="choice"') == 8
    assert "and 2 more" in page
    choice = page.split('name="choice" value="')[1].split('"')[0]
    desk = till.post("choose/", {**told, "choice": choice}).content.decode()
    assert key_in(desk) == key
    assert 'value="268"' in desk
    assert 'value="A-1"' in desk
    assert due_in(desk) == "26800"


def test_a_card_that_is_scanned_is_the_guest_at_once(till: AtTill) -> None:
    card = CardFactory.create(member__name="Chen Yulan")
    answer = till.post("find/", {"q": f"{card.number}\n", "key": till.key()})
    assert card.member is not None
    assert answer["HX-Push-Url"] == f"/counter/guests/{card.member.public_id}/"
    assert card.number not in answer["HX-Push-Url"]
    assert "Chen Yulan" in answer.content.decode()


def test_a_regular_pays_with_what_the_wallet_holds(till: AtTill) -> None:
    no_codes()
    member = a_guest(principal=300_00, bonus=50_00, points=1_000, store=till.store)
    coupon = issued(member=member)
    guest = guest_in(page_of(till, member))

    quote = till.quote("268", guest=guest)
    assert coupon.version.name in quote
    assert "best combination chosen" in quote
    answer = till.charge("268", guest=guest)

    sale = Sale.objects.get()
    assert (sale.net, sale.paid, sale.due) == (258_00, 258_00, 0)
    assert "¥92.00" in answer.content.decode()
    assert is_proven()


def test_a_frozen_wallet_is_told_of_and_the_bill_is_paid_otherwise(
    till: AtTill,
) -> None:
    no_codes()
    member = a_guest(principal=300_00, store=till.store)
    wallet = Account.objects.get(
        holder_kind="member", holder_id=member.pk, kind="principal"
    )
    ledger_services.set_account_status(account_id=wallet.pk, status="frozen")
    guest = guest_in(page_of(till, member))

    quote = till.quote("268", guest=guest)
    assert "This stored value is frozen." in quote
    assert 'data-ready="yes"' in quote
    by_name = till.quote("268", guest=guest, stored="100")
    assert 'data-ready=""' in by_name
    assert not Sale.objects.exists()
    till.charge("268", guest=guest)

    sale = Sale.objects.get()
    assert (sale.due, sale.paid) == (268_00, 0)
    assert sale.member == member
    assert is_proven()


def test_a_coupon_that_is_not_wanted_is_taken_off_and_put_back(till: AtTill) -> None:
    member = MemberFactory.create()
    coupon = issued(member=member)
    guest = guest_in(page_of(till, member))
    told = f"best:{coupon.pk}"

    without = till.quote("268", guest=guest, told=told)
    assert due_in(without) == "26800"
    assert "Not chosen." in without
    ticked = till.quote("268", guest=guest, told="own:", coupon=[coupon.pk])
    assert due_in(ticked) == "25800"
    again = till.quote("268", guest=guest, told="own:", choose="best")
    assert due_in(again) == "25800"


def test_a_quote_says_why_a_coupon_does_not_apply(till: AtTill) -> None:
    member = MemberFactory.create()
    issued(member=member)
    page = till.quote("8", guest=guest_in(page_of(till, member)))
    assert "more to use this coupon" in page


def test_the_same_form_is_charged_once(till: AtTill) -> None:
    key, told = till.key(), {"due": "8800", "tender": "wechat"}

    answers = [till.charge("88", key=key, **told) for _ in range(3)]

    sale = Sale.objects.get()
    assert {answer["HX-Push-Url"] for answer in answers} == {
        f"/counter/receipts/{sale.pk}/"
    }
    assert "Charged already, once" in answers[-1].content.decode()
    assert is_proven()


def test_the_key_of_a_settled_bill_shows_it_whatever_is_typed(till: AtTill) -> None:
    key = till.key()
    till.charge("88", key=key)
    again = till.charge("99", key=key)
    assert "¥88.00" in again.content.decode()
    assert Sale.objects.count() == 1


@pytest.mark.parametrize("forged", ["", "x", "a:b:c"])
def test_a_key_that_is_not_ours_charges_nothing(till: AtTill, forged: str) -> None:
    answer = till.post("charge/", {"key": forged, "amount": "8", "due": "800"})
    assert "This page is not of this till." in answer.content.decode()
    assert not Sale.objects.exists()


def test_a_key_of_another_till_or_act_charges_nothing(till: AtTill) -> None:
    other = AtTill.opened()
    for key in (other.key(), till.key("top_up")):
        till.charge("88", key=key, due="8800")
    assert not Sale.objects.exists()


def test_a_changed_quote_is_refused_with_the_new_one(till: AtTill) -> None:
    member = MemberFactory.create()
    guest = guest_in(page_of(till, member))
    due = due_in(till.quote("268", guest=guest))
    issued(member=member)

    page = till.charge("268", guest=guest, due=due)

    assert "The amount has changed" in page.content.decode()
    assert page["HX-Retarget"] == "#offers"
    assert due_in(page.content.decode()) == "25800"
    assert not Sale.objects.exists()


@pytest.mark.parametrize("due", ["", "-1", "1e3", "9" * 40, "7"])
def test_a_forged_due_charges_nothing(till: AtTill, due: str) -> None:
    answer = till.post("charge/", {"key": till.key(), "amount": "88", "due": due})
    assert "alert-danger" in answer.content.decode()
    assert not Sale.objects.exists()


@pytest.mark.parametrize(
    "told",
    [
        {"amount": ""},
        {"amount": "0"},
        {"amount": "-3"},
        {"amount": "9" * 25},
        {"amount": "😀"},
        {"amount": "\x00"},
        {"amount": "8", "excluded": "9"},
        {"amount": "8", "reference": "x" * 100},
        {"amount": "8", "reference": "\x00"},
        {"amount": "8", "tender": "shells"},
        {"amount": "8", "points": "-4"},
        {"amount": "8", "pay_cash": "3"},
        {"amount": "8", "pay_card": "9"},
        {"amount": "8", "coupon": "999", "told": "own:"},
        {"amount": "8", "coupon": "x" * 30, "told": "own:"},
        {"amount": "8", "stored": "5"},
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    till: AtTill, told: dict[str, str]
) -> None:
    answer = till.post("charge/", {"key": till.key(), "due": "800", **told})
    assert answer.status_code == 200
    assert "alert-danger" in answer.content.decode()
    assert not Sale.objects.exists()


def test_the_payment_is_divided(till: AtTill) -> None:
    till.charge("100", pay_cash="30", pay_card="70")
    paid = SalePayment.objects.order_by("place").values_list("tender", "amount")
    assert sorted(paid) == [("card", 70_00), ("cash", 30_00)]


def test_a_payment_code_is_asked_for_and_a_wrong_one_pays_nothing(
    till: AtTill,
) -> None:
    member = a_guest(principal=5_000_00, store=till.store)
    stored_value_services.set_payment_code(
        member_id=member.pk, code="582913", by=by_themselves(member), at=NOON
    )
    guest = guest_in(page_of(till, member))
    page = till.quote("2000", guest=guest)
    assert 'id="needs-code" value="yes"' in page
    due = due_in(page)

    for wrong in ("", "111222"):
        refused = till.charge("3000", guest=guest, due=due, payment_code=wrong)
        assert "alert-danger" in refused.content.decode()
    assert not Sale.objects.exists()

    till.charge("3000", guest=guest, due=due, payment_code="582913")
    assert Sale.objects.get().paid == 3_000_00


def test_the_code_on_the_phone_pays_and_is_used_up(till: AtTill) -> None:
    member = a_guest(principal=5_000_00, store=till.store)
    code = mint_code(at=NOON, member_id=member.pk)
    desk = till.post("find/", {"q": code, "key": till.key()})
    page = desk.content.decode()
    assert "verified" in page
    assert code not in desk["HX-Push-Url"]
    guest = guest_in(page)
    assert 'id="needs-code" value=""' in till.quote("2000", guest=guest)

    till.charge("2000", guest=guest)
    assert Sale.objects.get().paid == 2_000_00

    again = till.charge("2000", guest=guest, due="0")
    assert "alert-danger" in again.content.decode()
    assert Sale.objects.count() == 1


def test_a_gift_card_on_the_counter_pays(till: AtTill) -> None:
    card = gifts.a_card(100_00, by=gifts.at_store(till.store))
    told = {"gift_code": card.code, "pin": card.pin or ""}
    chip = till.post("gift-on-the-counter/", told).content.decode()
    assert card.last4 in chip
    sealed = chip.split('name="gift" value="')[1].split('"')[0]

    till.charge("250", gift=sealed)

    assert gifts.left(card) == 0
    assert Sale.objects.get().due == 150_00


def test_the_page_carries_a_gift_card_so_that_nobody_reads_it(till: AtTill) -> None:
    card = gifts.a_card(100_00, by=gifts.at_store(till.store))
    told = {"gift_code": card.code, "pin": card.pin or ""}
    chip = till.post("gift-on-the-counter/", told).content.decode()
    seal = chip.split('name="gift" value="')[1].split('"')[0]

    assert (card.code or "").encode() not in urlsafe_b64decode(seal)
    again = till.post("still-on-the-counter/", {"gift": [seal, "forged"]})
    assert again.content.decode().count('name="gift"') == 1
    assert card.last4 in again.content.decode()
    assert again["HX-Trigger-After-Settle"] == "quote"


def test_nobody_skips_a_pin_by_saying_that_the_card_was_scanned(till: AtTill) -> None:
    card = gifts.a_card(100_00, by=gifts.at_store(till.store))
    claims = {"scanned": "yes", "is_scanned": "true", "pin": ""}

    page = till.post("gift-on-the-counter/", {"gift_code": card.code, **claims})
    assert "There is no gift card with this code and PIN." in page.content.decode()
    assert 'name="gift"' not in page.content.decode()

    chip = till.post("gift-on-the-counter/", {"gift_code": card.scan}).content.decode()
    seal = chip.split('name="gift" value="')[1].split('"')[0]
    again = till.post("still-on-the-counter/", {"gift": [seal]}).content.decode()
    assert card.last4 in again
    assert str(card.scan)[-4:] not in again
    till.charge("250", gift=seal)
    assert gifts.left(card) == 0


def test_a_wrong_gift_card_is_a_sentence(till: AtTill) -> None:
    told = {"gift_code": "AAAA-BBBB-CCCC-DDDD", "pin": ""}
    page = till.post("gift-on-the-counter/", told).content.decode()
    assert "There is no gift card with this code and PIN." in page
    assert due_in(till.quote("50", gift="forged")) == "5000"


def test_an_anonymous_card_pays(till: AtTill) -> None:
    from stored_value.holders import Holder
    from tests.factories.stored_value import top_up

    card = CardFactory.bearer()
    top_up(Holder.card(card.pk), 200_00)
    page = till.get(f"cards/{card.pk}/").content.decode()
    assert "¥200.00" in page
    till.charge("50", guest=guest_in(page))
    assert Sale.objects.get().paid == 50_00


def test_the_receipt_is_of_this_store(till: AtTill) -> None:
    till.charge("88")
    sale = Sale.objects.get()
    assert till.get(f"receipts/{sale.pk}/").status_code == 200
    assert AtTill.opened().get(f"receipts/{sale.pk}/").status_code == 404


def test_the_page_of_nobody_is_not_there(till: AtTill) -> None:
    member = gone()
    assert till.get(f"guests/{member.public_id}/").status_code == 404
    assert till.get("cards/999999/").status_code == 404


@pytest.mark.parametrize("path", ["quote/", "charge/", "find/", "choose/"])
def test_who_does_not_sell_is_refused(till: AtTill, path: str) -> None:
    till.signed_in(UserFactory.holding("marketing", store=till.store))
    answer = till.post(path, {"amount": "8", "key": till.key(), "due": "800"})
    assert answer.status_code == 403
    assert not Sale.objects.exists()


def test_who_sells_elsewhere_sells_nothing_here(till: AtTill) -> None:
    till.signed_in(UserFactory.holding("cashier", store=StoreFactory.create()))
    assert till.post("charge/", {"amount": "8"}).status_code == 403


def test_codes_and_phones_stand_in_no_address(till: AtTill) -> None:
    member = MemberFactory.create(phone="+8613912345678")
    answer = till.post("find/", {"q": "13912345678", "key": till.key()})
    assert answer["HX-Push-Url"] == f"/counter/guests/{member.public_id}/"
    assert "13912345678" not in answer.content.decode()


def test_a_blocked_gift_card_is_not_laid_on_the_counter(till: AtTill) -> None:
    by = gifts.at_store(till.store)
    card = gifts.a_card(100_00, by=by)
    told = {"gift_code": card.code, "pin": card.pin or ""}
    chip = till.post("gift-on-the-counter/", told).content.decode()
    sealed = chip.split('name="gift" value="')[1].split('"')[0]
    gift_cards_services.block(card_id=card.card_id, reason="lost", by=by, at=NOON)

    page = till.post("gift-on-the-counter/", told).content.decode()
    assert "it is not active" in page
    assert 'name="gift"' not in page
    # One that lay there before pays nothing either.
    quote = till.quote("50", gift=sealed)
    assert "cannot pay that" in quote
    assert due_in(quote) == "5000"
    till.charge("50", gift=sealed)
    assert not Sale.objects.exists()
    assert gifts.left(card) == 100_00
