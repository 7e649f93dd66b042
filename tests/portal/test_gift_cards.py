"""A gift card's letter leads to a page, and the gift into the wallet, once."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from gift_cards.models import Gift
from gift_cards.services.gifts import GiftWish
from stored_value import selectors as stored_value_selectors
from stored_value.holders import Holder
from stores.models import AuditEvent
from tests.factories.accounts import client_of
from tests.factories.gift_cards import a_card, at_till
from tests.factories.ledger import NOON
from tests.factories.members import MemberFactory
from tests.portal.reading import plain, text

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def gift(**facts: object) -> str:
    """The secret part of a link that the counter handed out."""
    by, _user = at_till("shift-lead")
    wish = GiftWish(name="Wei", channel=Gift.Channel.LINK, message="Tea soon?", **facts)  # type: ignore[arg-type]  # its fields
    token = a_card(88_00, by=by, gift=wish).link
    assert token
    return token.rsplit("/", 1)[-1]


def test_it_goes_into_the_wallet_once() -> None:
    token = gift()
    friend, late = MemberFactory.create(), MemberFactory.create()
    client = client_of(friend)
    there = f"/portal/gifts/{token}/"
    assert client.get(f"/gift/{token}")["Location"] == there
    told = text(client, f"gifts/{token}/")
    assert "¥88.00" in told
    assert "Tea soon?" in told
    ways = {client.post(there)["Location"] for _twice in range(2)}
    assert len(ways) == 1
    held = stored_value_selectors.wallet(holder=Holder.member(friend.pk), at=NOON)
    assert held.principal == 88_00
    assert "+¥88.00" in client.get(ways.pop()).content.decode()

    other = client_of(late)
    assert "This gift was taken on" in other.post(there).content.decode()
    none = stored_value_selectors.wallet(holder=Holder.member(late.pk), at=NOON)
    assert none.principal == 0


def test_before_its_day_it_stays_shut() -> None:
    token = gift(deliver_at=NOON + timedelta(days=3))
    client = client_of(MemberFactory.create())
    assert "Tea soon?" not in text(client, f"gifts/{token}/")
    client.post(f"/portal/gifts/{token}/")
    assert Gift.objects.get().kept_at is None


def test_a_link_that_never_was_is_not_there() -> None:
    client = client_of(MemberFactory.create())
    nowhere = client.get("/portal/wallet/0190a7e2-0000-7000-8000-000000000000/")
    for token in ("x", "A" * 43, "A" * 3000):
        for answer in (
            client.get(f"/portal/gifts/{token}/"),
            client.post(f"/portal/gifts/{token}/"),
        ):
            assert answer.status_code == 404
            assert plain(answer.content) == plain(nowhere.content)


def test_a_member_takes_everything_that_is_kept_about_them() -> None:
    member = MemberFactory.create(name="Yu Lan")
    other = MemberFactory.create(name="Wei Ming")
    answer = client_of(member).get("/portal/me/data.json")
    told = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]  # it streams
    assert json.loads(told)
    assert "Yu Lan" in told
    assert other.name not in told
    event = AuditEvent.objects.get(act="members.exported")
    assert event.actor == f"member:{member.pk}"
