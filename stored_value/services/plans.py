"""Saving what a shop offers for a top-up."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.db import IntegrityError, transaction
from django.db.models import F

from ledger.services import Act
from stored_value import offers
from stored_value.errors import PlanNotSaved
from stored_value.models import TopUpPlan, TopUpPlanVersion, TopUpStep
from stored_value.selectors.plans import terms_of
from stores import services as stores_services
from stores.models import Store
from tiers.models import Tier


@transaction.atomic
def save_plan(
    *,
    plan: TopUpPlan,
    steps: Sequence[TopUpStep],
    by: Act,
    at: datetime,
    stores: Iterable[Store] = (),
    tiers: Iterable[Tier] = (),
) -> TopUpPlanVersion:
    """Add or change a plan with all its steps, and keep the version it now is.

    Top-ups made before keep the version they were promised. Raises PlanNotSaved.
    """
    is_new = plan.pk is None
    try:
        ProhibitNullCharactersValidator()(plan.name)
        plan.full_clean()
        _check(steps)
        _write(plan, steps)
    except (ValidationError, IntegrityError) as wrong:
        sentences = wrong.messages if isinstance(wrong, ValidationError) else []
        raise PlanNotSaved([str(words) for words in sentences]) from wrong
    plan.stores.set(stores)
    plan.tiers.set(tiers)
    version = TopUpPlanVersion.objects.create(
        plan=plan,
        number=plan.version,
        terms=offers.to_json(terms_of(plan)),
        made_at=at,
        made_by_id=by.staff_id,
    )
    stores_services.record_act(
        name="stored_value.plan_added" if is_new else "stored_value.plan_changed",
        by=by,
        at=at,
        subject=plan,
        facts={"version": version.number},
    )
    return version


def _check(steps: Sequence[TopUpStep]) -> None:
    for step in steps:
        step.full_clean(exclude=["plan"], validate_constraints=False)
        step.validate_constraints(exclude=["plan"])


def _write(plan: TopUpPlan, steps: Sequence[TopUpStep]) -> None:
    """The steps are replaced as a whole; the versions keep what they were."""
    with transaction.atomic():
        if plan.pk is None:
            plan.version = 1
            plan.save(force_insert=True)
        else:
            # Two who save at once get two numbers.
            TopUpPlan.objects.filter(pk=plan.pk).update(version=F("version") + 1)
            plan.version = TopUpPlan.objects.values_list("version", flat=True).get(
                pk=plan.pk
            )
            fields = [field.name for field in plan._meta.concrete_fields]
            plan.save(update_fields=[name for name in fields if name != "id"])
        TopUpStep.objects.filter(plan=plan).delete()
        for step in steps:
            step.pk, step.plan = None, plan
        TopUpStep.objects.bulk_create(steps)
