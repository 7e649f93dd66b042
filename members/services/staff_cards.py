"""Who of the staff is which member, and what they may do at their own card."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Q

from ledger.services import Act
from members.errors import StaffCardTaken
from members.models import Member, StaffCardAct, StaffCardPolicy, StaffMembership
from policies import selectors as policies_selectors
from stores import services as stores_services
from stores.errors import NotOnOneself
from stores.services import Beneficiary, CardAct, Leave

from .locks import lock_member

LINK: Final = "members.add_staffmembership"
END: Final = "members.end_staffmembership"

Group = StaffCardAct.Group
# What is not named here is a correction, which is asked for most strictly.
GROUPS: Final = {
    "checkout.capture_sale": Group.SALE,
    "stored_value.spend_wallet": Group.SALE,
    "stored_value.hold_value": Group.SALE,
    "points.accrue": Group.SALE,
    "points.redeem_points": Group.SALE,
    "points.order_reward": Group.SALE,
    "points.hand_over_reward": Group.SALE,
    "coupons.use_pass": Group.SALE,
    "gift_cards.redeem_gift_card": Group.SALE,
    "stored_value.top_up_wallet": Group.PURCHASE,
    "stored_value.transfer_value": Group.PURCHASE,
    "gift_cards.sell_gift_card": Group.PURCHASE,
    "coupons.sell_coupon": Group.PURCHASE,
    "tiers.sell_tier": Group.PURCHASE,
    "coupons.issue_coupon": Group.GIFT,
    "points.grant_points": Group.GIFT,
    "points.give_stamps": Group.GIFT,
    "tiers.give_tier": Group.GIFT,
    "cards.issue_card": Group.CARD,
    "cards.bind_card": Group.CARD,
    "cards.renew_card": Group.CARD,
    "cards.replace_card": Group.CARD,
    "cards.add_walletshare": Group.CARD,
    "cards.change_walletshare": Group.CARD,
    "cards.find_card": Group.CARD,
}


class StaffCards:
    """What `stores.services.check_beneficiary` asks."""

    def beneficiaries(self, member_ids: Collection[int]) -> list[Beneficiary]:
        """Who of the staff these members are, or were before a merge."""
        merged = Member.objects.filter(pk__in=member_ids, merged_into__isnull=False)
        linked = StaffMembership.objects.filter(
            Q(member__in=member_ids) | Q(member__in=merged.values("merged_into")),
            ended_at=None,
        )
        return [
            Beneficiary(staff_id, member_id)
            for staff_id, member_id in linked.order_by("pk").values_list(
                "staff_id", "member_id"
            )
        ]

    def leave(self, act: str, *, at: datetime) -> Leave:
        """What the policy in force says of this act at one's own card."""
        policy = policies_selectors.in_force(StaffCardPolicy, at=at)
        return Leave(getattr(policy, group_of(act)))

    def record(self, done: CardAct) -> None:
        """Write it into the list of acts at colleagues' own cards."""
        by = done.by
        StaffCardAct.objects.create(
            at=done.at,
            staff_id=done.beneficiary.staff_id,
            member_id=done.beneficiary.member_id,
            act=done.act,
            group=group_of(done.act),
            amount=done.amount,
            subject=done.subject[:120],
            actor=by.actor,
            by_staff_id=by.staff_id,
            approver_id=by.approver_id,
            store_id=by.store_id,
            shift_id=by.shift_id,
            request_id=by.request_id,
        )


def group_of(act: str) -> StaffCardAct.Group:
    """Which rule of the policy an act falls under."""
    return GROUPS.get(act, Group.CORRECTION)


@transaction.atomic
def link_staff(
    *, staff_id: int, member_id: int, by: Act, at: datetime
) -> StaffMembership:
    """Say which member somebody of the staff is; one each way, until it is ended.

    Raises NotAllowed, MemberUnknown, MemberNotActive, StaffCardTaken.
    """
    stores_services.require_for(by, LINK)
    lock_member(member_id)
    try:
        with transaction.atomic():
            link = StaffMembership.objects.create(
                staff_id=staff_id,
                member_id=member_id,
                since=at,
                linked_by_id=by.staff_id,
            )
    except IntegrityError as taken:
        raise StaffCardTaken from taken
    stores_services.record_act(
        name="members.staff_linked",
        by=by,
        at=at,
        subject=link,
        facts={"staff": staff_id, "member": member_id},
    )
    return link


@transaction.atomic
def unlink_staff(*, link_id: int, by: Act, at: datetime) -> None:
    """End a link, when somebody leaves; never one's own. Harmless twice.

    Raises NotAllowed, NotOnOneself.
    """
    stores_services.require_for(by, END)
    link = StaffMembership.objects.filter(pk=link_id, ended_at=None).first()
    if link is None:
        return
    if link.staff_id == by.staff_id:
        raise NotOnOneself
    end_link(link, by=by, at=at)


def end_link(link: StaffMembership, *, by: Act, at: datetime) -> None:
    """A step: the link is history from here on."""
    lasting = StaffMembership.objects.filter(pk=link.pk, ended_at=None)
    if not lasting.update(ended_at=max(at, link.since), ended_by_id=by.staff_id):
        return  # another was quicker
    stores_services.record_act(
        name="members.staff_unlinked",
        by=by,
        at=at,
        subject=link,
        facts={"staff": link.staff_id, "member": link.member_id},
    )


def follow_merge(source_id: int, target_id: int, *, by: Act, at: datetime) -> None:
    """A step of a merge: the link follows; of two the survivor's stays."""
    link = StaffMembership.objects.filter(member_id=source_id, ended_at=None).first()
    if link is None:
        return
    end_link(link, by=by, at=at)
    if not StaffMembership.objects.filter(member_id=target_id, ended_at=None).exists():
        StaffMembership.objects.create(
            staff_id=link.staff_id,
            member_id=target_id,
            since=at,
            linked_by_id=by.staff_id,
        )


def end_with_member(member_id: int, *, by: Act, at: datetime) -> None:
    """A step of erasing: nobody of the staff is this member any more."""
    for link in StaffMembership.objects.filter(member_id=member_id, ended_at=None):
        end_link(link, by=by, at=at)
