"""Questions about segments: who is in one, how many that is, and what it needs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import OperationalError, connection, transaction
from django.db.models import F, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _
from psycopg.errors import QueryCanceled

from members.models import Member

from .compiler import compile_leaf, compile_members
from .conditions import ConditionGroup, InSegment, leaves
from .errors import RulesRefused, SegmentNeedsAttention
from .models import Segment, SegmentVersion
from .rules import RuleReferences, problems, read_rules

PATIENCE_MS: Final = 300  # for a count while somebody is typing
EXAMPLES: Final = 5
PATIENCE: Final = "SELECT set_config('statement_timeout', %s, true)"


type Sql = tuple[str, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Count:
    """How many members; `is_about`: estimated, as counting took too long."""

    members: int
    is_about: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """What a tree of conditions comes to, before it is saved."""

    count: Count
    active: Count  # everyone whom it might have meant
    own: list[Count]  # of each condition alone, in the order of the tree
    examples: list[Member]


def rules_of(segment: Segment, *, version: int | None = None) -> ConditionGroup:
    """The rules of a segment, or those of one of its versions.

    Raises SegmentNeedsAttention for rules that nobody can read any more.
    """
    number = version or segment.version
    kept = SegmentVersion.objects.get(segment=segment, number=number)
    try:
        return read_rules(kept.rules)
    except RulesRefused as wrong:
        raise SegmentNeedsAttention([str(wrong)]) from wrong


def members_in(
    segment: Segment, *, at: datetime, version: int | None = None
) -> QuerySet[Member]:
    """The active members of a segment at a moment, by one statement.

    Raises SegmentNeedsAttention where a condition names what is not there any more.
    """
    tree = rules_of(segment, version=version)
    return matching(tree, at=at, store_id=segment.store_id)


def statement_of(segment: Segment, *, at: datetime, version: int | None = None) -> Sql:
    """The same as the statement itself. Raises SegmentNeedsAttention."""
    tree = rules_of(segment, version=version)
    return statement(tree, at=at, store_id=segment.store_id)


def matching(
    tree: ConditionGroup, *, at: datetime, store_id: int | None
) -> QuerySet[Member]:
    """The active members who meet conditions. Raises SegmentNeedsAttention."""
    sql, params = statement(tree, at=at, store_id=store_id)
    return Member.objects.filter(pk__in=RawSQL(sql, params))  # noqa: S611 (our text; what was typed are its parameters)


def statement(tree: ConditionGroup, *, at: datetime, store_id: int | None) -> Sql:
    """The one statement that finds them, `SELECT m.id …`, for whoever takes very many.

    Raises SegmentNeedsAttention.
    """
    found = _Included()
    check(tree, found)
    return compile_members(tree, at=at, store_id=store_id, rules_of=found)


def needs_attention(segments: Sequence[Segment]) -> dict[int, list[str]]:
    """Of some segments, those that nobody is in, and why, in sentences; asked for a
    whole list in as many questions as for one.
    """
    everyone = {one.pk: one for one in Segment.objects.filter(is_active=True)}
    everyone |= {one.pk: one for one in segments}
    kept = SegmentVersion.objects.filter(
        segment__in=everyone, number=F("segment__version")
    )
    trees: dict[int, ConditionGroup | None] = {
        pk: _readable(row) for pk, row in kept.values_list("segment", "rules")
    }
    references = RuleReferences([tree for tree in trees.values() if tree is not None])
    return {
        one.pk: wrong
        for one in segments
        if (wrong := _wrong_with(one.pk, trees, references))
    }


def _readable(rules: object) -> ConditionGroup | None:
    try:
        return read_rules(rules)
    except RulesRefused:
        return None


def _wrong_with(
    key: int, trees: Mapping[int, ConditionGroup | None], references: RuleReferences
) -> list[str]:
    """Of a segment and of all that it is made of."""
    sentences: dict[str, None] = {}
    waiting, seen = [key], set[int]()
    while waiting:
        now = waiting.pop()
        tree = trees.get(now)
        if now in seen:
            continue
        seen.add(now)
        if tree is None:
            sentences[_("Its conditions cannot be read.")] = None
            continue
        inner = included(tree)
        if key in inner:
            sentences[_("Segments are made of each other in a circle.")] = None
        sentences |= dict.fromkeys(references.problems(tree))
        waiting += [one for one in inner if one in trees]
    return list(sentences)


def check(tree: ConditionGroup, found: "_Included") -> None:
    """Refuse a tree that names, itself or in a segment that it asks for, what is not
    there any more. Raises SegmentNeedsAttention.
    """
    waiting, seen = [tree], set[int]()
    while waiting:
        asked = waiting.pop()
        if wrong := problems(asked):
            raise SegmentNeedsAttention(wrong)
        for key in included(asked) - seen:
            seen.add(key)
            waiting.append(found(key)[1])


def included(tree: ConditionGroup) -> set[int]:
    """The segments that a tree asks for."""
    return {leaf.segment for leaf in leaves(tree) if isinstance(leaf, InSegment)}


class _Included:
    """The rules of other segments, each read once."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[int | None, ConditionGroup]] = {}

    def __call__(self, key: int) -> tuple[int | None, ConditionGroup]:
        if key not in self._known:
            segment = Segment.objects.filter(pk=key, is_active=True).first()
            if segment is None:
                gone = _("A segment that it asks for is not in use any more.")
                raise SegmentNeedsAttention([gone])
            self._known[key] = (segment.store_id, rules_of(segment))
        return self._known[key]


