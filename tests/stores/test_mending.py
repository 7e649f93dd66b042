"""The books mended by hand: only what was made by hand, and only what a holder has."""

from uuid import uuid4

import pytest

from stores import services as stores_services
from stores.errors import NotMendable
from stores.models import Approval
from tests.factories.ledger import everything, holding, house, spend
from tests.factories.members import two_people

pytestmark = pytest.mark.django_db


def test_a_sale_is_undone_where_it_was_made_and_not_by_hand() -> None:
    paid, by = spend(holding(100_00), 30_00), two_people(key="mend")
    before = everything()

    for entry_id in (paid.entry_id, uuid4()):
        with pytest.raises(NotMendable):
            stores_services.reverse_by_hand(entry_id=str(entry_id), by=by)

    assert everything() == before
    assert not Approval.objects.exists()


def test_an_account_of_the_shop_is_not_adjusted() -> None:
    till, by = house(), two_people(key="mend")
    before = everything()

    for account_id in (till, 10**9):
        with pytest.raises(NotMendable):
            stores_services.adjust_account(
                account_id=account_id, rises=True, amount=1_00, by=by
            )

    assert everything() == before
    assert not Approval.objects.exists()
