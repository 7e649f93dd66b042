"""What was handed over for a bill: is it taken, and what of it covers the due."""

from collections.abc import Sequence

from checkout.asked import CASH
from checkout.bill import TenderGiven
from checkout.errors import Overpaid, Underpaid
from checkout.selectors import Look, settings
from stores.errors import TenderUnknown

from .rows import Request


def require_taken(request: Request, found: Look) -> None:
    """Each way of paying that was given is taken at the store. Raises TenderUnknown."""
    if not request.tenders:
        return
    kinds = settings.tender_kinds(found.stamp("tenders"))
    for tender in request.tenders:
        kind = kinds.get(tender.kind)
        if kind is None or not (
            tender.kind in request.given_back or kind.is_taken_at(request.store.code)
        ):
            raise TenderUnknown(tender=tender.kind)


def unearning_of(covered: Sequence[TenderGiven], found: Look) -> int:
    """What is paid in ways that earn nothing, in minor units."""
    if not covered:
        return 0
    kinds = settings.tender_kinds(found.stamp("tenders"))
    return sum(tender.amount for tender in covered if not kinds[tender.kind].earns)


def cover(tenders: Sequence[TenderGiven], due: int) -> tuple[list[TenderGiven], int]:
    """What of each tender covers what is due, and the change in cash.

    Raises Underpaid, Overpaid.
    """
    given = sum(tender.amount for tender in tenders)
    if given < due:
        raise Underpaid(missing=due - given)
    change = given - due
    cash = sum(tender.amount for tender in tenders if tender.kind == CASH)
    if change > cash:
        raise Overpaid(excess=change - cash)
    covered: list[TenderGiven] = []
    back = change
    for tender in reversed(tenders):
        less = min(back, tender.amount) if tender.kind == CASH else 0
        back -= less
        if tender.amount > less:
            covered.append(
                TenderGiven(
                    kind=tender.kind,
                    amount=tender.amount - less,
                    reference=tender.reference,
                )
            )
    return covered[::-1], change
