"""Issuing, renewing, replacing and sharing one's own card."""

from datetime import timedelta

from cards import services as cards_services
from cards.models import WalletShare
from stored_value.holders import Holder
from tests.factories import stored_value as wallets
from tests.factories.cards import CardFactory, CardKindFactory
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON

from .world import KEY, Do, OwnAct, World


def issued(world: World) -> Do:
    kind = CardKindFactory.create()
    return lambda _none: cards_services.issue(
        kind_id=kind.pk, member_id=world.member.pk, by=world.by, at=NOON, key=KEY
    )


def bound(world: World) -> Do:
    card = CardFactory.bearer()
    wallets.top_up(Holder.card(card.pk), 100_00)
    return lambda _none: cards_services.bind(
        card_id=card.pk, member_id=world.member.pk, by=world.by, at=NOON, key=KEY
    )


def renewed(world: World) -> Do:
    kind = CardKindFactory.create(validity_months=12)
    card = CardFactory.create(
        kind=kind, member=world.member, expires_at=NOON + timedelta(days=5)
    )
    return lambda _none: cards_services.renew(
        card_id=card.pk, by=world.by, at=NOON, key=KEY
    )


def replaced(world: World) -> Do:
    card = CardFactory.create(member=world.member)
    return lambda _none: cards_services.replace(
        card_id=card.pk, by=world.by, at=NOON, key=KEY
    )


def found(world: World) -> Do:
    card = CardFactory.create(member=world.member)
    cards_services.report_loss(card_id=card.pk, by=world.till, at=NOON)
    return lambda _none: cards_services.report_found(
        card_id=card.pk, by=world.by, at=NOON
    )


def share(world: World, **facts: object) -> WalletShare:
    """My wallet, with somebody else; or another's with me."""
    other = MemberFactory.create()
    return WalletShare(**{"owner": world.member, "holder": other, **facts})


def saved(world: World, **facts: object) -> WalletShare:
    return cards_services.save_share(
        share=share(world, **facts), by=world.till, at=NOON
    )


def wallet_shared(world: World) -> Do:
    mine = share(world)
    return lambda _none: cards_services.save_share(share=mine, by=world.by, at=NOON)


def shared_with_me(world: World) -> Do:
    theirs = share(world, owner=MemberFactory.create(), holder=world.member)
    return lambda _none: cards_services.save_share(share=theirs, by=world.by, at=NOON)


def shared_with_my_card(world: World) -> Do:
    card = CardFactory.create(member=world.member)
    theirs = share(world, owner=MemberFactory.create(), holder=None, card=card)
    return lambda _none: cards_services.save_share(share=theirs, by=world.by, at=NOON)


def share_widened(world: World) -> Do:
    row = saved(world, per_use=10_00)
    row.per_use = 20_00
    return lambda _none: cards_services.save_share(share=row, by=world.by, at=NOON)


def share_ended(world: World) -> Do:
    row = saved(world)
    return lambda _none: cards_services.end_share(share_id=row.pk, by=world.by, at=NOON)


PLASTIC = {
    "card issued": OwnAct("cards.issue", "card", issued),
    "card bound": OwnAct("cards.bind", "card", bound),
    "card renewed": OwnAct("cards.renew", "card", renewed),
    "card replaced": OwnAct("cards.replace", "card", replaced),
    "card found": OwnAct("cards.report_found", "card", found),
    "wallet shared": OwnAct("cards.save_share", "card", wallet_shared),
    "shared with me": OwnAct("cards.save_share", "card", shared_with_me),
    "shared with my card": OwnAct("cards.save_share", "card", shared_with_my_card),
    "share widened": OwnAct("cards.save_share", "card", share_widened),
    "share ended": OwnAct("cards.end_share", "card", share_ended),
}
