"""What happens once happens once, though many ask for it at the same moment."""

import threading
from datetime import timedelta
from typing import Any
from unittest import mock

from django.db import transaction

from cards import services as cards_services
from cards.models import Card, CardEvent, WalletShare
from cards.services import merging as cards_merging
from checkout import services as checkout_services
from checkout.errors import OverRefund
from common.errors import DomainError
from coupons import services as coupons_services
from coupons.models import Coupon
from gift_cards import services as gift_cards_services
from gift_cards.models import GiftCardCode
from gift_cards.services import care
from gift_cards.services.renew import renew_code
from members import services as members_services
from members.birthdays import Birthday
from members.errors import MemberBusy
from outbox import services as outbox_services
from outbox.models import Delivery
from outbox.sealing import unseal
from recognition import services as recognition_services
from recognition.models import Note
from stores import services as stores_services
from stores.models import AuditEvent, Shift
from tests import rendezvous
from tests.factories import gift_cards as gift_cards_factory
from tests.factories import outbox as outbox_factory
from tests.factories.cards import CardFactory, CardKindFactory
from tests.factories.checkout import a_sale
from tests.factories.checkout import at_store as sold_at
from tests.factories.coupons import TemplateFactory, by_task, issued
from tests.factories.ledger import NOON, an_act
from tests.factories.members import MemberFactory, by, by_themselves
from tests.factories.stores import ShiftFactory, UserFactory
from tests.factories.tiers import TierFactory, a_ladder, in_grace
from tests.ledger.racing import answers, refusals
from tests.patience import PATIENCE
from tiers import services as tiers_services
from tiers.models import Standing, TierGrant, TierReview
from tiers.services import merging as tiers_merging

from .meeting import Meeting, Outcomes


def one_and_sentences(told: Outcomes) -> bool:
    """One had it; everybody else was told so in words."""
    told_no = refusals(told)
    return len(answers(told)) == 1 and all(
        isinstance(refusal, DomainError) for refusal in told_no
    )


def a_lost_card_is_replaced(meeting: Meeting) -> bool:
    card = CardFactory.create()
    told = meeting.race(
        lambda n: cards_services.replace(
            card_id=card.pk, by=an_act(), at=NOON, key=f"replace:{n}"
        )
    )
    return one_and_sentences(told) and Card.objects.filter(status="active").count() == 1


def a_card_ends_with_its_member(meeting: Meeting) -> bool:
    card = CardFactory.create()

    def forget(_number: int) -> None:
        with transaction.atomic():
            cards_merging.forget_step(
                member_id=card.member_id or 0, by=an_act(), at=NOON
            )

    meeting.race(forget)
    return CardEvent.objects.filter(happening="closed").count() == 1


def a_sale_is_refunded(meeting: Meeting) -> bool:
    sale = a_sale(100_00)
    told = meeting.race(
        lambda n: checkout_services.refund_sale(
            sale_id=sale.pk,
            amount=60_00,
            reason="race",
            by=sold_at(sale.store),
            at=NOON,
            key=f"refund:{n}",
        )
    )
    return one_and_sentences(told) and {type(no) for no in refusals(told)} == {
        OverRefund
    }


def a_coupon_is_prolonged(meeting: Meeting) -> bool:
    """Who comes second asks for no longer life than it has by then."""
    coupon = issued()
    until = coupon.valid_until + timedelta(days=10)
    told = meeting.race(
        lambda _n: coupons_services.extend_coupon(
            coupon_id=coupon.pk, until=until, reason="why", by=by_task(), at=NOON
        )
    )
    return one_and_sentences(told)


def a_segment_is_given_its_coupons(meeting: Meeting) -> bool:
    members = MemberFactory.create_batch(8)
    template = TemplateFactory.drawn()
    told = meeting.race(
        lambda _n: (
            coupons_services.issue_to_members(
                template_id=template.pk,
                audience=None,
                by=by_task(),
                at=NOON,
                key="segment:1",
                chunk=3,
            ).issued
        )
    )
    return answers(told) == [len(members)] * 4 and Coupon.objects.count() == len(
        members
    )


