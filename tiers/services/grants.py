"""Tiers that are bought, or given by hand: they lie over what was earned."""

import hashlib
import json
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, models, transaction

from common.months import lasts_until
from common.text import one_line
from ledger import selectors as ledger_selectors
from ledger import services as ledger_services
from ledger.errors import IdempotencyConflict
from ledger.services import Act
from members.models import Member
from policies import selectors as policies_selectors
from stores import services as stores_services
from stores.errors import ReasonMissing
from tiers.errors import (
    EndsTooSoon,
    HasBetterTier,
    NoSuchMember,
    NothingGiven,
    TierNotInUse,
    TierNotSold,
)
from tiers.models import (
    Cause,
    Source,
    Standing,
    StandingChange,
    Tier,
    TierGrant,
    TierPolicy,
)


@transaction.atomic
def buy_tier(
    *, tier_id: int, member_id: int, by: Act, at: datetime, key: str, tender: str
) -> TierGrant:
    """Sell a tier for its price and time; the same one again is added at its end.

    Raises NotAllowed, NoSuchMember, TierNotSold, HasBetterTier, StoreMissing,
    TenderUnknown, IdempotencyConflict.
    """
    stores_services.require_for(by, "tiers.sell_tier")
    standing = lock_standing(member_id, at=at)
    request = _fingerprint("buy", tier_id, member_id, tender)
    if (done := _done(key, request)) is not None:
        return done
    tier = Tier.objects.filter(pk=tier_id).first()
    if tier is None or not tier.is_active:
        raise TierNotInUse
    if tier.price is None or tier.validity_months is None:
        raise TierNotSold
    by = _check_beneficiary(by, "tiers.sell_tier", member_id, at, tier.price)
    starts_at, ends_at = _term(tier, tier.validity_months, standing, at)
    posted = stores_services.take_payment_step(
        amount=tier.price,
        tender=tender,
        by=by,
        at=at,
        key=key,
        fingerprint=bytes.fromhex(request),
        memo=tier.code,
    )
    grant = TierGrant.objects.create(
        member_id=member_id,
        tier=tier,
        source=Source.PAID,
        starts_at=starts_at,
        ends_at=ends_at,
        price=tier.price,
        entry_id=posted.entry_id,
        key=key,
        fingerprint=request,
        actor=by.actor,
        staff_id=by.staff_id,
        store_id=by.store_id,
        made_at=at,
    )
    _settle(standing, Cause.BOUGHT, Source.PAID, by=by, at=at)
    facts = {"tier": tier.code, "price": tier.price, "entry": str(posted.entry_id)}
    stores_services.record_act(
        name="tiers.sold", by=by, at=at, subject=grant, facts=facts
    )
    return grant


@transaction.atomic
def refund_tier(
    *, grant_id: int, reason: str, by: Act, at: datetime, key: str
) -> TierGrant:
    """Give the money back for a tier that was bought, and end it; of somebody who was
    erased it has ended already.

    Raises NotAllowed, ReasonMissing, NothingGiven, and what the books refuse.
    """
    stores_services.require_for(by, "tiers.refund_tier")
    if not reason.strip():
        raise ReasonMissing
    grant = TierGrant.objects.filter(pk=grant_id, source=Source.PAID).first()
    if grant is None or grant.entry_id is None:
        raise NothingGiven
    is_gone = Member.objects.filter(
        pk=grant.member_id, status=Member.Status.ERASED
    ).exists()
    standing = None if is_gone else lock_standing(grant.member_id, at=at)
    if ledger_selectors.entry_id_of(key=key) is None:
        by = _check_beneficiary(
            by, "tiers.refund_tier", grant.member_id, at, grant.price or 0
        )
    posted = ledger_services.reverse_entry(
        entry_id=grant.entry_id, key=key, at=at, act=by, memo=one_line(reason, 200)
    )
    if posted.replayed:
        return TierGrant.objects.get(pk=grant.pk)
    if standing is not None:
        _end(grant, at=at)
        _settle(standing, Cause.REFUNDED, Source.PAID, by=by, at=at)
    stores_services.record_act(
        name="tiers.refunded",
        by=by,
        at=at,
        subject=grant,
        facts={"price": grant.price, "entry": str(posted.entry_id)},
    )
    return grant


