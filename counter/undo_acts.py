"""What is undone at the counter besides bills: a top-up, a gift card, a coupon sold."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.money import format_money
from coupons import services as coupons_services
from coupons.models import Coupon, CouponIssue
from gift_cards import services as gift_cards_services
from gift_cards.models import GiftCard
from gift_cards.services.acts import subject_of
from ledger import selectors as ledger_selectors
from ledger import statements as ledger_statements
from ledger.services import Act
from stored_value import selectors as stored_value_selectors
from stored_value import services as stored_value_services
from stored_value.models import TopUp
from stores.models import Approval, Store

from .activity import last4_of

type Facts = list[tuple[str, str]]
type Run = Callable[["Undo", Approval | None], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """One undoing: of what, why, under which key, where and when."""

    target: Any
    tender: str
    reason: str
    by: Act
    at: datetime
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoAct:
    """How one kind of act is undone: who may, what is shown before, the command.

    `run` gives the money to hand back, in minor units. `paid_by`: how it was paid,
    where the way back is chosen; None: it goes back as it was paid.
    """

    permission: str
    title: str | Promise
    consequence: str | Promise
    find: Callable[[int, Store], Any]
    subject: Callable[[Any], str]
    facts: Callable[[Any, datetime], Facts]
    run: Run
    paid_by: Callable[[Any], str] | None = None


def _paid_by(top_up: TopUp) -> str:
    """How a top-up was paid, for the most part."""
    return next(iter(ledger_statements.tenders_of(entry_id=top_up.entry_id)), "cash")


def _top_up(pk: int, store: Store) -> TopUp | None:
    rows = TopUp.objects.filter(pk=pk, store=store)
    return rows.select_related("member", "policy", "plan_version").first()


def _top_up_facts(top_up: TopUp, at: datetime) -> Facts:
    formula = stored_value_selectors.refund_preview(top_up=top_up, at=at).formula
    return [
        (_("Top-up"), f"#{top_up.pk}"),
        *(
            (str(line.words), format_money(line.amount))
            for line in stored_value_selectors.formula_lines(formula)
        ),
    ]


def _refund_top_up(undo: Undo, approval: Approval | None) -> int:
    row = stored_value_services.refund_top_up(
        top_up_id=undo.target.pk,
        tender=undo.tender,
        reason=undo.reason,
        by=undo.by,
        at=undo.at,
        key=undo.key,
        approval=approval,
    )
    return row.paid_out


def _gift_card(pk: int, store: Store) -> GiftCard | None:
    rows = GiftCard.objects.filter(pk=pk, store=store, sale__isnull=False)
    return rows.select_related("buyer").prefetch_related("codes").first()


def _gift_card_facts(card: GiftCard, at: datetime) -> Facts:
    left = ledger_selectors.usable_balance(account_id=card.account_id or 0, at=at)
    return [
        (_("Gift card"), f"···· {last4_of(card)}"),
        (_("Sold for"), format_money(card.amount or 0)),
        (_("Still on it"), format_money(left)),
    ]


def _void_gift_card(undo: Undo, approval: Approval | None) -> int:
    return gift_cards_services.void_sale(
        card_id=undo.target.pk,
        reason=undo.reason,
        by=undo.by,
        at=undo.at,
        key=undo.key,
        approval=approval,
    )


def _coupon(pk: int, store: Store) -> Coupon | None:
    here = CouponIssue.objects.filter(store=store, paid__gt=0).values("pk")
    rows = Coupon.objects.filter(pk=pk, issue__in=here)
    return rows.select_related("version", "issue").first()


def _coupon_facts(coupon: Coupon, at: datetime) -> Facts:
    return [
        (_("Coupon"), coupon.version.name),
        (_("Paid"), format_money(coupon.issue.paid // coupon.issue.quantity)),
        (_("Visits left"), str(coupon.uses_left)),
        (
            _("To hand back"),
            format_money(coupons_services.refundable(coupon, coupon.issue)),
        ),
    ]


def _refund_coupon(undo: Undo, approval: Approval | None) -> int:
    return coupons_services.refund_pass(
        coupon_id=undo.target.pk,
        reason=undo.reason,
        by=undo.by,
        at=undo.at,
        key=undo.key,
        approval=approval,
    )


UNDO_ACTS: Final = {
    "top-up": UndoAct(
        permission="stored_value.refund_top_up",
        title=gettext_lazy("Refund the top-up"),
        consequence=gettext_lazy(
            "The principal that is left goes back; its bonus, points and coupons end."
        ),
        find=_top_up,
        subject=lambda top_up: f"top_up:{top_up.pk}",
        facts=_top_up_facts,
        run=_refund_top_up,
        paid_by=_paid_by,
    ),
    "gift-card": UndoAct(
        permission="gift_cards.void_gift_card",
        title=gettext_lazy("Take the gift card back"),
        consequence=gettext_lazy(
            "What is left goes back as it was paid; the card cannot be used any more."
        ),
        find=_gift_card,
        subject=lambda card: subject_of(card.pk),
        facts=_gift_card_facts,
        run=_void_gift_card,
    ),
    "coupon": UndoAct(
        permission="coupons.refund_pass",
        title=gettext_lazy("Take the coupon back"),
        consequence=gettext_lazy(
            "What was paid, less the visits made, goes back; the coupon ends."
        ),
        find=_coupon,
        subject=lambda coupon: f"coupon:{coupon.pk}",
        facts=_coupon_facts,
        run=_refund_coupon,
    ),
}
ANY_UNDO: Final = tuple(act.permission for act in UNDO_ACTS.values())
