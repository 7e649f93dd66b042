"""Which plans there are, and which one serves a member best."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F
from django.utils.functional import Promise

from common.history import as_of
from stored_value import offers as rules
from stored_value.models import TopUpPlan, TopUpPlanVersion, TopUpStep
from stored_value.offers import Gift, Occasion, Step, Terms


@dataclass(frozen=True, slots=True)
class Offer:
    """A plan for this very top-up: what it gives, or why it does not apply."""

    version: TopUpPlanVersion
    terms: Terms
    gift: Gift
    why_not: str | Promise | None


def terms_of(plan: TopUpPlan) -> Terms:
    """A plan with its steps as it stands in the tables."""
    steps = TopUpStep.objects.filter(plan=plan).order_by("amount")
    return Terms(
        name=plan.name,
        mode=plan.mode,
        is_active=plan.is_active,
        steps=tuple(
            Step(
                amount=step.amount,
                bonus=step.bonus,
                bonus_per_mille=step.bonus_per_mille,
                points=step.points,
                growth=step.growth,
                coupon_template=step.coupon_template_id,
                coupons=step.coupons,
            )
            for step in steps
        ),
        first_top_up_only=plan.first_top_up_only,
        times_per_member=plan.times_per_member,
        starts_at=plan.starts_at,
        ends_at=plan.ends_at,
        weekdays=tuple(plan.weekdays),
        stores=tuple(plan.stores.order_by("pk").values_list("pk", flat=True)),
        tiers=tuple(plan.tiers.order_by("pk").values_list("pk", flat=True)),
        bonus_valid_days=plan.bonus_valid_days,
    )


def current_versions() -> list[TopUpPlanVersion]:
    """Each plan on offer, as it stands now."""
    return list(
        TopUpPlanVersion.objects.filter(plan__is_active=True, number=F("plan__version"))
        .select_related("plan")
        .order_by("plan_id")
    )


def versions_of(at: datetime) -> list[TopUpPlanVersion]:
    """Each plan that was on offer at a moment gone by, as it stood then."""
    on_offer = [plan.pk for plan in as_of(TopUpPlan, at) if plan.is_active]
    stood = TopUpPlanVersion.objects.filter(plan_id__in=on_offer, made_at__lte=at)
    latest = stood.order_by("plan_id", "-number").distinct("plan_id")
    return list(latest.select_related("plan"))


def offers(
    occasion: Occasion, used: dict[int, int], versions: list[TopUpPlanVersion]
) -> list[Offer]:
    """Every plan for this top-up, with the reason where one does not apply.

    `used`: how often this holder has used each plan.
    """
    found = []
    for version in versions:
        terms = rules.from_json(version.terms)
        here = _with_uses(occasion, used.get(version.plan_id, 0))
        gift = rules.gift(terms, occasion.paid) or Gift()
        found.append(Offer(version, terms, gift, rules.why_not(terms, here)))
    return found


def best_offer(found: list[Offer]) -> Offer | None:
    """The one that gives most: money first, then coupons, points, growth value."""
    apply = [offer for offer in found if offer.why_not is None]
    return max(
        apply,
        key=lambda offer: (offer.gift.worth, -offer.version.plan_id),
        default=None,
    )


def _with_uses(occasion: Occasion, times: int) -> Occasion:
    return Occasion(
        paid=occasion.paid,
        at=occasion.at,
        weekday=occasion.weekday,
        store_id=occasion.store_id,
        tier_id=occasion.tier_id,
        is_bearer=occasion.is_bearer,
        top_ups_before=occasion.top_ups_before,
        times_used=times,
    )
