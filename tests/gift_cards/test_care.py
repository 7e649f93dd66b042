"""Blocking, replacing, voiding, extending, and giving back what lapsed."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from common.errors import DomainError
from common.text import InvisibleText
from gift_cards import services as gift_cards_services
from gift_cards.errors import (
    CodeReplacedAlready,
    ExtensionRefused,
    GiftCardNotFound,
    GiftCardUnavailable,
    GiftCardUnknown,
    NothingLapsed,
    OtherStore,
)
from gift_cards.models import GiftCard, GiftCardCode
from gift_cards.services import FreshCode, SoldCard
from ledger import selectors as ledger_selectors
from ledger import services as ledger_services
from ledger.errors import InsufficientFunds
from ledger.services import Act
from policies.models import ShopPolicy
from stores import services as stores_services
from stores.errors import ApprovalNeeded, ApprovalNotUsable, NotAllowed, ReasonMissing
from stores.models import AuditEvent, Store
from tests.factories.gift_cards import (
    NOON,
    a_card,
    a_key,
    at_store,
    at_till,
    left,
    pay,
    row,
    sell,
)
from tests.factories.ledger import TODAY, everything
from tests.factories.stores import PIN, UserFactory
from tests.ledger.racing import answers, race, refusals

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def do(name: str, card: SoldCard, by: Act, **options: Any) -> Any:
    command = getattr(gift_cards_services, name)
    if name in {"void_sale", "revive"}:
        options.setdefault("key", a_key(name))
    return command(
        **{"card_id": card.card_id, "reason": "why", "by": by, "at": NOON, **options}
    )


def live_code(card: SoldCard) -> int:
    return GiftCardCode.objects.get(card_id=card.card_id, died_at=None).pk


def tenders(store_id: int | None) -> dict[str, int]:
    """What the tenders of a store took, all in all."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.slot, sum(CASE WHEN p.debit_id = a.id THEN p.amount"
            " ELSE -p.amount END)::bigint FROM ledger_account a JOIN ledger_posting p"
            " ON a.id IN (p.debit_id, p.credit_id)"
            " WHERE a.kind = 'tender' AND a.holder_id = %s GROUP BY 1",
            [store_id],
        )
        return dict(cursor.fetchall())


def lawless() -> None:
    ShopPolicy.objects.create(
        number=2, in_force_from=NOON, reason="moved", profile="none"
    )


def sweep(at: Any) -> None:
    ledger_services.expire_lots(at=at, business_date=TODAY, request_id="sweep")


def test_a_blocked_card_pays_nothing_until_it_is_released() -> None:
    by = at_store()
    card = a_card(by=by)

    do("block", card, by)
    do("block", card, by)
    with pytest.raises(GiftCardUnavailable):
        pay(card, 1, by=by)
    do("unblock", card, by)

    assert pay(card, 1, by=by).left == 99_99
    acts = AuditEvent.objects.filter(act__startswith="gift_cards.").order_by("pk")
    assert [event.act for event in acts][-2:] == [
        "gift_cards.blocked",
        "gift_cards.unblocked",
    ]


@pytest.mark.parametrize(
    "name", ["block", "unblock", "replace", "void_sale", "extend", "revive"]
)
def test_every_act_asks_why_and_knows_only_cards_that_were_sold(name: str) -> None:
    by = at_store()
    card = a_card(by=by)
    unsold = GiftCard.objects.create(design=row(card).design, made_at=NOON)
    needs: dict[str, dict[str, Any]] = {
        "replace": {"code_id": live_code(card)},
        "extend": {"until": NOON + 2000 * DAY},
    }
    more = needs.get(name, {})
    before = [everything(), list(GiftCard.objects.values())]

    for options, refusal in (
        ({"reason": "   "}, ReasonMissing),
        ({"reason": "  \x00 "}, InvisibleText),
        ({"card_id": unsold.pk}, GiftCardUnavailable),
        ({"card_id": 10**9}, GiftCardUnknown),
    ):
        with pytest.raises(refusal):
            do(name, card, by, **more, **options)

    assert [everything(), list(GiftCard.objects.values())] == before


@pytest.mark.parametrize("name", ["block", "replace", "void_sale", "extend", "revive"])
def test_a_cashier_alone_mends_no_card(name: str) -> None:
    act, _ = at_till("cashier")
    card = a_card(by=act)
    needs: dict[str, dict[str, Any]] = {
        "replace": {"code_id": live_code(card)},
        "extend": {"until": row(card).expires_at},
    }
    more = needs.get(name, {})
    before = [everything(), list(GiftCard.objects.values())]

    refusals = {
        "extend": ExtensionRefused,
        "revive": NothingLapsed,
        "void_sale": ApprovalNeeded,
    }
    with pytest.raises(refusals.get(name, NotAllowed)):
        do(name, card, act, **more)

    assert [everything(), list(GiftCard.objects.values())] == before


