"""The shop floor in the admin: one's own stores, acts with forms, never a 500."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from stores.models import (
    ApiKey,
    Approval,
    Assignment,
    AuditEvent,
    Role,
    RoleLimit,
    Shift,
    Store,
    Till,
    User,
)
from tests.factories.stores import (
    NOON,
    PASSWORD,
    PIN,
    AssignmentFactory,
    ShiftFactory,
    StoreFactory,
    TillFactory,
    UserFactory,
    signed_in,
)
from tests.samples import mostly_long

pytestmark = pytest.mark.django_db
MODELS = [
    ApiKey,
    Approval,
    Assignment,
    AuditEvent,
    Role,
    RoleLimit,
    Shift,
    Store,
    Till,
    User,
]
NASTY = ["", "-1", "9" * 400, "1e400", "NaN", "😀", "0x10", "' OR 1=1 --", "1.234"]


def page(name: str, *args: object) -> str:
    return reverse(f"admin:stores_{name}", args=args)


@pytest.fixture
def here() -> Store:
    return StoreFactory.create(code="HERE")


@pytest.fixture
def there() -> Store:
    return StoreFactory.create(code="THERE")


@pytest.fixture
def office() -> Client:
    return signed_in(UserFactory.holding("head-office"))


@pytest.fixture
def manager(here: Store) -> Client:
    return signed_in(UserFactory.holding("store-manager", store=here))


def something_of(store: Store) -> Iterator[tuple[str, object]]:
    """One row of each kind that belongs to a store."""
    till = TillFactory.create(store=store)
    shift = ShiftFactory.create(till=till)
    staff = UserFactory.holding("cashier", store=store)
    yield "store", store
    yield "till", till
    yield "shift", shift
    yield "user", staff
    yield "assignment", staff.assignments.get()
    yield (
        "auditevent",
        AuditEvent.objects.create(at=NOON, act="tests.done", actor="x", store=store),
    )
    yield (
        "approval",
        Approval.objects.create(
            act="ledger.adjust",
            store=store,
            maker=staff,
            amount=1,
            reason="r",
            requested_at=NOON,
        ),
    )


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
def test_every_list_and_row_opens(
    model: type[Store], office: Client, here: Store
) -> None:
    list(something_of(here))
    AssignmentFactory.create()
    ApiKey.objects.create(name="k", prefix="p", digest="0" * 64, created_at=NOON)
    name = model._meta.model_name or ""
    row = model._default_manager.order_by("pk").first()
    assert row is not None

    for address in (
        page(f"{name}_changelist"),
        page(f"{name}_changelist") + "?q=x%00😀",
        page(f"{name}_change", row.pk),
        page(f"{name}_history", row.pk),
    ):
        assert office.get(address).status_code == 200, address


def test_a_manager_sees_the_rows_of_one_store(
    manager: Client, here: Store, there: Store
) -> None:
    ours, theirs = dict(something_of(here)), dict(something_of(there))

    for name, row in ours.items():
        response = manager.get(page(f"{name}_change", row.pk))  # type: ignore[attr-defined]  # any row
        assert response.status_code == 200, name
    for name, row in theirs.items():
        for view in ("change", "history"):
            response = manager.get(page(f"{name}_{view}", row.pk))  # type: ignore[attr-defined]  # any row
            assert response.status_code == 404, (name, view)
        listed = manager.get(page(f"{name}_changelist"))
        shown = set(listed.context["cl"].queryset.values_list("pk", flat=True))
        assert row.pk not in shown, name  # type: ignore[attr-defined]  # any row
        assert ours[name].pk in shown, name  # type: ignore[attr-defined]  # any row


def test_a_version_of_the_past_is_looked_at_and_gone_back_to_in_ones_own_stores(
    manager: Client, here: Store, there: Store
) -> None:
    ours, theirs = TillFactory.create(store=here), TillFactory.create(store=there)

    for till, status in ((ours, 200), (theirs, 404)):
        version = till.history.get().history_id
        address = page("till_simple_history", till.pk, version)
        assert manager.get(address).status_code == status
        manager.post(address, {"name": "back again", "is_active": "on"})

    ours.refresh_from_db()
    theirs.refresh_from_db()
    assert (ours.name, theirs.name) == ("back again", "")


def test_forged_posts_against_another_store_are_404(
    manager: Client, there: Store
) -> None:
    till = TillFactory.create(store=there, name="front")
    shift = ShiftFactory.create(till=till)
    staff = UserFactory.holding("cashier", store=there)
    pin = staff.pin_hash
    events = AuditEvent.objects.count()

    forged = [
        (page("till_change", till.pk), {"name": "mine", "is_active": ""}),
        (page("store_change", there.pk), {"name": "mine"}),
        (f"/admin/stores/shift/{shift.pk}/close/", {"cash": "1"}),
        (f"/admin/stores/shift/{shift.pk}/hand-over/", {"to": 1, "secret": PIN}),
        (f"/admin/stores/user/{staff.pk}/set-pin/", {"pin": "83517"}),
        (f"/admin/stores/user/{staff.pk}/set-password/", {"password": "x" * 20}),
        (f"/admin/stores/user/{staff.pk}/remove-authenticator/", {}),
        (page("user_change", staff.pk), {"display_name": "mine"}),
    ]
    for address, typed in forged:
        assert manager.post(address, typed).status_code in {403, 404}, address

    for row in (till, there, shift, staff):
        row.refresh_from_db()
    assert (till.name, till.is_active, shift.is_open) == ("front", True, True)
    assert staff.pin_hash == pin
    assert AuditEvent.objects.count() == events


def test_a_shift_opens_only_on_ones_own_tills(
    manager: Client, here: Store, there: Store
) -> None:
    mine, other = TillFactory.create(store=here), TillFactory.create(store=there)
    address = page("shift_open_shift")

    refused = manager.post(address, {"till": other.pk, "opening_float": "500"})
    opened = manager.post(address, {"till": mine.pk, "opening_float": "500.00"})
    again = manager.post(address, {"till": mine.pk, "opening_float": "500.00"})

    assert refused.status_code == 200
    assert opened.status_code == 302
    assert "A shift is already open on this till." in again.content.decode()
    shift = Shift.objects.get()
    assert (shift.till, shift.opening_float) == (mine, 500_00)


def test_a_shift_is_handed_over_and_closed_blind(manager: Client, here: Store) -> None:
    shift = ShiftFactory.create(till=TillFactory.create(store=here))
    cashier = UserFactory.holding("cashier", store=here)
    address = f"/admin/stores/shift/{shift.pk}"

    manager.post(f"{address}/hand-over/", {"to": cashier.pk, "secret": PIN})
    asked = manager.get(f"{address}/close/").content.decode()
    counts = {"cash": "501.00", "card": "0", "wechat": "0", "alipay": "0"}
    closed = manager.post(f"{address}/close/", counts, follow=True)
    again = manager.post(f"{address}/close/", counts)

    shift.refresh_from_db()
    assert "500.00" not in asked
    assert shift.holder == cashier
    assert not shift.is_open
    assert "Difference: ¥1.00." in closed.content.decode()
    assert again.status_code == 403
    assert shift.counts.count() == 4


@pytest.mark.parametrize("typed", mostly_long(NASTY, "9" * 400, "NaN"))
def test_nasty_amounts_are_answered_in_words(
    manager: Client, here: Store, typed: str
) -> None:
    shift = ShiftFactory.create(till=TillFactory.create(store=here))
    till = TillFactory.create(store=here)

    opened = manager.post(
        page("shift_open_shift"), {"till": till.pk, "opening_float": typed}
    )
    strange = manager.post(
        page("shift_open_shift"), {"till": typed, "opening_float": "1"}
    )
    closed = manager.post(f"/admin/stores/shift/{shift.pk}/close/", {"cash": typed})

    assert (opened.status_code, strange.status_code, closed.status_code) == (
        200,
        200,
        200,
    )
    shift.refresh_from_db()
    assert shift.is_open
    assert Shift.objects.count() == 1


@pytest.mark.parametrize("number", ["0", "9" * 30, "-1", "x", "😀", "1%00"])
def test_a_number_that_is_no_row_is_404(office: Client, number: str) -> None:
    for model in MODELS:
        name = model._meta.model_name
        address = f"/admin/stores/{name}/{number}/change/"
        assert office.get(address).status_code == 404, address
    for act in ("close", "hand-over"):
        address = f"/admin/stores/shift/{number}/{act}/"
        assert office.post(address, {}).status_code == 404, address


@pytest.mark.parametrize(
    "typed", mostly_long([*NASTY, "x" * 300, "\x00"], "x" * 300, "\x00")
)
def test_nasty_words_never_break_a_page(office: Client, typed: str) -> None:
    pages: list[tuple[str, dict[str, object]]] = [
        (page("store_add"), {"code": typed, "name": typed, "time_zone": typed}),
        (
            page("store_add"),
            {"code": "A", "name": "x", "time_zone": typed, "day_starts_at": typed},
        ),
        (page("till_add"), {"store": typed, "code": typed}),
        (page("role_add"), {"code": typed, "name": typed, "permissions": [typed]}),
        (
            page("rolelimit_add"),
            {"role": typed, "act": typed, "per_act": typed, "per_shift": typed},
        ),
        (page("assignment_add"), {"user": typed, "role": typed, "store": typed}),
        (page("user_add"), {"username": typed, "password1": typed}),
    ]
    before = (Store.objects.count(), Role.objects.count(), User.objects.count())

    for address, fields in pages:
        assert office.post(address, fields).status_code == 200, address

    assert (Store.objects.count(), Role.objects.count(), User.objects.count()) == before


def test_head_office_sets_up_a_store_its_till_and_its_people(office: Client) -> None:
    typed = {
        "code": "NEW",
        "name": "新店",
        "time_zone": "Europe/Berlin",
        "day_starts_at": "05:00",
        "is_active": "on",
    }
    assert office.post(page("store_add"), typed).status_code == 302
    store = Store.objects.get(code="NEW")
    office.post(page("till_add"), {"store": store.pk, "code": "T1", "is_active": "on"})
    typed = {
        "username": "wang",
        "display_name": "王芳",
        "language": "zh-hans",
        "password1": "a-Long-enough-1",
        "password2": "a-Long-enough-1",
    }
    assert office.post(page("user_add"), typed).status_code == 302
    wang = User.objects.get(username="wang")
    cashier = Role.objects.get(code="cashier")
    given = {"user": wang.pk, "role": cashier.pk, "store": store.pk}
    assert office.post(page("assignment_add"), given).status_code == 302
    office.post(f"/admin/stores/user/{wang.pk}/set-pin/", {"pin": "83517"})

    assert Till.objects.get().store == store
    assert wang.assignments.get().store == store
    assert User.objects.get(username="wang").pin_hash
    assert store.history.get().history_user is not None
    acts = AuditEvent.objects.order_by("pk").values_list("act", flat=True)
    assert list(acts) == [
        "stores.store_added",
        "stores.till_added",
        "stores.user_added",
        "stores.role_given",
        "stores.pin_set",
    ]


def test_a_refusal_is_a_sentence_and_changes_nothing(office: Client) -> None:
    role = Role.objects.get(code="head-office")
    me = role.assignments.get().user

    given = office.post(
        page("assignment_add"), {"user": me.pk, "role": role.pk}, follow=True
    )
    changed = office.post(
        page("role_change", role.pk), {"name": "x", "permissions": []}, follow=True
    )
    taken = office.post(
        page("assignment_delete", role.assignments.get().pk),
        {"post": "yes"},
        follow=True,
    )

    words = "Someone else has to do this for you, not you."
    for response in (changed, taken):
        assert words in response.content.decode()
    assert given.status_code == 200
    role.refresh_from_db()
    assert role.permissions
    assert role.assignments.count() == 1


def test_rows_that_stay_have_no_form(office: Client, here: Store) -> None:
    rows = dict(something_of(here))

    for name in ("shift", "approval", "auditevent"):
        address = page(f"{name}_change", rows[name].pk)  # type: ignore[attr-defined]  # any row
        assert office.post(address, {"act": "x"}).status_code == 403
        address = page(f"{name}_delete", rows[name].pk)  # type: ignore[attr-defined]  # any row
        assert office.post(address, {"post": "yes"}).status_code == 403
        assert office.post(page(f"{name}_add"), {}).status_code == 403


def test_a_cashier_opens_nothing_of_the_office(here: Store) -> None:
    cashier = signed_in(UserFactory.holding("cashier", store=here))

    for name in ("user", "role", "assignment", "auditevent", "apikey", "rolelimit"):
        assert cashier.get(page(f"{name}_changelist")).status_code == 403, name
        assert cashier.get(page(f"{name}_add")).status_code == 403, name


def test_the_second_person_approves_with_a_pin(here: Store) -> None:
    rows = dict(something_of(here))
    approval = rows["approval"]
    assert isinstance(approval, Approval)
    lead = UserFactory.holding("shift-lead", store=here)
    client = signed_in(lead)
    address = f"/admin/stores/approval/{approval.pk}/approve/"

    wrong = client.post(address, {"secret": "135790"})
    right = client.post(address, {"secret": PIN})

    approval.refresh_from_db()
    assert "The PIN or password is not right." in wrong.content.decode()
    assert right.status_code == 302
    assert approval.checker == lead


def test_a_key_is_revoked_with_one_question(office: Client) -> None:
    key = ApiKey.objects.create(name="k", prefix="p", digest="0" * 64, created_at=NOON)

    office.get(f"/admin/stores/apikey/{key.pk}/revoke/")
    key.refresh_from_db()
    assert key.revoked_at is None
    office.post(f"/admin/stores/apikey/{key.pk}/revoke/")

    key.refresh_from_db()
    assert key.revoked_at is not None


def test_ones_own_pin_takes_ones_own_secret(here: Store) -> None:
    user = UserFactory.holding("cashier", store=here)
    client = signed_in(user)
    address = f"/admin/stores/user/{user.pk}/set-pin/"
    before = user.pin_hash

    without = client.post(address, {"pin": "83517"})
    wrong = client.post(address, {"pin": "83517", "secret": "wrong"})
    simple = client.post(address, {"pin": "1234", "secret": PIN})
    user.refresh_from_db()
    assert user.pin_hash == before
    right = client.post(address, {"pin": "83517", "secret": PASSWORD})

    user.refresh_from_db()
    assert (without.status_code, right.status_code) == (200, 302)
    assert "The PIN or password is not right." in wrong.content.decode()
    assert "not as simple" in simple.content.decode()
    assert user.pin_hash != before


def test_ones_own_authenticator_is_nobody_elses(here: Store) -> None:
    user = UserFactory.holding("cashier", store=here)
    client, other = signed_in(user), UserFactory.create()
    address = f"/admin/stores/user/{user.pk}/set-up-authenticator/"

    drawn = client.get(address).content.decode()
    device = TOTPDevice.objects.get(user=user)
    code = f"{totp(device.bin_key):06d}"
    wrong = client.post(address, {"code": code, "secret": "wrong"})
    device.refresh_from_db()
    assert not device.confirmed
    right = client.post(address, {"code": code, "secret": PIN})

    device.refresh_from_db()
    assert "<svg" in drawn
    assert (wrong.status_code, right.status_code) == (200, 302)
    assert device.confirmed
    removed = client.post(f"/admin/stores/user/{user.pk}/remove-authenticator/", {})
    strange = client.get(f"/admin/stores/user/{other.pk}/set-up-authenticator/")
    assert (removed.status_code, strange.status_code) == (403, 403)


def test_ones_own_password_takes_the_old_one_and_the_log_notes_it(here: Store) -> None:
    user = UserFactory.holding("cashier", store=here)
    client = signed_in(user)
    new = {"new_password1": "a-Long-enough-1", "new_password2": "a-Long-enough-1"}
    address = "/admin/password_change/"

    client.post(address, {"old_password": "wrong", **new})
    assert not AuditEvent.objects.exists()
    changed = client.post(address, {"old_password": PASSWORD, **new})

    user.refresh_from_db()
    assert changed.status_code == 302
    assert user.check_password("a-Long-enough-1")
    assert AuditEvent.objects.get().act == "stores.password_set"
    direct = f"/admin/stores/user/{user.pk}/set-password/"
    assert client.post(direct, {"password": "b-Long-enough-1"}).status_code == 403


def test_head_office_helps_someone_whose_phone_is_gone(office: Client) -> None:
    user = UserFactory.holding("cashier")
    address = f"/admin/stores/user/{user.pk}/remove-authenticator/"
    assert office.post(address).status_code == 403  # there is none

    TOTPDevice.objects.create(user=user, name="x", confirmed=True)
    assert office.get(address).status_code == 200
    assert TOTPDevice.objects.filter(user=user).exists()
    assert office.post(address).status_code == 302

    assert not TOTPDevice.objects.filter(user=user).exists()


def test_the_language_someone_prefers_is_theirs_from_the_sign_in_on(
    client: Client,
) -> None:
    UserFactory.holding(
        "head-office", username="wen", language="zh-hant", is_staff=True
    )

    def sign_in(browser: Client) -> str:
        browser.post("/admin/login/", {"username": "wen", "password": PASSWORD})
        return browser.get("/admin/stores/role/").content.decode()

    assert "收銀員" in sign_in(client)

    chosen = Client()
    chosen.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert "Cashier" in sign_in(chosen)


@pytest.mark.parametrize("ticked", ["x", "1.5", "9" * 30])
def test_a_ticked_row_that_cannot_be_is_no_failure(ticked: str) -> None:
    office = signed_in(UserFactory.holding("head-office"))

    answer = office.post(
        "/admin/stores/auditevent/",
        {"action": "export_csv", "_selected_action": ticked},
    )

    assert answer.status_code in (200, 404)
