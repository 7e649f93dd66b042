"""What the law of a place asks of prepaid value; a shop chooses one and may be kinder.

Amounts are minor units of the place's own currency. The figures are defaults gathered
from public texts, not legal advice: a shop has its counsel check them.
"""

from dataclasses import dataclass
from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ProfileCode(TextChoices):
    CN = "CN", _("Mainland China")
    TW = "TW", _("Taiwan")
    HK = "HK", _("Hong Kong")
    US = "US", _("United States")
    EU = "EU", _("European Union")
    NONE = "none", _("No country’s rules")


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The bounds that a place sets; None means that it sets none.

    `most_without_code`: what banks of the place let a card pay without its PIN, the
    yardstick for paying with stored value by a name or a number alone.
    `claim_lapses_after_months`: after how long what was promised can no longer be
    claimed (limitation); whoever gives something good for longer promises too much.
    `*_validity_months` is the shortest life that prepaid value may have; `may_expire_*`
    False: it may not lapse at all. `lapsed_stays_owed`: what lapses stays a liability
    and is given back when asked for.
    """

    code: str
    most_on_bearer_card: int | None = None
    most_on_named_card: int | None = None
    real_name_from: int | None = None
    no_cash_from_person: int | None = None
    no_cash_from_organisation: int | None = None
    bearer_may_expire: bool = True
    bearer_validity_months: int | None = None
    named_may_expire: bool = True
    named_validity_months: int | None = None
    lapsed_stays_owed: bool = False
    cooling_off_days: int = 0
    most_cash_out: int | None = None
    most_without_code: int | None = None
    refund_within_days: int | None = None
    most_refund_fee_per_mille: int | None = None
    idle_fee_after_months: int | None = None
    claim_lapses_after_months: int | None = None


PROFILES: Final[dict[str, Profile]] = {
    profile.code: profile
    for profile in (
        Profile(
            code=ProfileCode.CN,
            most_on_bearer_card=1_000_00,
            most_on_named_card=5_000_00,
            real_name_from=10_000_00,
            no_cash_from_person=50_000_00,
            no_cash_from_organisation=5_000_00,
            bearer_validity_months=36,
            named_may_expire=False,
            lapsed_stays_owed=True,
            cooling_off_days=7,
            most_cash_out=100_00,
            most_without_code=1_000_00,
            refund_within_days=15,
            claim_lapses_after_months=36,
        ),
        Profile(
            code=ProfileCode.TW,
            bearer_may_expire=False,
            named_may_expire=False,
            lapsed_stays_owed=True,
            most_without_code=3_000_00,
            most_refund_fee_per_mille=30,
            claim_lapses_after_months=180,
        ),
        Profile(
            code=ProfileCode.HK,
            most_without_code=1_000_00,
            claim_lapses_after_months=72,
        ),
        Profile(
            code=ProfileCode.US,
            bearer_validity_months=60,
            named_validity_months=60,
            idle_fee_after_months=12,
            claim_lapses_after_months=48,
        ),
        Profile(code=ProfileCode.EU, claim_lapses_after_months=36),
        Profile(code=ProfileCode.NONE),
    )
}
