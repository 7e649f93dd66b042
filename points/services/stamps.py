"""Stamps: given for visits or spending, and what a full card gives, all at once."""

from datetime import datetime

from django.db import transaction

from common.sums import more
from coupons import services as coupons_services
from coupons.kinds import Source as CouponSource
from ledger import selectors as ledger_selectors
from ledger import services as ledger_services
from ledger.kinds import AccountKind, EntryKind
from ledger.services import Act, HolderAccount, Line
from members.models import Member
from points.errors import AmountRefused, NothingThere, NotOffered
from points.expiry import month_end
from points.models import Accrual, StampDay, StampGrant, StampProgramme
from stores import services as stores_services

from . import permit
from .accrue import LARGEST_BILL, give_step
from .facts import house_zone
from .holding import STAMPS, granted, holding_of, lock, units, usable

GIVE = "points.give_stamps"


def stamp_accounts(programme: StampProgramme, member_id: int) -> tuple[int, int]:
    """A member's card of a programme, and the stamps owed after a refund."""
    stamps = units(STAMPS)[0]
    card, owed = ledger_services.open_accounts(
        [
            HolderAccount(
                kind=kind,
                unit_id=stamps,
                holder_kind="member",
                holder_id=member_id,
                slot=programme.code,
            )
            for kind in (AccountKind.STAMPS, AccountKind.DEBT)
        ]
    )
    return card, owed


@transaction.atomic
def give_stamps(
    *,
    programme_code: str,
    member_id: int,
    amount: int,
    by: Act,
    at: datetime,
    key: str,
) -> StampGrant:
    """Stamp a member's card for a bill (minor units), once for each key.

    Never more than the day's cap; a card that is full gives its reward at once. Raises
    NotOffered, NothingThere, AmountRefused, NotAllowed, MemberNotActive.
    """
    permit.may(by, GIVE)
    if not StampGrant.objects.filter(key=key).exists():
        by = permit.check_beneficiary(by, GIVE, member_id=member_id, at=at)
    return give_stamps_step(
        programme_code=programme_code,
        member_id=member_id,
        amount=amount,
        by=by,
        at=at,
        key=key,
    )


@transaction.atomic(savepoint=False)
def give_stamps_step(
    *,
    programme_code: str,
    member_id: int,
    amount: int,
    by: Act,
    at: datetime,
    key: str,
) -> StampGrant:
    """A step of another's command: the same, asking no role."""
    if not 0 <= amount <= LARGEST_BILL:
        raise AmountRefused
    programme = StampProgramme.objects.filter(code=programme_code).first()
    if programme is None:
        raise NothingThere
    permit.active_member(member_id)
    asked = permit.fingerprint("stamps", programme_code, member_id, amount)
    card, owed = stamp_accounts(programme, member_id)
    lock(holding_of(member_id), card, owed)
    if done := permit.first_answer(StampGrant, key, asked):
        return done
    _check_offered(programme, by, at)
    stamps = _within_the_day(programme, member_id, _earned(programme, amount), by)
    grant = _stamp(programme, member_id, stamps, amount, card, owed, by, at, key, asked)
    stores_services.record_act(
        name="points.stamps_given",
        by=by,
        at=at,
        subject=grant,
        facts={"stamps": grant.stamps, "cards": grant.cards},
    )
    return grant


@transaction.atomic
def take_back_stamps(*, grant_id: int, by: Act, at: datetime, key: str) -> StampGrant:
    """Take back the stamps of a bill that was voided or refunded; once.

    Those that a full card used up are owed: the next stamps pay them first. Raises
    NothingThere, NotAllowed.
    """
    permit.may(by, GIVE)
    grants = StampGrant.objects.filter(pk=grant_id)
    by = permit.check_beneficiary(
        by,
        GIVE,
        member_id=grants.values_list("member_id", flat=True).first(),
        at=at,
    )
    return take_back_stamps_step(grant_id=grant_id, by=by, at=at, key=key)


@transaction.atomic(savepoint=False)
def take_back_stamps_step(
    *, grant_id: int, by: Act, at: datetime, key: str
) -> StampGrant:
    """A step of another's command: the same, asking no role.

    Of somebody who was erased nothing is taken: the stamps went with the card.
    """
    rows = StampGrant.objects.select_related("programme", "member")
    found = rows.filter(pk=grant_id).first()
    if found is None:
        raise NothingThere
    programme = found.programme
    card, owed = stamp_accounts(programme, found.member_id)
    lock(holding_of(found.member_id), card, owed)
    grant = rows.get(pk=grant_id)
    left = grant.stamps - grant.taken_back
    if not left or grant.member_id != found.member_id:
        return grant
    if grant.member.status != Member.Status.ERASED:
        ledger_services.post_entry(
            kind=EntryKind.CLAW_BACK,
            key=key,
            at=at,
            act=by,
            lines=_taken_back(grant, left, card, owed, by=by, at=at),
        )
    StampGrant.objects.filter(pk=grant.pk).update(taken_back=grant.stamps)
    StampDay.objects.filter(
        programme=programme,
        member_id=grant.member_id,
        day=grant.business_date,
        stamps__gte=left,
    ).update(stamps=more("stamps", -left))
    stores_services.record_act(
        name="points.stamps_taken_back",
        by=by,
        at=at,
        subject=grant,
        facts={"stamps": left},
    )
    grant.taken_back = grant.stamps
    return grant


