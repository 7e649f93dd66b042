"""What a member holds, as the screens show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cards import selectors as cards_selectors
from cards import services as cards_services
from cards.models import Card
from common.money import format_money
from coupons import selectors as coupons_selectors
from coupons.selectors import HeldCoupon
from ledger import selectors as ledger_selectors
from ledger import statements as ledger_statements
from ledger.kinds import AccountKind, EntryKind
from ledger.selectors import UsableBalance
from ledger.statements import Movement
from stored_value.holders import WalletAccounts
from tiers import selectors as tiers_selectors
from tiers.models import Tier

from .visitors import Visitor

PAGE = 60


@dataclass(frozen=True, slots=True)
class ShownCard:
    """The card in the hand: the code for this minute, its number, the tier."""

    code: str
    number: str
    tier: Tier | None


@dataclass(frozen=True, slots=True)
class Ending:
    """What ends next, in words, and when."""

    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Summary:
    """What the first screen says beside the card."""

    money: int
    points: int
    coupons: int
    ending: Ending | None
    next_coupon: HeldCoupon | None


def shown_card(visitor: Visitor) -> ShownCard:
    """The latest card that is good, or, without one, the member's own code."""
    card = _usable_card(visitor)
    tier = tiers_selectors.standing(visitor.member.pk, at=visitor.at).tier
    return ShownCard(_mint(card, visitor), card.number if card else "", tier)


def code_now(visitor: Visitor) -> str:
    """The code alone, for a page that is open already."""
    return _mint(_usable_card(visitor), visitor)


def _usable_card(visitor: Visitor) -> Card | None:
    active = cards_selectors.cards_of(visitor.member.pk).filter(
        status=Card.Status.ACTIVE
    )
    return next((card for card in active if card.is_usable(visitor.at)), None)


def _mint(card: Card | None, visitor: Visitor) -> str:
    if card is None:
        return cards_services.mint_code(at=visitor.at, member_id=visitor.member.pk)
    return cards_services.mint_code(at=visitor.at, card_id=card.pk)


def summary_of(visitor: Visitor, tier: Tier | None) -> Summary:
    """All of it in two queries."""
    balances = ledger_selectors.usable_of(
        holder_kind="member", holder_id=visitor.member.pk, at=visitor.at
    )
    coupons = coupons_of(visitor, tier)
    usable = [one for one in coupons if one.refusal is None]
    return Summary(
        money=sum(one.amount for one in balances if is_money(one)),
        points=sum(one.amount for one in balances if is_points(one)),
        coupons=len(usable),
        ending=_ending(balances, coupons),
        next_coupon=usable[0] if usable else None,
    )


def coupons_of(visitor: Visitor, tier: Tier | None) -> list[HeldCoupon]:
    """The coupons that are not over, what can be used today first."""
    day, hour = visitor.today
    return coupons_selectors.held_now(
        visitor.member.pk,
        tier_id=tier.pk if tier else None,
        day=day,
        local_time=hour,
        at=visitor.at,
    )


def is_money(one: UsableBalance) -> bool:
    """Whether it is money that may be spent now."""
    return one.unit == settings.CURRENCY and one.kind in {
        AccountKind.PRINCIPAL,
        AccountKind.BONUS,
    }


def is_points(one: UsableBalance) -> bool:
    """Whether it is points that may be spent now: pending ones have a slot."""
    return one.kind == AccountKind.POINTS and not one.slot


def _ending(
    balances: Sequence[UsableBalance], coupons: Sequence[HeldCoupon]
) -> Ending | None:
    ends = [
        Ending(_words_of(one), one.first_at)
        for one in balances
        if one.first_at is not None and (is_money(one) or is_points(one))
    ]
    ends += [Ending(one.coupon.version.name, one.coupon.valid_until) for one in coupons]
    return min(ends, key=lambda one: one.at, default=None)


