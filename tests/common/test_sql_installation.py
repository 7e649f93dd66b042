"""The database runs what the files say: no other function, no trigger less or more."""

import uuid
from collections.abc import Callable, Mapping

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import DatabaseError, connection, transaction

from common import sql_installation
from common.management.commands.migrate import Command
from common.sql_installation import InstallationError
from tests.catalogue import objects
from tests.ledger.racing import execute

pytestmark = pytest.mark.django_db

POST = "ledger/sql/post_entry.sql"
GUARDS = "cards/sql/card_guards.sql"
WALLET = "stored_value/sql/wallet.sql"
TRIES = "gift_cards/sql/tries.sql"
ONE = "CREATE OR REPLACE FUNCTION demo_one({}) RETURNS {} LANGUAGE sql AS 'SELECT 1'"
Install = Callable[[Mapping[str, str | None]], sql_installation.Result]


def now() -> dict[str, str]:
    return objects(connection.connection)


def code() -> dict[str, str]:
    kinds = ("function", "trigger", "view")
    return {name: text for name, text in now().items() if name.startswith(kinds)}


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Install:
    """Install with some files' text changed, given anew, or (None) taken away."""

    def run(changes: Mapping[str, str | None]) -> sql_installation.Result:
        texts = {file.name: file.text for file in sql_installation.files()}
        for name, text in changes.items():
            texts.pop(name, None) if text is None else texts.update({name: text})
        files = sql_installation.in_order(texts)
        monkeypatch.setattr(sql_installation, "files", lambda: files)
        return sql_installation.install()

    return run


def text_of(name: str) -> str:
    return next(file.text for file in sql_installation.files() if file.name == name)


def test_the_database_is_as_the_code_has_it() -> None:
    assert sql_installation.differences() == []
    assert sql_installation.install() == sql_installation.Result()


def test_every_object_is_made_by_one_file_and_made_again_is_the_same() -> None:
    before = code()
    execute(
        "DO $$ DECLARE v text; BEGIN"
        " FOR v IN SELECT format('DROP TRIGGER %I ON %s', tgname, tgrelid::regclass)"
        "   FROM pg_trigger WHERE NOT tgisinternal"
        " UNION ALL SELECT format('DROP VIEW %s', oid::regclass) FROM pg_class"
        "   WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace"
        " UNION ALL SELECT format('DROP FUNCTION %s', oid::regprocedure) FROM pg_proc"
        "   WHERE pronamespace = 'public'::regnamespace AND proname <> ALL"
        "     ('{ledger_uuid7,cards_luhn_holds,members_referral_code}')"
        " LOOP EXECUTE v; END LOOP; END $$"
    )
    assert len(code()) == 3  # those that the tables themselves need

    result = sql_installation.install(everything=True)

    assert result.dropped == []
    assert code() == before
    assert {name.split()[0] for name in before} == {"function", "trigger", "view"}
    assert sql_installation.differences() == []


def test_all_can_be_installed_over_what_is_there() -> None:
    before = now()

    result = sql_installation.install(everything=True)

    assert result.installed == [file.name for file in sql_installation.files()]
    assert now() == before


@pytest.mark.parametrize(
    ("tampering", "file"),
    [
        (
            "CREATE OR REPLACE FUNCTION ledger_refuse_change() RETURNS trigger"
            " LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
            "ledger/sql/append_only.sql",
        ),
        ("ALTER FUNCTION ledger_last_written() SECURITY INVOKER", None),
        ("ALTER FUNCTION ledger_last_written() SET search_path = pg_temp", None),
        ("DROP TRIGGER cards_card_never_deleted ON cards_card", GUARDS),
        ("ALTER TABLE cards_card DISABLE TRIGGER cards_card_never_deleted", GUARDS),
        ("ALTER TABLE cards_card ENABLE TRIGGER cards_card_never_deleted", GUARDS),
        ("DROP VIEW stored_value_wallet", WALLET),
        ("DROP FUNCTION gift_cards_tries", TRIES),
        ("UPDATE installed_sql SET digest = '' WHERE file LIKE '%tries%'", TRIES),
        ("DELETE FROM installed_sql WHERE file LIKE '%tries%'", TRIES),
    ],
)
def test_what_is_not_as_the_file_says_is_told_and_put_back(
    tampering: str, file: str | None
) -> None:
    file, before = file or "ledger/sql/last_written.sql", now()
    execute(tampering)

    assert sql_installation.differences() == [file]
    with pytest.raises(CommandError, match=file):
        call_command("install_sql", check=True)
    assert sql_installation.install().installed == [file]

    assert now() == before
    call_command("install_sql", check=True)


