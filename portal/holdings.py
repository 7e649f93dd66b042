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
from cards.models import Card, WalletShare
from common.money import format_money
from coupons import selectors as coupons_selectors
from coupons.selectors import HeldCoupon
from ledger import selectors as ledger_selectors
from ledger import statements as ledger_statements
from ledger.kinds import AccountKind
from ledger.selectors import UsableBalance
from stored_value.holders import WalletAccounts
from stored_value.selectors import WalletChange, change_of
from tiers import selectors as tiers_selectors
from tiers.models import Tier

from .visitors import Visitor


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
    active = cards_selectors.own_cards_of(visitor.member.pk)
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
    """A wallet that another may pay from, seen by either: `name` is the other's; no
    limit: `left` is None.
    """

    share_id: int
    name: str
    per_use: int | None
    per_day: int | None
    used: int
    left: int | None


def borrowed(share: WalletShare, visitor: Visitor) -> SharedWallet:
    """Of whose wallet it is: nothing but the name and what is left of the limit."""
    return _shared(share, share.owner.name, visitor)


def lent(share: WalletShare, visitor: Visitor) -> SharedWallet:
    """Of who pays from one's own."""
    return _shared(share, cards_selectors.holder_name(share), visitor)


def _shared(share: WalletShare, name: str, visitor: Visitor) -> SharedWallet:
    used = cards_selectors.used_on(share, day=visitor.today[0])
    is_bound = share.per_use is not None or share.per_day is not None
    return SharedWallet(
        share_id=share.pk,
        name=name or _("Member"),
        per_use=share.per_use,
        per_day=share.per_day,
        used=used,
        left=cards_services.left_of(share, used=used) if is_bound else None,
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