def a_code_is_replaced(meeting: Meeting) -> bool:
    doing = gift_cards_factory.at_store()
    card = gift_cards_factory.a_card(by=doing)
    old = GiftCardCode.objects.get(card_id=card.card_id, died_at=None).pk

    def renew_together(*given: Any, **more: Any) -> Any:
        """All have found the old code alive before one of them replaces it."""
        rendezvous.meet()
        return renew_code(*given, **more)

    with mock.patch.object(care, "renew_code", renew_together):
        told = meeting.race(
            lambda _n: gift_cards_services.replace(
                card_id=card.card_id, code_id=old, reason="why", by=doing, at=NOON
            )
        )
    return (
        one_and_sentences(told)
        and GiftCardCode.objects.filter(died_at=None).count() == 1
    )


def a_birthday_is_told(meeting: Meeting) -> bool:
    member, doing = MemberFactory.create(), by("cashier")
    told = meeting.race(
        lambda n: members_services.set_birthday(
            member_id=member.pk,
            birthday=Birthday(month=n + 1, day=1),
            by=doing,
            at=NOON,
        )
    )
    return one_and_sentences(told)


def nobody_forgotten_is_written_about(meeting: Meeting) -> bool:
    """The writer has looked, and writes when the member is gone."""
    member, doing = MemberFactory.create(), by()
    has_looked, is_gone = threading.Event(), threading.Event()
    was_refused = threading.Event()

    def writer_waits(_number: int) -> None:
        has_looked.set()
        is_gone.wait(PATIENCE)

    def writer_goes_on(_number: int) -> None:
        has_looked.set()
        was_refused.wait(PATIENCE)  # who erases was told to come again

    def work(number: int) -> None:
        if number == 0:
            recognition_services.write_note(
                member_id=member.pk, words="likes tea", by=an_act(), at=NOON
            )
            return
        has_looked.wait(PATIENCE)
        for _try in range(40):
            try:
                members_services.erase(
                    member_id=member.pk, reason="asked", by=doing, at=NOON
                )
                break
            except MemberBusy:
                was_refused.set()
        is_gone.set()

    meeting.race(work, runners=2, wait=writer_waits, held=writer_goes_on)
    member.refresh_from_db()
    assert member.status == "erased"
    return not Note.objects.filter(words="likes tea").exists()


def a_secret_is_changed(meeting: Meeting) -> bool:
    """Of two who change it, both hold one that signs: the new and the former."""
    endpoint = outbox_factory.EndpointFactory.create()
    office = UserFactory.holding("head-office")
    told = meeting.race(
        lambda _n: (
            outbox_services.rotate_secret(
                endpoint_id=endpoint.pk, by=office, at=NOON
            ).secret
        ),
        runners=2,
    )
    endpoint.refresh_from_db()
    signing = {unseal(endpoint.sealed_secret), unseal(endpoint.former_secret)}
    return set(answers(told)) == signing


def a_message_is_taken_up(meeting: Meeting) -> bool:
    endpoint = outbox_factory.EndpointFactory.create()
    for _message in range(4):
        outbox_factory.on_its_way(endpoint)
    told = meeting.race(
        lambda _n: outbox_services.take_up(endpoint_id=endpoint.pk, at=NOON, most=10)
    )
    taken = sum(len(parcels) for parcels in answers(told))
    return taken == 4 and set(Delivery.objects.values_list("attempts")) == {(1,)}


def a_shift_is_closed(meeting: Meeting) -> bool:
    shift: Shift = ShiftFactory.create()
    cashier = UserFactory.holding("cashier", store=shift.store)
    told = meeting.race(
        lambda n: stores_services.close_shift(
            shift=shift,
            counted={"cash": n},
            by=cashier,
            at=NOON + timedelta(hours=1),
        )
    )
    return one_and_sentences(told)


