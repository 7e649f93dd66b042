"""Looking after a guest, gift cards and codes at the counter."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import now

from cards.models import Card, CardKind
from cards.tokens import mint_code
from coupons.models import Coupon
from gift_cards.models import GiftCard
from members.models import Member
from members.phones import masked
from points.models import RewardOrder, StampGrant
from recognition.models import Feedback, Note, Preference
from stored_value import services as stored_value_services
from stored_value.holders import Holder
from stored_value.models import PaymentCode
from stored_value.selectors import wallet
from tests.counter.till import AtTill
from tests.factories import gift_cards as gifts
from tests.factories.accounts import code_sent_last
from tests.factories.bills import a_guest
from tests.factories.cards import CardFactory, CardKindFactory
from tests.factories.coupons import TemplateFactory, issued, visit_pass
from tests.factories.ledger import an_act, everything
from tests.factories.members import MemberFactory
from tests.factories.points import RewardFactory, StampProgrammeFactory
from tests.factories.stored_value import is_proven, new_rules
from tests.factories.stores import NOON, PIN, UserFactory

pytestmark = pytest.mark.django_db


def do(till: AtTill, member: Member, name: str, **told: Any) -> Any:
    return till.client.post(
        f"/counter/guests/{member.public_id}/care/{name}/",
        {"key": till.key(name), **told},
    )


def test_what_is_heard_is_kept(till: AtTill) -> None:
    member = MemberFactory.create()
    do(till, member, "note", words="Asked for the window.")
    do(till, member, "liking", kind="allergy", words="Peanuts")
    do(till, member, "feedback", words="Cold soup", is_complaint="yes")
    assert Note.objects.get().author_id == till.user.pk
    assert Preference.objects.get().words == "Peanuts"
    assert Feedback.objects.get().store_id == till.store.pk
    page = till.get(f"guests/{member.public_id}/").content.decode()
    assert "Peanuts" in page
    assert "Open complaint" in page


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("note", {"words": ""}),
        ("note", {"words": "\x00"}),
        ("liking", {"kind": "weather", "words": "x"}),
        ("feedback", {"stars": "9"}),
        ("feedback", {}),
        ("lost", {"card": "x"}),
        ("lost", {"card": "99999999"}),
        ("card", {"number": "12"}),
        ("coupon", {"template": "0", "quantity": "1"}),
        ("reward", {"reward": "0"}),
        ("note", {"words": "x", "key": "forged"}),
    ],
)
def test_what_cannot_be_changes_nothing(
    name: str, told: dict[str, str], db: None
) -> None:
    till = AtTill.opened("shift-lead")
    page = do(till, MemberFactory.create(), name, **told)
    assert page.status_code == 200
    assert "alert-danger" in page.content.decode()
    assert not Note.objects.exists()
    assert not Feedback.objects.exists()


def test_a_lost_card_is_dead_and_a_new_one_is_given(db: None) -> None:
    till = AtTill.opened("shift-lead")
    card = CardFactory.create()
    assert card.member is not None
    do(till, card.member, "lost", card=card.pk)
    card.refresh_from_db()
    assert card.status == Card.Status.LOST

    do(till, card.member, "replace", card=card.pk)
    card.refresh_from_db()
    assert card.status == Card.Status.REPLACED
    assert card.replaced_by is not None


def test_another_guests_card_is_left_alone(till: AtTill) -> None:
    card = CardFactory.create()
    page = do(till, MemberFactory.create(), "lost", card=card.pk)
    assert "alert-danger" in page.content.decode()
    card.refresh_from_db()
    assert card.status == Card.Status.ACTIVE


def test_a_printed_card_becomes_theirs(till: AtTill) -> None:
    card = CardFactory.in_stock(CardKindFactory.create(form=CardKind.Form.PRINTED))
    member = MemberFactory.create()
    do(till, member, "card", number=card.number)
    card.refresh_from_db()
    assert card.member_id == member.pk


def test_a_lead_gives_a_coupon_once_and_a_cashier_none(till: AtTill) -> None:
    template, member = TemplateFactory.drawn(), MemberFactory.create()
    told = {"template": template.pk, "quantity": "1", "reason": "long wait"}
    assert do(till, member, "coupon", **told).status_code == 403
    assert not Coupon.objects.exists()

    lead = AtTill.opened("shift-lead")
    key = lead.key("coupon")
    for _ in range(2):
        do(lead, member, "coupon", key=key, **told)
    assert Coupon.objects.get().member_id == member.pk


def test_a_reward_is_ordered_and_picked_up_once(till: AtTill) -> None:
    reward = RewardFactory.create(points=100)
    member = a_guest(points=500, store=till.store)
    do(till, member, "reward", reward=reward.pk)
    page = till.get(f"guests/{member.public_id}/care/").content.decode()
    code = page.split("The code to pick it up: ")[1].split("<")[0]

    told = {"what": "reward", "code": code}
    first = till.client.post("/counter/codes/", told).content.decode()
    assert "Hand out: 1" in first
    assert RewardOrder.objects.get().status == RewardOrder.Status.HANDED_OVER
    again = till.client.post("/counter/codes/", told).content.decode()
    assert "alert-danger" in again


def test_above_the_limit_a_reward_asks_who_the_guest_is(till: AtTill) -> None:
    reward = RewardFactory.create(points=30_000)
    member = a_guest(points=90_000, store=till.store)
    before = everything()

    page = do(till, member, "reward", reward=reward.pk).content.decode()

    assert "ask the member for the payment code" in page
    assert everything() == before
    assert not RewardOrder.objects.exists()
    code = mint_code(member_id=member.pk, at=now())
    do(till, member, "reward", reward=reward.pk, payment_code=code)
    assert RewardOrder.objects.count() == 1

    new_rules(approver_may_vouch=True)
    asked = do(till, member, "reward", reward=reward.pk).content.decode()
    assert "A second person approves it here" in asked
    lead = UserFactory.holding("store-manager", store=till.store)
    vouched = {"checker": lead.pk, "secret": PIN, "reason": "a regular"}
    do(till, member, "reward", reward=reward.pk, **vouched)
    assert RewardOrder.objects.count() == 2


def test_a_coupon_is_verified_by_its_code(till: AtTill) -> None:
    coupon = issued()
    told = {"what": "coupon", "code": coupon.code}
    page = till.client.post("/counter/codes/", told).content.decode()
    assert coupon.version.name in page
    assert "Good: it can be used." in page
    for wrong in ("", "nonsense", "\x00"):
        refused = till.client.post("/counter/codes/", {**told, "code": wrong})
        assert "alert-danger" in refused.content.decode()


def sell(till: AtTill, **told: Any) -> Any:
    return till.client.post(
        "/counter/gift-cards/sell/",
        {"key": till.key("gift"), "tender": "wechat", **told},
    )


def test_a_gift_card_is_sold_and_its_code_is_shown_once(till: AtTill) -> None:
    design, key = gifts.GiftCardDesignFactory.create(), till.key("gift")
    told = {"design": design.pk, "amount": "100", "key": key}
    page = sell(till, **told).content.decode()
    assert "code-shown" in page
    again = sell(till, **told).content.decode()
    assert "code-shown" not in again
    assert "Sold already, once" in again
    assert GiftCard.objects.get().amount == 100_00
    assert is_proven()


@pytest.mark.parametrize(
    "told",
    [
        {"amount": "100"},
        {"design": "0", "amount": "100"},
        {"amount": "-1"},
        {"code": "AAAA-BBBB", "amount": ""},
        {"code": "\x00"},
        {"tender": "shells"},
        {"key": "forged"},
    ],
)
def test_what_cannot_be_sells_nothing(till: AtTill, told: dict[str, str]) -> None:
    page = sell(till, **told)
    assert "alert-danger" in page.content.decode()
    assert not GiftCard.objects.exists()


def test_a_card_is_looked_at_and_moved_into_a_wallet_once(till: AtTill) -> None:
    card = gifts.a_card(100_00, by=gifts.at_store(till.store))
    member = MemberFactory.create(phone="+8613912345678")
    told = {"code": card.code, "pin": card.pin or "", "key": till.key("to_wallet")}
    look = till.client.post("/counter/gift-cards/look/", told).content.decode()
    assert "¥100.00" in look

    for _ in range(2):
        till.client.post("/counter/gift-cards/look/", {**told, "guest": "13912345678"})

    assert gifts.left(card) == 0
    assert wallet(holder=Holder.member(member.pk), at=NOON).principal == 100_00
    assert is_proven()


@pytest.mark.parametrize(
    "path", ["gift-cards/sell/", "gift-cards/look/", "codes/", "guests/{}/care/note/"]
)
def test_who_may_not_does_nothing(till: AtTill, path: str) -> None:
    member = MemberFactory.create()
    till.signed_in(UserFactory.holding("auditor"))
    told = {"code": "x", "what": "reward", "words": "x", "key": till.key("note")}
    answer = till.client.post(f"/counter/{path.format(member.public_id)}", told)
    assert answer.status_code == 403
    assert not Note.objects.exists()


def test_a_card_is_found_again_by_a_lead_only(till: AtTill) -> None:
    lead = AtTill.opened("shift-lead")
    card = CardFactory.create()
    assert card.member is not None
    do(till, card.member, "lost", card=card.pk)
    assert do(till, card.member, "found", card=card.pk).status_code == 403
    card.refresh_from_db()
    assert card.status == Card.Status.LOST
    page = lead.get(f"guests/{card.member.public_id}/care/").content.decode()
    assert "Found again" in page

    do(lead, card.member, "found", card=card.pk)

    card.refresh_from_db()
    assert card.status == Card.Status.ACTIVE
    again = do(lead, card.member, "found", card=card.pk).content.decode()
    assert "This card is not reported lost." in again


def test_a_card_is_renewed_once_for_its_price(db: None) -> None:
    lead = AtTill.opened("shift-lead")
    kind = CardKindFactory.create(validity_months=12, renewal_price=20_00)
    ended = NOON + timedelta(days=30)
    card = CardFactory.create(kind=kind, expires_at=ended)
    assert card.member is not None
    page = lead.get(f"guests/{card.member.public_id}/care/").content.decode()
    assert "Renew for ¥20.00" in page

    key = lead.key("renew")
    for _ in range(2):
        do(lead, card.member, "renew", card=card.pk, tender="wechat", key=key)

    card.refresh_from_db()
    assert card.expires_at is not None
    assert (card.expires_at - ended).days in (365, 366)
    assert is_proven()
    endless = CardFactory.create(member=card.member, kind=CardKindFactory.create())
    refused = do(lead, card.member, "renew", card=endless.pk).content.decode()
    assert "This card does not expire." in refused


def test_a_pass_is_sold_once_and_a_visit_taken_and_put_back(till: AtTill) -> None:
    member, key = MemberFactory.create(), till.key("sell")
    template = visit_pass(3, price=90_00, use_price=30_00)
    page = till.get(f"guests/{member.public_id}/care/").content.decode()
    assert "· ¥90.00" in page
    for _ in range(2):
        do(till, member, "sell", template=template.pk, tender="card", key=key)
    held = Coupon.objects.get()
    assert (held.member_id, held.uses_left) == (member.pk, 3)

    visit = till.key("visit")
    for _ in range(2):
        do(till, member, "visit", coupon=held.pk, key=visit)
    held.refresh_from_db()
    assert held.uses_left == 2
    page = till.get(f"guests/{member.public_id}/care/").content.decode()
    assert "Put back" in page

    do(till, member, "back", coupon=held.pk)
    held.refresh_from_db()
    assert held.uses_left == 3

    page = do(till, member, "visit", coupon=held.pk, visits=4).content.decode()
    assert "This pass has not so many uses left." in page
    do(till, member, "visit", coupon=held.pk, visits=2)
    held.refresh_from_db()
    assert held.uses_left == 1
    for _ in range(2):
        do(till, member, "back", coupon=held.pk)
    held.refresh_from_db()
    assert held.uses_left == 3
    page = do(till, member, "back", coupon=held.pk).content.decode()
    assert "No visit was taken off this pass here today." in page
    assert is_proven()


def test_another_guests_pass_is_left_alone(till: AtTill) -> None:
    held, stranger = issued(visit_pass(3)), MemberFactory.create()
    assert held.member is not None
    do(till, held.member, "visit", coupon=held.pk)
    for name in ("visit", "back"):
        page = do(till, stranger, name, coupon=held.pk).content.decode()
        assert "alert-danger" in page
    held.refresh_from_db()
    assert held.uses_left == 2


def test_what_is_not_for_sale_is_not_sold(till: AtTill) -> None:
    template, member = visit_pass(3), MemberFactory.create()
    page = do(till, member, "sell", template=template.pk, tender="cash")
    assert "alert-danger" in page.content.decode()
    priced = visit_pass(3, price=90_00)
    page = do(till, member, "sell", template=priced.pk, tender="shells")
    assert "alert-danger" in page.content.decode()
    assert not Coupon.objects.exists()


def test_a_card_is_stamped_for_a_bill_within_the_day(till: AtTill) -> None:
    programme = StampProgrammeFactory.create(amount=20_00, most_per_day=1)
    member = MemberFactory.create()
    told = {"programme": programme.pk, "amount": "25"}
    key = till.key("stamp")
    for _ in range(2):
        do(till, member, "stamp", key=key, **told)
    do(till, member, "stamp", **told)
    do(till, member, "stamp", programme=programme.pk, amount="5")
    assert sum(StampGrant.objects.values_list("stamps", flat=True)) == 1
    page = do(till, member, "stamp", programme=programme.pk, amount="-5")
    assert "alert-danger" in page.content.decode()
    assert is_proven()


@pytest.mark.parametrize("name", ["sell", "visit", "back", "stamp", "found", "renew"])
def test_these_too_ask_for_the_right(till: AtTill, name: str) -> None:
    till.signed_in(UserFactory.holding("auditor"))
    assert do(till, MemberFactory.create(), name, coupon="1").status_code == 403


def test_a_first_payment_code_by_a_code_sent_to_the_phone(till: AtTill) -> None:
    member = MemberFactory.create()
    care = f"guests/{member.public_id}/care/"
    assert f"Send a code to {masked(member.phone)}" in till.get(care).content.decode()

    do(till, member, "phone_code")
    assert "A code was sent to +86" in till.get(care).content.decode()
    phone_code = code_sent_last()
    typed = {"proof": phone_code, "new_code": "482913"}
    page = do(till, member, "code", **typed, again="482914").content.decode()
    assert "These are two different codes." in page
    page = do(till, member, "code", **{**typed, "proof": "x"}, again="482913")
    assert "This code is not right" in page.content.decode()
    assert "482913" not in page.content.decode()
    assert not PaymentCode.objects.exists()

    do(till, member, "code", **typed, again="482913")
    assert PaymentCode.objects.get().member == member
    assert "There is one." in till.get(care).content.decode()
    assert "Send a code to" not in till.get(care).content.decode()
    # Another by the phone alone is refused, though the form is forged.
    page = do(till, member, "phone_code").content.decode()
    assert "There is a payment code already" in page


def test_a_payment_code_by_the_rotating_code_or_beside_an_approver(
    till: AtTill,
) -> None:
    member = MemberFactory.create()
    shown = mint_code(member_id=member.pk, at=now())
    do(till, member, "code", proof=shown, new_code="482913", again="482913")
    first = PaymentCode.objects.get().code_hash

    lead = UserFactory.holding("store-manager", store=till.store)
    page = do(till, member, "code", new_code="736251", again="736251").content.decode()
    assert "A second person approves it here" in page
    assert PaymentCode.objects.get().code_hash == first
    beside = {"checker": str(lead.pk), "secret": PIN}
    do(till, member, "code", new_code="736251", again="736251", **beside)
    assert PaymentCode.objects.get().code_hash != first


def test_a_freeze_is_seen_and_lifted_by_the_payment_code(till: AtTill) -> None:
    """A wrong one is refused; the code on the phone is asked for nowhere."""
    member = MemberFactory.create()
    stored_value_services.set_payment_code(
        member_id=member.pk, code="482913", by=an_act(), at=NOON
    )
    Member.objects.filter(pk=member.pk).update(spending_frozen_at=NOON)
    assert (
        "Spending frozen by the guest"
        in till.get(f"guests/{member.public_id}/").content.decode()
    )
    assert (
        "Spending is frozen by the guest"
        in till.get(f"guests/{member.public_id}/care/").content.decode()
    )
    do(till, member, "unfreeze", payment_code="111213")
    # Alone without a code: an approver is asked for.
    assert "PIN" in do(till, member, "unfreeze", payment_code="").content.decode()
    member.refresh_from_db()
    assert member.spending_frozen_at == NOON
    do(till, member, "unfreeze", payment_code="482913")
    member.refresh_from_db()
    assert member.spending_frozen_at is None


def test_an_approver_who_knows_the_guest_lifts_a_freeze(till: AtTill) -> None:
    member = MemberFactory.create()
    Member.objects.filter(pk=member.pk).update(spending_frozen_at=NOON)
    lead = UserFactory.holding("store-manager", store=till.store)
    do(till, member, "unfreeze", payment_code="", checker=lead.pk, secret=PIN)
    member.refresh_from_db()
    assert member.spending_frozen_at is None
