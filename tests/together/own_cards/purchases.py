"""Topping up and buying for oneself."""

from coupons import services as coupons_services
from gift_cards import services as gift_cards_services
from gift_cards.services import Payment
from stored_value import services as stored_value_services
from stored_value.holders import Holder
from tests.factories import gift_cards as gifts
from tests.factories import stored_value as wallets
from tests.factories.coupons import TemplateFactory
from tests.factories.stores import NOON
from tests.factories.tiers import TierFactory
from tests.gift_cards.test_batches import printed
from tiers import services as tiers_services
from tiers.models import Tier

from .world import KEY, Do, OwnAct, World


def topped_up(world: World) -> Do:
    holder = Holder.member(world.member.pk)
    return lambda approval: wallets.top_up(
        holder, by=world.by, key=KEY, approval=approval
    )


def transferred(world: World) -> Do:
    wallets.new_rules(may_transfer=True)
    giver, _row = wallets.holding(300_00)
    return lambda approval: stored_value_services.transfer(
        giver=giver,
        taker=Holder.member(world.member.pk),
        amount=50_00,
        by=world.by,
        at=NOON,
        key=KEY,
        approval=approval,
    )


def coupon_bought(world: World) -> Do:
    template = TemplateFactory.drawn(price=5_00)
    return lambda _none: coupons_services.sell(
        template_id=template.pk,
        member_id=world.member.pk,
        tender="cash",
        by=world.by,
        at=NOON,
        key=KEY,
    )


def gift_card_bought(world: World) -> Do:
    design = gifts.GiftCardDesignFactory.create()
    return lambda _none: gifts.sell(
        by=world.by, buyer_id=world.member.pk, design_id=design.pk, key=KEY
    )


def printed_gift_card_bought(world: World) -> Do:
    [card] = printed(world.till, quantity=1)
    return lambda _none: gift_cards_services.activate(
        codes=[card["code"]],
        payment=Payment(tenders={"cash": 100_00}, buyer_id=world.member.pk),
        by=world.by,
        at=NOON,
        key=KEY,
    )


def a_tier_for_money() -> Tier:
    return TierFactory.create(price=99_00, validity_months=12)


def tier_bought(world: World) -> Do:
    tier = a_tier_for_money()
    return lambda _none: tiers_services.buy_tier(
        tier_id=tier.pk,
        member_id=world.member.pk,
        tender="cash",
        by=world.by,
        at=NOON,
        key=KEY,
    )


PURCHASES = {
    "top-up": OwnAct("stored_value.top_up", "purchase", topped_up, asks=True),
    "transfer": OwnAct("stored_value.transfer", "purchase", transferred, asks=True),
    "coupon bought": OwnAct("coupons.sell", "purchase", coupon_bought),
    "gift card": OwnAct("gift_cards.sell", "purchase", gift_card_bought),
    "printed gift card": OwnAct(
        "gift_cards.activate", "purchase", printed_gift_card_bought
    ),
    "tier bought": OwnAct("tiers.buy_tier", "purchase", tier_bought),
}
