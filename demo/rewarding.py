"""Points beyond sales: stamps, receipts, tasks and rewards, a few of each."""

from datetime import datetime, timedelta

from common import money
from points import selectors as points_selectors
from points import services as points_services
from points.earning import Bought, Tender
from points.models import Accrual, Reward

from .menu import MENU
from .places import Scene

DONE = ("profile", "review")


class Rewarding(Scene):
    """What guests collect and what they get for it."""

    def tell(self) -> dict[str, int]:
        """All of it; how much of each."""
        self._stamps()
        self._receipts()
        self._sent_back()
        self._tasks()
        self._check_ins()
        self._spending()
        self._rewards()
        return self.told

    def _stamps(self) -> None:
        for member_id in self.some(8):
            for number in range(self.dice.randint(1, 4)):
                at = self.until - timedelta(days=8 - 2 * number, minutes=90)
                place = self.place()
                points_services.give_stamps(
                    programme_code="tea-card",
                    member_id=member_id,
                    amount=money.minor(self.dice.randint(40, 180)),
                    by=place.by(place.cashier, at),
                    at=at,
                    key=f"demo:stamp:{member_id}:{number}",
                )
                self.count("stamps")

    def _receipts(self) -> None:
        """Bills of guests who forgot their number; half of them claim it later."""
        for number, member_id in enumerate(self.some(6)):
            at, place = self.ago(), self.place()
            dishes = self.dice.sample(MENU, 3)
            bill = sum(dish.price for dish in dishes)
            receipt = points_services.issue_receipt_code(
                lines=[
                    Bought(amount=dish.price, category=dish.category) for dish in dishes
                ],
                paid={Tender.MONEY: bill},
                reference=f"{place.store.code}-{1040 + number}",
                by=place.by(place.cashier, at),
                at=at,
                key=f"demo:receipt:{number}",
            )
            self.count("receipt codes")
            if number % 2:
                points_services.claim_receipt(
                    code=receipt.code,
                    member_id=member_id,
                    by=self.by,
                    at=min(at + timedelta(hours=5), self.until),
                )

    def _sent_back(self) -> None:
        """A dish that came cold is taken off the bill, and off what the bill earned."""
        # What the checkout settled is refunded there, as a whole.
        mine = Accrual.objects.filter(key__startswith="demo:sale:", refunded=0)
        for accrual in mine.order_by("-at", "key")[:1]:
            points_services.refund_accrual(
                accrual_id=accrual.pk,
                amount=accrual.amount // 4,
                by=self.by,
                at=self.until,
                key="demo:sent-back",
            )
            self.count("points taken back")

    def _tasks(self) -> None:
        for code in DONE:
            for member_id in self.some(5):
                at, place = self.ago(), self.place()
                points_services.complete_task(
                    task_code=code,
                    member_id=member_id,
                    by=place.by(place.manager, at),
                    at=at,
                )
                self.count("tasks done")

    def _check_ins(self) -> None:
        for member_id in self.some(6):
            days = self.dice.randint(1, 7)
            for ago in range(days, -1, -1):
                points_services.check_in(
                    member_id=member_id, by=self.by, at=self.until - timedelta(days=ago)
                )
                self.count("check-ins")

    def _rich(self, least: int, most: int, at: datetime) -> list[int]:
        """Guests with so many points, and so many guests at most."""
        found: list[int] = []
        for _person, member_id in self.guests:
            if points_selectors.balance(member_id, at).usable >= least:
                found.append(member_id)
            if len(found) == most:
                break
        return found

    def _spending(self) -> None:
        for member_id in self._rich(600, 4, self.until):
            place = self.place()
            points_services.redeem(
                member_id=member_id,
                points=500,
                bill=money.minor(self.dice.randint(150, 400)),
                by=place.till(self.until),
                at=self.until,
                key=f"demo:points:{member_id}",
            )
            self.count("points spent")

    def _rewards(self) -> None:
        """Ordered; some picked up, one cancelled, the rest still waiting."""
        wanted = {reward.code: reward for reward in Reward.objects.all()}
        for code, most in (("dumplings", 4), ("school-lunch", 2), ("chopsticks", 5)):
            reward = wanted[code]
            rich = self._rich(reward.points + 100, most, self.until)
            for number, member_id in enumerate(rich):
                place = self.place()
                by = place.till(self.until)
                ordered = points_services.order_reward(
                    reward_id=reward.pk,
                    member_id=member_id,
                    tender="wechat" if reward.money else "",
                    by=by,
                    at=self.until,
                    key=f"demo:reward:{code}:{member_id}",
                )
                self.count("rewards ordered")
                if code == "chopsticks" and number < 2:
                    points_services.hand_over_reward(
                        code=ordered.code, by=by, at=self.until
                    )
                elif code == "chopsticks" and number == 2:
                    points_services.cancel_reward_order(
                        order_id=ordered.order.pk,
                        reason="顾客改选了茶叶罐",
                        by=place.by(place.lead, self.until),
                        at=self.until,
                    )
