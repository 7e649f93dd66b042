"""A member buys a card for a friend from their wallet, and may take it back."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from common.errors import DomainError
from gift_cards import selectors as gift_cards_selectors
from gift_cards import services as gift_cards_services
from gift_cards.errors import (
    CardAmountRefused,
    GiftCardUnknown,
    GiftNotReturnable,
    MoveRefused,
    OnlyOneself,
    RealNameNeeded,
    StoredValueRefused,
)
from gift_cards.models import Gift, GiftCard, GiftCardPolicy
from gift_cards.services import GiftBought, GiftWish
from ledger.errors import IdempotencyConflict
from ledger.models import Posting
from members import services as members_services
from members.errors import SpendingFrozen
from members.models import Member
from policies import selectors as policies_selectors
from stored_value import selectors as stored_value_selectors
from stored_value import services as stored_value_services
from stored_value.errors import CodeNeeded, CodeRefused, NotEnough, SpendingWaits
from stored_value.holders import Holder
from stores.models import AuditEvent
from tests.factories.bills import a_guest
from tests.factories.gift_cards import NOON, GiftCardDesignFactory, a_key, at_till, sell
from tests.factories.ledger import an_act, everything
from tests.factories.members import MemberFactory
from tests.factories.stores import StoreFactory
from tests.ledger.racing import one_in_the_other

pytestmark = pytest.mark.django_db
CODE = "806152"


@pytest.fixture
def giver() -> Member:
    """Somebody with 300 of their own and 50 of a bonus."""
    return a_guest(principal=300_00, bonus=50_00, store=StoreFactory.create())


def wish(**options: Any) -> GiftWish:
    return GiftWish(
        **{"name": "Wei", "channel": "link", "giver": "Lan", "language": "en"} | options
    )


def buy(giver: Member, amount: int = 100_00, **options: Any) -> GiftBought:
    design_id = options.pop("design_id", None) or GiftCardDesignFactory.create().pk
    return gift_cards_services.buy_gift(
        **{
            "design_id": design_id,
            "amount": amount,
            "member_id": giver.pk,
            "gift": wish(),
            "by": an_act(actor=f"member:{giver.pk}"),
            "at": NOON,
            "key": a_key("buy"),
            **options,
        }
    )


def take_back(giver: Member, bought: GiftBought, key: str = "back:1") -> int:
    return gift_cards_services.take_gift_back(
        gift_id=bought.gift_id,
        member_id=giver.pk,
        by=an_act(actor=f"member:{giver.pk}"),
        at=NOON + timedelta(hours=1),
        key=key,
    )


def in_wallet(member: Member) -> tuple[int, int]:
    held = stored_value_selectors.wallet(holder=Holder.member(member.pk), at=NOON)
    return held.principal, held.bonus


def gift_of(bought: GiftBought) -> Gift:
    return Gift.objects.select_related("card__account").get(public_id=bought.gift_id)


def policy(**rules: Any) -> None:
    """Rules of gift cards that are in force from before noon on."""
    newest = GiftCardPolicy.objects.order_by("-number").first()
    GiftCardPolicy.objects.create(
        number=(newest.number if newest else 0) + 1,
        in_force_from=NOON - timedelta(minutes=1),
        **rules,
    )


def refused(giver: Member, error: type[DomainError], **options: Any) -> None:
    """It is refused, and everything is as it was."""
    before = everything(), GiftCard.objects.count(), Gift.objects.count()
    with pytest.raises(error):
        buy(giver, **options)
    assert (everything(), GiftCard.objects.count(), Gift.objects.count()) == before


def test_principal_pays_and_a_bonus_never_does(giver: Member) -> None:
    bought = buy(giver, 120_00)
    gift = gift_of(bought)
    assert in_wallet(giver) == (180_00, 50_00)
    assert gift.card.account is not None
    assert gift.card.account.balance == 120_00
    assert (gift.card.status, gift.card.buyer_id) == ("active", giver.pk)
    (posting,) = Posting.objects.filter(entry_id=bought.entry_id)
    assert posting.debit.kind == "principal"
    refused(giver, NotEnough, amount=190_00)


def test_the_same_request_buys_once_and_another_under_its_key_nothing(
    giver: Member,
) -> None:
    design_id = GiftCardDesignFactory.create().pk
    first = buy(giver, key="once", design_id=design_id)
    again = buy(giver, key="once", design_id=design_id)
    assert (again.gift_id, again.replayed) == (first.gift_id, True)
    assert in_wallet(giver) == (200_00, 50_00)
    refused(giver, IdempotencyConflict, key="once", design_id=design_id, amount=50_00)


def test_the_shops_limits_hold(giver: Member) -> None:
    refused(giver, CardAmountRefused, amount=9_99)
    refused(giver, CardAmountRefused, amount=1_000_01)
    policy(sold_for_stored_value=False)
    refused(giver, StoredValueRefused)


def test_above_the_limit_the_payment_code_is_asked(giver: Member) -> None:
    assert stored_value_selectors.code_asked_above(at=NOON) == 200_00
    stored_value_services.set_payment_code(
        member_id=giver.pk, code=CODE, by=an_act(actor="system:test"), at=NOON
    )
    assert buy(giver, 200_00).replayed is False
    rich = a_guest(principal=600_00, store=StoreFactory.create())
    stored_value_services.set_payment_code(
        member_id=rich.pk, code=CODE, by=an_act(actor="system:test"), at=NOON
    )
    refused(rich, CodeNeeded, amount=200_01)
    refused(rich, CodeRefused, amount=200_01, payment_code="115599")
    assert buy(rich, 200_01, payment_code=CODE).replayed is False

    Member.objects.filter(pk=rich.pk).update(phone_changed_at=NOON)
    refused(rich, SpendingWaits, amount=200_01, payment_code=CODE)
    assert buy(rich, 20_00).replayed is False


def test_whoever_froze_all_spending_gives_and_shows_nothing(giver: Member) -> None:
    card_id = gift_of(buy(giver)).card_id
    GiftCard.objects.filter(pk=card_id).update(owner_id=giver.pk)
    by = an_act(actor=f"member:{giver.pk}")
    members_services.freeze_spending(member_id=giver.pk, by=by, at=NOON)
    refused(giver, SpendingFrozen)
    with pytest.raises(SpendingFrozen):
        gift_cards_services.show_own_code(
            card_id=card_id, member_id=giver.pk, by=by, at=NOON
        )


def test_the_law_wants_a_name_for_so_much(
    giver: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    law = replace(policies_selectors.profile(at=NOON), real_name_from=100_00)
    monkeypatch.setattr(policies_selectors, "profile", lambda *, at: law)
    Member.objects.filter(pk=giver.pk).update(name=" ")
    refused(giver, RealNameNeeded)
    assert buy(giver, 99_99).replayed is False


def test_taken_back_it_is_in_the_lots_that_paid(giver: Member) -> None:
    holder = Holder.member(giver.pk)
    lots = stored_value_selectors.explained(holder=holder, at=NOON)
    bought = buy(giver)
    assert take_back(giver, bought) == 100_00
    assert stored_value_selectors.explained(holder=holder, at=NOON) == lots
    gift = gift_of(bought)
    assert (gift.status, gift.card.status) == ("stopped", "void")
    assert take_back(giver, bought) == 0
    assert in_wallet(giver) == (300_00, 50_00)
    assert gift_cards_selectors.shown_link(gift) == ""


def test_another_does_not_take_it_back(giver: Member) -> None:
    bought = buy(giver)
    with pytest.raises(GiftNotReturnable):
        take_back(MemberFactory.create(), bought)
    assert gift_of(bought).status == "sent"


def test_nobody_does_it_for_a_member(giver: Member) -> None:
    """Not a colleague with their own wallet, nor for another's."""
    bought = buy(giver)
    card_id = gift_of(bought).card_id
    GiftCard.objects.filter(pk=card_id).update(owner_id=giver.pk)
    before = everything()
    staff, _user = at_till("shift-lead")
    own: dict[str, Any] = {
        "card_id": card_id,
        "member_id": giver.pk,
        "by": staff,
        "at": NOON,
    }
    acts: list[Callable[[], object]] = [
        lambda: buy(giver, by=staff),
        lambda: gift_cards_services.take_gift_back(
            gift_id=bought.gift_id, member_id=giver.pk, by=staff, at=NOON, key="k"
        ),
        lambda: gift_cards_services.show_own_code(**own),
        lambda: gift_cards_services.own_card_to_wallet(**own, key="k"),
    ]
    for act in acts:
        with pytest.raises(OnlyOneself):
            act()
    assert everything() == before


