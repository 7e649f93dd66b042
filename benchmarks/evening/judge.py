"""Who comes in the evening, and what the books say of it afterwards."""

from collections import Counter
from collections.abc import Sequence

from django.db import connection

from benchmarks.evening.plan import Guest, Turn
from cards.models import Card
from checkout.models import Sale
from ledger import services as ledger_services

OURS = "EVE-"


def guests() -> list[Guest]:
    """Everybody who has a card and a phone."""
    rows = Card.objects.filter(
        status=Card.Status.ACTIVE, member__phone__isnull=False, member__status="active"
    ).select_related("member")
    return [
        Guest(phone=(card.member.phone or "")[-11:], number=card.number)
        for card in rows.order_by("pk")
        if card.member is not None
    ]


def faults(turns: Sequence[Turn]) -> list[str]:
    """What is missing, there twice, or of another amount; what the proof finds."""
    rows = Sale.objects.filter(reference__startswith=OURS)
    found = Counter(rows.values_list("reference", flat=True))
    gross = dict(rows.values_list("reference", "gross"))
    wrong = []
    for turn in turns:
        if found[turn.reference] != 1:
            wrong.append(f"{turn.reference} is there {found[turn.reference]} times")
        elif gross[turn.reference] != turn.amount:
            wrong.append(f"{turn.reference} is of {gross[turn.reference]}")
    extra = set(found) - {turn.reference for turn in turns}
    wrong += [f"{reference} was never typed" for reference in sorted(extra)]
    proof = ledger_services.prove_books()
    if not proof.is_proven:
        wrong.append(f"the books are not proven: {proof.failing}")
    return wrong


def disconnect() -> None:
    """So that the database can be dropped."""
    connection.close()
