"""Gift cards over the API: sold, looked up, moved into a wallet, and not guessed."""

from typing import Any

import pytest
from django.db import connection

from gift_cards.models import Gift, GiftCard
from ledger import services as ledger_services
from members.models import Member
from tests.factories.api import Till, a_key, a_till, is_problem, the_office
from tests.factories.gift_cards import GiftCardDesignFactory
from tests.factories.ledger import everything
from tests.factories.stores import StoreFactory

pytestmark = pytest.mark.django_db

CASH = [{"kind": "cash", "amount": 100_00}]
WRONG = "AAAA-AAAA-AAAA-AAAA"


@pytest.fixture
def till() -> Till:
    GiftCardDesignFactory.create()
    return a_till()


def sell(till: Till, **more: Any) -> Any:
    body = {"amount": 100_00, "tenders": CASH, **more}
    return till.post("/gift-cards", body, key=a_key())


def a_card(till: Till) -> Any:
    response = sell(till)
    assert response.status_code == 201, response.content
    return response.json()["cards"][0]


def test_cards_are_sold_and_their_codes_shown(till: Till) -> None:
    response = sell(
        till,
        quantity=2,
        tenders=[
            {"kind": "wechat", "amount": 150_00, "reference": "4200001"},
            {"kind": "cash", "amount": 50_00},
        ],
    )

    assert response.status_code == 201, response.content
    cards = response.json()["cards"]
    assert len(cards) == 2
    for card in cards:
        looked = till.post(
            "/gift-cards/lookup", {"code": card["code"], "pin": card["pin"]}
        ).json()
        assert looked == {
            "balance": 100_00,
            "status": "active",
            "expires_on": card["expires_on"],
            "last4": card["last4"],
        }
    assert ledger_services.prove_books().is_proven


def test_the_office_reads_the_day_that_is_on_the_card(settings: Any) -> None:
    settings.TIME_ZONE = "America/New_York"
    GiftCardDesignFactory.create()
    card = a_card(a_till(store=StoreFactory.create(time_zone="America/New_York")))
    asked = {"code": card["code"], "pin": card["pin"]}

    told = the_office("gift_cards:read").post("/gift-cards/lookup", asked).json()

    assert told["expires_on"] == card["expires_on"] is not None


def test_the_same_sale_again_shows_the_same_codes_and_sells_nothing(
    till: Till,
) -> None:
    body = {"amount": 100_00, "tenders": CASH}
    first = till.post("/gift-cards", body, key="one")

    second = till.post("/gift-cards", body, key="one")

    assert second.content == first.content
    assert GiftCard.objects.count() == 1
    code = first.json()["cards"][0]["code"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT a::text, encode(a.body, 'escape') FROM api_answer a")
        kept = str(cursor.fetchall())
    assert code not in kept
    assert code.replace("-", "") not in kept


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount": 5}, "gift_card_amount_refused"),
        ({"quantity": 0}, "invalid"),
        ({"quantity": 501}, "invalid"),
        ({"tenders": []}, "invalid"),
        ({"tenders": [{"kind": "cash", "amount": 99_99}]}, "gift_card_tenders_refused"),
        ({"tenders": [{"kind": "points", "amount": 100_00}]}, "tender_unknown"),
        ({"design": "no such"}, "invalid"),
        ({"recipient": {"name": "A"}}, "invalid"),
        ({"recipient": {"name": "A", "email": "nobody"}}, "gift_refused"),
        ({"recipient": {"name": "A", "phone": "1"}}, "phone_not_read"),
        (
            {"recipient": {"name": "A", "email": "a@b.cn", "deliver_at": 5}},
            "invalid",
        ),
        (
            {"recipient": {"name": "A", "email": "a@b.cn", "deliver_at": "2026-11-30"}},
            "invalid",
        ),
        (
            {
                "recipient": {
                    "name": "A",
                    "email": "a@b.cn",
                    "deliver_at": "2001-01-01T00:00:00Z",
                }
            },
            "gift_refused",
        ),
    ],
)
def test_what_cannot_be_sold_is_not(
    till: Till, change: dict[str, Any], code: str
) -> None:
    before = everything()

    response = sell(till, **change)

    assert is_problem(response, 422, code)
    assert everything() == before
    assert GiftCard.objects.count() == 0


def test_a_gift_is_on_its_way(till: Till) -> None:
    response = sell(
        till, recipient={"name": "小红", "email": "hong@example.com", "message": "Hi"}
    )

    assert response.status_code == 201, response.content
    gift = Gift.objects.get()
    assert (gift.recipient_email, gift.status) == ("hong@example.com", "waiting")


