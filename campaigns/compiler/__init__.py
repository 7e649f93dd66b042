"""Rules as one statement: the same that is counted is what is taken.

Each condition becomes a test over `members_member m` and what is joined to it; each
value travels as a parameter. Nothing that anybody typed is ever part of the text.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from campaigns.conditions import ConditionGroup, InSegment, Leaf
from campaigns.errors import SegmentNeedsAttention

from . import behaviour, profile, value
from .statement import MOST_SEGMENTS, Rules, SegmentStatement, SqlTest

COMPILERS: Final[dict[str, Callable[[Any, SegmentStatement], SqlTest]]] = {
    "gender": profile.gender,
    "language": profile.language,
    "age": profile.age,
    "birthday": profile.birthday,
    "joined": profile.joined,
    "known": profile.known,
    "home_store": profile.home_store,
    "tag": profile.tag,
    "custom": profile.custom,
    "referred": profile.referred,
    "tier": profile.tier,
    "tier_at_risk": profile.tier_at_risk,
    "tier_since": profile.tier_since,
    "consent": profile.consent,
    "balance": value.balance,
    "points": value.balance,
    "expiring": value.expiring,
    "bonus_expiring": value.bonus_expiring,
    "top_ups": value.top_ups,
    "coupon": value.coupon,
    "messages": value.messages,
    "visits": behaviour.visits,
    "spent": behaviour.spent,
    "items": behaviour.items,
    "last_visit": behaviour.last_visit,
    "first_visit": behaviour.first_visit,
    "rhythm": behaviour.rhythm,
    "rfm": behaviour.rfm,
    "band": behaviour.band,
    "complaint": behaviour.complaint,
    "score": behaviour.score,
}


def compile_members(
    tree: ConditionGroup, *, at: datetime, store_id: int | None, rules_of: Rules
) -> tuple[str, list[Any]]:
    """`SELECT m.id …`: the active members of a tree, with its parameters.

    `rules_of` gives the store and the rules of another segment by its key. Raises
    SegmentNeedsAttention where segments go round in a circle.
    """
    made = SegmentStatement(at=at, store_id=store_id, rules_of=rules_of)
    where = _where(tree, made)
    return made.run(f"SELECT m.id FROM {made.source()}\n WHERE {where}")


def compile_leaf(
    leaf: Leaf, *, at: datetime, store_id: int | None, rules_of: Rules
) -> tuple[str, list[Any]]:
    """The same for one condition on its own."""
    alone = ConditionGroup(kind="all", of=[leaf])
    return compile_members(alone, at=at, store_id=store_id, rules_of=rules_of)


def _where(tree: ConditionGroup, made: SegmentStatement) -> str:
    test = _group(tree, made)
    tests = ["m.status = 'active'", made.guests(), test.sql]
    return "\n   AND ".join(text for text in tests if text)


def _group(group: ConditionGroup, made: SegmentStatement) -> SqlTest:
    """Several tests as one; `not` is none of them."""
    tests = [_node(inner, made) for inner in group.of]
    if group.kind == "not":
        return SqlTest(
            f"({' AND '.join(test.denied() for test in tests)})", is_total=True
        )
    word = " AND " if group.kind == "all" else " OR "
    is_total = all(test.is_total for test in tests)
    return SqlTest(f"({word.join(test.sql for test in tests)})", is_total)


def _node(node: ConditionGroup | Leaf, made: SegmentStatement) -> SqlTest:
    if isinstance(node, ConditionGroup):
        return _group(node, made)
    if isinstance(node, InSegment):
        return _segment(node, made)
    return COMPILERS[node.kind](node, made)


def _segment(leaf: InSegment, made: SegmentStatement) -> SqlTest:
    """The rules of another segment, in their place; a store's is of its own guests."""
    if leaf.segment in made.path:
        raise SegmentNeedsAttention([_("Segments are made of each other in a circle.")])
    made.included.append(leaf.segment)
    if len(made.included) > MOST_SEGMENTS:
        raise SegmentNeedsAttention([_("It is made of too many other segments.")])
    store_id, tree = made.rules_of(leaf.segment)
    inner = replace(made, store_id=store_id, path=(*made.path, leaf.segment))
    test, guests = _group(tree, inner), inner.guests()
    if not guests:
        return test
    return SqlTest(f"({guests} AND {test.sql})")
