"""Reading a segment's rules, and asking whether all that they name is still there."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import ValidationError

from coupons.models import CouponTemplate
from members.models import CustomField, Tag
from stores.models import Store
from tiers.models import Tier

from .conditions import (
    DEEPEST,
    MOST_CONDITIONS,
    ConditionGroup,
    Custom,
    InSegment,
    Leaf,
    leaves,
)
from .errors import RulesRefused
from .models import Segment

SENTENCES: Final[dict[str, str | Promise]] = {
    "no_bounds": gettext_lazy("Say from which number, or up to which."),
    "bounds_crossed": gettext_lazy("The first number is larger than the second."),
    "value_missing": gettext_lazy("Say what the answer is compared with."),
    "value_unused": gettext_lazy("Where any answer counts, there is nothing to type."),
    "hours_go_together": gettext_lazy("Hours need a beginning and an end."),
    "no_items": gettext_lazy("Name an item number or a category."),
    "no_scores": gettext_lazy("Choose at least one score."),
    "too_deep": gettext_lazy("Groups stand in each other at most four deep."),
}
EMPTY: Final = gettext_lazy("A group without a condition means nobody: add one.")
UNREADABLE: Final = gettext_lazy("A condition is not complete.")
assert DEEPEST == 4  # noqa: S101 (the sentence above says so)


def read_rules(told: object) -> ConditionGroup:
    """The tree of conditions in what was typed or kept. Raises RulesRefused."""
    try:
        tree = ConditionGroup.model_validate(told)
    except ValidationError as wrong:
        raise RulesRefused(_sentences(wrong)) from wrong
    if sum(1 for _leaf in leaves(tree)) > MOST_CONDITIONS:
        raise RulesRefused(
            [_("At most %(most)s conditions.") % {"most": MOST_CONDITIONS}]
        )
    return tree


def write_rules(tree: ConditionGroup) -> dict[str, Any]:
    """The same as it is kept: JSON, without what was left open."""
    return tree.model_dump(mode="json", exclude_none=True)


def _sentences(wrong: ValidationError) -> list[str | Promise]:
    told: dict[str, str | Promise] = {}
    for error in wrong.errors(include_url=False, include_input=False):
        word = str(error.get("ctx", {}).get("error", ""))
        if word in SENTENCES:
            told[word] = SENTENCES[word]
        elif error["type"] == "too_short" and error["loc"][-1:] == ("of",):
            told["empty"] = EMPTY
        else:
            told["unreadable"] = UNREADABLE
    return list(told.values())


class RuleReferences:
    """What there is of all that some trees name: one question for each kind of it."""

    def __init__(self, trees: Iterable[ConditionGroup]) -> None:
        told = [leaf for tree in trees for leaf in leaves(tree)]
        self._found = {
            name: self._there(model, only, {key for one in told for key in keys(one)})
            for name, (model, only, keys) in NAMED.items()
        }
        codes = {leaf.code for leaf in told if isinstance(leaf, Custom)}
        fields = CustomField.objects.filter(is_active=True, code__in=codes)
        self._fields = {field.code: field for field in fields} if codes else {}

    def _there(self, model: Any, only: dict[str, bool], keys: set[int]) -> set[int]:
        if not keys:
            return set()
        rows = model._default_manager.filter(pk__in=keys, **only)
        return set(rows.values_list("pk", flat=True))

    def problems(self, tree: ConditionGroup) -> list[str]:
        """What the conditions name and is not there, or not in use; as sentences.

        A store that closed, a template that ended and a tier that nobody reaches any
        more still tell members apart: they are no problem.
        """
        told = list(leaves(tree))
        sentences = [
            str(MISSING[name])
            for name, (_model, _only, keys) in NAMED.items()
            if {key for leaf in told for key in keys(leaf)} - self._found[name]
        ]
        answers = [self._answer(leaf) for leaf in told if isinstance(leaf, Custom)]
        return [*sentences, *dict.fromkeys(filter(None, answers))]

    def _answer(self, leaf: Custom) -> str:
        field = self._fields.get(leaf.code)
        if field is None:
            return _("The custom field %(code)s is not in use.") % {"code": leaf.code}
        if not _fits(leaf, field):
            return _("%(field)s has no such answer.") % {"field": field.name}
        return ""


def problems(tree: ConditionGroup) -> list[str]:
    """The same for one tree."""
    return RuleReferences([tree]).problems(tree)


def _keys(field: str) -> Callable[[Leaf], Iterable[int]]:
    return lambda leaf: getattr(leaf, field, ())


def _segment(leaf: Leaf) -> Iterable[int]:
    return (leaf.segment,) if isinstance(leaf, InSegment) else ()


IN_USE: Final = {"is_active": True}
type Named = tuple[Any, dict[str, bool], Callable[[Leaf], Iterable[int]]]
NAMED: Final[dict[str, Named]] = {
    "tags": (Tag, IN_USE, _keys("tags")),
    "stores": (Store, {}, _keys("stores")),
    "tiers": (Tier, {}, _keys("tiers")),
    "templates": (CouponTemplate, {}, _keys("templates")),
    "segment": (Segment, IN_USE, _segment),
}
MISSING: Final = {
    "tags": gettext_lazy("A tag that it asks for is not in use any more."),
    "stores": gettext_lazy("A store that it asks for is not there."),
    "tiers": gettext_lazy("A tier that it asks for is not there."),
    "templates": gettext_lazy("A coupon that it asks for is not there."),
    "segment": gettext_lazy("A segment that it asks for is not in use any more."),
}


def _fits(leaf: Custom, field: CustomField) -> bool:
    """A choice must be one of the choices; a number or day is asked for as such."""
    if leaf.test == "equals" and field.kind == CustomField.Kind.CHOICE:
        return leaf.value in field.choices
    if leaf.test in ("at_least", "at_most"):
        return field.kind in (CustomField.Kind.NUMBER, CustomField.Kind.DATE)
    return True
