"""Functions that are not the code's: no request comes here, and nothing is started."""

from collections.abc import Callable

import pytest
from django.core.management.base import CommandError
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext

from common import sql_installation
from common.sql_installation import SqlFile
from config import health, preparation, surroundings
from tests.ledger.racing import execute

pytestmark = pytest.mark.django_db

SENTENCE = (
    "The database's functions and triggers are not this version's: run "
    "“manage.py install_sql”."
)


@pytest.fixture(autouse=True)
def _remember_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_current_until", 0.0)


def edit_by_hand() -> None:
    execute(
        "CREATE OR REPLACE FUNCTION ledger_refuse_change() RETURNS trigger"
        " LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"
    )


def lose_a_trigger() -> None:
    execute("DROP TRIGGER ledger_entry_facts ON ledger_entry")


@pytest.mark.parametrize("happen", [edit_by_hand, lose_a_trigger])
def test_the_balancer_is_told(happen: Callable[[], None]) -> None:
    assert Client().get("/readyz").status_code == 200
    health._current_until = 0.0
    happen()

    answer = Client().get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {"status": "not ready", "reasons": [SENTENCE]}
    sql_installation.install()
    assert Client().get("/readyz").status_code == 200


def test_a_new_text_of_the_code_is_told_too(monkeypatch: pytest.MonkeyPatch) -> None:
    *others, last = sql_installation.files()
    newer = (*others, SqlFile(last.name, last.text, "of another version"))
    monkeypatch.setattr(sql_installation, "files", lambda: newer)

    assert Client().get("/readyz").json()["reasons"] == [SENTENCE]


def test_the_sentence_is_translated() -> None:
    for language, word in (("zh-hans", "函数"), ("zh-hant", "函式")):
        with translation.override(language):
            assert word in gettext(SENTENCE)


def test_production_does_not_start_on_other_functions() -> None:
    surroundings.require_migrated()
    lose_a_trigger()

    with pytest.raises(surroundings.Unfit) as refusal:
        surroundings.require_migrated()

    assert "(ledger/sql/facts.sql): run `python manage.py install_sql`" in str(
        refusal.value
    )


def test_development_installs_them_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparation, "restricted_role", lambda _say: "")
    lose_a_trigger()
    said: list[str] = []

    preparation.prepare_development(said.append, role="")

    assert said == ["Installing functions and triggers …"]
    assert sql_installation.differences() == []


def test_what_the_database_refuses_is_one_sentence_at_the_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise CommandError("ledger/sql/facts.sql is refused: no.")

    monkeypatch.setattr(preparation, "prepare_development", refuse)
    monkeypatch.setattr("config.preparation.settings.DEBUG", True)

    with pytest.raises(surroundings.Unfit, match="is refused: no"):
        preparation.prepare(print, role="")
