"""Issued, bound, lost, found, replaced, renewed, closed, expired; nothing else."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from cards import selectors as cards_selectors
from cards import services as cards_services
from cards.errors import (
    CardBound,
    CardFromStockNeeded,
    CardHoldsValue,
    CardMemberNeeded,
    CardNotInStock,
    CardNotLost,
    CardNotUsable,
    CardWithoutEnd,
    KindNotInUse,
    KindRefused,
    NoSuchMember,
)
from cards.models import Card, CardEvent, CardKind, WalletShare
from ledger import selectors as ledger_selectors
from ledger import services as ledger_services
from ledger.errors import AccountFrozen, IdempotencyConflict
from ledger.kinds import AccountKind
from ledger.services import Act
from members.models import Member
from policies.models import ShopPolicy
from stores import services as stores_services
from stores.errors import NotAllowed, StoreMissing, TenderUnknown
from stores.models import AuditEvent
from tests.factories.cards import CardFactory, CardKindFactory, held_on
from tests.factories.ledger import an_act, balance, everything, fund, lots, spend
from tests.factories.members import MemberFactory
from tests.factories.members import by as act_of
from tests.factories.stores import NOON, StoreFactory, UserFactory

pytestmark = pytest.mark.django_db
YEAR = timedelta(days=365)


@pytest.fixture
def by() -> Act:
    """The manager's, in a store."""
    return act_of("store-manager", store=StoreFactory.create())


