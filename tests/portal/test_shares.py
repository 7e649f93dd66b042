"""Letting another pay from one's wallet, on both phones."""

import re

import pytest

from cards.models import ShareOffer, WalletShare
from cards.tokens import read_code
from checkout.asked import Asked
from members.models import Member
from stores.models import Store
from tests.factories.accounts import client_of
from tests.factories.bills import a_guest, settle
from tests.factories.cards import CardFactory, CardKindFactory
from tests.factories.ledger import an_act
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON, StoreFactory
from tests.numbers import numbers_in
from tests.portal.reading import keyed, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def store() -> Store:
    return StoreFactory.create()


@pytest.fixture
def owner(store: Store) -> Member:
    guest = a_guest(principal=987_00, store=store)
    Member.objects.filter(pk=guest.pk).update(name="Yulan")
    CardFactory.create(member=guest, kind=CardKindFactory.create())
    return guest


@pytest.fixture
def holder() -> Member:
    return MemberFactory.create(name="Wei")


def test_from_the_question_to_the_stop(
    store: Store, owner: Member, holder: Member
) -> None:
    mine, theirs = client_of(owner), client_of(holder)
    there = keyed(mine, "wallet/share/")
    wrong = mine.post(there, {"to": "12", "per_day": "x"}).content.decode()
    assert (
        wrong.count('aria-invalid="true"') == 1
    )  # the amount; a form as a whole first
    for _tap in range(2):
        answer = mine.post(there, {"to": holder.phone, "per_day": "100"})
        assert answer["Location"] == "/portal/wallet/"
    one = ShareOffer.objects.get()
    assert "not accepted yet" in text(mine, "wallet/")
    asked = text(theirs, "wallet/")
    assert "Yulan lets you pay from their wallet." in asked
    assert theirs.post(f"/portal/wallet/offers/{one.pk}/accept/").status_code == 302
    share = WalletShare.objects.get()

    # The holder sees the code and what is left, and nothing of what the owner has.
    shown = text(theirs, f"wallet/shared/{share.pk}/")
    (digits,) = re.findall(r'code-digits num">([\d ]+)<', shown)
    told = read_code(digits.replace(" ", ""), at=NOON)
    assert told is not None
    assert told.card_id == share.card_id
    settle(
        30_00,
        store=store,
        code=digits.replace(" ", ""),
        asked=Asked(coupons=(), stored_value=30_00),
        by=an_act(actor="key:1", store_id=store.pk, business_date=NOON.date()),
    )
    for page in ("", "wallet/", f"wallet/shared/{share.pk}/", "cards/"):
        assert not numbers_in(text(theirs, page)) & {"987.00", "957.00"}, page
    assert "¥70.00" in text(theirs, f"wallet/shared/{share.pk}/")
    # The first screen stays the holder's own.
    (digits,) = re.findall(r'code-digits num">([\d ]+)<', text(theirs, ""))
    own = read_code(digits.replace(" ", ""), at=NOON)
    assert own is not None
    assert own.member_id == holder.pk

    # The owner sees each payment, with who.
    wallet = text(mine, "wallet/")
    assert "Paid at the till · Wei" in wallet
    detail = f"wallet/lent/{share.pk}/"
    assert "¥30.00" in text(mine, detail)
    pages = [text(mine, way) for way in set(re.findall(WAYS, wallet))]
    assert any("Paid from your wallet by Wei." in page for page in pages)

    assert mine.post(f"/portal/{detail}", {"per_day": "50"}).status_code == 302
    assert "¥20.00" in text(theirs, f"wallet/shared/{share.pk}/")
    assert mine.post(f"/portal/wallet/shares/{share.pk}/stop/").status_code == 302
    assert theirs.get(f"/portal/wallet/shared/{share.pk}/").status_code == 404
    assert f"/portal/wallet/lent/{share.pk}/" not in text(mine, "wallet/")


WAYS = r"/portal/(wallet/[0-9a-f-]{36}/)"


def test_who_is_asked_may_say_no_and_who_asked_take_back(
    owner: Member, holder: Member
) -> None:
    mine, theirs = client_of(owner), client_of(holder)
    for client in (mine, theirs):
        there = keyed(mine, "wallet/share/")
        mine.post(there, {"to": holder.phone, "per_day": "100"})
        one = ShareOffer.objects.latest("pk")
        assert client.post(f"/portal/wallet/offers/{one.pk}/refuse/").status_code == 302
        assert client.post(f"/portal/wallet/offers/{one.pk}/refuse/").status_code == 404
    assert not WalletShare.objects.exists()
