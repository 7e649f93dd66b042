"""Paying and earning at one's own bill."""

from typing import Any

from checkout import services as checkout_services
from checkout.asked import Asked, Whose
from checkout.bill import Bill, TenderGiven
from coupons import services as coupons_services
from gift_cards import services as gift_cards_services
from gift_cards.models import GiftCard
from gift_cards.services import GiftWish
from ledger.services import Act
from members.models import Member
from points import services as points_services
from points.earning import Bought, Tender
from points.services import Receipt
from stored_value import services as stored_value_services
from stored_value.holders import Holder
from tests.factories import coupons as coupon_factory
from tests.factories import gift_cards as gifts
from tests.factories import points as points_factory
from tests.factories import stored_value as wallets
from tests.factories.stores import NOON

from .world import KEY, Do, OwnAct, World

BILL: dict[str, Any] = {
    "lines": [Bought(amount=100_00)],
    "paid": {Tender.MONEY: 100_00},
    "at": NOON,
}


def captured(world: World) -> Do:
    return lambda approval: checkout_services.capture(
        store=world.store,
        bill=Bill.of_sum(100_00),
        whose=Whose(member_id=world.member.pk),
        asked=Asked(coupons=(), stored_value=0),
        tenders=[TenderGiven(kind="cash", amount=100_00)],
        reference="B-1",
        by=world.by,
        at=NOON,
        key=KEY,
        approval=approval,
    )


def spent(world: World) -> Do:
    holder = Holder.member(world.member.pk)
    wallets.top_up(holder)
    return lambda _none: stored_value_services.spend(
        holder=holder, amount=50_00, by=world.by, at=NOON, key=KEY
    )


def held(world: World) -> Do:
    holder = Holder.member(world.member.pk)
    wallets.top_up(holder)
    return lambda _none: stored_value_services.hold(
        holder=holder, amount=50_00, by=world.by, at=NOON, key=KEY
    )


def a_hold(world: World) -> int:
    holder = Holder.member(world.member.pk)
    wallets.top_up(holder)
    row = stored_value_services.hold(
        holder=holder, amount=50_00, by=world.till, at=NOON, key="held"
    )
    return row.pk


def hold_captured(world: World) -> Do:
    hold_id = a_hold(world)
    return lambda _none: stored_value_services.capture_hold(
        hold_id=hold_id, by=world.by, at=NOON, key=KEY
    )


def hold_released(world: World) -> Do:
    hold_id = a_hold(world)
    return lambda _none: stored_value_services.release_hold(
        hold_id=hold_id, by=world.by, at=NOON, key=KEY
    )


def points_earned(world: World) -> Do:
    return lambda _none: points_services.accrue(
        member_id=world.member.pk, by=world.by, key=KEY, **BILL
    )


def points_taken_back(world: World) -> Do:
    row = points_factory.sale(world.member, 100_00, by=world.till)
    return lambda _none: points_services.refund_accrual(
        accrual_id=row.pk, amount=100_00, by=world.by, at=NOON, key=KEY
    )


def a_receipt(world: World) -> Receipt:
    """The slip of a guest without a card."""
    return points_services.issue_receipt_code(by=world.till, key="slip", **BILL)


def receipt_claimed(world: World) -> Do:
    code = a_receipt(world).code
    return lambda _none: points_services.claim_receipt(
        code=code, member_id=world.member.pk, by=world.by, at=NOON
    )


def points_spent(world: World) -> Do:
    return lambda _none: points_services.redeem(
        member_id=world.member.pk,
        points=500,
        bill=100_00,
        by=world.by,
        at=NOON,
        key=KEY,
    )


def spent_points_returned(world: World) -> Do:
    row = points_services.redeem(
        member_id=world.member.pk,
        points=500,
        bill=100_00,
        by=world.till,
        at=NOON,
        key="spent",
    )
    return lambda _none: points_services.return_redeemed(
        redemption_id=row.pk, points=100, by=world.by, at=NOON, key=KEY
    )


def an_order(world: World, by: Act) -> points_services.Ordered:
    reward = points_factory.RewardFactory.create()
    return points_services.order_reward(
        reward_id=reward.pk, member_id=world.member.pk, by=by, at=NOON, key=KEY
    )


def reward_ordered(world: World) -> Do:
    return lambda _none: an_order(world, world.by)