def test_a_whole_card_goes_into_the_wallet(till: Till, member: Member) -> None:
    card = a_card(till)
    body = {
        "code": card["code"],
        "pin": card["pin"],
        "member": str(member.public_id),
    }

    first = till.post("/gift-cards/redeem-to-wallet", body, key="move")
    second = till.post("/gift-cards/redeem-to-wallet", body, key="move")
    empty = till.post("/gift-cards/redeem-to-wallet", body, key="other")

    assert first.status_code == 200, first.content
    assert first.json() == {
        "amount": 100_00,
        "wallet": {"principal": 100_00, "bonus": 0, "total": 100_00},
    }
    assert second.content == first.content
    assert is_problem(empty, 409, "gift_card_unavailable")
    assert ledger_services.prove_books().is_proven


def test_a_replay_asks_the_card_nothing(till: Till, member: Member) -> None:
    """The answer stands, whatever became of the card since."""
    card = a_card(till)
    body = {"code": card["code"], "pin": card["pin"], "member": str(member.public_id)}
    first = till.post("/gift-cards/redeem-to-wallet", body, key="move")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE gift_cards_giftcardcode SET died_at = made_at")

    second = till.post("/gift-cards/redeem-to-wallet", body, key="move")

    assert (second.status_code, second.content) == (200, first.content)


def test_a_wrong_code_and_a_wrong_pin_are_told_alike(till: Till) -> None:
    card = a_card(till)

    answers = [
        till.post("/gift-cards/lookup", body)
        for body in (
            {"code": WRONG},
            {"code": "nonsense 😀"},
            {"code": card["code"], "pin": "000000"},
            {"code": card["code"]},
        )
    ]

    assert all(is_problem(answer, 404, "gift_card_not_found") for answer in answers)
    assert len({answer.content for answer in answers}) == 1


def test_nobody_guesses_more_than_ten_a_minute(till: Till, member: Member) -> None:
    card = a_card(till)
    before = everything()

    tries = [
        till.post("/gift-cards/lookup", {"code": f"{WRONG[:-2]}{number:02d}"})
        for number in range(10)
    ]
    right = {"code": card["code"], "pin": card["pin"]}
    beyond = till.post("/gift-cards/lookup", right)
    moved = till.post(
        "/gift-cards/redeem-to-wallet",
        {**right, "member": str(member.public_id)},
        key=a_key(),
    )

    assert all(is_problem(answer, 404, "gift_card_not_found") for answer in tries)
    assert is_problem(beyond, 429, "too_many_tries")
    assert 1 <= int(beyond["Retry-After"]) <= 60
    assert is_problem(moved, 429, "too_many_tries")
    assert everything() == before


def guess(caller: Till, times: int = 10, store: str = "") -> None:
    headers = {"Regulars_Store": store} if store else {}
    for number in range(times):
        code = {"code": f"{WRONG[:-2]}{number:02d}"}
        caller.post("/gift-cards/lookup", code, **headers)


def test_one_tills_guesses_stop_no_other_behind_the_same_address(till: Till) -> None:
    card = a_card(till)
    guesser = a_till()
    guess(guesser)
    right = {"code": card["code"], "pin": card["pin"]}

    stopped = guesser.post("/gift-cards/lookup", right)
    beside = till.post("/gift-cards/lookup", right)

    assert is_problem(stopped, 429, "too_many_tries")
    assert beside.status_code == 200


def test_one_stores_guesses_stop_no_other_with_the_same_key() -> None:
    office = the_office()
    one, other = StoreFactory.create(), StoreFactory.create()
    guess(office, store=one.code)

    headers = [{"Regulars_Store": store.code} for store in (one, other)]
    told = [office.post("/gift-cards/lookup", {"code": WRONG}, **of) for of in headers]

    assert is_problem(told[0], 429, "too_many_tries")
    assert is_problem(told[1], 404, "gift_card_not_found")


def test_a_refusal_of_a_wrong_code_is_remembered_and_counted(
    till: Till, member: Member
) -> None:
    body = {"code": WRONG, "member": str(member.public_id)}

    first = till.post("/gift-cards/redeem-to-wallet", body, key="wrong")
    second = till.post("/gift-cards/redeem-to-wallet", body, key="wrong")

    assert is_problem(first, 404, "gift_card_not_found")
    assert second["Idempotency-Replayed"] == "true"
    assert second.content == first.content


def test_gift_cards_need_their_scopes_and_a_key(till: Till, member: Member) -> None:
    reader = a_till("gift_cards:read")

    assert is_problem(sell(reader), 403, "scope_missing")
    keyless = till.post("/gift-cards", {"amount": 100_00, "tenders": CASH})
    assert is_problem(keyless, 400, "idempotency_key_required")
    assert GiftCard.objects.count() == 0
