"""Coupons go to a segment: those who were counted, by the version that was chosen."""

from typing import Any

import pytest
from django.test import Client

from campaigns import services as campaigns_services
from campaigns.selectors import members_in
from coupons import services as coupons_services
from coupons import tasks
from coupons.audiences import MemberStatement, audience_of
from coupons.models import Coupon, CouponIssue
from members.models import Tag
from tests.factories.campaigns import a_segment, all_of, none_of
from tests.factories.coupons import TemplateFactory, by_task
from tests.factories.members import MemberFactory, TagFactory
from tests.factories.stores import NOON, UserFactory, signed_in

pytestmark = pytest.mark.django_db
WOMEN = {"kind": "gender", "genders": ["female"]}


def holders() -> set[int | None]:
    return set(Coupon.objects.values_list("member_id", flat=True))


def begin(described: dict[str, Any], key: str, *, template_id: int = 0) -> int:
    return coupons_services.begin_issue(
        template_id=template_id or TemplateFactory.drawn().pk,
        by=by_task(),
        at=NOON,
        key=key,
        described=described,
    )


def test_the_office_issues_to_a_segment_that_it_chose() -> None:
    her, _him = MemberFactory.create(gender="female"), MemberFactory.create()
    segment, template = a_segment(WOMEN), TemplateFactory.drawn()
    client: Client = signed_in(UserFactory.create(is_superuser=True))
    page = f"/admin/coupons/coupontemplate/{template.pk}/segment/"
    typed = {"of": "segment", "segment": segment.pk, "quantity": 1, "reason": "thanks"}
    form = client.get(page).context["form"]
    typed["key"] = form["key"].value()

    counted = client.post(page, typed).context["form"]
    assert "1 member" in str(counted.non_field_errors())
    client.post(page, {**typed, "counted": counted["counted"].value()})
    campaigns_services.save_segment(
        segment=segment, rules=none_of(WOMEN), by=by_task(), at=NOON
    )

    assert tasks.continue_issues() == 1
    assert holders() == {her.pk}
    assert tasks.continue_issues() == 0


def test_an_issue_whose_segment_needs_attention_waits_and_keeps_no_other_waiting() -> (
    None
):
    member, tag = MemberFactory.create(gender="female"), TagFactory.create()
    member.taggings.create(tag=tag, tagged_at=NOON)
    tagged = a_segment({"kind": "tag", "tags": [tag.pk]})
    Tag.objects.update(is_active=False)
    first = begin({"of": "segment", "pk": tagged.pk, "version": 1}, "one")
    begin({"of": "segment", "pk": a_segment(WOMEN).pk, "version": 1}, "two")

    tasks.continue_issues()

    assert Coupon.objects.count() == 1
    assert CouponIssue.objects.get(pk=first).done_at is None
    Tag.objects.update(is_active=True)
    tasks.continue_issues()
    assert Coupon.objects.count() == 2


@pytest.mark.parametrize("limit", [None, 1])
@pytest.mark.parametrize("is_statement", [True, False])
def test_in_chunks_nobody_is_given_two_and_nobody_none(
    limit: int | None, *, is_statement: bool
) -> None:
    members = MemberFactory.create_batch(7, gender="female")
    MemberFactory.create_batch(3)
    tag = TagFactory.create(name="50% off")
    segment = a_segment(all_of(WOMEN, none_of({"kind": "tag", "tags": [tag.pk]})))
    described = {"of": "segment", "pk": segment.pk, "version": 1}
    template = TemplateFactory.drawn(per_member=limit)
    issue = begin(described, "all", template_id=template.pk)
    audience = (
        audience_of(described, at=NOON)
        if is_statement
        else members_in(segment, at=NOON)
    )

    given = coupons_services.continue_issue(
        issue_id=issue, audience=audience, at=NOON, chunk=2
    )

    assert audience is not None
    assert isinstance(audience, MemberStatement) is is_statement
    assert audience.count() == given.issued == 7
    assert holders() == {member.pk for member in members}
