"""The ladder in the admin, and what may be done with members' tiers there."""

import sys
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from stores.errors import NotAllowed
from stores.models import AuditEvent
from tests.factories.ledger import an_act
from tests.factories.members import MemberFactory, by
from tests.factories.stores import StoreFactory, UserFactory, signed_in
from tests.factories.tiers import TierFactory, a_ladder, grow
from tests.samples import mostly_long
from tiers import selectors as tiers_selectors
from tiers import services as tiers_services
from tiers.models import (
    Standing,
    StandingChange,
    Tier,
    TierGrant,
    TierPolicy,
    TierReview,
)
from tiers.tasks import review_tiers

pytestmark = pytest.mark.django_db
MODELS = [
    "tier",
    "tierpolicy",
    "standing",
    "standingchange",
    "tiergrant",
    "tierreview",
]


@pytest.fixture
def office() -> Client:
    return signed_in(UserFactory.holding("head-office", is_staff=True))


def page(model: str, verb: str = "changelist", *args: object) -> str:
    return reverse(f"admin:tiers_{model}_{verb}", args=args)


@pytest.mark.parametrize(
    "language", mostly_long(["en", "zh-hans", "zh-hant"], "zh-hant")
)
def test_every_list_and_row_opens_in_every_language(
    office: Client, language: str
) -> None:
    member = MemberFactory.create()
    a_ladder()
    grow(member, 5_000, at=now())
    tiers_services.review(at=now())
    gift = TierFactory.create(rank=9)
    tiers_services.give_tier(
        tier_id=gift.pk,
        member_id=member.pk,
        until=now() + timedelta(days=9),
        reason="a regular",
        by=an_act(),
        at=now(),
        key="give",
    )
    office.cookies[settings.LANGUAGE_COOKIE_NAME] = language

    for model in MODELS:
        assert office.get(page(model)).status_code == 200
    for rows in (Tier, TierPolicy, Standing, StandingChange, TierGrant):
        row = rows.objects.order_by("-pk")[0]
        name = rows.__name__.lower()
        assert office.get(page(name, "change", row.pk)).status_code == 200


def test_a_tier_is_saved_with_a_price_in_money_and_a_wrong_one_is_told(
    office: Client,
) -> None:
    a_ladder()
    typed = {
        "code": "vip",
        "name_en": "VIP",
        "name_zh_hans": "贵宾",
        "name_zh_hant": "貴賓",
        "rank": "7",
        "colour": "#c79a3b",
        "is_active": "on",
        "threshold": "",
        "price": "199.00",
        "validity_months": "12",
        "discount_per_mille": "7.5",
        "points_per_mille": "1.5",
        "has_member_price": "on",
        "member_price_weekdays": "3,6",
    }

    assert office.post(page("tier", "add"), typed).status_code == 302
    vip = Tier.objects.get(code="vip")
    assert vip.price == 199_00
    assert (vip.discount_per_mille, vip.points_per_mille) == (75, 1500)
    assert vip.benefits.member_price_weekdays == (3, 6)
    assert "¥199.00" in office.get(page("tier")).content.decode()
    reader = signed_in(UserFactory.holding("auditor"))
    read = reader.get(page("tier", "change", vip.pk)).content.decode()
    assert "7.5%" in read
    assert "× 1.5" in read
    chinese = office.get(page("tier"), headers={"accept-language": "zh-hans"})
    assert "9.25 折" in chinese.content.decode()

    # A higher tier that asks for less than a lower one.
    cheap = {**typed, "code": "cheap", "rank": "8", "threshold": "10", "price": ""}
    answer = office.post(page("tier", "add"), {**cheap, "validity_months": ""})
    told = office.get(answer.headers.get("Location", page("tier"))).content.decode()
    assert "A higher tier must ask for more" in told
    for wrong in (
        {"member_price_weekdays": "8"},
        {"colour": "red"},
        {"discount_per_mille": "100.1"},
        {"discount_per_mille": "7.55"},
        {"points_per_mille": "-1"},
        {"rank": "1"},
        {"validity_months": ""},
        {"price": "-1"},
        {"name_en": "x" * 200},
    ):
        answer = office.post(
            page("tier", "add"), {**typed, "code": "new", "rank": "9", **wrong}
        )
        assert answer.status_code == 200, wrong
    assert not Tier.objects.filter(code__in=("cheap", "new")).exists()


