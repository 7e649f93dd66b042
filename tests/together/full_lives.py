"""A member who has everything that the house can keep about one."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from cards import services as cards_services
from cards.models import WalletShare
from coupons import services as coupons_services
from coupons.models import CouponTemplate
from coupons.services import Redemption
from gift_cards.models import GiftCard
from gift_cards.services import GiftWish
from ledger import selectors as ledger_selectors
from members import services as members_services
from members.birthdays import Birthday
from members.models import Member
from points import services as points_services
from points.earning import Bought, Tender
from points.models import Reward, StampProgramme, Task
from recognition import services as recognition_services
from recognition.services import SoldLine
from stored_value import services as stored_value_services
from stored_value.holders import Holder
from tests.factories import gift_cards
from tests.factories.automations import journey_of
from tests.factories.cards import CardKindFactory
from tests.factories.coupons import TemplateFactory, by_task, visit_pass
from tests.factories.ledger import an_act
from tests.factories.members import MemberFactory, TagFactory, by, by_themselves
from tests.factories.messaging import sent, template
from tests.factories.points import (
    RewardFactory,
    StampProgrammeFactory,
    TaskFactory,
    a_key,
    a_policy,
)
from tests.factories.recognition import (
    FeedbackFactory,
    NoteFactory,
    OccasionFactory,
    PreferenceFactory,
)
from tests.factories.stored_value import a_plan, at_store, spend, top_up
from tests.factories.stores import NOON, StoreFactory
from tests.factories.tiers import TierFactory
from tiers import services as tiers_services


@dataclass(frozen=True, slots=True)
class House:
    """What two members of one house share: its programmes and a friend."""

    plain: CouponTemplate
    ten: CouponTemplate
    reward: Reward
    task: Task
    stamps: StampProgramme
    friend: Member
    store: Any


def a_house() -> House:
    a_plan({"amount": 300_00, "bonus": 50_00, "points": 120})
    return House(
        plain=TemplateFactory.drawn(
            quota_total=99, per_member=20, is_transferable=True
        ),
        ten=visit_pass(),
        reward=RewardFactory.create(points=100, most_per_member=2),
        task=TaskFactory.create(),
        stamps=StampProgrammeFactory.create(),
        friend=MemberFactory.create(),
        store=StoreFactory.create(),
    )


def live(house: House, *, name: str, phone: str, email: str) -> Member:
    """Enrol somebody and let everything happen to them once."""
    member = members_services.enrol(
        name=name,
        phone=phone,
        email=email,
        birthday=Birthday(month=8, day=15, year=1990),
        referral_code=house.friend.referral_code,
        by=by("cashier"),
        at=NOON,
    )
    _who_they_are(house, member, name)
    _value(member, name)
    _points(house, member)
    _coupons(house, member)
    _gift_cards(member, name, phone)
    sent(template(), to=member, values={"what": f"tea for {name}"})
    journey_of(member)
    return member


def _who_they_are(house: House, member: Member, name: str) -> None:
    members_services.give_consent(
        member_id=member.pk,
        purpose="marketing",
        channels=["sms", "email"],
        by=by_themselves(member),
        at=NOON,
    )
    members_services.tag(
        member_id=member.pk, tag_ids=[TagFactory.create().pk], by=by(), at=NOON
    )
    PreferenceFactory.create(member=member, words=f"{name} sits by the window")
    OccasionFactory.create(member=member, words=f"{name} and friends")
    NoteFactory.create(member=member, words=f"{name} likes it quiet")
    feedback = FeedbackFactory.create(
        member=member, store=house.store, words=f"{name} was here"
    )
    recognition_services.reply(
        feedback_id=feedback.pk,
        words=f"{name} writes back",
        by=by_themselves(member),
        at=NOON,
        key=f"reply:{member.pk}",
    )
    recognition_services.note_visit(
        member_id=member.pk,
        store_id=house.store.pk,
        at=NOON,
        business_date=NOON.date(),
        amount=50_00,
        lines=[SoldLine(sku="T", name="龙井", amount=50_00)],
        source="sale",
        reference=a_key("visit"),
    )
    cards_services.issue(
        kind_id=CardKindFactory.create().pk,
        member_id=member.pk,
        by=by_task(),
        at=NOON,
        key=a_key("card"),
    )
    tiers_services.give_tier(
        tier_id=TierFactory.create().pk,
        member_id=member.pk,
        until=NOON + timedelta(days=90),
        reason="our neighbour",
        by=by_task(),
        at=NOON,
        key=a_key("tier"),
    )
    WalletShare.objects.create(owner=member, holder=house.friend, made_at=NOON)
    cards_services.offer_share(
        owner_id=member.pk,
        to="+8613900001111",
        per_day=50_00,
        by=by_themselves(member),
        at=NOON,
        key=a_key("offer"),
    )


def _value(member: Member, name: str) -> None:
    holder, by_till = Holder.member(member.pk), at_store()
    top_up(holder, 300_00, by=by_till)
    spend(holder, 70_00, by=by_till)
    stored_value_services.refund_top_up(
        top_up_id=top_up(holder, 40_00, by=by_till).pk,
        tender="wechat",
        reason="too much",
        by=by_till,
        at=NOON,
        key=a_key("refund"),
    )
    held = stored_value_services.hold(
        holder=holder,
        amount=35_00,
        note=f"table of {name}",
        by=by_till,
        at=NOON,
        key=a_key("hold"),
    )
    stored_value_services.release_hold(
        hold_id=held.pk, by=by_till, at=NOON, key=a_key("release")
    )
    stored_value_services.set_payment_code(
        member_id=member.pk, code="482915", by=by_themselves(member), at=NOON
    )


def _points(house: House, member: Member) -> None:
    sold = {"lines": [Bought(amount=250_00)], "paid": {Tender.MONEY: 250_00}}
    points_services.accrue(
        member_id=member.pk,
        by=an_act(),
        at=NOON,
        key=a_key("sale"),
        **sold,  # type: ignore[arg-type]  # a bill
    )
    receipt = points_services.issue_receipt_code(
        by=an_act(),
        at=NOON,
        key=a_key("bill"),
        **sold,  # type: ignore[arg-type]  # a bill
    )
    points_services.claim_receipt(
        code=receipt.code, member_id=member.pk, by=by_themselves(member), at=NOON
    )
    points_services.order_reward(
        reward_id=house.reward.pk,
        member_id=member.pk,
        by=an_act(),
        at=NOON,
        key=a_key("order"),
    )
    points_services.redeem(
        member_id=member.pk,
        points=100,
        bill=99_00,
        by=an_act(),
        at=NOON,
        key=a_key("redeem"),
    )
    points_services.complete_task(
        task_code=house.task.code, member_id=member.pk, by=an_act(), at=NOON
    )
    points_services.check_in(member_id=member.pk, by=an_act(), at=NOON)
    points_services.give_stamps(
        programme_code=house.stamps.code,
        member_id=member.pk,
        amount=50_00,
        by=an_act(),
        at=NOON,
        key=a_key("stamp"),
    )
    a_policy(pending_days=7)  # what comes from now on waits
    points_services.accrue(
        member_id=member.pk,
        by=an_act(),
        at=NOON,
        key=a_key("late sale"),
        **sold,  # type: ignore[arg-type]  # a bill
    )
    a_policy()


def _coupons(house: House, member: Member) -> None:
    def give(template: CouponTemplate) -> int:
        return coupons_services.issue(
            template_id=template.pk,
            member_id=member.pk,
            by=by_task(),
            at=NOON,
            key=a_key("coupon"),
            source="campaign",
        ).coupon_ids[0]

    give(house.plain)
    offered, void, used, ten = (
        give(house.plain),
        give(house.plain),
        give(house.plain),
        give(house.ten),
    )
    coupons_services.offer(
        coupon_id=offered, member_id=member.pk, by=by_task(), at=NOON
    )
    coupons_services.void_coupon(coupon_id=void, reason="twice", by=by_task(), at=NOON)
    for coupon_id in (used, ten):
        key = a_key("use")
        coupons_services.redeem_step(
            redemptions=[Redemption(coupon_id)],
            member_id=member.pk,
            reference=key,
            by=by_task(),
            at=NOON,
            key=key,
        )


def _gift_cards(member: Member, name: str, phone: str) -> None:
    till = gift_cards.at_store()
    kept = gift_cards.a_card(50_00, by=till, buyer_id=member.pk, at=NOON)
    GiftCard.objects.filter(pk=kept.card_id).update(owner=member)
    gift_cards.sell(
        100_00,
        by=till,
        buyer_id=member.pk,
        at=NOON,
        gift=GiftWish(
            name="Lin",
            channel="link",
            message=f"from {name}, {phone}",
            giver=name,
        ),
    )


def balances(*members: Member) -> dict[tuple[str, str, str], int]:
    """What these hold together, by kind of account; what is nothing is left out."""
    found: dict[tuple[str, str, str], int] = {}
    for member in members:
        for account in ledger_selectors.accounts_held(
            holder_kind="member", holder_id=member.pk
        ):
            key = (account.unit, account.kind, account.slot)
            found[key] = found.get(key, 0) + account.balance
    return {key: amount for key, amount in found.items() if amount}