def _taken_back(
    grant: StampGrant, left: int, card: int, owed: int, *, by: Act, at: datetime
) -> list[Line]:
    """Its own lot first, then other stamps; those that a full card used up are owed."""
    there = min(left, usable(card, at))
    house = granted(by, STAMPS)
    own = _own_lot(grant, at)
    return [
        Line(debit_id=account, credit_id=house, amount=stamps, lot_id=lot)
        for account, stamps, lot in (
            (card, min(there, own[1]), own[0]),
            (card, there - min(there, own[1]), None),
            (owed, left - there, None),
        )
        if stamps
    ]


def _own_lot(grant: StampGrant, at: datetime) -> tuple[int | None, int]:
    if grant.lot_posting is None:
        return None, 0
    lot = ledger_selectors.lots_made([grant.lot_posting]).get(grant.lot_posting)
    return (None, 0) if lot is None else (lot.lot_id, lot.usable(at))


def _check_offered(programme: StampProgramme, by: Act, at: datetime) -> None:
    too_early = programme.starts_at is not None and at < programme.starts_at
    too_late = programme.ends_at is not None and at >= programme.ends_at
    store = permit.store_of(by)
    here = "" if store is None else store.code
    elsewhere = bool(programme.stores) and here not in programme.stores
    if not programme.is_active or too_early or too_late or elsewhere:
        raise NotOffered


def _earned(programme: StampProgramme, amount: int) -> int:
    if programme.earned_by == programme.EarnedBy.SPEND:
        return amount // programme.amount
    return 1 if amount >= programme.amount else 0


def _within_the_day(
    programme: StampProgramme, member_id: int, earned: int, by: Act
) -> int:
    """As many as the day's cap leaves; counted under the card's lock."""
    day, _new = StampDay.objects.get_or_create(
        programme=programme, member_id=member_id, day=by.business_date
    )
    stamps = max(0, min(earned, programme.most_per_day - day.stamps))
    if stamps:
        StampDay.objects.filter(pk=day.pk).update(stamps=more("stamps", stamps))
    return stamps


def _stamp(
    programme: StampProgramme,
    member_id: int,
    stamps: int,
    amount: int,
    card: int,
    owed: int,
    by: Act,
    at: datetime,
    key: str,
    asked: bytes,
) -> StampGrant:
    """Post the stamps, a debt first; then take whole cards and give what they give."""
    debt = min(stamps, ledger_services.lock_accounts([owed])[owed])
    cards = (usable(card, at) + stamps - debt) // programme.stamps
    house = granted(by, STAMPS)
    lives = programme.live_months
    day = at.astimezone(house_zone()).date()
    parts = [
        Line(debit_id=house, credit_id=owed, amount=debt),
        Line(
            debit_id=house,
            credit_id=card,
            amount=stamps - debt,
            expires_at=(
                month_end(day, months=lives, zone=house_zone()) if lives else None
            ),
        ),
        Line(debit_id=card, credit_id=house, amount=cards * programme.stamps),
    ]
    lines = [line for line in parts if line.amount]
    posted = None
    if lines:
        posted = ledger_services.post_entry(
            kind=EntryKind.ACCRUAL,
            key=key,
            at=at,
            act=by,
            lines=lines,
            memo=programme.name,
            fingerprint=asked,
        )
    lot = lines.index(parts[1]) if stamps > debt else None
    grant = permit.write_once(
        lambda: StampGrant.objects.create(
            programme=programme,
            member_id=member_id,
            key=key,
            fingerprint=asked,
            store_id=by.store_id,
            at=at,
            business_date=by.business_date,
            amount=amount,
            stamps=stamps,
            cards=cards,
            entry_id=posted.entry_id if posted else None,
            lot_posting=(
                posted.posting_ids[lot] if posted and lot is not None else None
            ),
        )
    )
    if cards:
        _reward(programme, member_id, cards, by, at, key)
    return grant


def _reward(
    programme: StampProgramme,
    member_id: int,
    cards: int,
    by: Act,
    at: datetime,
    key: str,
) -> None:
    if programme.points or programme.growth:
        give_step(
            member_id=member_id,
            points=programme.points * cards,
            growth=programme.growth * cards,
            source=Accrual.Source.STAMPS,
            by=by,
            at=at,
            key=f"{key}:card",
            reference=programme.code,
        )
    if programme.coupon_id is not None:
        coupons_services.issue_step(
            template_id=programme.coupon_id,
            member_id=member_id,
            quantity=cards,
            by=by,
            at=at,
            key=f"{key}:coupon",
            source=CouponSource.STAMPS,
        )
