"""The shop that the history is played in: stores with a key each, offers, tiers."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.utils.timezone import now  # noqa: TID251 (a live shop has a clock)

from benchmarks.replay.history import Purchase
from cards import services as cards_services
from cards.models import CardKind
from coupons import services as coupons_services
from coupons.kinds import CouponKind, Validity
from coupons.models import CouponTemplate
from ledger.services import Act
from stored_value import services as stored_value_services
from stored_value.models import TopUpPlan, TopUpStep
from stores import services as stores_services
from stores.models import Store
from tiers import services as tiers_services
from tiers.models import Tier

WELCOME: Final = "welcome"
AGAIN: Final = "come-again"
# Code, growth value in usual bills, discount and points per mille.
LADDER: Final = (
    ("guest", 0, 0, 1000),
    ("silver", 3, 20, 1200),
    ("gold", 10, 50, 1500),
)


@dataclass(frozen=True, slots=True)
class Shop:
    """What the tills know: keys by the stores' names, and what people top up."""

    keys: dict[str, str]
    usual: int
    top_ups: tuple[int, int]


def open_shop(purchases: Sequence[Purchase]) -> Shop:
    """Set up what the office sets up; offers follow the history's usual bill."""
    at = now()
    by = stores_services.act(task="replay", at=at)
    usual = int(statistics.median(p.gross for p in purchases if p.gross) or 1)
    usual = max(usual, 10)
    top_ups = (usual * 3, usual * 6)
    _tiers(usual, by, at)
    _coupons(usual, by, at)
    stored_value_services.save_plan(
        plan=TopUpPlan(name="Top up and get a tenth"),
        steps=[TopUpStep(amount=paid, bonus=paid // 10) for paid in top_ups],
        by=by,
        at=at,
    )
    cards_services.save_kind(
        kind=CardKind(
            code="phone", name_en="Card on the phone", form=CardKind.Form.VIRTUAL
        ),
        by=by,
        at=at,
    )
    names = dict.fromkeys(purchase.store for purchase in purchases)
    return Shop(
        keys={name: _store(n, name, at) for n, name in enumerate(names, 1)},
        usual=usual,
        top_ups=top_ups,
    )


def _store(number: int, name: str, at: datetime) -> str:
    """A store of the history, and the text of its key."""
    store = Store.objects.create(
        code=f"R{number}", name=name or "Counter", time_zone=settings.TIME_ZONE
    )
    _key, text = stores_services.create_api_key(
        name=f"tills of R{number}", store=store, scopes=(), at=at
    )
    return text


def _tiers(usual: int, by: Act, at: datetime) -> None:
    for rank, (code, bills, off, factor) in enumerate(LADDER, 1):
        tiers_services.save_tier(
            tier=Tier(
                code=code,
                name_en=code.capitalize(),
                rank=rank,
                threshold=usual * bills // 100,
                discount_per_mille=off,
                points_per_mille=factor,
            ),
            by=by,
            at=at,
        )


def _coupons(usual: int, by: Act, at: datetime) -> None:
    for template in (
        CouponTemplate(
            code=WELCOME,
            kind=CouponKind.AMOUNT_OFF,
            name_en="Welcome",
            amount=usual // 5,
            min_spend=usual // 2,
            validity=Validity.DAYS,
            lasts_days=30,
        ),
        CouponTemplate(
            code=AGAIN,
            kind=CouponKind.PERCENT_OFF,
            name_en="Come again",
            off_bp=1_000,
            cap=usual,
            validity=Validity.DAYS,
            lasts_days=30,
        ),
    ):
        coupons_services.save_template(template=template, by=by, at=at)
        coupons_services.publish_terms(template=template, by=by, at=at)