def test_a_new_code_opens_the_same_value_and_the_old_one_is_dead() -> None:
    by = at_store()
    card = a_card(100_00, by=by)
    pay(card, 30_00, by=by)
    books = everything()
    old = live_code(card)

    fresh: FreshCode = do("replace", card, by, code_id=old)

    assert everything() == books  # the value never moved
    with pytest.raises(GiftCardNotFound):
        pay(card, 1, by=by)
    paid = gift_cards_services.redeem(
        code=fresh.code, pin=fresh.pin, amount=70_00, by=by, at=NOON, key=a_key()
    )
    assert paid.left == 0
    with pytest.raises(CodeReplacedAlready):
        do("replace", card, by, code_id=old)
    assert GiftCardCode.objects.filter(card_id=card.card_id).count() == 2


def test_a_dead_code_stays_dead_whoever_writes_the_row() -> None:
    by = at_store()
    card = a_card(by=by)
    old = live_code(card)
    do("replace", card, by, code_id=old)

    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE gift_cards_giftcardcode SET died_at = NULL WHERE id = %s", [old]
        )


def test_voiding_the_sale_pays_back_and_kills_the_card() -> None:
    by = at_store()
    card = a_card(100_00, by=by, tenders={"cash": 40_00, "wechat": 60_00})

    assert do("void_sale", card, by, key="void") == 100_00
    assert do("void_sale", card, by, key="void") == 100_00

    assert tenders(by.store_id) == {"cash": 0, "wechat": 0}
    assert (row(card).status, left(card)) == ("void", 0)
    for name, more in (
        ("unblock", {}),
        ("void_sale", {}),
        ("replace", {"code_id": live_code(card)}),
    ):
        with pytest.raises(GiftCardUnavailable):
            do(name, card, by, **more)
    with pytest.raises(GiftCardUnavailable):
        pay(card, 1, by=by)
    assert ledger_services.prove_books().is_proven


def test_a_used_card_is_refunded_for_what_is_left() -> None:
    by = at_store()
    card, other = sell(
        100_00, by=by, quantity=2, tenders={"cash": 150_00, "card": 50_00}
    ).cards
    paid = pay(card, 30_00, by=by)
    gift_cards_services.refund_redemption(
        entry_id=paid.entry_id,
        card_id=card.card_id,
        amount=10_00,
        by=by,
        at=NOON,
        key=a_key(),
    )

    assert do("void_sale", card, by) == 80_00
    assert left(other) == 100_00
    assert sum(tenders(by.store_id).values()) == 120_00
    before = everything()
    with pytest.raises(GiftCardUnavailable):
        gift_cards_services.refund_redemption(
            entry_id=paid.entry_id,
            card_id=card.card_id,
            amount=20_00,
            by=by,
            at=NOON,
            key=a_key(),
        )
    assert everything() == before


def test_an_empty_card_is_voided_for_nothing() -> None:
    by = at_store()
    card = a_card(100_00, by=by)
    pay(card, 100_00, by=by)

    assert do("void_sale", card, by) == 0
    assert row(card).status == "void"


def test_a_blocked_and_an_extended_card_are_voided_alike() -> None:
    by = at_store()
    blocked, extended = a_card(by=by), a_card(by=by)
    do("block", blocked, by)
    lawless()
    ends = row(extended).expires_at
    assert ends is not None
    do("extend", extended, by, at=ends - DAY, until=ends + 30 * DAY)

    assert do("void_sale", blocked, by) == 100_00
    assert do("void_sale", extended, by, at=ends + DAY) == 100_00
    assert tenders(by.store_id) == {"cash": 0}


def test_a_card_is_voided_where_it_was_sold() -> None:
    card = a_card(by=at_store())
    before = everything()

    with pytest.raises(OtherStore):
        do("void_sale", card, at_store())

    assert (everything(), row(card).status) == (before, "active")


def test_above_ones_limit_voiding_takes_two_for_exactly_this_card() -> None:
    act, lead = at_till("shift-lead")
    store = Store.objects.get()
    cards = [a_card(600_00, by=act) for _ in range(2)]
    manager = UserFactory.holding("store-manager", store=store)

    with pytest.raises(ApprovalNeeded):
        do("void_sale", cards[0], act)
    approval = stores_services.approve_beside(
        checker=manager,
        secret=PIN,
        act="gift_cards.void_gift_card",
        maker=lead,
        store=store,
        amount=600_00,
        subject=gift_cards_services.subject_of(cards[0].card_id),
        reason="the guest changed her mind",
        at=NOON,
    )
    with pytest.raises(ApprovalNotUsable):
        do("void_sale", cards[1], act, approval=approval)

    assert do("void_sale", cards[0], act, approval=approval) == 600_00
    with pytest.raises(ApprovalNotUsable):
        do("void_sale", cards[1], act, approval=approval)
    assert [row(card).status for card in cards] == ["void", "active"]
    named = AuditEvent.objects.get(act="gift_cards.voided")
    assert (named.staff_id, named.approver_id) == (lead.pk, manager.pk)


