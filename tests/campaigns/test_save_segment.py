"""A segment is saved as data, version by version; what makes no sense is refused."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from campaigns import selectors as campaigns_selectors
from campaigns import services as campaigns_services
from campaigns.errors import (
    NameTaken,
    RulesRefused,
    SegmentChanged,
    SegmentCycle,
    SegmentInUse,
    SegmentNeedsAttention,
    SegmentOfAnotherStore,
)
from campaigns.models import Segment, SegmentVersion
from campaigns.rules import read_rules
from common.errors import DomainError
from coupons.models import CouponTemplate
from members.models import CustomField, Tag
from stores.errors import NotAllowed
from stores.models import AuditEvent
from tests.factories.campaigns import a_segment, all_of, any_of, none_of
from tests.factories.coupons import by_staff, by_task
from tests.factories.members import CustomFieldFactory, MemberFactory, TagFactory
from tests.factories.stores import NOON, StoreFactory, UserFactory

pytestmark = pytest.mark.django_db
NAMED = {"kind": "known", "facts": ["name"]}


def kept() -> Any:
    return (
        list(Segment.objects.order_by("pk").values()),
        list(SegmentVersion.objects.order_by("pk").values()),
        AuditEvent.objects.count(),
    )


def refused(error: type[DomainError], **facts: Any) -> DomainError:
    """A save that is refused leaves everything as it was."""
    before = kept()
    with pytest.raises(error) as told:
        campaigns_services.save_segment(
            **{"segment": Segment(name="New"), "by": by_task(), "at": NOON, **facts}
        )
    assert kept() == before
    return told.value


def attention(segment: Segment) -> str:
    told = campaigns_selectors.needs_attention([segment])
    return " ".join(told.get(segment.pk, []))


def test_it_is_found_anew_whenever_it_is_asked_for() -> None:
    segment = a_segment(NAMED)
    assert campaigns_selectors.count(segment, at=NOON) == 0

    member = MemberFactory.create()
    found = campaigns_selectors.members_in(segment, at=NOON)
    assert list(found) == [member]


def test_rules_that_changed_are_a_version_and_the_former_stays() -> None:
    segment = a_segment(NAMED)
    segment.note = "for the opening"
    campaigns_services.save_segment(
        segment=segment, rules=all_of(NAMED), by=by_task(), at=NOON, based_on=1
    )
    assert segment.version == 1

    campaigns_services.save_segment(
        segment=segment, rules=none_of(NAMED), by=by_task(), at=NOON, based_on=1
    )

    member = MemberFactory.create()
    assert segment.version == 2
    assert [row.number for row in segment.versions.order_by("number")] == [1, 2]
    assert not campaigns_selectors.members_in(segment, at=NOON).exists()
    former = campaigns_selectors.members_in(segment, at=NOON, version=1)
    assert list(former) == [member]
    acts = AuditEvent.objects.filter(act__startswith="campaigns.").order_by("pk")
    assert [row.act for row in acts] == [
        "campaigns.segment_added",
        "campaigns.segment_changed",
        "campaigns.segment_changed",
    ]


def test_not_even_raw_sql_changes_a_version() -> None:
    a_segment(NAMED)
    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE campaigns_segmentversion SET rules = '{}'")


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        ({"kind": "all", "of": []}, "means nobody"),
        (all_of(NAMED, any_of(NAMED), {"kind": "any", "of": []}), "means nobody"),
        (all_of({"kind": "visits"}), "from which number"),
        (all_of({"kind": "visits", "at_least": 3, "at_most": 2}), "larger than"),
        (all_of({"kind": "visits", "at_least": 1, "hour_from": 3}), "beginning and"),
        (all_of({"kind": "items", "at_least": 1}), "item number or a category"),
        (all_of({"kind": "rfm"}), "at least one score"),
        (all_of({"kind": "custom", "code": "a", "test": "equals"}), "compared with"),
        (all_of(any_of(all_of(any_of(none_of(NAMED))))), "four deep"),
        (all_of(*[NAMED] * 41), "not complete"),
        (all_of(any_of(*[NAMED] * 21), any_of(*[NAMED] * 20)), "At most 40"),
        (all_of({"kind": "unheard_of"}), "not complete"),
        (all_of({"kind": "tag", "tags": ["1; DROP TABLE x"]}), "not complete"),
        (all_of({"kind": "tag", "tags": [2**63]}), "not complete"),
        (all_of({"kind": "joined", "at_least": 10**9}), "not complete"),
        (all_of({"kind": "visits", "at_least": True}), "not complete"),
        (all_of({**NAMED, "and": "more"}), "not complete"),
        ("everyone", "not complete"),
        (None, "not complete"),
    ],
)
def test_conditions_that_make_no_sense_are_refused_in_words(
    rules: Any, sentence: str
) -> None:
    assert sentence in str(refused(RulesRefused, rules=rules))


def test_four_deep_is_read() -> None:
    assert read_rules(all_of(any_of(all_of(none_of(NAMED))))).kind == "all"


def test_only_whoever_may_saves_one_and_for_their_stores() -> None:
    mine, other = StoreFactory.create_batch(2)
    manager = UserFactory.holding("store-manager", store=mine)

    refused(NotAllowed, rules=all_of(NAMED), by=by_staff(manager))
    refused(
        NotAllowed,
        rules=all_of(NAMED),
        by=by_staff(manager, store=mine),
        segment=Segment(name="New", store=other),
    )
    auditor = UserFactory.holding("auditor")
    refused(NotAllowed, rules=all_of(NAMED), by=by_staff(auditor))

    assert a_segment(NAMED, by=by_staff(manager), store=mine).version == 1


def test_nobody_moves_a_segment_to_a_store_of_theirs() -> None:
    mine = StoreFactory.create()
    manager = UserFactory.holding("store-manager", store=mine)
    segment = a_segment(NAMED)
    segment.store = mine

    refused(NotAllowed, segment=segment, rules=none_of(NAMED), by=by_staff(manager))


def test_a_name_is_given_once_in_a_store() -> None:
    store = StoreFactory.create()
    a_segment(NAMED, name="Regulars")

    refused(NameTaken, segment=Segment(name="REGULARS"), rules=all_of(NAMED))
    assert a_segment(NAMED, name="Regulars", store=store).version == 1


def test_nothing_is_made_of_itself() -> None:
    one = a_segment(NAMED)
    two = a_segment({"kind": "segment", "segment": one.pk})
    three = a_segment(none_of({"kind": "segment", "segment": two.pk}))
    for inside in (one, two, three):
        around = all_of(NAMED, any_of({"kind": "segment", "segment": inside.pk}))
        refused(SegmentCycle, segment=one, rules=around)


def test_a_circle_that_got_into_the_table_needs_attention_and_does_not_end_the_worker() -> (  # noqa: E501
    None
):
    one = a_segment(NAMED)
    two = a_segment({"kind": "segment", "segment": one.pk})
    SegmentVersion.objects.create(
        segment=one,
        number=2,
        rules=all_of({"kind": "segment", "segment": two.pk}),
        saved_at=NOON,
        actor="test",
    )
    Segment.objects.filter(pk=one.pk).update(version=2)
    one.refresh_from_db()

    with pytest.raises(SegmentNeedsAttention) as told:
        campaigns_selectors.members_in(one, at=NOON)
    assert "circle" in str(told.value)
    assert "circle" in attention(one)


def test_what_would_grow_without_end_is_refused() -> None:
    """Each is made of the one before, twice: the sixth would be read sixty times."""
    before = a_segment(NAMED)
    for _number in range(4):
        inside = {"kind": "segment", "segment": before.pk}
        before = a_segment(any_of(inside, none_of(inside)))
    inside = {"kind": "segment", "segment": before.pk}

    told = refused(SegmentNeedsAttention, rules=any_of(inside, none_of(inside)))
    assert "too many" in str(told)


def test_a_stores_segment_is_made_of_the_stores_own() -> None:
    store = StoreFactory.create()
    everywhere = a_segment(NAMED)
    inside = {"kind": "segment", "segment": everywhere.pk}
    refused(
        SegmentOfAnotherStore,
        segment=Segment(name="New", store=store),
        rules=all_of(inside),
    )
    own = a_segment(NAMED, store=store)
    inside = {"kind": "segment", "segment": own.pk}
    assert a_segment(inside, store=store).version == 1


def test_what_another_is_made_of_stays_in_use() -> None:
    one = a_segment(NAMED)
    two = a_segment({"kind": "segment", "segment": one.pk})
    one.is_active = False
    refused(SegmentInUse, segment=one, rules=all_of(NAMED))

    two.is_active = False
    campaigns_services.save_segment(
        segment=two,
        rules=all_of({"kind": "segment", "segment": one.pk}),
        by=by_task(),
        at=NOON,
    )
    campaigns_services.save_segment(
        segment=one, rules=all_of(NAMED), by=by_task(), at=NOON
    )
    assert not Segment.objects.filter(is_active=True).exists()


def test_of_two_who_change_it_the_later_is_told() -> None:
    segment = a_segment(NAMED)
    first, second = Segment.objects.get(), Segment.objects.get()
    campaigns_services.save_segment(
        segment=first, rules=none_of(NAMED), by=by_task(), at=NOON, based_on=1
    )

    refused(SegmentChanged, segment=second, rules=any_of(NAMED), based_on=1)
    segment.refresh_from_db()
    assert segment.version == 2


@pytest.mark.parametrize(
    "condition",
    [
        {"kind": "tag", "tags": [10**6]},
        {"kind": "home_store", "stores": [10**6]},
        {"kind": "visits", "at_least": 1, "stores": [10**6]},
        {"kind": "tier", "tiers": [10**6]},
        {"kind": "coupon", "state": "usable", "templates": [10**6]},
        {"kind": "custom", "code": "nobody_asks", "test": "given"},
        {"kind": "segment", "segment": 10**6},
    ],
)
def test_what_was_never_there_is_refused(condition: dict[str, Any]) -> None:
    refused(SegmentNeedsAttention, rules=all_of(NAMED, condition))


def test_what_left_is_told_and_comes_back() -> None:
    tag, field = TagFactory.create(), CustomFieldFactory.create(code="dish")
    inner = a_segment({"kind": "tag", "tags": [tag.pk]})
    outer = a_segment(
        {"kind": "segment", "segment": inner.pk},
        {"kind": "custom", "code": "dish", "test": "given"},
    )
    assert attention(outer) == ""

    Tag.objects.update(is_active=False)
    assert "A tag" in attention(outer)
    with pytest.raises(SegmentNeedsAttention):
        campaigns_selectors.count(outer, at=NOON)
    Tag.objects.update(is_active=True)
    CustomField.objects.filter(pk=field.pk).update(is_active=False)
    assert "dish" in attention(outer)
    CustomField.objects.update(is_active=True)

    assert campaigns_selectors.count(outer, at=NOON) == 0
    assert CouponTemplate.objects.count() == 0


def test_a_choice_that_left_and_a_text_that_is_no_number() -> None:
    CustomFieldFactory.create(code="size", kind="choice", choices=["S", "M"])
    CustomFieldFactory.create(code="dish")
    for condition in (
        {"kind": "custom", "code": "size", "test": "equals", "value": "XL"},
        {"kind": "custom", "code": "dish", "test": "at_least", "value": "3"},
    ):
        refused(SegmentNeedsAttention, rules=all_of(condition))


def test_rules_that_nobody_can_read_any_more_need_attention() -> None:
    segment = a_segment(NAMED)
    SegmentVersion.objects.create(
        segment=segment, number=2, rules={"kind": "old"}, saved_at=NOON, actor="test"
    )
    Segment.objects.filter(pk=segment.pk).update(version=2)
    segment.refresh_from_db()

    assert "cannot be read" in attention(segment)
