"""Bills that were settled: whose they are, and how they are found again."""

from collections.abc import Collection
from contextlib import suppress
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.timezone import now  # noqa: TID251 (a search is made on a screen)
from django.utils.translation import gettext as _

from checkout.asked import CASH, LONGEST_REFERENCE
from checkout.errors import SaleUnknown
from checkout.models import (
    PaymentKind,
    Refund,
    Sale,
    SaleDiscount,
    SaleLine,
    SalePayment,
)
from common.money import format_money
from common.quantity import plain_quantity
from ledger import lineage as ledger_lineage
from ledger.kinds import AccountKind
from members import selectors as members_selectors
from members.models import Member
from stores.models import Store
from stores.references import Referred

from .returns import takes_back

ENOUGH_DIGITS = 7  # of a phone
FOUND = 50  # members that a search looks at


def of_member(member_id: int) -> QuerySet[Sale]:
    """The bills of a member, and those of whoever was merged into them."""
    merged = Member.objects.filter(merged_into_id=member_id).values("pk")
    return Sale.objects.filter(
        Q(member_id=member_id) | Q(member__in=merged)
    ).select_related("store")


def find_sale(*, sale_id: UUID, store_id: int | None, at: datetime) -> Sale:
    """A sale of this store (None: of any), or of one whose sales it takes back.

    Raises SaleUnknown, for others' too.
    """
    found = Sale.objects.filter(pk=sale_id).select_related("store").first()
    if found is None or not takes_back(found, store_id=store_id, at=at):
        raise SaleUnknown
    return found


def with_reference(
    reference: str, *, store_id: int | None, day: date | None = None
) -> QuerySet[Sale]:
    """The bills of exactly this number, the newest first: of a store (None: of any),
    of a business date (None: of any). Many tills begin to count anew each day.
    """
    stores = (  # by the index, which begins with the store
        list(Store.objects.values_list("pk", flat=True))
        if store_id is None
        else [store_id]
    )
    rows = Sale.objects.filter(store_id__in=stores, reference=reference)
    if day is not None:
        rows = rows.filter(business_date=day)
    return rows.order_by("-at", "-pk")


def line_documents(sale: Sale) -> list[dict[str, Any]]:
    """The lines of a sale as the API has them, with what was refunded of each since."""
    discounts = list(SaleDiscount.objects.filter(sale=sale).order_by("place"))
    return [
        {
            "line": line.place,
            "kind": line.kind,
            "sku": line.sku,
            "name": line.name,
            "quantity": plain_quantity(line.thousandths),
            "gross": line.gross,
            "discounts": [
                {
                    "kind": one.kind,
                    "id": None if one.subject is None else str(one.subject),
                    "amount": one.per_line[line.place - 1],
                }
                for one in discounts
                if one.per_line[line.place - 1]
            ],
            "net": line.net,
            "refunded": line.refunded,
            "left": 0 if sale.status == Sale.Status.VOID else line.left,
        }
        for line in SaleLine.objects.filter(sale=sale).order_by("place")
    ]


def has_key(key: str) -> bool:
    """Whether this is the key of a sale, and so of its entry."""
    return Sale.objects.filter(key=key).exists()


def sales_called(ids: Collection[str]) -> dict[str, Referred]:
    """Sales by their ids, called by the number of their bill."""
    known: dict[UUID, str] = {}
    for text in ids:
        with suppress(ValueError):
            known[UUID(text)] = text
    rows = Sale.objects.filter(pk__in=known).values_list("pk", "reference")
    return {
        known[pk]: Referred(text=number, model="checkout.sale", number=pk)
        for pk, number in rows
    }


def matching(text: str) -> QuerySet[Sale]:
    """The bills of exactly this number, of this id, or of members found by it.

    Each way by an index: the number is looked up store by store.
    """
    plain = text.replace("\x00", "").strip()[:LONGEST_REFERENCE]
    if not plain:
        return Sale.objects.none()
    stores = list(Store.objects.values_list("pk", flat=True))
    wanted = Q(store_id__in=stores, reference=plain)
    names_one = plain.startswith("#") or "@" in plain
    if names_one or sum(sign.isdigit() for sign in plain) >= ENOUGH_DIGITS:
        members = members_selectors.find_ids(plain, now(), limit=FOUND)
        merged = Member.objects.filter(merged_into_id__in=members)
        wanted |= Q(member_id__in=[*members, *merged.values_list("pk", flat=True)])
    with suppress(ValueError):
        wanted |= Q(pk=UUID(plain))
    return Sale.objects.filter(wanted)


def has_cash(sale: Sale) -> bool:
    """Whether some of what can be given back goes out in cash: what was paid in it, and
    what a wallet paid that is closed by now.
    """
    left = [one for one in SalePayment.objects.filter(sale=sale) if one.left]
    return any(one.tender == CASH for one in left) or (
        any(one.principal for one in left) and is_wallet_closed(sale)
    )


def is_wallet_closed(sale: Sale) -> bool:
    """Whether a wallet that paid this bill is closed: what it paid goes out in cash."""
    if sale.entry_id is None:
        return False
    wallets = {
        posting.debit_id
        for posting in ledger_lineage.postings_of(entry_id=sale.entry_id)
        if posting.debit_kind in (AccountKind.PRINCIPAL, AccountKind.BONUS)
    }
    return bool(ledger_lineage.ended_accounts(wallets))


def notes_of(refund: Refund) -> list[str]:
    """What a refund could not give back as it was taken, in sentences for the guest."""
    wallets = [
        part
        for part in refund.parts.select_related("payment").order_by("payment__place")
        if part.payment.kind == PaymentKind.STORED_VALUE and part.tender
    ]
    money = sum(part.principal for part in wallets)
    bonus = sum(part.bonus for part in wallets)
    notes = []
    if refund.is_member_gone:
        notes.append(
            _("This member was erased: points, growth value and stamps are let go.")
        )
    if money:
        notes.append(
            _("The wallet that paid is closed: %(amount)s of it is paid out in cash.")
            % {"amount": format_money(money)}
        )
    if bonus:
        notes.append(
            _("The wallet that paid is closed: its bonus of %(amount)s is let go.")
            % {"amount": format_money(bonus)}
        )
    return notes