def test_a_dump_reads_as_it_was_written() -> None:
    """Else a restored database would seem to be another version's."""
    before = code()
    for name, text in before.items():
        kind, *_table, last = name.split()
        if kind == "view":
            execute(f"CREATE OR REPLACE VIEW {last} AS {text}")
        elif kind == "trigger" and " CONSTRAINT TRIGGER " not in text:
            execute(text[2:].replace("CREATE", "CREATE OR REPLACE", 1))
            if text.startswith("A"):
                table = name.split()[1]
                execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {last}")

    assert code() == before
    assert sql_installation.differences() == []


def test_before_the_first_installation_every_file_is_missing() -> None:
    execute("DROP TABLE installed_sql")
    files = [file.name for file in sql_installation.files()]

    assert sql_installation.differences() == files
    assert sql_installation.install().installed == files


@pytest.mark.parametrize(
    "stranger",
    [
        "CREATE FUNCTION ledger_post_entry(text) RETURNS int LANGUAGE sql"
        " AS 'SELECT 1'",
        "CREATE TRIGGER cards_card_audit BEFORE UPDATE ON cards_card"
        " FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change()",
        "CREATE VIEW points_all AS SELECT 1 AS one",
    ],
)
def test_what_bears_our_name_and_is_of_no_file_goes(stranger: str) -> None:
    before = now()
    execute(stranger)

    (found,) = sql_installation.differences()
    assert sql_installation.install().dropped == [found]

    assert now() == before


def test_what_others_made_under_another_name_stays() -> None:
    execute("CREATE FUNCTION shop_report() RETURNS int LANGUAGE sql AS 'SELECT 1'")
    execute("CREATE VIEW shop_sales AS SELECT 1 AS one")

    assert sql_installation.differences() == []
    assert sql_installation.install(everything=True).dropped == []

    assert {"function shop_report()", "view shop_sales"} <= set(code())


def test_only_the_file_that_changed_is_installed(install: Install) -> None:
    changed = text_of(POST) + "\n-- one word more\n"

    assert install({POST: changed}).installed == [POST]
    assert sql_installation.differences() == []


def test_with_a_function_those_who_call_it_to_make_triggers_come_again(
    install: Install,
) -> None:
    helper = "policies/sql/keep_forever.sql"
    callers = {
        file.name
        for file in sql_installation.files()
        if "\nSELECT policies_keep_forever(" in f"\n{file.text}"
    }

    result = install({helper: text_of(helper).replace("_never_changed", "_stays")})

    assert set(result.installed) == {helper, *callers}
    assert "trigger cards_cardevent_never_changed on cards_cardevent" in result.dropped
    assert "trigger cards_cardevent cards_cardevent_stays" in code()


def test_an_object_goes_with_its_text_and_with_its_file(install: Install) -> None:
    extra = ONE.format("", "int")
    assert install({"demo/sql/one.sql": extra}).installed == ["demo/sql/one.sql"]
    assert "function demo_one()" in code()
    trigger = "CREATE OR REPLACE TRIGGER cards_card_never_truncated"
    start = text_of(GUARDS).index(trigger)
    end = text_of(GUARDS).index("SELECT policies_keep_forever")
    shorter = text_of(GUARDS)[:start] + text_of(GUARDS)[end:]

    result = install({"demo/sql/one.sql": None, GUARDS: shorter})

    assert result.dropped == [
        "trigger cards_card_never_truncated on cards_card",
        "function demo_one()",
    ]
    assert "function demo_one()" not in code()
    assert sql_installation.differences() == []


