"""Templates and coupons for tests; coupons come by being issued."""

import uuid
from datetime import date, datetime, time
from typing import Any

from factory.declarations import Sequence
from factory.django import DjangoModelFactory

from coupons import services as coupons_services
from coupons.kinds import CouponKind, Source, Validity
from coupons.models import Coupon, CouponTemplate, TemplateBlackout, TemplateHours
from coupons.rules import BillFacts, BillLine
from ledger.services import Act
from members.models import Member
from stores import services as stores_services
from stores.models import Shift, Store, User
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON


def by_task() -> Act:
    """An act of the house itself, which no role is asked for."""
    return stores_services.act(task="test", at=NOON)


def by_staff(
    staff: User,
    *,
    store: Store | None = None,
    shift: Shift | None = None,
    at: datetime = NOON,
) -> Act:
    return stores_services.act(staff=staff, store=store, shift=shift, at=at)


class TemplateFactory(DjangoModelFactory[CouponTemplate]):
    """¥10 off over ¥50, for thirty days; `drawn` publishes its terms."""

    class Meta:
        model = CouponTemplate
        skip_postgeneration_save = True

    code = Sequence(lambda n: f"coupon-{n}")
    kind = CouponKind.AMOUNT_OFF
    name_en = Sequence(lambda n: f"Coupon {n}")
    amount = 10_00
    min_spend = 50_00
    validity = Validity.DAYS
    lasts_days = 30

    @classmethod
    def drawn(
        cls,
        *,
        hours: tuple[tuple[int | None, time, time], ...] = (),
        blackouts: tuple[tuple[date, date], ...] = (),
        at: datetime = NOON,
        **facts: Any,
    ) -> CouponTemplate:
        """A template as the office saves it, with its first version."""
        template: CouponTemplate = cls.build(**facts)
        by = by_task()
        coupons_services.save_template(template=template, by=by, at=at)
        for weekday, begins, ends in hours:
            TemplateHours.objects.create(
                template=template, weekday=weekday, begins=begins, ends=ends
            )
        for first, last in blackouts:
            TemplateBlackout.objects.create(
                template=template, first_on=first, last_on=last
            )
        coupons_services.publish_terms(template=template, by=by, at=at)
        return template


def percent_off(percent: int = 20, **facts: Any) -> CouponTemplate:
    return TemplateFactory.drawn(
        kind=CouponKind.PERCENT_OFF, amount=0, off_bp=percent * 100, **facts
    )


def visit_pass(uses: int = 10, **facts: Any) -> CouponTemplate:
    return TemplateFactory.drawn(
        **{
            "kind": CouponKind.PASS,
            "amount": 0,
            "min_spend": 0,
            "uses": uses,
            "items": ["noodles"],
            **facts,
        }
    )


def issued(
    template: CouponTemplate | None = None,
    member: Member | None = None,
    *,
    at: datetime = NOON,
    **facts: Any,
) -> Coupon:
    """One coupon, issued as the house issues them."""
    given = coupons_services.issue(
        template_id=(template or TemplateFactory.drawn()).pk,
        member_id=(member or MemberFactory.create()).pk,
        at=at,
        **{
            "by": by_task(),
            "key": f"issue:{uuid.uuid4()}",
            "source": Source.CAMPAIGN,
            **facts,
        },
    )
    return Coupon.objects.select_related("version__template").get(
        pk=given.coupon_ids[0]
    )


def gone() -> Member:
    """A member who was erased: nobody, who gets nothing."""
    member = MemberFactory.create()
    Member.objects.filter(pk=member.pk).update(
        status=Member.Status.ERASED,
        phone=None,
        ended_at=NOON,
        **dict.fromkeys(
            (
                "name",
                "search_name",
                "search_pinyin",
                "search_initials",
                "other_pinyin",
                "other_initials",
            ),
            "",
        ),
    )
    return member


def a_bill(*lines: BillLine, **facts: Any) -> BillFacts:
    """A bill of ¥100 on a Friday noon, unless told otherwise."""
    return BillFacts(
        **{
            "lines": lines or (BillLine(item="noodles", amount=100_00),),
            "store_id": 1,
            "business_date": date(2026, 11, 20),
            "local_time": time(12, 0),
            **facts,
        }
    )


def everything() -> list[str]:
    """Every row of coupons, for 'nothing changed'."""
    from django.apps import apps

    return [
        f"{model._meta.label} {row}"
        for model in apps.get_app_config("coupons").get_models()
        for row in model._default_manager.order_by("pk").values()
    ]


def printed(template: CouponTemplate, quantity: int = 1) -> list[str]:
    """Codes as they come from the printer."""
    batch = coupons_services.make_batch(
        template_id=template.pk,
        quantity=quantity,
        reason="flyers",
        by=by_task(),
        at=NOON,
        key="batch",
    )
    return list(coupons_services.export_batch(issue_id=batch, by=by_task(), at=NOON))
