"""Deposits over HTTP: set aside, taken or let go, once."""

from typing import Any

import pytest
from django.utils.timezone import now

from cards.tokens import mint_code
from members import services as members_services
from members.models import Member
from stored_value import services as stored_value_services
from stored_value.models import Hold
from tests.factories.api import Till, a_till, is_problem
from tests.factories.bills import a_guest
from tests.factories.ledger import everything
from tests.factories.members import by_themselves
from tests.factories.stored_value import is_proven

pytestmark = pytest.mark.django_db


def held(till: Till, amount: int = 200_00, **facts: Any) -> Any:
    assert till.store
    member = a_guest(principal=300_00, store=till.store)
    identity = Member.objects.get(pk=member.pk).public_id
    return till.post(f"/members/{identity}/holds", {"amount": amount, **facts}, key="h")


def test_a_deposit_is_set_aside_and_partly_taken() -> None:
    till = a_till()
    made = held(till, note="table 7")
    hold = made.json()

    taken = till.post(f"/holds/{hold['id']}/capture", {"amount": 150_00}, key="c")
    again = till.post(f"/holds/{hold['id']}/capture", {"amount": 150_00}, key="c")
    let_go = till.post(f"/holds/{hold['id']}/release", key="r")

    assert (made.status_code, hold["status"]) == (201, "open")
    assert hold["wallet"]["total"] == 100_00
    assert (taken.json()["status"], taken.json()["captured"]) == ("captured", 150_00)
    assert taken.json()["wallet"]["total"] == 150_00
    assert again.content == taken.content
    assert (let_go.status_code, let_go.json()["code"]) == (409, "hold_ended")
    assert is_proven()


def test_what_is_let_go_is_free_again() -> None:
    till = a_till()
    hold = held(till).json()

    done = till.post(f"/holds/{hold['id']}/release", key="r").json()

    assert (done["status"], done["wallet"]["total"]) == ("released", 300_00)
    assert is_proven()


def test_more_than_there_is_and_others_holds_are_refused() -> None:
    till = a_till()
    hold = held(till).json()
    beyond = held(a_till(), amount=300_01)
    before = everything()

    other = a_till().post(f"/holds/{hold['id']}/release", key="r")
    nothing = till.post("/holds/nonsense/release", key="r2")
    more = till.post(f"/holds/{hold['id']}/capture", {"amount": 200_01}, key="c")

    assert (beyond.status_code, beyond.json()["code"]) == (409, "insufficient_funds")
    assert other.status_code == nothing.status_code == 404
    assert more.status_code == 422
    assert everything() == before


@pytest.mark.parametrize(
    ("until", "code"),
    [
        ("2020-01-01T00:00:00Z", "hold_over"),
        ("2990-01-01T00:00:00Z", "hold_too_long"),
        ("0001-01-01T00:00:00+14:00", "invalid"),
        ("9999-12-31T23:59:59-14:00", "invalid"),
        ("2099-01-01T00:00:00", "invalid"),
    ],
)
def test_a_hold_that_would_end_in_the_past_or_never_is_refused(
    until: str, code: str
) -> None:
    till = a_till()
    refused = held(till, expires_at=until)

    assert is_problem(refused, 422, code)
    assert not Hold.objects.exists()


def test_above_the_limit_a_deposit_asks_for_the_members_code() -> None:
    till = a_till()
    assert till.store
    member = a_guest(principal=900_00, store=till.store)
    stored_value_services.set_payment_code(
        member_id=member.pk, code="482913", by=by_themselves(member), at=now()
    )
    path = f"/members/{Member.objects.get(pk=member.pk).public_id}/holds"
    before = everything()

    def ask(key: str, code: str | None) -> Any:
        body = {"amount": 300_00, "stored_value_auth": code}
        return till.post(path, body, key=key)

    assert is_problem(ask("a", None), 422, "payment_code_needed")
    assert is_problem(ask("b", "190274"), 422, "payment_code_refused")
    assert everything() == before
    assert not Hold.objects.exists()

    made = ask("c", "482913")
    again = ask("c", "482913")
    shown = ask("d", mint_code(member_id=member.pk, at=now()))

    assert (made.status_code, shown.status_code) == (201, 201), made.content
    assert again.content == made.content
    assert is_proven()


def test_who_froze_their_spending_has_nothing_set_aside() -> None:
    """Told apart from what the shop froze: only the member lifts it."""
    till = a_till()
    assert till.store
    member = a_guest(principal=300_00, store=till.store)
    members_services.freeze_spending(
        member_id=member.pk, by=by_themselves(member), at=now()
    )
    identity = Member.objects.get(pk=member.pk).public_id
    before = everything()

    refused = till.post(f"/members/{identity}/holds", {"amount": 10_00}, key="h")
    bill = {"member": str(identity), "gross": 10_00, "stored_value": 10_00}
    unpaid = till.post("/sales", {**bill, "reference": "A1"}, key="s")

    for answer in (refused, unpaid):
        assert (answer.status_code, answer.json()["code"]) == (409, "spending_frozen")
        assert "frozen all spending" in answer.json()["detail"]
    assert everything() == before
