"""Who stands at the counter: a member, an anonymous card, or nobody known."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core import signing

from campaigns.lately import RecentCampaign, recent_campaigns
from cards import selectors as cards_selectors
from cards.models import Card
from cards.numbers import digits_of
from cards.tokens import looks_like_code
from checkout.asked import Whose
from imports import selectors as imports_selectors
from ledger import selectors as ledger_selectors
from ledger.kinds import AccountKind
from members.models import Member
from members.phones import masked
from recognition import selectors as recognition_selectors
from recognition.selectors import Glance
from tiers import selectors as tiers_selectors
from tiers.models import Tier

from .say import greeting

SHOWN_SALT: Final = "counter.shown"
GROUP: Final = 4
SOON: Final = timedelta(days=30)  # points that end later are no news at the till


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Whose bill it is; `code` is the rotating code that was shown, while it holds."""

    member: Member | None = None
    card: Card | None = None
    code: str = ""
    # Found by a number that was theirs: it may be somebody else's by now.
    is_former: bool = False

    @property
    def is_known(self) -> bool:
        """Whether anybody, or any card, stands behind the bill."""
        return self.member is not None or self.card is not None

    @property
    def whose(self) -> Whose:
        """As the checkout asks it."""
        if self.code:
            return Whose(code=self.code)
        if self.card is not None:
            return Whose(code=self.card.number)
        return Whose(member_id=self.member.pk if self.member else None)

    @property
    def sealed(self) -> str:
        """As the page carries it."""
        if not self.is_known:
            return ""
        told = [
            str(self.member.public_id) if self.member else "",
            self.card.pk if self.card else 0,
            self.code,
        ]
        return signing.dumps(told, salt=SHOWN_SALT)


def unsealed(text: str, *, at: datetime) -> Guest:
    """The guest of a page; a rotating code counts only as long as it lives."""
    try:
        public_id, card_id, code = signing.loads(text, salt=SHOWN_SALT)
    except (signing.BadSignature, TypeError, ValueError):
        return Guest()
    if code and cards_selectors.read_shown_code(digits_of(code), at=at) is None:
        code = ""
    return Guest(
        member=member_of(UUID(public_id)) if public_id else None,
        card=cards_selectors.card(card_id) if card_id else None,
        code=code,
    )


def member_of(public_id: UUID) -> Member | None:
    """An active member; who was merged is whom they were merged into."""
    rows = Member.objects.select_related("merged_into")
    found = rows.filter(public_id=public_id).first()
    if found is not None and found.merged_into is not None:
        found = found.merged_into
    if found is None or found.status != Member.Status.ACTIVE:
        return None
    return found


def find(text: str, *, at: datetime) -> list[Guest]:
    """Everybody whom a scan or a typed word may mean, the closest first."""
    found = cards_selectors.find(text, at=at)
    if any(one.by == "card" for one in found):
        return [Guest(member=one.member, card=one.card) for one in found]
    code = digits_of(text)
    if found and looks_like_code(code):
        return [Guest(member=one.member, card=one.card, code=code) for one in found]
    former = _by_former_number(text)
    known = {guest.member.pk for guest in former if guest.member is not None}
    others = [one for one in found if one.member and one.member.pk not in known]
    return [
        *former,
        *(Guest(member=one.member, is_former=one.by == "former") for one in others),
    ]


def unusable_card(text: str, *, at: datetime) -> Card | None:
    """The card that was scanned, or shown by its code, where it opens nobody: it is
    lost, replaced, expired or closed.
    """
    digits = digits_of(text)
    shown = (
        cards_selectors.read_shown_code(digits, at=at)
        if looks_like_code(digits)
        else None
    )
    if shown is not None:
        card = cards_selectors.card(shown.card_id) if shown.card_id else None
        return card if card is not None and is_stopped(card, at=at) else None
    card = cards_selectors.card_by_number(text)
    ids = [one.card_id for one in imports_selectors.find_by_former_number(text)]
    if card is None and len(ids) == 1 and ids[0] is not None:
        card = cards_selectors.card(ids[0])
    return card if card is not None and is_stopped(card, at=at) else None


def is_stopped(card: Card, *, at: datetime) -> bool:
    """Whether this card was in use and is not any more."""
    return card.status != Card.Status.STOCK and not card.is_usable(at)


def _by_former_number(text: str) -> list[Guest]:
    """Whom a number means that was brought along from another system."""
    guests = []
    for former in imports_selectors.find_by_former_number(text):
        here = Member.objects.filter(status=Member.Status.ACTIVE)
        member = here.filter(pk=former.member_id).first()
        if member is not None:
            card = cards_selectors.card(former.card_id) if former.card_id else None
            guests.append(Guest(member=member, card=card))
    return guests


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A guest as the left side of the screen shows them."""

    glance: Glance
    say: list[str]
    tier: Tier | None
    phone: str
    principal: int
    bonus: int
    points: int
    points_soon: int
    points_soon_on: datetime | None
    card: Card | None
    campaigns: list[RecentCampaign]

    @property
    def wallet(self) -> int:
        """Principal and bonus together."""
        return self.principal + self.bonus


def known(guest: Guest, *, at: datetime) -> Known | None:
    """Everything that the counter says of a member at one glance."""
    if guest.member is None:
        return None
    glance = recognition_selectors.recognise(guest.member.pk, at)
    if glance is None:
        return None
    held: dict[str, int] = {}
    soon, soon_on = 0, None
    kinds = (AccountKind.PRINCIPAL, AccountKind.BONUS, AccountKind.POINTS)
    for account in ledger_selectors.held_by(
        holder_kind="member", holder_id=guest.member.pk
    ):
        if account.kind not in kinds or not account.balance:
            continue
        lots = ledger_selectors.open_lots(account_id=account.account_id)
        usable = [lot for lot in lots if lot.usable(at)]
        held[account.kind] = held.get(account.kind, 0) + sum(
            lot.remaining for lot in usable
        )
        ends = [
            lot
            for lot in usable
            if lot.expires_at is not None and lot.expires_at <= at + SOON
        ]
        if account.kind == AccountKind.POINTS and ends:
            soon_on = ends[0].expires_at
            soon = sum(lot.remaining for lot in ends if lot.expires_at == soon_on)
    return Known(
        glance=glance,
        say=greeting(glance, at=at),
        tier=tiers_selectors.standing(guest.member.pk, at=at).tier,
        phone=masked(guest.member.phone),
        principal=held.get(AccountKind.PRINCIPAL, 0),
        bonus=held.get(AccountKind.BONUS, 0),
        points=held.get(AccountKind.POINTS, 0),
        points_soon=soon,
        points_soon_on=soon_on,
        card=guest.card,
        campaigns=recent_campaigns(guest.member.pk, at=at),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """An anonymous card: what is on it."""

    card: Card
    principal: int
    bonus: int

    @property
    def wallet(self) -> int:
        """Principal and bonus together."""
        return self.principal + self.bonus


def bearer(guest: Guest, *, at: datetime) -> Bearer | None:
    """A card that belongs to nobody by name."""
    if guest.member is not None or guest.card is None:
        return None
    held: dict[str, int] = {}
    for account in ledger_selectors.held_by(
        holder_kind="card", holder_id=guest.card.pk
    ):
        if account.unit == settings.CURRENCY:
            usable = ledger_selectors.usable_balance(
                account_id=account.account_id, at=at
            )
            held[account.kind] = held.get(account.kind, 0) + usable
    return Bearer(
        card=guest.card,
        principal=held.get(AccountKind.PRINCIPAL, 0),
        bonus=held.get(AccountKind.BONUS, 0),
    )
