"""Tags, and a question of the shop's own."""

from demo.offers import Offers
from demo.places import Scene
from members import services as members_services
from members.models import CustomField, Tag

TAGS = ("常客", "商务宴请", "素食", "带孩子", "媒体")
HOW = ("朋友介绍", "路过", "大众点评", "小红书")


class Marks(Scene):
    """How guests are marked."""

    def tell(self, offers: Offers) -> dict[str, int]:
        """All of it; how much of each."""
        self._marks()
        return self.told

    def _marks(self) -> None:
        """Tags, and a question of the shop's own."""
        tags = [Tag(name=name) for name in TAGS]
        for tag in tags:
            members_services.save_tag(tag=tag, by=self.by, at=self.until)
        heard = CustomField(
            code="heard_from",
            name="从哪里知道我们",
            kind=CustomField.Kind.CHOICE,
            choices=list(HOW),
        )
        members_services.save_custom_field(field=heard, by=self.by, at=self.until)
        for member_id in self.some(12):
            at, place = self.ago(), self.place()
            members_services.tag(
                member_id=member_id,
                tag_ids=[self.dice.choice(tags).pk],
                by=place.by(place.lead, at),
                at=at,
            )
            members_services.change(
                member_id=member_id,
                custom={heard.code: self.dice.choice(HOW)},
                by=place.by(place.lead, at),
                at=at,
            )
            self.count("members tagged")
