"""Stored value in the office: read by the right people, moved by forms, never a 500."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from cards.tokens import mint_code
from common.money import format_money
from coupons.kinds import CouponKind
from stored_value import selectors as stored_value_selectors
from stored_value import services as stored_value_services
from stored_value.admin import clearing
from stored_value.holders import Holder, open_wallet
from stored_value.models import (
    Hold,
    PaymentCode,
    TopUp,
    TopUpPlan,
    TopUpRefund,
    TopUpStep,
    Wallet,
    WalletPolicy,
)
from stores.models import AuditEvent, Shift
from tests.factories.coupons import TemplateFactory, issued
from tests.factories.ledger import everything, fund
from tests.factories.members import MemberFactory
from tests.factories.stored_value import a_key, a_plan, at_store, holding, refund_top_up
from tests.factories.stores import (
    PIN,
    ShiftFactory,
    StoreFactory,
    UserFactory,
    signed_in,
    take_away,
)
from tests.samples import mostly_long

pytestmark = pytest.mark.django_db
PAGES = [
    "wallet",
    "topup",
    "topuprefund",
    "hold",
    "topupplan",
    "walletpolicy",
]
NASTY = [
    "",
    "-1",
    "0",
    "9" * 400,
    "1e400",
    "NaN",
    "😀",
    "' OR 1=1 --",
    "1.234",
    "a\x00b",
]


def page(name: str, *args: object) -> str:
    return reverse(f"admin:stored_value_{name}", args=args)


@pytest.fixture
def shift() -> Shift:
    found: Shift = ShiftFactory.create()
    return found


@pytest.fixture
def office() -> Client:
    return signed_in(UserFactory.holding("head-office"))


@pytest.fixture
def lead(shift: Shift) -> Client:
    return signed_in(UserFactory.holding("shift-lead", store=shift.store))


def held(holder: Holder) -> tuple[int, int]:
    found = stored_value_selectors.wallet(holder=holder, at=now())
    return found.principal, found.bonus


def wallet_of(holder: Holder) -> Wallet:
    return Wallet.objects.get(member_id=holder.id)


def at_till(shift: Shift, **typed: Any) -> dict[str, Any]:
    return {"key": a_key("admin"), "shift": shift.pk, **typed}


def something_of_each() -> Holder:
    holder, row = holding(300_00, 50_00, at=now())
    by = at_store()
    stored_value_services.hold(
        holder=holder, amount=70_00, by=by, at=now(), key=a_key(), note="桌 8"
    )
    refund_top_up(row, by=by, at=now())
    return holder


@pytest.mark.parametrize(
    "language", mostly_long(["en", "zh-hans", "zh-hant"], "zh-hant")
)
def test_every_list_and_row_opens_in_every_language(
    office: Client, language: str
) -> None:
    something_of_each()
    models = [Wallet, TopUp, TopUpRefund, Hold, TopUpPlan, WalletPolicy]
    for model, name in zip(models, PAGES, strict=True):
        row = model._default_manager.order_by("pk").first()
        assert row is not None
        for address in (page(f"{name}_changelist"), page(f"{name}_change", row.pk)):
            answer = office.get(address, headers={"accept-language": language})
            assert answer.status_code == 200, address


@pytest.mark.parametrize("name", ["wallet", "topup", "topuprefund", "hold"])
@pytest.mark.parametrize("role", ["head-office", "cashier", "auditor"])
def test_no_forged_form_adds_changes_or_deletes_value(name: str, role: str) -> None:
    something_of_each()
    client = signed_in(UserFactory.holding(role))
    model = {"wallet": Wallet, "topup": TopUp, "topuprefund": TopUpRefund, "hold": Hold}
    row = model[name]._default_manager.order_by("pk").first()
    assert row is not None
    before = everything()
    for address in (
        page(f"{name}_add"),
        page(f"{name}_change", row.pk),
        page(f"{name}_delete", row.pk),
    ):
        answer = client.post(address, {"paid": 1, "principal": 1})
        assert answer.status_code in (403, 404)
    assert everything() == before


def test_money_is_taken_in_at_an_open_till(lead: Client, shift: Shift) -> None:
    plan = a_plan()
    member = MemberFactory.create()
    typed = at_till(
        shift, member=member.phone, amount="300", tender="cash", plan=plan.pk
    )
    address = page("wallet_top_up")
    assert lead.get(address).status_code == 200
    for _twice in range(2):
        lead.post(address, typed)
    row = TopUp.objects.get()
    assert (row.paid, row.bonus, row.store) == (300_00, 50_00, shift.store)
    assert held(Holder.member(member.pk)) == (300_00, 50_00)


def test_a_coupon_is_laid_on_it_by_its_code(lead: Client, shift: Shift) -> None:
    member = MemberFactory.create()
    coupon = issued(
        TemplateFactory.drawn(kind=CouponKind.TOP_UP, at=now()), member, at=now()
    )
    typed = at_till(shift, member=member.phone, amount="300", tender="cash", plan="")
    for code in ("0000-0000-0000", "x", "😀", "a\x00b", "9" * 400):
        lead.post(page("wallet_top_up"), {**typed, "coupon": code})
    assert not TopUp.objects.exists()

    lead.post(page("wallet_top_up"), {**typed, "coupon": f" {coupon.code} "})

    row = TopUp.objects.get()
    assert (row.coupon, row.coupon_bonus, row.bonus) == (coupon, 10_00, 10_00)
    seen = lead.get(page("topup_change", row.pk)).content.decode()
    assert "bonus of the coupon" in seen.lower()
    told = at_till(shift, tender="wechat", reason="asked for")
    answer = lead.post(page("topup_refund", row.pk), told, follow=True)
    assert "the coupon is given back" in answer.content.decode()


@pytest.mark.parametrize("nasty", mostly_long(NASTY, "9" * 400, "a\x00b"))
@pytest.mark.parametrize("field", ["member", "amount", "tender", "plan", "shift"])
def test_nonsense_is_told_and_takes_no_money(
    lead: Client, shift: Shift, field: str, nasty: str
) -> None:
    member = MemberFactory.create()
    typed = at_till(shift, member=member.phone, amount="300", tender="cash", plan="")
    answer = lead.post(page("wallet_top_up"), {**typed, field: nasty})
    assert answer.status_code in (200, 302)
    assert TopUp.objects.exists() == (field == "plan" and not nasty)


def test_a_till_of_another_store_is_not_offered_nor_taken(lead: Client) -> None:
    member = MemberFactory.create()
    elsewhere: Shift = ShiftFactory.create()
    typed = at_till(elsewhere, member=member.phone, amount="300", tender="cash")
    assert lead.post(page("wallet_top_up"), typed).status_code == 200
    assert not TopUp.objects.exists()


def test_a_payment_with_and_without_the_code(lead: Client, shift: Shift) -> None:
    holder, _row = holding(300_00, at=now())
    wallet = wallet_of(holder)
    set_code = page("wallet_set_code", wallet.pk)
    refused = lead.post(set_code, {"code": "274951"})
    assert "a second person has to know the member" in refused.content.decode()
    assert not PaymentCode.objects.exists()
    shown = mint_code(at=now(), member_id=holder.id)
    lead.post(set_code, {"code": "274951", "rotating_code": shown})
    address = page("wallet_pay", wallet.pk)
    lead.post(address, at_till(shift, amount="250", payment_code=""))
    lead.post(address, at_till(shift, amount="250", payment_code="111222"))
    assert held(holder) == (300_00, 0)
    lead.post(address, at_till(shift, amount="250", payment_code="274951"))
    lead.post(address, at_till(shift, amount="20", payment_code=""))
    assert held(holder) == (30_00, 0)


def test_a_payment_is_given_back_from_the_list(lead: Client, shift: Shift) -> None:
    holder, _row = holding(300_00, 50_00, at=now())
    wallet = wallet_of(holder)
    lead.post(page("wallet_pay", wallet.pk), at_till(shift, amount="140"))
    (payment,) = stored_value_selectors.payments_of(holder=holder)
    assert payment.amount == 140_00
    address = page("wallet_refund", wallet.pk)
    assert lead.get(address).status_code == 200
    typed = {"payment": str(payment.entry_id), "reason": "cold soup"}
    lead.post(address, at_till(shift, amount="70", **typed))
    assert held(holder) == (240_00, 40_00)
    lead.post(address, at_till(shift, amount="", **typed))
    assert held(holder) == (300_00, 50_00)
    for nasty in NASTY:
        answer = lead.post(address, at_till(shift, payment=nasty, reason="x"))
        assert answer.status_code == 200
    assert held(holder) == (300_00, 50_00)


def test_a_hold_is_placed_captured_and_released(lead: Client, shift: Shift) -> None:
    holder, _row = holding(300_00, at=now())
    wallet = wallet_of(holder)
    for note in ("window", "room"):
        lead.post(
            page("wallet_hold", wallet.pk), at_till(shift, amount="50", note=note)
        )
    one, other = Hold.objects.order_by("pk")
    lead.post(page("hold_capture", one.pk), at_till(shift, amount=""))
    lead.post(page("hold_release", other.pk), at_till(shift))
    assert held(holder) == (250_00, 0)
    # What has ended offers nothing any more, and takes nothing.
    answer = lead.post(page("hold_release", one.pk), at_till(shift))
    assert answer.status_code == 403


def test_a_refund_shows_its_formula_and_pays(lead: Client, shift: Shift) -> None:
    holder, row = holding(300_00, 50_00, by=at_store(shift.store), at=now())
    address = page("topup_refund", row.pk)
    assert "Principal left" in lead.get(address).content.decode()
    lead.post(address, at_till(shift, tender="wechat", reason="asked for"))
    assert TopUpRefund.objects.get().paid_out == 300_00
    assert held(holder) == (0, 0)


def test_amounts_and_ways_of_paying_are_read_as_people_write_them(
    lead: Client, shift: Shift
) -> None:
    holder, _row = holding(300_00, 50_00, by=at_store(shift.store), at=now())
    lead.post(page("wallet_hold", wallet_of(holder).pk), at_till(shift, amount="50"))
    _other, again = holding(200_00, 0, by=at_store(shift.store), at=now())
    lead.post(
        page("topup_refund", again.pk),
        at_till(shift, tender="wechat", reason="asked for"),
    )
    plan = a_plan()
    step = plan.steps.order_by("amount")[0]
    reader = signed_in(UserFactory.holding("auditor"))
    for name, kept, shown in (
        ("hold", Hold.objects.get(), "¥50.00"),
        ("topuprefund", TopUpRefund.objects.get(), "¥200.00"),
        ("topupplan", plan, format_money(step.amount)),
    ):
        address = page(f"{name}_change", kept.pk)
        whole = reader.get(address, headers={"accept-language": "zh-hans"})
        text = whole.content.decode().partition('id="content-main"')[2]
        assert shown in text, name
        for raw in ("5000<", "20000<", f"{step.amount}<", "wechat"):
            assert raw not in re.sub(r"\s+", "", text), (name, raw)
    assert (
        "微信支付"
        in reader.get(
            page("topuprefund_changelist"), headers={"accept-language": "zh-hans"}
        ).content.decode()
    )


def test_above_the_limit_a_second_person_is_needed(lead: Client, shift: Shift) -> None:
    holder, row = holding(900_00, by=at_store(shift.store), at=now())
    manager = UserFactory.holding("store-manager", store=shift.store)
    address = page("topup_refund", row.pk)
    typed = {"tender": "wechat", "reason": "asked for"}

    lead.post(address, at_till(shift, **typed))
    wrong = {"checker": manager.pk, "secret": "000000"}
    lead.post(address, at_till(shift, **typed, **wrong))
    assert held(holder) == (900_00, 0)

    lead.post(address, at_till(shift, **typed, checker=manager.pk, secret=PIN))
    assert held(holder) == (0, 0)


def test_who_may_not_refund_makes_none(shift: Shift) -> None:
    _holder, row = holding(300_00, by=at_store(shift.store), at=now())
    cashier = UserFactory.holding("cashier", store=shift.store)
    answer = signed_in(take_away(cashier, "stored_value.refund_top_up")).post(
        page("topup_refund", row.pk), at_till(shift, tender="wechat", reason="x")
    )
    assert answer.status_code == 403
    assert not TopUpRefund.objects.exists()


def test_top_ups_of_other_stores_do_not_exist(lead: Client) -> None:
    _holder, row = holding(300_00, by=at_store(StoreFactory.create()), at=now())
    assert lead.get(page("topup_change", row.pk)).status_code == 404
    assert lead.get(page("topup_refund", row.pk)).status_code == 404


def test_a_transfer_and_a_closing(shift: Shift) -> None:
    manager = signed_in(UserFactory.holding("store-manager", store=shift.store))
    holder, _row = holding(300_00, 50_00, at=now())
    taker = MemberFactory.create()
    wallet = wallet_of(holder)
    manager.post(
        page("wallet_transfer", wallet.pk),
        at_till(shift, taker=taker.phone, amount="100", reason="a gift"),
    )
    assert held(Holder.member(taker.pk)) == (100_00, 0)
    manager.post(
        page("wallet_close", wallet.pk),
        at_till(shift, tender="alipay", reason="moves away"),
    )
    assert wallet_of(holder).status == "closed"
    answer = manager.post(page("wallet_pay", wallet.pk), at_till(shift, amount="1"))
    assert answer.status_code == 403


class TestPlans:
    def typed(self, **facts: Any) -> dict[str, Any]:
        return {
            "name": "开业充值",
            "is_active": "on",
            "mode": "highest",
            "times_per_member": "",
            "bonus_valid_days": "",
            "weekdays": ["6", "7"],
            "steps-TOTAL_FORMS": "2",
            "steps-INITIAL_FORMS": "0",
            "steps-MIN_NUM_FORMS": "0",
            "steps-MAX_NUM_FORMS": "1000",
            "steps-0-amount": "300",
            "steps-0-bonus": "50",
            "steps-1-amount": "500",
            "steps-1-bonus_per_mille": "200",
            **facts,
        }

    def test_a_plan_is_saved_with_its_steps_and_keeps_each_version(
        self, office: Client
    ) -> None:
        answer = office.post(page("topupplan_add"), self.typed())
        assert answer.status_code == 302
        plan = TopUpPlan.objects.get()
        assert plan.weekdays == [6, 7]
        assert list(plan.steps.order_by("amount").values_list("amount", "bonus")) == [
            (300_00, 50_00),
            (500_00, 0),
        ]

        steps = list(plan.steps.order_by("amount"))
        changed = self.typed(
            **{
                "weekdays": [],
                "steps-INITIAL_FORMS": "2",
                "steps-0-id": steps[0].pk,
                "steps-0-plan": plan.pk,
                "steps-0-bonus": "60",
                "steps-1-id": steps[1].pk,
                "steps-1-plan": plan.pk,
                "steps-1-DELETE": "on",
            }
        )
        answer = office.post(page("topupplan_change", plan.pk), changed)
        assert answer.status_code == 302
        terms = [v.terms for v in plan.versions.order_by("number")]
        assert [[step["bonus"] for step in kept["steps"]] for kept in terms] == [
            [50_00, 0],
            [60_00],
        ]
        assert TopUpStep.objects.count() == 1
        assert office.get(page("topupplan_history", plan.pk)).status_code == 200

    @pytest.mark.parametrize(
        "facts",
        [
            {"name": ""},
            {"name": "x" * 200},
            {"weekdays": ["8"]},
            {"times_per_member": "0"},
            {"times_per_member": "-1"},
            {"steps-0-amount": "-300"},
            {"steps-0-amount": "1e9"},
            {"steps-1-amount": "300"},
            {"steps-0-bonus": "50", "steps-0-bonus_per_mille": "5"},
            {"steps-0-coupons": "3"},
            {"mode": "whatever"},
            {"steps-0-bonus": "3000.01"},
        ],
    )
    def test_what_makes_no_sense_is_told_and_not_saved(
        self, office: Client, facts: dict[str, Any]
    ) -> None:
        answer = office.post(page("topupplan_add"), self.typed(**facts))
        assert answer.status_code in (200, 302)
        assert not TopUpPlan.objects.exists()
        assert not TopUpStep.objects.exists()

    @pytest.mark.parametrize("role", ["store-manager", "cashier", "auditor"])
    def test_only_head_office_makes_plans(self, role: str) -> None:
        client = signed_in(UserFactory.holding(role))
        assert client.post(page("topupplan_add"), self.typed()).status_code == 403
        assert not TopUpPlan.objects.exists()


class TestClearing:
    def test_who_owes_whom_is_shown_and_exported(self, office: Client) -> None:
        a, b = StoreFactory.create(), StoreFactory.create()
        holder, _row = holding(300_00, by=at_store(a), at=now())
        stored_value_services.spend_step(
            holder=holder,
            amount=120_00,
            by=at_store(b),
            at=now(),
            key=a_key(),
            order="pro_rata",
        )
        day = at_store().business_date.isoformat()
        address = f"{page('wallet_clearing')}?since={day}&until={day}"
        shown = office.get(address).content.decode()
        assert f"{a} pays {b}" in shown
        csv = b"".join(office.get(f"{address}&export=csv")).decode()
        assert f"{a.code},{b.code},120.00,0.00,0.00,0.00,120.00" in csv
        told = AuditEvent.objects.get(act="stores.exported").facts
        assert (told["what"], told["rows"]) == ("stored_value.clearing", 1)

    def test_of_very_many_pairs_the_largest_are_shown_and_the_file_has_all(
        self, office: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Every pair of 60 stores took 0.7 s of Python to draw."""
        monkeypatch.setattr(clearing, "SHOWN", 1)
        a, b, c = (StoreFactory.create() for _one in range(3))
        for store, amount in ((b, 120_00), (c, 50_00)):
            holder, _row = holding(300_00, by=at_store(a), at=now())
            stored_value_services.spend_step(
                holder=holder,
                amount=amount,
                by=at_store(store),
                at=now(),
                key=a_key(),
                order="pro_rata",
            )
        day = at_store().business_date.isoformat()
        address = f"{page('wallet_clearing')}?since={day}&until={day}"
        shown = office.get(address).content.decode()
        assert f"{a} pays {b}" in shown
        assert f"{a} pays {c}" not in shown
        assert "and 1 smaller ones" in shown
        assert "The 1 largest of 2 pairs of stores." in shown
        csv = b"".join(office.get(f"{address}&export=csv")).decode()
        assert f"{a.code},{c.code},50.00" in csv

    @pytest.mark.parametrize(
        "query",
        ["since=2026-01-01&until=2020-01-01", "since=x&until=\x00", "since=😀", "a=b"],
    )
    def test_any_period_is_answered(self, office: Client, query: str) -> None:
        answer = office.get(f"{page('wallet_clearing')}?{query}")
        assert answer.status_code == 200

    @pytest.mark.parametrize("role", ["cashier", "marketing"])
    def test_it_is_for_those_who_may_see_every_store(self, role: str) -> None:
        client = signed_in(UserFactory.holding(role))
        assert client.get(page("wallet_clearing")).status_code == 403

    def test_a_manager_of_one_store_does_not_see_the_others(self) -> None:
        user = UserFactory.holding("store-manager", store=StoreFactory.create())
        assert signed_in(user).get(page("wallet_clearing")).status_code == 403


def test_the_lists_are_exported(office: Client) -> None:
    something_of_each()
    for name, pk in (("wallet", Wallet), ("topup", TopUp), ("hold", Hold)):
        row = pk._default_manager.get()
        answer = office.post(
            page(f"{name}_changelist"),
            {"action": "export_csv", "_selected_action": [row.pk]},
        )
        assert len(b"".join(answer).decode().splitlines()) == 2


def test_what_rests_is_given_back_by_a_form_to_be_spent_again(
    lead: Client, shift: Shift
) -> None:
    holder, _row = holding(100_00, at=now())
    address = page("wallet_reactivate", wallet_of(holder).pk)
    forged = at_till(shift)
    assert lead.post(address, forged).status_code in (302, 403)  # nothing rests
    assert held(holder) == (100_00, 0)
    fund(open_wallet(holder).lapsed, 50_00)
    auditor = signed_in(UserFactory.holding("auditor"))
    assert auditor.post(address, forged).status_code in (302, 403)
    assert held(holder) == (100_00, 0)

    assert "¥50.00" in lead.get(address).content.decode()
    for _twice in range(2):
        lead.post(address, forged)

    assert held(holder) == (150_00, 0)
