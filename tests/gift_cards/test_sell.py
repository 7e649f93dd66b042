"""Selling cards: paid for in money, exactly, and only then active."""

import pytest
from django.db import DatabaseError, connection, transaction

from common.errors import DomainError
from gift_cards import services as gift_cards_services
from gift_cards.errors import (
    CardAmountRefused,
    MemberUnknown,
    NonCashNeeded,
    NotForSale,
    QuantityRefused,
    RealNameNeeded,
    StoreNeeded,
    TendersRefused,
)
from gift_cards.models import GiftCard, GiftCardCode, GiftCardPolicy
from ledger import selectors as ledger_selectors
from ledger import services as ledger_services
from ledger.errors import IdempotencyConflict
from members.models import Member
from stores.errors import NotAllowed, TenderUnknown
from tests.factories.gift_cards import (
    NOON,
    GiftCardDesignFactory,
    a_key,
    at_store,
    at_till,
    left,
    row,
    sell,
)
from tests.factories.ledger import an_act, everything
from tests.factories.members import MemberFactory
from tests.ledger.racing import answers, race, refusals

pytestmark = pytest.mark.django_db


def cards() -> list[object]:
    return [everything(), list(GiftCard.objects.values()), GiftCardCode.objects.count()]


def test_a_sold_card_is_active_paid_for_and_shown_once() -> None:
    by = at_store()

    sold = sell(100_00, by=by, tenders={"wechat": 60_00, "cash": 40_00})

    (card,) = sold.cards
    found = row(card)
    assert (found.status, found.amount, found.sale_id) == (
        "active",
        100_00,
        sold.entry_id,
    )
    assert found.store_id == by.store_id
    assert found.expires_at is not None  # three years to the end of that day
    assert (found.expires_at.year, found.expires_at.month) == (2029, 11)
    assert left(card) == 100_00
    assert card.code is not None
    assert card.pin is not None
    assert len(card.code.replace("-", "")) == 16
    assert card.code.endswith(card.last4)
    assert len(card.pin) == 6
    assert ledger_services.prove_books().is_proven


def test_no_code_and_no_pin_is_kept_anywhere() -> None:
    (card,) = sell(by=at_store()).cards
    assert card.code is not None
    code, pin = card.code.replace("-", ""), str(card.pin)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c::text FROM gift_cards_giftcardcode c UNION ALL"
            " SELECT c::text FROM gift_cards_giftcard c UNION ALL"
            " SELECT e::text FROM ledger_entry e UNION ALL"
            " SELECT a::text FROM stores_auditevent a"
        )
        kept = "\n".join(line for (line,) in cursor.fetchall())

    assert code not in kept
    assert card.code not in kept
    assert f",{pin}," not in kept


def test_many_cards_are_one_entry_and_each_its_own_code() -> None:
    sold = sell(
        50_00, by=at_store(), quantity=20, tenders={"card": 700_00, "cash": 300_00}
    )

    assert len({card.code for card in sold.cards}) == 20
    assert {left(card) for card in sold.cards} == {50_00}
    assert len(ledger_selectors.postings(entry_id=sold.entry_id)) == 20


def test_sent_twice_it_is_sold_once_and_the_code_is_not_shown_again() -> None:
    by, key, design = at_store(), a_key(), GiftCardDesignFactory.create().pk

    first = sell(by=by, key=key, design_id=design, quantity=2)
    before = cards()
    again = sell(by=by, key=key, design_id=design, quantity=2)

    assert again.replayed
    assert again.entry_id == first.entry_id
    assert [card.card_id for card in again.cards] == [
        card.card_id for card in first.cards
    ]
    assert {(card.code, card.pin) for card in again.cards} == {(None, None)}
    with pytest.raises(IdempotencyConflict):
        sell(by=by, key=key, design_id=design, quantity=3)
    assert cards() == before


@pytest.mark.parametrize(
    ("options", "refusal"),
    [
        ({"tenders": {"cash": 99_00}}, TendersRefused),
        ({"tenders": {"cash": 101_00}}, TendersRefused),
        ({"tenders": {"gift_card": 100_00}}, TenderUnknown),
        ({"tenders": {"bonus": 100_00}}, TenderUnknown),
        ({"tenders": {"points": 50_00, "cash": 50_00}}, TenderUnknown),
        ({"tenders": {"cash": 200_00, "card": -100_00}}, TendersRefused),
        ({"tenders": {"cash": 100_00, "card": 0}}, TendersRefused),
        ({"tenders": {}}, TendersRefused),
        ({"amount": 0, "tenders": {}}, CardAmountRefused),
        ({"amount": -1, "tenders": {"cash": -1}}, CardAmountRefused),
        ({"amount": 9_99, "tenders": {"cash": 9_99}}, CardAmountRefused),
        ({"amount": 10**18, "tenders": {"cash": 10**18}}, CardAmountRefused),
        ({"amount": 1_000_01, "tenders": {"cash": 1_000_01}}, CardAmountRefused),
        ({"quantity": 0}, QuantityRefused),
        ({"quantity": 501}, QuantityRefused),
        ({"design_id": 10**9}, NotForSale),
        ({"buyer_id": 10**9}, MemberUnknown),
        ({"by": an_act()}, StoreNeeded),
    ],
)
def test_what_is_refused_sells_nothing(
    options: dict[str, object], refusal: type[DomainError]
) -> None:
    by = at_store()
    GiftCardDesignFactory.create()
    before = cards()

    with pytest.raises(refusal):
        sell(**{"by": by, "amount": 100_00, **options})  # type: ignore[arg-type]  # any

    assert cards() == before