def _words_of(one: UsableBalance) -> str:
    if is_points(one):
        return ngettext("%(count)s point", "%(count)s points", one.first_amount) % {
            "count": one.first_amount
        }
    words = (
        _("%(amount)s bonus")
        if one.kind == AccountKind.BONUS
        else _("%(amount)s principal")
    )
    return words % {"amount": format_money(one.first_amount)}


@dataclass(frozen=True, slots=True)
class SharedWallet:
    """Another's wallet that one may pay from, and what is left of the limit today."""

    owner: str
    per_use: int | None
    per_day: int | None
    left: int | None


def shares_of(visitor: Visitor) -> list[SharedWallet]:
    """The wallets of others that this member may pay from; no limit: left is None."""
    found = []
    for share in cards_selectors.shares_of_holder(visitor.member.pk):
        is_bound = share.per_use is not None or share.per_day is not None
        left = cards_services.left_today(share, day=visitor.today[0])
        name = share.owner.name or _("Member")
        found.append(
            SharedWallet(name, share.per_use, share.per_day, left if is_bound else None)
        )
    return found


@dataclass(frozen=True, slots=True)
class WalletChange:
    """One event of a wallet: what it changed in all, and by kind of money."""

    entry_id: UUID
    kind: str
    at: datetime
    store_id: int | None
    principal: int
    bonus: int
    after: int
    last_posting: int

    @property
    def amount(self) -> int:
        return self.principal + self.bonus

    @property
    def title(self) -> str:
        """What happened, as the guest would say it."""
        return movement_title(self.kind)


def movement_title(kind: str) -> str:
    """What an entry did, in the words of whoever's wallet it is."""
    words = {
        str(EntryKind.SALE): _("Paid at the till"),
        str(EntryKind.TOP_UP): _("Top-up"),
        str(EntryKind.REVERSAL): _("Refund or correction"),
        str(EntryKind.HOLD): _("Held for a booking"),
        str(EntryKind.EXPIRY): _("Expired"),
        str(EntryKind.PAYOUT): _("Paid back to you"),
        str(EntryKind.TRANSFER): _("Transfer"),
        str(EntryKind.GRANT): _("Gift from the house"),
        str(EntryKind.CLAW_BACK): _("Taken back"),
    }
    return words.get(kind) or str(EntryKind(kind).label)


def changes(
    *, principal: int, bonus: int, before: int | None = None
) -> tuple[list[WalletChange], int | None]:
    """A wallet's events, newest first, and from where to go on; None: all are told.

    An event is told whole: one that the page would cut goes on the next.
    """
    rows = ledger_statements.together(
        account_ids=[principal, bonus], before=before, limit=PAGE
    )
    groups: dict[UUID, list[Movement]] = {}
    for row in rows:
        groups.setdefault(row.entry_id, []).append(row)
    told = [change_of(group, principal=principal) for group in groups.values()]
    if len(rows) < PAGE:
        return told, None
    if len(told) > 1:
        told.pop()
    return told, told[-1].last_posting


def change_of(rows: Sequence[Movement], *, principal: int) -> WalletChange:
    """One event from its lines, the newest in front."""
    newest = rows[0]
    of_principal = sum(row.change for row in rows if row.account_id == principal)
    return WalletChange(
        entry_id=newest.entry_id,
        kind=newest.kind,
        at=newest.occurred_at,
        store_id=newest.store_id,
        principal=of_principal,
        bonus=sum(row.change for row in rows) - of_principal,
        after=newest.together_after,
        last_posting=min(row.posting_id for row in rows),
    )


def reversed_by(entry_id: UUID, accounts: WalletAccounts) -> WalletChange | None:
    """The event of the same wallet that an entry gives back or corrects, if any."""
    entry = ledger_selectors.entry(str(entry_id))
    if entry is None or entry.reverses_id is None:
        return None
    rows = ledger_statements.of_entry(
        entry_id=entry.reverses_id, account_ids=[accounts.principal, accounts.bonus]
    )
    return change_of(rows, principal=accounts.principal) if rows else None
