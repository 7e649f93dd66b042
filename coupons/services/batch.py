"""Printed coupons: made and exported in one breath, their codes kept by nobody here."""

from datetime import datetime

from django.db import transaction

from coupons import codes
from coupons.errors import (
    BatchAlreadyExported,
    BatchNotFound,
    QuantityRefused,
    ReasonRefused,
)
from coupons.kinds import Source
from coupons.models import Coupon, CouponIssue, CouponsPolicy
from ledger.services import Act
from policies import selectors as policies_selectors
from stores import services as stores_services

from .counting import take_quota
from .issue import begin, check_open, issuable, period
from .templates import lock_template


@transaction.atomic
def make_batch(
    *, template_id: int, quantity: int, reason: str, by: Act, at: datetime, key: str
) -> int:
    """Plan a printed batch and take it from the quota; its codes come with the export.

    Raises QuantityRefused, ReasonRefused, TemplateClosed, TemplateEnded, QuotaUsedUp.
    """
    stores_services.require_for(by, "coupons.make_batch")
    largest = policies_selectors.in_force(CouponsPolicy, at=at).per_batch
    if not 1 <= quantity <= largest:
        raise QuantityRefused(largest=largest)
    if not reason.strip() or "\x00" in reason:
        raise ReasonRefused
    lock_template(template_id, shared=True)
    template, version = issuable(template_id)
    issue_id, is_new = begin(
        key=key,
        request={"template": template_id, "batch": quantity},
        version=version,
        source=Source.BATCH,
        quantity=quantity,
        by=by,
        at=at,
        reason=reason,
    )
    if is_new:
        check_open(template, at)
        period(version, at)
        stores_services.record_act(
            name="coupons.batch_made",
            by=by,
            at=at,
            subject=CouponIssue(pk=issue_id),
            facts={"template": template_id, "quantity": quantity},
        )
    return issue_id


@transaction.atomic
def export_batch(*, issue_id: int, by: Act, at: datetime) -> list[str]:
    """The codes of a batch, made now and shown this once, grouped as they are printed.

    Only their keyed hashes stay. Raises BatchNotFound, BatchAlreadyExported,
    QuotaUsedUp.
    """
    stores_services.require_for(by, "coupons.export_batch")
    batches = CouponIssue.objects.filter(pk=issue_id, source=Source.BATCH)
    if not batches.exists():
        raise BatchNotFound
    # Two who press the button at once: one gets the codes.
    if batches.filter(exported_at=None).update(exported_at=at) != 1:
        raise BatchAlreadyExported
    batch = batches.select_related("version__template").get()
    version = batch.version
    lock_template(version.template_id, shared=True)
    template, _latest = issuable(version.template_id)
    take_quota(template, batch.quantity, at=at)
    begins, ends = period(version, batch.at)
    secrets = _distinct(batch.quantity)
    Coupon.objects.bulk_create(
        [
            Coupon(
                version=version,
                issue=batch,
                nth=nth,
                digest=codes.digest(secret),
                last4=secret[-4:],
                uses=version.uses,
                uses_left=version.uses,
                valid_from=begins,
                valid_until=ends,
            )
            for nth, secret in enumerate(secrets, start=1)
        ],
        batch_size=5_000,
    )
    batches.update(issued=batch.quantity, done_at=at)
    stores_services.record_act(
        name="coupons.batch_exported",
        by=by,
        at=at,
        subject=batch,
        facts={"quantity": batch.quantity},
    )
    return [codes.grouped(secret) for secret in secrets]


def _distinct(wanted: int) -> list[str]:
    """75 random bits each: the unique index is the last word."""
    made: dict[str, None] = {}
    while len(made) < wanted:
        made[codes.new_code(codes.BEARER)] = None
    return list(made)
