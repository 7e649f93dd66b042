"""A visit is noted once, voided once, and always added up."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import median
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from recognition import services as recognition_services
from recognition.errors import VisitNotedOtherwise, VisitRefused
from recognition.models import Visit, VisitLine, VisitSummary
from recognition.services import SoldLine, VisitRow
from tests.factories.members import MemberFactory
from tests.factories.recognition import VisitFactory
from tests.factories.stores import NOON, StoreFactory
from tests.prompt import told
from tests.recognition.people import everything

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)
DUMPLINGS = SoldLine(sku="D1", name="小笼包", category="点心", quantity=2, amount=76_00)
TEA = SoldLine(sku="T9", name="龙井", amount=38_00)


def noted(member_id: int, store_id: int, **facts: Any) -> int:
    return recognition_services.note_visit(
        **{
            "member_id": member_id,
            "store_id": store_id,
            "at": NOON,
            "business_date": TODAY,
            "amount": 114_00,
            "lines": [DUMPLINGS, TEA],
            "source": "sale",
            "reference": "S1",
            **facts,
        }
    )


def test_noting_a_visit_keeps_its_lines_and_the_sum() -> None:
    member, store = MemberFactory.create(), StoreFactory.create()

    visit = Visit.objects.get(pk=noted(member.pk, store.pk))

    lines = visit.lines.order_by("pk").values_list("name", "quantity", "amount")
    assert list(lines) == [("小笼包", 2, 76_00), ("龙井", 1, 38_00)]
    summary = VisitSummary.objects.get(pk=member.pk)
    assert (summary.visits, summary.days, summary.spent) == (1, 1, 114_00)
    assert (summary.first_on, summary.last_on) == (TODAY, TODAY)
    assert summary.last_store_id == store.pk
    assert summary.rhythm_days is None


def test_it_is_one_round_trip() -> None:
    member, store = MemberFactory.create(), StoreFactory.create()

    with CaptureQueriesContext(connection) as asked:
        noted(member.pk, store.pk)

    assert len(asked) == 1


def test_noted_twice_is_once() -> None:
    member, store = MemberFactory.create(), StoreFactory.create()
    first = noted(member.pk, store.pk)
    before = everything(Visit, VisitLine, VisitSummary)

    assert noted(member.pk, store.pk) == first
    assert everything(Visit, VisitLine, VisitSummary) == before


@pytest.mark.parametrize(
    "other", [{"amount": 1}, {"business_date": TODAY - timedelta(days=1)}]
)
def test_a_bill_is_not_two_visits(other: dict[str, Any]) -> None:
    member, store = MemberFactory.create(), StoreFactory.create()
    noted(member.pk, store.pk)
    before = everything(Visit, VisitLine, VisitSummary)

    with pytest.raises(VisitNotedOtherwise):
        noted(member.pk, store.pk, **other)
    with pytest.raises(VisitNotedOtherwise):
        noted(MemberFactory.create().pk, store.pk)

    assert everything(Visit, VisitLine, VisitSummary) == before


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": -1},
        {"amount": 10**15 + 1},
        {"source": ""},
        {"source": "Sale"},
        {"source": "x" * 21},
        {"reference": ""},
        {"reference": "a\x00b"},
        {"reference": "x" * 101},
        {"lines": [SoldLine(sku="", name="nothing")]},
        {"lines": [SoldLine(sku="\x00", name="nothing")]},
        {"lines": [SoldLine(sku="a", name="a", quantity=0)]},
        {"lines": [SoldLine(sku="a", name="a", quantity=2**31)]},
        {"lines": [SoldLine(sku="a", name="a", amount=-1)]},
    ],
)
def test_what_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    member, store = MemberFactory.create(), StoreFactory.create()

    with pytest.raises(VisitRefused):
        noted(member.pk, store.pk, **wrong)

    assert not Visit.objects.exists()
    assert not VisitSummary.objects.exists()


def test_long_and_odd_names_of_a_till_are_cut_not_refused() -> None:
    member, store = MemberFactory.create(), StoreFactory.create()
    odd = SoldLine(sku="x" * 300, name="🍜\x00‮" + "长" * 300, category="\n")

    visit_id = noted(member.pk, store.pk, lines=[odd])

    line = VisitLine.objects.get(visit_id=visit_id)
    assert (len(line.sku), len(line.name), line.category) == (64, 120, "")


def test_a_voided_visit_counts_no_more() -> None:
    member, store = MemberFactory.create(), StoreFactory.create()
    noted(member.pk, store.pk)
    noted(member.pk, store.pk, reference="S2", business_date=TODAY + timedelta(days=1))

    assert recognition_services.void_visit(source="sale", reference="S2", at=NOON)
    assert recognition_services.void_visit(
        source="sale", reference="S2", at=NOON + timedelta(hours=1)
    )

    summary = VisitSummary.objects.get(pk=member.pk)
    assert (summary.visits, summary.last_on, summary.spent) == (1, TODAY, 114_00)
    assert Visit.objects.get(reference="S2").voided_at == NOON


def test_the_last_visit_voided_leaves_a_row_of_zeros() -> None:
    member, store = MemberFactory.create(), StoreFactory.create()
    noted(member.pk, store.pk)

    recognition_services.void_visit(source="sale", reference="S1", at=NOON)

    summary = VisitSummary.objects.get(pk=member.pk)
    assert (summary.visits, summary.spent, summary.last_on) == (0, 0, None)
    assert summary.last_store_id is None


def test_voiding_a_bill_of_nobody_is_no_error() -> None:
    assert not recognition_services.void_visit(source="sale", reference="?", at=NOON)


def test_who_was_merged_is_followed() -> None:
    stays = MemberFactory.create()
    gone = MemberFactory.create(
        phone=None, status="merged", merged_into=stays, ended_at=NOON
    )
    store = StoreFactory.create()

    first = noted(gone.pk, store.pk)

    assert Visit.objects.get(pk=first).member_id == stays.pk
    assert noted(gone.pk, store.pk) == noted(stays.pk, store.pk) == first


def test_rhythm_is_the_median_between_days_with_a_visit() -> None:
    member, store = MemberFactory.create(), StoreFactory.create()
    for number, days_ago in enumerate([40, 33, 33, 20, 3]):
        noted(
            member.pk,
            store.pk,
            reference=f"S{number}",
            business_date=TODAY - timedelta(days=days_ago),
        )

    summary = VisitSummary.objects.get(pk=member.pk)
    assert (summary.visits, summary.days) == (5, 4)
    assert summary.rhythm_days == 13  # of 7, 13, 17


@pytest.mark.parametrize(
    ("days_ago", "rhythm"),
    [([5], None), ([9, 5], None), ([9, 9, 9], None), ([9, 5, 0], Decimal("4.5"))],
)
def test_rhythm_needs_three_days(days_ago: list[int], rhythm: Decimal | None) -> None:
    member, store = MemberFactory.create(), StoreFactory.create()
    for number, ago in enumerate(days_ago):
        noted(
            member.pk,
            store.pk,
            reference=f"S{number}",
            business_date=TODAY - timedelta(days=ago),
        )

    assert VisitSummary.objects.get(pk=member.pk).rhythm_days == rhythm


def row(member_id: int, store_id: int, number: int, **facts: Any) -> VisitRow:
    return VisitRow(
        **{
            "member_id": member_id,
            "store_id": store_id,
            "at": NOON,
            "business_date": TODAY - timedelta(days=number),
            "amount": 100 * number,
            "source": "import",
            "reference": f"I{number}",
            "lines": [DUMPLINGS],
            **facts,
        }
    )


def test_many_are_loaded_at_once_and_again_changes_nothing() -> None:
    one, two = MemberFactory.create(), MemberFactory.create()
    store = StoreFactory.create()
    noted(one.pk, store.pk, source="import", reference="I0", amount=5)
    rows = [row((one, two)[number % 2].pk, store.pk, number) for number in range(10)]

    first = recognition_services.load_visits(rows=rows)
    before = everything(Visit, VisitLine, VisitSummary)
    again = recognition_services.load_visits(rows=iter(rows))

    assert (first.new, first.known) == (9, 1)
    assert (again.new, again.known) == (0, 10)
    assert everything(Visit, VisitLine, VisitSummary) == before
    assert VisitLine.objects.count() == 9 + 2
    summary = VisitSummary.objects.get(pk=two.pk)
    assert (summary.visits, summary.spent) == (5, 100 * (1 + 3 + 5 + 7 + 9))


def test_one_wrong_row_loads_nothing() -> None:
    member, store = MemberFactory.create(), StoreFactory.create()
    rows = [row(member.pk, store.pk, 1), row(member.pk, store.pk, 2, amount=-1)]

    with pytest.raises(VisitRefused), transaction.atomic():
        recognition_services.load_visits(rows=rows)

    assert not Visit.objects.exists()


def test_a_reference_is_one_visit_within_a_load_too() -> None:
    member, store = MemberFactory.create(), StoreFactory.create()
    same = row(member.pk, store.pk, 1, lines=[])

    loaded = recognition_services.load_visits(rows=[same, same])

    assert (loaded.new, loaded.known) == (1, 1)


def test_a_summary_that_is_wrong_is_found_and_mended() -> None:
    member, store = MemberFactory.create(), StoreFactory.create()
    noted(member.pk, store.pk)
    VisitFactory.create(member=MemberFactory.create(), store=store)  # never added up
    before = everything(VisitSummary)
    VisitSummary.objects.filter(pk=member.pk).update(spent=1, visits=9)

    def refresh() -> int:
        return recognition_services.refresh_summaries(first_member=0, last_member=2**62)

    assert refresh() == 2
    assert refresh() == 0
    assert everything(VisitSummary)[0][0] == before[0][0]


def test_a_range_without_members_is_no_error() -> None:
    assert recognition_services.refresh_summaries(first_member=1, last_member=0) == 0


class Agreement(TestCase):
    """Whatever is noted, voided and loaded: the row says what the visits say."""

    @given(
        acts=st.lists(
            st.tuples(
                st.sampled_from(["note", "void", "load"]),
                st.integers(0, 5),
                st.integers(0, 40),
                st.integers(0, 500_00),
            ),
            max_size=20,
        )
    )
    def test_the_row_and_the_visits_agree(
        self, acts: list[tuple[str, int, int, int]]
    ) -> None:
        member, store = MemberFactory.create(), StoreFactory.create()
        for act, reference, ago, amount in acts:
            facts: dict[str, Any] = {
                "reference": f"A{reference}",
                "source": "import",
                "business_date": TODAY - timedelta(days=ago),
                "amount": amount,
                "lines": [],
            }
            if act == "void":
                recognition_services.void_visit(
                    source="import", reference=f"A{reference}", at=NOON
                )
            elif act == "load":
                recognition_services.load_visits(
                    rows=[row(member.pk, store.pk, 0, **facts)]
                )
            elif not Visit.objects.filter(reference=f"A{reference}").exists():
                noted(member.pk, store.pk, **facts)

        counted = Visit.objects.filter(member=member, voided_at=None)
        days = sorted({visit.business_date for visit in counted})
        gaps = [(b - a).days for a, b in pairwise(days)]
        kept = VisitSummary.objects.filter(pk=member.pk).first() or VisitSummary()
        assert kept.visits == counted.count()
        assert kept.spent == sum(visit.amount for visit in counted)
        assert (kept.first_on, kept.last_on) == (
            (days[0], days[-1]) if days else (None, None)
        )
        assert kept.rhythm_days == (
            Decimal(str(median(gaps))) if len(days) >= 3 else None
        )
        assert (
            recognition_services.refresh_summaries(
                first_member=member.pk, last_member=member.pk
            )
            == 0
        )


def test_a_visit_of_nobody_is_refused_whole() -> None:
    store = StoreFactory.create()

    def by_nobody() -> None:
        with transaction.atomic():
            noted(10**12, store.pk)
            connection.check_constraints()

    with pytest.raises(IntegrityError):
        by_nobody()

    assert not Visit.objects.exists()


def test_the_prompt_mends_every_summary() -> None:
    member, store = MemberFactory.create(), StoreFactory.create()
    noted(member.pk, store.pk)
    VisitSummary.objects.filter(pk=member.pk).update(spent=1)

    assert told("refresh_visit_summaries").startswith("1 summaries")
    assert told("refresh_visit_summaries").startswith("0 summaries")
    assert VisitSummary.objects.get(pk=member.pk).spent == 114_00
