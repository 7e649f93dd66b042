"""Top-ups and enrolments at the counter."""

from typing import Any

import pytest
from django.utils.timezone import now

from cards.models import Card, CardKind
from counter import say
from coupons.kinds import CouponKind
from coupons.models import TemplateVersion
from members.models import ConsentNow, Member
from stored_value.models import TopUp
from tests.counter.till import AtTill, key_in
from tests.factories.cards import CardFactory, CardKindFactory
from tests.factories.coupons import TemplateFactory, issued
from tests.factories.members import MemberFactory, own_card
from tests.factories.stored_value import a_plan, is_proven
from tests.factories.stores import PIN, UserFactory

pytestmark = pytest.mark.django_db


def top_up(till: AtTill, member: Member, amount: str, **told: Any) -> Any:
    key = told.pop("key", None) or till.key("top_up")
    return till.client.post(
        f"/counter/guests/{member.public_id}/top-up/",
        {"key": key, "amount": amount, "tender": "wechat", **told},
    )


def test_pay_300_get_50(till: AtTill) -> None:
    a_plan()
    member = MemberFactory.create()
    page = till.get(f"guests/{member.public_id}/top-up/").content.decode()
    assert "Pay ¥300.00, get ¥50.00" in page

    answer = top_up(till, member, "300", key=key_in(page))

    row = TopUp.objects.get()
    assert (row.paid, row.bonus, row.store_id) == (300_00, 50_00, till.store.pk)
    receipt = till.client.get(answer["Location"]).content.decode()
    assert "¥350.00" in receipt
    assert is_proven()


def test_a_plan_is_promised_only_to_whom_it_will_be_given(till: AtTill) -> None:
    a_plan(name="hello", first_top_up_only=True)
    a_plan({"amount": 500_00, "bonus": 20_00}, name="always")
    member = MemberFactory.create()
    of_guest = f"guests/{member.public_id}/top-up/"
    page = till.get(of_guest).content.decode()
    assert "Pay ¥300.00, get ¥50.00" in page
    assert "Pay ¥500.00, get ¥50.00" in page

    top_up(till, member, "300")

    page = till.get(of_guest).content.decode()
    assert "hello" not in page
    assert "Pay ¥500.00, get ¥20.00" in page
    top_up(till, member, "500")
    assert TopUp.objects.latest("pk").bonus == 20_00


def test_sent_twice_the_money_is_taken_once(till: AtTill) -> None:
    member, key = MemberFactory.create(), till.key("top_up")
    answers = [top_up(till, member, "300", key=key) for _ in range(3)]
    assert len({answer["Location"] for answer in answers}) == 1
    assert TopUp.objects.count() == 1


def test_the_guests_top_up_coupons_are_laid_before_them(till: AtTill) -> None:
    a_plan()
    member = MemberFactory.create()
    plain = till.get(f"guests/{member.public_id}/top-up/").content.decode()
    assert 'name="coupon"' not in plain
    extra = TemplateFactory.drawn(
        kind=CouponKind.TOP_UP,
        amount=20_00,
        min_spend=300_00,
        name_en="Extra",
        at=now(),
    )
    coupon = issued(extra, member, at=now())
    issued(member=member, at=now())
    page = till.get(f"guests/{member.public_id}/top-up/").content.decode()
    assert page.count('type="radio" name="coupon"') == 2  # none, and this one
    assert f'value="{coupon.pk}"' in page
    assert "¥20.00 more bonus · from ¥300.00" in page

    short = top_up(till, member, "200", coupon=coupon.pk).content.decode()
    assert "¥100.00 more to use this coupon." in short
    assert f'value="{coupon.pk}" checked' in short
    assert not TopUp.objects.exists()

    answer = top_up(till, member, "300", coupon=coupon.pk)
    row = TopUp.objects.get()
    assert (row.bonus, row.coupon_bonus) == (70_00, 20_00)
    receipt = till.client.get(answer["Location"]).content.decode()
    for line in ("¥50.00", "bonus · Extra", "¥20.00", "¥370.00"):
        assert line in receipt
    assert is_proven()

    again = top_up(till, member, "300", coupon=coupon.pk).content.decode()
    assert "This coupon is used already." in again
    assert TopUp.objects.count() == 1


@pytest.mark.parametrize("coupon", ["0", "-1", "9" * 30, "many", "\x00", "😀"])
def test_a_coupon_that_is_none_takes_nothing(till: AtTill, coupon: str) -> None:
    page = top_up(till, MemberFactory.create(), "300", coupon=coupon)
    assert "alert-danger" in page.content.decode()
    assert not TopUp.objects.exists()


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({"off_bp": 1_250, "cap": 20_00}, "12.5 % more bonus · at most ¥20.00"),
        ({"off_bp": 1_000}, "10 % more bonus"),
        (
            {"amount": 5_00, "is_exclusive": True},
            "¥5.00 more bonus · instead of a plan",
        ),
    ],
)
def test_what_a_top_up_coupon_gives_is_said(terms: dict[str, Any], said: str) -> None:
    assert say.more_bonus(TemplateVersion(**terms)) == said


