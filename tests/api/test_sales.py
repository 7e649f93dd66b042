"""Bills over HTTP: quoted, settled once, read, given back; only by the store's till."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from cards.tokens import mint_code
from checkout.models import Sale
from members import services as members_services
from members.models import Member
from stored_value import services as stored_value_services
from stored_value.holders import Holder
from tests.factories.api import Till, a_till, is_problem, the_office
from tests.factories.bills import a_guest, no_codes
from tests.factories.checkout import a_policy
from tests.factories.coupons import issued, visit_pass
from tests.factories.gift_cards import a_card, at_store
from tests.factories.ledger import everything
from tests.factories.members import MemberFactory, by_themselves
from tests.factories.stored_value import is_proven, top_up

db = pytest.mark.django_db
CASH = [{"kind": "cash", "amount": 200_00}]


def of(member: Member) -> str:
    return str(Member.objects.get(pk=member.pk).public_id)


def settle(till: Till, *, key: str = "k1", **facts: Any) -> Any:
    body = {"gross": 88_00, "tenders": CASH, "reference": "R1", **facts}
    return till.post("/sales", body, key=key)


@db
def test_a_quote_changes_nothing_and_a_sale_keeps_to_it() -> None:
    no_codes()
    till = a_till()
    assert till.store
    member = a_guest(principal=300_00, bonus=50_00, points=1_000, store=till.store)
    coupon = issued(member=member, at=now())
    asked = {"member": of(member), "gross": 268_00, "points": "max"}
    before = everything()

    told = till.post("/quotes", asked)

    assert told.status_code == 200, told.content
    quote = told.json()
    assert everything() == before
    assert quote["discounts"][0]["id"] == str(coupon.pk)
    assert quote["gross"] == sum(d["amount"] for d in quote["discounts"]) + quote["net"]
    assert quote["net"] == sum(p["amount"] for p in quote["payments"]) + quote["due"]

    sold = till.post(
        "/sales",
        {**asked, "tenders": [], "reference": "B1", "expected_due": quote["due"]},
        key="k1",
    )

    assert sold.status_code == 201, sold.content
    sale = sold.json()
    for name in ("gross", "discounts", "net", "payments", "due", "points_earned"):
        assert sale[name] == quote[name], name
    assert sale["member_after"]["wallet"]["total"] == 350_00 - 248_00
    assert is_proven()


@db
def test_the_same_request_is_answered_byte_for_byte() -> None:
    till = a_till()

    first, second = settle(till), settle(till)
    other = settle(till, gross=77_00)

    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    assert "Idempotency-Replayed" not in first.headers
    assert second["Idempotency-Replayed"] == "true"
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert Sale.objects.count() == 1


@db
def test_a_refusal_is_remembered_and_moves_nothing() -> None:
    till = a_till()
    before = everything()

    first = settle(till, tenders=[{"kind": "cash", "amount": 1}])
    second = settle(till, tenders=[{"kind": "cash", "amount": 1}])

    assert (first.status_code, first.json()["code"]) == (422, "underpaid")
    assert first.content == second.content
    assert second["Idempotency-Replayed"] == "true"
    assert everything() == before


@db
@pytest.mark.parametrize(
    ("facts", "status", "code"),
    [
        ({"expected_due": 1}, 409, "quote_changed"),
        ({"tenders": [{"kind": "card", "amount": 88_01}]}, 422, "overpaid"),
        ({"member": "nobody"}, 404, "member_not_found"),
        ({"code": "6222 0000"}, 404, "member_not_found"),
        ({"gross": 0}, 422, "nothing_to_pay"),
        ({"gross": 88.5}, 422, "invalid"),
        ({"gross": "8800"}, 422, "invalid"),
        ({"gross": 10**18}, 422, "invalid"),
        ({"lines": []}, 422, "invalid"),
        ({"excluded": 88_01}, 422, "invalid"),
        ({"coupons": ["999999"]}, 409, "coupon_unavailable"),
        ({"gift_cards": ["0000-0000-0000-0000"]}, 404, "gift_card_not_found"),
        ({"reference": ""}, 422, "invalid"),
        ({"reference": "a\nb"}, 422, "reference_refused"),
    ],
)
def test_what_cannot_be_is_refused(facts: Any, status: int, code: str) -> None:
    till = a_till()

    refused = settle(till, **facts)

    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert refused["Content-Type"] == "application/problem+json"
    assert not Sale.objects.exists()


@db
def test_a_changed_quote_brings_the_new_one() -> None:
    told = settle(a_till(), expected_due=1).json()

    assert told["quote"]["due"] == 88_00


@db
def test_a_bill_number_is_settled_once() -> None:
    till = a_till()
    settle(till)

    again = settle(till, key="k2")

    assert (again.status_code, again.json()["code"]) == (409, "duplicate_reference")


@db
def test_another_stores_sale_is_not_there() -> None:
    mine, other = a_till(), a_till()
    sale = settle(mine).json()["id"]

    assert mine.ask(f"/sales/{sale}").json()["status"] == "captured"
    assert other.ask(f"/sales/{sale}").status_code == 404
    refused = other.post(f"/sales/{sale}/refunds", {"reason": "x"}, key="r")
    assert refused.status_code == 404
    assert mine.ask("/sales/nonsense").status_code == 404


@db
def test_a_key_needs_the_scope_of_sales() -> None:
    assert settle(a_till("members:read")).status_code == 403


@db
def test_lines_are_refunded_by_quantity_amount_or_the_rest() -> None:
    till = a_till()
    told = {
        "lines": [
            {"name": "tea", "quantity": 3, "unit_price": 10_00},
            {"name": "duck", "quantity": 1, "unit_price": 58_00},
        ],
        "tenders": [{"kind": "cash", "amount": 88_00}],
        "reference": "L1",
    }
    sale = till.post("/sales", told, key="s").json()["id"]
    path = f"/sales/{sale}/refunds"

    def back(key: str, *lines: dict[str, Any]) -> Any:
        return till.post(path, {"lines": list(lines), "reason": "x"}, key=key)

    assert back("a", {"line": 1, "quantity": 1}).json()["amount"] == 10_00
    beyond: list[dict[str, Any]] = [
        {"quantity": 3},
        {"amount": 20_01},
        {"quantity": "2.001"},
    ]
    for wrong in beyond:
        refused = back(
            f"wrong:{len(wrong)}:{max(wrong)}:{wrong[max(wrong)]}", {"line": 1, **wrong}
        )
        assert (refused.status_code, refused.json()["code"]) == (422, "over_refund")
    malformed: list[dict[str, Any]] = [
        {"quantity": 1, "amount": 1},
        {"quantity": "1e3"},
        {"quantity": 1.0},
    ]
    for wrong in malformed:
        refused = back(
            f"wrong:{len(wrong)}:{max(wrong)}:{wrong[max(wrong)]}", {"line": 1, **wrong}
        )
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    twice = back("twice", {"line": 1}, {"line": 1, "quantity": 1})
    assert (twice.status_code, twice.json()["code"]) == (422, "refund_refused")
    rest = back("b", {"line": 1}, {"line": 2, "amount": 8_00})
    assert (rest.json()["amount"], rest.json()["left"]) == (28_00, 50_00)


@db
def test_a_sale_is_refunded_in_parts_and_no_further() -> None:
    till = a_till()
    sale = settle(till).json()["id"]
    path = f"/sales/{sale}/refunds"

    part = till.post(path, {"amount": 30_00, "reason": "cold"}, key="r1")
    beyond = till.post(path, {"amount": 58_01, "reason": "cold"}, key="r2")
    rest = till.post(path, {"reason": "cold"}, key="r3")

    assert (part.status_code, part.json()["left"]) == (201, 58_00)
    assert (beyond.status_code, beyond.json()["code"]) == (422, "over_refund")
    assert (rest.json()["amount"], rest.json()["sale_status"]) == (58_00, "refunded")
    assert till.ask(f"/sales/{sale}").json()["refunded"] == 88_00
    assert is_proven()


@db
def test_a_sale_of_today_is_voided() -> None:
    till = a_till()
    sale = settle(till).json()["id"]

    done = till.post(f"/sales/{sale}/void", {"reason": "twice"}, key="v")

    assert (done.status_code, done.json()["sale_status"]) == (201, "void")
    again = till.post(f"/sales/{sale}/refunds", {"reason": "x"}, key="r")
    assert (again.status_code, again.json()["code"]) == (409, "already_void")
    assert is_proven()


@db
def test_the_code_on_the_phone_quotes_and_then_pays_once() -> None:
    till = a_till()
    assert till.store
    member = a_guest(principal=500_00, store=till.store)
    set_code(member)
    code = mint_code(at=now(), member_id=member.pk)
    asked = {"code": code, "gross": 300_00}

    quote = till.post("/quotes", asked).json()
    bare = settle(till, key="a", member=of(member), gross=300_00, tenders=[])
    sold = settle(till, key="b", code=code, gross=300_00, tenders=[], reference="R2")
    again = settle(till, key="c", code=code, gross=100_00, tenders=[], reference="R3")

    assert (quote["member"]["id"], quote["due"]) == (of(member), 0)
    assert not quote["stored_value_auth_required"]
    assert (bare.status_code, bare.json()["code"]) == (422, "payment_code_needed")
    assert sold.status_code == 201, sold.content
    assert (again.status_code, again.json()["code"]) == (409, "code_not_accepted")


@db
def test_the_members_own_code_pays_above_the_limit() -> None:
    till = a_till()
    assert till.store
    member = a_guest(principal=500_00, store=till.store)
    set_code(member)
    asked: dict[str, Any] = {"member": of(member), "gross": 300_00, "tenders": []}

    wrong = settle(till, key="a", **asked, stored_value_auth="111222")
    right = settle(till, key="b", **asked, stored_value_auth="274951")

    assert wrong.json()["code"] == "payment_code_refused"
    assert right.status_code == 201, right.content


def set_code(member: Member) -> None:
    stored_value_services.set_payment_code(
        member_id=member.pk, code="274951", by=by_themselves(member), at=now()
    )


@pytest.mark.django_db(transaction=True)
def test_a_gift_card_in_the_bill_costs_no_question_more() -> None:
    till = a_till()
    assert till.store
    member = a_guest(points=1_000, store=till.store)
    cards = [a_card(50_00, by=at_store(till.store)) for _ in range(2)]
    bills: tuple[dict[str, Any], ...] = (
        {"member": of(member), "points": "max"},
        {"gross": 1_00, "tenders": []},
    )
    settle(till, key="k0", reference="R0", member=of(member))  # opens accounts

    for card, bill in zip(cards, bills, strict=True):
        asked = {"gift_cards": [{"code": card.code, "pin": card.pin}], **bill}
        with CaptureQueriesContext(connection) as said:
            sold = settle(till, key=f"key-{card.last4}", reference=card.last4, **asked)

        assert sold.status_code == 201, sold.content
        assert len(said) == 2, [query["sql"][:60] for query in said]


@db
def test_a_refusal_is_remembered_though_it_would_now_succeed() -> None:
    no_codes()
    till = a_till()
    assert till.store
    member = a_guest(principal=50_00, store=till.store)
    asked: dict[str, Any] = {
        "member": of(member),
        "stored_value": 88_00,
        "tenders": [],
    }
    first = settle(till, **asked)
    top_up(Holder.member(member.pk), 300_00, by=at_store(till.store))
    before = everything()

    second = settle(till, **asked)

    assert first.status_code == 409, first.content
    assert second.content == first.content
    assert second["Idempotency-Replayed"] == "true"
    assert everything() == before
    assert settle(till, key="k2", **asked).status_code == 201


@db
@pytest.mark.parametrize("way", ["id", "code"])
def test_a_member_is_looked_up_in_two_questions(way: str) -> None:
    till = a_till()
    assert till.store
    member = a_guest(principal=300_00, bonus=50_00, points=1_000, store=till.store)
    issued(member=member, at=now())
    code = mint_code(at=now(), member_id=member.pk)
    asked = {"id": f"/members/{of(member)}", "code": f"/members?code={code}"}[way]
    till.ask(asked)

    with CaptureQueriesContext(connection) as said:
        found = till.ask(asked)

    assert found.status_code == 200, found.content
    assert found.json()["wallet"]["total"] == 350_00
    assert len(said) == 2, [query["sql"][:60] for query in said]


@db
def test_a_member_who_is_gone_uses_nothing() -> None:
    till = a_till()
    member = MemberFactory.create()
    identity = of(member)
    members_services.erase(
        member_id=member.pk, reason="asked for it", by=till.act(), at=now()
    )

    refused = settle(till, member=identity)
    nothing = {"stored_value": 0, "points": 0, "coupons": []}
    unused = settle(till, key="b", member=identity, reference="R2", **nothing)
    quote = till.post("/quotes", {"member": identity, "gross": 100})

    for response in (refused, unused, quote):
        assert is_problem(response, 404, "member_not_found")
    assert not Sale.objects.exists()


@db
def test_a_coupon_by_no_id_of_ours_is_told_without_one() -> None:
    till = a_till()
    asked = {"gross": 100, "coupons": ["999999", "nonsense"]}

    quote = till.post("/quotes", asked).json()

    told = [(one["id"], one["code"]) for one in quote["rejected"]]
    assert sorted(told, key=str) == [("999999", "unknown"), (None, "unknown")]


@db
def test_a_code_that_is_too_old_is_told_in_the_word_for_it() -> None:
    till = a_till()
    assert till.store
    member = a_guest(principal=500_00, store=till.store)
    code = mint_code(at=now() - timedelta(minutes=5), member_id=member.pk)

    refused = till.post("/quotes", {"code": code, "gross": 100})

    assert is_problem(refused, 409, "code_not_accepted")


@db
@pytest.mark.parametrize(
    ("bill", "field", "sentence"),
    [
        ({}, "gross", "Give either gross or lines."),
        (
            {"gross": 100, "lines": [{"name": "", "quantity": 1, "unit_price": 100}]},
            "gross",
            "Give either gross or lines.",
        ),
        (
            {"gross": 100, "excluded": 101},
            "excluded",
            "This is a part of gross, and no larger.",
        ),
    ],
)
def test_a_bill_told_in_two_ways_is_refused_in_words(
    bill: dict[str, Any], field: str, sentence: str
) -> None:
    refused = a_till().post("/quotes", bill)

    assert is_problem(refused, 422, "invalid")
    assert refused.json()["errors"] == [{"field": field, "message": sentence}]


@db
def test_points_that_a_stranger_asks_for_by_name_are_refused() -> None:
    till = a_till()

    quote = till.post("/quotes", {"gross": 100_00, "points": 100}).json()
    most = till.post("/quotes", {"gross": 100_00, "points": "max"}).json()
    sold = settle(till, points=100)

    told = [(one["kind"], one["code"]) for one in quote["rejected"]]
    assert ("points", "insufficient_points") in told
    assert "points" not in {one["kind"] for one in most["rejected"]}
    assert is_problem(sold, 409, "insufficient_points")
    assert not Sale.objects.exists()


@db
def test_a_gift_card_that_cannot_pay_is_told_by_the_id_that_tills_know() -> None:
    till = a_till()
    assert till.store
    card = a_card(50_00, by=at_store(till.store))
    shown = {"code": card.code, "pin": card.pin, "amount": 60_00}

    quote = till.post("/quotes", {"gross": 100_00, "gift_cards": [shown]}).json()

    (told,) = [one for one in quote["rejected"] if one["kind"] == "gift_card"]
    assert told["id"] == str(card.public_id)
    assert quote["due"] == 100_00


def found(till: Till, query: str) -> list[tuple[str, str]]:
    answer = till.ask(f"/sales?{query}")
    assert answer.status_code == 200, answer.content
    return [(sale["id"], sale["status"]) for sale in answer.json()["items"]]


@db
def test_a_sale_is_found_by_the_number_of_its_bill_at_its_own_store_alone() -> None:
    mine, other, office = a_till(), a_till(), the_office()
    sale = settle(mine).json()["id"]
    theirs = settle(other).json()["id"]
    settle(mine, key="k2", reference="R2")
    mine.post(f"/sales/{sale}/refunds", {"amount": 1_00, "reason": "x"}, key="r")
    day = Sale.objects.get(pk=sale).business_date

    assert found(mine, "reference=R1") == [(sale, "partly_refunded")]
    assert found(mine, f"reference=R1&business_date={day}") == [
        (sale, "partly_refunded")
    ]
    assert found(mine, f"reference=R1&business_date={day - timedelta(days=1)}") == []
    assert found(mine, "reference=r1") == found(mine, "reference=R") == []
    assert found(other, "reference=R1") == [(theirs, "captured")]
    assert {one for one, _ in found(office, "reference=R1")} == {sale, theirs}


@db
@pytest.mark.parametrize(
    "query",
    [
        "",
        "reference=",
        f"reference={'9' * 81}",
        "reference=%00",
        "reference=R1&business_date=20261120",
        "reference=R1&business_date=86400",
        "reference=R1&business_date=2026-13-01",
    ],
)
def test_a_look_up_that_cannot_be_read_is_refused(query: str) -> None:
    assert is_problem(a_till().ask(f"/sales?{query}"), 422, "invalid")


@db
def test_a_pass_named_twice_takes_two_visits_and_a_coupon_named_twice_is_refused() -> (
    None
):
    till = a_till()
    member = MemberFactory.create()
    held = issued(visit_pass(3, per_bill=2), member, at=now())
    single = issued(member=member, at=now())
    noodles = {"sku": "noodles", "name": "N", "quantity": 2, "unit_price": 30_00}
    bill: dict[str, Any] = {
        "gross": None,
        "lines": [noodles],
        "member": of(member),
        "tenders": [],
    }
    before = everything()

    twice = settle(till, **bill, coupons=[str(single.pk)] * 2, key="k0")

    assert is_problem(twice, 409, "coupon_unavailable")
    assert twice.json()["detail"] == "This coupon can be used once only."
    assert everything() == before
    for _ in range(2):
        sold = settle(till, **bill, coupons=[str(held.pk)] * 2)
        assert (sold.status_code, sold.json()["due"]) == (201, 0)
        assert [one["amount"] for one in sold.json()["discounts"]] == [30_00] * 2
        held.refresh_from_db()
        assert held.uses_left == 1


@db
def test_another_stores_sale_is_read_and_taken_back_only_where_the_policy_says_so() -> (
    None
):
    sold, here = a_till(), a_till()
    assert sold.store
    assert here.store
    sale = settle(sold).json()
    day = Sale.objects.get().business_date
    query = {"reference": "R1", "sold_at": sold.store.code, "business_date": str(day)}
    refund = {"amount": 30_00, "reason": "too small"}
    before = everything()
    assert here.ask(f"/sales?{urlencode(query)}").json()["items"] == []
    assert is_problem(here.ask(f"/sales/{sale['id']}"), 404, "sale_not_found")
    gone = here.post(f"/sales/{sale['id']}/refunds", refund, key="r0")
    assert is_problem(gone, 404, "sale_not_found")

    a_policy("last_first", returns="approved")
    asked = here.post(f"/sales/{sale['id']}/refunds", refund, key="r1")
    assert is_problem(asked, 422, "return_needs_approver")
    assert everything() == before

    a_policy("last_first", returns="any_store")
    found = here.ask(f"/sales?{urlencode(query)}").json()["items"]
    assert [one["id"] for one in found] == [sale["id"]]
    for told in ({}, {"business_date": "2020-01-01"}):
        unnamed = {"reference": "R1", "sold_at": sold.store.code} | told
        assert here.ask(f"/sales?{urlencode(unnamed)}").json()["items"] == []
    assert here.ask("/sales?reference=R1").json()["items"] == []
    for _ in range(2):
        given = here.post(f"/sales/{sale['id']}/refunds", refund, key="r2")
        assert (given.status_code, given.json()["paid_out"]) == (201, 30_00)
    void = here.post(f"/sales/{sale['id']}/void", {"reason": "no"}, key="v")
    assert is_problem(void, 404, "sale_not_found")
    assert here.ask(f"/sales/{sale['id']}").json()["refunded"] == 30_00
    assert is_proven()
