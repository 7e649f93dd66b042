"""Money out of the tills, stored value into its lots, and back onto gift cards."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.conf import settings

from cards import services as cards_services
from checkout.asked import CASH
from checkout.errors import GiftCardGone
from checkout.models import PaymentKind, Refund
from gift_cards.models import GiftCard
from ledger import services as ledger_services
from ledger.kinds import AccountKind, EntryKind
from ledger.services import HolderAccount, Line
from stored_value import rules as stored_value_rules
from stored_value.holders import store_account
from stored_value.selectors.wallets import terms_at

from .doing import Doing, Part

POINTS_CHARGED = "points_charged"  # the slot of sales that keeps such money


def split_stored_value(doing: Doing) -> None:
    """Principal and bonus go back in the proportion in which they were taken."""
    for part in doing.of(PaymentKind.STORED_VALUE):
        if part.amount:
            payment = part.payment
            split = stored_value_rules.give_back(
                taken=stored_value_rules.Split(payment.principal, payment.bonus),
                before=payment.returned,
                amount=part.amount,
            )
            part.principal, part.bonus = split.principal, split.bonus


def give_back_value(doing: Doing, *, charged: int) -> int:
    """Money leaves the tills and stored value returns to its lots, in one entry; the
    money handed out. `charged` of it stays, for points that are gone. What a wallet
    paid that is closed by now goes out in cash, as far as it was money.
    """
    wallets = [part for part in doing.of(PaymentKind.STORED_VALUE) if part.amount]
    closed = [part for part in wallets if doing.has_ended(part)]
    tenders = [part for part in doing.of(PaymentKind.TENDER) if part.amount]
    parts = [*(part for part in wallets if part not in closed), *tenders]
    lines = [*_other_ways(doing, charged), *_paid_out(doing, closed)]
    if parts and doing.sale.entry_id is not None:
        _expire_first(doing, parts)
        ledger_services.reverse_entry(
            entry_id=doing.sale.entry_id,
            key=doing.key("value"),
            at=doing.at,
            act=doing.by,
            amounts={pk: back for part in parts for pk, back in part.back().items()},
            lines=lines,
            live_until=terms_at(doing.at).given_back_lives_until(doing.at),
            memo=doing.refund.reason,
        )
    elif lines:
        ledger_services.post_entry(
            kind=EntryKind.PAYOUT,
            key=doing.key("value"),
            at=doing.at,
            act=doing.by,
            lines=lines,
            memo=doing.refund.reason,
        )
    for part in wallets:
        if part.payment.holder_id and part.payment.holder_id != doing.sale.member_id:
            cards_services.return_share_step(
                key=f"{doing.sale.key}:share", amount=part.amount
            )
    money = sum(part.amount for part in tenders)
    return money - charged + sum(part.principal for part in closed)


def _paid_out(doing: Doing, closed: Sequence[Part]) -> list[Line]:
    """Of a wallet that is closed the principal is paid out in cash, as when a wallet is
    closed; the bonus is nobody's any more.
    """
    lines: list[Line] = []
    for part in closed:
        part.tender = CASH
        sales = part.postings[0].credit_id
        for account, amount in (
            (_till(doing, CASH), part.principal),
            (_forfeited(), part.bonus),
        ):
            if amount:
                lines.append(Line(debit_id=sales, credit_id=account, amount=amount))
    return lines


def _forfeited() -> int:
    return ledger_services.open_account(
        store_account(AccountKind.BREAKAGE, None, AccountKind.BONUS)
    )


def _other_ways(doing: Doing, charged: int) -> list[Line]:
    """Lines beside the reversal: what goes out in cash though it came in otherwise, or
    at another store, which its own owes that much; and what of the money stays with
    the shop.
    """
    lines: list[Line] = []
    in_cash = doing.refund.to == Refund.To.CASH
    for part in doing.of(PaymentKind.TENDER):
        if not part.amount:
            continue
        own = out = part.postings[0].debit_id
        part.tender = CASH if in_cash else part.payment.tender
        if in_cash or doing.is_elsewhere:
            out = _till(doing, part.tender)
        if out != own:
            lines.append(Line(debit_id=own, credit_id=out, amount=part.amount))
        kept = min(charged, part.amount)
        charged -= kept
        part.kept = kept
        if kept:
            sales = _house(doing.sale.store_id, AccountKind.SALES, POINTS_CHARGED)
            lines.append(Line(debit_id=out, credit_id=sales, amount=kept))
    return lines


def _till(doing: Doing, tender: str) -> int:
    """Of the store where it is given back."""
    return _house(doing.refund.store_id, AccountKind.TENDER, tender)


def _house(store_id: int, kind: AccountKind, slot: str) -> int:
    return ledger_services.open_account(
        HolderAccount(
            kind=kind,
            unit_id=ledger_services.open_unit(code=settings.CURRENCY),
            holder_kind="store",
            holder_id=store_id,
            slot=slot,
        )
    )


def give_back_gift_cards(doing: Doing, cards: dict[int, GiftCard]) -> None:
    """Each card gets back what it paid, and lives some days at least. Raises
    GiftCardGone for a card that was itself taken back.
    """
    for part in doing.of(PaymentKind.GIFT_CARD):
        if not part.amount or doing.sale.entry_id is None:
            continue
        card = cards[part.payment.gift_card_id or 0]
        if card.status == GiftCard.Status.VOID or card.policy is None:
            raise GiftCardGone(last4=part.payment.last4)
        live_until = doing.at + timedelta(days=card.policy.refund_days)
        _expire_first(doing, [part])
        ledger_services.reverse_entry(
            entry_id=doing.sale.entry_id,
            key=doing.key(f"gift:{part.payment.place}"),
            at=doing.at,
            act=doing.by,
            amounts=part.back(),
            live_until=live_until,
            memo=doing.refund.reason,
        )
        if card.expires_at is not None and card.expires_at < live_until:
            GiftCard.objects.filter(pk=card.pk).update(expires_at=live_until)


def _expire_first(doing: Doing, parts: Iterable[Part]) -> None:
    """What is due leaves before its lot is given a new life."""
    ledger_services.expire_lots(
        at=doing.at,
        business_date=doing.by.business_date,
        request_id=doing.by.request_id,
        only=[posting.debit_id for part in parts for posting in part.postings],
    )
