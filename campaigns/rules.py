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

from .conditions import DEEPEST, MOST_CONDITIONS, Custom, Group, Leaf, leaves
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


def read_rules(told: object) -> Group:
    """The tree of conditions in what was typed or kept. Raises RulesRefused."""
    try:
        tree = Group.model_validate(told)
    except ValidationError as wrong:
        raise RulesRefused(_sentences(wrong)) from wrong
    if sum(1 for _leaf in leaves(tree)) > MOST_CONDITIONS:
        raise RulesRefused(
            [_("At most %(most)s conditions.") % {"most": MOST_CONDITIONS}]
        )
    return tree


def write_rules(tree: Group) -> dict[str, Any]:
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


def problems(tree: Group) -> list[str]:
    """What the conditions name and is not there any more, or not in use; as sentences.

    A store that closed, a template that ended and a tier that nobody reaches any more
    still tell members apart: they are no problem.
    """
    told = list(leaves(tree))
    return [
        *_missing(
            told,
            _keys("tags"),
            _ids(Tag, is_active=True),
            _("A tag that it asks for is not in use any more."),
        ),
        *_missing(
            told,
            _keys("stores"),
            _ids(Store),
            _("A store that it asks for is not there."),
        ),
        *_missing(
            told,
            _keys("tiers"),
            _ids(Tier),
            _("A tier that it asks for is not there."),
        ),
        *_missing(
            told,
            _keys("templates"),
            _ids(CouponTemplate),
            _("A coupon that it asks for is not there."),
        ),
        *_missing(
            told,
            _key("segment"),
            _ids(Segment, is_active=True),
            _("A segment that it asks for is not in use any more."),
        ),
        *_missing_answers(told),
    ]


type Named = Callable[[Leaf], Iterable[int]]
type Found = Callable[[set[int]], set[int]]


def _keys(field: str) -> Named:
    return lambda leaf: getattr(leaf, field, [])


def _key(field: str) -> Named:
    return lambda leaf: [getattr(leaf, field)] if hasattr(leaf, field) else []


def _ids(model: Any, **only: object) -> Found:
    rows = model._default_manager
    return lambda keys: set(
        rows.filter(pk__in=keys, **only).values_list("pk", flat=True)
    )


def _missing(told: list[Leaf], named: Named, found: Found, sentence: str) -> list[str]:
    keys = {key for leaf in told for key in named(leaf)}
    return [sentence] if keys and keys - found(keys) else []


def _missing_answers(told: list[Leaf]) -> list[str]:
    asked = [leaf for leaf in told if isinstance(leaf, Custom)]
    if not asked:
        return []
    fields = CustomField.objects.filter(is_active=True).in_bulk(
        [leaf.code for leaf in asked], field_name="code"
    )
    sentences = {}
    for leaf in asked:
        field = fields.get(leaf.code)
        if field is None:
            sentences[leaf.code] = _("The custom field %(code)s is not in use.") % {
                "code": leaf.code
            }
        elif not _fits(leaf, field):
            sentences[leaf.code] = _("%(field)s has no such answer.") % {
                "field": field.name
            }
    return list(sentences.values())


def _fits(leaf: Custom, field: CustomField) -> bool:
    """A choice must be one of the choices; a number or day is asked for as such."""
    if leaf.test == "equals" and field.kind == CustomField.Kind.CHOICE:
        return leaf.value in field.choices
    if leaf.test in ("at_least", "at_most"):
        return field.kind in (CustomField.Kind.NUMBER, CustomField.Kind.DATE)
    return True