def test_a_design_off_sale_or_an_amount_that_it_has_not_is_refused() -> None:
    off = GiftCardDesignFactory.create(is_active=False).pk
    fixed = GiftCardDesignFactory.create(free_from=None, free_to=None).pk

    with pytest.raises(NotForSale):
        sell(by=at_store(), design_id=off)
    with pytest.raises(CardAmountRefused):
        sell(60_00, by=at_store(), design_id=fixed)

    assert sell(50_00, by=at_store(), design_id=fixed).cards


def test_so_much_asks_for_a_name_and_more_of_an_organisation_for_no_cash() -> None:
    by, design = at_store(), GiftCardDesignFactory.create().pk
    nameless = MemberFactory.create(name="")
    before = cards()

    def buy(**options: object) -> object:
        return sell(1_000_00, by=by, design_id=design, quantity=10, **options)

    for buyer in (None, nameless.pk):
        with pytest.raises(RealNameNeeded):
            buy(buyer_id=buyer)
    with pytest.raises(NonCashNeeded):
        gift_cards_services.sell(
            design_id=design,
            amount=1_000_00,
            quantity=5,
            payment=gift_cards_services.Payment(
                tenders={"cash": 5_000_00}, for_organisation=True
            ),
            by=by,
            at=NOON,
            key=a_key(),
        )
    assert cards() == before
    assert buy(buyer_id=MemberFactory.create().pk)


def test_a_member_who_is_gone_buys_nothing() -> None:
    gone = MemberFactory.create(
        status=Member.Status.MERGED, merged_into=MemberFactory.create(), ended_at=NOON
    )

    with pytest.raises(MemberUnknown):
        sell(by=at_store(), buyer_id=gone.pk)
    assert not GiftCard.objects.exists()


def test_staff_sell_where_their_role_allows_it() -> None:
    act, _ = at_till("cashier")
    marketing, _ = at_till("marketing")

    assert sell(by=act).cards
    with pytest.raises(NotAllowed):
        sell(by=marketing)
    assert GiftCard.objects.count() == 1


def test_no_pin_where_the_policy_asks_for_none() -> None:
    GiftCardPolicy.objects.create(
        number=2, in_force_from=NOON, reason="no PIN", pin_asked=False
    )

    (card,) = sell(by=at_store()).cards

    assert card.pin is None
    found = gift_cards_services.find(code=str(card.code), by=at_store(), at=NOON)
    assert found.usable == 100_00


@pytest.mark.parametrize(
    "change",
    [
        "status = 'made'",
        "sale_id = NULL",
        "amount = amount + 1",
        "sold_at = now()",
        "account_id = NULL",
        "public_id = gen_random_uuid()",
    ],
)
def test_what_paid_for_a_card_is_not_rewritten(change: str) -> None:
    sell(by=at_store())

    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE gift_cards_giftcard SET {change}")


def test_no_card_is_active_without_an_entry_that_paid_for_it() -> None:
    unpaid = GiftCard.objects.create(
        design=GiftCardDesignFactory.create(), amount=100_00, made_at=NOON
    )
    by_force = "UPDATE gift_cards_giftcard SET status = 'active' WHERE id = %s"

    with (
        pytest.raises(DatabaseError, match="active_once_paid"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(by_force, [unpaid.pk])
    with transaction.atomic(), connection.cursor() as cursor:
        # The guard taken out, in a transaction of its own: it is what refused.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "ALTER TABLE gift_cards_giftcard"
            " DROP CONSTRAINT gift_cards_giftcard_active_once_paid"
        )
        cursor.execute(by_force, [unpaid.pk])
        assert cursor.rowcount == 1
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM gift_cards_giftcard",
        "DELETE FROM gift_cards_giftcardcode",
        "DELETE FROM gift_cards_giftcardpolicy",
        "UPDATE gift_cards_giftcardpolicy SET largest = 1",
        "TRUNCATE gift_cards_giftcard CASCADE",
        "TRUNCATE gift_cards_giftcardcode",
        "TRUNCATE gift_cards_giftcardbatch CASCADE",
        "TRUNCATE gift_cards_gift",
        "TRUNCATE gift_cards_giftcardpolicy CASCADE",
    ],
)
def test_nothing_disappears(statement: str) -> None:
    sell(by=at_store())

    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"SET CONSTRAINTS ALL IMMEDIATE; {statement}")


@pytest.mark.django_db(transaction=True)
def test_forty_sends_of_one_request_sell_once() -> None:
    by, design = at_store(), GiftCardDesignFactory.create().pk

    outcomes = race(
        lambda _: sell(by=by, key="impatient", design_id=design), runners=40
    )

    assert refusals(outcomes) == []
    sold = answers(outcomes)
    assert len({one.entry_id for one in sold}) == 1
    assert sum(1 for one in sold if one.cards[0].code) == 1
    assert GiftCard.objects.count() == 1
    assert ledger_services.prove_books().is_proven