def test_opened_it_stays_given(giver: Member) -> None:
    bought = buy(giver)
    token = token_of(bought)
    gift_cards_services.open_gift(token=token, at=NOON)
    before = everything()
    with pytest.raises(GiftNotReturnable):
        take_back(giver, bought)
    assert everything() == before


def token_of(bought: GiftBought) -> str:
    return gift_cards_selectors.shown_link(gift_of(bought)).rsplit("/", 1)[-1]


def test_its_link_is_shown_to_the_giver_until_it_is_opened(giver: Member) -> None:
    bought = buy(giver)
    link = gift_cards_selectors.shown_link(gift_of(bought))
    assert link == gift_cards_selectors.shown_link(gift_of(bought))
    gift_cards_services.open_gift(token=token_of(bought), at=NOON)
    assert gift_cards_selectors.shown_link(gift_of(bought)) == ""


def test_one_that_a_till_sold_goes_back_to_the_till(giver: Member) -> None:
    by, _user = at_till("shift-lead")
    sold = sell(50_00, by=by, buyer_id=giver.pk, gift=wish())
    gift = Gift.objects.get(card_id=sold.cards[0].card_id)
    with pytest.raises(GiftNotReturnable):
        take_back(giver, GiftBought(gift.public_id, sold.entry_id, replayed=False))


