"""Drawing templates: each change of the terms is a new version, and counters follow."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from coupons.errors import QuotaBelowIssued, TemplateRefused
from coupons.kinds import Source
from coupons.models import (
    Coupon,
    CouponTemplate,
    TemplateBlackout,
    TemplateCount,
    TemplateDay,
    TemplateHours,
    TemplateMember,
    TemplateVersion,
)
from coupons.models.terms import Terms
from ledger.services import Act
from stores import services as stores_services
from stores.models import Store
from tiers.models import Tier

from .days import begin_of, day_of

# A merged member's count is the survivor's, however long the chain.
COUNT_MEMBERS = """
WITH RECURSIVE chain (member, survivor) AS (
  SELECT m.id, m.merged_into_id FROM members_member m WHERE m.merged_into_id IS NOT NULL
  UNION ALL
  SELECT c.member, m.merged_into_id
    FROM chain c JOIN members_member m ON m.id = c.survivor
   WHERE m.merged_into_id IS NOT NULL
), held AS (
  SELECT coalesce(s.survivor, c.issued_to_id) AS member, count(*) AS issued
    FROM coupons_coupon c
    JOIN coupons_templateversion v ON v.id = c.version_id
    JOIN coupons_couponissue i ON i.id = c.issue_id AND i.source <> 'opening'
    LEFT JOIN (
      SELECT c.member, c.survivor FROM chain c
        JOIN members_member m ON m.id = c.survivor AND m.merged_into_id IS NULL
    ) s ON s.member = c.issued_to_id
   WHERE v.template_id = %(template)s AND c.issued_to_id IS NOT NULL
   GROUP BY 1
)
INSERT INTO coupons_templatemember (template_id, member_id, issued, allowed)
SELECT %(template)s, held.member, held.issued, greatest(held.issued, %(limit)s)
  FROM held
"""
TERMS = tuple(field.name for field in Terms._meta.get_fields())


@transaction.atomic
def save_template(*, template: CouponTemplate, by: Act, at: datetime) -> None:
    """Add or change a template; its hours and blackouts follow, then `publish_terms`.

    What is issued already stays as it was promised. Raises TemplateRefused,
    QuotaBelowIssued.
    """
    is_new = template.pk is None
    stores_services.require_for(
        by, "coupons.add_coupontemplate" if is_new else "coupons.change_coupontemplate"
    )
    template.claim_word = (template.claim_word or "").strip().upper() or None
    _check(template)
    if not is_new:
        lock_template(template.pk)  # nothing is being issued while the counters change
    template.save(force_insert=is_new, force_update=not is_new)
    _count(template, at)
    stores_services.record_act(
        name="coupons.template_added" if is_new else "coupons.template_changed",
        by=by,
        at=at,
        subject=template,
        facts={"code": template.code, "is_open": template.is_open},
    )


@transaction.atomic
def publish_terms(
    *, template: CouponTemplate, by: Act, at: datetime
) -> TemplateVersion:
    """Write the template's terms down as its next version, where they differ."""
    stores_services.require_for(by, "coupons.change_coupontemplate")
    lock_template(template.pk)
    terms: dict[str, Any] = {name: getattr(template, name) for name in TERMS}
    terms["hours"] = [
        [row.weekday, f"{row.begins:%H:%M}", f"{row.ends:%H:%M}"]
        for row in TemplateHours.objects.filter(template=template).order_by(
            "weekday", "begins"
        )
    ]
    terms["blackouts"] = [
        [row.first_on.isoformat(), row.last_on.isoformat()]
        for row in TemplateBlackout.objects.filter(template=template).order_by(
            "first_on", "last_on"
        )
    ]
    last = template.versions.order_by("-number").first()
    if last is not None and all(getattr(last, name) == terms[name] for name in terms):
        return last
    version = TemplateVersion(
        template=template,
        number=1 if last is None else last.number + 1,
        made_at=at,
        made_by=by.actor,
        **terms,
    )
    version.save(force_insert=True)
    return version


def lock_template(template_id: int, *, shared: bool = False) -> None:
    """Whoever changes a template waits for those who issue it, and they for the change;
    those who issue do not wait for each other.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock_shared(hashtext('coupons.template'), %s::int)"
            if shared
            else "SELECT pg_advisory_xact_lock(hashtext('coupons.template'), %s::int)",
            [template_id],
        )


def _check(template: CouponTemplate) -> None:
    """Every sentence that is wrong, at once."""
    wrong: list[str] = []
    for field in template._meta.concrete_fields:
        value = getattr(template, field.name, None)
        words = value if isinstance(value, list) else [value]
        if any(isinstance(word, str) and "\x00" in word for word in words):
            wrong.append(_("Null characters are not allowed."))
    if not wrong:
        try:
            template.full_clean()
        except ValidationError as refused:
            wrong += refused.messages
        wrong += _unknown(template)
    if wrong:
        raise TemplateRefused(wrong)


def _unknown(template: CouponTemplate) -> list[str]:
    stores, tiers = set(template.store_ids), set(template.tier_ids)
    wrong: list[str] = []
    if Store.objects.filter(pk__in=stores).count() != len(stores):
        wrong.append(_("Choose stores that exist."))
    if Tier.objects.filter(pk__in=tiers).count() != len(tiers):
        wrong.append(_("Choose tiers that exist."))
    return wrong


def _count(template: CouponTemplate, at: datetime) -> None:
    """Counters exist just where there is a quota or limit, and begin from the rows.

    What members brought along counts towards none.
    """
    issued = Coupon.objects.filter(version__template=template).exclude(
        issue__source=Source.OPENING
    )
    if template.quota_total is None:
        TemplateCount.objects.filter(template=template).delete()
    else:
        _begin(
            TemplateCount, issued.count(), template.quota_total, {"template": template}
        )
    day = day_of(at)
    if template.quota_daily is None:
        TemplateDay.objects.filter(template=template, day__gte=day).delete()
    else:
        today = issued.filter(issue__at__gte=begin_of(day)).count()
        _begin(
            TemplateDay,
            today,
            template.quota_daily,
            {"template": template, "day": day},
        )
    TemplateMember.objects.filter(template=template).delete()
    if template.per_member is not None:
        with connection.cursor() as cursor:
            cursor.execute(
                COUNT_MEMBERS, {"template": template.pk, "limit": template.per_member}
            )


def _begin(
    model: type[TemplateCount] | type[TemplateDay],
    issued: int,
    quota: int,
    of: dict[str, Any],
) -> None:
    if issued > quota:
        raise QuotaBelowIssued(issued=issued)
    rows: models.Manager[Any] = model._default_manager
    rows.update_or_create(defaults={"issued": issued, "quota": quota}, **of)
