"""A gift card for a friend: bought, written, scheduled, handed over, taken back."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from gift_cards.models import Gift, GiftCard
from gift_cards.services import GiftWish
from members.models import Member
from stored_value import selectors as stored_value_selectors
from stored_value import services as stored_value_services
from stored_value.holders import Holder
from stores.models import AuditEvent
from tests.factories.accounts import client_of
from tests.factories.bills import a_guest
from tests.factories.gift_cards import GiftCardDesignFactory, at_till, sell
from tests.factories.ledger import an_act, everything
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON, StoreFactory
from tests.portal.reading import keyed, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def giver() -> Member:
    guest = a_guest(principal=400_00, bonus=50_00, store=StoreFactory.create())
    Member.objects.filter(pk=guest.pk).update(name="Lan")
    guest.refresh_from_db()
    return guest


def typed(**more: Any) -> dict[str, Any]:
    return {
        "value": "10000",
        "name": "Wei",
        "message": "Tea soon?",
        "giver": "Lan",
        "channel": "link",
        "language": "en",
        **more,
    }


def form(client: Client) -> str:
    """The address of one form, with its key."""
    design = GiftCardDesignFactory.create()
    assert f"gift-cards/give/{design.pk}/" in text(client, "gift-cards/")
    there = keyed(client, f"gift-cards/give/{design.pk}/")
    page = client.get(there).content.decode()
    assert "¥400.00 are there" in page
    return there


def give(client: Client, **more: Any) -> str:
    """One gift, by two taps; the page that tells of it."""
    there = form(client)
    ways = {client.post(there, typed(**more))["Location"] for _twice in range(2)}
    assert len(ways) == 1
    return ways.pop().removeprefix("/portal/")


def link_on(page: str) -> str:
    (link,) = re.findall(r'value="[^"]*(/gift/[^"]+)"', page)
    return str(link)


def principal_of(member: Member) -> int:
    holder = Holder.member(member.pk)
    return stored_value_selectors.wallet(holder=holder, at=NOON).principal


def test_given_by_a_link_opened_by_a_stranger_kept_by_a_friend(giver: Member) -> None:
    client = client_of(giver)
    page = give(client)
    told = text(client, page)
    assert "Not opened yet" in told
    assert Gift.objects.count() == 1
    assert principal_of(giver) == 300_00
    there = client.get(link_on(told))["Location"]

    stranger = Client()
    cover = stranger.get(there).content.decode()
    assert "Wei, Lan has sent you a gift card." in cover
    assert "Tea soon?" not in cover
    assert Gift.objects.get().opened_at is None
    for _twice in range(2):
        assert stranger.post(f"{there}open/")["Location"] == there
    opened = stranger.get(there).content.decode()
    assert "Tea soon?" in opened
    assert "¥100.00" in opened
    assert f'/portal/sign-in/?next={there}"' in opened
    assert stranger.post(f"{there}keep/").status_code == 302
    assert Gift.objects.get().kept_at is None
    told = text(client, page)
    assert "Opened on" in told
    assert "Take it back" not in told
    assert "/gift/" not in told

    friend = client_of(MemberFactory.create())
    for _twice in range(2):
        friend.post(f"{there}keep/")
    own = friend.get(there)["Location"]
    assert "¥100.00" in friend.get(own).content.decode()
    assert own.removeprefix("/portal/") in text(friend, "gift-cards/")
    assert "Kept on" in text(client, page)
    late = client_of(MemberFactory.create())
    late.post(f"{there}keep/")
    assert "This gift was taken on" in late.get(there).content.decode()
    assert GiftCard.objects.get().owner_id == friend_id(own)
    assert AuditEvent.objects.filter(act="gift_cards.kept").count() == 1


def friend_id(own: str) -> int:
    public_id = own.rstrip("/").rsplit("/", 1)[-1]
    owner_id = GiftCard.objects.values_list("owner_id", flat=True).get(
        public_id=public_id
    )
    assert owner_id is not None
    return owner_id


def test_a_card_of_ones_own_shows_a_code_and_goes_into_the_wallet(
    giver: Member,
) -> None:
    client = client_of(giver)
    there = client.get(link_on(text(client, give(client))))["Location"]
    member = MemberFactory.create()
    friend = client_of(member)
    friend.post(f"{there}keep/")
    own = friend.get(there)["Location"]
    shown = friend.post(f"{own}code/")
    assert "no-store" in shown["Cache-Control"]
    (code,) = re.findall(
        r'num">([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})<', shown.content.decode()
    )
    assert code not in friend.get(own).content.decode()
    assert friend.get(f"{own}code/")["Location"] == own
    assert code not in str(AuditEvent.objects.values())
    assert client.get(own).status_code == 404
    assert client.post(f"{own}code/").status_code == 404
    assert client.post(f"{own}to-wallet/").status_code == 404
    ways = {friend.post(f"{own}to-wallet/")["Location"] for _twice in range(2)}
    assert len(ways) == 1
    assert principal_of(member) == 100_00
    assert "Between card and wallet" in friend.get(own).content.decode()


def test_its_movement_in_the_wallet_leads_to_it(giver: Member) -> None:
    client = client_of(giver)
    page = give(client)
    ways = re.findall(
        r'href="/portal/(wallet/[0-9a-f-]{36}/)"', text(client, "wallet/")
    )
    assert any(page in text(client, way) for way in set(ways))


def test_scheduled_by_e_mail_it_waits_and_can_be_taken_back(giver: Member) -> None:
    client = client_of(giver)
    day = (NOON + timedelta(days=5)).date().isoformat()
    page = give(client, channel="email", email="wei@example.com", day=day)
    gift = Gift.objects.get()
    assert (gift.status, gift.recipient_email) == ("waiting", "wei@example.com")
    assert gift.deliver_at.isoformat().startswith(f"{day}T01:00")  # 9:00 there
    told = text(client, page)
    assert "Leaves on" in told
    assert "/gift/" not in told
    assert principal_of(giver) == 300_00
    for _twice in range(2):
        assert client.post(f"/portal/{page}")["Location"] == f"/portal/{page}"
    assert principal_of(giver) == 400_00
    assert "Taken back" in text(client, page)
    assert "Taken back" in text(client, "gift-cards/")


def test_a_dead_link_says_what_happened(giver: Member) -> None:
    client = client_of(giver)
    page = give(client)
    there = client.get(link_on(text(client, page)))["Location"]
    client.post(f"/portal/{page}")
    friend = client_of(MemberFactory.create())
    for whoever in (Client(), friend):
        told = whoever.get(there).content.decode()
        assert "Whoever sent this gift has taken it back." in told
        assert "Tea soon?" not in told
    for act in ("", "open/", "keep/"):
        friend.post(f"{there}{act}")
    assert GiftCard.objects.get().owner_id is None


def test_a_link_on_a_later_day_opens_on_it(giver: Member) -> None:
    client = client_of(giver)
    day = NOON + timedelta(days=2)
    page = give(client, day=day.date().isoformat())
    there = client.get(link_on(text(client, page)))["Location"]
    stranger = Client()
    assert "This gift opens on its day." in stranger.get(there).content.decode()
    stranger.post(f"{there}open/")
    assert Gift.objects.get().opened_at is None
    with time_machine.travel(day, tick=False):
        stranger.post(f"{there}open/")
        assert "Tea soon?" in stranger.get(there).content.decode()


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"value": ""}, "amount", "Choose an amount."),
        ({"amount": "20"}, "amount", "Choose one amount, or type another."),
        ({"value": "", "amount": "9.99"}, "amount", "is not sold for this amount"),
        ({"value": "", "amount": "x"}, "amount", "amount"),
        ({"value": "1"}, "value", "1"),
        ({"value": "", "amount": "450"}, "payment_code", "code"),
        ({"name": ""}, "name", "Type your friend’s name."),
        ({"channel": "pigeon"}, "channel", "pigeon"),
        ({"channel": "email"}, "email", "Type your friend’s e-mail."),
        ({"channel": "email", "email": "no"}, None, "e-mail address"),
        ({"day": "2026-11-01"}, "day", "Choose today or a later day."),
        ({"day": "2031-11-01"}, None, "within 400 days"),
        ({"message": "x" * 301}, "message", "300"),
    ],
)
def test_a_mistake_stands_at_its_field_and_moves_nothing(
    giver: Member, wrong: dict[str, str], field: str | None, words: str
) -> None:
    client = client_of(giver)
    there = form(client)
    before = everything()
    answer = client.post(there, typed(**wrong))
    told = answer.content.decode()
    assert answer.status_code == 200
    assert words in told
    if field is not None:
        (found,) = re.findall(
            rf'(?s)id="div_id_{field}".*?(?=id="div_id_|</form>)', told
        )
        assert 'id="id_' + field + '_error"' in found or "invalid-feedback" in found
    assert everything() == before
    assert not Gift.objects.exists()


def test_above_the_limit_it_takes_the_payment_code(giver: Member) -> None:
    stored_value_services.set_payment_code(
        member_id=giver.pk, code="806152", by=an_act(actor="system:test"), at=NOON
    )
    client = client_of(giver)
    there = form(client)
    large = typed(value="", amount="300")
    for code in ("", "115599"):
        assert client.post(there, large | {"payment_code": code}).status_code == 200
    assert not Gift.objects.exists()
    assert client.post(there, large | {"payment_code": "806152"}).status_code == 302
    assert principal_of(giver) == 100_00


def test_another_key_under_the_same_form_is_refused_in_words(giver: Member) -> None:
    client = client_of(giver)
    there = form(client)
    client.post(there, typed())
    told = client.post(there, typed(name="Bo")).content.decode()
    assert "This request was already sent with other contents." in told
    assert Gift.objects.count() == 1


def test_anothers_gift_and_face_that_never_was_are_not_there(giver: Member) -> None:
    client = client_of(giver)
    page = give(client)
    other = client_of(MemberFactory.create())
    assert other.get(f"/portal/{page}").status_code == 404
    assert other.post(f"/portal/{page}").status_code == 404
    assert client.get("/portal/gift-cards/faces/99999.jpg").status_code == 404
    assert client.get("/portal/gift-cards/give/99999/").status_code == 404


def test_a_face_is_small(giver: Member) -> None:
    design = GiftCardDesignFactory.create()
    answer = client_of(giver).get(f"/portal/gift-cards/faces/{design.pk}.jpg")
    assert answer.content.startswith(b"\xff\xd8")
    assert len(answer.content) < 40_000


def test_what_a_till_sold_is_told_and_goes_back_there(giver: Member) -> None:
    by, _user = at_till("shift-lead")
    sell(50_00, by=by, buyer_id=giver.pk, gift=GiftWish(name="Wei", channel="link"))
    client = client_of(giver)
    (page,) = set(
        re.findall(r"gift-cards/given/[0-9a-f-]{36}/", text(client, "gift-cards/"))
    )
    assert "Take it back" not in text(client, page)
    client.post(f"/portal/{page}")
    assert Gift.objects.get().status == "sent"