def test_a_manager_gives_a_tier_and_takes_it_back() -> None:
    store = StoreFactory.create()
    manager = signed_in(
        UserFactory.holding("store-manager", store=store, is_staff=True)
    )
    member, tier = MemberFactory.create(), TierFactory.create(rank=9)
    typed = {
        "key": "admin:1",
        "store": store.pk,
        "member": member.pk,
        "tier": tier.pk,
        "last_day": (now() + timedelta(days=30)).date().isoformat(),
        "reason": "the critic",
    }
    url = page("standing") + "give/"

    assert manager.get(url).status_code == 200
    assert manager.post(url, {**typed, "member": 10**10}).status_code == 200
    assert manager.post(url, {**typed, "last_day": "2020-01-01"}).status_code == 200
    assert manager.post(url, {**typed, "last_day": "9999-99-99"}).status_code == 200
    assert manager.post(url, {**typed, "last_day": "9999-12-31"}).status_code == 200
    assert not TierGrant.objects.exists()
    assert manager.post(url, typed).status_code == 302
    assert manager.post(url, typed).status_code == 302  # sent again
    assert TierGrant.objects.count() == 1
    assert tiers_selectors.standing(member.pk).tier == tier

    take = page("standing", "change", member.pk).removesuffix("change/") + "take/"
    answer = manager.post(take, {"key": "k", "store": store.pk, "reason": "over"})
    assert answer.status_code == 302
    assert tiers_selectors.standing(member.pk).tier is None


def test_who_may_not_is_refused_whatever_they_send() -> None:
    store = StoreFactory.create()
    cashier = signed_in(UserFactory.holding("cashier", store=store, is_staff=True))
    superuser = signed_in(UserFactory.create(is_staff=True, is_superuser=True))
    member, tier = MemberFactory.create(), TierFactory.create(rank=9)
    typed = {
        "key": "admin:2",
        "store": store.pk,
        "member": member.pk,
        "tier": tier.pk,
        "last_day": "2099-01-01",
        "reason": "a friend",
    }

    assert cashier.post(page("standing") + "give/", typed).status_code == 403
    assert cashier.get(page("standingchange")).status_code == 403
    assert cashier.post(page("tier", "add"), {"code": "x"}).status_code == 403
    for model in ("standing", "standingchange", "tiergrant", "tierreview"):
        assert superuser.post(page(model, "add"), {}).status_code == 403
    tiers_services.give_tier(
        tier_id=tier.pk,
        member_id=member.pk,
        until=now() + timedelta(days=1),
        reason="x",
        by=an_act(),
        at=now(),
        key="g",
    )
    forged = {"tier": "", "source": "earned"}
    answer = superuser.post(page("standing", "change", member.pk), forged)
    assert answer.status_code == 403
    gone = superuser.post(page("standing", "delete", member.pk), {"post": "yes"})
    assert gone.status_code == 403
    assert tiers_selectors.standing(member.pk).tier == tier


def test_all_tiers_are_reviewed_by_hand_once_a_day_and_the_page_tells_what_was_found(
    office: Client,
) -> None:
    member = MemberFactory.create()
    a_ladder()
    grow(member, 5_000, at=now())
    address = reverse("admin:tiers_tierreview_review")
    assert office.get(address).status_code == 200

    empty = office.post(address, {"reason": ""})
    assert empty.status_code == 200
    assert not TierReview.objects.exists()
    for _twice in range(2):
        answer = office.post(address, {"reason": "new ladder"}, follow=True)
        assert "Reviewed: 1 raised" in answer.content.decode()

    assert TierReview.objects.get().finished_at is not None
    assert Standing.objects.get(member=member).tier is not None
    acts = AuditEvent.objects.filter(act="tiers.reviewed")
    assert [act.facts["reason"] for act in acts] == ["new ladder"] * 2


def test_what_is_left_of_a_long_review_is_done_by_the_task(
    office: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    MemberFactory.create()
    asked: list[bool] = []
    monkeypatch.setattr(sys.modules["tiers.services.review"], "AT_ONCE", 0)
    monkeypatch.setattr(review_tiers, "delay", lambda: asked.append(True))

    answer = office.post(
        reverse("admin:tiers_tierreview_review"), {"reason": "now"}, follow=True
    )

    assert "The review has begun" in answer.content.decode()
    assert asked == [True]
    assert TierReview.objects.get().finished_at is None
    review_tiers()
    assert TierReview.objects.get().finished_at is not None


@pytest.mark.parametrize("role", ["store-manager", "marketing", "auditor"])
def test_only_head_office_reviews_by_hand(role: str) -> None:
    client = signed_in(UserFactory.holding(role, is_staff=True))
    answer = client.post(reverse("admin:tiers_tierreview_review"), {"reason": "please"})
    assert answer.status_code in (302, 403)
    assert not TierReview.objects.exists()
    with pytest.raises(NotAllowed):
        tiers_services.review_now(reason="please", by=by(role), at=now())
    assert not TierReview.objects.exists()


def test_a_history_is_found_by_numbers_and_not_among_all_members() -> None:
    survivor = MemberFactory.create()
    gone = MemberFactory.create(
        phone=None, status="merged", merged_into=survivor, ended_at=now()
    )
    asked = str(tiers_selectors.history(survivor.pk).query)
    assert f"IN ({survivor.pk}, {gone.pk})" in asked
    assert "members_member" not in asked
