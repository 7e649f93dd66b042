"""Whom the shop means when it writes to its guests."""

from collections.abc import Mapping

from campaigns import services as campaigns_services
from campaigns.models import Segment
from demo.offers import Offers
from demo.places import Scene
from members.models import Tag
from tiers.models import Tier

AGREED = {"kind": "consent", "purpose": "marketing", "channels": ["email", "sms"]}


class Segments(Scene):
    """A few groups that a marketer would make on the first day."""

    def tell(self, offers: Offers) -> dict[str, int]:
        """All of them; how many."""
        tags = list(Tag.objects.order_by("pk").values_list("pk", flat=True)[:1])
        tiers = list(
            Tier.objects.filter(threshold__gt=0)
            .order_by("rank")
            .values_list("pk", flat=True)
        )
        quiet = {"kind": "last_visit", "at_least": 45, "at_most": 365}
        often = {"kind": "visits", "at_least": 3}
        self._save("很久没来的常客", often, quiet, AGREED)
        self._save("本月生日", {"kind": "birthday", "next_days": 30}, AGREED)
        self._save(
            "贵宾或高储值",
            {
                "kind": "any",
                "of": [
                    {"kind": "tier", "tiers": tiers},
                    {"kind": "tag", "tags": tags},
                    {"kind": "balance", "account": "stored_value", "at_least": 500_00},
                ],
            },
            {"kind": "not", "of": [{"kind": "complaint"}]},
        )
        store = self.places[0].store
        self._save(
            "工作日午餐客",
            {
                "kind": "visits",
                "at_least": 2,
                "last_days": 90,
                "weekdays": [0, 1, 2, 3, 4],
                "hour_from": 11,
                "hour_until": 14,
            },
            segment=Segment(store=store),
        )
        campaigns_services.review_win_back(at=self.until)
        self.count("win-back reviews")
        return self.told

    def _save(
        self,
        name: str,
        *conditions: Mapping[str, object],
        segment: Segment | None = None,
    ) -> None:
        made = segment or Segment()
        made.name = name
        campaigns_services.save_segment(
            segment=made,
            rules={"kind": "all", "of": list(conditions)},
            by=self.by,
            at=self.until,
        )
        self.count("segments")