def count(segment: Segment, *, at: datetime) -> int:
    """How many members are in it, exactly. Raises SegmentNeedsAttention."""
    return members_in(segment, at=at).count()


def preview(
    tree: ConditionGroup,
    *,
    at: datetime,
    store_id: int | None,
    patience_ms: int = PATIENCE_MS,
) -> Preview:
    """How many members meet conditions, how many meet each alone, and five of them.

    No single question takes longer than the patience: beyond it the planner estimates.
    Raises SegmentNeedsAttention.
    """
    found = _Included()
    check(tree, found)
    places: Mapping[str, Any] = {"at": at, "store_id": store_id, "rules_of": found}
    whole = compile_members(tree, **places)
    told = list(leaves(tree))
    counted = _count(whole, patience_ms)
    own = (
        [counted]
        if len(told) == 1 and tree.kind != "not"
        else _count_each([compile_leaf(leaf, **places) for leaf in told], patience_ms)
    )
    everyone: Sql = ("SELECT m.id FROM members_member m WHERE m.status = 'active'", [])
    return Preview(
        count=counted,
        active=_count(everyone, patience_ms),
        own=own,
        examples=_examples(whole, patience_ms),
    )


def _count_each(statements: Iterable[Sql], patience_ms: int) -> list[Count]:
    """One after the other; once one took too long the rest are estimated."""
    counts: list[Count] = []
    for statement in statements:
        is_slow = any(one.is_about for one in counts)
        counts.append(_count(statement, 0 if is_slow else patience_ms))
    return counts


def _count(statement: Sql, patience_ms: int) -> Count:
    sql, params = statement
    rows = _patiently(f"SELECT count(*) FROM ({sql}) found", params, patience_ms)  # noqa: S608 (compiled; values are parameters)
    if rows is not None:
        return Count(int(rows[0][0]))
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        plan = cursor.fetchone()[0]
    return Count(int(plan[0]["Plan"]["Plan Rows"]), is_about=True)


def _examples(statement: Sql, patience_ms: int) -> list[Member]:
    """The first that are found; none where finding them takes too long."""
    sql, params = statement
    rows = _patiently(f"{sql} LIMIT {EXAMPLES}", params, patience_ms)
    found = Member.objects.in_bulk([row[0] for row in rows or ()])
    return sorted(found.values(), key=lambda member: member.pk)


def _patiently(sql: str, params: Sequence[Any], patience_ms: int) -> list[Any] | None:
    """The rows of a statement, or None where it takes longer than that."""
    if patience_ms <= 0:
        return None
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('statement_timeout')")
            usual = cursor.fetchone()[0]
            cursor.execute(PATIENCE, [f"{patience_ms}ms"])
            cursor.execute(sql, params)
            rows: list[Any] = cursor.fetchall()
            cursor.execute(PATIENCE, [usual])
            return rows
    except OperationalError as late:
        if isinstance(late.__cause__, QueryCanceled):
            return None
        raise
