"""Building the ladder."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from ledger.services import Act
from stores import services as stores_services
from tiers.errors import LadderMustRise, TierRefused
from tiers.models import Tier


@transaction.atomic
def save_tier(*, tier: Tier, by: Act, at: datetime) -> Tier:
    """Add or change a tier. Nobody's tier changes before the next review.

    Raises TierRefused (with every sentence that is wrong), LadderMustRise.
    """
    is_new = tier.pk is None
    stores_services.require_for(by, "tiers.add_tier" if is_new else "tiers.change_tier")
    try:
        tier.full_clean()
    except ValidationError as wrong:
        raise TierRefused(wrong.messages) from wrong
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            tier.save(force_insert=is_new, force_update=not is_new)
            # Now, not at the commit, where nobody could be told.
            cursor.execute("SET CONSTRAINTS tiers_tier_ladder_rises IMMEDIATE")
            cursor.execute("SET CONSTRAINTS tiers_tier_ladder_rises DEFERRED")
    except IntegrityError as broken:
        raise LadderMustRise from broken
    stores_services.record_act(
        name="tiers.tier_added" if is_new else "tiers.tier_changed",
        by=by,
        at=at,
        subject=tier,
        facts={"code": tier.code, "rank": tier.rank, "threshold": tier.threshold},
    )
    return tier