def test_a_card_lives_longer_and_never_shorter() -> None:
    by = at_store()
    card = a_card(by=by)
    ends = row(card).expires_at
    assert ends is not None
    late = ends - 10 * DAY

    do("extend", card, by, at=late, until=ends + 100 * DAY)

    assert row(card).expires_at == ends + 100 * DAY
    assert pay(card, 1, by=by, at=ends + 99 * DAY).left == 99_99
    before = [everything(), row(card).expires_at]
    for until in (ends, ends + 100 * DAY, late + 800 * DAY):
        with pytest.raises(ExtensionRefused):
            do("extend", card, by, at=late, until=until)
    with pytest.raises(ExtensionRefused):  # lapsed: that is another act
        do("extend", card, by, at=ends + 101 * DAY, until=ends + 120 * DAY)
    assert [everything(), row(card).expires_at] == before
    for more in (101, 102):
        do("extend", card, by, at=late, until=ends + more * DAY)
    with pytest.raises(ExtensionRefused):  # three times at most
        do("extend", card, by, at=late, until=ends + 103 * DAY)


@pytest.mark.parametrize("is_swept", [True, False])
def test_what_lapsed_is_given_back_where_the_law_keeps_it_owed(
    is_swept: bool,  # noqa: FBT001
) -> None:
    by = at_store()
    card = a_card(100_00, by=by)
    pay(card, 30_00, by=by)
    ends = row(card).expires_at
    assert ends is not None
    if is_swept:
        sweep(ends)
        assert left(card) == 0
    later = ends + 400 * DAY

    assert do("revive", card, by, at=later, key="back") == 70_00
    assert do("revive", card, by, at=later, key="back") == 70_00

    with pytest.raises(NothingLapsed):
        do("revive", card, by, at=later)
    assert pay(card, 70_00, by=by, at=later + 300 * DAY).left == 0
    assert ledger_services.prove_books().is_proven


def test_revived_value_is_paid_back_when_the_sale_is_voided() -> None:
    by = at_store()
    card = a_card(100_00, by=by)
    ends = row(card).expires_at
    assert ends is not None
    sweep(ends)
    do("revive", card, by, at=ends)

    assert do("void_sale", card, by, at=ends) == 100_00
    assert tenders(by.store_id) == {"cash": 0}
    assert ledger_services.prove_books().is_proven


def test_where_no_law_keeps_it_owed_what_lapsed_is_breakage() -> None:
    by = at_store()
    card = a_card(by=by)
    lawless()
    ends = row(card).expires_at
    assert ends is not None
    sweep(ends)
    before = everything()

    with pytest.raises(NothingLapsed):
        do("revive", card, by, at=ends)

    assert everything() == before
    account = row(card).account_id
    assert account is not None
    assert ledger_selectors.lapsed(account_id=account) == 100_00


def test_under_a_law_that_forbids_it_no_card_expires() -> None:
    ShopPolicy.objects.create(number=2, in_force_from=NOON, reason="TW", profile="TW")

    card = a_card(by=at_store())

    assert card.expires_at is None
    with pytest.raises(ExtensionRefused):
        do("extend", card, at_store(), until=NOON + DAY)


@pytest.mark.django_db(transaction=True)
def test_a_sale_is_voided_once_and_nothing_is_spent_twice_meanwhile() -> None:
    by = at_store()
    card = a_card(100_00, by=by)
    pay(card, 1_00, by=by)

    def act(number: int) -> object:
        if number % 2:
            return do("void_sale", card, by)
        return pay(card, 3_00, by=by)

    outcomes = race(act, runners=20)

    spent = 1_00 + 3_00 * sum(
        1 for found in answers(outcomes) if hasattr(found, "left")
    )
    voided = [found for found in answers(outcomes) if isinstance(found, int)]
    assert len(voided) == 1
    assert voided[0] + spent == 100_00
    assert {type(refusal) for refusal in refusals(outcomes)} <= {
        GiftCardUnavailable,
        InsufficientFunds,
    }
    assert left(card) == 0
    assert ledger_services.prove_books().is_proven


@pytest.mark.django_db(transaction=True)
def test_a_code_is_replaced_once_by_many() -> None:
    by = at_store()
    card = a_card(by=by)
    old = live_code(card)

    outcomes = race(lambda _: do("replace", card, by, code_id=old), runners=8)

    assert len(answers(outcomes)) == 1
    assert {type(refusal) for refusal in refusals(outcomes)} == {CodeReplacedAlready}
    assert GiftCardCode.objects.filter(died_at=None).count() == 1


def test_refusals_are_sentences() -> None:
    for refusal in (GiftCardUnknown(), OtherStore(), ExtensionRefused()):
        assert isinstance(refusal, DomainError)
        assert str(refusal).endswith(".")
