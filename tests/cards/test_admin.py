"""Cards in the admin: found by a whole number, mended by commands, edited by nobody."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from cards import services as cards_services
from cards.models import (
    Card,
    CardEvent,
    CardKind,
    CardsPolicy,
    Happening,
    StockBatch,
    WalletShare,
)
from cards.numbers import grouped
from stores.models import AuditEvent, Store
from tests.factories.cards import CardFactory, CardKindFactory, held_on
from tests.factories.ledger import an_act, balance, fund
from tests.factories.members import MemberFactory
from tests.factories.stores import StoreFactory, UserFactory, signed_in
from tests.samples import mostly_long

pytestmark = pytest.mark.django_db
MODELS = ["card", "cardkind", "cardspolicy", "stockbatch", "walletshare", "shareuse"]


@pytest.fixture
def store() -> Store:
    return StoreFactory.create()


@pytest.fixture
def office() -> Client:
    return signed_in(UserFactory.holding("head-office", is_staff=True))


@pytest.fixture
def manager(store: Store) -> Client:
    return signed_in(UserFactory.holding("store-manager", store=store, is_staff=True))


def page(model: str, verb: str = "changelist", *args: object) -> str:
    return reverse(f"admin:cards_{model}_{verb}", args=args)


def act(card: Card, name: str) -> str:
    return page("card", "change", card.pk).removesuffix("change/") + f"{name}/"


@pytest.mark.parametrize(
    "language", mostly_long(["en", "zh-hans", "zh-hant"], "zh-hant")
)
def test_every_list_and_row_opens_in_every_language(
    office: Client, language: str
) -> None:
    card = CardFactory.create()
    kind = CardKindFactory.create(form=CardKind.Form.PRINTED, price=10_00)
    cards_services.make_stock(
        kind_id=kind.pk, quantity=2, by=an_act(), at=now(), key="s"
    )
    share = WalletShare(owner=MemberFactory.create(), card=card, per_use=10_00)
    cards_services.save_share(share=share, by=an_act(), at=now())
    cards_services.use_share_step(
        share_id=share.pk, amount=1, day=now().date(), at=now(), key="u"
    )
    office.cookies[settings.LANGUAGE_COOKIE_NAME] = language

    for model in MODELS:
        assert office.get(page(model)).status_code == 200
    for rows in (Card, CardKind, CardsPolicy, StockBatch, WalletShare):
        row = rows.objects.order_by("-pk")[0]
        name = rows.__name__.lower()
        assert office.get(page(name, "change", row.pk)).status_code == 200


def test_a_card_is_found_by_its_whole_number_only_and_never_shows_it(
    office: Client,
) -> None:
    card, _other = CardFactory.create(), CardFactory.create()
    row = page("card", "change", card.pk)

    def listed(text: str) -> str:
        return office.get(page("card"), {"q": text}).content.decode()

    assert row in listed(grouped(card.number))
    assert row in listed(str(card.member_id))
    assert office.get(page("card"), {"q": "\x00"}).status_code == 200
    for text in (card.number[:-1], card.number[-4:] + "x", "😀", "9" * 40):
        assert row not in listed(text)
    assert card.number not in listed("")
    assert card.number not in office.get(row).content.decode()


def test_a_card_tells_what_happened_to_it_and_by_whom(office: Client) -> None:
    store = StoreFactory.create(code="EVIL", name="<script>alert(1)</script>")
    user = UserFactory.holding("head-office", display_name="<script>alert(2)</script>")
    card = CardFactory.create()
    by = an_act(actor=f"staff:{user.pk}", staff_id=user.pk, store_id=store.pk)
    cards_services.report_loss(card_id=card.pk, by=by, at=now())

    shown = office.get(page("card", "change", card.pk)).content.decode()

    assert str(Happening.LOST.label) in shown
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(2)" in shown


def test_a_cashier_issues_and_reports_losses_in_their_own_store(store: Store) -> None:
    cashier = signed_in(UserFactory.holding("cashier", store=store, is_staff=True))
    kind, member = CardKindFactory.create(price=5_00), MemberFactory.create()
    typed = {
        "key": "admin:1",
        "store": store.pk,
        "kind": kind.pk,
        "member": member.pk,
        "number": "",
        "tender": "cash",
    }
    url = page("card") + "issue/"

    for wrong in (
        {"store": StoreFactory.create().pk},
        {"member": 10**12},
        {"member": ""},
        {"tender": "shells"},
        {"kind": 10**6},
    ):
        assert cashier.post(url, {**typed, **wrong}).status_code == 200
    assert not Card.objects.exists()
    assert cashier.post(url, typed).status_code == 302
    assert cashier.post(url, typed).status_code == 302  # the same form, sent again
    card = Card.objects.get()
    assert card.member == member

    lost = cashier.post(act(card, "lose"), {"key": "k", "store": store.pk})
    assert lost.status_code == 302
    card.refresh_from_db()
    assert card.status == Card.Status.LOST
    for verb in ("find", "replace", "close", "renew"):
        forged = {"key": f"k:{verb}", "store": store.pk, "tender": "cash"}
        assert cashier.post(act(card, verb), forged).status_code == 403
    card.refresh_from_db()
    assert card.status == Card.Status.LOST


def test_a_manager_mends_a_card_from_end_to_end(manager: Client, store: Store) -> None:
    kind = CardKindFactory.create(form=CardKind.Form.BEARER, validity_months=36)
    card = CardFactory.bearer(kind=kind, expires_at=now() + timedelta(days=20_000))
    stock = CardFactory.in_stock(kind)
    fund(held_on(card), 10_00, at=now())
    member = MemberFactory.create()
    typed = {"store": store.pk, "tender": "cash"}

    manager.post(act(card, "lose"), {**typed, "key": "1"})
    manager.post(act(card, "find"), {**typed, "key": "2"})
    manager.post(act(card, "renew"), {**typed, "key": "3"})
    answer = manager.post(
        act(card, "replace"), {**typed, "key": "4", "number": stock.number}
    )
    assert answer.status_code == 302
    answer = manager.post(
        act(stock, "bind"), {**typed, "key": "5", "member": member.pk}
    )
    assert answer.status_code == 302
    manager.post(act(stock, "close"), {**typed, "key": "6"})

    happened = CardEvent.objects.order_by("pk").values_list("happening", flat=True)
    assert list(happened) == [
        "lost",
        "found",
        "renewed",
        "replaced",
        "issued",
        "bound",
        "closed",
    ]
    assert balance(held_on(member, word="member")) == 10_00


def test_numbers_leave_only_by_a_form_with_a_reason(
    office: Client, manager: Client
) -> None:
    kind = CardKindFactory.create(form=CardKind.Form.PRINTED)
    made = office.post(
        page("stockbatch") + "make/",
        {"kind": kind.pk, "quantity": "3", "note": "spring", "key": "admin:s"},
    )
    assert made.status_code == 302
    batch = StockBatch.objects.get()
    url = page("stockbatch", "change", batch.pk).removesuffix("change/") + "numbers/"

    assert office.get(url).status_code == 200
    assert office.post(url, {"reason": " "}).status_code == 200
    assert manager.post(url, {"reason": "curious"}).status_code == 403
    assert not AuditEvent.objects.filter(act="cards.stock_exported").exists()
    answer = office.post(url, {"reason": "to the printer"})
    sent = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]

    for card in Card.objects.filter(batch=batch):
        assert card.number in sent
        assert grouped(card.number) in sent
    assert AuditEvent.objects.get(act="cards.stock_exported").facts["cards"] == 3


def test_a_wallet_is_shared_with_limits_in_money(office: Client) -> None:
    owner, holder = MemberFactory.create(), MemberFactory.create()
    typed = {
        "owner": owner.pk,
        "holder": holder.pk,
        "card": "",
        "per_use": "50.00",
        "per_day": "120",
        "is_active": "on",
    }

    for wrong in (
        {"holder": owner.pk},
        {"holder": ""},
        {"holder": 10**12},
        {"per_use": "-1"},
        {"per_day": "1.001"},
        {"owner": "x"},
    ):
        answer = office.post(page("walletshare", "add"), {**typed, **wrong})
        assert answer.status_code == 200, wrong
    assert not WalletShare.objects.exists()
    assert office.post(page("walletshare", "add"), typed).status_code == 302
    share = WalletShare.objects.get()
    assert (share.per_use, share.per_day) == (50_00, 120_00)


@pytest.mark.parametrize("model", ["card", "stockbatch", "shareuse"])
def test_forged_forms_change_nothing_not_even_a_superusers(model: str) -> None:
    client = signed_in(UserFactory.create(is_staff=True, is_superuser=True))
    card = CardFactory.create(status=Card.Status.CLOSED)

    assert client.post(page(model, "add"), {"status": "active"}).status_code == 403
    changed = client.post(page("card", "change", card.pk), {"status": "active"})
    deleted = client.post(page("card", "delete", card.pk), {"post": "yes"})

    assert (changed.status_code, deleted.status_code) == (403, 403)
    card.refresh_from_db()
    assert card.status == Card.Status.CLOSED
