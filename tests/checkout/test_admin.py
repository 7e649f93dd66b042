"""Sales in the office: read by the right people, given back by forms, never a 500."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from checkout import services as checkout_services
from checkout.bill import Bill, Line
from checkout.models import (
    BillOffer,
    CheckoutPolicy,
    LineKind,
    NextVisitGift,
    Refund,
    Sale,
)
from checkout.services import ExchangeBill
from stores.models import AuditEvent, Shift
from tests.checkout.giving_back import refund
from tests.checkout.state import books
from tests.factories.bills import cash, of, sale_of, settle, till_of
from tests.factories.checkout import a_key, a_sale, at_store
from tests.factories.coupons import TemplateFactory, issued
from tests.factories.members import MemberFactory
from tests.factories.stores import (
    PIN,
    ShiftFactory,
    StoreFactory,
    TillFactory,
    UserFactory,
    signed_in,
    take_away,
)
from tests.samples import mostly_long

pytestmark = pytest.mark.django_db
NASTY = ["-1", "9" * 400, "1e400", "NaN", "😀", "' OR 1=1 --", "1.234", "a\x00b"]


def page(name: str, *args: object) -> str:
    return reverse(f"admin:checkout_{name}", args=args)


def action(name: str, sale: Sale) -> str:
    return f"/admin/checkout/sale/{sale.pk}/{name}/"


@pytest.fixture
def shift() -> Shift:
    found: Shift = ShiftFactory.today(till=TillFactory.create())
    return found


@pytest.fixture
def office() -> Client:
    return signed_in(UserFactory.holding("head-office"))


@pytest.fixture
def lead(shift: Shift) -> Client:
    return signed_in(UserFactory.holding("shift-lead", store=shift.store))


def sold(shift: Shift, *amounts: int, **facts: Any) -> Sale:
    by = at_store(
        shift.store,
        shift_id=shift.pk,
        till_id=shift.till_id,
        business_date=shift.business_date,
    )
    return a_sale(*amounts, by=by, at=now(), **facts)


def typed(shift: Shift | None, **fields: Any) -> dict[str, Any]:
    drawer = {} if shift is None else {"shift": shift.pk}
    return {
        "key": a_key("admin"),
        "reason": "cold",
        "to": "original",
        **drawer,
        **fields,
    }


@pytest.mark.parametrize(
    "language", mostly_long(["en", "zh-hans", "zh-hant"], "zh-hant")
)
def test_every_list_and_row_opens_in_every_language(
    office: Client, shift: Shift, language: str
) -> None:
    member = MemberFactory.create()
    coupon = issued(TemplateFactory.drawn(), member, at=now())
    sale = sold(shift, 90_00, member=member, coupons=[coupon], discount=10_00)
    refund(sale, 10_00, at=now())
    offer = BillOffer.objects.create(name_en="Off", min_spend=100_00, amount_off=5_00)
    gift = NextVisitGift.objects.create(
        name_en="See you", min_spend=0, template=TemplateFactory.drawn()
    )
    policy = CheckoutPolicy.objects.get()
    for name, row in {
        "sale": sale,
        "refund": Refund.objects.get(),
        "billoffer": offer,
        "nextvisitgift": gift,
        "checkoutpolicy": policy,
    }.items():
        for address in (page(f"{name}_changelist"), page(f"{name}_change", row.pk)):
            answer = office.get(address, headers={"accept-language": language})
            assert answer.status_code == 200, address
    for name in ("billoffer", "nextvisitgift", "checkoutpolicy"):
        assert office.get(page(f"{name}_add")).status_code == 200
    for name in ("refund", "void"):
        assert office.get(action(name, sale)).status_code in (200, 403)


def test_a_person_reads_how_it_was_paid_and_what_it_earned_once(
    office: Client, shift: Shift
) -> None:
    member = MemberFactory.create()
    sale = sold(shift, 90_00, member=member, tenders=[("wechat", 90_00)])
    given = refund(sale, 10_00, at=now())
    in_chinese = {"accept-language": "zh-hans"}
    for address in (page("sale_change", sale.pk), page("refund_change", given.pk)):
        text = office.get(address, headers=in_chinese).content.decode()
        assert "微信支付" in text
        assert "wechat" not in text
    text = office.get(page("refund_change", given.pk)).content.decode()
    assert str(given) == "¥10.00" in text

    whole = office.get(page("sale_change", sale.pk)).content.decode()
    text = whole.partition('id="content-main"')[2]

    assert "staff:" not in text  # who is named already
    for named in ("Points earned", "Points spent"):
        assert text.count(named) == 1
    assert sale.accrual is not None
    way = reverse("admin:points_accrual_change", args=[sale.accrual.pk])
    assert text.count(way) == 1
    assert f">{sale.points_earned}</a>" in text


def test_a_bill_is_found_by_its_number_its_id_and_its_member(
    office: Client, shift: Shift
) -> None:
    member = MemberFactory.create()
    sale = sold(shift, member=member, reference="桌-12")
    other = sold(shift, reference="another")
    for term in ("桌-12", str(sale.pk), f"#{member.pk}", member.phone or ""):
        text = office.get(page("sale_changelist"), {"q": term}).content.decode()
        assert str(sale.pk) in text, term
        assert str(other.pk) not in text, term
    for term in NASTY:
        answer = office.get(page("sale_changelist"), {"q": term})
        assert answer.status_code == 200
        if "\x00" not in term:  # which is no search at all, and said to be none
            assert str(sale.pk) not in answer.content.decode()
    refund(sale, at=now())
    found = office.get(page("refund_changelist"), {"q": "桌-12"}).content.decode()
    assert str(Refund.objects.get().pk) in found


def test_another_stores_sales_and_refunds_do_not_exist(lead: Client) -> None:
    sale = a_sale()
    given = refund(sale, 1_00)
    before = books()
    assert str(sale.pk) not in lead.get(page("sale_changelist")).content.decode()
    for address in (
        page("sale_change", sale.pk),
        page("refund_change", given.pk),
        action("refund", sale),
        action("void", sale),
    ):
        for answer in (lead.get(address), lead.post(address, typed(None))):
            assert answer.status_code in (302, 403, 404), address
    assert books() == before


def test_a_form_gives_back_an_amount_once(lead: Client, shift: Shift) -> None:
    sale = sold(shift)
    form = typed(shift, amount="30", to="cash")
    for _sent_twice in range(2):
        answer = lead.post(action("refund", sale), form)
        assert answer.status_code == 302, answer.content.decode()
    given = Refund.objects.get()
    assert (given.amount, given.shift_id, given.to) == (30_00, shift.pk, "cash")
    lead.post(action("refund", sale), typed(shift, amount=""))
    sale.refresh_from_db()
    assert (sale.refunded, sale.status) == (100_00, "refunded")


def test_a_form_gives_back_lines_as_the_counter_does(
    lead: Client, shift: Shift
) -> None:
    sale = sold(shift, 60_00, 40_00)
    shown = lead.get(action("refund", sale)).content.decode()
    assert "Dish 1: amount" in shown
    assert "Dish 1: quantity" not in shown  # of a single piece

    for wrong in (
        {"amount": "1", "rest_1": "on"},
        {"line_1": "60.01"},
        {"line_1": "x"},
        {"quantity_1": "2"},
    ):
        assert (
            lead.post(action("refund", sale), typed(shift, **wrong)).status_code == 200
        )
    assert not Refund.objects.exists()
    lead.post(action("refund", sale), typed(shift, line_1="12.50", rest_2="on"))

    assert Refund.objects.get().per_line == [12_50, 40_00]
    shown = lead.get(action("refund", sale)).content.decode()
    assert "Dish 1: amount" in shown
    assert "Dish 2: amount" not in shown  # nothing of it is left
    one = sold(shift, 10_00)
    assert "Dish 1: amount" not in lead.get(action("refund", one)).content.decode()


def test_a_form_gives_back_some_of_the_pieces_of_a_line(
    lead: Client, shift: Shift
) -> None:
    lines = (
        Line(name="Tea", thousandths=2_000, unit_price=30_00),
        Line(kind=LineKind.TIP, name="", amount=5_00),
    )
    by = till_of(shift.store)
    bill = Bill(lines=lines)
    sale = sale_of(settle(bill, store=shift.store, tenders=[cash(65_00)], by=by))
    shown = lead.get(action("refund", sale)).content.decode()
    assert "Tea: quantity" in shown
    assert "Tip: amount" in shown

    lead.post(action("refund", sale), typed(shift, quantity_1="1", rest_2="on"))

    assert Refund.objects.get().per_line == [30_00, 5_00]


def test_a_bill_names_the_other_of_its_exchange(office: Client, shift: Shift) -> None:
    first = sold(shift, 60_00, 40_00)
    done = checkout_services.exchange_sale(
        wanted=ExchangeBill(sale_id=first.pk, bill=of(50_00), amount=40_00),
        tenders=[cash(10_00)],
        reference="NEW-1",
        reason="too small",
        by=at_store(shift.store, business_date=shift.business_date),
        at=now(),
        key="x",
    )
    for here, there in ((first, done.sale), (done.sale, first)):
        shown = office.get(page("sale_change", here.pk)).content.decode()
        assert page("sale_change", there.pk) in shown
        assert "¥10.00" in shown


def test_cash_comes_out_of_a_drawer(lead: Client, shift: Shift) -> None:
    sale = sold(shift)
    before = books()
    answer = lead.post(action("refund", sale), typed(None, amount="1"))
    assert answer.status_code == 200
    assert "Choose the till" in answer.content.decode()
    assert books() == before


@pytest.mark.parametrize("amount", mostly_long(["0", *NASTY], "0", "9" * 400, "a\x00b"))
def test_a_strange_amount_is_a_sentence(
    lead: Client, shift: Shift, amount: str
) -> None:
    sale = sold(shift)
    before = books()
    answer = lead.post(action("refund", sale), typed(shift, amount=amount))
    assert answer.status_code == 200
    assert books() == before
    assert not Refund.objects.exists()


def test_above_the_limit_the_second_person_proves_who_they_are(
    lead: Client, shift: Shift
) -> None:
    sale = sold(shift, 600_00)
    manager = UserFactory.holding("store-manager", store=shift.store)
    before = books()
    for wrong in ({}, {"checker": manager.pk, "secret": "000000"}):
        answer = lead.post(action("refund", sale), typed(shift, **wrong))
        assert answer.status_code == 200
    assert books() == before
    form = typed(shift, checker=manager.pk, secret=PIN)
    assert lead.post(action("refund", sale), form).status_code == 302
    given = Refund.objects.get()
    assert (given.amount, given.approver_id) == (600_00, manager.pk)


def test_a_void_is_offered_while_its_shift_is_open(lead: Client, shift: Shift) -> None:
    sale = sold(shift)
    closed = sold(shift)
    assert lead.post(action("void", sale), typed(None)).status_code == 302
    sale.refresh_from_db()
    assert sale.status == "void"
    assert Refund.objects.get().shift_id == shift.pk
    Shift.objects.filter(pk=shift.pk).update(closed_at=now(), closed_by=shift.opened_by)
    before = books()
    assert lead.post(action("void", closed), typed(None)).status_code == 403
    assert books() == before


def test_who_may_not_gives_nothing_back_by_a_forged_form(shift: Shift) -> None:
    user = UserFactory.holding("cashier", store=shift.store)
    cashier = signed_in(take_away(user, "checkout.refund_sale", "checkout.void_sale"))
    sale = sold(shift)
    before = books()
    assert cashier.get(page("sale_change", sale.pk)).status_code == 200
    for name in ("refund", "void"):
        answer = cashier.post(action(name, sale), typed(shift))
        assert answer.status_code == 403
    for name in ("sale_add", "billoffer_add", "checkoutpolicy_add"):
        assert cashier.post(page(name), {"reference": "x"}).status_code in (403, 404)
    assert books() == before


def test_nobody_edits_a_sale_or_a_refund(office: Client, shift: Shift) -> None:
    sale = sold(shift)
    given = refund(sale, 1_00, at=now())
    for name, row in (("sale", sale), ("refund", given)):
        for verb in ("change", "delete"):
            answer = office.post(page(f"{name}_{verb}", row.pk), {"net": 1})
            assert answer.status_code in (302, 403)
        assert office.post(page(f"{name}_add"), {}).status_code == 403
    sale.refresh_from_db()
    assert sale.net == 100_00


def test_lists_are_exported(office: Client, shift: Shift) -> None:
    sale = sold(shift, reference="=1+1")
    answer = office.post(
        page("sale_changelist"),
        {"action": "export_csv", "_selected_action": [str(sale.pk)]},
    )
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]  # a stream
    assert "'=1+1" in text
    assert "10000" in text


def test_an_offer_is_drawn_by_the_office_and_named_in_the_log(office: Client) -> None:
    store = StoreFactory.create()
    form = {
        "name_en": "Autumn",
        "is_active": "on",
        "min_spend": "100",
        "amount_off": "20",
        "is_repeated": "on",
        "members_only": "on",
        "store_ids": [store.pk],
        "weekdays": [1, 2],
        "categories": "food,drink",
    }
    answer = office.post(page("billoffer_add"), form)
    assert answer.status_code == 302, answer.content.decode()
    offer = BillOffer.objects.get()
    assert (offer.min_spend, offer.amount_off) == (100_00, 20_00)
    assert (offer.store_ids, offer.weekdays) == ([store.pk], [1, 2])
    assert offer.categories == ["food", "drink"]
    assert offer.history.count() == 1
    assert AuditEvent.objects.filter(act="checkout.offer_added").exists()
    answer = office.post(
        page("billoffer_change", offer.pk), {**form, "amount_off": "25"}
    )
    assert answer.status_code == 302
    offer.refresh_from_db()
    assert (offer.amount_off, offer.history.count()) == (25_00, 2)


@pytest.mark.parametrize(
    "amount", mostly_long(["", "0", *NASTY, "101"], "0", "a\x00b", "101")
)
def test_an_offer_that_cannot_be_is_refused(office: Client, amount: str) -> None:
    answer = office.post(
        page("billoffer_add"),
        {"name_en": "Wrong", "min_spend": "100", "amount_off": amount},
    )
    assert answer.status_code in (200, 302)
    assert not BillOffer.objects.exists()


@pytest.mark.parametrize(
    "day", ["0001-01-01", "1899-12-31", "3000-01-02", "9999-12-31"]
)
@pytest.mark.parametrize("end", ["starts_at", "ends_at"])
def test_an_offer_of_a_day_that_nobody_can_read_is_refused(
    office: Client, end: str, day: str
) -> None:
    answer = office.post(
        page("billoffer_add"),
        {
            "name_en": "Wrong",
            "min_spend": "100",
            "amount_off": "5",
            f"{end}_0": day,
            f"{end}_1": "00:00",
        },
    )
    assert answer.status_code == 200
    assert "years 1900 to 2999" in answer.content.decode()
    assert not BillOffer.objects.exists()


def test_a_coupon_for_the_next_visit_is_drawn(office: Client, lead: Client) -> None:
    template = TemplateFactory.drawn()
    form = {"name_en": "See you", "is_active": "on", "template": template.pk}
    assert lead.post(page("nextvisitgift_add"), form).status_code == 403
    answer = office.post(page("nextvisitgift_add"), form)
    assert answer.status_code == 302, answer.content.decode()
    assert NextVisitGift.objects.get().min_spend == 0


def test_the_rules_of_the_bill_are_published_by_head_office(
    office: Client, lead: Client
) -> None:
    form = {
        "rounding": "1",
        "most_rounded": "0.99",
        "refund_order": "ratio",
        "numbers_by": "store",
        "returns": "approved",
        "service_charge": "12.5",
        "service_charge_stores": "NOWHERE",
        "reason": "no cents",
    }
    assert lead.post(page("checkoutpolicy_add"), form).status_code == 403
    answer = office.post(page("checkoutpolicy_add"), form)
    assert "There is no store NOWHERE." in answer.content.decode()
    code = StoreFactory.create().code
    form["service_charge_stores"] = code
    answer = office.post(page("checkoutpolicy_add"), form)
    assert answer.status_code == 302, answer.content.decode()
    policy = CheckoutPolicy.objects.get(number=2)
    assert (policy.rounding, policy.refund_order) == (100, "ratio")
    assert (policy.service_charge_at(code), policy.service_charge_at("X")) == (1250, 0)


def test_the_member_page_leads_to_their_sales(office: Client, shift: Shift) -> None:
    sale = sold(shift, member=MemberFactory.create())
    address = reverse("admin:members_member_change", args=[sale.member_id])
    way = f"{page('sale_changelist')}?member__id__exact={sale.member_id}"
    assert way.replace("&", "&amp;") in office.get(address).content.decode()
    assert str(sale.pk) in office.get(way).content.decode()
