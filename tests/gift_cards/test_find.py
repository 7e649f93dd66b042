"""Opening a card: the same answer for every wrong guess, and soon none at all."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from gift_cards import codes
from gift_cards import services as gift_cards_services
from gift_cards.errors import GiftCardNotFound, TooManyTries
from gift_cards.models import GiftCardCode, GiftCardTry
from gift_cards.services import Found, SoldCard
from stores.models import AuditEvent
from tests.factories.gift_cards import NOON, a_card, a_key, at_store, left, pay
from tests.factories.ledger import an_act
from tests.ledger.racing import answers, race, refusals

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def find(
    code: str, pin: str = "", *, caller: str = "key:1", **options: object
) -> Found:
    return gift_cards_services.find(
        **{  # type: ignore[arg-type]  # whatever a test varies
            "code": code,
            "pin": pin,
            "callers": (caller,),
            "by": an_act(),
            "at": NOON,
            **options,
        }
    )


def opened(card: SoldCard, **options: object) -> Found:
    return find(str(card.code), card.pin or "", **options)  # type: ignore[arg-type]  # so


def other_than(pin: str | None) -> str:
    return "000000" if pin != "000000" else "000001"


def test_code_and_pin_open_a_card_and_say_what_is_left() -> None:
    card = a_card(100_00, by=at_store())

    found = opened(card)

    assert (found.card_id, found.usable, found.status) == (
        card.card_id,
        100_00,
        "active",
    )
    assert found.last4 == card.last4
    assert find(str(card.code), f" {card.pin} ") == found


def test_typed_as_people_type() -> None:
    card = a_card(by=at_store())
    typed = str(card.code).lower().replace("-", "  ").replace("0", "O")

    assert find(typed, str(card.pin)).card_id == card.card_id


def test_a_wrong_code_a_wrong_pin_and_none_at_all_have_one_answer() -> None:
    card = a_card(by=at_store())
    answers_ = []

    for code, pin in (
        (codes.new_code(), "123456"),
        ("0000-0000-0000-0000", "123456"),
        ("nonsense 😀\x00", ""),
        (str(card.code), other_than(card.pin)),
        (str(card.code), ""),
        (str(card.code), "😀\x00"),
    ):
        with pytest.raises(GiftCardNotFound) as refusal:
            find(code, pin, caller=a_key())
        answers_.append((refusal.value.code, str(refusal.value), refusal.value.facts))

    assert len(set(map(str, answers_))) == 1


def test_the_printed_field_proves_itself_and_a_code_that_could_be_read_does_not() -> (
    None
):
    card, other = a_card(by=at_store()), a_card(by=at_store())
    proof = str(other.scan)[-codes.PROOF_LENGTH :]
    read = codes.normalised(str(card.code))

    assert find(str(card.scan)).card_id == card.card_id
    assert find(str(card.scan).lower().replace(".", " ")).card_id == card.card_id
    wrong = (str(card.code), f"{read}.{proof}", f"{read}.{codes.new_proof()[:15]}")
    for place, typed in enumerate(wrong):
        with pytest.raises(GiftCardNotFound):
            find(typed, caller=f"key:{place}")
    with pytest.raises(GiftCardNotFound):  # a wrong proof is wrong, whatever the PIN
        find(f"{read}.{proof}", str(card.pin), caller="key:7")


def test_a_guessed_proof_is_a_wrong_try_at_the_code() -> None:
    card = a_card(by=at_store())
    read = codes.normalised(str(card.code))
    for place in range(5):
        with pytest.raises(GiftCardNotFound):
            find(f"{read}.{codes.new_proof()}", caller=f"key:{place}")

    with pytest.raises(TooManyTries):
        find(str(card.scan), caller="key:9")


def test_no_proof_is_kept_and_none_serves_for_another_card() -> None:
    card = a_card(by=at_store())
    row = GiftCardCode.objects.get()
    code, proof = str(card.scan).split(".")

    assert row.proof_digest == codes.proof_digest(code, proof)
    assert proof not in row.proof_digest.upper()
    assert codes.proof_digest(codes.new_code(), proof) != row.proof_digest


def test_a_card_from_before_there_were_proofs_asks_for_its_pin() -> None:
    card = a_card(by=at_store())
    GiftCardCode.objects.update(proof_digest="")

    with pytest.raises(GiftCardNotFound):
        find(str(card.scan))
    assert opened(card).card_id == card.card_id


def test_ten_wrong_tries_a_minute_then_even_the_right_one_waits() -> None:
    card = a_card(by=at_store())
    for _ in range(10):
        with pytest.raises(GiftCardNotFound):
            find(codes.new_code())

    for code in (codes.new_code(), str(card.code)):
        with pytest.raises(TooManyTries) as refusal:
            find(code, str(card.pin), at=NOON + 30 * timedelta(seconds=1))
        assert refusal.value.retry_after == 30

    assert opened(card, caller="key:2").is_active  # another till goes on
    assert opened(
        card, at=NOON + MINUTE
    ).is_active  # and so does this one, a minute later


def test_five_wrong_pins_close_a_code_for_a_quarter_of_an_hour_whoever_asks() -> None:
    card = a_card(by=at_store())
    for number in range(5):
        with pytest.raises(GiftCardNotFound):
            find(str(card.code), other_than(card.pin), caller=f"key:{number}")

    with pytest.raises(TooManyTries) as refusal:
        opened(card, caller="key:9")
    assert refusal.value.retry_after == 15 * 60
    with pytest.raises(TooManyTries):
        opened(card, caller="key:9", at=NOON + 15 * MINUTE - timedelta(seconds=1))
    assert opened(card, caller="key:9", at=NOON + 15 * MINUTE).is_active


def test_a_code_that_does_not_exist_is_closed_alike_and_so_tells_nothing() -> None:
    nowhere = codes.new_code()
    for number in range(5):
        with pytest.raises(GiftCardNotFound):
            find(nowhere, caller=f"key:{number}")
    with pytest.raises(TooManyTries):
        find(nowhere, caller="key:9")


def test_the_right_pin_forgets_the_wrong_ones_before() -> None:
    card = a_card(by=at_store())
    for _round in range(3):
        for number in range(4):
            with pytest.raises(GiftCardNotFound):
                find(str(card.code), other_than(card.pin), caller=f"{_round}:{number}")
        assert opened(card, caller=f"right:{_round}").is_active


def test_a_burst_of_guesses_is_an_alarm_once() -> None:
    for _ in range(10):
        with pytest.raises(GiftCardNotFound):
            find(codes.new_code())
    with pytest.raises(TooManyTries):
        find(codes.new_code())

    assert AuditEvent.objects.filter(act="gift_cards.guessed").count() == 1


def test_nobody_learns_from_the_tries_who_asked_for_what() -> None:
    code = codes.new_code()
    with pytest.raises(GiftCardNotFound):
        find(code, caller="address:203.0.113.7")

    kept = str(list(GiftCardTry.objects.values()))
    assert "203.0.113.7" not in kept
    assert code not in kept


def test_old_tries_are_forgotten() -> None:
    with pytest.raises(GiftCardNotFound):
        find(codes.new_code())

    assert gift_cards_services.forget_tries(at=NOON + timedelta(hours=23)) == 0
    assert gift_cards_services.forget_tries(at=NOON + timedelta(hours=25)) == 2


def test_a_new_secret_key_opens_the_codes_of_the_former_and_hashes_them_anew() -> None:
    with override_settings(SECRET_KEY="former", SECRET_KEY_FALLBACKS=[]):
        card = a_card(by=at_store())
        former = GiftCardCode.objects.get()
    with override_settings(SECRET_KEY="new", SECRET_KEY_FALLBACKS=["former"]):
        assert find(str(card.scan)).card_id == card.card_id
        # Without the PIN its hash cannot be made anew: both stay as they are.
        assert GiftCardCode.objects.get().key_id == former.key_id
        assert opened(card).card_id == card.card_id
    with override_settings(SECRET_KEY="new", SECRET_KEY_FALLBACKS=[]):
        assert GiftCardCode.objects.get().key_id != former.key_id
        assert opened(card).card_id == card.card_id
        with pytest.raises(GiftCardNotFound):
            find(str(card.code), other_than(card.pin))


def test_a_look_up_is_one_statement() -> None:
    by = at_store()
    card = a_card(by=by)
    pay(card, 1, by=by)

    with CaptureQueriesContext(
        connection,
    ) as asked:
        opened(card)
    own = [query for query in asked if "SAVEPOINT" not in query["sql"]]
    assert len(own) == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_guesses_at_once_ten_are_answered() -> None:
    outcomes = race(lambda _: find(codes.new_code()), runners=20)

    assert answers(outcomes) == []
    kinds = [type(refusal) for refusal in refusals(outcomes)]
    assert kinds.count(GiftCardNotFound) == 10
    assert kinds.count(TooManyTries) == 10


@pytest.mark.django_db(transaction=True)
def test_pins_guessed_at_once_are_counted_one_by_one() -> None:
    """The right PIN among twenty is let in only among the first five."""
    card = a_card(by=at_store())

    def guess(number: int) -> Found:
        pin = str(card.pin) if number == 19 else other_than(card.pin)
        return find(str(card.code), pin, caller=f"key:{number}")

    outcomes = race(guess, runners=20)

    kinds = [type(refusal) for refusal in refusals(outcomes)]
    # The right one counts nothing, and lets five more be wrong after it.
    assert kinds.count(GiftCardNotFound) in range(5, 10)
    assert (
        kinds.count(GiftCardNotFound)
        + kinds.count(TooManyTries)
        + len(answers(outcomes))
        == 20
    )
    assert left(card) == 100_00
