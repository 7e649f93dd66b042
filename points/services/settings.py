"""Rules, rewards, stamp programmes and tasks, as marketing draws them."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from common.sums import more
from points.errors import AmountRefused, OutOfStock, RuleRefused
from points.models import EarningRule, Reward, StampProgramme, Task
from points.models.policy import LARGEST_CAP
from stores import selectors as stores_selectors
from stores import services as stores_services
from stores.errors import NotAllowed
from stores.models import User

type Setting = EarningRule | Reward | StampProgramme | Task
ACTS: dict[type, str] = {
    EarningRule: "points.rule_saved",
    Reward: "points.reward_saved",
    StampProgramme: "points.stamp_programme_saved",
    Task: "points.task_saved",
}


@transaction.atomic
def save_setting(*, row: Setting, by: User, at: datetime, request_id: str = "") -> None:
    """Add or change one; its history keeps what it was, and nothing given changes.

    The stock of a reward is moved by `restock` alone. Raises RuleRefused with every
    sentence that is wrong, NotAllowed.
    """
    is_new = row.pk is None
    verb = "add" if is_new else "change"
    permission = f"points.{verb}_{row._meta.model_name}"
    if not stores_selectors.user_may_everywhere(by, permission):
        raise NotAllowed(permission=permission)
    try:
        row.full_clean()
    except ValidationError as wrong:
        raise RuleRefused(wrong.messages) from wrong
    model, code = type(row), getattr(row, "code", None)
    if code and not is_new and _is_renamed(row, code):
        raise RuleRefused([str(_("The code stands in the books and stays."))])
    row._history_user = by  # type: ignore[union-attr]  # read by simple-history
    row._history_date = at  # type: ignore[union-attr]  # read by simple-history
    if is_new:
        row.save(force_insert=True)
    else:  # what orders take from the stock meanwhile is not written over
        row.save(update_fields=_written(model))
    stores_services.record_act(
        name=ACTS[type(row)],
        by=stores_services.act(staff=by, at=at, request_id=request_id),
        at=at,
        subject=row,
        facts={"name": row.name},
    )


@transaction.atomic
def restock(
    *, reward_id: int, change: int, by: User, at: datetime, request_id: str = ""
) -> None:
    """Put so many of a reward on the shelf, or take them off (below zero).

    Counted in the database, so that orders of the same moment are not lost. Raises
    OutOfStock, AmountRefused, NotAllowed.
    """
    if not stores_selectors.user_may_everywhere(by, "points.change_reward"):
        raise NotAllowed(permission="points.change_reward")
    if not change or abs(change) > LARGEST_CAP:
        raise AmountRefused
    counted = Reward.objects.filter(
        pk=reward_id, stock__gte=-change, stock__lte=LARGEST_CAP - change
    )
    if not counted.update(stock=more("stock", change)):
        raise OutOfStock
    stores_services.record_act(
        name="points.restocked",
        by=stores_services.act(staff=by, at=at, request_id=request_id),
        at=at,
        subject=Reward(pk=reward_id),
        facts={"change": change},
    )


def _is_renamed(row: Setting, code: str) -> bool:
    kept = type(row)._default_manager.get(pk=row.pk)
    return bool(getattr(kept, "code", code) != code)


def _written(model: type[Setting]) -> list[str]:
    names = [field.name for field in model._meta.local_concrete_fields]
    return [name for name in names if name not in ("id", "stock")]