def test_kept_it_is_the_friends_who_alone_is_shown_a_code(giver: Member) -> None:
    friend = MemberFactory.create()
    by = an_act(actor=f"member:{friend.pk}")
    bought = buy(giver)
    gift_cards_services.keep_gift(
        token=token_of(bought), by=by, at=NOON, member_id=friend.pk
    )
    card_id = gift_of(bought).card_id
    with pytest.raises(GiftCardUnknown):
        gift_cards_services.show_own_code(
            card_id=card_id,
            member_id=giver.pk,
            by=an_act(actor=f"member:{giver.pk}"),
            at=NOON,
        )
    first = gift_cards_services.show_own_code(
        card_id=card_id, member_id=friend.pk, by=by, at=NOON
    )
    second = gift_cards_services.show_own_code(
        card_id=card_id, member_id=friend.pk, by=by, at=NOON
    )
    assert first.code != second.code
    at_the_till, _user = at_till("shift-lead")
    with pytest.raises(DomainError):
        gift_cards_services.find(code=first.scan, by=at_the_till, at=NOON)
    found = gift_cards_services.find(code=second.scan, by=at_the_till, at=NOON)
    assert found.card_id == card_id
    facts = str(list(AuditEvent.objects.values_list("facts", flat=True)))
    assert second.code not in facts


def test_ones_own_card_goes_into_the_wallet_where_its_rules_allow(
    giver: Member,
) -> None:
    friend = MemberFactory.create()
    by = an_act(actor=f"member:{friend.pk}")
    policy(may_move_to_wallet=False)
    stays = buy(giver, 20_00)
    policy_of_move = GiftCardPolicy.objects.latest("number")
    GiftCardPolicy.objects.create(
        number=policy_of_move.number + 1,
        in_force_from=NOON - timedelta(seconds=1),
    )
    goes = buy(giver, 30_00)
    for bought in (stays, goes):
        gift_cards_services.keep_gift(
            token=token_of(bought), by=by, at=NOON, member_id=friend.pk
        )

    def move(bought: GiftBought, member: Member) -> int:
        return gift_cards_services.own_card_to_wallet(
            card_id=gift_of(bought).card_id,
            member_id=member.pk,
            by=an_act(actor=f"member:{member.pk}"),
            at=NOON,
            key=f"move:{bought.gift_id}",
        ).amount

    before = everything()
    with pytest.raises(MoveRefused):
        move(stays, friend)
    with pytest.raises(GiftCardUnknown):
        move(goes, giver)
    assert everything() == before
    assert [move(goes, friend) for _twice in range(2)] == [30_00, 30_00]
    assert in_wallet(friend) == (30_00, 0)


def test_a_link_that_was_replaced_still_names_its_gift(giver: Member) -> None:
    bought = buy(giver, gift=wish(channel="email", email="wei@example.com"))
    gift = gift_of(bought)
    assert gift_cards_services.send_gift(gift_id=gift.pk, brand="R", at=NOON)
    before = Gift.objects.get().token_digest
    Gift.objects.update(status="failed")
    gift_cards_services.resend(
        gift_id=gift.pk, reason="lost", by=an_act(actor="system:test"), at=NOON
    )
    row = Gift.objects.get()
    assert (row.token_digest, row.former_digests) == (None, [before])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_friend_first", [True, False])
def test_of_taking_back_and_keeping_at_once_one_wins(*, is_friend_first: bool) -> None:
    giver = a_guest(principal=300_00, store=StoreFactory.create())
    friend = MemberFactory.create()
    bought = buy(giver)
    token = token_of(bought)

    def keep() -> object:
        return gift_cards_services.keep_gift(
            token=token,
            by=an_act(actor=f"member:{friend.pk}"),
            at=NOON,
            member_id=friend.pk,
        )

    def undo() -> object:
        return take_back(giver, bought)

    order = (keep, undo) if is_friend_first else (undo, keep)
    outcomes = one_in_the_other(*order)
    first, second = outcomes
    assert not isinstance(first, Exception)
    assert isinstance(second, GiftNotReturnable if is_friend_first else DomainError)
    gift = gift_of(bought)
    assert (gift.kept_at is not None) == is_friend_first
    assert gift.card.status == ("active" if is_friend_first else "void")
    assert in_wallet(giver)[0] == (200_00 if is_friend_first else 300_00)
