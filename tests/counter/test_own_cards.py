"""A cashier's own card on their own counter."""

import pytest

from checkout.models import Sale
from counter.guests import Guest
from ledger.models import Entry
from members.models import StaffCardAct
from tests.counter.till import AtTill
from tests.factories.members import MemberFactory, own_card
from tests.factories.stores import PIN, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(till: AtTill) -> str:
    """The sealed guest that is the cashier."""
    member = MemberFactory.create()
    own_card(till.user, member)
    return Guest(member=member).sealed


@pytest.fixture
def till() -> AtTill:
    return AtTill.opened()


def test_a_bill_of_ones_own_asks_for_a_second_person_and_says_why(
    till: AtTill, own: str
) -> None:
    lead = UserFactory.holding("shift-lead", store=till.store)

    page = till.charge("80", guest=own).content.decode()

    assert "This is your own card: a second person has to approve it." in page
    assert f'<option value="{lead.pk}"' in page
    assert 'name="secret"' in page
    assert not Sale.objects.exists()
    assert not StaffCardAct.objects.exists()


def test_with_the_second_person_it_is_charged_and_listed(
    till: AtTill, own: str
) -> None:
    lead = UserFactory.holding("shift-lead", store=till.store)
    told = {"guest": own, "key": till.key(), "checker": lead.pk}

    wrong = till.charge("80", **told, secret="000000").content.decode()
    assert "The PIN or password is not right." in wrong
    assert not Sale.objects.exists()
    till.charge("80", **told, secret=PIN)

    assert Sale.objects.get().net == 80_00
    assert Entry.objects.get(kind="sale").approver == lead
    [row] = StaffCardAct.objects.all()
    assert (row.by_staff, row.approver, row.amount) == (till.user, lead, 80_00)


def test_a_cashier_approves_nothing_of_their_own(till: AtTill, own: str) -> None:
    for checker in (till.user.pk, UserFactory.holding("cashier").pk, "x"):
        page = till.charge("80", guest=own, checker=checker, secret=PIN)
        assert "alert-danger" in page.content.decode()
    assert not Sale.objects.exists()


def test_a_colleagues_bill_is_charged_at_once_and_listed(till: AtTill) -> None:
    member = MemberFactory.create()
    own_card(UserFactory.create(), member)

    till.charge("80", guest=Guest(member=member).sealed)

    assert Sale.objects.get().net == 80_00
    assert not StaffCardAct.objects.get().is_own
