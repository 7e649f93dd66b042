"""Principal past its validity rests and stays owed; and what merging and erasing do."""

from datetime import timedelta

import pytest
from django.db import transaction

from ledger import selectors as ledger_selectors
from ledger import services as ledger_services
from members.parts import MemberPart, all_parts
from stored_value import selectors as stored_value_selectors
from stored_value import services as stored_value_services
from stored_value.errors import HoldsTooMuch, NotEnough, NothingLeft
from stored_value.holders import Holder
from stored_value.models import Hold, PaymentCode, TopUp
from stored_value.selectors.wallets import owed_to_members
from stored_value.terms import months_later
from tests.factories.cards import CardFactory
from tests.factories.ledger import TODAY, an_act
from tests.factories.stored_value import (
    a_key,
    a_member,
    at_store,
    holding,
    is_proven,
    keep_the_law_of,
    new_rules,
    refund_top_up,
    spend,
    top_up,
)
from tests.factories.stores import NOON

pytestmark = pytest.mark.django_db
THREE_YEARS = months_later(NOON, 36)


def a_bearer() -> Holder:
    return Holder.card(CardFactory.bearer().pk)


def held(holder: Holder, at: object = NOON) -> tuple[int, int]:
    found = stored_value_selectors.wallet(holder=holder, at=at)  # type: ignore[arg-type]  # always a moment
    return found.principal, found.lapsed


def test_a_bearer_holds_no_more_than_the_law_lets() -> None:
    bearer = a_bearer()
    top_up(bearer, 1_000_00)
    with pytest.raises(HoldsTooMuch), transaction.atomic():
        top_up(bearer, 10_00)
    assert held(bearer) == (1_000_00, 0)


def test_after_three_years_it_rests_stays_owed_and_comes_back_when_asked_for() -> None:
    bearer, by = a_bearer(), at_store()
    row = top_up(bearer, 300_00)
    spend(bearer, 100_00)
    assert row.lapses_at == THREE_YEARS
    assert row.principal_expires_at is None
    owed = sum(owed_to_members().values())

    early = THREE_YEARS - timedelta(seconds=1)
    assert stored_value_services.lapse_principal(by=by, at=early) == 0
    assert stored_value_services.lapse_principal(by=by, at=THREE_YEARS) == 1
    assert stored_value_services.lapse_principal(by=by, at=THREE_YEARS) == 0

    assert held(bearer, THREE_YEARS) == (0, 200_00)
    assert sum(owed_to_members().values()) == owed
    with pytest.raises(NotEnough), transaction.atomic():
        spend(bearer, 1, at=THREE_YEARS)

    stored_value_services.reactivate(holder=bearer, by=by, at=THREE_YEARS, key="back")
    stored_value_services.reactivate(holder=bearer, by=by, at=THREE_YEARS, key="back")

    assert held(bearer, THREE_YEARS) == (200_00, 0)
    assert stored_value_services.lapse_principal(by=by, at=THREE_YEARS) == 0
    with pytest.raises(NothingLeft), transaction.atomic():
        stored_value_services.reactivate(
            holder=bearer, by=by, at=THREE_YEARS, key="again"
        )
    assert is_proven()


def test_it_is_refunded_though_it_rests() -> None:
    bearer, by = a_bearer(), at_store()
    row = top_up(bearer, 300_00)
    stored_value_services.lapse_principal(by=by, at=THREE_YEARS)
    refund = refund_top_up(row, by=by, at=THREE_YEARS, reason="found the card again")
    assert refund.paid_out == 300_00
    assert held(bearer, THREE_YEARS) == (0, 0)


def test_a_member_s_principal_never_lapses_in_china_or_taiwan() -> None:
    for country in ("CN", "TW"):
        keep_the_law_of(country)
        row = top_up(a_member(), 300_00)
        assert (row.lapses_at, row.principal_expires_at) == (None, None)


