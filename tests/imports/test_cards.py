"""Cards moved in: an old number still finds its member, and belongs to one."""

import pytest

from cards import services as cards_services
from cards.errors import CardNumberTaken
from cards.models import Card, CardEvent, CardKind
from cards.numbers import with_check_digit
from imports import selectors as imports_selectors
from imports.models import ExternalRef
from stores.models import Store
from tests.factories.cards import CardKindFactory
from tests.factories.ledger import an_act
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON
from tests.imports.conftest import Write, bring, counts, every_table, whys

pytestmark = pytest.mark.django_db

OURS = with_check_digit("900000000000001")


@pytest.fixture(autouse=True)
def _known(hq: Store, write: Write) -> None:
    bring("members", write("id,name", "A1,王", "A2,李", name="members.csv"))
    CardKindFactory.create(code="app", form=CardKind.Form.VIRTUAL)


def test_an_old_number_finds_the_member_of_a_new_card(write: Write) -> None:
    path = write("卡号,会员号,有效期至", "NO.00017,A1,2027-12-31", f"{OURS},A2,")

    assert counts(bring("cards", path)) == {"new": 2}

    old = ExternalRef.objects.get(kind="card", reference="NO.00017")
    card = Card.objects.get(pk=old.object_id or 0)
    assert (card.member_id, card.status) == (old.member_id, "active")
    assert card.expires_at is not None
    assert Card.objects.get(number=OURS).member_id != old.member_id
    assert CardEvent.objects.filter(happening="issued").count() == 2
    for number in (" NO.00017 ", "ＮＯ.00017"):
        (found,) = imports_selectors.find_by_former_number(number)
        assert (found.member_id, found.card_id) == (old.member_id, old.object_id)
    assert imports_selectors.former_number("A1") == imports_selectors.FormerNumber(
        old.member_id or 0, None
    )
    assert imports_selectors.find_by_former_number("nobody") == []


def test_the_same_file_again_gives_out_no_card(write: Write) -> None:
    path = write("card,member", "17,A1", f"{OURS},A2")
    bring("cards", path)
    before = every_table()
    assert counts(bring("cards", path)) == {"same": 2}
    after = every_table()
    assert {t for t in after if after[t] != before[t]} == {"stores_auditevent"}


def test_bad_rows_are_named(write: Write) -> None:
    bring("cards", write("card,member", "17,A1", f"{OURS},A1"))
    other = with_check_digit("900000000000002")
    before = every_table()
    path = write(
        "card,member,card kind,valid until",
        "17,A2,,",
        f"{other},A1,,",
        f"{other[:4]} {other[4:]},A2,,",
        "18,Z9,,",
        ",A1,,",
        "19,A1,gold,",
        "20,A1,,2020-01-01",
        "1.2E+15,A1,,",
    )
    assert whys("cards", path) == [
        "2: This card number belongs to another member.",
        "4: This card number belongs to another member.",
        "5: There is no such member yet: import the members first.",
        "6: Card number is empty.",
        "7: Card kind is none that is known here.",
        "8: Valid until has passed: leave out what has expired.",
        "9: A spreadsheet has cut the digits of card number:"
        " format the column as text.",
    ]
    assert every_table() == before


def test_a_number_that_is_taken_refuses_the_whole_load() -> None:
    kind, member = CardKind.objects.get(), MemberFactory.create()
    row = cards_services.CardRow(member_id=member.pk, kind_id=kind.pk, number=OURS)
    cards_services.load_cards(rows=[row], by=an_act(), at=NOON)
    fresh = cards_services.CardRow(member_id=member.pk, kind_id=kind.pk)
    before = every_table()
    with pytest.raises(CardNumberTaken):
        cards_services.load_cards(rows=[fresh, row], by=an_act(), at=NOON)
    assert every_table() == before


def test_a_load_keeps_its_order() -> None:
    kind = CardKind.objects.get()
    members = [MemberFactory.create() for _n in range(5)]
    rows = [
        cards_services.CardRow(member_id=member.pk, kind_id=kind.pk)
        for member in members
    ]
    ids = cards_services.load_cards(rows=rows, by=an_act(), at=NOON)
    held = [Card.objects.get(pk=pk).member_id for pk in ids]
    assert held == [member.pk for member in members]
