"""What a settled bill gives beyond its own entry: stamps, coupons for the next visit.

Done soon after, and once: the till does not wait for it. A sale that was voided or
wholly refunded meanwhile gives nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from uuid import UUID

from django.db import transaction
from structlog import get_logger

from checkout.models import NextVisitGift, Sale
from common.errors import DomainError
from coupons import services as coupons_services
from coupons.kinds import Source
from ledger.services import Act
from members import selectors as members_selectors
from points import services as points_services
from points.models import StampProgramme
from stores import services as stores_services
from tiers import selectors as tiers_selectors

from .keys import next_visit_key, stamps_key
from .locks import free_sale

CHUNK = 500
log = get_logger(__name__)


def follow_up_due(*, request_id: str = "") -> int:
    """Follow up every sale that waits for it, the oldest first; how many.

    Each is a transaction of its own: safe to stop anywhere and to run beside itself.
    What fails is passed over, and tried again by the next run.
    """
    done, after = 0, None
    while True:
        waiting = Sale.objects.filter(is_followed_up=False).order_by("at", "pk")
        if after is not None:
            waiting = waiting.filter(at__gte=after[0]).exclude(
                at=after[0], pk__lte=after[1]
            )
        batch = list(waiting.values_list("at", "pk")[:CHUNK])
        for _at, sale_id in batch:
            try:
                done += follow_up(sale_id=sale_id, request_id=request_id)
            except Exception:  # one bill must not hold up the others behind it
                log.exception("follow_up_failed", sale=str(sale_id))
        if len(batch) < CHUNK:
            return done
        after = batch[-1]


@transaction.atomic
def follow_up(*, sale_id: UUID, request_id: str = "") -> bool:
    """Give what a sale gives, by the rules and on the day of the sale; whether it did.

    Harmless twice, and while another does it. Limits and quotas that are used up give
    nothing, and say nothing: the guest was promised nothing.
    """
    sale = free_sale(sale_id)
    if sale is None or sale.is_followed_up:
        return False
    if sale.status == Sale.Status.CAPTURED and sale.member_id is not None:
        by = replace(
            stores_services.act(
                task="checkout", store=sale.store, at=sale.at, request_id=request_id
            ),
            business_date=sale.business_date,
        )
        member_id = members_selectors.resolve(sale.member_id)
        _stamps(sale, member_id, by)
        _next_visit(sale, member_id, by)
    Sale.objects.filter(pk=sale.pk).update(is_followed_up=True)
    return True


def _stamps(sale: Sale, member_id: int, by: Act) -> None:
    programmes = StampProgramme.objects.filter(is_active=True).order_by("pk")
    for code in programmes.values_list("code", flat=True):
        with _quietly(sale, code):
            points_services.give_stamps_step(
                programme_code=code,
                member_id=member_id,
                amount=sale.left,
                by=by,
                at=sale.at,
                key=stamps_key(sale.pk, code),
            )


def _next_visit(sale: Sale, member_id: int, by: Act) -> None:
    gifts = NextVisitGift.objects.filter(is_active=True).order_by("pk")
    tier_id = None
    if any(gift.tier_ids for gift in gifts):
        tier = tiers_selectors.standing(member_id, at=sale.at).tier
        tier_id = tier.pk if tier else None
    for gift in gifts:
        if gives(gift, sale, tier_id):
            with _quietly(sale, gift.name):
                coupons_services.issue_step(
                    template_id=gift.template_id,
                    member_id=member_id,
                    by=by,
                    at=sale.at,
                    key=next_visit_key(sale.pk, gift.pk),
                    source=Source.SALE,
                )


def gives(gift: NextVisitGift, sale: Sale, tier_id: int | None) -> bool:
    """Whether a bill gives this: enough was paid, there, then, and by such a member."""
    return (
        sale.left >= gift.min_spend
        and (not gift.store_ids or sale.store_id in gift.store_ids)
        and (not gift.tier_ids or tier_id in gift.tier_ids)
        and (not gift.weekdays or sale.business_date.isoweekday() in gift.weekdays)
        and (gift.starts_at is None or gift.starts_at <= sale.at)
        and (gift.ends_at is None or sale.at < gift.ends_at)
    )


@contextmanager
def _quietly(sale: Sale, what: str) -> Iterator[None]:
    """A gift that is refused is not given; all else of the sale's gifts is."""
    try:
        with transaction.atomic():
            yield
    except DomainError as refusal:
        log.info("not_given", sale=str(sale.pk), what=what, code=refusal.code)
