"""Who may do what, where."""

import pytest

from stores import selectors as stores_selectors
from stores.models import Role, User
from stores.selectors.access import may_give, may_manage
from tests.factories.stores import (
    AssignmentFactory,
    RoleFactory,
    ShiftFactory,
    StoreFactory,
    TillFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
OPEN = "stores.open_shift"


def fresh(user: User) -> User:
    """As the next request would read them."""
    return User.objects.get(pk=user.pk)


def test_a_role_at_a_store_reaches_that_store_alone() -> None:
    here, there = StoreFactory.create(), StoreFactory.create()
    cashier = UserFactory.holding("cashier", store=here)

    assert stores_selectors.user_may(cashier, OPEN, store=here)
    assert not stores_selectors.user_may(cashier, OPEN, store=there)
    assert not stores_selectors.user_may(cashier, "stores.approve", store=here)
    assert not stores_selectors.user_may_everywhere(cashier, OPEN)
    assert list(stores_selectors.stores_for(cashier, OPEN)) == [here]
    assert not stores_selectors.stores_for(cashier, "stores.approve").exists()


def test_a_role_at_no_store_reaches_every_store() -> None:
    stores = {StoreFactory.create(), StoreFactory.create()}
    office = UserFactory.holding("head-office")

    assert set(stores_selectors.stores_for(office, OPEN)) == stores
    assert stores_selectors.user_may_everywhere(office, "stores.change_role")


def test_roles_add_up_store_by_store() -> None:
    here, there = StoreFactory.create(), StoreFactory.create()
    user = UserFactory.holding("cashier", store=here)
    AssignmentFactory.create(
        user=user, role=Role.objects.get(code="shift-lead"), store=there
    )

    assert not stores_selectors.user_may(user, "stores.approve", store=here)
    assert stores_selectors.user_may(user, "stores.approve", store=there)
    assert set(stores_selectors.stores_for(user, OPEN)) == {here, there}


def test_what_one_may_at_one_store_is_given_at_no_other() -> None:
    here, there = StoreFactory.create(), StoreFactory.create()
    user = UserFactory.create()
    for store, verb in ((here, "gold.mint"), (there, "gold.melt")):
        role = RoleFactory.create(permissions=[verb])
        AssignmentFactory.create(user=user, role=role, store=store)

    assert may_give(user, ["gold.mint"], here.pk)
    assert not may_give(user, ["gold.mint"], there.pk)
    assert not may_give(user, ["gold.mint", "gold.melt"], there.pk)
    assert not may_give(user, ["gold.mint"], None)


def test_whom_one_manages_is_decided_by_what_they_may_where() -> None:
    here, there = StoreFactory.create(), StoreFactory.create()
    minter = RoleFactory.create(permissions=["gold.mint"])
    leader = RoleFactory.create(permissions=["gold.mint", "stores.change_user"])
    boss = AssignmentFactory.create(role=leader, store=here).user
    mine = AssignmentFactory.create(role=minter, store=here).user
    elsewhere = AssignmentFactory.create(role=minter, store=there).user
    everywhere = AssignmentFactory.create(role=minter, store=None).user

    assert may_manage(boss, mine, "stores.change_user")
    assert not may_manage(boss, elsewhere, "stores.change_user")
    assert not may_manage(boss, everywhere, "stores.change_user")
    assert not may_manage(mine, boss, "stores.change_user")
    AssignmentFactory.create(user=mine, role=minter, store=there)
    assert not may_manage(boss, mine, "stores.change_user")


def test_who_has_left_may_nothing() -> None:
    store = StoreFactory.create()
    for user in (
        UserFactory.holding("head-office", is_active=False),
        UserFactory.create(is_superuser=True, is_active=False),
    ):
        assert not stores_selectors.user_may(user, OPEN, store=store)
        assert not stores_selectors.user_may_everywhere(user, OPEN)
        assert not stores_selectors.stores_for(user, OPEN).exists()
        assert not user.has_perm(OPEN)
        assert not user.has_module_perms("stores")


def test_django_asks_with_the_row_and_its_store_decides() -> None:
    till = TillFactory.create()
    manager = UserFactory.holding("store-manager", store=till.store)
    elsewhere = ShiftFactory.create()

    assert manager.has_perm("stores.view_till", till)
    assert manager.has_perm("stores.view_store", till.store)
    assert manager.has_perm("stores.view_shift")
    assert not manager.has_perm("stores.view_shift", elsewhere)
    assert not manager.has_perm("stores.view_store", elsewhere.store)
    assert manager.has_module_perms("stores")
    assert not manager.has_module_perms("auth")
    assert not manager.has_perms(["stores.view_till", "stores.add_store"])


def test_a_change_of_a_role_counts_with_the_next_request() -> None:
    cashier = UserFactory.holding("cashier")
    assert not fresh(cashier).has_perm("stores.add_store")

    Role.objects.filter(code="cashier").update(permissions=["stores.add_store"])

    assert fresh(cashier).has_perm("stores.add_store")
    assert not fresh(cashier).has_perm(OPEN)


def test_one_sees_who_works_in_ones_stores() -> None:
    here = StoreFactory.create()
    manager = UserFactory.holding("store-manager", store=here)
    colleague = UserFactory.holding("cashier", store=here)
    UserFactory.holding("cashier", store=StoreFactory.create())
    UserFactory.holding("head-office")
    UserFactory.create()

    seen = stores_selectors.people_for(manager, "stores.view_user")

    assert set(seen) == {manager, colleague}
    assert set(stores_selectors.people_for(colleague, "stores.view_user")) == {
        colleague
    }


def test_each_first_role_may_what_its_job_needs() -> None:
    may = dict(Role.objects.values_list("code", "permissions"))

    assert set(may) == {
        "cashier",
        "shift-lead",
        "store-manager",
        "head-office",
        "marketing",
        "auditor",
    }
    assert "stores.approve" not in may["cashier"]
    assert "stores.approve" in may["shift-lead"]
    only_looks = {verb for verb in may["auditor"] if ".view_" not in verb}
    assert only_looks <= {"ledger.prove"}
    assert set(may["store-manager"]) < set(may["head-office"])


def test_every_verb_of_the_first_roles_is_known_to_the_house() -> None:
    known = stores_selectors.all_permissions()
    given = {verb for role in Role.objects.all() for verb in role.permissions}

    assert given - known.keys() == set()


def test_a_limit_is_the_widest_of_the_roles_that_give_the_act() -> None:
    store = StoreFactory.create()
    act = "ledger.adjust"
    lead = UserFactory.holding("shift-lead", store=store)
    assert stores_selectors.limit_of(lead, act, store=store).per_act == 100_00

    manager = Role.objects.get(code="store-manager")
    AssignmentFactory.create(user=lead, role=manager, store=store)
    assert stores_selectors.limit_of(lead, act, store=store).per_act == 1_000_00

    AssignmentFactory.create(user=lead, role=RoleFactory.create(permissions=[act]))
    assert stores_selectors.limit_of(lead, act, store=store).per_act is None

    cashier = UserFactory.holding("cashier", store=store)
    assert stores_selectors.limit_of(cashier, act, store=store).per_act == 0
