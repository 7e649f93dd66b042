"""Staff's own cards in the office: linked, ended, listed, exported."""

import pytest
from django.test import Client
from django.urls import reverse

from members.models import Member, StaffCardAct, StaffCardPolicy, StaffMembership
from stored_value.holders import Holder
from stores import services as stores_services
from stores.models import User
from tests.factories import stored_value as wallets
from tests.factories.members import MemberFactory, own_card
from tests.factories.stores import NOON, ShiftFactory, UserFactory, signed_in

pytestmark = pytest.mark.django_db


def page(name: str, *args: object) -> str:
    return reverse(f"admin:members_{name}", args=args)


@pytest.fixture
def office() -> Client:
    return signed_in(UserFactory.holding("head-office"))


def test_a_manager_links_a_colleague_once(office: Client) -> None:
    manager = UserFactory.holding("store-manager")
    staff, member = UserFactory.create(), MemberFactory.create()
    typed = {"staff": staff.pk, "member": member.pk}
    add = page("staffmembership_add")

    for _twice in range(2):
        signed_in(manager).post(add, typed)

    link = StaffMembership.objects.get()
    assert (link.staff, link.member, link.linked_by) == (staff, member, manager)
    assert signed_in(UserFactory.holding("cashier")).post(add, typed).status_code == 403
    assert office.get(page("staffmembership_change", link.pk)).status_code == 200


def test_head_office_ends_a_link_and_nobody_their_own() -> None:
    head = UserFactory.holding("head-office")
    staff, own = (
        own_card(UserFactory.create(), MemberFactory.create()),
        own_card(head, MemberFactory.create()),
    )
    client = signed_in(head)

    ended = {}
    for link in (staff, own):
        path = f"{page('staffmembership_change', link.pk).removesuffix('change/')}end/"
        ended[link.pk] = client.post(path, {"key": "k"}).status_code
        link.refresh_from_db()

    assert staff.ended_by == head
    assert own.ended_at is None
    assert ended[own.pk] == 403


def three() -> tuple[User, User, Member]:
    """Two colleagues who top up each other, and a program that tops up one of them."""
    one, two = (UserFactory.create(is_superuser=True) for _ in "ab")
    cards = [MemberFactory.create(), MemberFactory.create()]
    for who, card in zip((one, two), cards, strict=True):
        own_card(who, card)
    for who, card in ((one, cards[1]), (two, cards[0])):
        by = stores_services.act(staff=who, shift=ShiftFactory.create(), at=NOON)
        wallets.top_up(Holder.member(card.pk), by=by)
    wallets.top_up(Holder.member(cards[0].pk))
    return one, two, cards[0]


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
def test_the_list_and_its_rows_open_in_every_language(
    office: Client, language: str
) -> None:
    three()
    row = StaffCardAct.objects.first()
    policy = StaffCardPolicy.objects.get()
    assert row is not None
    for path in (
        page("staffcardact_changelist"),
        page("staffcardact_change", row.pk),
        page("staffcardpolicy_changelist"),
        page("staffcardpolicy_change", policy.pk),
        page("staffmembership_changelist"),
    ):
        assert (
            office.get(path, headers={"accept-language": language}).status_code == 200
        )


def test_two_at_each_others_cards_are_found(office: Client) -> None:
    three()
    found = {}
    for hands in ("own", "other", "each_other", "program"):
        answer = office.get(page("staffcardact_changelist"), {"hands": hands})
        found[hands] = answer.context["cl"].result_count

    assert found == {"own": 0, "other": 2, "each_other": 2, "program": 1}


def test_the_list_is_exported(office: Client) -> None:
    one, two, _card = three()
    ticked = list(StaffCardAct.objects.values_list("pk", flat=True))

    answer = office.post(
        page("staffcardact_changelist"),
        {"action": "export_csv", "_selected_action": ticked},
    )

    file = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]  # a stream
    assert one.display_name in file
    assert two.display_name in file
    assert len(file.strip().splitlines()) == 4


def test_nobody_changes_a_line_of_the_list(office: Client) -> None:
    three()
    row = StaffCardAct.objects.all()[0]
    for path in (
        page("staffcardact_change", row.pk),
        page("staffcardact_delete", row.pk),
    ):
        assert office.post(path, {"amount": 1}).status_code == 403
    assert StaffCardAct.objects.count() == 3
