"""What the application's role may write of people, keys and answers: its work alone."""

import uuid
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from psycopg import Error as PsycopgError

from ledger.privileges import BOUNDED
from stores import services as stores_services
from stores.errors import ProofRefused
from stores.models import Assignment, Role
from tests.factories.stores import NOON, PIN, StoreFactory, UserFactory

pytestmark = pytest.mark.django_db
REFUSED = "42501"  # insufficient_privilege


@pytest.fixture
def role() -> str:
    """Rolled back with the test, like everything else."""
    name = f"regulars_test_{uuid.uuid4().hex[:8]}"
    call_command("restrict_role", name)
    return name


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.fixture
def worn(role: str) -> Iterator[None]:
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    execute(f"SET LOCAL ROLE {role}")
    yield
    execute("RESET ROLE")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE api_answer SET body = body",
        "UPDATE stores_assignment SET store_id = NULL",
        "UPDATE stores_assignment SET role_id = role_id",
        "DELETE FROM stores_user",
        "UPDATE stores_user SET created_at = now()",
        "UPDATE stores_user SET id = id",
        "UPDATE stores_apikey SET digest = digest",
        "UPDATE stores_apikey SET scopes = scopes",
        "UPDATE stores_apikey SET store_id = NULL",
        "DELETE FROM stores_apikey",
        "UPDATE stores_approval SET amount = 1",
        "UPDATE stores_approval SET maker_id = maker_id",
        "DELETE FROM stores_approval",
        "DELETE FROM stores_prooftries",
        "DELETE FROM stores_role",
        "UPDATE stores_historicalassignment SET store_id = NULL",
        "DELETE FROM stores_historicalrole",
        "DELETE FROM stores_historicalrolelimit",
        "DELETE FROM django_migrations",
        "UPDATE django_content_type SET model = model",
    ],
)
def test_raw_sql_is_refused(worn: None, sql: str) -> None:
    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        execute(sql)
    cause = refusal.value.__cause__
    assert isinstance(cause, PsycopgError)
    assert cause.sqlstate == REFUSED


@pytest.mark.parametrize("table", sorted(BOUNDED))
def test_no_bounded_table_is_emptied(worn: None, table: str) -> None:
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        execute(f"TRUNCATE {table} CASCADE")


def test_the_work_with_people_goes_on_under_the_role(role: str) -> None:
    boss, user = UserFactory.create(is_superuser=True), UserFactory.create()
    store, cashier = StoreFactory.create(), Role.objects.get(code="cashier")
    execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    execute(f"SET LOCAL ROLE {role}")

    given = stores_services.assign(
        user=user, role=cashier, store=store, by=boss, at=NOON
    )
    stores_services.unassign(assignment=given, by=boss, at=NOON)
    user.display_name = "Li Na"
    stores_services.save_user(user=user, by=boss, at=NOON)
    stores_services.set_password(user=user, password="seven lanterns", by=boss, at=NOON)
    stores_services.set_pin(user=user, pin="83517", by=boss, at=NOON)
    with pytest.raises(ProofRefused):
        stores_services.prove(user=user, secret=PIN, by=boss, at=NOON)
    stores_services.prove(user=user, secret="83517", by=boss, at=NOON)
    key, _text = stores_services.create_api_key(
        name="till", store=store, scopes=(), by=boss, at=NOON
    )
    stores_services.revoke_api_key(key=key, by=boss, at=NOON)
    cashier.permissions = cashier.permissions[1:]
    stores_services.save_role(role=cashier, by=boss, at=NOON)
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    execute("RESET ROLE")

    user.refresh_from_db()
    assert user.display_name == "Li Na"
    assert not Assignment.objects.exists()
