"""A coupon for very many: in chunks, stopped anywhere, nobody two and nobody none."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from coupons import codes, tasks
from coupons import services as coupons_services
from coupons.audiences import audience_of, count
from coupons.errors import AudienceRefused, QuantityRefused, TemplateClosed
from coupons.models import Coupon, CouponIssue, TemplateCount, TemplateMember
from coupons.services import Given, bulk
from ledger import services as ledger_services
from ledger.errors import IdempotencyConflict
from members.models import Member, MemberTag, Tag
from stores.errors import NotAllowed
from tests.factories.coupons import (
    TemplateFactory,
    by_staff,
    by_task,
    everything,
    gone,
    issued,
)
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON, StoreFactory, UserFactory

pytestmark = pytest.mark.django_db


def send(template_id: int, **facts: Any) -> Given:
    return coupons_services.issue_to_members(
        **{
            "template_id": template_id,
            "audience": None,
            "by": by_task(),
            "at": NOON,
            "key": "segment:1",
            "chunk": 3,
            **facts,
        }
    )


def holders() -> list[int]:
    return sorted(pk for pk in Coupon.objects.values_list("member_id", flat=True) if pk)


def test_everyone_who_is_active_gets_one() -> None:
    members = MemberFactory.create_batch(7)
    gone()

    given = send(TemplateFactory.drawn().pk)

    assert (given.issued, given.passed_over, given.is_done) == (7, 0, True)
    assert holders() == sorted(member.pk for member in members)
    made = list(Coupon.objects.values_list("code", flat=True))
    assert len({codes.normalised(code or "") for code in made} - {None}) == 7


def test_an_audience_gets_theirs_and_several_each() -> None:
    chosen, _other = MemberFactory.create_batch(4), MemberFactory.create()
    audience = Member.objects.filter(
        pk__in=[member.pk for member in chosen], name__contains="%"
    ) | Member.objects.filter(pk__in=[member.pk for member in chosen])

    given = send(TemplateFactory.drawn().pk, audience=audience, quantity=2)

    assert given.issued == 8
    assert set(holders()) == {member.pk for member in chosen}


def test_killed_in_the_middle_and_run_again(monkeypatch: pytest.MonkeyPatch) -> None:
    members = MemberFactory.create_batch(8)
    template = TemplateFactory.drawn()
    real, chunks = bulk._give, iter(range(99))

    def killed(*args: Any) -> Given:
        if next(chunks) == 2:
            raise KeyboardInterrupt
        return real(*args)

    monkeypatch.setattr(bulk, "_give", killed)
    with pytest.raises(KeyboardInterrupt):
        send(template.pk)
    assert Coupon.objects.count() == 6
    monkeypatch.setattr(bulk, "_give", real)

    given = send(template.pk)

    assert given.issued == 8
    assert holders() == sorted(member.pk for member in members)
    assert send(template.pk) == given
    assert Coupon.objects.count() == 8


def test_who_is_given_twice_is_refused_by_the_table_itself() -> None:
    coupon = issued()

    with (
        pytest.raises(IntegrityError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO coupons_coupon (version_id, issue_id, nth, member_id,"
            " issued_to_id, code, last4, status, uses, uses_left, valid_from,"
            " valid_until) SELECT version_id, issue_id, nth, member_id, issued_to_id,"
            " '000000000000', '', status, uses, uses_left, valid_from, valid_until"
            " FROM coupons_coupon WHERE id = %s",
            [coupon.pk],
        )


def test_a_code_that_is_taken_makes_the_chunk_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    MemberFactory.create_batch(2)
    had = issued()
    tries = []
    random = "coupons_code(random.bytes)"
    real = bulk._uncounted

    def clashing(*args: Any) -> tuple[int, int]:
        tries.append(1)
        first = len(tries) == 1
        fixed = f"'{had.code}'" if first else random
        monkeypatch.setattr(bulk, "GIVE_ALL", original.replace(random, fixed))
        return real(*args)

    original = bulk.GIVE_ALL
    monkeypatch.setattr(bulk, "_uncounted", clashing)

    given = send(TemplateFactory.drawn().pk, chunk=50)

    assert len(tries) == 2
    assert given.issued == 3
    assert Coupon.objects.count() == 4


def test_quota_and_limit_hold_and_those_passed_over_are_counted() -> None:
    members = MemberFactory.create_batch(8)
    template = TemplateFactory.drawn(quota_total=6, per_member=1)
    issued(template, members[0])

    given = send(template.pk)

    assert (given.issued, given.passed_over) == (5, 3)
    assert TemplateCount.objects.get().issued == 6
    assert TemplateMember.objects.filter(issued=1).count() == 6
    assert ledger_services.prove_books().is_proven


def test_a_quota_is_given_in_whole_shares() -> None:
    MemberFactory.create_batch(3)

    given = send(TemplateFactory.drawn(quota_total=5).pk, quantity=2)

    assert (given.issued, given.passed_over) == (4, 1)
    assert TemplateCount.objects.get().issued == 4


def test_the_coupons_hold_from_the_moment_the_issue_was_begun() -> None:
    MemberFactory.create_batch(2)
    template = TemplateFactory.drawn(lasts_days=1)
    issue = coupons_services.begin_issue(
        template_id=template.pk,
        by=by_task(),
        at=NOON,
        key="segment:1",
        described={"of": "everyone"},
    )
    template.amount = 1
    coupons_services.save_template(template=template, by=by_task(), at=NOON)
    coupons_services.publish_terms(template=template, by=by_task(), at=NOON)

    coupons_services.continue_issue(
        issue_id=issue, audience=None, at=NOON + timedelta(days=3)
    )

    assert {coupon.version.amount for coupon in Coupon.objects.all()} == {10_00}
    assert {coupon.valid_from for coupon in Coupon.objects.all()} == {NOON}


def test_the_task_goes_on_with_what_the_office_began() -> None:
    tag = Tag.objects.create(name="vegetarian")
    tagged, _other = MemberFactory.create(), MemberFactory.create()
    MemberTag.objects.create(member=tagged, tag=tag, tagged_at=NOON)
    described = {"of": "tag", "pk": tag.pk}
    assert count(described, at=NOON) == 1
    coupons_services.begin_issue(
        template_id=TemplateFactory.drawn().pk,
        by=by_task(),
        at=NOON,
        key="segment:1",
        described=described,
    )

    assert tasks.continue_issues() == 1
    assert tasks.continue_issues() == 0

    assert holders() == [tagged.pk]


def test_everyone_is_counted_before_they_get_anything() -> None:
    MemberFactory.create_batch(2)

    assert count({"of": "everyone"}, at=NOON) == 2
    with pytest.raises(AudienceRefused):
        audience_of({"of": "caller"}, at=NOON)


def test_what_cannot_be_issued_to_many_is_refused_before_the_first() -> None:
    MemberFactory.create()
    closed, open_one = TemplateFactory.drawn(is_open=False), TemplateFactory.drawn()
    lead = by_staff(UserFactory.holding("store-manager"), store=StoreFactory.create())
    before = everything()

    with pytest.raises(TemplateClosed):
        send(closed.pk)
    with pytest.raises(QuantityRefused):
        send(open_one.pk, quantity=0)
    with pytest.raises(NotAllowed):
        send(open_one.pk, by=lead)

    assert everything() == before


def test_another_segment_under_the_same_key_is_refused() -> None:
    MemberFactory.create()
    other = TemplateFactory.drawn()
    send(TemplateFactory.drawn().pk)
    before = everything()

    with pytest.raises(IdempotencyConflict):
        send(other.pk)

    assert everything() == before


@pytest.mark.parametrize("quota", [None, 5])
def test_an_audience_of_nobody_is_done_at_once(quota: int | None) -> None:
    MemberFactory.create()
    template = TemplateFactory.drawn(quota_total=quota)

    given = send(template.pk, audience=Member.objects.none())

    assert (given.issued, given.is_done) == (0, True)
    assert CouponIssue.objects.get().reached == 0
    assert not Coupon.objects.exists()
