"""Wallets of cards that belong to nobody by name, in the office."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import now

from cards import services as cards_services
from cards.models import Card
from cards.numbers import grouped
from stored_value import selectors as stored_value_selectors
from stored_value import services as stored_value_services
from stored_value.holders import Holder
from stored_value.models import BearerWallet, TopUp, Wallet
from stores.models import RoleLimit, Shift, User
from tests.factories.cards import CardFactory
from tests.factories.ledger import everything
from tests.factories.members import MemberFactory
from tests.factories.stored_value import a_key, a_plan, at_store, top_up
from tests.factories.stores import PIN, ShiftFactory, UserFactory
from tests.samples import mostly_long

pytestmark = pytest.mark.django_db
NASTY = ["", "0", "9" * 400, "😀", "' OR 1=1 --", "a\x00b", "-1", "1e400"]


def page(name: str, *args: object) -> str:
    return reverse(f"admin:stored_value_bearerwallet_{name}", args=args)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="stores.backends.RoleBackend")
    return client


@pytest.fixture
def shift() -> Shift:
    found: Shift = ShiftFactory.create()
    return found


@pytest.fixture
def lead(shift: Shift) -> Client:
    return signed_in(UserFactory.holding("shift-lead", store=shift.store))


@pytest.fixture
def manager(shift: Shift) -> Client:
    return signed_in(UserFactory.holding("store-manager", store=shift.store))


def a_bearer(principal: int = 300_00, bonus: int = 0) -> tuple[Card, BearerWallet]:
    """An anonymous card with something on it."""
    card = CardFactory.bearer()
    plan_id = a_plan({"amount": principal, "bonus": bonus}).pk if bonus else None
    top_up(Holder.card(card.pk), principal, plan_id=plan_id, at=now())
    return card, BearerWallet.objects.get(card=card)


def held(card: Card) -> tuple[int, int]:
    found = stored_value_selectors.wallet(holder=Holder.card(card.pk), at=now())
    return found.principal, found.bonus


def at_till(shift: Shift, **typed: Any) -> dict[str, Any]:
    return {"key": a_key("admin"), "shift": shift.pk, **typed}


def at_desk(shift: Shift) -> dict[str, Any]:
    return {"key": a_key("admin"), "store": shift.store_id}


@pytest.mark.parametrize(
    "language", mostly_long(["en", "zh-hans", "zh-hant"], "zh-hant")
)
def test_the_list_and_each_page_open_in_every_language(
    manager: Client, language: str
) -> None:
    _card, row = a_bearer(300_00, 50_00)
    for address in (
        page("changelist"),
        page("change", row.pk),
        page("older", row.pk),
        page("top_up"),
        *(page(act, row.pk) for act in ("pay", "refund", "hold", "freeze", "close")),
    ):
        answer = manager.get(address, headers={"accept-language": language})
        assert answer.status_code == 200, address


def test_a_page_shows_balance_lots_and_statement_but_no_whole_number(
    manager: Client, shift: Shift
) -> None:
    card, row = a_bearer(300_00, 50_00)
    manager.post(page("pay", row.pk), at_till(shift, amount="70"))

    shown = manager.get(page("change", row.pk)).content.decode()

    # Left, in which lots, and what it stood at after each movement.
    for words in ("¥240.00", "¥40.00", "−¥60.00", "−¥10.00", "¥280.00", "Top-up"):
        assert words in shown
    listed = manager.get(page("changelist")).content.decode()
    assert card.masked in listed
    assert card.number not in shown + listed


def test_older_movements_are_paged_and_any_page_is_answered(
    manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stored_value.admin.holders.SHOWN", 1)
    card, row = a_bearer(300_00)
    top_up(Holder.card(card.pk), 20_00, at=now())

    first = manager.get(page("change", row.pk)).content.decode()
    assert "¥320.00" in first
    assert "+¥300.00" not in first
    older = first.split('<a class="underline" href="')[-1].split('"')[0]
    assert older.startswith(page("older", row.pk))
    assert "+¥300.00" in manager.get(older).content.decode()
    for nasty in NASTY:
        assert manager.get(page("older", row.pk), {"before": nasty}).status_code == 200


def test_it_is_found_by_the_whole_number_alone(manager: Client) -> None:
    card, _row = a_bearer()
    other, _row = a_bearer()

    def listed(text: str) -> str:
        return manager.get(page("changelist"), {"q": text}).content.decode()

    for typed in (card.number, grouped(card.number)):
        assert card.masked in listed(typed)
        assert other.masked not in listed(typed)
    for wrong in (card.number[-4:], "1", "😀", "%"):
        assert card.masked not in listed(wrong)


def test_members_and_bound_cards_have_none(manager: Client) -> None:
    card, row = a_bearer(300_00)
    member = MemberFactory.create()
    cards_services.bind(
        card_id=card.pk, member_id=member.pk, by=at_store(), at=now(), key=a_key()
    )

    assert not BearerWallet.objects.exists()
    assert Wallet.objects.get(member=member).principal == 300_00
    assert manager.get(page("change", row.pk)).status_code == 404
    assert manager.get(page("close", row.pk)).status_code == 404


def test_the_list_asks_no_question_for_each_row(manager: Client) -> None:
    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            manager.get(page("changelist"))
        return len(seen)

    a_bearer()
    one = asked()
    for _more in range(4):
        a_bearer()
    assert asked() <= one


@pytest.mark.parametrize("role", ["head-office", "cashier", "auditor"])
def test_no_forged_form_adds_changes_or_deletes(role: str) -> None:
    _card, row = a_bearer()
    client = signed_in(UserFactory.holding(role))
    before = everything()
    for address in (
        page("add"),
        page("change", row.pk),
        page("delete", row.pk),
    ):
        answer = client.post(address, {"principal": 1, "card": 1})
        assert answer.status_code in (403, 404)
    assert everything() == before


def test_who_may_not_see_wallets_sees_none(shift: Shift) -> None:
    _card, row = a_bearer()
    for client in (signed_in(UserFactory.holding("marketing")), Client()):
        assert client.get(page("changelist")).status_code in (302, 403)
        assert client.get(page("older", row.pk)).status_code in (302, 403)


@pytest.mark.parametrize("act", ["pay", "refund", "hold", "close", "freeze", "release"])
def test_who_may_only_look_forges_no_act(shift: Shift, act: str) -> None:
    card, row = a_bearer()
    if act == "release":
        cards_services.report_loss(card_id=card.pk, by=at_store(), at=now())
    before, status = everything(), Card.objects.get(pk=card.pk).status
    auditor = signed_in(UserFactory.holding("auditor"))
    typed = at_till(shift, tender="cash", reason="x", store=shift.store_id)
    assert auditor.post(page(act, row.pk), typed).status_code == 403
    assert everything() == before
    assert Card.objects.get(pk=card.pk).status == status


def test_an_act_at_another_stores_till_is_not_offered_nor_done(lead: Client) -> None:
    card, row = a_bearer()
    elsewhere: Shift = ShiftFactory.create()
    for act, typed in (
        ("pay", at_till(elsewhere, amount="10")),
        ("hold", at_till(elsewhere, amount="10")),
        ("freeze", at_desk(elsewhere)),
    ):
        assert lead.post(page(act, row.pk), typed).status_code == 200
    assert held(card) == (300_00, 0)
    assert Card.objects.get(pk=card.pk).status == Card.Status.ACTIVE


def test_money_comes_in_by_the_number_of_the_card(lead: Client, shift: Shift) -> None:
    card = CardFactory.bearer()
    typed = at_till(shift, card=grouped(card.number), amount="300", tender="cash")
    for _twice in range(2):
        lead.post(page("top_up"), typed)
    assert TopUp.objects.get().card == card
    assert held(card) == (300_00, 0)
    # The law's limit for bearers is a sentence, and nothing comes in.
    more = at_till(shift, card=card.number, amount="900", tender="cash")
    answer = lead.post(page("top_up"), more).content.decode()
    assert "No more than" in answer
    assert held(card) == (300_00, 0)


@pytest.mark.parametrize("nasty", mostly_long(NASTY, "9" * 400, "a\x00b"))
@pytest.mark.parametrize("field", ["card", "amount", "tender", "shift"])
def test_nonsense_is_told_and_takes_no_money(
    lead: Client, shift: Shift, field: str, nasty: str
) -> None:
    card = CardFactory.bearer()
    typed = at_till(shift, card=card.number, amount="300", tender="cash")
    answer = lead.post(page("top_up"), {**typed, field: nasty})
    assert answer.status_code == 200
    assert not TopUp.objects.exists()


def test_a_members_card_is_not_topped_up_here(lead: Client, shift: Shift) -> None:
    card = CardFactory.create()
    typed = at_till(shift, card=card.number, amount="300", tender="cash")
    answer = lead.post(page("top_up"), typed).content.decode()
    assert "take the member’s wallet" in answer
    assert not TopUp.objects.exists()


def test_a_payment_and_its_refund(lead: Client, shift: Shift) -> None:
    card, row = a_bearer(300_00, 50_00)
    lead.post(page("pay", row.pk), at_till(shift, amount="140"))
    assert held(card) == (180_00, 30_00)
    (payment,) = stored_value_selectors.payments_of(holder=Holder.card(card.pk))
    typed = {"payment": str(payment.entry_id), "reason": "cold soup"}
    lead.post(page("refund", row.pk), at_till(shift, amount="70", **typed))
    lead.post(page("refund", row.pk), at_till(shift, amount="", **typed))
    assert held(card) == (300_00, 50_00)


def test_a_frozen_card_pays_nothing_until_it_is_found(
    lead: Client, shift: Shift
) -> None:
    card, row = a_bearer(300_00)
    lead.post(page("freeze", row.pk), at_desk(shift))
    assert BearerWallet.objects.get(card=card).status == "frozen"
    answer = lead.post(page("pay", row.pk), at_till(shift, amount="10"))
    assert answer.status_code == 403
    assert lead.post(page("freeze", row.pk), at_desk(shift)).status_code == 403

    lead.post(page("release", row.pk), at_desk(shift))
    lead.post(page("pay", row.pk), at_till(shift, amount="10"))
    assert held(card) == (290_00, 0)


def test_a_closing_above_the_limit_needs_a_second_person(
    shift: Shift, manager: Client
) -> None:
    card, row = a_bearer(300_00)
    RoleLimit.objects.filter(
        role__code="store-manager", act="stored_value.close_wallet"
    ).update(per_act=100_00)
    typed = {"tender": "wechat", "reason": "moves away"}
    manager.post(page("close", row.pk), at_till(shift, **typed))
    assert held(card) == (300_00, 0)
    boss = UserFactory.holding("head-office")
    wrong = {"checker": boss.pk, "secret": "000000"}
    manager.post(page("close", row.pk), at_till(shift, **typed, **wrong))
    assert held(card) == (300_00, 0)

    manager.post(
        page("close", row.pk), at_till(shift, **typed, checker=boss.pk, secret=PIN)
    )
    assert BearerWallet.objects.get(card=card).status == "closed"
    assert held(card) == (0, 0)


def test_what_rests_is_given_back(lead: Client, shift: Shift) -> None:
    card, row = a_bearer(300_00)
    assert lead.get(page("reactivate", row.pk)).status_code == 403
    later = TopUp.objects.get().lapses_at
    assert later is not None
    stored_value_services.lapse_principal(by=at_store(), at=later)
    assert held(card) == (0, 0)
    lead.post(page("reactivate", row.pk), at_till(shift))
    assert held(card) == (300_00, 0)


def test_the_export_has_no_whole_number(manager: Client) -> None:
    card, row = a_bearer()
    answer = manager.post(
        page("changelist"), {"action": "export_csv", "_selected_action": [row.pk]}
    )
    csv = b"".join(answer).decode()
    assert card.masked in csv
    assert "30000" in csv
    assert card.number not in csv
