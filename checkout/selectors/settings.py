"""The shop's settings as this process knows them.

Versions are written once, so a version is kept by its number. Rows that people edit
(rules, offers, tiers) are kept under a stamp: the number of the last change in their
history, which every look brings along. Changes are written one after the other
(`checkout/sql/stamps.sql`), so nothing here can be out of date.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from django.db import models

from cards.models import CardsPolicy
from checkout.models import BillOffer, CheckoutPolicy, NextVisitGift
from common.history import as_of
from coupons.models import CouponsPolicy, TemplateVersion
from points.models import EarningRule, PointsPolicy, StampProgramme
from policies.models import PolicyVersion
from stored_value.models import WalletPolicy
from stores.models import TenderKind
from tiers.models import Tier, TierPolicy

MOST_VERSIONS: Final = 5_000
_versions: dict[int, TemplateVersion] = {}


def checkout_policy(pk: int) -> CheckoutPolicy:
    """The checkout policy with this number."""
    return _policy(CheckoutPolicy, pk)


def points_policy(pk: int) -> PointsPolicy:
    """The points policy with this number."""
    return _policy(PointsPolicy, pk)


def wallet_policy(pk: int) -> WalletPolicy:
    """The stored value policy with this number."""
    return _policy(WalletPolicy, pk)


def coupons_policy(pk: int) -> CouponsPolicy:
    """The coupons policy with this number."""
    return _policy(CouponsPolicy, pk)


def cards_policy(pk: int) -> CardsPolicy:
    """The card policy with this number."""
    return _policy(CardsPolicy, pk)


def tier_policy(pk: int) -> TierPolicy:
    """The tier policy with this number."""
    return _policy(TierPolicy, pk)


def _policy[P: PolicyVersion](model: type[P], pk: int) -> P:
    found: P = _policy_row(model, pk)
    return found


@lru_cache(maxsize=256)
def _policy_row(model: type[Any], pk: int) -> Any:
    return model._default_manager.get(pk=pk)


def template_versions(ids: Iterable[int]) -> dict[int, TemplateVersion]:
    """What coupons promise, by the number of the version; one query for new ones."""
    wanted = set(ids)
    missing = wanted - _versions.keys()
    if missing:
        if len(_versions) > MOST_VERSIONS:
            _versions.clear()
            missing = wanted
        for version in TemplateVersion.objects.filter(pk__in=missing):
            _versions[version.pk] = version
    return {pk: _versions[pk] for pk in wanted}


def earning_rules(stamp: int | None) -> tuple[EarningRule, ...]:
    """The rules in use, as of a stamp."""
    return _rows(EarningRule, stamp)


def bill_offers(stamp: int | None) -> tuple[BillOffer, ...]:
    """The bill offers in use, as of a stamp."""
    return _rows(BillOffer, stamp)


def next_visit_gifts(stamp: int | None) -> tuple[NextVisitGift, ...]:
    """The coupons for the next visit in use, as of a stamp."""
    return _rows(NextVisitGift, stamp)


def stamp_programmes(stamp: int | None) -> tuple[StampProgramme, ...]:
    """The stamp programmes in use, as of a stamp."""
    return _rows(StampProgramme, stamp)


def tender_kinds(stamp: int | None) -> dict[str, TenderKind]:
    """Every way of paying by its code, switched off or not, as of a stamp."""
    return {kind.code: kind for kind in _rows(TenderKind, stamp, _every)}


def tiers(stamp: int | None) -> dict[int, Tier]:
    """Every tier by its number, as of a stamp."""
    return {tier.pk: tier for tier in _rows(Tier, stamp, _every)}


def earning_rules_of(at: datetime) -> tuple[EarningRule, ...]:
    """The rules as they were in use at a moment gone by."""
    return tuple(rule for rule in as_of(EarningRule, at) if rule.is_active)


def bill_offers_of(at: datetime) -> tuple[BillOffer, ...]:
    """The bill offers as they were in use at a moment gone by."""
    return tuple(offer for offer in as_of(BillOffer, at) if offer.is_active)


def tiers_of(at: datetime) -> dict[int, Tier]:
    """Every tier by its number, as it was at a moment gone by."""
    return {tier.pk: tier for tier in as_of(Tier, at)}


def _every(model: type[models.Model]) -> models.QuerySet[models.Model]:
    return model._default_manager.all()


def _in_use(model: type[models.Model]) -> models.QuerySet[models.Model]:
    return model._default_manager.filter(is_active=True)


def _rows[M: models.Model](
    model: type[M],
    stamp: int | None,
    of: Callable[[type[models.Model]], models.QuerySet[models.Model]] = _in_use,
) -> tuple[M, ...]:
    if stamp is None:  # no row was ever saved
        return ()
    found: tuple[M, ...] = _stamped(model, stamp, of)
    return found


@lru_cache(maxsize=32)
def _stamped(model: type[Any], stamp: int, of: Callable[[type[Any]], Any]) -> Any:
    del stamp  # is the key
    return tuple(of(model).order_by("pk"))


def forget() -> None:
    """Forget everything known: for tests, whose databases begin anew."""
    _versions.clear()
    _policy_row.cache_clear()
    _stamped.cache_clear()
