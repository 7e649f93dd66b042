"""Who is missed, by which measure, and how well each told who would come again."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction

from campaigns import selectors as campaigns_selectors
from campaigns import services as campaigns_services
from campaigns import tasks
from campaigns.models import WinBackPolicy, WinBackReview
from campaigns.rules import read_rules
from campaigns.services import winback
from members.models import Member
from policies import services as policies_services
from recognition import services as recognition_services
from recognition.models import Visit
from stores.models import Store
from tests.campaigns import evaluator
from tests.campaigns.world import TODAY, build
from tests.factories.campaigns import all_of
from tests.factories.coupons import by_task
from tests.factories.members import MemberFactory
from tests.factories.recognition import VisitFactory
from tests.factories.stores import NOON, StoreFactory, UserFactory, signed_in

pytestmark = pytest.mark.django_db
BANDS = ["regular", "at_risk", "dormant", "lost"]


def came(*days_ago: int, store: Store, member: Member | None = None) -> Member:
    """Somebody who came on these days before today."""
    member = member or MemberFactory.create()
    for ago in days_ago:
        day = TODAY - timedelta(days=ago)
        VisitFactory.create(
            member=member,
            store=store,
            at=NOON - timedelta(days=ago),
            business_date=day,
        )
    recognition_services.refresh_summaries(
        first_member=member.pk, last_member=member.pk
    )
    return member


def band(member: Member, **facts: Any) -> str:
    for word in BANDS:
        tree = read_rules(all_of({"kind": "band", "bands": [word], **facts}))
        found = campaigns_selectors.matching(tree, at=NOON, store_id=None)
        if found.filter(pk=member.pk).exists():
            return word
    return ""


@pytest.mark.parametrize(
    ("away", "rhythm", "expected"),
    [
        (15, 10, "regular"),
        (16, 10, "at_risk"),
        (21, 10, "at_risk"),  # beyond twice, within thirty days
        (30, 10, "at_risk"),
        (31, 10, "dormant"),
        (40, 10, "dormant"),
        (41, 10, "lost"),
        (9, 2, "at_risk"),  # four times a rhythm of two days is no loss yet
        (31, 2, "lost"),
        (365, 300, "regular"),
        (366, 300, "lost"),
    ],
)
def test_the_bands_of_an_own_rhythm(away: int, rhythm: int, expected: str) -> None:
    member = came(away, away + rhythm, away + 2 * rhythm, store=StoreFactory.create())

    assert band(member) == expected


def test_whoever_has_no_rhythm_yet_is_measured_by_the_store_s() -> None:
    here, there = StoreFactory.create_batch(2)
    for rhythm in (10, 20, 30, 40, 50):
        came(1, 1 + rhythm, 1 + 2 * rhythm, store=here)
    came(1, 6, 11, store=there)
    # The 75th percentile here is 40 days, there 5.
    assert band(came(60, store=here)) == "regular"
    assert band(came(61, store=here)) == "at_risk"
    assert band(came(61, store=there)) == "lost"
    assert band(MemberFactory.create()) == ""


def test_by_days_the_same_for_all_and_by_the_policy_in_force() -> None:
    store = StoreFactory.create()
    bounds = {30: "regular", 31: "at_risk", 61: "dormant", 181: "lost"}
    for away, expected in bounds.items():
        assert band(came(away, store=store), method="days_since") == expected
    often = came(31, 32, 33, store=store)
    assert band(often) == "lost"

    policies_services.publish(
        version=WinBackPolicy(
            method="days_since", reason="simpler", in_force_from=NOON
        ),
        by=by_task(),
        at=NOON,
    )
    assert band(often) == "at_risk"


@pytest.mark.parametrize("method", ["own_rhythm", "days_since"])
def test_the_review_is_what_plain_python_finds(
    method: str,
) -> None:
    """The quarter is set so that the day on which it began is the evaluator's today."""
    world = build(7, people=40)
    later = date.fromordinal(TODAY.toordinal() + winback.QUARTER)
    at = NOON + timedelta(days=winback.QUARTER + 1)
    for person in world.people[::3]:
        if person.member.status == "active":
            Visit.objects.create(
                member=person.member,
                store=world.stores[0],
                at=NOON + timedelta(days=20),
                business_date=later - timedelta(days=winback.QUARTER - 20),
                amount=1,
                source="sale",
                reference=f"again-{person.member.pk}",
            )
    returned = {person.member.pk for person in world.people[::3]}
    judged = [
        (found, person.member.pk in returned)
        for person in world.people
        if person.member.status == "active"
        and (found := evaluator.band_of(person, world, None, method)) is not None
    ]

    results = campaigns_services.review_win_back(at=at).results[method]

    for word in BANDS:
        those = [came for found, came in judged if found[0] == word]
        assert results["bands"][word] == [len(those), sum(those)]
    pairs = [
        1.0 if away[1] > back[1] else 0.5 if away[1] == back[1] else 0.0
        for away, is_back in judged
        if not is_back
        for back, is_other_back in judged
        if is_other_back
    ]
    assert results["auc"] == pytest.approx(1000 * sum(pairs) / len(pairs), abs=0.51)


def test_a_day_is_reviewed_once_and_an_empty_shop_too() -> None:
    first = campaigns_services.review_win_back(at=NOON)
    came(100, 5, store=StoreFactory.create())

    assert campaigns_services.review_win_back(at=NOON) == first
    assert first.results["own_rhythm"]["auc"] is None
    assert tasks.review_win_back()
    assert WinBackReview.objects.count() == 2


def test_the_rules_rise_and_what_was_published_stays() -> None:
    nonsense = WinBackPolicy(
        reason="x", in_force_from=NOON, dormant_times=1, number=9, made_at=NOON
    )
    with pytest.raises(ValidationError, match="before dormant"):
        nonsense.validate_constraints()
    with pytest.raises(IntegrityError), transaction.atomic():
        nonsense.save(force_insert=True)
    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE campaigns_winbackpolicy SET lost_days = 999")


def test_the_page_shows_both_methods_to_whoever_may_see_it() -> None:
    store = StoreFactory.create()
    came(100, 95, 90, 20, store=store)
    came(200, store=store)
    review = campaigns_services.review_win_back(at=NOON)
    url = f"/admin/campaigns/winbackreview/{review.pk}/change/"
    page = signed_in(UserFactory.holding("marketing")).get(url).content.decode()

    assert "1.000" in page
    assert "own rhythm" in page
    assert "days since" in page
    manager = signed_in(UserFactory.holding("store-manager", store=store))
    assert manager.get(url).status_code in (302, 403, 404)
    office = signed_in(UserFactory.create(is_superuser=True))
    assert office.get("/admin/campaigns/winbackreview/").status_code == 200
    assert office.get("/admin/campaigns/winbackpolicy/add/").status_code == 200
