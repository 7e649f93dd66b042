"""Bills for tests: settled by the command, for guests who hold what was given."""

import itertools
import json
from datetime import timedelta
from typing import Any

from cards.models import CardsPolicy
from checkout import services as checkout_services
from checkout.asked import Asked, Whose
from checkout.bill import Bill, Line, TenderGiven
from checkout.models import Sale
from checkout.services import Captured
from ledger.services import Act
from members.models import Member
from points import services as points_services
from points.models import Accrual
from stored_value.holders import Holder
from stored_value.models import WalletPolicy
from stores.models import Store
from tests.factories.ledger import an_act
from tests.factories.members import MemberFactory
from tests.factories.stored_value import a_plan, top_up
from tests.factories.stores import NOON, StoreFactory

_numbers = itertools.count(1)


def till_of(store: Store) -> Act:
    """A program's act at a store."""
    return an_act(actor="key:1", store_id=store.pk)


def of(amount: int, **facts: Any) -> Bill:
    """A bill of one amount."""
    return Bill(lines=(Line(name="", unit_price=amount, **facts),))


def cash(amount: int) -> TenderGiven:
    return TenderGiven(kind="cash", amount=amount)


def a_guest(
    *, principal: int = 0, bonus: int = 0, points: int = 0, store: Store
) -> Member:
    """A member with money and points in hand, who needs no payment code."""
    member = MemberFactory.create()
    by = till_of(store)
    if principal:
        plan = a_plan({"amount": principal, "bonus": bonus}).pk if bonus else None
        top_up(Holder.member(member.pk), principal, plan_id=plan, by=by)
    if points:
        points_services.grant_points_step(
            member_id=member.pk,
            points=points,
            source=Accrual.Source.GIFT,
            by=by,
            at=NOON,
            key=f"points:{next(_numbers)}",
        )
    return member


def no_codes() -> None:
    """The shop asks for no payment code up to a million, whatever its country says."""
    wallets = WalletPolicy.objects.latest("in_force_from")
    wallets.pk, wallets.number = None, 10_000 + next(_numbers)
    wallets.in_force_from = max(
        NOON - timedelta(days=30), wallets.in_force_from + timedelta(seconds=1)
    )
    wallets.code_from = 1_000_000_00
    wallets.save(force_insert=True)
    CardsPolicy.objects.create(
        number=next(_numbers) + 1,
        in_force_from=NOON - timedelta(days=2),
        reason="test",
        code_above=1_000_000_00,
    )


def settle(
    bill: Bill | int,
    *,
    store: Store | None = None,
    member: Member | None = None,
    code: str | None = None,
    asked: Asked | None = None,
    tenders: Any = (),
    **facts: Any,
) -> Captured:
    """A bill settled at noon."""
    store = store or StoreFactory.create()
    number = next(_numbers)
    return checkout_services.capture(
        **{
            "store": store,
            "bill": of(bill) if isinstance(bill, int) else bill,
            "whose": Whose(member_id=member.pk if member else None, code=code),
            "asked": asked or Asked(),
            "tenders": tenders,
            "reference": f"B{number}",
            "by": till_of(store),
            "at": NOON,
            "key": f"sale:{number}",
            **facts,
        }
    )


def told(captured: Captured) -> dict[str, Any]:
    """What the till was told."""
    answer: dict[str, Any] = json.loads(captured.answer)
    return answer


def sale_of(captured: Captured) -> Sale:
    return Sale.objects.get(pk=captured.sale_id)
