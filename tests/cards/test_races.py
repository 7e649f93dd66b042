"""Many at once: one binds, one code is used, a day's limit holds; and guards off."""

from datetime import date

import pytest
from django.db import connection, transaction

from cards import services as cards_services
from cards.errors import (
    CardBound,
    CardNotInStock,
    CardNotUsable,
    CodeRefused,
    ShareLimit,
)
from cards.models import Card, CardEvent, CardKind, CodeUse, ShareDay, WalletShare
from cards.services import shares
from cards.tokens import mint_code
from ledger import services as ledger_services
from ledger.errors import AccountFrozen
from tests.factories.cards import CardFactory, CardKindFactory, held_on
from tests.factories.ledger import an_act, balance, fund, spend
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON
from tests.ledger.racing import (
    RUNNERS,
    answers,
    one_in_the_other,
    race,
    refusals,
    without_constraints,
)

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2026, 11, 20)


def test_of_many_who_bind_one_card_one_has_it() -> None:
    card = CardFactory.bearer()
    fund(held_on(card), 100_00)
    members = [MemberFactory.create() for _ in range(RUNNERS)]

    outcomes = race(
        lambda number: cards_services.bind(
            card_id=card.pk,
            member_id=members[number].pk,
            by=an_act(),
            at=NOON,
            key=f"bind:{number}",
        )
    )

    assert len(answers(outcomes)) == 1
    assert {type(refusal) for refusal in refusals(outcomes)} == {CardBound}
    card.refresh_from_db()
    held = {member.pk: balance(held_on(member, word="member")) for member in members}
    assert held.pop(card.member_id or 0) == 100_00
    assert set(held.values()) == {0}
    assert ledger_services.prove_books().is_proven


def test_of_many_who_scan_one_card_from_stock_one_gives_it_out() -> None:
    kind = CardKindFactory.create(form=CardKind.Form.PRINTED)
    card = CardFactory.in_stock(kind)
    members = [MemberFactory.create() for _ in range(RUNNERS)]

    outcomes = race(
        lambda number: cards_services.issue(
            kind_id=kind.pk,
            member_id=members[number].pk,
            number=card.number,
            by=an_act(),
            at=NOON,
            key=f"issue:{number}",
        )
    )

    assert len(answers(outcomes)) == 1
    assert {type(refusal) for refusal in refusals(outcomes)} == {CardNotInStock}
    assert CardEvent.objects.count() == 1


def test_one_key_gives_out_one_card_however_many_send_it() -> None:
    kind, member = CardKindFactory.create(), MemberFactory.create()

    outcomes = race(
        lambda _n: cards_services.issue(
            kind_id=kind.pk, member_id=member.pk, by=an_act(), at=NOON, key="same"
        )
    )

    assert refusals(outcomes) == []
    assert Card.objects.count() == 1


def use_at_once(code: str) -> list[CodeUse | Exception]:
    """Each at another till, so that no one's lock orders them."""
    return race(
        lambda number: cards_services.use_rotating_code(
            code=code, at=NOON, by=an_act(actor=f"key:{number}")
        )
    )


def test_a_code_brought_to_twenty_tills_serves_at_one() -> None:
    card = CardFactory.create()

    outcomes = use_at_once(mint_code(at=NOON, card_id=card.pk))

    assert len(answers(outcomes)) == 1
    assert {type(refusal) for refusal in refusals(outcomes)} == {CodeRefused}
    assert CodeUse.objects.count() == 1


def test_without_the_index_a_code_serves_everywhere() -> None:
    """Guard off: only the unique index uses a code up."""
    card = CardFactory.create()

    with without_constraints("cards_codeuse", "cards_codeuse_once"):
        outcomes = use_at_once(mint_code(at=NOON, card_id=card.pk))
        assert len(answers(outcomes)) == RUNNERS


@pytest.mark.parametrize("is_paid_first", [True, False], ids=["payment", "report"])
def test_a_loss_report_is_before_or_after_a_payment_never_in_it(
    *, is_paid_first: bool
) -> None:
    card = CardFactory.bearer()
    account = held_on(card)
    fund(account, 100_00)

    def pay() -> object:
        return spend(account, 1_00)

    def report() -> object:
        return cards_services.report_loss(card_id=card.pk, by=an_act(), at=NOON)

    acts = (pay, report) if is_paid_first else (report, pay)
    outcomes = one_in_the_other(*acts)

    refused = {type(outcome) for outcome in outcomes} & {AccountFrozen}
    assert refused == (set() if is_paid_first else {AccountFrozen})
    assert balance(account) == (99_00 if is_paid_first else 100_00)
    with pytest.raises(AccountFrozen):
        spend(account, 1_00)
    card.refresh_from_db()
    assert card.status == Card.Status.LOST


def test_a_lost_card_is_replaced_once() -> None:
    kind = CardKindFactory.create()
    card = CardFactory.create(kind=kind)

    outcomes = race(
        lambda number: cards_services.replace(
            card_id=card.pk, by=an_act(), at=NOON, key=f"replace:{number}"
        )
    )

    assert len(answers(outcomes)) == 1
    assert {type(refusal) for refusal in refusals(outcomes)} == {CardNotUsable}
    assert Card.objects.filter(status="active").count() == 1


def pay_at_once() -> tuple[WalletShare, list[int | Exception]]:
    """Twenty payments of 10 with 100 a day."""
    share = WalletShare.objects.create(
        owner=MemberFactory.create(),
        holder=MemberFactory.create(),
        per_day=100_00,
        made_at=NOON,
    )

    def pay(number: int) -> int:
        with transaction.atomic():
            return cards_services.use_share_step(
                share_id=share.pk,
                amount=10_00,
                day=DAY,
                at=NOON,
                key=f"pay:{share.pk}:{number}",
            ).owner_id

    return share, race(pay, runners=20)


def test_twenty_who_pay_at_once_stay_within_the_day() -> None:
    share, outcomes = pay_at_once()

    assert len(answers(outcomes)) == 10
    assert {type(refusal) for refusal in refusals(outcomes)} == {ShareLimit}
    assert ShareDay.objects.get(share=share).used == 100_00


def test_without_the_condition_the_days_row_itself_refuses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Guard off, twice: the update's condition, and then the row's own check."""
    open_update = shares.USE.replace("d.used + %(amount)s <= s.per_day", "true")
    assert open_update != shares.USE
    monkeypatch.setattr(shares, "USE", open_update)

    _share, outcomes = pay_at_once()
    assert len(answers(outcomes)) == 10

    with without_constraints("cards_shareday", "cards_shareday_within_the_limit"):
        share, outcomes = pay_at_once()
        assert len(answers(outcomes)) == 20
        assert ShareDay.objects.get(share=share).used == 200_00


def test_wrong_codes_sent_at_once_are_counted_one_by_one() -> None:
    by = an_act(actor="key:1")

    def guess(number: int) -> CodeUse:
        return cards_services.use_rotating_code(code=f"7{number:017d}", at=NOON, by=by)

    codes = [getattr(refusal, "code", "") for refusal in refusals(race(guess))]

    assert sorted(codes) == ["code_refused"] * 4 + ["codes_locked"] * (RUNNERS - 4)
    connection.close()