def test_where_the_law_lets_it_expire_it_becomes_breakage() -> None:
    keep_the_law_of("US")
    new_rules(principal_valid_months=60, bearer_valid_months=60)
    holder = a_member()
    row = top_up(holder, 300_00)
    ends_at = months_later(NOON, 60)
    assert (row.lapses_at, row.principal_expires_at) == (None, ends_at)
    assert held(holder, ends_at) == (0, 0)
    ledger_services.expire_lots(at=ends_at, business_date=TODAY, request_id="sweep")
    assert sum(owed_to_members().values()) == 0


@pytest.mark.parametrize(
    ("day", "months", "expected"), [(31, 1, 28), (31, 13, 28), (15, 12, 15)]
)
def test_months_end_on_a_day_that_there_is(
    day: int, months: int, expected: int
) -> None:
    later = months_later(NOON.replace(year=2026, month=1, day=day), months)
    assert later.day == expected


def test_what_is_owed_ties_to_the_ledger() -> None:
    holding(300_00, 50_00)
    holder, _row = holding(200_00)
    stored_value_services.hold(
        holder=holder, amount=80_00, by=at_store(), at=NOON, key=a_key()
    )
    assert owed_to_members() == {
        "principal": 420_00,
        "bonus": 50_00,
        "held": 80_00,
    }
    assert sum(row["total"] for row in ledger_selectors.liabilities()) == 550_00


class TestParts:
    def part(self) -> MemberPart:
        return next(part for part in all_parts() if part.word == "stored_value")

    def test_promises_follow_the_member_and_the_code_does_not(self) -> None:
        source, row = holding(300_00, 50_00)
        target = a_member()
        for holder in (source, target):
            stored_value_services.set_payment_code(
                member_id=holder.id, code="274951", by=an_act(), at=NOON
            )
        self.part().move(
            source_id=source.id, target_id=target.id, by=an_act(), at=NOON, key="m"
        )
        row.refresh_from_db()
        assert row.member_id == target.id
        assert PaymentCode.objects.get().member_id == target.id

    def test_a_top_up_is_refunded_after_its_money_moved_to_the_survivor(self) -> None:
        source, row = holding(300_00, 50_00)
        target = a_member()
        stored_value_services.transfer(
            giver=source, taker=target, amount=300_00, by=at_store(), at=NOON, key="m"
        )
        TopUp.objects.filter(pk=row.pk).update(member_id=target.id)
        row.refresh_from_db()
        preview = stored_value_selectors.refund_preview(top_up=row, at=NOON)
        assert preview.formula.paid_out == 300_00

    def test_everything_is_handed_out(self) -> None:
        holder, _row = holding(300_00, 50_00)
        stored_value_services.hold(
            holder=holder, amount=10_00, by=at_store(), at=NOON, key="h", note="room"
        )
        told = self.part().export(member_id=holder.id)
        assert [row["paid"] for row in told["top_ups"]] == [300_00]
        assert [row["note"] for row in told["holds"]] == ["room"]
        assert told["top_up_refunds"] == []

    def test_erasing_waits_for_a_hold_and_wipes_code_and_notes(self) -> None:
        holder, _row = holding(300_00)
        stored_value_services.set_payment_code(
            member_id=holder.id, code="274951", by=an_act(), at=NOON
        )
        placed = stored_value_services.hold(
            holder=holder, amount=10_00, by=at_store(), at=NOON, key="h", note="Wang"
        )
        assert self.part().held(member_id=holder.id, at=NOON)
        stored_value_services.release_hold(
            hold_id=placed.pk, by=at_store(), at=NOON, key="r"
        )
        assert self.part().held(member_id=holder.id, at=NOON) == []
        self.part().forget(member_id=holder.id, by=an_act(), at=NOON)
        assert not PaymentCode.objects.exists()
        assert Hold.objects.get().note == ""
        assert TopUp.objects.get().paid == 300_00
