"""Attacks on locks that are written in SQL."""

import threading
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import transaction

from campaigns import services as campaigns_services
from campaigns.errors import SegmentCycle
from campaigns.models import Segment
from cards import services as cards_services
from cards.models import Card, CardEvent, ShareUse, WalletShare
from common.errors import DomainError
from coupons import services as coupons_services
from coupons.models import CouponTemplate
from gift_cards import services as gift_cards_services
from gift_cards.errors import TooManyTries
from imports import services as imports_services
from imports.options import ImportOptions
from ledger import selectors as ledger_selectors
from ledger import services as ledger_services
from ledger.models import Seal
from members import services as members_services
from policies import services as policies_services
from policies.models import ShopPolicy
from tests import rendezvous
from tests.factories import gift_cards as gift_cards_factory
from tests.factories.campaigns import a_segment, all_of
from tests.factories.cards import CardFactory, CardKindFactory
from tests.factories.coupons import TemplateFactory, by_task
from tests.factories.ledger import NOON, TODAY, an_act, balance, fund, guarded
from tests.factories.members import MemberFactory, account_of, give
from tests.ledger.racing import answers, refusals
from tests.patience import PATIENCE

from .meeting import Meeting

WRONG = 5  # guesses at one code, as the first policy has it


def all_sentences(told: list[object]) -> bool:
    return all(isinstance(refusal, DomainError) for refusal in refusals(told))


def one_key_gives_out_one_card(meeting: Meeting) -> bool:
    kind, member = CardKindFactory.create(), MemberFactory.create()
    told = meeting.race(
        lambda _n: cards_services.issue(
            kind_id=kind.pk, member_id=member.pk, by=an_act(), at=NOON, key="same"
        )
    )
    return not refusals(told) and Card.objects.count() == 1


def cards_expire_once(meeting: Meeting) -> bool:
    over = NOON + timedelta(days=1)
    CardFactory.create_batch(3, expires_at=NOON)
    told = meeting.race(
        lambda _n: cards_services.expire_due(at=over),
    )
    expired = CardEvent.objects.filter(happening="expired").count()
    return not refusals(told) and expired == sum(answers(told)) == 3


def versions_of_rules_have_numbers(meeting: Meeting) -> bool:
    told = meeting.race(
        lambda n: (
            policies_services.publish(
                version=ShopPolicy(
                    in_force_from=NOON + timedelta(hours=n + 1),
                    reason="race",
                    brand=f"熟客 {n}",
                    profile="CN",
                    country="CN",
                ),
                by=an_act(),
                at=NOON,
            ).number
        )
    )
    return not refusals(told) and len(set(answers(told))) == len(told)


def versions_of_terms_have_numbers(meeting: Meeting) -> bool:
    pk = TemplateFactory.drawn().pk

    def publish(number: int) -> int:
        template = CouponTemplate.objects.get(pk=pk)
        template.lasts_days = 50 + number
        return coupons_services.publish_terms(
            template=template, by=by_task(), at=NOON
        ).number

    told = meeting.race(publish)
    return not refusals(told) and sorted(answers(told)) == [2, 3, 4, 5]


NAMED = {"kind": "known", "facts": ["name"]}


def no_segments_are_made_of_each_other(meeting: Meeting) -> bool:
    """Of two that take each other in at once the later is told that it is a circle."""
    both = [a_segment(NAMED) for _ in range(2)]

    def take_in(number: int) -> object:
        return campaigns_services.save_segment(
            segment=Segment.objects.get(pk=both[number].pk),
            rules=all_of({"kind": "segment", "segment": both[1 - number].pk}),
            by=an_act(),
            at=NOON,
        )

    told = meeting.race(take_in, runners=2)
    return [type(no) for no in refusals(told)] == [SegmentCycle]


def a_day_is_sealed_once(meeting: Meeting) -> bool:
    fund(guarded(), 100)
    told = meeting.race(lambda _n: ledger_services.seal_day(day=TODAY, at=NOON))
    made = [seal for seal in answers(told) if seal is not None]
    return not refusals(told) and len(made) == Seal.objects.count() == 1


