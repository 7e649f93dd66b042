"""A coupon for a friend: one link, one taker, and words for a link that is dead."""

import re
from datetime import timedelta

import pytest
import time_machine

from coupons import services as coupons_services
from coupons.models import Coupon, CouponGift
from members.models import Member
from tests.factories.accounts import client_of
from tests.factories.coupons import TemplateFactory, by_task, issued
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON
from tests.portal.reading import keyed, plain, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def coupon() -> Coupon:
    return issued(TemplateFactory.drawn(is_transferable=True))


def given(coupon: Coupon) -> str:
    """The path of the link, made by two taps."""
    client = client_of(coupon.member)  # type: ignore[arg-type]  # it has one
    assert "Give to a friend" in text(client, "coupons/")
    there = f"/portal/coupons/{coupon.pk}/give/"
    for _twice in range(2):
        assert client.post(there)["Location"] == there
    assert CouponGift.objects.count() == 1
    told = text(client, f"coupons/{coupon.pk}/give/")
    (link,) = re.findall(r'value="[^"]*/portal/(coupons/gift/[^"]+/)"', told)
    assert "Offered to a friend" in text(client, "coupons/")
    return str(link)


def test_a_friend_takes_it_once(coupon: Coupon) -> None:
    link = given(coupon)
    friend, late = MemberFactory.create(), MemberFactory.create()
    client = client_of(friend)
    assert coupon.version.name in text(client, link)
    first = client.post(f"/portal/{link}")
    assert first["Location"] == "/portal/coupons/"
    again = client.post(f"/portal/{link}").content.decode()
    assert "You have taken this gift" in again
    assert coupon.version.name in text(client, "coupons/")

    told = client_of(late).post(f"/portal/{link}").content.decode()
    assert "This gift has been taken already." in told
    coupon.refresh_from_db()
    assert coupon.member_id == friend.pk
    giver = client_of(Member.objects.get(pk=coupon.issued_to_id or 0))
    assert "Given to friends" in text(giver, "coupons/")
    assert giver.get(f"/portal/coupons/{coupon.pk}/give/").status_code == 404


def test_taken_back_the_link_says_so_and_the_coupon_is_ones_own(coupon: Coupon) -> None:
    link = given(coupon)
    giver = client_of(coupon.member)  # type: ignore[arg-type]  # it has one
    assert giver.get(f"/portal/{link}").status_code == 302
    back = f"/portal/coupons/{coupon.pk}/back/"
    for _twice in range(2):
        assert giver.post(back)["Location"] == "/portal/coupons/"
    coupon.refresh_from_db()
    assert coupon.status == "issued"
    friend = client_of(MemberFactory.create())
    assert "has taken it back" in text(friend, link)
    assert friend.post(f"/portal/{link}").status_code == 200
    coupon.refresh_from_db()
    assert coupon.member_id == coupon.issued_to_id


def test_not_taken_in_time_it_went_back(coupon: Coupon) -> None:
    link = given(coupon)
    later = NOON + timedelta(days=20)
    friend = MemberFactory.create()
    with time_machine.travel(later, tick=False):
        assert "Nobody took this gift in time" in text(
            client_of(friend, at=later), link
        )
        coupons_services.lapse_gifts(by=by_task(), at=later)
        assert "Nobody took this gift in time" in text(
            client_of(friend, at=later), link
        )


def test_a_link_that_never_was_is_not_there(coupon: Coupon) -> None:
    client = client_of(MemberFactory.create())
    nowhere = client.get("/portal/wallet/0190a7e2-0000-7000-8000-000000000000/")
    for token in ("x", "A" * 32, "A" * 5000, "%00"):
        for answer in (
            client.get(f"/portal/coupons/gift/{token}/"),
            client.post(f"/portal/coupons/gift/{token}/"),
        ):
            assert answer.status_code == 404
            assert plain(answer.content) == plain(nowhere.content)


def test_what_may_not_be_given_says_so(coupon: Coupon) -> None:
    own = issued(member=coupon.member)
    client = client_of(coupon.member)  # type: ignore[arg-type]  # it has one
    told = client.post(f"/portal/coupons/{own.pk}/give/").content.decode()
    assert "This coupon cannot be given away." in told
    assert not CouponGift.objects.exists()


def test_a_code_brings_a_coupon_once_and_a_wrong_one_is_said_at_its_field() -> None:
    TemplateFactory.drawn(is_claimable=True, claim_word="AUTUMN")
    member = MemberFactory.create()
    client = client_of(member)
    there = keyed(client, "coupons/enter/")
    for _twice in range(2):
        assert client.post(there, {"code": "autumn"}).status_code == 302
    assert Coupon.objects.filter(member=member).count() == 1
    for typed in ("", "winter", "\x00", "9" * 80):
        wrong = client.post(there, {"code": typed})
        assert wrong.status_code == 200
        assert re.search(
            r'<input[^>]*name="code"[^>]*aria-invalid="true"', wrong.content.decode()
        )
    assert Coupon.objects.filter(member=member).count() == 1


def test_an_open_coupon_is_taken_once() -> None:
    template = TemplateFactory.drawn(is_claimable=True)
    member = MemberFactory.create()
    client = client_of(member)
    assert "Take one" in text(client, "coupons/")
    there = keyed(client, f"coupons/take/{template.pk}/")
    assert template.name in client.get(there).content.decode()
    for _twice in range(2):
        assert client.post(there)["Location"] == "/portal/coupons/"
    assert Coupon.objects.filter(member=member).count() == 1
