"""The shop's rules and the country's law together: the stricter one binds."""

import calendar
from dataclasses import dataclass
from datetime import datetime, timedelta

from policies.profiles import Profile

from .models import WalletPolicy
from .rules import RefundTerms


@dataclass(frozen=True, slots=True)
class WalletTerms:
    """A version of the policy under a country's law; kept by each top-up.

    The law binds even where an older version of the policy was saved under another.
    """

    policy: WalletPolicy
    law: Profile

    def most_held(self, *, is_bearer: bool) -> int | None:
        """How much principal one holder may have."""
        if is_bearer:
            return _least(self.policy.most_on_bearer_card, self.law.most_on_bearer_card)
        return _least(self.policy.most_held, self.law.most_on_named_card)

    @property
    def most_cash_out(self) -> int | None:
        """How much may be paid out in cash."""
        return _least(self.policy.most_cash_out, self.law.most_cash_out)

    def principal_ends_at(self, at: datetime, *, is_bearer: bool) -> datetime | None:
        """When principal that comes in now can no longer be spent; None: never."""
        months = (
            self.policy.bearer_valid_months
            if is_bearer
            else self.policy.principal_valid_months
        )
        may_expire = (
            self.law.bearer_may_expire if is_bearer else self.law.named_may_expire
        )
        least = (
            self.law.bearer_validity_months
            if is_bearer
            else self.law.named_validity_months
        )
        if months is None or not may_expire:
            return None
        return months_later(at, max(months, least or 0))

    def bonus_ends_at(self, at: datetime, *, days: int | None) -> datetime | None:
        """When a bonus given now expires, by the plan's own days or the policy's."""
        valid = days if days is not None else self.policy.bonus_valid_days
        return None if valid is None else at + timedelta(days=valid)

    def given_back_lives_until(self, at: datetime) -> datetime:
        """What a refund or a hold gives back is not lost before this."""
        return at + timedelta(days=self.policy.given_back_days)

    def refund_terms(self, *, made_at: datetime, at: datetime) -> RefundTerms:
        """How a top-up is refunded at a moment; cooling-off ends to the instant."""
        days = max(self.policy.cooling_off_days, self.law.cooling_off_days)
        most = self.law.most_refund_fee_per_mille
        fee = self.policy.refund_fee_per_mille
        return RefundTerms(
            rule=self.policy.refund_rule,
            fee_per_mille=fee if most is None else min(fee, most),
            is_cooling_off=at < made_at + timedelta(days=days),
        )


def months_later(at: datetime, months: int) -> datetime:
    """The same day some months on; the last day where a month is shorter."""
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return at.replace(year=year, month=month + 1, day=min(at.day, last))


def _least(shop: int | None, law: int | None) -> int | None:
    bounds = [bound for bound in (shop, law) if bound is not None]
    return min(bounds, default=None)