def one_file_is_brought_in_once(meeting: Meeting) -> bool:
    """Who comes second waits, and finds what the first brought."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "members.csv"
        file.write_text("member,phone,name\nA1,+8613800000001,陈玉兰\n")
        told = meeting.race(
            lambda _n: (
                imports_services.bring_in(
                    kind="members",
                    path=file,
                    options=ImportOptions(source="old"),
                    by=an_act(),
                    at=NOON,
                ).counts
            )
        )
    done = [
        {str(fate): count for fate, count in counts.items() if count}
        for counts in answers(told)
    ]
    return (
        not refusals(told)
        and done.count({"new": 1}) == 1
        and done.count({"same": 1}) == len(told) - 1
    )


def pins_are_guessed_one_by_one(meeting: Meeting) -> bool:
    """After five wrong ones the right one waits, however many were sent at once."""
    card = gift_cards_factory.a_card(by=gift_cards_factory.at_store())
    wrong = "135790" if card.pin != "135790" else "975310"
    done = threading.Semaphore(0)

    def guess(number: int) -> object:
        is_right = number == WRONG
        if is_right and meeting.is_locked:
            rendezvous.leave()  # nobody waits for who comes last
            for _other in range(WRONG):
                done.acquire(timeout=PATIENCE)
        try:
            return gift_cards_services.find(
                code=str(card.code),
                pin=str(card.pin) if is_right else wrong,
                callers=(f"key:{number}",),
                by=an_act(),
                at=NOON,
            )
        finally:
            done.release()

    told = meeting.race(guess, runners=WRONG + 1)
    return isinstance(told[WRONG], TooManyTries)


def a_closed_account_holds_nothing(meeting: Meeting) -> bool:
    account = guarded()

    def work(number: int) -> object:
        if number == 0:
            ledger_services.set_account_status(account_id=account, status="closed")
            return None
        rendezvous.see_somebody()  # the other has looked, and is about to write
        return fund(account, 1_00)

    told = meeting.race(work, runners=2)
    return all_sentences(told) and balance(account) == 0


def nobody_gone_opens_an_account(meeting: Meeting) -> bool:
    source, target = MemberFactory.create(), MemberFactory.create()
    give(target, 1_00)  # the unit and the house's accounts are there

    def work(number: int) -> object:
        if number == 1:
            rendezvous.see_somebody()
            return account_of(source)
        with transaction.atomic():
            members_services.merge_step(
                source_id=source.pk,
                target_id=target.pk,
                reason="race",
                by=an_act(),
                at=NOON,
                key="merge",
            )
            rendezvous.meet()
        return None

    meeting.race(work, runners=2)
    left = ledger_selectors.accounts_held(holder_kind="member", holder_id=source.pk)
    return all(account.status == "closed" for account in left)


def nobody_pays_by_a_share_once_it_is_stopped(meeting: Meeting) -> bool:
    """Whoever stops it waits for the payment that is being made."""
    share = WalletShare.objects.create(
        owner=MemberFactory.create(), holder=MemberFactory.create(), made_at=NOON
    )
    has_looked, is_stopped = threading.Event(), threading.Event()
    was_stopped_first: list[bool] = []

    def wait(_number: int) -> None:
        has_looked.set()
        is_stopped.wait(PATIENCE)
        was_stopped_first.append(is_stopped.is_set())

    def held(_number: int) -> None:
        has_looked.set()
        rendezvous.meet()
        was_stopped_first.append(is_stopped.is_set())

    def work(number: int) -> None:
        if number == 0:
            with transaction.atomic():
                cards_services.use_share_step(
                    share_id=share.pk, amount=10_00, day=TODAY, at=NOON, key="use"
                )
            return
        has_looked.wait(PATIENCE)
        cards_services.stop_share(
            share_id=share.pk, member_id=share.owner_id, by=an_act(), at=NOON
        )
        is_stopped.set()

    told = meeting.race(work, runners=2, wait=wait, held=held)

    assert refusals(told) == []
    return not (was_stopped_first[0] and ShareUse.objects.exists())
