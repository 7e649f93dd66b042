"""Gift cards in the admin: seen, mended with a reason, never edited."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from gift_cards import services as gift_cards_services
from gift_cards.models import (
    Gift,
    GiftCard,
    GiftCardBatch,
    GiftCardCode,
    GiftCardDesign,
    GiftCardPolicy,
)
from gift_cards.services import GiftWish
from stores.models import Approval, AuditEvent, Store
from tests.factories.gift_cards import (
    NOON,
    GiftCardDesignFactory,
    a_card,
    at_store,
    left,
    row,
)
from tests.factories.ledger import everything
from tests.factories.stores import (
    PIN,
    StoreFactory,
    UserFactory,
    signed_in,
    take_away,
)
from tests.gift_cards.test_batches import opened
from tests.gift_cards.test_designs import SVG, picture

pytestmark = pytest.mark.django_db
MODELS = [GiftCard, GiftCardBatch, GiftCardDesign, GiftCardPolicy, Gift]


def page(name: str, *args: object) -> str:
    return reverse(f"admin:gift_cards_{name}", args=args)


@pytest.fixture
def here() -> Store:
    return StoreFactory.create(code="HERE")


@pytest.fixture
def office() -> Client:
    return signed_in(UserFactory.holding("head-office"))


def act_on(card_id: int, verb: str) -> str:
    return f"/admin/gift_cards/giftcard/{card_id}/{verb}/"


def typed(store: Store, **more: Any) -> dict[str, Any]:
    return {"reason": "a reason", "store": store.pk, "key": "admin:1", **more}


def something(here: Store) -> None:
    wish = GiftWish(name="Lin", channel="email", email="a@example.com")
    a_card(by=at_store(here), gift=wish)
    gift_cards_services.order_batch(
        name="Spring",
        design_id=GiftCardDesignFactory.create().pk,
        quantity=2,
        amount=None,
        by=at_store(here),
        at=NOON,
    )


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
def test_every_list_and_row_opens_and_nothing_is_added_or_deleted(
    model: type[GiftCard], office: Client, here: Store
) -> None:
    something(here)
    name = str(model._meta.model_name)
    found = model._default_manager.order_by("pk").first()
    assert found is not None

    for address in (
        page(f"{name}_changelist"),
        page(f"{name}_changelist") + "?q=x%00😀",
        page(f"{name}_changelist") + "?q=" + "9" * 40,
        page(f"{name}_change", found.pk),
    ):
        assert office.get(address).status_code == 200, address
    assert office.post(
        page(f"{name}_delete", found.pk), {"post": "yes"}
    ).status_code in {
        403,
        404,
    }
    assert model._default_manager.filter(pk=found.pk).exists()


def test_a_card_is_found_by_number_and_by_the_last_four(
    office: Client, here: Store
) -> None:
    card, other = a_card(by=at_store(here)), a_card(by=at_store(here))

    for term in (str(card.card_id), card.last4, card.last4.lower()):
        listed = office.get(page("giftcard_changelist"), {"q": term})
        shown = set(listed.context["cl"].queryset.values_list("pk", flat=True))
        assert card.card_id in shown
    whole = office.get(page("giftcard_changelist"), {"q": str(other.code)})
    assert not whole.context["cl"].queryset.exists()


def test_no_page_shows_a_code(office: Client, here: Store) -> None:
    card = a_card(by=at_store(here))
    code = str(card.code)

    shown = office.get(page("giftcard_change", card.card_id)).content.decode()

    assert card.last4 in shown
    assert "(&#x27;active&#x27;" not in shown  # a badge is for lists
    assert code not in shown
    assert code.replace("-", "") not in shown
    assert GiftCardCode.objects.get().digest not in shown


def test_cards_are_shown_at_every_store_and_to_nobody_without_a_role(
    here: Store,
) -> None:
    card = a_card(by=at_store(here))
    elsewhere = signed_in(UserFactory.holding("cashier", store=StoreFactory.create()))
    nobody = signed_in(UserFactory.create())

    address = page("giftcard_change", card.card_id)
    assert elsewhere.get(address).status_code == 200
    assert nobody.get(address).status_code in {302, 403, 404}


def test_blocking_and_releasing_ask_why(office: Client, here: Store) -> None:
    card = a_card(by=at_store(here))

    office.post(act_on(card.card_id, "block"), typed(here, reason=""))
    assert row(card).status == "active"
    office.post(act_on(card.card_id, "block"), typed(here))
    assert row(card).status == "blocked"
    office.post(act_on(card.card_id, "release"), typed(here))
    assert row(card).status == "active"


def test_above_ones_limit_the_second_person_types_a_pin(here: Store) -> None:
    card = a_card(600_00, by=at_store(here))
    lead = UserFactory.holding("shift-lead", store=here)
    manager = UserFactory.holding("store-manager", store=here)
    client, address = signed_in(lead), act_on(card.card_id, "void-sale")

    for more in (
        {},
        {"checker": manager.pk},
        {"checker": manager.pk, "secret": "135790"},
        {"checker": lead.pk, "secret": PIN},
    ):
        assert client.post(address, typed(here, **more)).status_code == 200
        assert (row(card).status, left(card)) == ("active", 600_00)
    done = client.post(address, typed(here, checker=manager.pk, secret=PIN))

    assert done.status_code == 302
    assert (row(card).status, left(card)) == ("void", 0)
    named = AuditEvent.objects.get(act="gift_cards.voided")
    assert (named.staff_id, named.approver_id) == (lead.pk, manager.pk)


def test_within_ones_limit_nobody_approves_though_somebody_stands_by(
    here: Store,
) -> None:
    card = a_card(50_00, by=at_store(here))
    lead = UserFactory.holding("shift-lead", store=here)
    manager = UserFactory.holding("store-manager", store=here)

    done = signed_in(lead).post(
        act_on(card.card_id, "void-sale"), typed(here, checker=manager.pk, secret=PIN)
    )

    assert (done.status_code, row(card).status) == (302, "void")
    named = AuditEvent.objects.get(act="gift_cards.voided")
    assert (named.staff_id, named.approver_id) == (lead.pk, None)
    assert not Approval.objects.exists()


def test_a_new_code_is_seen_once_and_kept_from_caches(
    office: Client, here: Store
) -> None:
    card = a_card(by=at_store(here))
    old = GiftCardCode.objects.get()
    address = act_on(card.card_id, "replace")

    shown = office.post(address, typed(here, code_id=old.pk))
    again = office.post(address, typed(here, code_id=old.pk))

    fresh = shown.context["fresh"]
    assert fresh.code in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert fresh.code not in again.content.decode()
    assert GiftCardCode.objects.count() == 2


def test_an_extension_is_a_later_day(office: Client, here: Store) -> None:
    card = a_card(by=at_store(here))
    ends = row(card).expires_at

    for until in ("", "yesterday", "9999-12-31", "2026-02-30", "2027-01-01"):
        office.post(act_on(card.card_id, "extend"), typed(here, until=until))
    assert row(card).expires_at == ends


def test_forged_acts_of_those_who_may_not_change_nothing(here: Store) -> None:
    card = a_card(by=at_store(here))
    code = GiftCardCode.objects.get().pk
    batch = gift_cards_services.order_batch(
        name="Spring",
        design_id=row(card).design_id,
        quantity=2,
        amount=None,
        by=at_store(here),
        at=NOON,
    )
    before = everything()
    user = UserFactory.holding("cashier", store=here)
    cashier = signed_in(take_away(user, "gift_cards.void_gift_card"))

    for verb in ("block", "replace", "extend", "revive", "void-sale"):
        answer = cashier.post(
            act_on(card.card_id, verb), typed(here, code_id=code, until="2030-01-01")
        )
        assert answer.status_code in {403, 404}, verb
    for address in (
        "/admin/gift_cards/giftcardbatch/order",
        f"/admin/gift_cards/giftcardbatch/{batch.pk}/export-codes/",
        f"/admin/gift_cards/giftcardbatch/{batch.pk}/withdraw/",
        page("giftcarddesign_add"),
        page("giftcarddesign_change", row(card).design_id),
        page("giftcardpolicy_add"),
    ):
        assert cashier.post(address, {"name": "mine"}).status_code in {301, 403, 404}

    batch.refresh_from_db()
    assert (everything(), row(card).status, batch.exported_at) == (
        before,
        "active",
        None,
    )
    assert GiftCardCode.objects.count() == 1
    assert GiftCardPolicy.objects.count() == 1


def test_a_manager_acts_only_at_their_own_stores(here: Store) -> None:
    card = a_card(by=at_store(here))
    elsewhere = signed_in(
        UserFactory.holding("store-manager", store=StoreFactory.create())
    )

    elsewhere.post(act_on(card.card_id, "block"), typed(here))

    assert row(card).status == "active"


def test_a_batch_is_ordered_and_its_codes_leave_once(
    office: Client, here: Store
) -> None:
    design = GiftCardDesignFactory.create()
    order = reverse("admin:gift_cards_giftcardbatch_order")
    for wrong in ({"quantity": "0"}, {"quantity": "10001"}, {"amount": "abc"}):
        office.post(
            order,
            {"name": "Spring", "design": design.pk, "quantity": "2", **wrong},
        )
    assert not GiftCardBatch.objects.exists()
    office.post(
        order,
        {"name": "Spring", "design": design.pk, "quantity": "2", "amount": "100"},
    )
    batch = GiftCardBatch.objects.get()
    export = reverse("admin:gift_cards_giftcardbatch_export_codes", args=[batch.pk])

    passphrase = office.get(export).context["form"].initial["passphrase"]
    assert office.post(export, {"passphrase": "short"}).status_code == 200
    sent = office.post(export, {"passphrase": passphrase})
    again = office.post(export, {"passphrase": passphrase})

    assert sent["Content-Disposition"].startswith("attachment")
    assert "no-store" in sent["Cache-Control"]
    assert len(opened(sent.content, passphrase)) == 2
    assert again.status_code == 403
    assert GiftCard.objects.filter(batch=batch).count() == 2


def test_a_design_is_added_with_a_picture_and_seen(office: Client) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    def add(name: str, upload: bytes) -> int:
        file = SimpleUploadedFile("a.png", upload, content_type="image/png")
        return office.post(
            page("giftcarddesign_add"),
            {
                "name": name,
                "face": "own",
                "greeting": "",
                "face_values": "50, 100，200.50",
                "free_from": "",
                "free_to": "",
                "is_active": "on",
                "upload": file,
            },
        ).status_code

    assert add("bad", SVG) == 302  # a sentence above the same page
    assert not GiftCardDesign.objects.exists()
    assert add("good", picture("PNG")) == 302
    design = GiftCardDesign.objects.get()
    assert design.face_values == [50_00, 100_00, 200_50]
    seen = office.get(page("giftcarddesign_picture", design.pk))
    assert seen["Content-Type"] == "image/jpeg"
    assert seen.content[:2] == b"\xff\xd8"
    assert page("giftcarddesign_picture", design.pk) in (
        office.get(page("giftcarddesign_changelist")).content.decode()
    )


def test_the_first_faces_are_begun_with_from_the_list(office: Client) -> None:
    address = reverse("admin:gift_cards_giftcarddesign_begin")

    assert office.get(address).status_code == 200
    assert not GiftCardDesign.objects.exists()
    office.post(address)
    assert GiftCardDesign.objects.count() == 4
    assert office.post(address).status_code == 403


def test_a_gift_is_sent_again_by_who_may(office: Client, here: Store) -> None:
    something(here)
    gift = Gift.objects.get()
    Gift.objects.update(status="failed", sending_at=NOON, attempts=5)
    address = f"/admin/gift_cards/gift/{gift.pk}/resend/"

    cashier = signed_in(UserFactory.holding("cashier", store=here))
    assert cashier.post(address, {"reason": "x"}).status_code == 403
    office.post(address, {"reason": "address mended"})

    gift.refresh_from_db()
    assert (gift.status, gift.attempts) == ("waiting", 0)


def test_a_list_of_cards_asks_the_same_however_many(
    office: Client, here: Store, django_assert_max_num_queries: Any
) -> None:
    by = at_store(here)
    for _ in range(12):
        a_card(by=by)
    with django_assert_max_num_queries(30):
        office.get(page("giftcard_changelist"))