def a_tier_is_given(meeting: Meeting) -> bool:
    """The latest gift stands alone; those before it have ended."""
    tier, member = TierFactory.create(rank=9), MemberFactory.create()
    tiers_services.give_tier(
        tier_id=tier.pk,
        member_id=member.pk,
        until=NOON + timedelta(days=10),
        reason="guest of honour",
        by=an_act(),
        at=NOON,
        key="given",
    )
    create = TierGrant.objects.create

    def create_together(**fields: Any) -> TierGrant:
        """All have ended what they found open before one of them gives anew."""
        rendezvous.meet()
        return create(**fields)

    with mock.patch.object(TierGrant.objects, "create", create_together):
        told = meeting.race(
            lambda n: tiers_services.give_tier(
                tier_id=tier.pk,
                member_id=member.pk,
                until=NOON + timedelta(days=20 + n),
                reason="guest of honour",
                by=an_act(),
                at=NOON,
                key=f"given:{n}",
            )
        )
    open_ones = TierGrant.objects.filter(member=member, ended_at=None)
    return not refusals(told) and open_ones.count() == 1


def the_better_tier_stays(meeting: Meeting) -> bool:
    """Two are merged into one member: with the lock silver waits for gold, and sees
    it; without it, silver has looked before gold came.
    """
    silver, gold, _black = a_ladder()
    target, with_gold, with_silver = MemberFactory.create_batch(3)
    for member, tier in ((target, None), (with_gold, gold), (with_silver, silver)):
        Standing.objects.create(
            member=member, tier=tier, earned_tier=tier, since=NOON - timedelta(days=9)
        )
    has_looked, is_done = (threading.Event(), threading.Event()), threading.Event()

    def wait(number: int) -> None:
        has_looked[number].set()
        if number == 0:
            is_done.wait(PATIENCE)

    def held(number: int) -> None:
        has_looked[number].set()
        rendezvous.meet()  # the other waits for the lock

    def work(number: int) -> None:
        source = (with_silver, with_gold)[number]
        if meeting.is_locked is (number == 0):
            has_looked[1 - number].wait(PATIENCE)
        with transaction.atomic():
            tiers_merging.move_step(
                source_id=source.pk, target_id=target.pk, by=an_act(), at=NOON
            )
        if number == 1:
            is_done.set()

    told = meeting.race(work, runners=2, wait=wait, held=held)
    assert refusals(told) == []
    return Standing.objects.get(member=target).earned_tier == gold


def a_review_counts_everyone(meeting: Meeting) -> bool:
    """Reviewers share the work, and what they found adds up."""
    members, _at = in_grace(members=6)
    told = meeting.race(lambda _n: tiers_services.review(at=NOON, chunk=2))
    found = TierReview.objects.get()
    return not refusals(told) and found.lowered == len(members)


def an_offer_is_accepted_once(meeting: Meeting) -> bool:
    """Tapped four times at once: one card, and one share."""
    CardKindFactory.create()
    owner, holder = MemberFactory.create_batch(2)
    offer = cards_services.offer_share(
        owner_id=owner.pk,
        to=holder.phone or "",
        per_day=50_00,
        by=by_themselves(owner),
        at=NOON,
        key="offer",
    )
    told = meeting.race(
        lambda _n: cards_services.accept_share(
            offer_id=offer.pk, holder_id=holder.pk, by=by_themselves(holder), at=NOON
        )
    )
    return not refusals(told) and Card.objects.count() == 1


def a_share_is_stopped_once(meeting: Meeting) -> bool:
    share = WalletShare.objects.create(
        owner=MemberFactory.create(), holder=MemberFactory.create(), made_at=NOON
    )
    meeting.race(
        lambda _n: cards_services.stop_share(
            share_id=share.pk, member_id=share.owner_id, by=an_act(), at=NOON
        )
    )
    return AuditEvent.objects.filter(act="cards.share_ended").count() == 1
