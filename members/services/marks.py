"""Tags, and the questions that a shop adds of its own."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from ledger.services import Act
from members.errors import ValueRefused
from members.models import CustomField, MemberTag, Tag
from members.names import tidy
from stores import services as stores_services

from .access import require
from .locks import lock_member


@transaction.atomic
def tag(*, member_id: int, tag_ids: Sequence[int], by: Act, at: datetime) -> list[int]:
    """Put tags on a member; the ids of those that were not there yet."""
    require(by, "members.tag_member")
    member = lock_member(member_id)
    known = set(
        Tag.objects.filter(pk__in=tag_ids, is_active=True).values_list("pk", flat=True)
    )
    if known != set(tag_ids):
        raise ValueRefused(field="tags", message=_("There is no such tag."))
    there = set(
        MemberTag.objects.filter(member=member, tag__in=known).values_list(
            "tag_id", flat=True
        )
    )
    fresh = sorted(known - there)
    MemberTag.objects.bulk_create(
        MemberTag(member=member, tag_id=tag_id, tagged_at=at, tagged_by_id=by.staff_id)
        for tag_id in fresh
    )
    if fresh:
        stores_services.record_act(
            name="members.tagged", by=by, at=at, subject=member, facts={"tags": fresh}
        )
    return fresh


@transaction.atomic
def untag(
    *, member_id: int, tag_ids: Sequence[int], by: Act, at: datetime
) -> list[int]:
    """Take tags off a member; the ids of those that were there."""
    require(by, "members.tag_member")
    member = lock_member(member_id)
    rows = MemberTag.objects.filter(member=member, tag__in=tag_ids)
    gone = sorted(rows.values_list("tag_id", flat=True))
    rows.delete()
    if gone:
        stores_services.record_act(
            name="members.untagged", by=by, at=at, subject=member, facts={"tags": gone}
        )
    return gone


@transaction.atomic
def save_tag(*, tag: Tag, by: Act, at: datetime) -> None:
    """Add or change a tag."""
    is_new = tag.pk is None
    require(by, "members.add_tag" if is_new else "members.change_tag")
    tag.name = tidy(tag.name, longest=40)
    tag.full_clean()
    tag.save(force_insert=is_new, force_update=not is_new)
    stores_services.record_act(
        name="members.tag_saved", by=by, at=at, subject=tag, facts={"name": tag.name}
    )


@transaction.atomic
def save_custom_field(*, field: CustomField, by: Act, at: datetime) -> None:
    """Add or change a question of the shop's own.

    Its code and its kind stay: answers are kept under the one, as the other asks.
    """
    is_new = field.pk is None
    require(by, "members.add_customfield" if is_new else "members.change_customfield")
    field.name = tidy(field.name, longest=40)
    field.choices = [tidy(choice, longest=40) for choice in field.choices]
    before = None if is_new else CustomField.objects.get(pk=field.pk)
    if before is not None and (before.code, before.kind) != (field.code, field.kind):
        raise ValueRefused(
            field="code",
            message=_("The code and the kind of a field stay as they are."),
        )
    field.full_clean()
    field.save(force_insert=is_new, force_update=not is_new)
    stores_services.record_act(
        name="members.field_saved",
        by=by,
        at=at,
        subject=field,
        facts={"code": field.code},
    )
