"""Rights change only together with a line of the log, whoever writes the rows."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib import auth
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django_otp.plugins.otp_totp.models import TOTPDevice
from psycopg import Error as PsycopgError

from common.sql_installation import files
from stores import services as stores_services
from stores.models import ApiKey, Assignment, AuditEvent, Role, RoleLimit, User
from tests.factories.stores import (
    NOON,
    PASSWORD,
    AssignmentFactory,
    QuickArgon2,
    RoleLimitFactory,
    StoreFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
REFUSED = "23001"  # restrict_violation
FUNCTIONS = "stores/sql/rights.sql"


class WeakArgon2(QuickArgon2):
    """As an older version kept passwords."""

    time_cost = QuickArgon2.time_cost + 1


@dataclass(frozen=True, slots=True)
class StaffedShop:
    """A boss, a cashier with a limit, and the numbers that the attacks name."""

    boss: User
    cashier: User
    assignment: Assignment
    limit: RoleLimit
    key: ApiKey
    ended: ApiKey
    role: Role

    @property
    def numbers(self) -> dict[str, Any]:
        return {
            "boss": self.boss.pk,
            "cashier": self.cashier.pk,
            "assignment": self.assignment.pk,
            "limit": self.limit.pk,
            "key": self.key.pk,
            "ended": self.ended.pk,
            "role": self.role.pk,
            "store": self.assignment.store_id,
            "hash": make_password("an attacker's own"),
        }


@pytest.fixture
def shop() -> StaffedShop:
    boss = UserFactory.create(username="boss", is_superuser=True)
    cashier = UserFactory.create(username="cashier")
    role = Role.objects.get(code="cashier")
    store = StoreFactory.create()
    key, ended = (
        stores_services.create_api_key(
            name=name, store=store, scopes=(), by=boss, at=NOON
        )[0]
        for name in ("till", "former till")
    )
    stores_services.revoke_api_key(key=ended, by=boss, at=NOON)
    TOTPDevice.objects.create(user=boss, confirmed=True, name="phone")
    TOTPDevice.objects.create(user=cashier, confirmed=False, name="phone")
    return StaffedShop(
        boss,
        cashier,
        AssignmentFactory.create(user=cashier, role=role, store=store),
        RoleLimitFactory.create(role=role),
        key,
        ended,
        role,
    )


@pytest.fixture
def role() -> str:
    """What the application puts on; rolled back with the test."""
    name = f"regulars_test_{uuid.uuid4().hex[:8]}"
    call_command("restrict_role", name)
    return name


@pytest.fixture
def worn(shop: StaffedShop, role: str) -> Iterator[None]:
    execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    execute(f"SET LOCAL ROLE {role}")
    yield
    execute("RESET ROLE")


def execute(sql: str, told: dict[str, Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, told)


def commit() -> None:
    """What the database looks at when a transaction ends."""
    execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def commit_after(sql: str, told: dict[str, Any]) -> None:
    execute(sql, told)
    commit()


LOGGED = """
INSERT INTO stores_auditevent (at, act, actor, staff_id, subject_type, subject_id,
                               request_id, facts, written_in)
VALUES (now(), %(act)s, 'x', %(staff)s, %(type)s, %(id)s, '', %(facts)s, {written_in})
"""
NEW_USER = """
INSERT INTO stores_user (password, username, display_name, language, is_active,
                         is_staff, is_superuser, pin_hash, created_at)
