"""Tiers that nobody waited for."""

from datetime import timedelta

from demo.offers import Offers
from demo.places import Scene
from demo.story import KNOWN_WELL
from tiers import selectors as tiers_selectors
from tiers import services as tiers_services
from tiers.models import Tier


class Tiers(Scene):
    """One bought, one given."""

    def tell(self, offers: Offers) -> dict[str, int]:
        """All of it; how much of each."""
        self._tiers()
        return self.told

    def _tiers(self) -> None:
        gold, black = (Tier.objects.get(code=code) for code in ("gold", "black"))
        place = self.place()
        below = [
            member_id
            for member_id in self.some(KNOWN_WELL)
            if (found := tiers_selectors.standing(member_id).tier) is None
            or found.rank < gold.rank
        ]
        for member_id in below[:1]:
            tiers_services.buy_tier(
                tier_id=gold.pk,
                member_id=member_id,
                tender="alipay",
                by=place.till(self.until),
                at=self.until,
                key="demo:tier:bought",
            )
        for member_id in below[1:2] or self.some(1):
            tiers_services.give_tier(
                tier_id=black.pk,
                member_id=member_id,
                until=self.until + timedelta(days=180),
                reason="本地美食作家，常带朋友来",
                by=place.by(place.manager, self.until),
                at=self.until,
                key="demo:tier:given",
            )
        self.count("tiers bought and given", 1 + len(below[:1]))