@transaction.atomic
def give_tier(
    *,
    tier_id: int,
    member_id: int,
    until: datetime,
    reason: str,
    by: Act,
    at: datetime,
    key: str,
) -> TierGrant:
    """Give a tier by hand until a day, with a reason; the last one given counts.

    Raises NotAllowed, NoSuchMember, TierNotInUse, ReasonMissing, EndsTooSoon,
    IdempotencyConflict.
    """
    stores_services.require_for(by, "tiers.give_tier")
    standing = lock_standing(member_id, at=at)
    request = _fingerprint("give", tier_id, member_id, until.isoformat())
    if (done := _done(key, request)) is not None:
        return done
    if not reason.strip():
        raise ReasonMissing
    if until <= at:
        raise EndsTooSoon
    tier = Tier.objects.filter(pk=tier_id, is_active=True).first()
    if tier is None:
        raise TierNotInUse
    by = _check_beneficiary(by, "tiers.give_tier", member_id, at)
    _given(member_id).update(ended_at=at)
    grant = TierGrant.objects.create(
        member_id=member_id,
        tier=tier,
        source=Source.MANUAL,
        starts_at=at,
        ends_at=until,
        key=key,
        fingerprint=request,
        reason=one_line(reason, 200),
        actor=by.actor,
        staff_id=by.staff_id,
        store_id=by.store_id,
        made_at=at,
    )
    _settle(standing, Cause.GIVEN, Source.MANUAL, by=by, at=at)
    facts = {"tier": tier.code, "until": until.isoformat()}
    stores_services.record_act(
        name="tiers.given", by=by, at=at, subject=grant, facts=facts
    )
    return grant


@transaction.atomic
def take_tier(*, member_id: int, reason: str, by: Act, at: datetime) -> None:
    """End, before its time, the tier that was given by hand.

    Raises NotAllowed, ReasonMissing, NothingGiven.
    """
    stores_services.require_for(by, "tiers.give_tier")
    if not reason.strip():
        raise ReasonMissing
    standing = lock_standing(member_id, at=at)
    grant = _given(member_id).filter(ends_at__gt=at).first()
    if grant is None:
        raise NothingGiven
    by = _check_beneficiary(by, "tiers.give_tier", member_id, at)
    _end(grant, at=at)
    _settle(standing, Cause.TAKEN, Source.MANUAL, by=by, at=at)
    stores_services.record_act(name="tiers.taken", by=by, at=at, subject=grant)


def _check_beneficiary(
    by: Act, act: str, member_id: int, at: datetime, amount: int = 0
) -> Act:
    return stores_services.check_beneficiary(
        by=by,
        act=act,
        amount=amount,
        members=[member_id],
        subject=f"member:{member_id}",
        at=at,
    )


def lock_standing(member_id: int, *, at: datetime) -> Standing:
    """A step: the member's row, made where there is none, locked until the end.

    Raises NoSuchMember for one that was merged away or erased.
    """
    member = Member.objects.filter(pk=member_id, status=Member.Status.ACTIVE).first()
    if member is None:
        raise NoSuchMember
    base = Tier.objects.filter(is_active=True, threshold=0).first()
    Standing.objects.bulk_create(
        [Standing(member=member, since=at, tier=base, earned_tier=base)],
        ignore_conflicts=True,
    )
    # Tiers are read afterwards: a join would show them as before the wait.
    return Standing.objects.select_for_update(no_key=True).get(pk=member_id)


def settle_step(*, member_id: int, at: datetime) -> Standing:
    """A step, under the row's lock: let the row show what holds at this moment."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tiers_settle(%s, %s)", [member_id, at])
    return Standing.objects.get(pk=member_id)


def _settle(
    before: Standing, cause: Cause, source: Source, *, by: Act, at: datetime
) -> None:
    after = settle_step(member_id=before.pk, at=at)
    StandingChange.objects.create(
        member_id=before.pk,
        at=at,
        cause=cause,
        source=source,
        was_id=before.tier_id,
        became_id=after.tier_id,
        kept_until=after.kept_until,
        policy=policies_selectors.in_force(TierPolicy, at=at),
        actor=by.actor,
    )


def _term(
    tier: Tier, months: int, standing: Standing, at: datetime
) -> tuple[datetime, datetime]:
    """From when until when a tier bought now is theirs."""
    zone = ZoneInfo(settings.TIME_ZONE)
    bought = TierGrant.objects.filter(
        member_id=standing.pk, source=Source.PAID, ended_at=None, ends_at__gt=at
    ).select_related("tier")
    same = [grant.ends_at for grant in bought if grant.tier_id == tier.pk]
    better = [standing.earned_tier, *(grant.tier for grant in bought)]
    if not same and any(held and held.rank >= tier.rank for held in better):
        raise HasBetterTier
    starts_at = max(same, default=at)
    return starts_at, lasts_until(starts_at, months, zone=zone)


def _given(member_id: int) -> models.QuerySet[TierGrant]:
    return TierGrant.objects.filter(
        member_id=member_id, source=Source.MANUAL, ended_at=None
    )


def _end(grant: TierGrant, *, at: datetime) -> None:
    if TierGrant.objects.filter(pk=grant.pk, ended_at=None).update(ended_at=at) != 1:
        raise NothingGiven
    grant.ended_at = at


def _done(key: str, request: str) -> TierGrant | None:
    """What the key did the first time; looked up under the member's lock."""
    done = TierGrant.objects.filter(key=key).first()
    if done is not None and done.fingerprint != request:
        raise IdempotencyConflict
    return done


def _fingerprint(*request: object) -> str:
    return hashlib.sha256(json.dumps(request).encode()).hexdigest()
