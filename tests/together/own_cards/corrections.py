"""Refunding, undoing and correcting for oneself, at the counter."""

from datetime import timedelta

from cards import services as cards_services
from checkout import services as checkout_services
from coupons import services as coupons_services
from gift_cards import services as gift_cards_services
from gift_cards.models import GiftCard
from ledger import services as ledger_services
from points import services as points_services
from stored_value import services as stored_value_services
from stored_value.holders import Holder
from stored_value.terms import months_later
from tests.factories import checkout as bills
from tests.factories import gift_cards as gifts
from tests.factories import points as points_factory
from tests.factories import stored_value as wallets
from tests.factories.cards import CardFactory
from tests.factories.coupons import TemplateFactory, issued
from tests.factories.recognition import VisitFactory
from tests.factories.stores import NOON
from tiers import services as tiers_services

from .purchases import a_tier_for_money
from .sales import a_receipt, an_order
from .world import KEY, Do, OwnAct, World

THREE_YEARS = months_later(NOON, 36)


def top_up_refunded(world: World) -> Do:
    row = wallets.top_up(Holder.member(world.member.pk))
    return lambda approval: wallets.refund_top_up(
        row, by=world.by, key=KEY, approval=approval
    )


def wallet_closed(world: World) -> Do:
    holder = Holder.member(world.member.pk)
    wallets.top_up(holder)
    return lambda approval: stored_value_services.close_wallet(
        holder=holder,
        tender="wechat",
        reason="leaves",
        by=world.by,
        at=NOON,
        key=KEY,
        approval=approval,
    )


def payment_refunded(world: World) -> Do:
    holder = Holder.member(world.member.pk)
    wallets.top_up(holder)
    paid = wallets.spend(holder, 50_00)
    return lambda approval: stored_value_services.refund_spend(
        entry_id=paid.entry_id,
        reason="cold",
        by=world.by,
        at=NOON,
        key=KEY,
        approval=approval,
    )


def rested_value_reactivated(world: World) -> Do:
    """An anonymous card's principal rests after three years; the card is mine now."""
    card = CardFactory.bearer()
    wallets.top_up(Holder.card(card.pk), 100_00)
    stored_value_services.lapse_principal(by=world.till, at=THREE_YEARS)
    cards_services.bind(
        card_id=card.pk,
        member_id=world.member.pk,
        by=world.till,
        at=THREE_YEARS,
        key="bound",
    )
    return lambda _none: stored_value_services.reactivate(
        holder=Holder.member(world.member.pk), by=world.by, at=THREE_YEARS, key=KEY
    )


def sale_refunded(world: World) -> Do:
    sold = bills.a_sale(member=world.member, by=world.till)
    return lambda approval: checkout_services.refund_sale(
        sale_id=sold.pk,
        reason="cold",
        by=world.by,
        at=NOON,
        key=KEY,
        approval=approval,
    )


def sale_voided(world: World) -> Do:
    sold = bills.a_sale(member=world.member, by=world.till)
    return lambda approval: checkout_services.void_sale(
        sale_id=sold.pk,
        reason="typo",
        by=world.by,
        at=NOON,
        key=KEY,
        approval=approval,
    )


def reward_cancelled(world: World) -> Do:
    ordered = an_order(world, world.till)
    return lambda _none: points_services.cancel_reward_order(
        order_id=ordered.order.pk, reason="no", by=world.by, at=NOON
    )


def stamps_taken_back(world: World) -> Do:
    programme = points_factory.StampProgrammeFactory.create()
    grant = points_services.give_stamps(
        programme_code=programme.code,
        member_id=world.member.pk,
        amount=100_00,
        by=world.till,
        at=NOON,
        key="given",
    )
    return lambda _none: points_services.take_back_stamps(
        grant_id=grant.pk, by=world.by, at=NOON, key=KEY
    )


def receipt_refunded(world: World) -> Do:
    slip = a_receipt(world)
    points_services.claim_receipt(
        code=slip.code, member_id=world.member.pk, by=world.till, at=NOON
    )
    return lambda _none: points_services.refund_receipt(
        receipt_id=slip.row.pk, amounts=[50_00], by=world.by, at=NOON, key=KEY
    )


def task_done(world: World) -> Do:
    task = points_factory.TaskFactory.create()
    return lambda _none: points_services.complete_task(
        task_code=task.code, member_id=world.member.pk, by=world.by, at=NOON
    )


def tasks_due(world: World) -> Do:
    VisitFactory.create(member=world.member)
    points_factory.TaskFactory.create(kind="first")
    return lambda _none: points_services.complete_due_tasks(
        member_id=world.member.pk, by=world.by, at=NOON
    )


def streak(world: World) -> Do:
    points_factory.TaskFactory.create(kind="streak", days=1)
    return lambda _none: points_services.check_in(
        member_id=world.member.pk, by=world.by, at=NOON
    )


def coupon_voided(world: World) -> Do:
    held = issued(member=world.member)
    return lambda _none: coupons_services.void_coupon(
        coupon_id=held.pk, reason="x", by=world.by, at=NOON
    )


def coupon_extended(world: World) -> Do:
    held = issued(member=world.member)
    return lambda _none: coupons_services.extend_coupon(
        coupon_id=held.pk,
        until=held.valid_until + timedelta(days=5),
        reason="x",
        by=world.by,
        at=NOON,
    )


