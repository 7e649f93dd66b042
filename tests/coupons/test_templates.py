"""Templates change; what was issued under them does not."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from coupons import services as coupons_services
from coupons.errors import QuotaBelowIssued, TemplateRefused
from coupons.kinds import CouponKind, Validity
from coupons.models import (
    Coupon,
    CouponTemplate,
    TemplateHours,
    TemplateVersion,
)
from coupons.rules import Saving, saving_of
from coupons.selectors import report
from stores.errors import NotAllowed
from tests.factories.coupons import (
    TemplateFactory,
    a_bill,
    by_staff,
    by_task,
    everything,
    issued,
)
from tests.factories.stores import NOON, StoreFactory, UserFactory

pytestmark = pytest.mark.django_db


def change(template: CouponTemplate, **facts: Any) -> TemplateVersion:
    for name, value in facts.items():
        setattr(template, name, value)
    coupons_services.save_template(template=template, by=by_task(), at=NOON)
    return coupons_services.publish_terms(template=template, by=by_task(), at=NOON)


def test_a_change_of_the_template_changes_no_issued_coupon() -> None:
    """Elsewhere an edit of the campaign re-priced coupons already in people's hands."""
    template = TemplateFactory.drawn()
    coupon = issued(template)

    version = change(template, amount=1_00, min_spend=500_00, lasts_days=1)

    coupon = Coupon.objects.select_related("version").get(pk=coupon.pk)
    assert version.number == 2
    assert coupon.version.amount == 10_00
    saved = saving_of(coupon, a_bill(member_id=coupon.member_id), at=NOON)
    assert saved == Saving(10_00, (10_00,))
    assert coupon.valid_until - NOON > timedelta(days=29)
    assert issued(template).version == version


def test_what_does_not_touch_the_terms_makes_no_version() -> None:
    template = TemplateFactory.drawn()

    assert change(template, quota_total=9, is_open=False).number == 1


def test_hours_and_blackouts_are_part_of_what_is_promised() -> None:
    template = TemplateFactory.drawn(
        hours=((None, time(11), time(14)),),
        blackouts=((date(2026, 12, 24), date(2026, 12, 26)),),
    )
    first = template.versions.get()
    assert first.hours == [[None, "11:00", "14:00"]]
    assert first.blackouts == [["2026-12-24", "2026-12-26"]]

    TemplateHours.objects.all().delete()

    assert change(template).hours == []
    first.refresh_from_db()
    assert first.hours == [[None, "11:00", "14:00"]]


def test_deleting_a_template_would_revoke_its_coupons_so_it_cannot_be_deleted() -> None:
    """Elsewhere deleting a campaign took everyone's coupons with it."""
    coupon = issued()
    template = coupon.version.template
    before = everything()

    for table, pk in (
        ("coupons_coupontemplate", template.pk),
        ("coupons_templateversion", coupon.version_id),
        ("coupons_coupon", coupon.pk),
    ):
        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"DELETE FROM {table} WHERE id = %s", [pk])

    assert everything() == before


def test_a_quota_is_not_set_below_what_is_issued() -> None:
    template = TemplateFactory.drawn()
    issued(template), issued(template)
    before = everything()

    with pytest.raises(QuotaBelowIssued) as refusal, transaction.atomic():
        change(template, quota_total=1)

    assert refusal.value.facts == {"issued": 2}
    assert everything() == before


def test_the_report_says_what_became_of_them() -> None:
    template = TemplateFactory.drawn()
    gone, _out = issued(template), issued(template)
    coupons_services.void_coupon(
        coupon_id=gone.pk, reason="twice", by=by_task(), at=NOON
    )

    now = report(template.pk, at=NOON)
    later = report(template.pk, at=NOON + timedelta(days=60))

    assert (now.issued, now.unused, now.redeemed, now.expired, now.void) == (
        *(2, 1, 0),
        *(0, 1),
    )
    assert (later.unused, later.expired) == (0, 1)


