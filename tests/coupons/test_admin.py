"""Coupons in the admin: drawn and given by the right people, edited by nobody."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from coupons import codes
from coupons import services as coupons_services
from coupons.models import (
    Coupon,
    CouponIssue,
    CouponTemplate,
    TemplateVersion,
    TierGift,
)
from members.models import Tag
from stores import services as stores_services
from stores.models import AuditEvent, Role
from tests.factories.coupons import TemplateFactory, by_task, everything, issued
from tests.factories.members import MemberFactory
from tests.factories.stores import (
    NOON,
    PIN,
    RoleLimitFactory,
    StoreFactory,
    UserFactory,
    signed_in,
)
from tests.factories.tiers import TierFactory
from tests.samples import mostly_long

pytestmark = pytest.mark.django_db
MODELS = ["coupontemplate", "coupon", "couponissue", "couponuse", "coupongift"]


@pytest.fixture
def office() -> Client:
    return signed_in(UserFactory.holding("head-office", is_staff=True))


def page(model: str, verb: str = "changelist", *args: object) -> str:
    return reverse(f"admin:coupons_{model}_{verb}", args=args)


def a_life() -> Coupon:
    """A coupon that was given, offered and taken, and one that was voided."""
    coupon = issued(TemplateFactory.drawn(is_transferable=True, quota_total=9))
    offer = coupons_services.offer(
        coupon_id=coupon.pk, member_id=coupon.member_id or 0, by=by_task(), at=NOON
    )
    friend = MemberFactory.create()
    coupons_services.accept(
        token=offer.token, member_id=friend.pk, by=by_task(), at=NOON
    )
    coupons_services.void_coupon(
        coupon_id=issued().pk, reason="copied", by=by_task(), at=NOON
    )
    return coupon


def typed(**facts: Any) -> dict[str, Any]:
    """The form of a template as a browser sends it."""
    empty = {
        f"{prefix}-{name}": "0"
        for prefix in ("hours", "blackouts")
        for name in ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS")
    }
    return {
        "code": "new-one",
        "kind": "amount_off",
        "name_en": "New one",
        "name_zh_hans": "满减",
        "amount": "10.50",
        "min_spend": "50",
        "uses": "1",
        "validity": "days",
        "starts_after_days": "0",
        "lasts_days": "30",
        "per_bill": "1",
        "with_tier_discount": "on",
        "is_returnable": "on",
        "is_open": "on",
        **empty,
        **facts,
    }


@pytest.mark.parametrize(
    "language", mostly_long(["en", "zh-hans", "zh-hant"], "zh-hant")
)
def test_every_list_and_row_opens_in_every_language(
    office: Client, language: str
) -> None:
    coupon = a_life()
    template = coupon.version.template
    tier_gift = TierGift(tier=TierFactory.create(), template=template)
    tier_gift.occasion = "upgrade"
    coupons_services.save_tier_gift(gift=tier_gift, by=by_task(), at=NOON)
    rows = {
        "coupontemplate": template.pk,
        "coupon": coupon.pk,
        "couponissue": coupon.issue_id,
        "couponuse": coupon.history.first().pk,  # type: ignore[union-attr]  # a life has acts
        "coupongift": coupon.gifts.get().pk,
        "tiergift": tier_gift.pk,
        "couponspolicy": 1,
    }
    for model, pk in rows.items():
        for url in (page(model), page(model, "change", pk)):
            answer = office.get(url, headers={"accept-language": language})
            assert answer.status_code == 200, url


@pytest.mark.parametrize("model", ["coupon", "couponissue", "couponuse", "coupongift"])
def test_what_is_issued_is_edited_by_nobody(model: str) -> None:
    """Not by a superuser, and not by a forged form."""
    coupon = a_life()
    root = signed_in(UserFactory.create(is_staff=True, is_superuser=True))
    rows = {
        "coupon": coupon,
        "couponissue": coupon.issue,
        "couponuse": coupon.history.first(),
        "coupongift": coupon.gifts.get(),
    }
    row = rows[model]
    assert row is not None
    before = everything()

    for verb, args in (("add", ()), ("change", (row.pk,)), ("delete", (row.pk,))):
        answer = root.post(page(model, verb, *args), {"post": "yes", "status": "void"})
        assert answer.status_code in (302, 403), verb
    selected = {"action": "delete_selected", "_selected_action": [row.pk]}
    root.post(page(model), {**selected, "post": "yes"})

    assert everything() == before


def test_a_template_is_drawn_in_peoples_own_words(office: Client) -> None:
    store, tier = StoreFactory.create(), TierFactory.create()
    facts = typed(
        kind="percent_off",
        amount="",
        off_bp="12.5",
        cap="30",
        items="noodles， tea,noodles",
        store_ids=[store.pk],
        tier_ids=[tier.pk],
        weekdays=["0", "4"],
        claim_word="welcome",
    )
    facts |= {
        "hours-TOTAL_FORMS": "1",
        "hours-0-begins": "11:00",
        "hours-0-ends": "14:00",
        "hours-0-weekday": "",
    }

    answer = office.post(page("coupontemplate", "add"), facts)

    assert answer.status_code == 302, answer.context["errors"]
    version = TemplateVersion.objects.get()
    assert (version.off_bp, version.cap, version.amount) == (1250, 30_00, 0)
    assert version.items == ["noodles", "tea"]
    assert (version.store_ids, version.tier_ids) == ([store.pk], [tier.pk])
    assert version.weekdays == [0, 4]
    assert version.hours == [[None, "11:00", "14:00"]]
    assert version.template.claim_word == "WELCOME"


def test_a_change_in_the_admin_is_a_new_version_and_stands_in_the_history(
    office: Client,
) -> None:
    template = TemplateFactory.drawn()
    coupon = issued(template)
    url = page("coupontemplate", "change", template.pk)
    assert "10.00" in office.get(url).content.decode()

    answer = office.post(url, typed(amount="5"))

    assert answer.status_code == 302
    template.refresh_from_db()
    coupon.refresh_from_db()
    assert (template.code, template.amount) != ("new-one", 10_00)
    assert coupon.version.amount == 10_00
    assert list(template.versions.values_list("number", "amount")) == [
        *((1, 10_00), (2, 5_00))
    ]
    assert template.history.count() == 2


@pytest.mark.parametrize(
    "facts",
    [
        {"amount": "-1"},
        {"amount": "10.005"},
        {"amount": "9" * 40},
        {"amount": "🍜"},
        {"kind": "nonsense"},
        {"kind": "item"},
        {"name_en": "", "name_zh_hans": ""},
        {"name_en": "x" * 200},
        {"name_en": "nul\x00"},
        {"items": "nul\x00"},
        {"off_bp": "101"},
        {"off_bp": "NaN"},
        {"lasts_days": ""},
        {"lasts_days": "99999999999"},
        {"validity": "fixed", "valid_from_0": "31.02.2026", "valid_from_1": "99"},
        {"store_ids": ["999999"]},
        {"weekdays": ["9"]},
        {"claim_word": "🧧"},
        {"quota_total": "-4"},
        {"code": "Not Plain"},
    ],
    ids=str,
)
def test_nonsense_gets_a_sentence_and_draws_nothing(
    office: Client, facts: dict[str, Any]
) -> None:
    before = everything()

    answer = office.post(page("coupontemplate", "add"), typed(**facts), follow=True)

    assert answer.status_code == 200
    assert everything() == before


def test_templates_are_ended_never_deleted() -> None:
    template = TemplateFactory.drawn()
    root = signed_in(UserFactory.create(is_staff=True, is_superuser=True))

    answer = root.post(page("coupontemplate", "delete", template.pk), {"post": "yes"})

    assert answer.status_code == 403
    assert CouponTemplate.objects.filter(pk=template.pk).exists()


@pytest.mark.parametrize("role", ["cashier", "shift-lead", "store-manager", "auditor"])
def test_who_may_not_draw_is_refused_though_the_form_be_forged(role: str) -> None:
    template = TemplateFactory.drawn()
    client = signed_in(UserFactory.holding(role, is_staff=True))
    before = everything()

    for verb, args in (("add", ()), ("change", (template.pk,))):
        answer = client.post(page("coupontemplate", verb, *args), typed())
        assert answer.status_code in (302, 403)
    for act in ("segment", "batch"):
        url = f"/admin/coupons/coupontemplate/{template.pk}/{act}/"
        answer = client.post(url, {"key": "k", "reason": "x", "quantity": 1})
        assert answer.status_code in (302, 403, 404), act

    assert everything() == before


def act_url(row: Any, act: str) -> str:
    model = row._meta.model_name
    return f"/admin/coupons/{model}/{row.pk}/{act}/"


def test_a_lead_gives_one_at_the_counter() -> None:
    template, member = TemplateFactory.drawn(), MemberFactory.create(name="Li")
    store = StoreFactory.create()
    lead = signed_in(UserFactory.holding("shift-lead", store=store, is_staff=True))
    asked = {
        "key": f"admin:{uuid4()}",
        "member": f"#{member.pk}",
        "quantity": 2,
        "store": store.pk,
        "reason": "cold soup",
    }
    assert lead.get(act_url(template, "give")).status_code == 200

    for _sent_twice in range(2):
        answer = lead.post(act_url(template, "give"), asked)
        assert answer.status_code == 302

    assert Coupon.objects.filter(member=member).count() == 2
    for wrong in ("nobody", "0", "🧧", "9" * 30, "#0"):
        answer = lead.post(act_url(template, "give"), {**asked, "member": wrong})
        assert "There is no such member." in answer.content.decode(), wrong


def test_above_ones_limit_a_manager_stands_beside_in_the_office() -> None:
    store, template = StoreFactory.create(), TemplateFactory.drawn()
    lead = UserFactory.holding("shift-lead", store=store, is_staff=True)
    manager = UserFactory.holding("store-manager", store=store)
    RoleLimitFactory.create(
        role=Role.objects.get(code="shift-lead"),
        act="coupons.issue_coupon",
        per_act=5_00,
        per_shift=5_00,
    )
    client, url = signed_in(lead), act_url(template, "give")
    asked = {
        "key": "admin:1",
        "member": f"#{MemberFactory.create().pk}",
        "quantity": "1",
        "store": store.pk,
        "reason": "long wait",
    }
    for more in (
        {},
        {"checker": manager.pk},
        {"checker": manager.pk, "secret": "135790"},
        {"checker": lead.pk, "secret": PIN},
    ):
        assert client.post(url, {**asked, **more}).status_code == 200
        assert not Coupon.objects.exists()

    told = {**asked, "checker": manager.pk, "secret": PIN}
    for _ in range(2):
        assert client.post(url, told).status_code == 302

    assert Coupon.objects.count() == 1
    given = AuditEvent.objects.get(act="coupons.issued")
    assert (given.staff_id, given.approver_id) == (lead.pk, manager.pk)


def test_a_segment_is_counted_before_it_is_given(office: Client) -> None:
    template = TemplateFactory.drawn()
    MemberFactory.create_batch(3)
    url, asked = (
        act_url(template, "segment"),
        {"key": "admin:1", "of": "everyone", "quantity": 1, "reason": "new year"},
    )

    answer = office.post(url, asked)

    assert "That is 3 members." in answer.content.decode()
    assert CouponIssue.objects.count() == 0
    counted = answer.context["form"]["counted"].value()
    MemberFactory.create()
    assert (
        "That is 4 members."
        in office.post(url, {**asked, "counted": counted}).content.decode()
    )
    counted = counted.replace("3:", "4:")
    assert office.post(url, {**asked, "counted": counted}).status_code == 302
    issue = CouponIssue.objects.get()
    assert issue.audience == {"of": "everyone"}
    assert issue.done_at is None
    assert "Choose one." in office.post(url, {**asked, "of": "tag"}).content.decode()
    tag = Tag.objects.create(name="tea")
    answer = office.post(url, {**asked, "of": "tag", "tag": tag.pk})
    assert "That is 0 members." in answer.content.decode()


def test_the_codes_of_a_batch_come_as_a_file_once(office: Client) -> None:
    template = TemplateFactory.drawn()
    asked = {"key": "admin:1", "quantity": 3, "reason": "flyers"}
    assert office.post(act_url(template, "batch"), asked).status_code == 302
    batch = CouponIssue.objects.get()
    url = act_url(batch, "export-codes")
    assert office.get(url).status_code == 200
    assert Coupon.objects.count() == 0

    answer = office.post(url)

    lines = answer.content.decode("utf-8-sig").split()
    assert len(lines) == 4
    assert all(codes.normalised(line) for line in lines[1:])
    assert "no-store" in answer["Cache-Control"]
    assert office.post(url).status_code in (302, 403)
    assert Coupon.objects.count() == 3


def test_a_manager_voids_extends_and_nobody_else() -> None:
    from django.utils.timezone import now

    store = StoreFactory.create()
    there = stores_services.act(task="test", store=store, at=now())
    coupon, other = issued(at=now(), by=there), issued(at=now(), by=there)
    brands = issued(at=now())
    manager = signed_in(
        UserFactory.holding("store-manager", store=store, is_staff=True)
    )
    cashier = signed_in(UserFactory.holding("cashier", store=store, is_staff=True))
    elsewhere = signed_in(
        UserFactory.holding("store-manager", store=StoreFactory.create(), is_staff=True)
    )
    until = coupon.valid_until + timedelta(days=10)
    extend = {
        "until_0": f"{until:%Y-%m-%d}",
        "until_1": "12:00:00",
        "reason": "we were closed",
    }
    before = everything()
    for act, asked in (("void", {"reason": "x"}), ("extend", extend)):
        assert cashier.post(act_url(coupon, act), asked).status_code in (302, 403)
        for coupon_of in (coupon, brands):  # another store's, and the brand's
            url = act_url(coupon_of, act)
            assert elsewhere.post(url, asked).status_code in (302, 403)
        assert manager.post(act_url(brands, act), asked).status_code in (302, 403)
    assert everything() == before

    assert manager.post(act_url(coupon, "extend"), extend).status_code == 302
    assert manager.post(act_url(other, "void"), {"reason": "x"}).status_code == 302

    end = coupon.valid_until
    coupon.refresh_from_db()
    other.refresh_from_db()
    assert coupon.valid_until > end
    assert other.status == "void"


def test_a_pass_is_refunded_with_its_formula_in_sight(office: Client) -> None:
    store = StoreFactory.create()
    template = TemplateFactory.drawn(price=100_00)
    seller = UserFactory.holding("store-manager", store=store)
    from tests.factories.coupons import by_staff

    sold = coupons_services.sell(
        template_id=template.pk,
        member_id=MemberFactory.create().pk,
        tender="cash",
        by=by_staff(seller, store=store),
        at=NOON,
        key="till:1",
    )
    coupon = Coupon.objects.get(pk=sold.coupon_ids[0])
    url = act_url(coupon, "refund")
    assert "¥100.00" in office.get(url).content.decode()

    answer = office.post(url, {"key": "admin:1", "store": store.pk, "reason": "moves"})

    assert answer.status_code == 302
    coupon.refresh_from_db()
    assert coupon.status == "void"


def test_a_coupon_is_found_by_its_code_however_typed(office: Client) -> None:
    coupon, _other = issued(), issued()
    search = codes.grouped(coupon.code or "").lower()

    answer = office.get(page("coupon"), {"q": search})

    assert [row.pk for row in answer.context["cl"].result_list] == [coupon.pk]
    for odd in ("🧧", "\x00", "'", "9" * 40):
        assert office.get(page("coupon"), {"q": odd}).status_code == 200


def test_a_list_of_many_asks_as_often_as_a_list_of_few(office: Client) -> None:
    template = TemplateFactory.drawn()
    issued(template)
    office.get(page("coupon"))

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert office.get(page("coupon")).status_code == 200
        return len(queries)

    few = asked()
    for _time in range(20):
        issued(template)

    assert asked() == few


def test_the_report_is_a_sentence(office: Client) -> None:
    coupon = issued()

    answer = office.get(act_url(coupon.version.template, "report"), follow=True)

    assert "Issued 1" in answer.content.decode()