def reward_handed_over(world: World) -> Do:
    code = an_order(world, world.till).code
    return lambda _none: points_services.hand_over_reward(
        code=code, by=world.by, at=NOON
    )


def a_pass(member: Member) -> int:
    return coupon_factory.issued(coupon_factory.visit_pass(), member).pk


def visit_used(world: World) -> Do:
    coupon_id = a_pass(world.member)
    return lambda _none: coupons_services.use_visit(
        coupon_id=coupon_id, member_id=world.member.pk, by=world.by, at=NOON, key=KEY
    )


def visit_given_back(world: World) -> Do:
    coupon_id = a_pass(world.member)
    coupons_services.use_visit(
        coupon_id=coupon_id,
        member_id=world.member.pk,
        by=world.till,
        at=NOON,
        key="used",
    )
    return lambda _none: coupons_services.give_back_visit(
        coupon_id=coupon_id, by=world.by, at=NOON
    )


def gift_card_spent(world: World) -> Do:
    card = gifts.a_card(by=world.till)
    GiftCard.objects.filter(pk=card.card_id).update(owner=world.member)
    return lambda _none: gifts.pay(card, 50_00, by=world.by, key=KEY)


def gift_card_to_wallet(world: World) -> Do:
    card = gifts.a_card(by=world.till)
    return lambda _none: gift_cards_services.move_to_wallet(
        card_id=card.card_id, member_id=world.member.pk, by=world.by, at=NOON, key=KEY
    )


def gift_card_typed_to_wallet(world: World) -> Do:
    card = gifts.a_card(by=world.till)
    return lambda _none: gift_cards_services.redeem_to_wallet(
        code=card.code or "",
        pin=card.pin or "",
        member_id=world.member.pk,
        by=world.by,
        at=NOON,
        key=KEY,
    )


def a_gift(world: World) -> str:
    """The token of a gift that somebody sent."""
    wish = GiftWish(name="Lin", channel="link", message="x", giver="Mei", language="en")
    link = gifts.sell(by=world.till, gift=wish, at=NOON).cards[0].link
    assert link is not None
    return link


def gift_kept(world: World) -> Do:
    token = a_gift(world)
    return lambda _none: gift_cards_services.keep_gift(
        token=token, member_id=world.member.pk, by=world.by, at=NOON
    )


def gift_to_wallet(world: World) -> Do:
    token = a_gift(world)
    return lambda _none: gift_cards_services.gift_to_wallet(
        token=token, member_id=world.member.pk, by=world.by, at=NOON, key=KEY
    )


SALES = {
    "bill": OwnAct("checkout.capture", "sale", captured, asks=True),
    "wallet spent": OwnAct("stored_value.spend", "sale", spent, asks=True),
    "hold": OwnAct("stored_value.hold", "sale", held, asks=True),
    "hold captured": OwnAct(
        "stored_value.capture_hold", "sale", hold_captured, asks=True
    ),
    "hold released": OwnAct(
        "stored_value.release_hold", "sale", hold_released, asks=True
    ),
    "points earned": OwnAct("points.accrue", "sale", points_earned),
    "points taken back": OwnAct("points.refund_accrual", "sale", points_taken_back),
    "receipt claimed": OwnAct("points.claim_receipt", "sale", receipt_claimed),
    "points spent": OwnAct("points.redeem", "sale", points_spent),
    "points returned": OwnAct("points.return_redeemed", "sale", spent_points_returned),
    "reward": OwnAct("points.order_reward", "sale", reward_ordered),
    "reward handed over": OwnAct("points.hand_over_reward", "sale", reward_handed_over),
    "visit": OwnAct("coupons.use_visit", "sale", visit_used),
    "visit given back": OwnAct("coupons.give_back_visit", "sale", visit_given_back),
    "gift card spent": OwnAct("gift_cards.redeem", "sale", gift_card_spent),
    "gift card moved": OwnAct("gift_cards.move_to_wallet", "sale", gift_card_to_wallet),
    "gift card typed": OwnAct(
        "gift_cards.redeem_to_wallet", "sale", gift_card_typed_to_wallet
    ),
    "gift kept": OwnAct("gift_cards.keep_gift", "sale", gift_kept),
    "gift moved": OwnAct("gift_cards.gift_to_wallet", "sale", gift_to_wallet),
}