@pytest.mark.parametrize(
    "facts",
    [
        {"name_en": ""},
        {"name_en": "x" * 81},
        {"name_en": "nul\x00"},
        {"items": ["nul\x00"]},
        {"code": "With Spaces"},
        {"code": "🍜"},
        {"kind": "gift"},
        {"amount": 0},
        {"amount": -1},
        {"amount": 10**13},
        {"amount": 10**30},
        {"min_spend": -1},
        {"kind": CouponKind.PERCENT_OFF, "amount": 0, "off_bp": 0},
        {"kind": CouponKind.PERCENT_OFF, "amount": 0, "off_bp": 10_001},
        {"kind": CouponKind.PERCENT_OFF, "amount": 5, "off_bp": 100},
        {"kind": CouponKind.ITEM},
        {"kind": CouponKind.PASS, "amount": 0},
        {"kind": CouponKind.PASS, "amount": 0, "items": ["a"], "uses": 1001},
        {"kind": CouponKind.TOP_UP, "amount": 1, "off_bp": 1},
        {"uses": 2},
        {"cap": 0},
        {"validity": Validity.DAYS, "lasts_days": None},
        {"validity": Validity.DAYS, "lasts_days": 0},
        {"validity": Validity.FIXED},
        {"validity": Validity.FIXED, "valid_from": NOON, "valid_until": NOON},
        {"weekdays": [7]},
        {"per_bill": 0},
        {"per_bill": 2, "group": "tea"},
        {"per_bill": 2, "is_exclusive": True},
        {"store_ids": [10**9]},
        {"tier_ids": [10**9]},
        {"quota_total": 0},
        {"per_member": -3},
        {"price": 0},
    ],
    ids=str,
)
def test_a_template_that_makes_no_sense_is_refused_in_words(
    facts: dict[str, Any],
) -> None:
    before = everything()

    with pytest.raises(TemplateRefused) as refusal:
        TemplateFactory.drawn(**facts)

    assert str(refusal.value).strip()
    assert everything() == before


@pytest.mark.parametrize(
    "facts",
    [
        {"name_en": "", "name_zh_hans": "满五十减十"},
        {"name_en": "\u202eRTL", "conditions": "🍜" * 300},
        {"kind": CouponKind.PERCENT_OFF, "amount": 0, "off_bp": 10_000, "cap": 1},
        {"kind": CouponKind.ITEM, "amount": 0, "categories": ["tea"]},
        {"kind": CouponKind.TOP_UP, "amount": 0, "off_bp": 500},
        {"validity": Validity.MONTH_END, "lasts_days": None},
        {"per_bill": 5},
    ],
    ids=str,
)
def test_what_makes_sense_is_drawn(facts: dict[str, Any]) -> None:
    assert TemplateFactory.drawn(**facts).versions.count() == 1


def test_a_name_is_read_in_ones_own_language_else_in_what_there_is() -> None:
    from django.utils import translation

    template = TemplateFactory.build(name_en="Tea", name_zh_hans="茶", name_zh_hant="")

    names = []
    for language in ("en", "zh-hans", "zh-hant"):
        with translation.override(language):
            names.append(template.name)
    assert names == ["Tea", "茶", "茶"]


def test_drawing_is_for_marketing_and_head_office() -> None:
    template = TemplateFactory.build()
    before = everything()

    for role in ("cashier", "store-manager", "auditor"):
        by = by_staff(UserFactory.holding(role))
        with pytest.raises(NotAllowed):
            coupons_services.save_template(template=template, by=by, at=NOON)
    one_store = UserFactory.holding("marketing", store=StoreFactory.create())
    with pytest.raises(NotAllowed):
        coupons_services.save_template(
            template=template, by=by_staff(one_store), at=NOON
        )

    assert everything() == before
    by = by_staff(UserFactory.holding("marketing"))
    coupons_services.save_template(template=template, by=by, at=NOON)
