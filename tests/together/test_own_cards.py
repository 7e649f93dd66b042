"""A colleague's own card, at every act by which value moves, under every policy."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from cards import services as cards_services
from checkout import services as checkout_services
from checkout.asked import Asked, Whose
from checkout.bill import Bill, TenderGiven
from coupons import services as coupons_services
from coupons.models import Coupon
from gift_cards import services as gift_cards_services
from ledger import services as ledger_services
from ledger.kinds import AccountKind, EntryKind
from ledger.models import Account, Entry
from ledger.services import Act
from members import services as members_services
from members.models import Member, StaffCardAct, StaffCardPolicy, StaffMembership
from points import services as points_services
from points.models import StampGrant
from policies import services as policies_services
from stored_value import services as stored_value_services
from stored_value.holders import Holder
from stores import services as stores_services
from stores.errors import (
    ApprovalNotUsable,
    BeneficiaryRefused,
    CheckerRefused,
    OwnCardNeedsApprover,
)
from stores.models import Approval, Store, User
from stores.services import Mending
from tests.checkout.state import books
from tests.factories import checkout as bills
from tests.factories import gift_cards as gifts
from tests.factories import points as points_factory
from tests.factories import stored_value as wallets
from tests.factories.cards import CardFactory, CardKindFactory
from tests.factories.coupons import TemplateFactory, issued
from tests.factories.members import MemberFactory, own_card
from tests.factories.stores import NOON, PIN, ShiftFactory, UserFactory
from tests.factories.tiers import TierFactory
from tiers import services as tiers_services

pytestmark = pytest.mark.django_db
GROUPS = ("sale", "purchase", "gift", "correction", "card")


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Somebody at a till, whose own card lies there, and another who may approve."""

    by: Act
    me: User
    member: Member
    approver: User

    @property
    def store(self) -> Store:
        """Where it happens."""
        return Store.objects.get(pk=self.by.store_id or 0)


@pytest.fixture
def world() -> World:
    shift = ShiftFactory.create()
    me = UserFactory.create(is_superuser=True)
    member = points_factory.holding(1_000)
    own_card(me, member)
    return World(
        by=stores_services.act(staff=me, shift=shift, at=NOON),
        me=me,
        member=member,
        approver=UserFactory.create(is_superuser=True),
    )


def rules(leave: str) -> None:
    """What the shop lets staff do at their own card, whatever it is."""
    policies_services.publish(
        version=StaffCardPolicy(
            reason="test", in_force_from=NOON, **dict.fromkeys(GROUPS, leave)
        ),
        by=stores_services.act(task="test", at=NOON),
        at=NOON,
    )


type Do = Callable[[Approval | None], object]


def sale(world: World, **asked: Any) -> Do:
    return lambda approval: checkout_services.capture(
        store=world.store,
        bill=Bill.of_sum(100_00),
        whose=Whose(member_id=world.member.pk),
        asked=Asked(**{"coupons": (), "stored_value": 0, **asked}),
        tenders=[TenderGiven(kind="cash", amount=100_00)],
        reference="B-1",
        by=world.by,
        at=NOON,
        key="own",
        approval=approval,
    )


def top_up(world: World) -> Do:
    holder = Holder.member(world.member.pk)
    return lambda approval: wallets.top_up(
        holder, by=world.by, key="own", approval=approval
    )


def hold(world: World) -> Do:
    holder = Holder.member(world.member.pk)
    wallets.top_up(holder)
    return lambda _none: stored_value_services.hold(
        holder=holder, amount=50_00, by=world.by, at=NOON, key="own"
    )


def refund_of_top_up(world: World) -> Do:
    row = wallets.top_up(Holder.member(world.member.pk))
    return lambda approval: wallets.refund_top_up(
        row, by=world.by, key="own", approval=approval
    )