def taken(by: Act) -> int:
    """What the store's tills have taken in cash."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(p.amount), 0) FROM ledger_posting p"
            " JOIN ledger_account a ON a.id = p.debit_id AND a.kind = 'tender'"
            " WHERE a.holder_id = %s",
            [by.store_id],
        )
        return int(cursor.fetchone()[0])


def test_a_card_on_the_phone_is_given_out_once_for_a_key(by: Act) -> None:
    kind = CardKindFactory.create(price=20_00, validity_months=12)
    member = MemberFactory.create()

    first, second = (
        cards_services.issue(
            kind_id=kind.pk, member_id=member.pk, by=by, at=NOON, key="issue:1"
        )
        for _ in range(2)
    )

    assert first == second
    assert Card.objects.count() == 1
    assert first.member == member
    assert first.store_id == by.store_id
    assert first.expires_at == datetime(2027, 11, 20, 16, tzinfo=UTC)
    assert taken(by) == 20_00
    assert [event.happening for event in cards_selectors.events_of(first.pk)] == [
        "issued"
    ]
    assert AuditEvent.objects.filter(act="cards.issued").count() == 1


def test_a_key_serves_one_request_only(by: Act) -> None:
    kind = CardKindFactory.create()
    one, other = MemberFactory.create(), MemberFactory.create()
    cards_services.issue(kind_id=kind.pk, member_id=one.pk, by=by, at=NOON, key="k")

    with pytest.raises(IdempotencyConflict):
        cards_services.issue(
            kind_id=kind.pk, member_id=other.pk, by=by, at=NOON, key="k"
        )

    assert Card.objects.count() == 1


def test_a_printed_card_comes_from_stock_by_scan(by: Act) -> None:
    kind = CardKindFactory.create(form=CardKind.Form.PRINTED)
    card, member = CardFactory.in_stock(kind), MemberFactory.create()
    typed = " ".join(card.number[place : place + 4] for place in range(0, 16, 4))

    issued = cards_services.issue(
        kind_id=kind.pk,
        member_id=member.pk,
        number=typed,
        by=by,
        at=NOON,
        key="issue:2",
    )

    assert issued.pk == card.pk
    assert issued.status == Card.Status.ACTIVE
    with pytest.raises(CardNotInStock):
        cards_services.issue(
            kind_id=kind.pk,
            member_id=member.pk,
            number=card.number,
            by=by,
            at=NOON,
            key="issue:3",
        )


def test_what_cannot_be_given_out_is_refused_and_nothing_is_taken(by: Act) -> None:
    printed = CardKindFactory.create(form=CardKind.Form.PRINTED, price=10_00)
    virtual = CardKindFactory.create(price=10_00)
    retired = CardKindFactory.create(is_active=False)
    gone = MemberFactory.create(
        status=Member.Status.ERASED, name="", phone=None, ended_at=NOON
    )
    member = MemberFactory.create()
    before = (Card.objects.count(), everything())

    def refused(error: type[Exception], **facts: object) -> None:
        request = {"member_id": member.pk, "by": by, "at": NOON, "key": "k", **facts}
        with pytest.raises(error):
            cards_services.issue(**request)  # type: ignore[arg-type]  # forged facts

    refused(CardFromStockNeeded, kind_id=printed.pk)
    refused(CardNotInStock, kind_id=printed.pk, number="9" * 16)
    refused(CardNotInStock, kind_id=printed.pk, number="😀\x00" + "9" * 200)
    refused(KindNotInUse, kind_id=retired.pk)
    refused(CardMemberNeeded, kind_id=virtual.pk, member_id=None)
    refused(NoSuchMember, kind_id=virtual.pk, member_id=gone.pk)
    refused(NoSuchMember, kind_id=virtual.pk, member_id=10**12)
    with transaction.atomic():
        refused(TenderUnknown, kind_id=virtual.pk, tender="shells")
    with transaction.atomic():
        refused(StoreMissing, kind_id=virtual.pk, by=an_act())

    assert (Card.objects.count(), everything()) == before


def test_a_cashier_of_another_store_gives_nothing_out() -> None:
    here, there = StoreFactory.create(), StoreFactory.create()
    cashier = UserFactory.holding("cashier", store=there)
    by = stores_services.act(staff=cashier, store=here, at=NOON)
    kind, member = CardKindFactory.create(), MemberFactory.create()

    with pytest.raises(NotAllowed):
        cards_services.issue(
            kind_id=kind.pk, member_id=member.pk, by=by, at=NOON, key="k"
        )

    assert not Card.objects.exists()


def test_an_anonymous_card_becomes_a_members_with_all_that_is_on_it(by: Act) -> None:
    card, member = CardFactory.bearer(), MemberFactory.create()
    principal = held_on(card)
    bonus = held_on(card, AccountKind.BONUS)
    fund(principal, 100_00)
    fund(principal, 50_00)
    fund(bonus, 30_00, expires_at=NOON + timedelta(days=9))
    fund(bonus, 7_00, expires_at=NOON - timedelta(seconds=1))  # over, not swept yet

    first, again = (
        cards_services.bind(
            card_id=card.pk, member_id=member.pk, by=by, at=NOON, key="bind:1"
        )
        for _ in range(2)
    )

    assert first.member_id == again.member_id == member.pk
    assert (balance(principal), balance(bonus)) == (0, 7_00)
    assert lots(held_on(member, word="member")) == [100_00, 50_00]
    moved = ledger_selectors.open_lots(
        account_id=held_on(member, AccountKind.BONUS, word="member")
    )
    assert [(lot.remaining, lot.expires_at) for lot in moved] == [
        (30_00, NOON + timedelta(days=9))
    ]
    assert ledger_services.prove_books().is_proven


def test_a_card_is_bound_to_one_member_for_good(by: Act) -> None:
    card = CardFactory.create()
    held = fund_of(card)
    other = MemberFactory.create()
    before = everything()

    with pytest.raises(CardBound):
        cards_services.bind(
            card_id=card.pk, member_id=other.pk, by=by, at=NOON, key="bind:2"
        )

    card.refresh_from_db()
    assert card.member_id != other.pk
    assert balance(held) == 10_00
    assert everything() == before


def fund_of(card: Card) -> int:
    account = held_on(card)
    fund(account, 10_00)
    return account


def test_a_loss_report_freezes_at_once_and_finding_it_again_frees(by: Act) -> None:
    card = CardFactory.bearer()
    account = fund_of(card)

    cards_services.report_loss(card_id=card.pk, by=by, at=NOON)
    cards_services.report_loss(card_id=card.pk, by=by, at=NOON)

    lost = cards_selectors.card_by_number(card.number)
    assert lost is not None
    assert not lost.is_usable(NOON)
    with pytest.raises(AccountFrozen), transaction.atomic():
        spend(account, 1_00)
    assert balance(account) == 10_00
    assert CardEvent.objects.filter(happening="lost").count() == 1

    cards_services.report_found(card_id=card.pk, by=by, at=NOON)
    spend(account, 1_00)
    assert balance(account) == 9_00
    with pytest.raises(CardNotLost):
        cards_services.report_found(card_id=card.pk, by=by, at=NOON)


def test_finding_a_card_does_not_lift_a_managers_freeze(by: Act) -> None:
    card = CardFactory.bearer()
    account = fund_of(card)
    ledger_services.set_account_status(account_id=account, status="frozen")

    cards_services.report_loss(card_id=card.pk, by=by, at=NOON)
    cards_services.report_found(card_id=card.pk, by=by, at=NOON)

    with pytest.raises(AccountFrozen), transaction.atomic():
        spend(account, 1_00)


def test_value_follows_to_the_replacement_and_the_old_number_is_dead(by: Act) -> None:
    kind = CardKindFactory.create(
        form=CardKind.Form.BEARER, replacement_price=5_00, validity_months=36
    )
    old = CardFactory.bearer(kind=kind, expires_at=NOON + YEAR)
    stock = CardFactory.in_stock(kind)
    fund_of(old)
    share = WalletShare.objects.create(
        owner=MemberFactory.create(), card=old, made_at=NOON
    )
    cards_services.report_loss(card_id=old.pk, by=by, at=NOON)

    new, again = (
        cards_services.replace(
            card_id=old.pk, number=stock.number, by=by, at=NOON, key="replace:1"
        )
        for _ in range(2)
    )

    assert new == again == stock
    assert new.expires_at == NOON + YEAR
    assert (balance(held_on(old)), balance(held_on(new))) == (0, 10_00)
    assert taken(by) == 5_00
    old.refresh_from_db()
    assert old.status == Card.Status.REPLACED
    assert old.replaced_by == new
    share.refresh_from_db()
    assert share.card == new
    with pytest.raises(CardNotLost):
        cards_services.report_found(card_id=old.pk, by=by, at=NOON)
    with pytest.raises(CardNotUsable):
        cards_services.report_loss(card_id=old.pk, by=by, at=NOON)
    with pytest.raises(CardNotUsable):
        cards_services.renew(card_id=old.pk, by=by, at=NOON, key="r")
    with pytest.raises(CardNotUsable):
        cards_services.close(card_id=old.pk, by=by, at=NOON)
    with pytest.raises(CardNotUsable):
        cards_services.replace(card_id=old.pk, by=by, at=NOON, key="r2")
    old.refresh_from_db()
    assert old.status == Card.Status.REPLACED


def test_a_card_is_over_at_the_very_second_whenever_the_sweep_runs(by: Act) -> None:
    ends = NOON + timedelta(hours=1)
    kind = CardKindFactory.create(validity_months=1, renewal_price=3_00)
    card = CardFactory.create(kind=kind, expires_at=ends)

    assert card.is_usable(ends - timedelta(microseconds=1))
    assert not card.is_usable(ends)
    assert cards_services.expire_due(at=ends - timedelta(seconds=1)) == 0
    assert cards_services.expire_due(at=ends) == 1
    assert cards_services.expire_due(at=ends) == 0
    card.refresh_from_db()
    assert card.status == Card.Status.EXPIRED

    renewed = cards_services.renew(card_id=card.pk, by=by, at=ends, key="renew:1")
    cards_services.renew(card_id=card.pk, by=by, at=ends, key="renew:1")

    assert renewed.expires_at == datetime(2026, 12, 20, 16, tzinfo=UTC)
    assert taken(by) == 3_00
    card.refresh_from_db()
    assert card.is_usable(ends)
    forever = CardFactory.create()
    with pytest.raises(CardWithoutEnd):
        cards_services.renew(card_id=forever.pk, by=by, at=NOON, key="renew:2")


def test_a_card_with_value_is_not_closed(by: Act) -> None:
    full, empty = CardFactory.bearer(), CardFactory.bearer()
    fund_of(full)
    share = WalletShare.objects.create(
        owner=MemberFactory.create(), card=empty, made_at=NOON
    )

    with pytest.raises(CardHoldsValue):
        cards_services.close(card_id=full.pk, by=by, at=NOON)
    cards_services.close(card_id=empty.pk, by=by, at=NOON)

    full.refresh_from_db()
    empty.refresh_from_db()
    share.refresh_from_db()
    assert full.status == Card.Status.ACTIVE
    assert empty.status == Card.Status.CLOSED
    assert not share.is_active


def test_the_country_says_how_long_an_anonymous_card_lives() -> None:
    by = an_act()
    short = CardKindFactory.build(form=CardKind.Form.BEARER, validity_months=35)

    with pytest.raises(KindRefused, match="36"):
        cards_services.save_kind(kind=short, by=by, at=NOON)
    short.validity_months = 36
    cards_services.save_kind(kind=short, by=by, at=NOON)
    ShopPolicy.objects.create(
        number=2, in_force_from=NOON, reason="Taiwan", profile="TW"
    )
    with pytest.raises(KindRefused, match="may not expire"):
        cards_services.save_kind(kind=short, by=by, at=NOON)

    assert CardKind.objects.get().validity_months == 36


MOVES = {
    "stock": {"active", "closed"},
    "active": {"lost", "expired", "replaced", "closed"},
    "lost": {"active", "replaced", "closed"},
    "expired": {"active", "replaced", "closed"},
    "replaced": set(),
    "closed": set(),
}


@pytest.mark.parametrize("was", MOVES)
@pytest.mark.parametrize("becomes", MOVES)
def test_the_database_itself_keeps_a_card_on_its_graph(was: str, becomes: str) -> None:
    kind = CardKindFactory.create(form=CardKind.Form.PRINTED)
    other = CardFactory.create()
    issued = {} if was == "stock" else {"issued_at": NOON}
    card = CardFactory.create(
        kind=kind,
        status=was,
        member=None,
        **{"issued_at": None, **issued},
        replaced_by=other if was == "replaced" else None,
    )
    pointer = other.pk if becomes == "replaced" else None

    def move() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE cards_card SET status = %s, replaced_by_id = %s,"
                " issued_at = CASE WHEN %s = 'stock' THEN NULL ELSE %s END"
                " WHERE id = %s",
                [becomes, pointer, becomes, NOON, card.pk],
            )

    if becomes in MOVES[was] or becomes == was:
        move()
    else:
        with pytest.raises(DatabaseError):
            move()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE cards_card SET number = '9000000000000001' WHERE id = %s",
        "UPDATE cards_card SET member_id = NULL WHERE id = %s",
        "DELETE FROM cards_card WHERE id = %s",
        "UPDATE cards_cardevent SET happening = 'found' WHERE card_id = %s",
        "DELETE FROM cards_cardevent WHERE card_id = %s",
    ],
)
def test_what_is_written_of_a_card_stays(statement: str, by: Act) -> None:
    card = CardFactory.create()
    cards_services.report_loss(card_id=card.pk, by=by, at=NOON)

    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, [card.pk])


def test_without_the_trigger_the_dead_would_rise() -> None:
    """Guard off: only the trigger keeps a dead card dead."""
    card = CardFactory.create(status=Card.Status.CLOSED)

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "ALTER TABLE cards_card DISABLE TRIGGER cards_card_lives_along_its_graph"
        )
        cursor.execute(
            "UPDATE cards_card SET status = 'active' WHERE id = %s", [card.pk]
        )

    card.refresh_from_db()
    assert card.status == Card.Status.ACTIVE
