"""Giving coupons to one member: once for a key, within quotas and limits."""

import secrets
from datetime import date, timedelta
from typing import Any

import pytest

from coupons import codes
from coupons import services as coupons_services
from coupons.errors import (
    DailyQuotaUsedUp,
    MemberLimitReached,
    MemberNotActive,
    QuantityRefused,
    QuotaUsedUp,
    ReasonRefused,
    TemplateClosed,
    TemplateEnded,
    TemplateUnknown,
)
from coupons.kinds import Source, Validity
from coupons.models import (
    Coupon,
    CouponIssue,
    TemplateCount,
    TemplateDay,
    TemplateMember,
)
from coupons.services import Issued
from ledger.errors import IdempotencyConflict
from members.models import Member
from stores.errors import ApprovalNeeded, NotAllowed
from stores.models import AuditEvent, Role
from tests.factories.coupons import (
    TemplateFactory,
    by_staff,
    by_task,
    everything,
    gone,
    issued,
    visit_pass,
)
from tests.factories.members import MemberFactory
from tests.factories.stores import (
    NOON,
    RoleLimitFactory,
    ShiftFactory,
    StoreFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def give(template_id: int, member: Member, **facts: object) -> Issued:
    asked = {
        "template_id": template_id,
        "member_id": member.pk,
        "by": by_task(),
        "at": NOON,
        "key": "gift:1",
        "source": Source.CAMPAIGN,
        **facts,
    }
    return coupons_services.issue(**asked)  # type: ignore[arg-type]  # as asked


def test_a_member_gets_so_many_each_with_a_code_of_its_own() -> None:
    template, member = TemplateFactory.drawn(), MemberFactory.create()

    given = give(template.pk, member, quantity=3)

    coupons = Coupon.objects.filter(pk__in=given.coupon_ids)
    assert {coupon.member_id for coupon in coupons} == {member.pk}
    assert len({coupon.code for coupon in coupons}) == 3
    assert all(codes.normalised(coupon.code or "") for coupon in coupons)
    issue = CouponIssue.objects.get()
    assert (issue.issued, issue.done_at, issue.source) == (3, NOON, "campaign")


def test_the_same_key_gives_once() -> None:
    template, member = TemplateFactory.drawn(), MemberFactory.create()

    first, second = (give(template.pk, member, quantity=2) for _time in range(2))

    assert second.coupon_ids == first.coupon_ids
    assert (first.replayed, second.replayed) == (False, True)
    assert Coupon.objects.count() == 2


def test_another_gift_under_the_same_key_is_refused() -> None:
    template, member = TemplateFactory.drawn(), MemberFactory.create()
    give(template.pk, member)
    before = everything()

    with pytest.raises(IdempotencyConflict):
        give(template.pk, MemberFactory.create())

    assert everything() == before


def test_a_replay_answers_though_the_template_has_ended_since() -> None:
    template, member = TemplateFactory.drawn(per_member=1), MemberFactory.create()
    first = give(template.pk, member)
    template.is_open = False
    coupons_services.save_template(template=template, by=by_task(), at=NOON)

    assert give(template.pk, member).coupon_ids == first.coupon_ids


def test_an_ended_template_gives_no_more_and_revokes_nothing() -> None:
    template, member = TemplateFactory.drawn(), MemberFactory.create()
    had = issued(template, member)
    template.is_open = False
    coupons_services.save_template(template=template, by=by_task(), at=NOON)
    before = everything()

    with pytest.raises(TemplateClosed):
        give(template.pk, member)

    assert everything() == before
    had.refresh_from_db()
    assert had.status == "issued"


@pytest.mark.parametrize(
    "window",
    [
        {"issued_from": NOON + timedelta(seconds=1)},
        {"issued_until": NOON},
    ],
    ids=["too early", "too late"],
)
def test_outside_its_time_of_issue_it_is_refused(window: dict[str, Any]) -> None:
    template = TemplateFactory.drawn(**window)
    before = everything()

    with pytest.raises(TemplateClosed):
        give(template.pk, MemberFactory.create())

    assert everything() == before


def test_what_would_be_expired_when_given_is_not_given() -> None:
    template = TemplateFactory.drawn(
        validity=Validity.FIXED,
        valid_from=NOON - timedelta(days=9),
        valid_until=NOON,
    )
    before = everything()

    with pytest.raises(TemplateEnded):
        give(template.pk, MemberFactory.create())

    assert everything() == before


def test_there_are_no_more_than_the_quota() -> None:
    template = TemplateFactory.drawn(quota_total=3)
    give(template.pk, MemberFactory.create(), quantity=2)
    before = everything()

    with pytest.raises(QuotaUsedUp):
        give(template.pk, MemberFactory.create(), quantity=2, key="gift:2")

    assert everything() == before
    give(template.pk, MemberFactory.create(), key="gift:3")
    assert TemplateCount.objects.get().issued == 3 == Coupon.objects.count()


def test_there_are_no_more_than_the_days_quota_until_tomorrow() -> None:
    template = TemplateFactory.drawn(quota_daily=1, quota_total=5)
    give(template.pk, MemberFactory.create())
    before = everything()

    with pytest.raises(DailyQuotaUsedUp):
        give(template.pk, MemberFactory.create(), key="gift:2")

    assert everything() == before
    tomorrow = NOON + timedelta(days=1)
    give(template.pk, MemberFactory.create(), key="gift:2", at=tomorrow)
    assert [(row.day, row.issued) for row in TemplateDay.objects.order_by("day")] == [
        (date(2026, 11, 20), 1),
        (date(2026, 11, 21), 1),
    ]


def test_a_member_gets_no_more_than_the_limit_however_they_come() -> None:
    template, member = TemplateFactory.drawn(per_member=2), MemberFactory.create()
    give(template.pk, member)
    before = everything()

    with pytest.raises(MemberLimitReached):
        give(template.pk, member, quantity=2, key="gift:2")

    assert everything() == before
    give(template.pk, member, key="gift:2", source=Source.TOP_UP)
    give(template.pk, MemberFactory.create(), key="gift:3")
    assert TemplateMember.objects.get(member=member).issued == 2


def test_a_quota_set_later_counts_what_was_issued_before() -> None:
    template, member = TemplateFactory.drawn(), MemberFactory.create()
    issued(template, member)
    template.quota_total = template.quota_daily = template.per_member = 1
    coupons_services.save_template(template=template, by=by_task(), at=NOON)

    with pytest.raises(QuotaUsedUp):
        give(template.pk, MemberFactory.create())
    template.quota_total = template.quota_daily = None
    coupons_services.save_template(template=template, by=by_task(), at=NOON)
    with pytest.raises(MemberLimitReached):
        give(template.pk, member)


def test_who_is_gone_gets_nothing() -> None:
    template, member = TemplateFactory.drawn(), gone()
    before = everything()

    with pytest.raises(MemberNotActive):
        give(template.pk, member)

    assert everything() == before


def test_what_was_never_drawn_cannot_be_given() -> None:
    with pytest.raises(TemplateUnknown):
        give(10**9, MemberFactory.create())


@pytest.mark.parametrize("quantity", [0, -1, 1001, 10**12])
def test_an_impossible_number_is_refused(quantity: int) -> None:
    template = TemplateFactory.drawn()
    before = everything()

    with pytest.raises(QuantityRefused):
        give(template.pk, MemberFactory.create(), quantity=quantity)

    assert everything() == before


def by_hand(template_id: int, **facts: object) -> Issued:
    lead = UserFactory.holding("shift-lead")
    asked = {
        "source": Source.HAND,
        "reason": "cold soup",
        "by": by_staff(lead, store=StoreFactory.create()),
        **facts,
    }
    return give(template_id, MemberFactory.create(), **asked)


def test_by_hand_it_says_why_and_stands_in_the_log() -> None:
    template = TemplateFactory.drawn()

    by_hand(template.pk)

    logged = AuditEvent.objects.get(act="coupons.issued")
    assert logged.facts["reason"] == "cold soup"
    assert "code" not in logged.facts


@pytest.mark.parametrize("reason", ["", "  ", "nul\x00"])
def test_by_hand_without_a_reason_is_refused(reason: str) -> None:
    template = TemplateFactory.drawn()
    before = everything()

    with pytest.raises(ReasonRefused):
        by_hand(template.pk, reason=reason)

    assert everything() == before


def test_by_hand_only_by_whom_a_role_lets() -> None:
    template = TemplateFactory.drawn()
    before = everything()

    with pytest.raises(NotAllowed):
        by_hand(
            template.pk,
            by=by_staff(UserFactory.holding("cashier"), store=StoreFactory.create()),
        )

    assert everything() == before


def test_by_hand_no_more_than_the_policy_allows_at_once() -> None:
    template = TemplateFactory.drawn()
    before = everything()

    with pytest.raises(QuantityRefused):
        by_hand(template.pk, quantity=11)

    assert everything() == before


@pytest.mark.parametrize("is_at_till", [True, False])
def test_by_hand_above_ones_limit_a_second_person_is_needed(
    *, is_at_till: bool
) -> None:
    template = TemplateFactory.drawn()
    shift = ShiftFactory.create()
    lead = UserFactory.holding("shift-lead", store=shift.store)
    RoleLimitFactory.create(
        role=Role.objects.get(code="shift-lead"),
        act="coupons.issue_coupon",
        per_act=15_00,
        per_shift=25_00,
    )
    place = {"shift": shift} if is_at_till else {"store": shift.store}
    by = by_staff(lead, **place)
    by_hand(template.pk, by=by)
    before = everything()

    with pytest.raises(ApprovalNeeded):
        by_hand(template.pk, by=by, quantity=2, key="gift:2")

    assert everything() == before
    by_hand(template.pk, by=by, key="gift:2")
    with pytest.raises(ApprovalNeeded):
        by_hand(template.pk, by=by, key="gift:3")


def test_a_coupon_from_today_ends_with_its_last_day() -> None:
    coupon = issued(TemplateFactory.drawn(lasts_days=1))

    assert coupon.valid_from == NOON
    assert coupon.valid_until.isoformat() == "2026-11-20T16:00:00+00:00"


def test_a_pass_comes_with_all_its_uses() -> None:
    coupon = issued(visit_pass(7))

    assert (coupon.uses, coupon.uses_left) == (7, 7)


def test_a_code_that_is_taken_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two letters only: nearly every code meets another one."""
    letters = "01"
    fixed = "0000000000"

    def few(length: int) -> str:
        body = fixed[: length - 2] + secrets.choice(letters)
        return body + codes.check_character(body)

    monkeypatch.setattr(codes, "new_code", few)
    template = TemplateFactory.drawn()

    given = [give(template.pk, MemberFactory.create(), key=f"k{n}") for n in range(2)]

    assert all(len(issue.coupon_ids) == 1 for issue in given)
    assert len(set(Coupon.objects.values_list("code", flat=True))) == 2
