"""Whatever a bill was paid with: any cuts bring every account and lot back."""

from collections.abc import Sequence

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from checkout.models import Refund, RefundOrder, Sale, SalePayment
from checkout.sharing import last_first, next_units
from members.models import Member
from points import services as points_services
from tests.checkout.giving_back import refund
from tests.checkout.state import books, lots
from tests.factories import gift_cards as gift_card_factory
from tests.factories import points as points_factory
from tests.factories import stored_value as wallet_factory
from tests.factories.checkout import a_policy, a_sale, at_store
from tests.factories.coupons import TemplateFactory, issued
from tests.factories.stores import StoreFactory

wholes = st.lists(st.integers(0, 10**12), min_size=1, max_size=8)


@given(wholes, st.data())
def test_shares_add_up_and_do_not_depend_on_the_cuts(
    parts: list[int], data: st.DataObject
) -> None:
    total = sum(parts)
    cuts = sorted(data.draw(st.lists(st.integers(0, total), max_size=6)))
    for share in (next_units, last_first):
        given_back = [0] * len(parts)
        before = 0
        for cut in cuts:
            step = share(cut - before, parts, given_back)
            assert all(units >= 0 for units in step)
            given_back = [a + b for a, b in zip(given_back, step, strict=True)]
            before = cut
            assert sum(given_back) == cut
            assert given_back == share(cut, parts, [0] * len(parts))
        rest = share(total - before, parts, given_back)
        assert [a + b for a, b in zip(given_back, rest, strict=True)] == parts


@given(st.lists(st.integers(0, 60), min_size=1, max_size=5), st.data())
def test_nobody_is_ever_more_than_a_unit_from_its_share(
    parts: list[int], data: st.DataObject
) -> None:
    total = sum(parts)
    amount = data.draw(st.integers(0, total))
    shares = next_units(amount, parts, [0] * len(parts))
    one_by_one = [0] * len(parts)
    for _unit in range(amount):
        step = next_units(1, parts, one_by_one)
        one_by_one = [a + b for a, b in zip(one_by_one, step, strict=True)]
    assert shares == one_by_one


def cut(total: int, cuts: Sequence[int]) -> list[int]:
    """So many pieces as the weights are, none of nothing."""
    pieces: list[int] = []
    for share in cuts:
        piece = min(total - sum(pieces), max(1, total * share // 100))
        if piece:
            pieces.append(piece)
    rest = total - sum(pieces)
    return [*pieces, rest] if rest else pieces


bills = st.fixed_dictionaries(
    {
        "amounts": st.lists(st.integers(1, 90_00), min_size=1, max_size=4),
        "principal": st.integers(10_00, 60_00),
        "bonus": st.integers(0, 40_00),
        "stored": st.integers(0, 100),
        "points": st.integers(0, 3),
        "card": st.integers(0, 100),
        "tenders": st.integers(0, 100),
        "has_coupon": st.booleans(),
        "excluded": st.sets(st.integers(1, 4)),
        "order": st.sampled_from(RefundOrder.values),
        "to": st.sampled_from(Refund.To.values),
        "cuts": st.lists(st.integers(1, 60), max_size=5),
    }
)


# Each bill is some hundred statements: a third of the usual number of them.
@pytest.mark.django_db
@settings(max_examples=settings().max_examples // 3)
@given(bills)
def test_any_cuts_of_any_sale_restore_every_account_lot_and_coupon(
    bill: dict[str, object],
) -> None:
    with transaction.atomic():
        _restores(**bill)  # type: ignore[arg-type]  # drawn above
        transaction.set_rollback(True)


def _restores(
    *,
    amounts: list[int],
    principal: int,
    bonus: int,
    stored: int,
    points: int,
    card: int,
    tenders: int,
    has_coupon: bool,
    excluded: set[int],
    order: str,
    to: str,
    cuts: list[int],
) -> None:
    a_policy(order)
    by = at_store(StoreFactory.create())
    holder, _ = wallet_factory.holding(principal, bonus)
    member = Member.objects.get(pk=holder.id)
    points_services.grant_points_step(
        member_id=member.pk,
        points=1_000,
        by=by,
        at=wallet_factory.EARLIER,
        key=points_factory.a_key("gift"),
    )
    sold = gift_card_factory.a_card(50_00, by=by)
    coupon = issued(TemplateFactory.drawn(), member)
    discount = 10_00 if has_coupon else 0
    before, lots_before = books(), lots()

    left = sum(amounts)
    steps = min(points, left // 2 // 100)
    left -= steps * 100
    by_card = min(50_00, left * card // 100)
    left -= by_card
    by_wallet = min(principal + bonus, left * stored // 100)
    left -= by_wallet
    by_wechat = left * tenders // 100
    paid = [("wechat", by_wechat), ("cash", left - by_wechat)]
    sale = a_sale(
        *amounts,
        member=member,
        by=by,
        points=steps * 100,
        gift_cards=[(sold, by_card)] if by_card else [],
        stored=by_wallet,
        tenders=[(tender, amount) for tender, amount in paid if amount],
        coupons=[coupon] if has_coupon else [],
        discount=discount,
        excluded=sorted(excluded),
    )
    money = 0
    for piece in cut(sale.net, cuts):
        money += refund(sale, piece, to=to).paid_out
        _nothing_beyond(sale)
    assert money == by_wechat + paid[1][1]
    changed = {word: by for word, by in books(since=before).items() if by}
    if to == Refund.To.CASH and by_wechat:
        assert changed == {"tender:wechat": by_wechat, "tender:cash": -by_wechat}
    else:
        assert changed == {}
    assert lots() == lots_before
    coupon.refresh_from_db()
    assert coupon.status == "issued"
    assert wallet_factory.is_proven()


def _nothing_beyond(sale: Sale) -> None:
    sale.refresh_from_db()
    payments = SalePayment.objects.filter(sale=sale)
    assert sum(payment.returned for payment in payments) == sale.refunded
    assert sum(line.refunded for line in sale.lines.all()) == sale.refunded
    assert all(0 <= payment.returned <= payment.amount for payment in payments)
    assert all(balance >= 0 for _account, _lot, balance in lots())


@pytest.mark.django_db
def test_refunds_of_one_unit_gain_nobody_a_cent() -> None:
    """As many refunds of 0.01 as the bill has cents; the books prove themselves."""
    holder, _ = wallet_factory.holding(10_00, 4_00)
    member = Member.objects.get(pk=holder.id)
    by = at_store(StoreFactory.create())
    before, lots_before = books(), lots()
    sale = a_sale(
        13, 8, member=member, by=by, stored=11, tenders=[("wechat", 6), ("cash", 4)]
    )
    assert sum(refund(sale, 1).paid_out for _cent in range(21)) == 10
    assert {word for word, change in books(since=before).items() if change} == set()
    assert lots() == lots_before
    assert wallet_factory.is_proven()


@pytest.mark.django_db
def test_a_refund_by_line_and_then_by_amount_ends_where_it_began() -> None:
    member = points_factory.holding(100)
    before = books()
    sale = a_sale(30_01, 20_02, 49_97, member=member, excluded=[2])
    refund(sale, per_line={2: 20_01, 3: 1})
    refund(sale, 33_33)
    refund(sale, per_line={1: 1})
    refund(sale)
    assert {word for word, change in books(since=before).items() if change} == set()
