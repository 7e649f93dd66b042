"""A visit that a pass pays for by itself, where no bill is written."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from coupons.errors import CouponNotUsable, NothingToGiveBack, PassNotHere
from coupons.kinds import CouponKind
from coupons.models import Coupon, CouponUse
from coupons.rules import BillFacts, of_store_and_hour, refusal_of
from coupons.selectors import VISIT, visits_on
from ledger.errors import IdempotencyConflict
from ledger.services import Act
from recognition import services as recognition_services
from stores import services as stores_services
from stores.models import Store
from tiers import selectors as tiers_selectors

from .locks import locked_one
from .redeem import Redemption, redeem_step, release_step

USE: Final = "coupons.use_pass"
SOURCE: Final = "pass"  # of the visit


@transaction.atomic
def use_visit(
    *,
    coupon_id: int,
    member_id: int,
    by: Act,
    at: datetime,
    key: str,
    visits: int = 1,
) -> Coupon:
    """Take a visit off a pass, once for a key, and note that its guest came; several
    where others came along: all of them or none.

    It was paid when the pass was bought: no money moves. Raises NotAllowed,
    CouponNotUsable, PassNotHere, IdempotencyConflict.
    """
    stores_services.require_for(by, USE)
    store = _store_of(by)
    coupon = _pass(coupon_id)
    keys = [_key_of(key, nth) for nth in range(max(1, visits))]
    if _is_done(keys, _key_of(key, visits), coupon_id, member_id):
        return coupon
    _check(coupon, member_id, store, by, at)
    if len(keys) > coupon.uses_left:
        raise CouponNotUsable(why="uses", coupon=coupon.pk)
    by = _beneficiary(coupon, member_id, by, at)
    for visit_key in keys:
        redeem_step(
            redemptions=[Redemption(coupon_id, coupon.version.use_price)],
            member_id=member_id,
            reference=_reference(visit_key),
            by=by,
            at=at,
            key=visit_key,
        )
    recognition_services.note_visit(
        member_id=member_id,
        store_id=store.pk,
        at=at,
        business_date=by.business_date,
        amount=0,
        lines=(),
        source=SOURCE,
        reference=_reference(key),
    )
    coupon.refresh_from_db(fields=["status", "uses_left"])
    _record("coupons.visit_used", coupon, by, at)
    return coupon


@transaction.atomic
def give_back_visit(*, coupon_id: int, by: Act, at: datetime) -> Coupon:
    """Put back the last visit that was taken off a pass here today by mistake.

    Raises NotAllowed, CouponNotUsable, NothingToGiveBack.
    """
    stores_services.require_for(by, USE)
    store = _store_of(by)
    coupon = _pass(coupon_id)
    here = visits_on(coupon.member_id or 0, store_id=store.pk, day=by.business_date)
    use = here.filter(coupon_id=coupon_id).order_by("pk").last()
    if use is None:
        raise NothingToGiveBack
    by = _beneficiary(coupon, coupon.member_id, by, at)
    release_step(reference=use.reference, by=by, at=at, key=f"{use.key}:back")
    recognition_services.void_visit(source=SOURCE, reference=use.reference, at=at)
    coupon.refresh_from_db(fields=["status", "uses_left"])
    _record("coupons.visit_given_back", coupon, by, at)
    return coupon


def _beneficiary(coupon: Coupon, member_id: int | None, by: Act, at: datetime) -> Act:
    return stores_services.check_beneficiary(
        by=by, act=USE, members=[member_id], subject=f"coupon:{coupon.pk}", at=at
    )


def _pass(coupon_id: int) -> Coupon:
    coupon = locked_one(coupon_id)
    if coupon is None or coupon.version.kind != CouponKind.PASS:
        raise CouponNotUsable(why="unknown", coupon=coupon_id)
    return coupon


def _store_of(by: Act) -> Store:
    if by.store_id is None:
        raise PassNotHere(_("A visit is taken off a pass at a store."))
    return Store.objects.get(pk=by.store_id)


def _check(coupon: Coupon, member_id: int, store: Store, by: Act, at: datetime) -> None:
    why = refusal_of(coupon, member_id=member_id, at=at)
    if why is not None:
        raise CouponNotUsable(why=why.code, coupon=coupon.pk)
    tier = tiers_selectors.standing(member_id, at=at).tier
    not_here = of_store_and_hour(
        coupon.version,
        BillFacts(
            lines=(),
            store_id=store.pk,
            business_date=by.business_date,
            local_time=at.astimezone(store.zone).time(),
            channel="counter",
            member_id=member_id,
            tier_id=tier.pk if tier else None,
        ),
    )
    if not_here is not None:
        raise PassNotHere(not_here.sentence)


def _key_of(key: str, nth: int) -> str:
    """Each visit has a key of its own, so that one alone can be put back."""
    return key if nth == 0 else f"{key}+{nth}"


def _is_done(
    keys: Sequence[str], one_more: str, coupon_id: int, member_id: int
) -> bool:
    """Whether these visits were taken before. Raises IdempotencyConflict where the key
    took others.
    """
    uses = CouponUse.objects.filter(
        key__in=[f"{key}:1" for key in (*keys, one_more)]
    ).values_list("coupon_id", "member_id")
    found = list(uses)
    if found and found != [(coupon_id, member_id)] * len(keys):
        raise IdempotencyConflict
    return bool(found)


def _reference(key: str) -> str:
    """What the use and the visit refer to: no bill."""
    return VISIT + hashlib.sha256(key.encode()).hexdigest()[:32]


def _record(name: str, coupon: Coupon, by: Act, at: datetime) -> None:
    stores_services.record_act(
        name=name,
        by=by,
        at=at,
        subject=coupon,
        facts={"member": coupon.member_id, "uses_left": coupon.uses_left},
    )
