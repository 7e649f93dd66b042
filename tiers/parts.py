"""A member's tier, where members merge, ask what is kept of them, or leave."""

from datetime import datetime

from django.utils.translation import gettext as _

from ledger.services import Act
from members.parts import Rows

from .models import Source, Standing, StandingChange, TierGrant
from .services.merging import forget_step, move_step


class TiersPart:
    """The share of the tiers in a member."""

    word = "tiers"

    def move(
        self, *, source_id: int, target_id: int, by: Act, at: datetime, key: str
    ) -> None:
        """The better of two tiers, and all that was bought or given."""
        move_step(source_id=source_id, target_id=target_id, by=by, at=at)

    def export(self, *, member_id: int) -> dict[str, Rows]:
        """The tier, how it came, and what was bought or given."""
        standing = Standing.objects.filter(pk=member_id).values(
            "tier__code", "source", "since", "kept_until", "notice_at", "grace_until"
        )
        changes = StandingChange.objects.filter(member_id=member_id).values(
            "at", "cause", "source", "was__code", "became__code", "metric", "kept_until"
        )
        grants = TierGrant.objects.filter(member_id=member_id).values(
            "tier__code",
            "source",
            "starts_at",
            "ends_at",
            "ended_at",
            "price",
            "reason",
        )
        return {
            "tier": [dict(row) for row in standing],
            "tier_changes": [dict(row) for row in changes.order_by("pk")],
            "tiers_bought_and_given": [dict(row) for row in grants.order_by("pk")],
        }

    def held(self, *, member_id: int, at: datetime) -> list[str]:
        """A tier that was paid for and is not over."""
        paid = TierGrant.objects.filter(
            member_id=member_id, source=Source.PAID, ended_at=None, ends_at__gt=at
        ).select_related("tier")
        return [
            _("the tier %(tier)s, bought until %(day)s")
            % {"tier": grant.tier, "day": grant.ends_at.date().isoformat()}
            for grant in paid.order_by("pk")
        ]

    def forget(self, *, member_id: int, by: Act, at: datetime) -> None:
        """The tier ends; what was written about it is wiped."""
        forget_step(member_id=member_id, at=at)