@pytest.mark.parametrize("amount", ["", "0", "-1", "9" * 30, "many", "0.001"])
def test_an_amount_that_is_none_takes_nothing(till: AtTill, amount: str) -> None:
    page = top_up(till, MemberFactory.create(), amount)
    assert "alert-danger" in page.content.decode()
    assert not TopUp.objects.exists()


def test_above_the_limit_a_second_person_stands_beside(till: AtTill) -> None:
    lead = UserFactory.holding("shift-lead", store=till.store)
    member, key = MemberFactory.create(), till.key("top_up")

    page = top_up(till, member, "3000", key=key).content.decode()
    assert "a second person has to approve it" in page
    assert 'name="checker"' in page
    told = {"key": key, "checker": lead.pk, "reason": "a feast"}
    wrong = top_up(till, member, "3000", secret="1111", **told)
    assert "The PIN or password is not right." in wrong.content.decode()
    own = {**told, "checker": till.user.pk}
    top_up(till, member, "3000", secret=PIN, **own)
    assert not TopUp.objects.exists()

    top_up(till, member, "3000", secret=PIN, **told)

    assert TopUp.objects.get().paid == 3_000_00
    assert is_proven()


def test_nobody_tops_up_their_own_account(till: AtTill) -> None:
    member = MemberFactory.create()
    own_card(till.user, member)
    page = top_up(till, member, "100")
    assert "Nobody does this to their own benefit." in page.content.decode()
    assert not TopUp.objects.exists()


def test_another_stores_top_up_is_not_there(till: AtTill) -> None:
    answer = top_up(till, MemberFactory.create(), "100")
    path = answer["Location"].removeprefix("/counter/")
    assert till.get(path).status_code == 200
    assert AtTill.opened().get(path).status_code == 404


def test_who_may_not_takes_no_money(till: AtTill) -> None:
    till.signed_in(UserFactory.holding("marketing", store=till.store))
    assert top_up(till, MemberFactory.create(), "100").status_code == 403
    assert not TopUp.objects.exists()


def test_the_guest_of_a_task_is_found(till: AtTill) -> None:
    card = CardFactory.create()
    assert card.member is not None
    answer = till.client.post("/counter/who/top-up/", {"q": card.number})
    assert answer["Location"] == f"/counter/guests/{card.member.public_id}/top-up/"
    assert till.get("who/nonsense/").status_code == 404


def enrol(till: AtTill, **told: Any) -> Any:
    return till.client.post(
        "/counter/enrol/",
        {"key": till.key("enrol"), "phone": "13800138000", "name": "王小明", **told},
    )


def test_somebody_new_has_a_card_on_the_phone_at_once(till: AtTill) -> None:
    CardKindFactory.create()
    answer = enrol(till, gender="male")
    member = Member.objects.get()
    assert (member.phone, member.home_store_id) == ("+8613800138000", till.store.pk)
    assert Card.objects.get().member_id == member.pk
    assert answer["Location"] == f"/counter/guests/{member.public_id}/"
    assert not ConsentNow.objects.exists()


def test_the_card_that_is_scanned_is_theirs(till: AtTill) -> None:
    card = CardFactory.in_stock(CardKindFactory.create(form=CardKind.Form.PRINTED))
    enrol(till, number=card.number)
    card.refresh_from_db()
    assert card.member_id == Member.objects.get().pk
    assert card.status == Card.Status.ACTIVE


def test_a_card_that_is_none_enrols_nobody(till: AtTill) -> None:
    taken = CardFactory.create(kind__form=CardKind.Form.PRINTED)
    for number in ("123", taken.number):
        page = enrol(till, number=number)
        assert "alert-danger" in page.content.decode()
    assert not Member.objects.filter(phone="+8613800138000").exists()


def test_sent_twice_one_is_enrolled(till: AtTill) -> None:
    CardKindFactory.create()
    key = till.key("enrol")
    first, second = enrol(till, key=key), enrol(till, key=key)
    assert first["Location"] == second["Location"]
    assert Member.objects.count() == 1
    assert Card.objects.count() == 1


@pytest.mark.parametrize(
    "told",
    [
        {"phone": "12"},
        {"phone": "\x00"},
        {"name": ""},
        {"name": "x" * 500},
        {"gender": "tree"},
        {"key": "forged"},
    ],
)
def test_what_cannot_be_enrols_nobody(till: AtTill, told: dict[str, str]) -> None:
    page = enrol(till, **told)
    assert "alert-danger" in page.content.decode()
    assert not Member.objects.exists()


def test_who_may_not_enrols_nobody(till: AtTill) -> None:
    till.signed_in(UserFactory.holding("marketing", store=till.store))
    assert enrol(till).status_code == 403
    assert not Member.objects.exists()


def test_a_form_that_is_refused_keeps_its_key(till: AtTill) -> None:
    key = key_in(till.get("enrol/").content.decode())
    refused = enrol(till, key=key, phone="12").content.decode()
    assert key_in(refused) == key
    enrol(till, key=key)
    assert Member.objects.count() == 1
