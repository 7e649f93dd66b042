"""A card that is lost, replaced or expired opens nobody."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import now

from cards.models import Card
from cards.tokens import mint_code
from tests.counter.till import AtTill, guest_in
from tests.factories.bills import a_guest
from tests.factories.cards import CardFactory

pytestmark = pytest.mark.django_db
STOPPED = {
    "lost": "This card was reported lost.",
    "replaced": "This card was replaced: its number is dead.",
    "expired": "This card has expired.",
    "closed": "This card is closed.",
}


@pytest.fixture
def till() -> AtTill:
    return AtTill.opened()


def found(till: AtTill, text: str, **bill: Any) -> str:
    answer = till.post("find/", {"q": text, "key": till.key(), **bill})
    return str(answer.content.decode())


@pytest.mark.parametrize("status", STOPPED)
def test_a_card_that_is_stopped_is_named_and_opens_nobody(
    till: AtTill, status: str
) -> None:
    member = a_guest(principal=345_00, store=till.store)
    newer = CardFactory.create(member=member) if status == "replaced" else None
    card = CardFactory.create(member=member, status=status, replaced_by=newer)

    page = found(till, card.number, amount="88")

    assert STOPPED[status] in page
    assert 'class="alert alert-danger stopped" role="alert"' in page
    assert member.name not in page
    assert "345.00" not in page
    assert 'value="stored"' not in page
    assert "/care/" not in page
    assert guest_in(page) == ""
    assert 'value="88"' in page

    by_phone = found(till, member.phone or "")
    assert member.name in by_phone
    assert "345.00" in by_phone


def test_one_that_ran_out_this_second_is_stopped_too(till: AtTill) -> None:
    card = CardFactory.create(expires_at=now() - timedelta(seconds=1))
    assert STOPPED["expired"] in found(till, card.number)


def test_the_code_of_a_lost_card_on_a_phone_opens_nobody(till: AtTill) -> None:
    card = CardFactory.create(member__name="Chen Yulan")
    code = mint_code(at=now(), card_id=card.pk)
    Card.objects.filter(pk=card.pk).update(status="lost")

    page = found(till, code)

    assert STOPPED["lost"] in page
    assert "Chen Yulan" not in page


def test_an_anonymous_card_that_is_stopped_shows_no_value(till: AtTill) -> None:
    card = CardFactory.bearer(status="lost")

    by_scan = found(till, card.number)
    by_page = till.get(f"cards/{card.pk}/").content.decode()

    for page in (by_scan, by_page):
        assert STOPPED["lost"] in page
        assert guest_in(page) == ""


def test_a_guest_on_the_screen_goes_when_a_stopped_card_is_scanned(
    till: AtTill,
) -> None:
    guest = a_guest(principal=345_00, store=till.store)
    page = till.get(f"guests/{guest.public_id}/").content.decode()
    card = CardFactory.create(status="lost")

    after = found(till, card.number, guest=guest_in(page), amount="88")

    assert guest.name not in after
    assert guest_in(after) == ""