VALUES (%(hash)s, 'mallory', 'Mallory', '', true, true, {superuser}, '', now())
"""
ATTACKS = {
    "may do everything": "UPDATE stores_user SET is_superuser = true"
    " WHERE id = %(cashier)s",
    "may see the office": "UPDATE stores_user SET is_staff = NOT is_staff"
    " WHERE id = %(cashier)s",
    "is shut out": "UPDATE stores_user SET is_active = false WHERE id = %(boss)s",
    "another's name": "UPDATE stores_user SET username = 'mallory' WHERE id = %(boss)s",
    "another's password": "UPDATE stores_user SET password = %(hash)s"
    " WHERE id = %(boss)s",
    "another's PIN": "UPDATE stores_user SET pin_hash = %(hash)s WHERE id = %(boss)s",
    "a new person": NEW_USER.format(superuser="false"),
    "a new master": NEW_USER.format(superuser="true"),
    "a role": "INSERT INTO stores_assignment (user_id, role_id, store_id)"
    " SELECT %(cashier)s, id, NULL FROM stores_role WHERE code = 'head-office'",
    "a role taken": "DELETE FROM stores_assignment WHERE id = %(assignment)s",
    "a wider role": "UPDATE stores_role SET permissions ="
    " permissions || '{stores.change_role}'::varchar[] WHERE id = %(role)s",
    "a new role": "INSERT INTO stores_role (code, name, permissions)"
    " VALUES ('mallory', 'M', '{stores.change_role}')",
    "a wider limit": "UPDATE stores_rolelimit SET per_act = 10^9 WHERE id = %(limit)s",
    "no limit": "DELETE FROM stores_rolelimit WHERE id = %(limit)s",
    "a key": "INSERT INTO stores_apikey (name, store_id, scopes, prefix, digest,"
    " created_at) VALUES ('mallory', NULL, '{}', 'reg_mallory0', repeat('0', 64),"
    " now())",
    "a key ended": "UPDATE stores_apikey SET revoked_at = now() WHERE id = %(key)s",
    "a key again": "UPDATE stores_apikey SET revoked_at = NULL WHERE id = %(ended)s",
    "no second factor": "DELETE FROM otp_totp_totpdevice WHERE user_id = %(boss)s",
    "another's second factor": "UPDATE otp_totp_totpdevice SET user_id = %(cashier)s"
    " WHERE user_id = %(boss)s",
    "a second factor": "UPDATE otp_totp_totpdevice SET confirmed = true"
    " WHERE user_id = %(cashier)s",
}


def rights() -> list[object]:
    """Who may do what, as it stands."""
    return [
        list(model._default_manager.order_by("pk").values())
        for model in (User, Assignment, Role, RoleLimit, ApiKey, TOTPDevice)
    ]


@pytest.mark.parametrize("name", ATTACKS)
def test_raw_sql_changes_no_right_without_a_line(
    name: str, shop: StaffedShop, worn: None
) -> None:
    told, before = shop.numbers, rights()

    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        commit_after(ATTACKS[name], told)

    cause = refusal.value.__cause__
    assert isinstance(cause, PsycopgError)
    assert cause.sqlstate == REFUSED
    assert rights() == before


def test_without_the_triggers_every_one_of_them_would_be_done(
    shop: StaffedShop, role: str
) -> None:
    [text] = [file.text for file in files() if file.name == FUNCTIONS]
    triggers = [
        (line.split()[4], line.rsplit(" ON ", 1)[1].rstrip(";"))
        for line in text.splitlines()
        if line.startswith("DROP TRIGGER IF EXISTS")
    ]
    assert len(triggers) == 6
    commit()
    for trigger, table in triggers:
        execute(f"DROP TRIGGER {trigger} ON {table}")
    execute(f"SET LOCAL ROLE {role}")
    told = shop.numbers
    for attack in ATTACKS.values():
        with transaction.atomic():
            before = rights()
            execute(attack, told)
            commit()
            assert rights() != before
            transaction.set_rollback(True)
    execute("RESET ROLE")


def write_line(written_in: str = "DEFAULT", **told: Any) -> None:
    facts = json.dumps(told.pop("facts", {}))
    sql = LOGGED.format(written_in=written_in)
    execute(sql, {"type": "stores.user", "facts": facts, **told})


def refused(attack: str, shop: StaffedShop, **line: Any) -> bool:
    """Whether the attack is refused though its transaction wrote this line."""
    try:
        with transaction.atomic():
            write_line(**line)
            execute(ATTACKS[attack], shop.numbers)
            commit()
            transaction.set_rollback(True)
    except DatabaseError:
        return True
    return False


def test_the_line_names_who_and_what(shop: StaffedShop, worn: None) -> None:
    boss, cashier = shop.boss.pk, shop.cashier.pk
    line: dict[str, Any] = {
        "act": "stores.user_changed",
        "staff": boss,
        "id": str(cashier),
        "facts": {"changed": ["is_superuser"]},
    }
    attack = "may do everything"
    assert not refused(attack, shop, **line)
    assert refused(attack, shop, **{**line, "id": str(boss)})
    assert refused(attack, shop, **{**line, "act": "stores.signed_in"})
    assert refused(attack, shop, **{**line, "facts": {"changed": ["language"]}})
    # Nobody lets themself do everything, nor does one who may not.
    assert refused(attack, shop, **{**line, "staff": cashier})
    assert refused(attack, shop, **{**line, "staff": None})


def test_a_role_is_given_by_another_at_the_store_that_is_said(
    shop: StaffedShop, worn: None
) -> None:
    line: dict[str, Any] = {
        "act": "stores.role_given",
        "staff": shop.boss.pk,
        "id": str(shop.cashier.pk),
        "facts": {"role": "head-office"},
    }
    assert not refused("a role", shop, **line)
    assert refused("a role", shop, **{**line, "facts": {"role": "cashier"}})
    assert refused("a role", shop, **{**line, "staff": shop.cashier.pk})
    assert refused("a role taken", shop, **{**line, "act": "stores.role_taken"})


def test_a_line_of_another_transaction_serves_for_nothing(
    shop: StaffedShop, worn: None
) -> None:
    line: dict[str, Any] = {
        "act": "stores.password_set",
        "staff": shop.boss.pk,
        "id": str(shop.boss.pk),
    }
    assert not refused("another's password", shop, **line)
    assert refused("another's password", shop, **line, written_in="txid_current() - 1")


def test_a_key_that_was_revoked_stays_so(shop: StaffedShop, worn: None) -> None:
    line = {
        "act": "stores.key_revoked",
        "staff": shop.boss.pk,
        "id": str(shop.ended.pk),
        "type": "stores.apikey",
    }
    assert refused("a key again", shop, **line)


def test_the_commands_go_on_under_the_role(shop: StaffedShop, worn: None) -> None:
    boss, cashier, store = shop.boss, shop.cashier, shop.assignment.store
    stores_services.unassign(assignment=shop.assignment, by=boss, at=NOON)
    stores_services.assign(user=cashier, role=shop.role, store=store, by=boss, at=NOON)
    cashier.is_superuser = True
    stores_services.save_user(user=cashier, by=boss, at=NOON)
    fresh = User(username="lin", display_name="Lin")
    stores_services.create_user(user=fresh, password="seven lanterns", by=boss, at=NOON)
    stores_services.set_pin(user=fresh, pin="83517", by=boss, at=NOON)
    stores_services.set_password(
        user=fresh, password="eight lanterns", by=boss, at=NOON
    )
    shop.role.permissions = ["checkout.capture_sale"]
    stores_services.save_role(role=shop.role, by=boss, at=NOON)
    new = Role(code="new", name="New", permissions=["checkout.capture_sale"])
    stores_services.save_role(role=new, by=boss, at=NOON)
    shop.limit.per_act = 5
    stores_services.save_limit(limit=shop.limit, by=boss, at=NOON)
    stores_services.delete_limit(limit=shop.limit, by=boss, at=NOON)
    stores_services.revoke_api_key(key=shop.key, by=boss, at=NOON)
    stores_services.remove_totp(user=cashier, by=boss, at=NOON)
    commit()


def test_a_sign_in_that_renews_the_hash_goes_on_under_the_role(
    shop: StaffedShop, role: str
) -> None:
    """A password kept by a weaker method is kept by today's from a sign-in on."""
    weaker = WeakArgon2()
    old = weaker.encode(PASSWORD, weaker.salt())
    User.objects.filter(pk=shop.cashier.pk).update(password=old)
    commit()
    execute(f"SET LOCAL ROLE {role}")

    typed = {"username": "cashier", "password": PASSWORD}
    client = Client()
    answer = client.post("/admin/login/", typed)
    commit()

    execute("RESET ROLE")
    assert answer.status_code == 302
    assert auth.get_user(client).is_authenticated  # and stays so
    shop.cashier.refresh_from_db()
    assert shop.cashier.password != old
    assert AuditEvent.objects.filter(
        act="stores.password_rehashed", subject_id=str(shop.cashier.pk)
    ).exists()


def test_whoever_owns_the_tables_is_not_asked(shop: StaffedShop) -> None:
    told = shop.numbers
    for attack in ATTACKS.values():
        with transaction.atomic():
            execute(attack, told)
            commit()
            transaction.set_rollback(True)
