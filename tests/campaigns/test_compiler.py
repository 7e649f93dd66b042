"""One statement finds whom plain Python finds, whatever is asked."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns import selectors as campaigns_selectors
from campaigns.compiler import COMPILERS
from campaigns.conditions import KINDS
from campaigns.rules import read_rules
from coupons.models import CouponUse
from members.models import Member
from recognition.models import Visit, VisitSummary
from tests.campaigns import evaluator
from tests.campaigns.world import CATEGORIES, SKUS, World, build
from tests.factories.campaigns import a_segment, all_of, any_of, none_of
from tests.factories.coupons import issued
from tests.factories.members import MemberFactory
from tests.factories.recognition import VisitFactory
from tests.factories.stored_value import a_member, top_up
from tests.factories.stores import NOON, StoreFactory

pytestmark = pytest.mark.django_db


def found(tree: dict[str, Any], store: int | None = None) -> set[int]:
    rows = campaigns_selectors.matching(read_rules(tree), at=NOON, store_id=store)
    return set(rows.values_list("pk", flat=True))


def ranges(*numbers: int) -> st.SearchStrategy[dict[str, int]]:
    number = st.sampled_from(sorted(numbers))
    both = st.tuples(number, number).map(sorted)
    return st.one_of(
        number.map(lambda n: {"at_least": n}),
        number.map(lambda n: {"at_most": n}),
        both.map(lambda pair: {"at_least": pair[0], "at_most": pair[1]}),
    )


def some(values: list[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True)


def maybe(name: str, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.just({}), values.map(lambda value: {name: value}))


def kind(name: str, *parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    def joined(made: tuple[Any, ...]) -> dict[str, Any]:
        return {"kind": name} | {k: v for part in made for k, v in part.items()}

    return st.tuples(*parts).map(joined)


def field(name: str, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return values.map(lambda value: {name: value})


def conditions(world: World) -> st.SearchStrategy[dict[str, Any]]:
    stores = some([store.pk for store in world.stores])
    at_visits = (
        maybe("last_days", st.sampled_from([1, 2, 7, 8, 30, 31])),
        maybe("stores", stores),
        maybe("weekdays", some([0, 3, 4, 6])),
        st.sampled_from(
            [
                {},
                {"hour_from": 10, "hour_until": 12},
                {"hour_from": 20, "hour_until": 9},
            ]
        ),
    )
    ago = ranges(0, 1, 2, 5, 6, 30, 200, 400)
    counts = ranges(0, 1, 2, 3)
    custom = st.sampled_from(
        [
            {"code": "shoes", "test": "given"},
            {"code": "shoes", "test": "equals", "value": "41"},
            {"code": "shoes", "test": "at_least", "value": "41.5"},
            {"code": "shoes", "test": "at_most", "value": "41"},
            {"code": "dish", "test": "contains", "value": "OOD"},
            {"code": "dish", "test": "equals", "value": "NOODLES"},
        ]
    )
    templates = some([template.pk for template in world.templates])
    return st.one_of(
        kind("gender", field("genders", some(["female", "male", "other"]))),
        kind("language", field("languages", some(["en", "zh-hans"]))),
        kind("age", ranges(20, 29, 30, 66)),
        kind("birthday", field("next_days", st.sampled_from([0, 1, 3, 30, 92]))),
        kind("joined", ago),
        kind("known", field("facts", some(["name", "phone", "email", "birthday"]))),
        kind("home_store", field("stores", stores)),
        kind("tag", field("tags", some([tag.pk for tag in world.tags]))),
        kind("custom", custom),
        kind("referred", counts),
        kind("tier", field("tiers", some([tier.pk for tier in world.tiers]))),
        kind("tier_at_risk"),
        kind("tier_since", ago),
        kind(
            "consent",
            field("purpose", st.just("marketing")),
            field("channels", some(["email", "sms", "call"])),
        ),
        kind(
            "balance",
            field("account", st.sampled_from(["stored_value", "principal", "bonus"])),
            ranges(0, 1, 70_00, 100_00),
        ),
        kind("points", field("account", st.just("points")), ranges(0, 100, 200)),
        kind(
            "expiring",
            field("next_days", st.sampled_from([1, 5, 50])),
            ranges(0, 1, 100, 200),
        ),
        kind("bonus_expiring", field("next_days", st.just(9)), ranges(0, 1, 30_00)),
        kind(
            "messages",
            counts,
            maybe("purposes", some(["marketing", "survey"])),
            maybe("ways", some(["email", "wechat"])),
            maybe("last_days", st.sampled_from([1, 8, 9])),
        ),
        kind("top_ups", counts),
        kind("visits", counts, *at_visits),
        kind("spent", ranges(0, 50_00, 100_00, 150_00), *at_visits),
        kind("items", field("skus", some(list(SKUS))), counts, *at_visits),
        kind("items", field("categories", some(list(CATEGORIES))), counts, *at_visits),
        kind("last_visit", ago),
        kind("first_visit", ago),
        kind("rhythm", ranges(1, 5, 20, 100)),
        kind("rfm", field("recency", some([1, 5])), maybe("money", some([2, 3, 4]))),
        kind("rfm", field("frequency", some([3, 4, 5]))),
        kind(
            "band",
            field("bands", some(["regular", "at_risk", "dormant", "lost"])),
            maybe("method", st.sampled_from(["own_rhythm", "days_since", "chance"])),
        ),
        kind("complaint"),
        kind("score", ranges(0, 2, 8)),
        kind(
            "coupon",
            field("state", st.sampled_from(["usable", "received", "expired"])),
            maybe("templates", templates),
            maybe("last_days", st.sampled_from([1, 10, 11, 90])),
        ),
    )


def trees(world: World) -> st.SearchStrategy[dict[str, Any]]:
    leaf = conditions(world)

    def group(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        return st.tuples(
            st.sampled_from(["all", "any", "not"]),
            st.lists(st.one_of(leaf, inner), min_size=1, max_size=3),
        ).map(lambda made: {"kind": made[0], "of": made[1]})

    return group(group(group(group(leaf))))


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.long)])
def test_the_statement_agrees_with_plain_python(seed: int) -> None:
    world = build(seed)
    places = st.sampled_from([None, None, world.stores[0].pk, world.stores[1].pk])

    @given(trees(world), places)
    def agrees(tree: dict[str, Any], store: int | None) -> None:
        assert found(tree, store) == evaluator.reached(tree, world, store)

    @given(conditions(world), places)
    def agrees_on_one(leaf: dict[str, Any], store: int | None) -> None:
        tree = all_of(leaf)
        assert found(tree, store) == evaluator.reached(tree, world, store)

    agrees_on_one()
    agrees()


def test_every_condition_is_compiled_and_evaluated() -> None:
    assert set(COMPILERS) == set(KINDS) - {"segment"}
    assert set(COMPILERS) <= set(evaluator.MEETS)


def test_what_is_counted_is_what_is_taken() -> None:
    VisitFactory.create_batch(2)
    for summary in VisitSummary.objects.all():
        summary.delete()
    members = [visit.member_id for visit in Visit.objects.all()]
    VisitSummary.objects.bulk_create(
        VisitSummary(
            member_id=pk,
            visits=1,
            days=1,
            first_on=NOON.date(),
            last_on=NOON.date(),
        )
        for pk in members
    )
    segment = a_segment({"kind": "visits", "at_least": 1})

    assert campaigns_selectors.count(segment, at=NOON) == 2
    taken = campaigns_selectors.members_in(segment, at=NOON)
    assert set(taken.values_list("pk", flat=True)) == set(members)


def test_whatever_was_typed_travels_as_a_parameter() -> None:
    nasty = "'); DROP TABLE members_member; -- %s %(p0)s"
    member = MemberFactory.create(custom={"dish": nasty})
    from tests.factories.members import CustomFieldFactory

    CustomFieldFactory.create(code="dish", kind="text")
    tree = all_of({"kind": "custom", "code": "dish", "test": "equals", "value": nasty})

    assert found(tree) == {member.pk}
    sql, _params = (
        campaigns_selectors.matching(read_rules(tree), at=NOON, store_id=None)
        .values("pk")
        .query.sql_with_params()
    )
    assert "DROP" not in sql


def test_a_coupon_is_redeemed_until_that_is_undone() -> None:
    coupon = issued()
    use = CouponUse.objects.create(
        coupon=coupon,
        act="redeemed",
        key="use",
        at=NOON,
        business_date=NOON.date(),
        actor="test",
    )
    asked = all_of({"kind": "coupon", "state": "redeemed", "last_days": 1})
    assert found(asked) == {coupon.member_id}

    CouponUse.objects.create(
        coupon=coupon,
        act="released",
        key="undo",
        undoes=use,
        at=NOON,
        business_date=NOON.date(),
        actor="test",
    )
    assert found(asked) == set()


def test_top_ups_are_counted() -> None:
    holder = a_member()
    top_up(holder)
    MemberFactory.create()

    assert found(all_of({"kind": "top_ups", "at_least": 1, "last_days": 1})) == {
        holder.member_id
    }
    assert holder.member_id not in found(all_of({"kind": "top_ups", "at_most": 0}))


def test_a_stores_segment_reaches_its_own_guests_by_what_they_did_there() -> None:
    here, there = StoreFactory.create_batch(2)
    guest, stranger = MemberFactory.create_batch(2)
    regular = MemberFactory.create(home_store=here)
    VisitFactory.create(member=guest, store=here)
    VisitFactory.create_batch(3, member=guest, store=there)
    VisitFactory.create_batch(3, member=stranger, store=there)

    assert found(all_of({"kind": "visits", "at_most": 1}), here.pk) == {
        guest.pk,
        regular.pk,
    }
    assert found(all_of({"kind": "visits", "at_least": 2}), here.pk) == set()


def test_a_segment_within_a_segment_keeps_its_own_store() -> None:
    here, there = StoreFactory.create_batch(2)
    one, two = MemberFactory.create_batch(2)
    VisitFactory.create(member=one, store=here)
    VisitFactory.create(member=two, store=there)
    theirs = a_segment({"kind": "known", "facts": ["name"]}, store=here)
    inside = {"kind": "segment", "segment": theirs.pk}

    assert found(all_of(inside)) == {one.pk}
    assert two.pk in found(none_of(inside))
    assert one.pk not in found(none_of(inside))
    assert found(any_of(inside, {"kind": "tier_at_risk"})) == {one.pk}


def test_an_index_answers_days(django_assert_num_queries: Any) -> None:
    """No column of a date stands inside a sum: the planner can use its index."""
    tree = read_rules(
        all_of({"kind": "last_visit", "at_least": 30}, {"kind": "joined", "at_most": 5})
    )
    with django_assert_num_queries(1):
        list(campaigns_selectors.matching(tree, at=NOON, store_id=None))
    sql, _params = (
        campaigns_selectors.matching(tree, at=NOON, store_id=None)
        .values("pk")
        .query.sql_with_params()
    )
    assert "last_on <= %s" in sql
    assert "joined_at >= %s" in sql
    assert Member.objects.count() == 0
