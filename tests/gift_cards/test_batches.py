"""Printed cards: ordered, their codes out once and encrypted, activated at a till."""

import base64
import csv
import hashlib
import io
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from django.db import DatabaseError, connection, transaction

from common.errors import DomainError
from gift_cards import sealing
from gift_cards import services as gift_cards_services
from gift_cards.errors import (
    BatchNotExportable,
    CardAmountRefused,
    GiftCardNotFound,
    GiftCardUnavailable,
    NotForSale,
    PassphraseRefused,
    QuantityRefused,
    TendersRefused,
    WordsRefused,
)
from gift_cards.models import GiftCard, GiftCardBatch, GiftCardCode
from gift_cards.services import Payment, Sold
from ledger import services as ledger_services
from ledger.errors import IdempotencyConflict
from ledger.services import Act
from stores.errors import NotAllowed, TenderUnknown
from stores.models import AuditEvent
from tests.factories.gift_cards import (
    NOON,
    GiftCardDesignFactory,
    a_key,
    at_store,
    at_till,
)
from tests.factories.ledger import everything
from tests.ledger.racing import answers, race, refusals

pytestmark = pytest.mark.django_db


def order(by: Act, **options: Any) -> GiftCardBatch:
    design = options.pop("design_id", None) or GiftCardDesignFactory.create().pk
    return gift_cards_services.order_batch(
        **{
            "name": "Spring",
            "design_id": design,
            "quantity": 3,
            "amount": 100_00,
            "by": by,
            "at": NOON,
            **options,
        }
    )


def decrypted(contents: bytes, passphrase: str) -> bytes:
    """What `openssl enc -d -aes-256-cbc -pbkdf2 -iter 600000 -md sha256` writes."""
    assert contents.startswith(b"Salted__")
    stretched = hashlib.pbkdf2_hmac(
        "sha256", passphrase.encode(), contents[8:16], 600_000, dklen=48
    )
    cipher = Cipher(AES(stretched[:32]), CBC(stretched[32:])).decryptor()
    padded = cipher.update(contents[16:]) + cipher.finalize()
    return padded[: -padded[-1]]


def opened(contents: bytes, passphrase: str) -> list[dict[str, str]]:
    """As the printer opens it."""
    text = decrypted(contents, passphrase).decode()
    return list(csv.DictReader(io.StringIO(text)))


def test_the_file_is_of_the_kind_that_openssl_writes() -> None:
    by_openssl = base64.b64decode(
        "U2FsdGVkX18QVPVlxdrp4rDw+/pznNeOAZtgR1bS2t5J10elKBaqBFCWfUVNCxVP"
    )
    passphrase = "sixteen-good-words-here"

    assert decrypted(by_openssl, passphrase) == b"code,pin\nAAAA,123456\n"
    ours = sealing.sealed(b"code,pin\n", passphrase=passphrase)
    assert decrypted(ours, passphrase) == b"code,pin\n"
    assert ours != sealing.sealed(b"code,pin\n", passphrase=passphrase)


def printed(by: Act, **options: Any) -> list[dict[str, str]]:
    """The cards of a new batch, as they come from the printer."""
    passphrase = sealing.new_passphrase()
    file = gift_cards_services.export_codes(
        batch_id=order(by, **options).pk, passphrase=passphrase, by=by, at=NOON
    )
    return opened(file.contents, passphrase)


def activate(cards: list[dict[str, str]], *, by: Act, **options: Any) -> Sold:
    paid = options.pop("paid", 100_00 * len(cards))
    return gift_cards_services.activate(
        **{
            "codes": [card["code"] for card in cards],
            "payment": Payment(tenders={"cash": paid}),
            "by": by,
            "at": NOON,
            "key": a_key("activate"),
            **options,
        }
    )


def test_codes_leave_once_encrypted_and_stay_nowhere() -> None:
    by, passphrase = at_store(), sealing.new_passphrase()
    batch = order(by)

    file = gift_cards_services.export_codes(
        batch_id=batch.pk, passphrase=passphrase, by=by, at=NOON
    )

    rows = opened(file.contents, passphrase)
    assert len(rows) == len({row["code"] for row in rows}) == 3
    assert {(len(row["pin"]), row["amount"]) for row in rows} == {(6, "100.00")}
    assert not any(row["code"].encode() in file.contents for row in rows)
    assert {card.status for card in GiftCard.objects.all()} == {"made"}
    logged = AuditEvent.objects.get(act="gift_cards.codes_exported")
    assert (logged.actor, logged.subject_id) == (by.actor, str(batch.pk))
    assert logged.facts == {"quantity": 3}
    with pytest.raises(BatchNotExportable):
        gift_cards_services.export_codes(
            batch_id=batch.pk, passphrase=passphrase, by=by, at=NOON
        )
    assert GiftCardCode.objects.count() == 3


