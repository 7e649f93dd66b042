"""Staff, roles, limits, keys and authenticators: nobody gives more than they hold."""

import pytest
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from common.errors import DomainError
from stores import services as stores_services
from stores.errors import (
    AlreadyGiven,
    CodeRefused,
    KeyNameTaken,
    KeyNotUsable,
    NotAllowed,
    NotOnOneself,
    OutOfReach,
)
from stores.models import ApiKey, Assignment, AuditEvent, Role, RoleLimit, User
from tests.factories.stores import (
    NOON,
    AssignmentFactory,
    RoleFactory,
    RoleLimitFactory,
    StoreFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> User:
    return UserFactory.holding("head-office")


def test_head_office_gives_and_takes_a_role(office: User) -> None:
    store, user = StoreFactory.create(), UserFactory.create()
    role = Role.objects.get(code="cashier")

    given = stores_services.assign(
        user=user, role=role, store=store, by=office, at=NOON
    )
    with pytest.raises(AlreadyGiven):
        stores_services.assign(user=user, role=role, store=store, by=office, at=NOON)
    stores_services.unassign(assignment=given, by=office, at=NOON)

    assert not user.assignments.exists()
    acts = AuditEvent.objects.order_by("pk").values_list("act", "subject_id", "facts")
    assert list(acts) == [
        ("stores.role_given", str(user.pk), {"role": "cashier"}),
        ("stores.role_taken", str(user.pk), {"role": "cashier"}),
    ]


def test_nobody_gives_themselves_or_beyond_their_own(office: User) -> None:
    strong = RoleFactory.create(permissions=["stores.approve", "gold.mint"])
    cashier = Role.objects.get(code="cashier")
    store = StoreFactory.create()
    local = RoleFactory.create(
        permissions=[*cashier.permissions, "stores.add_assignment"]
    )
    manager = AssignmentFactory.create(role=local, store=store).user
    user = UserFactory.create()
    before = Assignment.objects.count()

    attempts: list[tuple[User, Role, object, User, type[DomainError]]] = [
        (office, cashier, None, office, NotOnOneself),
        (user, strong, None, office, OutOfReach),
        (user, cashier, None, manager, NotAllowed),  # theirs is one store
        (user, cashier, StoreFactory.create(), manager, NotAllowed),
        (user, Role.objects.get(code="auditor"), store, manager, OutOfReach),
        (user, cashier, store, UserFactory.holding("cashier"), NotAllowed),
    ]
    for whom, role, where, by, refusal in attempts:
        with pytest.raises(refusal):
            stores_services.assign(user=whom, role=role, store=where, by=by, at=NOON)  # type: ignore[arg-type]  # a store or none

    assert Assignment.objects.count() == before + 1  # the last one's own, made here
    assert not user.assignments.exists()
    stores_services.assign(user=user, role=cashier, store=store, by=manager, at=NOON)
    assert user.assignments.count() == 1


def test_nobody_widens_a_role_of_their_own_or_beyond_their_own(office: User) -> None:
    own, other = Role.objects.get(code="head-office"), RoleFactory.create()
    own.permissions = own.permissions[1:]
    other.permissions = ["gold.mint"]

    with pytest.raises(NotOnOneself):
        stores_services.save_role(role=own, by=office, at=NOON)
    with pytest.raises(OutOfReach):
        stores_services.save_role(role=other, by=office, at=NOON)
    other.permissions = ["stores.view_till", "stores.view_store"]
    stores_services.save_role(role=other, by=office, at=NOON)

    own.refresh_from_db()
    other.refresh_from_db()
    assert "ledger.adjust" in own.permissions
    assert other.permissions == ["stores.view_store", "stores.view_till"]
    assert other.history.count() == 2
    event = AuditEvent.objects.get(act="stores.role_changed")
    assert event.facts["added"] == ["stores.view_store", "stores.view_till"]


def test_nobody_sets_the_limit_of_a_role_they_hold(office: User) -> None:
    limit = RoleLimitFactory.create(role=Role.objects.get(code="head-office"))
    limit.per_act = 10**15

    with pytest.raises(NotOnOneself):
        stores_services.save_limit(limit=limit, by=office, at=NOON)
    with pytest.raises(NotOnOneself):
        stores_services.delete_limit(limit=limit, by=office, at=NOON)

    limit.refresh_from_db()
    assert limit.per_act == 100_00


def test_a_limit_is_set_and_lifted(office: User) -> None:
    limit = RoleLimit(
        role=RoleFactory.create(), act="ledger.adjust", per_act=1, per_shift=2
    )

    stores_services.save_limit(limit=limit, by=office, at=NOON)
    pk = limit.pk
    stores_services.delete_limit(limit=limit, by=office, at=NOON)

    assert not RoleLimit.objects.filter(pk=pk).exists()
    acts = AuditEvent.objects.order_by("pk").values_list("act", flat=True)
    assert list(acts) == ["stores.limit_set", "stores.limit_lifted"]


def test_people_are_added_changed_and_given_passwords(office: User) -> None:
    user = User(username="wang", display_name="Wang")

    stores_services.create_user(
        user=user, password="a long enough one", by=office, at=NOON
    )
    user.display_name = "Wang Fang"
    stores_services.save_user(user=user, by=office, at=NOON)
    stores_services.set_password(
        user=user, password="another lantern", by=office, at=NOON
    )

    user.refresh_from_db()
    assert user.check_password("another lantern")
    assert str(user) == "Wang Fang"
    acts = list(AuditEvent.objects.order_by("pk").values_list("act", "facts"))
    assert acts == [
        ("stores.user_added", {}),
        ("stores.user_changed", {"changed": ["display_name"]}),
        ("stores.password_set", {}),
    ]


def test_only_who_may_do_everything_makes_another_such(office: User) -> None:
    boss = UserFactory.create(is_superuser=True)
    climber = UserFactory.create()
    climber.is_superuser = True
    new = User(username="x", is_superuser=True)

    with pytest.raises(OutOfReach):
        stores_services.save_user(user=climber, by=office, at=NOON)
    with pytest.raises(OutOfReach):
        stores_services.create_user(user=new, password="p", by=office, at=NOON)
    with pytest.raises(OutOfReach):
        stores_services.set_password(user=boss, password="p", by=office, at=NOON)
    boss.is_active = False
    with pytest.raises(OutOfReach):
        stores_services.save_user(user=boss, by=office, at=NOON)
    with pytest.raises(NotOnOneself):
        stores_services.save_user(user=boss, by=fresh(boss), at=NOON)

    assert User.objects.filter(is_superuser=True, is_active=True).count() == 1
    assert not fresh(boss).check_password("p")


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_a_key_is_shown_once_and_kept_as_a_fingerprint(office: User) -> None:
    store = StoreFactory.create()

    key, text = stores_services.create_api_key(
        name="till",
        store=store,
        scopes=["sales:write", "sales:write"],
        at=NOON,
        by=office,
    )

    row = ApiKey.objects.get()
    assert text not in str(row.__dict__)
    assert text.startswith(row.prefix)
    assert row.scopes == ["sales:write"]
    assert stores_services.use_api_key(text) == (key, store)
    assert text not in str(AuditEvent.objects.get().__dict__)


def test_a_key_ends_at_once_and_its_name_is_free_again(office: User) -> None:
    def make() -> tuple[ApiKey, str]:
        return stores_services.create_api_key(
            name="till", store=None, scopes=[], at=NOON
        )

    key, text = make()
    with pytest.raises(KeyNameTaken):
        make()
    stores_services.revoke_api_key(key=key, by=office, at=NOON)

    for wrong in (text, "", "reg_", text + "x", "😀"):
        with pytest.raises(KeyNotUsable):
            stores_services.use_api_key(wrong)
    with pytest.raises(KeyNotUsable):
        stores_services.revoke_api_key(key=key, by=office, at=NOON)
    assert make()[0].pk != key.pk


def test_nobody_revokes_another_stores_key() -> None:
    key, text = stores_services.create_api_key(
        name="till", store=StoreFactory.create(), scopes=[], at=NOON
    )
    manager = UserFactory.holding("store-manager", store=StoreFactory.create())

    with pytest.raises(NotAllowed):
        stores_services.revoke_api_key(key=key, by=manager, at=NOON)

    assert stores_services.use_api_key(text)[0] == key


def code_of(device: TOTPDevice) -> str:
    return f"{totp(device.bin_key):06d}"


def test_an_authenticator_counts_once_its_first_code_is_right() -> None:
    user = UserFactory.create()
    device = stores_services.begin_totp(user=user)
    assert stores_services.begin_totp(user=user) == device

    with pytest.raises(CodeRefused):
        stores_services.confirm_totp(user=user, code="😀", at=NOON)
    TOTPDevice.objects.update(throttling_failure_count=0)
    stores_services.confirm_totp(user=user, code=code_of(device), at=NOON)

    assert TOTPDevice.objects.get(user=user).confirmed


def test_only_a_superior_removes_an_authenticator(office: User) -> None:
    user = UserFactory.holding("cashier")
    TOTPDevice.objects.create(user=user, name="x")

    for by in (user, UserFactory.holding("cashier")):
        with pytest.raises(OutOfReach):
            stores_services.remove_totp(user=user, by=by, at=NOON)
    assert TOTPDevice.objects.filter(user=user).exists()

    stores_services.remove_totp(user=user, by=office, at=NOON)
    assert not TOTPDevice.objects.filter(user=user).exists()
