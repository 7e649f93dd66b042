"""Saving segments: each change of the rules is a version that stays."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction

from campaigns import selectors as campaigns_selectors
from campaigns.conditions import ConditionGroup
from campaigns.errors import (
    NameTaken,
    SegmentChanged,
    SegmentCycle,
    SegmentInUse,
    SegmentNeedsAttention,
    SegmentOfAnotherStore,
)
from campaigns.models import Segment, SegmentVersion
from campaigns.rules import problems, read_rules, write_rules
from ledger.services import Act
from stores import services as stores_services

ADD, CHANGE = "campaigns.add_segment", "campaigns.change_segment"


@transaction.atomic
def save_segment(
    *,
    segment: Segment,
    rules: object,
    by: Act,
    at: datetime,
    based_on: int | None = None,
) -> Segment:
    """Add or change a segment; rules that changed are its next version.

    `based_on`: the version that was looked at while it was changed. Raises NotAllowed,
    RulesRefused, SegmentNeedsAttention, SegmentCycle, SegmentOfAnotherStore,
    SegmentChanged, SegmentInUse, NameTaken.
    """
    is_new = segment.pk is None
    _take_turns()
    if not is_new:
        _take_what_stands(segment, based_on)
    stores_services.require_over(
        by, ADD if is_new else CHANGE, store_id=segment.store_id
    )
    tree = read_rules(rules)
    if wrong := problems(tree):
        raise SegmentNeedsAttention(wrong)
    _check_included(segment, tree)
    campaigns_selectors.matching(tree, at=at, store_id=segment.store_id)
    kept = write_rules(tree)
    if is_new:
        segment.version = 1
    else:
        _check_use(segment)
        if kept != _kept(segment):
            segment.version += 1
    _write(segment, is_new=is_new, at=at)
    SegmentVersion.objects.get_or_create(
        segment=segment,
        number=segment.version,
        defaults={
            "rules": kept,
            "saved_at": at,
            "saved_by_id": by.staff_id,
            "actor": by.actor,
        },
    )
    stores_services.record_act(
        name="campaigns.segment_added" if is_new else "campaigns.segment_changed",
        by=by,
        at=at,
        subject=segment,
        facts={"name": segment.name, "version": segment.version},
    )
    return segment


def _take_turns() -> None:
    """One save at a time: of two that name each other the later sees the earlier."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('campaigns.segments'))")


def _write(segment: Segment, *, is_new: bool, at: datetime) -> None:
    segment.saved_at = at
    try:
        with transaction.atomic():
            segment.save(force_insert=is_new, force_update=not is_new)
    except IntegrityError as taken:
        if "campaigns_segment_one_per_name" in str(taken):
            raise NameTaken from taken
        raise


def _kept(segment: Segment) -> Any:
    return segment.versions.get(number=segment.version).rules


def _take_what_stands(segment: Segment, based_on: int | None) -> None:
    """A segment stays its store's; whoever looked at a version that is not the last one
    has not seen what stands.
    """
    stands = Segment.objects.values("version", "store_id").get(pk=segment.pk)
    if based_on is not None and stands["version"] != based_on:
        raise SegmentChanged
    segment.version, segment.store_id = stands["version"], stands["store_id"]


def _check_use(segment: Segment) -> None:
    """A segment that another is made of stays in use."""
    if segment.is_active:
        return
    for other in Segment.objects.filter(is_active=True).exclude(pk=segment.pk):
        if segment.pk in _included(other):
            raise SegmentInUse(other.name)


def _check_included(segment: Segment, tree: ConditionGroup) -> None:
    """Nothing is made of itself, and a store's segment shows no other store's."""
    waiting, seen = campaigns_selectors.included(tree), set[int]()
    while waiting:
        key = waiting.pop()
        if key in seen:
            continue
        seen.add(key)
        other = Segment.objects.get(pk=key)
        if key == segment.pk:
            raise SegmentCycle(other.name)
        if segment.store_id is not None and other.store_id != segment.store_id:
            raise SegmentOfAnotherStore(other.name)
        inner = _included(other)
        if segment.pk in inner:
            raise SegmentCycle(other.name)
        waiting |= inner


def _included(segment: Segment) -> set[int]:
    try:
        return campaigns_selectors.included(campaigns_selectors.rules_of(segment))
    except SegmentNeedsAttention:
        return set()