def closing(world: World) -> Do:
    holder = Holder.member(world.member.pk)
    wallets.top_up(holder)
    return lambda approval: stored_value_services.close_wallet(
        holder=holder,
        tender="wechat",
        reason="leaves",
        by=world.by,
        at=NOON,
        key="own",
        approval=approval,
    )


def transfer(world: World) -> Do:
    wallets.new_rules(may_transfer=True)
    giver, _row = wallets.holding(300_00)
    return lambda approval: stored_value_services.transfer(
        giver=giver,
        taker=Holder.member(world.member.pk),
        amount=50_00,
        by=world.by,
        at=NOON,
        key="own",
        approval=approval,
    )


def points_by_hand(world: World) -> Do:
    return lambda approval: points_services.grant_points(
        member_id=world.member.pk,
        points=50,
        reason="nice",
        by=world.by,
        at=NOON,
        key="own",
        approval=approval,
    )


def points_spent(world: World) -> Do:
    return lambda _none: points_services.redeem(
        member_id=world.member.pk,
        points=500,
        bill=100_00,
        by=world.by,
        at=NOON,
        key="own",
    )


def reward(world: World) -> Do:
    mug = points_factory.RewardFactory.create()
    return lambda _none: points_services.order_reward(
        reward_id=mug.pk, member_id=world.member.pk, by=world.by, at=NOON, key="own"
    )


def reward_cancelled(world: World) -> Do:
    mug = points_factory.RewardFactory.create()
    ordered = points_services.order_reward(
        reward_id=mug.pk,
        member_id=world.member.pk,
        by=bills.at_store(world.store),
        at=NOON,
        key="ordered",
    )
    return lambda _none: points_services.cancel_reward_order(
        order_id=ordered.order.pk, reason="no", by=world.by, at=NOON
    )


def stamps(world: World) -> Do:
    programme = points_factory.StampProgrammeFactory.create()
    return lambda _none: points_services.give_stamps(
        programme_code=programme.code,
        member_id=world.member.pk,
        amount=100_00,
        by=world.by,
        at=NOON,
        key="own",
    )


def task(world: World) -> Do:
    done = points_factory.TaskFactory.create()
    return lambda _none: points_services.complete_task(
        task_code=done.code, member_id=world.member.pk, by=world.by, at=NOON
    )


