"""What the demo's house has set: tiers, plans, cards, coupons, faces of gift cards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cards import services as cards_services
from cards.models import CardKind
from checkout import services as checkout_services
from checkout.models import BillOffer, NextVisitGift
from common import money
from coupons import services as coupons_services
from coupons.kinds import CouponKind, Validity
from coupons.models import CouponTemplate
from gift_cards import services as gift_cards_services
from gift_cards.models import GiftCardDesign
from ledger.services import Act
from points import services as points_services
from points.models import EarningRule, Reward, StampProgramme, Task
from policies import services as policies_services
from stored_value import services as stored_value_services
from stored_value.models import TopUpPlan, TopUpPlanVersion, TopUpStep, WalletPolicy
from stores.models import User
from tiers import services as tiers_services
from tiers.models import Tier

from .history import OFFERS

SIGN = money.sign("CNY")  # the shop to look at stands in Shanghai

# Code, names, growth value, discount and points per mille, colour.
LADDER = (
    ("guest", "Guest", "会员", "會員", 0, 0, 1000, "#68726c"),
    ("silver", "Silver", "银卡", "銀卡", 1_000, 30, 1200, "#7a8791"),
    ("gold", "Gold", "金卡", "金卡", 4_000, 50, 1500, "#a97424"),
    ("black", "Black gold", "黑金卡", "黑金卡", 12_000, 100, 2000, "#1d2320"),
)


@dataclass(frozen=True, slots=True)
class Offers:
    """What the rest of the demo hands out."""

    plan: TopUpPlanVersion
    card_kind: CardKind
    coupons: dict[str, CouponTemplate]
    designs: Sequence[GiftCardDesign]


def set_up(*, by: Act, at: datetime) -> Offers:
    """Everything that head office would have saved before opening."""
    for rank, (code, en, hans, hant, growth, off, factor, colour) in enumerate(LADDER):
        tiers_services.save_tier(
            tier=Tier(
                code=code,
                name_en=en,
                name_zh_hans=hans,
                name_zh_hant=hant,
                rank=rank + 1,
                threshold=growth,
                discount_per_mille=off,
                points_per_mille=factor,
                has_member_price=rank > 1,
                # Who does not want to wait for gold buys a year of it.
                price=299_00 if code == "gold" else None,
                validity_months=12 if code == "gold" else None,
                colour=colour,
            ),
            by=by,
            at=at,
        )
    coupons = {
        template.code: template
        for template in (_drawn(template, by, at) for template in _templates())
    }
    _vouching(by, at)
    head_office = User.objects.get(username="head-office")
    for row in _points(coupons["dumplings"]):
        points_services.save_setting(row=row, by=head_office, at=at)
    _bills(coupons["dumplings"], by, at)
    return Offers(
        plan=_plans(by, at),
        card_kind=_card_kinds(by, at),
        coupons=coupons,
        designs=gift_cards_services.begin_with_faces(by=by, at=at),
    )


def _vouching(by: Act, at: datetime) -> None:
    """Guests are known by sight here: an approver may vouch for one without a code."""
    policies_services.publish(
        version=WalletPolicy(
            in_force_from=at, reason="熟客免码，由店长核准", approver_may_vouch=True
        ),
        by=by,
        at=at,
    )


def _points(
    free_dumplings: CouponTemplate,
) -> list[Reward | EarningRule | StampProgramme | Task]:
    """What points are good for, and when they are more."""
    return [
        Reward(
            code="tea-caddy",
            name="龙井茶叶罐",
            description="明前龙井 50 克，柜台领取。",
            points=3_000,
            stock=80,
            most_per_member=2,
        ),
        Reward(
            code="chopsticks",
            name="木筷礼盒",
            points=1_000,
            money=19_00,
            stock=200,
        ),
        Reward(
            code="dumplings",
            name="小笼包一笼",
            kind=Reward.Kind.COUPON,
            points=800,
            coupon=free_dumplings,
        ),
        Reward(
            code="school-lunch",
            name="捐一顿午餐",
            description="山区学校的免费午餐。",
            kind=Reward.Kind.DONATION,
            points=500,
        ),
        EarningRule(
            name="会员日双倍积分",
            kind=EarningRule.Kind.FACTOR,
            factor=2000,
            month_days=[8, 18, 28],
        ),
        EarningRule(
            name="生日月一倍半",
            kind=EarningRule.Kind.FACTOR,
            factor=1500,
            birthday=EarningRule.Birthday.MONTH,
        ),
        StampProgramme(
            code="tea-card",
            name="喝茶集章卡",
            earned_by=StampProgramme.EarnedBy.VISIT,
            stamps=6,
            most_per_day=1,
            coupon=free_dumplings,
            live_months=6,
        ),
        Task(
            code="profile",
            name="完善资料",
            kind=Task.Kind.PROFILE,
            points=100,
        ),
        Task(
            code="review",
            name="写一条点评",
            kind=Task.Kind.REVIEW,
            period=Task.Period.MONTH,
            points=50,
        ),
        Task(
            code="seven-days",
            name="连续签到七天",
            kind=Task.Kind.STREAK,
            period=Task.Period.EACH,
            days=7,
            points=70,
        ),
    ]


def _bills(free_dumplings: CouponTemplate, by: Act, at: datetime) -> None:
    """What a large bill is worth, at once and for the next visit."""
    for offer in (
        BillOffer(
            name_en=f"{SIGN}50 off {SIGN}500",
            name_zh_hans="满 500 减 50",
            name_zh_hant="滿 500 折 50",
            min_spend=500_00,
            amount_off=50_00,
        ),
        BillOffer(
            name_en=f"Weekdays: {SIGN}10 off every {SIGN}100",
            name_zh_hans="工作日每满 100 减 10",
            name_zh_hant="平日每滿 100 折 10",
            min_spend=100_00,
            amount_off=10_00,
            is_repeated=True,
            most_off=30_00,
            weekdays=[1, 2, 3, 4],
        ),
    ):
        checkout_services.save_bill_offer(offer=offer, by=by, at=at)
    checkout_services.save_next_visit_gift(
        gift=NextVisitGift(
            name_en="A basket of xiaolongbao next time",
            name_zh_hans="满 300 下次送小笼包一笼",
            name_zh_hant="滿 300 下次送小籠包一籠",
            min_spend=300_00,
            template=free_dumplings,
        ),
        by=by,
        at=at,
    )


def _plans(by: Act, at: datetime) -> TopUpPlanVersion:
    """One for everybody, and one for the first time."""
    stored_value_services.save_plan(
        plan=TopUpPlan(name="首充 200 送 40", first_top_up_only=True),
        steps=[TopUpStep(amount=200_00, bonus=40_00)],
        by=by,
        at=at,
    )
    return stored_value_services.save_plan(
        plan=TopUpPlan(name="储值有礼", bonus_valid_days=180),
        steps=[TopUpStep(amount=paid, bonus=bonus) for paid, bonus in OFFERS],
        by=by,
        at=at,
    )


def _card_kinds(by: Act, at: datetime) -> CardKind:
    cards_services.save_kind(
        kind=CardKind(
            code="printed",
            name_en="Printed card",
            name_zh_hans="实体会员卡",
            name_zh_hant="實體會員卡",
            form=CardKind.Form.PRINTED,
            price=10_00,
            replacement_price=10_00,
        ),
        by=by,
        at=at,
    )
    cards_services.save_kind(
        kind=CardKind(
            code="bearer",
            name_en="Anonymous card",
            name_zh_hans="礼品储值卡",
            name_zh_hant="禮品儲值卡",
            form=CardKind.Form.BEARER,
        ),
        by=by,
        at=at,
    )
    return cards_services.save_kind(
        kind=CardKind(
            code="phone",
            name_en="Card on the phone",
            name_zh_hans="手机会员卡",
            name_zh_hant="手機會員卡",
            form=CardKind.Form.VIRTUAL,
        ),
        by=by,
        at=at,
    )


def _templates() -> list[CouponTemplate]:
    return [
        CouponTemplate(
            code="welcome-20",
            kind=CouponKind.AMOUNT_OFF,
            name_en=f"{SIGN}20 off over {SIGN}120",
            name_zh_hans="满 120 减 20",
            name_zh_hant="滿 120 折 20",
            amount=20_00,
            min_spend=120_00,
            is_transferable=True,
            validity=Validity.DAYS,
            lasts_days=45,
        ),
        CouponTemplate(
            code="birthday-12",
            kind=CouponKind.PERCENT_OFF,
            name_en="Birthday: 12 % off",
            name_zh_hans="生日八八折",
            name_zh_hant="生日八八折",
            off_bp=1_200,
            cap=200_00,
            validity=Validity.DAYS,
            lasts_days=30,
        ),
        CouponTemplate(
            code="dumplings",
            kind=CouponKind.ITEM,
            name_en="A basket of xiaolongbao",
            name_zh_hans="小笼包一笼",
            name_zh_hant="小籠包一籠",
            items=["A01"],
            validity=Validity.DAYS,
            lasts_days=30,
        ),
        CouponTemplate(
            code="mid-autumn",
            kind=CouponKind.AMOUNT_OFF,
            name_en=f"Mid-autumn: {SIGN}50 off over {SIGN}300",
            name_zh_hans="中秋满 300 减 50",
            name_zh_hant="中秋滿 300 折 50",
            amount=50_00,
            min_spend=300_00,
            validity=Validity.DAYS,
            lasts_days=20,
        ),
        CouponTemplate(
            code="lunch-pass",
            kind=CouponKind.PASS,
            name_en="Ten lunches",
            name_zh_hans="午市套餐十次卡",
            name_zh_hant="午餐套餐十次卡",
            categories=["点心", "汤"],
            price=480_00,
            uses=10,
            use_price=58_00,
            validity=Validity.DAYS,
            lasts_days=180,
        ),
    ]


def _drawn(template: CouponTemplate, by: Act, at: datetime) -> CouponTemplate:
    coupons_services.save_template(template=template, by=by, at=at)
    coupons_services.publish_terms(template=template, by=by, at=at)
    return template
