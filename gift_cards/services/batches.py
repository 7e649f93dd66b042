"""Cards for the printer: ordered, their codes sent out once, withdrawn if unsold."""

import csv
import io
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.db import transaction

from common.money import plain
from gift_cards import rules, sealing
from gift_cards.errors import (
    BatchNotExportable,
    NotForSale,
    QuantityRefused,
    WordsRefused,
)
from gift_cards.models import (
    LARGEST_BATCH,
    GiftCard,
    GiftCardBatch,
    GiftCardDesign,
    GiftCardPolicy,
)
from ledger.services import Act
from policies import selectors as policies_selectors
from stores import services as stores_services

from .acts import EXPORT, ORDER, WITHDRAW, reason_of
from .renew import FreshCode, new_codes

LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class SealedFile:
    """What goes to the printer: a name and the encrypted contents."""

    name: str
    contents: bytes


@transaction.atomic
def order_batch(
    *,
    name: str,
    design_id: int,
    quantity: int,
    amount: int | None,
    by: Act,
    at: datetime,
) -> GiftCardBatch:
    """Order cards to be printed; `amount` None: it is chosen when a card is sold.

    Raises NotForSale, CardAmountRefused, QuantityRefused, WordsRefused, NotAllowed.
    """
    stores_services.require_for(by, ORDER)
    plain_name = name.strip()
    if not plain_name or len(plain_name) > LONGEST_NAME or "\x00" in name:
        raise WordsRefused
    if not 0 < quantity <= LARGEST_BATCH:
        raise QuantityRefused(most=LARGEST_BATCH)
    design = GiftCardDesign.objects.filter(pk=design_id, is_active=True).first()
    if design is None:
        raise NotForSale
    if amount is not None:
        rules.check_amount(
            amount,
            design=design,
            policy=policies_selectors.in_force(GiftCardPolicy, at=at),
            bounds=policies_selectors.profile(at=at),
        )
    batch = GiftCardBatch.objects.create(
        name=plain_name,
        design=design,
        quantity=quantity,
        amount=amount,
        ordered_at=at,
        ordered_by_id=by.staff_id,
    )
    stores_services.record_act(
        name="gift_cards.batch_ordered",
        by=by,
        at=at,
        subject=batch,
        facts={"quantity": quantity, "amount": amount},
    )
    return batch


@transaction.atomic
def export_codes(
    *, batch_id: int, passphrase: str, by: Act, at: datetime
) -> SealedFile:
    """Make the batch's cards and send their codes out, encrypted: once, or never again.

    The codes exist nowhere else. A file that got lost means a new batch. Raises
    BatchNotExportable, PassphraseRefused, NotAllowed.
    """
    stores_services.require_for(by, EXPORT)
    batch = GiftCardBatch.objects.filter(
        pk=batch_id, exported_at=None, withdrawn_at=None
    ).first()
    if batch is None:
        raise BatchNotExportable
    sealing.check_passphrase(passphrase)
    policy = policies_selectors.in_force(GiftCardPolicy, at=at)
    cards = GiftCard.objects.bulk_create(
        [
            GiftCard(
                design_id=batch.design_id,
                batch=batch,
                amount=batch.amount,
                made_at=at,
            )
            for _ in range(batch.quantity)
        ],
        batch_size=1000,
    )
    codes = new_codes([card.pk for card in cards], with_pin=policy.pin_asked, at=at)
    contents = sealing.sealed(_table(batch, codes), passphrase=passphrase)
    exported = GiftCardBatch.objects.filter(
        pk=batch_id, exported_at=None, withdrawn_at=None
    ).update(
        exported_at=at,
        exported_by_id=by.staff_id,
        file_digest=sha256(contents).hexdigest(),
    )
    if exported != 1:
        raise BatchNotExportable  # another was quicker; what was made here is undone
    stores_services.record_act(
        name="gift_cards.codes_exported",
        by=by,
        at=at,
        subject=batch,
        facts={"quantity": batch.quantity},
    )
    return SealedFile(f"gift-cards-{batch.pk}.csv.enc", contents)


@transaction.atomic
def withdraw_batch(*, batch_id: int, reason: str, by: Act, at: datetime) -> int:
    """Make what is unsold of a batch void for ever; how many cards. Harmless twice."""
    stores_services.require_for(by, WITHDRAW)
    why = reason_of(reason)
    batch = GiftCardBatch.objects.filter(pk=batch_id).first()
    if batch is None:
        raise BatchNotExportable
    GiftCardBatch.objects.filter(pk=batch_id, withdrawn_at=None).update(withdrawn_at=at)
    unsold = GiftCard.objects.filter(batch=batch, status=GiftCard.Status.MADE)
    withdrawn = unsold.update(status=GiftCard.Status.VOID)
    stores_services.record_act(
        name="gift_cards.batch_withdrawn",
        by=by,
        at=at,
        subject=batch,
        facts={"reason": why, "cards": withdrawn},
    )
    return withdrawn


def _table(batch: GiftCardBatch, codes: list[FreshCode]) -> bytes:
    """One line a card: its number, code, PIN, amount, last four, and what is to be
    printed as a field to scan: it opens the card without the PIN, so it belongs under
    the same cover."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(["card", "code", "pin", "amount", "last4", "scan"])
    amount = "" if batch.amount is None else plain(batch.amount)
    for fresh in codes:
        writer.writerow(
            [fresh.card_id, fresh.code, fresh.pin, amount, fresh.last4, fresh.scan]
        )
    return file.getvalue().encode()