def coupon(world: World) -> Do:
    template = TemplateFactory.drawn()
    return lambda approval: coupons_services.issue(
        template_id=template.pk,
        member_id=world.member.pk,
        reason="nice",
        by=world.by,
        at=NOON,
        key="own",
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
        key="own",
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


def tier(world: World) -> Do:
    gold = TierFactory.create()
    return lambda _none: tiers_services.give_tier(
        tier_id=gold.pk,
        member_id=world.member.pk,
        until=NOON + timedelta(days=30),
        reason="nice",
        by=world.by,
        at=NOON,
        key="own",
    )


def tier_taken(world: World) -> Do:
    gold = TierFactory.create()
    tiers_services.give_tier(
        tier_id=gold.pk,
        member_id=world.member.pk,
        until=NOON + timedelta(days=30),
        reason="nice",
        by=bills.at_store(world.store),
        at=NOON,
        key="given",
    )
    return lambda _none: tiers_services.take_tier(
        member_id=world.member.pk, reason="x", by=world.by, at=NOON
    )


def gift_card(world: World) -> Do:
    design = gifts.GiftCardDesignFactory.create()
    return lambda _none: gifts.sell(
        by=world.by, buyer_id=world.member.pk, design_id=design.pk, key="own"
    )


def gift_card_to_wallet(world: World) -> Do:
    card = gifts.a_card(by=gifts.at_store(world.store))
    return lambda _none: gift_cards_services.move_to_wallet(
        card_id=card.card_id, member_id=world.member.pk, by=world.by, at=NOON, key="own"
    )


def gift_card_voided(world: World) -> Do:
    card = gifts.a_card(by=gifts.at_store(world.store), buyer_id=world.member.pk)
    return lambda approval: gift_cards_services.void_sale(
        card_id=card.card_id,
        reason="x",
        by=world.by,
        at=NOON,
        key="own",
        approval=approval,
    )


def card_issued(world: World) -> Do:
    kind = CardKindFactory.create()
    return lambda _none: cards_services.issue(
        kind_id=kind.pk, member_id=world.member.pk, by=world.by, at=NOON, key="own"
    )


def card_replaced(world: World) -> Do:
    card = CardFactory.create(member=world.member)
    return lambda _none: cards_services.replace(
        card_id=card.pk, by=world.by, at=NOON, key="own"
    )


def card_bound(world: World) -> Do:
    card = CardFactory.bearer()
    wallets.top_up(Holder.card(card.pk), 100_00)
    return lambda _none: cards_services.bind(
        card_id=card.pk, member_id=world.member.pk, by=world.by, at=NOON, key="own"
    )


def refund(world: World) -> Do:
    sold = bills.a_sale(member=world.member, by=bills.at_store(world.store))
    return lambda approval: checkout_services.refund_sale(
        sale_id=sold.pk,
        reason="cold",
        by=world.by,
        at=NOON,
        key="own",
        approval=approval,
    )


# What takes an approver, with the subject that its approval is about; and the rest,
# where a colleague has to do it.
ASKS = {
    "sale": (sale, "sale"),
    "top_up": (top_up, "purchase"),
    "transfer": (transfer, "purchase"),
    "points_by_hand": (points_by_hand, "gift"),
    "coupon": (coupon, "gift"),
    "refund_of_top_up": (refund_of_top_up, "correction"),
    "closing": (closing, "correction"),
    "refund": (refund, "correction"),
    "gift_card_voided": (gift_card_voided, "correction"),
}
ALONE = {
    "points_spent": (points_spent, "sale"),
    "reward": (reward, "sale"),
    "coupon_bought": (coupon_bought, "purchase"),
    "gift_card": (gift_card, "purchase"),
    "stamps": (stamps, "gift"),
    "task": (task, "correction"),
    "tier": (tier, "gift"),
    "tier_taken": (tier_taken, "gift"),
    "gift_card_to_wallet": (gift_card_to_wallet, "sale"),
    "reward_cancelled": (reward_cancelled, "correction"),
    "coupon_voided": (coupon_voided, "correction"),
    "coupon_extended": (coupon_extended, "correction"),
    "card_issued": (card_issued, "card"),
    "card_replaced": (card_replaced, "card"),
    "card_bound": (card_bound, "card"),
}
# A hold asks as a limit does, but its command takes no approval.
EVERY = {**ASKS, **ALONE, "hold": (hold, "sale")}


def everything() -> tuple[object, ...]:
    """What would have changed, had anything been done."""
    return (
        books(),
        sorted(Coupon.objects.values_list("pk", "status", "valid_until", "member_id")),
        Entry.objects.count(),
        StampGrant.objects.count(),
        StaffCardAct.objects.count(),
    )


def checked() -> None:
    """What the database looks at when a transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


@pytest.mark.parametrize("name", EVERY)
def test_where_it_is_refused_nothing_moves(name: str, world: World) -> None:
    rules("refuse")
    do = EVERY[name][0](world)
    before = everything()

    with pytest.raises(BeneficiaryRefused), transaction.atomic():
        do(None)

    assert everything() == before


@pytest.mark.parametrize("name", EVERY)
def test_where_an_approver_decides_nobody_does_it_alone(
    name: str, world: World
) -> None:
    rules("approver")
    do = EVERY[name][0](world)
    before = everything()
    refusal = BeneficiaryRefused if name in ALONE else OwnCardNeedsApprover

    with pytest.raises(refusal), transaction.atomic():
        do(None)

    assert everything() == before


@pytest.mark.parametrize("name", EVERY)
def test_where_it_is_allowed_it_is_listed(name: str, world: World) -> None:
    rules("allow")
    do, group = EVERY[name][0](world), EVERY[name][1]

    do(None)

    checked()
    [row] = StaffCardAct.objects.exclude(by_staff=None)
    assert row.is_own
    assert (row.staff, row.member, row.by_staff) == (world.me, world.member, world.me)
    assert (row.group, row.approver, row.store_id) == (group, None, world.by.store_id)


SUBJECTS: dict[str, Callable[[World], str]] = {
    "sale": lambda _world: checkout_services.subject_of_bill("B-1"),
    "top_up": lambda world: f"member:{world.member.pk}",
    "closing": lambda world: f"member:{world.member.pk}",
}


@pytest.mark.parametrize("name", SUBJECTS)
def test_with_an_approver_it_is_done_and_listed(name: str, world: World) -> None:
    rules("approver")
    do = EVERY[name][0](world)

    stores_services.alone_or_beside(
        do,
        maker=world.me,
        checker=world.approver,
        secret=PIN,
        store=world.store,
        reason="my lunch",
        at=NOON,
        subject=SUBJECTS[name](world),
    )

    checked()
    [row] = StaffCardAct.objects.exclude(by_staff=None)
    assert (row.by_staff, row.approver) == (world.me, world.approver)
    approval = Approval.objects.get()
    assert (approval.beneficiary, approval.is_own_card) == (world.me, True)
    assert approval.used_at == NOON
    assert Entry.objects.filter(key="own", approver=world.approver).exists()


def test_an_approval_that_did_not_say_whose_card_it_is_serves_for_nothing(
    world: World,
) -> None:
    rules("approver")
    do = sale(world)
    approval = stores_services.approve_beside(
        act="checkout.capture_sale",
        maker=world.me,
        checker=world.approver,
        secret=PIN,
        store=world.store,
        amount=100_00,
        reason="a bill",
        at=NOON,
        subject=checkout_services.subject_of_bill("B-1"),
    )
    before = everything()

    with pytest.raises(ApprovalNotUsable), transaction.atomic():
        do(approval)

    assert everything() == before
    approval.refresh_from_db()
    assert approval.used_at is None


def test_nobody_approves_what_is_done_at_their_own_card(world: World) -> None:
    """Another cashier's sale, refund or top-up of the approver's own card."""
    maker = UserFactory.create(is_superuser=True)
    shift = ShiftFactory.create()
    by = stores_services.act(staff=maker, shift=shift, at=NOON, approver=world.me)
    before = everything()

    with pytest.raises(BeneficiaryRefused), transaction.atomic():
        wallets.top_up(Holder.member(world.member.pk), by=by)

    assert everything() == before


def test_the_maker_never_approves_their_own_card(world: World) -> None:
    rules("approver")
    before = everything()
    with pytest.raises(CheckerRefused):
        stores_services.alone_or_beside(
            sale(world),
            maker=world.me,
            checker=world.me,
            secret=PIN,
            store=world.store,
            reason="my lunch",
            at=NOON,
            subject=checkout_services.subject_of_bill("B-1"),
        )
    assert everything() == before


def test_what_others_do_at_a_colleagues_card_is_listed_and_not_refused(
    world: World,
) -> None:
    rules("refuse")
    other = UserFactory.create(is_superuser=True)
    by = stores_services.act(staff=other, shift=ShiftFactory.create(), at=NOON)
    at_a_till = bills.at_store(world.store)

    wallets.top_up(Holder.member(world.member.pk), by=by)
    wallets.top_up(Holder.member(world.member.pk), by=at_a_till)

    checked()
    rows = StaffCardAct.objects.order_by("pk")
    assert [(row.by_staff, row.actor, row.is_own) for row in rows] == [
        (other, f"staff:{other.pk}", False),
        (None, "key:1", False),
    ]


def test_a_guest_who_is_nobody_of_the_staff_is_in_no_list(world: World) -> None:
    wallets.top_up(Holder.member(MemberFactory.create().pk), by=world.by)
    checked()
    assert not StaffCardAct.objects.exists()


@pytest.mark.parametrize("whose", ["maker", "checker"])
def test_nobody_adjusts_or_approves_an_adjustment_of_their_own(
    whose: str, world: World
) -> None:
    maker, checker = world.me, world.approver
    if whose == "checker":
        maker, checker = checker, maker
    points = Account.objects.get(
        kind=AccountKind.POINTS,
        holder_kind="member",
        holder_id=world.member.pk,
        slot="",
    )
    by = Mending(
        maker=maker,
        store=world.store,
        reason="x",
        checker=checker,
        secret=PIN,
        key="own",
        at=NOON,
    )
    before = everything()

    with pytest.raises(BeneficiaryRefused):
        stores_services.adjust_account(
            account_id=points.pk, rises=True, amount=5, by=by
        )
    with pytest.raises(BeneficiaryRefused):
        points_services.grant_with_second_person(
            member_id=world.member.pk, points=5, by=by
        )
    with pytest.raises(BeneficiaryRefused):
        members_services.merge(
            source_id=MemberFactory.create().pk, target_id=world.member.pk, by=by
        )
    assert everything() == before
    assert not Approval.objects.exists()


def test_a_link_follows_a_merge(world: World) -> None:
    source, target = world.member, MemberFactory.create()
    head = UserFactory.create(is_superuser=True)
    by = Mending(
        maker=head,
        store=world.store,
        reason="one person",
        checker=world.approver,
        secret=PIN,
        key="merge",
        at=NOON,
    )

    members_services.merge(source_id=source.pk, target_id=target.pk, by=by)
    link = StaffMembership.objects.get(ended_at=None)
    assert (link.staff, link.member) == (world.me, target)

    assert StaffMembership.objects.count() == 2


def write_entry(world: World, by: Act) -> None:
    """An entry at one's own points, written past every command."""
    points = Account.objects.get(
        kind=AccountKind.POINTS,
        holder_kind="member",
        holder_id=world.member.pk,
        slot="",
    )
    house = Account.objects.filter(kind="granted", unit=points.unit).first()
    assert house is not None
    with transaction.atomic():
        ledger_services.post_entry(
            kind=EntryKind.GRANT,
            key="raw",
            at=NOON,
            act=by,
            lines=[
                ledger_services.Line(debit_id=house.pk, credit_id=points.pk, amount=5)
            ],
        )
        checked()


def test_the_books_themselves_refuse_an_entry_that_no_list_names(world: World) -> None:
    before = everything()
    with pytest.raises(DatabaseError, match="own card is listed"):
        write_entry(world, world.by)
    assert everything() == before


def test_the_books_themselves_refuse_an_approver_who_gains(world: World) -> None:
    other = UserFactory.create(is_superuser=True)
    by = stores_services.act(
        staff=other, shift=ShiftFactory.create(), approver=world.me, at=NOON
    )
    before = everything()
    with pytest.raises(DatabaseError, match="gains nothing"):
        write_entry(world, by)
    assert everything() == before


@pytest.mark.parametrize("leave", ["refuse", "approver"])
def test_the_list_itself_refuses_what_the_policy_does(leave: str, world: World) -> None:
    rules(leave)
    with pytest.raises(DatabaseError, match="at their own card"), transaction.atomic():
        StaffCardAct.objects.create(
            at=NOON,
            staff=world.me,
            by_staff=world.me,
            member=world.member,
            act="checkout.capture_sale",
            group="sale",
            amount=1,
            actor=world.by.actor,
        )


def test_the_list_is_never_changed(world: World) -> None:
    rules("allow")
    top_up(world)(None)
    for attack in (
        "UPDATE members_staffcardact SET amount = 1",
        "DELETE FROM members_staffcardact",
        "TRUNCATE members_staffcardact",
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            connection.cursor().execute(attack)
    assert StaffCardAct.objects.count() == 1