def pass_refunded(world: World) -> Do:
    sold = coupons_services.sell(
        template_id=TemplateFactory.drawn(price=5_00).pk,
        member_id=world.member.pk,
        tender="cash",
        by=world.till,
        at=NOON,
        key="sold",
    )
    return lambda approval: coupons_services.refund_pass(
        coupon_id=sold.coupon_ids[0],
        reason="x",
        by=world.by,
        at=NOON,
        key=KEY,
        approval=approval,
    )


def tier_refunded(world: World) -> Do:
    grant = tiers_services.buy_tier(
        tier_id=a_tier_for_money().pk,
        member_id=world.member.pk,
        tender="cash",
        by=world.till,
        at=NOON,
        key="bought",
    )
    return lambda _none: tiers_services.refund_tier(
        grant_id=grant.pk, reason="x", by=world.by, at=NOON, key=KEY
    )


def a_card(world: World) -> GiftCard:
    """Bought by me, at a till."""
    return gifts.row(gifts.a_card(by=world.till, buyer_id=world.member.pk))


def gift_card_voided(world: World) -> Do:
    card = a_card(world)
    return lambda approval: gift_cards_services.void_sale(
        card_id=card.pk, reason="x", by=world.by, at=NOON, key=KEY, approval=approval
    )


def gift_card_extended(world: World) -> Do:
    card = a_card(world)
    assert card.expires_at is not None
    until = card.expires_at + timedelta(days=30)
    soon = card.expires_at - timedelta(days=1)
    return lambda approval: gift_cards_services.extend(
        card_id=card.pk,
        until=until,
        reason="x",
        by=world.by,
        at=soon,
        approval=approval,
    )


def gift_card_revived(world: World) -> Do:
    card = a_card(world)
    assert card.expires_at is not None
    later = card.expires_at + timedelta(days=1)
    ledger_services.expire_lots(
        at=later, business_date=later.date(), request_id="sweep", only=None
    )
    return lambda approval: gift_cards_services.revive(
        card_id=card.pk,
        reason="x",
        by=world.by,
        at=later,
        key=KEY,
        approval=approval,
    )


def gift_card_replaced(world: World) -> Do:
    card = a_card(world)
    code = card.codes.get(died_at=None)
    return lambda approval: gift_cards_services.replace(
        card_id=card.pk,
        code_id=code.pk,
        reason="x",
        by=world.by,
        at=NOON,
        approval=approval,
    )


def gift_card_refunded(world: World) -> Do:
    sold = gifts.a_card(by=world.till, buyer_id=world.member.pk)
    paid = gifts.pay(sold, 50_00, by=world.till)
    return lambda approval: gift_cards_services.refund_redemption(
        entry_id=paid.entry_id,
        card_id=sold.card_id,
        amount=50_00,
        by=world.by,
        at=NOON,
        key=KEY,
        approval=approval,
    )


def gift_card_released(world: World) -> Do:
    card = a_card(world)
    gift_cards_services.block(card_id=card.pk, reason="x", by=world.till, at=NOON)
    return lambda _none: gift_cards_services.unblock(
        card_id=card.pk, reason="x", by=world.by, at=NOON
    )


CORRECTIONS = {
    "top-up refunded": OwnAct(
        "stored_value.refund_top_up", "correction", top_up_refunded, asks=True
    ),
    "wallet closed": OwnAct(
        "stored_value.close_wallet", "correction", wallet_closed, asks=True
    ),
    "payment refunded": OwnAct(
        "stored_value.refund_spend", "correction", payment_refunded, asks=True
    ),
    "rested value": OwnAct(
        "stored_value.reactivate", "purchase", rested_value_reactivated, asks=True
    ),
    "refund": OwnAct("checkout.refund_sale", "correction", sale_refunded, asks=True),
    "void": OwnAct("checkout.void_sale", "correction", sale_voided, asks=True),
    "reward cancelled": OwnAct(
        "points.cancel_reward_order", "correction", reward_cancelled
    ),
    "stamps taken back": OwnAct("points.take_back_stamps", "gift", stamps_taken_back),
    "receipt refunded": OwnAct("points.refund_receipt", "correction", receipt_refunded),
    "task": OwnAct("points.complete_task", "correction", task_done),
    "tasks due": OwnAct("points.complete_due_tasks", "correction", tasks_due),
    "check-in": OwnAct("points.check_in", "correction", streak),
    "coupon voided": OwnAct("coupons.void_coupon", "correction", coupon_voided),
    "coupon extended": OwnAct("coupons.extend_coupon", "correction", coupon_extended),
    "pass refunded": OwnAct(
        "coupons.refund_pass", "correction", pass_refunded, asks=True
    ),
    "tier refunded": OwnAct("tiers.refund_tier", "correction", tier_refunded),
    "gift card voided": OwnAct(
        "gift_cards.void_sale", "correction", gift_card_voided, asks=True
    ),
    "gift card extended": OwnAct(
        "gift_cards.extend", "correction", gift_card_extended, asks=True
    ),
    "gift card revived": OwnAct(
        "gift_cards.revive", "correction", gift_card_revived, asks=True
    ),
    "gift card replaced": OwnAct(
        "gift_cards.replace", "correction", gift_card_replaced, asks=True
    ),
    "gift card refunded": OwnAct(
        "gift_cards.refund_redemption", "correction", gift_card_refunded, asks=True
    ),
    "gift card released": OwnAct(
        "gift_cards.unblock", "correction", gift_card_released
    ),
}