def test_another_passphrase_opens_nothing() -> None:
    passphrase = sealing.new_passphrase()
    sealed = sealing.sealed(b"codes" * 99, passphrase=passphrase)

    assert b"codes" not in decrypted(sealed, "another-passphrase-0123456789")
    assert decrypted(sealed, passphrase) == b"codes" * 99


@pytest.mark.parametrize(
    "passphrase",
    ["", "short", "a" * 40, "ab" * 20, " leading-space-0123456", "密" * 20],
)
def test_a_passphrase_that_could_be_guessed_exports_nothing(passphrase: str) -> None:
    by = at_store()
    batch = order(by)

    with pytest.raises(PassphraseRefused):
        gift_cards_services.export_codes(
            batch_id=batch.pk, passphrase=passphrase, by=by, at=NOON
        )

    batch.refresh_from_db()
    assert (batch.exported_at, GiftCard.objects.count()) == (None, 0)


@pytest.mark.parametrize(
    ("options", "refusal"),
    [
        ({"name": ""}, WordsRefused),
        ({"name": "x" * 61}, WordsRefused),
        ({"name": "a\x00b"}, WordsRefused),
        ({"quantity": 0}, QuantityRefused),
        ({"quantity": -5}, QuantityRefused),
        ({"quantity": 10_001}, QuantityRefused),
        ({"amount": 1}, CardAmountRefused),
        ({"amount": 10**15}, CardAmountRefused),
        ({"design_id": 10**9}, NotForSale),
    ],
)
def test_an_order_that_cannot_be(
    options: dict[str, Any], refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        order(at_store(), **options)
    assert not GiftCardBatch.objects.exists()


def test_only_head_office_orders_and_exports() -> None:
    batch = order(at_store())
    manager, _ = at_till("store-manager")

    with pytest.raises(NotAllowed):
        order(manager)
    with pytest.raises(NotAllowed):
        gift_cards_services.export_codes(
            batch_id=batch.pk,
            passphrase=sealing.new_passphrase(),
            by=manager,
            at=NOON,
        )
    assert GiftCard.objects.count() == 0


def test_a_printed_card_is_worth_nothing_until_it_is_paid_for_at_a_till() -> None:
    by = at_store()
    one, other, _third = printed(by)

    for code in (one["scan"], one["code"]):
        with pytest.raises(GiftCardUnavailable):
            gift_cards_services.redeem(
                code=code,
                pin=one["pin"],
                amount=1,
                by=by,
                at=NOON,
                key=a_key(),
            )
    sold = activate([one, other], by=by, key="paid")

    assert {card.code for card in sold.cards} == {None}
    assert [card.amount for card in sold.cards] == [100_00, 100_00]
    paid = gift_cards_services.redeem(
        code=one["code"], pin=one["pin"], amount=40_00, by=by, at=NOON, key=a_key()
    )
    assert paid.left == 60_00
    again = activate([one, other], by=by, key="paid")
    assert (again.replayed, again.entry_id) == (True, sold.entry_id)
    with pytest.raises(IdempotencyConflict):
        activate([one], by=by, key="paid")
    assert ledger_services.prove_books().is_proven


def test_where_no_amount_is_printed_it_is_chosen_at_the_till() -> None:
    by = at_store()
    cards = printed(by, amount=None)

    with pytest.raises(NotForSale):
        activate(cards[:1], by=by)
    with pytest.raises(CardAmountRefused):
        activate(cards[:1], by=by, amount=5, paid=5)
    assert activate(cards[:1], by=by, amount=88_00, paid=88_00).cards[0].amount == 88_00


@pytest.mark.parametrize(
    ("options", "refusal"),
    [
        ({"paid": 99_00}, TendersRefused),
        ({"amount": 50_00, "paid": 50_00}, NotForSale),
        ({"payment": Payment(tenders={"points": 100_00})}, TenderUnknown),
        ({"codes": ["0000-0000-0000-0000"]}, GiftCardNotFound),
        ({"codes": []}, QuantityRefused),
    ],
)
def test_an_activation_that_is_refused_leaves_the_card_as_it_was(
    options: dict[str, Any], refusal: type[DomainError]
) -> None:
    by = at_store()
    cards = printed(by)[:1]
    before = everything()

    with pytest.raises(refusal):
        activate(cards, by=by, **options)

    assert everything() == before
    assert {card.status for card in GiftCard.objects.all()} == {"made"}


def test_a_card_is_neither_sold_twice_nor_scanned_twice_for_one_payment() -> None:
    by = at_store()
    one, other, third = printed(by)
    activate([one], by=by)
    before = everything()

    for cards in ([one], [one, other], [other, other], [third, one]):
        with pytest.raises(NotForSale):
            activate(cards, by=by)

    assert everything() == before


def test_what_is_withdrawn_is_never_sold_and_what_is_sold_stays() -> None:
    by = at_store()
    one, other, _third = printed(by)
    activate([one], by=by)
    batch = GiftCardBatch.objects.get()

    count = gift_cards_services.withdraw_batch(
        batch_id=batch.pk, reason="stolen from the van", by=by, at=NOON
    )

    assert count == 2
    with pytest.raises(NotForSale):
        activate([other], by=by)
    assert sorted(GiftCard.objects.values_list("status", flat=True)) == [
        "active",
        "void",
        "void",
    ]


def test_codes_of_a_withdrawn_batch_never_leave_and_those_of_another_do() -> None:
    by, passphrase = at_store(), sealing.new_passphrase()
    gone, kept = order(by), order(by)
    gift_cards_services.withdraw_batch(
        batch_id=gone.pk, reason="misprinted", by=by, at=NOON
    )

    with pytest.raises(BatchNotExportable):
        gift_cards_services.export_codes(
            batch_id=gone.pk, passphrase=passphrase, by=by, at=NOON
        )

    assert not GiftCard.objects.exists()
    gift_cards_services.export_codes(
        batch_id=kept.pk, passphrase=passphrase, by=by, at=NOON
    )
    gone.refresh_from_db()
    kept.refresh_from_db()
    assert (gone.exported_at, kept.withdrawn_at) == (None, None)
    assert GiftCard.objects.filter(batch=kept).count() == 3


@pytest.mark.parametrize(
    "meanwhile",
    [
        {"withdrawn_at": NOON},
        {"exported_at": NOON, "file_digest": "0" * 64},
    ],
)
def test_codes_stay_here_where_another_was_quicker(
    meanwhile: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    by, passphrase = at_store(), sealing.new_passphrase()
    batch = order(by)
    sealed = sealing.sealed

    def slowly(text: bytes, **facts: str) -> bytes:
        GiftCardBatch.objects.filter(pk=batch.pk).update(**meanwhile)
        return sealed(text, **facts)

    monkeypatch.setattr(sealing, "sealed", slowly)
    with pytest.raises(BatchNotExportable), transaction.atomic():
        gift_cards_services.export_codes(
            batch_id=batch.pk, passphrase=passphrase, by=by, at=NOON
        )
    assert not GiftCard.objects.exists()


def test_the_database_keeps_an_export_from_being_undone() -> None:
    printed(at_store())

    for change in ("exported_at = NULL, file_digest = ''", "quantity = 9"):
        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"UPDATE gift_cards_giftcardbatch SET {change}")


@pytest.mark.django_db(transaction=True)
def test_one_card_at_many_tills_is_sold_once() -> None:
    by = at_store()
    (card, *_others) = printed(by)

    outcomes = race(lambda _: activate([card], by=by), runners=10)

    assert len(answers(outcomes)) == 1
    assert {type(refusal) for refusal in refusals(outcomes)} == {NotForSale}
    assert ledger_services.prove_books().is_proven


@pytest.mark.django_db(transaction=True)
def test_many_who_export_a_batch_get_it_once() -> None:
    by = at_store()
    batch = order(by)

    outcomes = race(
        lambda _: gift_cards_services.export_codes(
            batch_id=batch.pk, passphrase=sealing.new_passphrase(), by=by, at=NOON
        ),
        runners=4,
    )

    assert len(answers(outcomes)) == 1
    assert {type(refusal) for refusal in refusals(outcomes)} == {BatchNotExportable}
    assert GiftCard.objects.count() == 3