@pytest.mark.parametrize(
    ("arguments", "answer"), [("", "bigint"), ("a int", "int"), ("b text", "text")]
)
def test_a_function_may_change_its_arguments_and_its_result(
    install: Install, arguments: str, answer: str
) -> None:
    install({"demo/sql/one.sql": ONE.format("", "int")})
    changed = ONE.format(arguments, answer).replace("SELECT 1", f"SELECT 1::{answer}")

    install({"demo/sql/one.sql": changed})

    (only,) = [name for name in code() if name.startswith("function demo_one")]
    assert (
        f"RETURNS {answer.replace('int', 'integer')}".replace("biginteger", "bigint")
        in (code()[only])
    )


def test_an_argument_may_change_its_name_and_a_view_its_columns(
    install: Install,
) -> None:
    view = "CREATE OR REPLACE VIEW demo_view AS SELECT 1 AS {}"
    first, second = (ONE.format(f"{name} int", "int") for name in ("a", "b"))
    install({"demo/sql/one.sql": first, "demo/sql/two.sql": view.format("a, 2 AS b")})

    install({"demo/sql/one.sql": second, "demo/sql/two.sql": view.format("b")})

    assert "demo_one(b integer)" in code()["function demo_one(integer)"]
    assert code()["view demo_view"].split() == ["SELECT", "1", "AS", "b;"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "CREATE OR REPLACE FUNCTION demo_two() RETURNS",
            "demo/sql/two.sql is refused",
        ),
        (ONE.format("", "int"), "made by demo/sql/one.sql and again by demo/sql/two"),
        (
            "ALTER TABLE cards_card DISABLE TRIGGER cards_card_never_deleted",
            "and again",
        ),
        (ONE.format("", "int").replace("OR REPLACE", ""), "already exists"),
    ],
)
def test_what_is_refused_leaves_all_as_it_was(
    install: Install, text: str, said: str
) -> None:
    before = now()

    with pytest.raises(InstallationError, match=said), transaction.atomic():
        install({"demo/sql/one.sql": ONE.format("", "int"), "demo/sql/two.sql": text})

    assert now() == before


def test_what_is_used_elsewhere_is_not_dropped_from_under_it(install: Install) -> None:
    install({"demo/sql/one.sql": ONE.format("", "int")})
    execute("CREATE TABLE shop (one int DEFAULT demo_one())")
    before = now()

    with pytest.raises(InstallationError, match="other objects depend on it"):
        install({"demo/sql/one.sql": None})

    assert now() == before


def test_privileges_outlast_an_installation_and_the_role_reads_what_is_installed() -> (
    None
):
    role = f"regulars_test_{uuid.uuid4().hex[:8]}"
    call_command("restrict_role", role)
    before = now()

    sql_installation.install(everything=True)

    assert now() == before
    execute(f"SET LOCAL ROLE {role}")
    assert sql_installation.differences() == []
    for statement in (
        "UPDATE installed_sql SET digest = ''",
        "DELETE FROM installed_sql",
    ):
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
        ):
            execute(statement)
    execute("RESET ROLE")


def test_a_sessions_path_changes_no_definition() -> None:
    execute("SET LOCAL search_path = pg_catalog")

    assert sql_installation.differences() == []

    with connection.cursor() as cursor:
        cursor.execute("SHOW search_path")
        assert cursor.fetchone() == ("pg_catalog",)


@pytest.mark.parametrize(
    ("options", "count"),
    [
        ({}, 1),
        ({"app_label": "ledger"}, 0),
        ({"plan": True}, 0),
        ({"check_unapplied": True}, 0),
        ({"fake": True}, 0),
        ({"prune": True}, 0),
    ],
)
def test_a_whole_migrate_installs_and_a_part_of_one_does_not(
    monkeypatch: pytest.MonkeyPatch, options: dict[str, object], count: int
) -> None:
    calls = []

    def install() -> sql_installation.Result:
        calls.append("install")
        return sql_installation.Result()

    monkeypatch.setattr(migrate.Command, "handle", lambda *_, **__: None)
    monkeypatch.setattr(sql_installation, "install", install)

    Command().handle(verbosity=0, **options)

    assert len(calls) == count
