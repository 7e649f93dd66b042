"""Today at this till: every act with how it was paid, its slip and its undoing."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils.timezone import now

from checkout.models import Refund, Sale
from counter.activity import MOST
from coupons.kinds import CouponStatus
from coupons.models import Coupon
from gift_cards.models import GiftCard
from ledger.models import Entry
from members.models import Member
from stored_value.models import TopUp, TopUpRefund
from tests.counter.till import AtTill, guest_in
from tests.factories.bills import a_guest, no_codes
from tests.factories.coupons import visit_pass
from tests.factories.gift_cards import GiftCardDesignFactory
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON, PIN, UserFactory
from tests.numbers import numbers_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(db: None) -> AtTill:
    return AtTill.opened("shift-lead")


def page_of(till: AtTill, address: str = "sales/") -> str:
    answer = till.get(address)
    assert answer.status_code == 200, address
    return str(answer.content.decode())


def topped_up(till: AtTill, amount: str = "100") -> TopUp:
    member = MemberFactory.create()
    till.client.post(
        f"/counter/guests/{member.public_id}/top-up/",
        {"key": till.key("top_up"), "amount": amount, "tender": "wechat"},
    )
    return TopUp.objects.latest("pk")


def guest_who_paid(till: AtTill, amount: str) -> Member:
    """Who had ¥100 in the wallet, and paid this from it."""
    no_codes()
    member = a_guest(principal=100_00, store=till.store)
    page = till.get(f"guests/{member.public_id}/").content.decode()
    till.charge(amount, guest=guest_in(page))
    return member


def undo(till: AtTill, kind: str, pk: int, **more: Any) -> Any:
    told = {"key": till.key(kind), "reason": "pressed by mistake", **more}
    return till.client.post(f"/counter/undo/{kind}/{pk}/", told)


def test_bills_top_ups_and_what_came_back_stand_in_one_list(lead: AtTill) -> None:
    lead.charge("88", tender="cash", reference="A-0187")
    row = topped_up(lead)
    sale = Sale.objects.get(reference="A-0187")
    lead.client.post(
        f"/counter/receipts/{sale.pk}/refund/",
        {
            "key": lead.key("refund"),
            "reason": "cold soup",
            "to": "original",
            "amount": "8",
        },
    )

    page = page_of(lead)

    assert f"/counter/receipts/{sale.pk}/" in page
    assert f"/counter/top-ups/{row.pk}/" in page
    assert f"/counter/refunds/{Refund.objects.get().pk}/" in page
    assert {"88.00", "100.00", "8.00"} <= numbers_in(page.replace("-", " "))
    assert "WeChat Pay" in page
    assert page.count("<tr>") == 1 + 3


def test_another_tills_acts_and_yesterdays_are_not_there(lead: AtTill) -> None:
    other = AtTill.opened("shift-lead", store=lead.store)
    other.charge("71", reference="B-0001")
    lead.charge("72", reference="A-0001")
    page = page_of(lead)

    assert "A-0001" in page
    assert "B-0001" not in page
    assert "B-0001" in page_of(lead, "sales/?of=store")
    with time_machine.travel(NOON + timedelta(days=1)):
        lead.signed_in()
        assert "A-0001" not in page_of(lead)


def test_the_list_costs_the_same_with_many_acts(
    lead: AtTill, django_assert_max_num_queries: Any
) -> None:
    for _ in range(6):
        topped_up(lead)
        lead.charge("10")
    page_of(lead)
    with django_assert_max_num_queries(34):
        page = page_of(lead)
    assert page.count("<tr>") == 1 + 12
    assert MOST >= 100


def test_a_drawer_that_is_to_be_counted_is_told_to_nobody_who_counts_it(
    lead: AtTill,
) -> None:
    lead.charge("88", tender="cash")
    assert "Taken by way of paying" not in page_of(lead)

    looks_on = UserFactory.holding("store-manager", store=lead.store)
    lead.signed_in(looks_on)
    assert "Taken by way of paying" in page_of(lead)

    cashier = UserFactory.holding("cashier", store=lead.store)
    lead.signed_in(cashier)
    assert "Taken by way of paying" not in page_of(lead)


@pytest.mark.parametrize("role", ["shift-lead", "cashier"])
def test_a_top_up_is_refunded_once_with_an_approver_where_needed(role: str) -> None:
    till = AtTill.opened(role)
    row, key = topped_up(till), till.key("top-up")
    approver = UserFactory.holding("store-manager", store=till.store)
    shown = page_of(till, f"undo/top-up/{row.pk}/")
    assert "100.00" in numbers_in(shown)

    first = undo(till, "top-up", row.pk, tender="wechat", key=key)
    if role == "cashier":
        assert TopUpRefund.objects.count() == 0
        assert "A second person approves it here" in first.content.decode()
    beside = {"checker": approver.pk, "secret": PIN} if role == "cashier" else {}
    for _ in range(2):
        undo(till, "top-up", row.pk, tender="wechat", key=key, **beside)

    back = TopUpRefund.objects.get()
    assert back.paid_out == 100_00
    assert "Undone" in page_of(till)
    entry = Entry.objects.get(pk=back.entry_id)
    assert entry.approver_id == (approver.pk if role == "cashier" else None)


def test_a_cashier_alone_undoes_nothing_and_another_stores_is_not_there(
    till: AtTill,
) -> None:
    row = topped_up(till)
    elsewhere = topped_up(AtTill.opened())
    entries = Entry.objects.count()

    refused = undo(till, "top-up", row.pk, tender="wechat")

    assert "above your limit" in refused.content.decode()
    assert undo(till, "top-up", elsewhere.pk, tender="wechat").status_code == 404
    assert till.get(f"undo/top-up/{elsewhere.pk}/").status_code == 404
    assert till.get(f"undo/nothing/{row.pk}/").status_code == 404
    assert Entry.objects.count() == entries


def test_a_gift_card_has_a_slip_without_its_code_and_is_taken_back(
    lead: AtTill,
) -> None:
    design = GiftCardDesignFactory.create()
    sold = lead.client.post(
        "/counter/gift-cards/sell/",
        {
            "key": lead.key("gift"),
            "design": design.pk,
            "amount": "200",
            "tender": "cash",
        },
    ).content.decode()
    card = GiftCard.objects.get()
    code = re.search(r"([0-9A-Z]{4}(?:[- ][0-9A-Z]{4}){3})", sold)
    page = page_of(lead)
    assert "Gift card sold" in page
    assert f"/counter/undo/gift-card/{card.pk}/" in page

    slip = page_of(lead, f"entries/{card.sale_id}/")
    assert "200.00" in numbers_in(slip)
    assert code is None or code[1] not in slip

    assert undo(lead, "gift-card", card.pk).status_code == 302
    card.refresh_from_db()
    assert card.status == GiftCard.Status.VOID
    assert "Undone" in page_of(lead, f"entries/{card.sale_id}/")


def test_the_slip_of_a_refund_tells_what_is_held_now(lead: AtTill) -> None:
    guest_who_paid(lead, "40")
    sale = Sale.objects.latest("at")
    answer = lead.client.post(
        f"/counter/receipts/{sale.pk}/refund/",
        {
            "key": lead.key("refund"),
            "reason": "cold soup",
            "to": "original",
            "amount": "15",
        },
    )
    refund = Refund.objects.get()

    assert answer["Location"] == f"/counter/refunds/{refund.pk}/"
    slip = page_of(lead, f"refunds/{refund.pk}/")
    assert "75.00" in numbers_in(slip)
    assert "cold soup" in slip
    bill = page_of(lead, f"receipts/{sale.pk}/")
    assert "75.00" in numbers_in(bill)
    assert "60.00" not in numbers_in(bill)
    assert AtTill.opened("shift-lead").get(f"refunds/{refund.pk}/").status_code == 404


def test_why_the_wallet_holds_what_it_holds(lead: AtTill) -> None:
    member = guest_who_paid(lead, "62.80")

    page = page_of(lead, f"guests/{member.public_id}/movements/")

    assert {"37.20", "62.80", "100.00"} <= numbers_in(page.replace("-", " "))
    assert lead.store.name in page
    assert lead.get(f"guests/{uuid.uuid4()}/movements/").status_code == 404


def test_a_pass_is_sold_used_and_put_back_each_with_its_slip(db: None) -> None:
    lead = AtTill.opened("store-manager")
    template = visit_pass(3, price=90_00, use_price=30_00)
    member = MemberFactory.create()
    care = f"/counter/guests/{member.public_id}/care/"
    sold = lead.client.post(
        f"{care}sell/",
        {"key": lead.key("sell"), "template": template.pk, "tender": "cash"},
    )
    assert "/counter/entries/" in sold["Location"]
    coupon = Coupon.objects.get(member=member)
    left = coupon.uses_left

    used = lead.client.post(
        f"{care}visit/", {"key": lead.key("visit"), "coupon": coupon.pk}
    )
    slip = lead.client.get(used["Location"]).content.decode()
    assert f"{left - 1} visits left" in slip
    lead.client.post(f"{care}back/", {"key": lead.key("back"), "coupon": coupon.pk})

    page = page_of(lead)
    for words in ("Coupon sold", "Visit on a pass", "Visit put back"):
        assert words in page
    elsewhere = AtTill.opened("shift-lead").client.get(used["Location"])
    assert elsewhere.status_code == 404

    assert undo(lead, "coupon", coupon.pk).status_code == 302
    coupon.refresh_from_db()
    assert coupon.status == CouponStatus.VOID
    assert coupon.valid_until > now()
