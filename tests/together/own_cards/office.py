"""What is done to one's own account in the office, alone or with a second person."""

from datetime import date

from ledger.models import Account
from members import services as members_services
from members.models import Member, StaffMembership
from members.services import Signed
from points import services as points_services
from stores import services as stores_services
from tests.factories.members import MemberFactory, own_card
from tests.factories.stores import NOON

from .corrections import a_card
from .world import Do, OwnAct, World

PAPER = Signed(signed_on=date(2026, 11, 19), reference="F-17")


def adjusted(world: World) -> Do:
    return lambda _none: stores_services.adjust_account(
        account_id=world.points.pk, rises=True, amount=5, by=world.mending()
    )


def gift_card_adjusted(world: World) -> Do:
    """The account is the card's, and the card is mine."""
    account_id = a_card(world).account_id or 0
    return lambda _none: stores_services.adjust_account(
        account_id=account_id, rises=True, amount=5, by=world.mending()
    )


def grant(member: Member, world: World) -> str:
    """The entry of points that were given by hand, from a till."""
    given = points_services.grant_points(
        member_id=member.pk,
        points=5,
        reason="nice",
        by=world.till,
        at=NOON,
        key="granted",
    )
    return str(given.entry_id)


def reversed_by_hand(world: World) -> Do:
    entry_id = grant(world.member, world)
    return lambda _none: stores_services.reverse_by_hand(
        entry_id=entry_id, by=world.mending()
    )


def reversed_after_a_merge(world: World) -> Do:
    """The entry is of a row that was merged into me: it is my value all the same."""
    former = MemberFactory.create()
    entry_id = grant(former, world)
    members_services.merge_step(
        source_id=former.pk,
        target_id=world.member.pk,
        reason="one person",
        by=world.till,
        at=NOON,
        key="merged",
    )
    return lambda _none: stores_services.reverse_by_hand(
        entry_id=entry_id, by=world.mending()
    )


def granted(world: World) -> Do:
    return lambda _none: points_services.grant_with_second_person(
        member_id=world.member.pk, points=5, by=world.mending()
    )


def merged(world: World) -> Do:
    other = MemberFactory.create()
    return lambda _none: members_services.merge(
        source_id=other.pk, target_id=world.member.pk, by=world.mending()
    )


def forfeited(world: World) -> Do:
    return lambda _none: members_services.erase_with_forfeiture(
        member_id=world.member.pk, signed=PAPER, by=world.mending()
    )


def erased(world: World) -> Do:
    """A second card of mine, on which nothing is."""
    StaffMembership.objects.update(ended_at=NOON)
    empty = MemberFactory.create()
    own_card(world.me, empty)
    return lambda _none: members_services.erase(
        member_id=empty.pk, reason="asked", by=world.by, at=NOON
    )


def released(world: World) -> Do:
    account: Account = world.points
    stores_services.freeze_account(
        account_id=account.pk, frozen=True, reason="x", by=world.approver, at=NOON
    )
    return lambda _none: stores_services.freeze_account(
        account_id=account.pk, frozen=False, reason="x", by=world.me, at=NOON
    )


OFFICE = {
    "account released": OwnAct(
        "stores.freeze_account", "correction", released, is_at_store=False
    ),
    "erased": OwnAct("members.erase", "correction", erased),
}
PAIRED = {
    "adjusted": OwnAct("stores.adjust_account", "correction", adjusted),
    "gift card adjusted": OwnAct(
        "stores.adjust_account", "correction", gift_card_adjusted
    ),
    "reversed": OwnAct("stores.reverse_by_hand", "correction", reversed_by_hand),
    "reversed after a merge": OwnAct(
        "stores.reverse_by_hand", "correction", reversed_after_a_merge
    ),
    "granted": OwnAct("points.grant_with_second_person", "gift", granted),
    "merged": OwnAct("members.merge", "correction", merged),
    "forfeited": OwnAct("members.erase_with_forfeiture", "correction", forfeited),
}
