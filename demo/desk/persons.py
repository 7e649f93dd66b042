"""Persons: enrolled twice, forgotten, and one of the staff."""

from datetime import timedelta

from demo import shop
from demo.offers import Offers
from demo.places import Scene
from members import services as members_services
from members.services import Signed
from points import services as points_services
from stored_value import services as stored_value_services
from stored_value.holders import Holder
from stored_value.services import Tender
from stores.models import User
from stores.services import Mending


class Persons(Scene):
    """What an office does with them, with a second person beside."""

    def tell(self, offers: Offers) -> dict[str, int]:
        """All of it; how much of each."""
        self._persons()
        return self.told

    def _persons(self) -> None:
        """One who enrolled twice, one who asked to be forgotten, one of the staff."""
        place = self.places[0]
        old, again, gone, own = (
            members_services.enrol(
                name=name,
                phone=phone,
                by=self.by,
                at=self.until - timedelta(days=days),
            )
            for name, phone, days in (
                ("许文博", "+8619911112222", 200),
                ("许文博", "+8619933334444", 20),
                ("田小草", "+8619955556666", 100),
                (place.cashier.display_name, "+8619977778888", 300),
            )
        )
        for member_id in (again.pk, gone.pk):
            points_services.grant_points(
                member_id=member_id,
                points=120,
                reason="开业礼",
                by=self.by,
                at=self.until,
                key=f"demo:opening:{member_id}",
            )
        members_services.merge(
            source_id=again.pk, target_id=old.pk, by=self._mending("同一位顾客换了号码")
        )
        members_services.erase_with_forfeiture(
            member_id=gone.pk,
            signed=Signed(
                signed_on=self.until.date() - timedelta(days=1),
                reference="XTD-2026-017",
            ),
            by=self._mending("顾客书面放弃余额并要求删除"),
        )
        members_services.link_staff(
            staff_id=place.cashier.pk, member_id=own.pk, by=self.by, at=self.until
        )
        # A colleague does it for the cashier, and the list of such cards says so.
        stored_value_services.top_up(
            holder=Holder.member(own.pk),
            tenders=[Tender("wechat", 200_00)],
            by=place.by(place.lead, self.until),
            at=self.until,
            key="demo:own-card",
        )
        self.count("members merged")
        self.count("members forgotten")

    def _mending(self, reason: str) -> Mending:
        place, pins = self.places[0], {one.username: one.pin for one in shop.sign_ins()}
        office = User.objects.get(username="head-office")
        return Mending(
            maker=office,
            store=place.store,
            reason=reason,
            checker=place.manager,
            secret=pins[place.manager.username],
            key=f"demo:{reason}",
            at=self.until,
        )
