"""What the rules say, without a clock or a database."""

from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from policies.profiles import Profile

from .errors import CardAmountRefused, NonCashNeeded, RealNameNeeded, TendersRefused
from .models import GiftCardDesign, GiftCardPolicy

CASH = "cash"


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def months_after(at: datetime, months: int) -> datetime:
    """The same moment, so many months later."""
    return datetime.combine(months_later(at.date(), months), at.timetz())


def end_of_day_after(at: datetime, months: int, zone: ZoneInfo) -> datetime:
    """The first instant of the day after the one so many months later, by the clock."""
    day = months_later(at.astimezone(zone).date(), months) + timedelta(days=1)
    return datetime.combine(day, time.min, zone)


def validity_months(policy: GiftCardPolicy, bounds: Profile) -> int | None:
    """How long a card sold now is valid: never less than the country asks for."""
    if policy.validity_months is None or not bounds.bearer_may_expire:
        return None
    return max(policy.validity_months, bounds.bearer_validity_months or 0)


def expires_at(
    at: datetime, *, policy: GiftCardPolicy, bounds: Profile, zone: ZoneInfo
) -> datetime | None:
    """When what is paid in now expires; None: never."""
    months = validity_months(policy, bounds)
    return None if months is None else end_of_day_after(at, months, zone)


def check_amount(
    amount: int,
    *,
    design: GiftCardDesign,
    policy: GiftCardPolicy,
    bounds: Profile,
) -> None:
    """Refuse an amount that the design, the policy or the country does not allow.

    Raises CardAmountRefused.
    """
    largest = min(policy.largest, bounds.most_on_bearer_card or policy.largest)
    if not policy.smallest <= amount <= largest or not design.sells_for(amount):
        raise CardAmountRefused(
            amount=amount,
            smallest=policy.smallest,
            largest=largest,
            face_values=list(design.face_values),
        )


def check_payment(
    total: int,
    tenders: Mapping[str, int],
    *,
    known: Sequence[str],
    bounds: Profile,
    has_buyer: bool,
    for_organisation: bool,
) -> None:
    """Cards are paid for exactly, in money, and as the country asks.

    Raises TendersRefused, RealNameNeeded, NonCashNeeded.
    """
    wrong = any(word not in known or paid <= 0 for word, paid in tenders.items())
    if wrong or sum(tenders.values()) != total:
        raise TendersRefused(total=total)
    check_buyer(total, bounds=bounds, has_buyer=has_buyer)
    no_cash_from = (
        bounds.no_cash_from_organisation
        if for_organisation
        else bounds.no_cash_from_person
    )
    if no_cash_from is not None and total >= no_cash_from and tenders.get(CASH):
        raise NonCashNeeded


def check_buyer(total: int, *, bounds: Profile, has_buyer: bool) -> None:
    """From the country's sum on, the buyer has a name. Raises RealNameNeeded."""
    named_from = bounds.real_name_from
    if named_from is not None and total >= named_from and not has_buyer:
        raise RealNameNeeded


def shares(
    amounts: Sequence[int], tenders: Mapping[str, int]
) -> Iterator[tuple[int, str, int]]:
    """Which tender pays how much of which card: one after the other, to the cent."""
    purse = sorted(tenders.items(), reverse=True)
    for place, amount in enumerate(amounts):
        due = amount
        while due:
            word, left = purse.pop()
            paid = min(due, left)
            yield place, word, paid
            due -= paid
            if left > paid:
                purse.append((word, left - paid))
