"""Many tills at one moment, over HTTP, against several web processes."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
from django.db import connection
from django.utils.timezone import now

from checkout.models import Refund, Sale, SalePayment
from coupons.models import CouponUse
from ledger import services as ledger_services
from ledger.kinds import AccountKind
from ledger.services import Expired
from members.models import Member
from tests.factories.coupons import TemplateFactory
from tests.factories.gift_cards import GiftCardDesignFactory
from tests.factories.members import give
from tests.factories.stores import UserFactory, signed_in
from tests.http.till import (
    IN_PROGRESS,
    TILLS,
    Till,
    a_bill,
    a_key,
    are_proven,
    at_once,
    counted,
    told,
)
from tests.patience import PATIENCE


def test_twenty_tills_spend_one_wallet_to_the_cent(till: Till) -> None:
    member = till.member(money=350_00)

    replies = at_once(
        lambda _n: till.post(
            "/sales", a_bill(60_00, paid=0, member=member, stored_value=60_00)
        )
    )

    assert counted(replies) == {(201, ""): 5, (409, "insufficient_funds"): 15}
    assert till.wallet(member) == 50_00
    assert Sale.objects.filter(store=till.store).count() == 5
    assert are_proven()


def test_one_coupon_serves_one_of_twenty_bills(till: Till) -> None:
    template = TemplateFactory.drawn(at=now())
    member = till.member()
    given = till.made("/coupons/issue", {"template": template.code, "member": member})
    coupon = given["coupons"][0]["id"]

    replies = at_once(
        lambda _n: till.post("/sales", a_bill(60_00, member=member, coupons=[coupon]))
    )

    assert counted(replies) == {(201, ""): 1, (409, "coupon_unavailable"): 19}
    used = CouponUse.objects.filter(coupon_id=int(coupon), act="redeemed")
    assert used.count() == Sale.objects.filter(store=till.store).count() == 1
    assert are_proven()


def test_one_gift_card_pays_what_is_on_it(till: Till) -> None:
    GiftCardDesignFactory.create()
    tenders = [{"kind": "cash", "amount": 100_00}]
    sold = till.made("/gift-cards", {"amount": 100_00, "tenders": tenders})
    card = {name: sold["cards"][0][name] for name in ("code", "pin")}

    replies = at_once(
        lambda _n: till.post(
            "/sales", a_bill(30_00, paid=0, gift_cards=[{**card, "amount": 30_00}])
        )
    )

    assert counted(replies) == {(201, ""): 3, (409, "gift_card_unavailable"): 17}
    assert till.client.post("/gift-cards/lookup", json=card).json()["balance"] == 10_00
    assert are_proven()


def test_a_quota_of_seven_is_given_seven_times(till: Till) -> None:
    template = TemplateFactory.drawn(quota_total=7, at=now())
    members = [till.member() for _till in range(TILLS)]

    replies = at_once(
        lambda n: till.post(
            "/coupons/issue", {"template": template.code, "member": members[n]}
        )
    )

    assert counted(replies) == {(201, ""): 7, (409, "coupon_unavailable"): 13}
    assert are_proven()


def test_one_bill_number_is_settled_once(till: Till) -> None:
    bill = a_bill(20_00)

    replies = at_once(lambda _n: till.post("/sales", bill))

    assert counted(replies) == {(201, ""): 1, (409, "duplicate_reference"): 19}
    assert Sale.objects.filter(store=till.store).count() == 1
    assert are_proven()


def test_one_key_sent_forty_times_settles_one_bill(till: Till) -> None:
    member, key = till.member(money=100_00), a_key()
    bill = a_bill(30_00, paid=0, member=member)

    replies = at_once(lambda _n: till.post("/sales", bill, key=key), runners=40)

    assert counted(replies).keys() <= {(201, ""), IN_PROGRESS}
    good = {reply.content for reply in replies if reply.status_code == 201}
    assert len(good) == 1
    assert good == {till.patiently("/sales", bill, key=key).content}
    assert Sale.objects.filter(store=till.store).count() == 1
    assert till.wallet(member) == 70_00
    assert are_proven()


def test_one_key_tops_a_wallet_up_once(till: Till) -> None:
    member, key = till.member(), a_key()
    path = f"/members/{member}/top-ups"
    body = {"amount": 100_00, "tender": {"kind": "cash"}}

    replies = at_once(lambda _n: till.post(path, body, key=key), runners=40)

    assert counted(replies).keys() <= {(201, ""), IN_PROGRESS}
    assert len({reply.content for reply in replies if told(reply)[0] == 201}) == 1
    assert till.wallet(member) == 100_00
    assert are_proven()


def test_thirty_refunds_from_till_and_office_give_back_what_was_paid(
    till: Till,
) -> None:
    bill = {**a_bill(200_00), "tenders": [{"kind": "wechat", "amount": 200_00}]}
    sale = till.made("/sales", bill)["id"]
    staff = UserFactory.holding("head-office")
    form = {"amount": "10", "to": "original", "reason": "cold"}

    def office() -> bool:
        """The form of the admin."""
        client = signed_in(staff)
        path = f"/admin/checkout/sale/{sale}/refund/"
        answer = client.post(path, {**form, "key": a_key()})
        if answer.status_code == 200:
            assert "can still be refunded" in answer.content.decode()
        assert answer.status_code in (200, 302, 403)  # 403: nothing is left
        return answer.status_code == 302

    def counter() -> bool:
        body = {"amount": 10_00, "reason": "cold"}
        answer = told(till.post(f"/sales/{sale}/refunds", body))
        assert answer in {(201, ""), (422, "over_refund")}
        return answer == (201, "")

    done = at_once(lambda n: office() if n % 2 else counter(), runners=30)

    assert done.count(True) == 20
    assert any(done[::2])
    assert any(done[1::2])
    row = Sale.objects.get(pk=sale)
    assert (row.refunded, row.status) == (200_00, Sale.Status.REFUNDED)
    assert Refund.objects.filter(sale=row).count() == 20
    assert are_proven()


def test_void_against_refund_ends_as_one_of_them(till: Till) -> None:
    """Either it was voided, once and whole, or refunded in parts; never both."""
    member = till.member(money=100_00)
    bill = a_bill(100_00, paid=0, member=member)
    sale = till.made("/sales", bill)["id"]

    def work(number: int) -> httpx.Response:
        if number % 2:
            return till.post(f"/sales/{sale}/void", {"reason": "rung up twice"})
        body = {"amount": 20_00, "reason": "cold"}
        return till.post(f"/sales/{sale}/refunds", body)

    replies = at_once(work)

    voids, refunds = counted(replies[1::2]), counted(replies[::2])
    row = Sale.objects.get(pk=sale)
    if row.status == Sale.Status.VOID:
        assert voids == {(201, ""): 1, (409, "already_void"): 9}
        assert refunds == {(409, "already_void"): 10}
    else:
        assert voids == {(409, "already_refunded"): 10}
        assert refunds == {(201, ""): 5, (422, "over_refund"): 5}
    assert row.refunded == till.wallet(member) == 100_00
    assert are_proven()


def test_lots_expire_while_they_are_spent(till: Till) -> None:
    """Each cent is spent or expired, and none twice."""
    identity = till.member()
    member = Member.objects.get(public_id=identity)
    begins = now()
    # The first is over when the race begins, the last outlives it, however slow it is.
    lives = [timedelta(milliseconds=n) for n in (1, *range(300, 1_500, 100))]
    for life in (*lives, timedelta(hours=1)):
        ends = begins + life
        bonus = give(member, 10_00, AccountKind.BONUS, expires_at=ends, at=begins)
    over = begins + lives[-1]

    def spend(_number: int) -> list[tuple[int, str]]:
        found: list[tuple[int, str]] = []
        while not found or now() < over:
            bill = a_bill(7_00, paid=0, member=identity, stored_value=7_00)
            found.append(told(till.post("/sales", bill)))
            time.sleep(0.05)
        return found

    def sweep() -> int:
        expired = _expire().amount
        while now() < over:
            expired += _expire().amount
            time.sleep(0.02)
        connection.close()
        return expired

    with ThreadPoolExecutor(1) as pool:
        sweeping = pool.submit(sweep)
        answers = [one for found in at_once(spend, runners=8) for one in found]
        expired = sweeping.result(PATIENCE) + _expire().amount

    spent = 7_00 * answers.count((201, ""))
    assert set(answers) <= {(201, ""), (409, "insufficient_funds"), IN_PROGRESS}
    assert spent > 0
    assert expired > 0
    left = _balance(bonus)
    assert spent + expired + left == 10_00 * (len(lives) + 1)
    paid = SalePayment.objects.filter(sale__store=till.store)
    assert sum(paid.values_list("bonus", flat=True)) == spent
    assert till.wallet(identity) == left
    assert are_proven()


def _expire() -> Expired:
    at = now()
    return ledger_services.expire_lots(
        at=at, business_date=at.date(), request_id="race", actor="system:race"
    )


def _balance(account_id: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT balance FROM ledger_account WHERE id = %s", [account_id])
        balance: int = cursor.fetchone()[0]
    return balance
