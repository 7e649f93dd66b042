"""Claiming: a member takes a coupon from the list, by a word or a printed code."""

import unicodedata
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from coupons import codes
from coupons.errors import (
    ClaimPaused,
    CodeNotKnown,
    CouponNotUsable,
    MemberNotActive,
    NotClaimable,
)
from coupons.kinds import CouponAct, CouponStatus, Source
from coupons.models import (
    ClaimTries,
    Coupon,
    CouponIssue,
    CouponsPolicy,
    CouponTemplate,
)
from coupons.rules import refusal_of
from ledger.services import Act
from members.models import Member
from policies import selectors as policies_selectors

from .acts import act_of, check_own_card
from .counting import take_limit
from .issue import Issued, issue_step
from .locks import locked_one
from .templates import lock_template


@transaction.atomic
def claim(*, template_id: int, member_id: int, by: Act, at: datetime, key: str) -> int:
    """A member takes a coupon that is offered to all; the coupon's number.

    Raises NotClaimable, TemplateClosed, QuotaUsedUp, MemberLimitReached,
    BeneficiaryRefused where staff claims for themself at a till.
    """
    if not CouponTemplate.objects.filter(pk=template_id, is_claimable=True).exists():
        raise NotClaimable
    if not CouponIssue.objects.filter(key=key).exists():
        by = check_own_card(by, member_id, at)
    return _take(template_id, member_id, by=by, at=at, key=key).coupon_ids[0]


def claim_by_code(
    *, typed: str, member_id: int, subject: str, by: Act, at: datetime, key: str
) -> int:
    """A member types a word or a printed code; the coupon's number.

    Wrong codes are counted for `subject` (a member or a device) in a transaction of
    their own, which outlives the refusal. Raises ClaimPaused, CodeNotKnown, and what
    `claim` raises.
    """
    paused, template_id, coupon_id = _look_up(typed, subject, at)
    if paused:
        raise ClaimPaused
    if template_id is not None:
        return claim(
            template_id=template_id, member_id=member_id, by=by, at=at, key=key
        )
    if coupon_id is None:
        raise CodeNotKnown
    return _claim_printed(coupon_id, member_id, by=by, at=at)


def forget_tries(*, at: datetime) -> int:
    """Forget wrong tries that count no more and hold nobody up; how many rows."""
    policy = policies_selectors.in_force(CouponsPolicy, at=at)
    kept = max(timedelta(days=1), timedelta(minutes=policy.claim_pause_minutes))
    over = Q(locked_until=None) | Q(locked_until__lte=at)
    old, _rows = ClaimTries.objects.filter(over, since__lt=at - kept).delete()
    return old


def _take(
    template_id: int, member_id: int, *, by: Act, at: datetime, key: str
) -> Issued:
    return issue_step(
        template_id=template_id,
        member_id=member_id,
        by=by,
        at=at,
        key=key,
        source=Source.CLAIM,
    )


@transaction.atomic(durable=True)
def _look_up(
    typed: str, subject: str, at: datetime
) -> tuple[bool, int | None, int | None]:
    """Paused? Else the template or the printed coupon that the code names, if any."""
    policy = policies_selectors.in_force(CouponsPolicy, at=at)
    ClaimTries.objects.bulk_create(
        [ClaimTries(subject=subject[:80], since=at)],
        update_conflicts=True,  # which locks it: no sweep takes it away meanwhile
        unique_fields=["subject"],
        update_fields=["subject"],
    )
    # Guesses sent at once are counted one by one.
    tries = ClaimTries.objects.select_for_update(no_key=True).get(subject=subject[:80])
    failures = tries.failures
    if tries.locked_until is not None:
        if at < tries.locked_until:
            return True, None, None
        failures = 0
    template_id, coupon_id = _named(typed)
    if template_id is not None or coupon_id is not None:
        # A right code now and then must not buy endless wrong ones: nothing is reset.
        return False, template_id, coupon_id
    pause = timedelta(minutes=policy.claim_pause_minutes)
    if at >= tries.since + pause:
        failures = 0
    failures += 1
    ClaimTries.objects.filter(pk=tries.pk).update(
        failures=failures,
        since=at if failures == 1 else tries.since,
        locked_until=at + pause if failures >= policy.claim_tries else None,
    )
    return False, None, None


def _named(typed: str) -> tuple[int | None, int | None]:
    word = unicodedata.normalize("NFKC", typed[:80]).replace("\x00", "").upper()
    template = CouponTemplate.objects.filter(
        claim_word="".join(word.split()), is_claimable=True
    ).first()
    if template is not None:
        return template.pk, None
    code = codes.normalised(typed)
    if code is None or len(code) != codes.BEARER:
        return None, None
    found = Coupon.objects.filter(digest__in=codes.digests(code)).only("pk").first()
    return None, None if found is None else found.pk


@transaction.atomic
def _claim_printed(coupon_id: int, member_id: int, *, by: Act, at: datetime) -> int:
    coupon = Coupon.objects.select_related("version__template").get(pk=coupon_id)
    template = coupon.version.template
    lock_template(template.pk, shared=True)
    template.refresh_from_db()
    locked = locked_one(coupon_id)
    if locked is None:
        raise CodeNotKnown
    if locked.member_id == member_id:
        return coupon_id
    if locked.member_id is not None or locked.status == CouponStatus.VOID:
        raise CodeNotKnown
    refusal = refusal_of(locked, member_id=member_id, at=at)
    if refusal is not None and refusal.code != "not_yet":
        raise CouponNotUsable(why=refusal.code, coupon=coupon_id)
    if not Member.objects.filter(pk=member_id, status=Member.Status.ACTIVE).exists():
        raise MemberNotActive
    by = check_own_card(by, member_id, at)
    take_limit(template, member_id, 1)
    Coupon.objects.filter(pk=coupon_id, member=None).update(
        member_id=member_id, issued_to_id=member_id
    )
    claimed = act_of(
        coupon_id,
        CouponAct.CLAIMED,
        by=by,
        at=at,
        key=f"claimed:{coupon_id}",
        member_id=member_id,
    )
    claimed.save(force_insert=True)
    return coupon_id
