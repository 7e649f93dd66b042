"""Everything that a quote asks of the database, in one round trip."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings as django_settings
from django.db import connection

from coupons.models import Coupon
from members.birthdays import Birthday
from tiers import selectors as tiers_selectors
from tiers.models import Source, Tier

from . import settings

LOOK: Final = """checkout_look(%s, %s, %s, %s, %s, %s, %s, %s,
  %s::bigint[], %s::text[], %s::text[], %s)"""
POINTS, GROWTH, PENDING = "points", "growth", "pending"


@dataclass(frozen=True, slots=True, kw_only=True)
class LookFor:
    """Whom and what to look up; at most one of the four says whose bill it is."""

    store_id: int
    at: datetime
    day: date
    key: str | None = None
    member_id: int | None = None
    public_id: UUID | None = None
    card_number: str | None = None
    card_id: int | None = None
    coupon_ids: Sequence[int] = ()
    gift_digests: Sequence[str] = ()
    gift_subjects: Sequence[str] = ()
    place: str | None = None

    @property
    def params(self) -> list[Any]:
        """What `LOOK` is called with, in its order."""
        return [
            self.store_id,
            self.at,
            self.day,
            self.key,
            self.member_id,
            self.public_id,
            self.card_number,
            self.card_id,
            list(self.coupon_ids),
            list(self.gift_digests),
            list(self.gift_subjects),
            self.place,
        ]


@dataclass(frozen=True, slots=True)
class Seen:
    """An account as it was seen; `usable` counts no lot that has expired."""

    pk: int
    status: str
    balance: int
    usable: int

    @property
    def is_frozen(self) -> bool:
        return self.status == "frozen"


@dataclass(frozen=True, slots=True)
class Look:
    """What was found, as the database told it, with names."""

    raw: Mapping[str, Any]
    accounts: Mapping[tuple[str, str, str, str], Seen] = field(default_factory=dict)

    @property
    def is_unknown(self) -> bool:
        return bool(self.raw.get("unknown"))

    @property
    def settled(self) -> Mapping[str, Any] | None:
        """The sale that was made under this key before."""
        found: Mapping[str, Any] | None = self.raw.get("sale")
        return found

    @property
    def member(self) -> Mapping[str, Any] | None:
        found: Mapping[str, Any] | None = self.raw.get("member")
        return found

    @property
    def member_id(self) -> int | None:
        return self.member["id"] if self.member else None

    @property
    def members_of_staff(self) -> set[int]:
        """The members whose value may move by the bill and who are colleagues."""
        found = set[int]()
        if self.raw.get("colleague") and self.member_id is not None:
            found.add(self.member_id)
        if self.raw.get("share_colleague") and self.share is not None:
            found.add(self.share["owner_id"])
        gifts = self.raw.get("gifts") or ()
        return found | {card["owner_id"] for card in gifts if card["colleague"]}

    @property
    def is_frozen(self) -> bool:
        """Whether the guest, or whose wallet their card pays from, froze spending."""
        member, share = self.member, self.share
        return bool(
            (member and member["spending_frozen_at"]) or (share and share["is_frozen"])
        )

    @property
    def card(self) -> Mapping[str, Any] | None:
        found: Mapping[str, Any] | None = self.raw.get("card")
        return found

    @property
    def share(self) -> Mapping[str, Any] | None:
        found: Mapping[str, Any] | None = self.raw.get("share")
        return found

    @property
    def wallet_holder(self) -> tuple[str, int | None]:
        kind, pk = self.raw["wallet"]
        return str(kind), pk

    @property
    def is_locked(self) -> bool:
        """Whether too many wrong codes were shown at this place."""
        return bool(self.raw.get("locked"))

    @property
    def points_due(self) -> int:
        """Pending points that became usable, and that nobody has released yet."""
        return int(self.raw.get("due") or 0)

    def policy(self, name: str) -> int:
        """The number of the version in force."""
        return int(self.raw["policies"][name])

    def stamp(self, name: str) -> int | None:
        """The last change among rows that people edit."""
        found: int | None = self.raw["stamps"][name]
        return found

    def of_wallet(self, kind: str) -> Seen | None:
        """An account of the wallet that pays."""
        holder, _pk = self.wallet_holder
        return self.accounts.get((holder, kind, django_settings.CURRENCY, ""))

    def of_points(self, kind: str, slot: str = "") -> Seen | None:
        """An account of the member's points or growth value."""
        unit = GROWTH if kind == GROWTH else POINTS
        return self.accounts.get(("member", kind, unit, slot))

    def of_store(self, kind: str, unit: str, slot: str = "") -> Seen | None:
        """One of the store's own accounts."""
        return self.accounts.get(("store", kind, unit, slot))

    def tier(self, at: datetime) -> Tier | None:
        """The member's tier at this very second."""
        if self.member is None:
            return None
        ladder = settings.tiers(self.stamp("tiers"))
        standing = self.raw.get("standing")
        if standing is None:
            base = (t for t in ladder.values() if t.is_active and t.threshold == 0)
            return next(base, None)
        until = standing["kept_until"]
        lent = standing["source"] != Source.EARNED
        if lent and until is not None and datetime.fromisoformat(until) <= at:
            return tiers_selectors.standing(self.member["id"], at=at).tier
        return ladder.get(standing["tier"])

    def tier_of_then(self, at: datetime) -> Tier | None:
        """The member's tier as it was at a moment gone by, and what it gave then."""
        if self.member is None:
            return None
        changed = tiers_selectors.changed_since(self.member["id"], at=at)
        now = self.tier(at)
        tier_id = changed.was_id if changed is not None else now.pk if now else None
        ladder = settings.tiers_of(at)
        if tier_id is not None:
            return ladder.get(tier_id)
        base = (t for t in ladder.values() if t.is_active and t.threshold == 0)
        return next(base, None)

    def birthday(self) -> Birthday | None:
        member = self.member
        if member is None or member["birth_month"] is None:
            return None
        return Birthday(
            month=member["birth_month"],
            day=member["birth_day"],
            calendar=member["birth_calendar"],
            leap=member["birth_leap"],
        )

    def coupons(self) -> tuple[Coupon, ...]:
        """The coupons held, and those asked for, with what they promise."""
        rows = self.raw["coupons"]
        versions = settings.template_versions(row["version_id"] for row in rows)
        return tuple(
            Coupon(
                id=row["id"],
                version=versions[row["version_id"]],
                member_id=row["member_id"],
                status=row["status"],
                uses=row["uses"],
                uses_left=row["uses_left"],
                valid_from=datetime.fromisoformat(row["valid_from"]),
                valid_until=datetime.fromisoformat(row["valid_until"]),
            )
            for row in rows
        )


def look(wanted: LookFor) -> Look:
    """Look everything up; nothing is locked, nothing is decided."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {LOOK}", wanted.params)
        (raw,) = cursor.fetchone()
    return read(raw)


def read(raw: str | dict[str, Any]) -> Look:
    """What `LOOK` answered."""
    found = json.loads(raw) if isinstance(raw, str) else raw
    accounts = {
        (holder, kind, unit, slot): Seen(pk, status, balance, int(usable))
        for pk, holder, _holder_id, kind, unit, slot, status, balance, usable in (
            found.get("accounts") or ()
        )
    }
    return Look(found, accounts)
