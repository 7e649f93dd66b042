"""Rules are published version by version, never changed, never back in time."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from common.errors import DomainError
from policies import selectors as policies_selectors
from policies import services as policies_services
from policies.errors import NoPolicy, PolicyInThePast, PolicyRefused
from policies.models import ShopPolicy
from stores.models import AuditEvent
from tests.factories.ledger import an_act
from tests.factories.stores import NOON
from tests.ledger.racing import answers, race, refusals

SECOND = timedelta(seconds=1)


def a_version(**facts: object) -> ShopPolicy:
    return ShopPolicy(
        **{
            "in_force_from": NOON,
            "reason": "a new sign over the door",
            "brand": "熟客小馆",
            "profile": "TW",
            "country": "TW",
            **facts,
        }
    )


def publish(version: ShopPolicy) -> ShopPolicy:
    return policies_services.publish(version=version, by=an_act(), at=NOON)


def kept() -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM policies_shoppolicy ORDER BY id")
        return list(cursor.fetchall())


@pytest.mark.django_db
def test_a_version_is_in_force_from_its_moment_until_the_next_begins() -> None:
    publish(a_version())
    publish(a_version(in_force_from=NOON + timedelta(days=1), brand="熟客大馆"))

    def brand(at: object) -> str:
        return policies_selectors.in_force(ShopPolicy, at=at).brand  # type: ignore[arg-type]  # always a moment

    assert brand(NOON - SECOND) == "熟客"
    assert brand(NOON) == brand(NOON + timedelta(days=1) - SECOND) == "熟客小馆"
    assert brand(NOON + timedelta(days=1)) == "熟客大馆"
    assert policies_selectors.profile(at=NOON - SECOND).code == "CN"
    assert policies_selectors.profile(at=NOON).code == "TW"


@pytest.mark.django_db
def test_versions_are_numbered_and_the_log_names_who_published() -> None:
    second, third = (
        publish(a_version()),
        publish(a_version(in_force_from=NOON + SECOND)),
    )

    assert (second.number, third.number) == (2, 3)
    logged = AuditEvent.objects.filter(act="policies.published").order_by("pk")
    assert [act.facts["version"] for act in logged] == [2, 3]


@pytest.mark.django_db
def test_nobody_reaches_back_in_time() -> None:
    before = kept()
    with pytest.raises(PolicyInThePast):
        publish(a_version(in_force_from=NOON - SECOND))
    assert kept() == before


@pytest.mark.django_db
def test_nobody_reaches_beyond_what_a_calendar_counts() -> None:
    before = kept()
    with pytest.raises(PolicyRefused, match="1900 to 2999"):
        publish(a_version(in_force_from=datetime(9999, 12, 31, 23, tzinfo=UTC)))
    assert kept() == before


@pytest.mark.django_db
@pytest.mark.parametrize(
    "facts",
    [
        {"profile": "XX"},
        {"country": "cn"},
        {"country": "🇨🇳"},
        {"brand": ""},
        {"brand": "馆" * 81},
        {"reason": ""},
        {"reason": "x" * 301},
        {"brand": "a\x00b"},
    ],
)
def test_rules_that_make_no_sense_are_refused_in_words(facts: dict[str, str]) -> None:
    before = kept()
    with pytest.raises(PolicyRefused) as refusal:
        publish(a_version(**facts))
    assert str(refusal.value)
    assert kept() == before


@pytest.mark.django_db
def test_two_versions_never_begin_at_one_moment() -> None:
    publish(a_version())
    before = kept()
    with pytest.raises(PolicyRefused):
        publish(a_version(brand="another"))
    assert kept() == before


@pytest.mark.django_db
def test_before_the_first_there_were_no_rules() -> None:
    with pytest.raises(NoPolicy):
        policies_selectors.in_force(ShopPolicy, at=NOON - timedelta(days=30_000))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE policies_shoppolicy SET profile = 'none'",
        "UPDATE policies_shoppolicy SET in_force_from = now() WHERE number = 1",
        "DELETE FROM policies_shoppolicy",
        "TRUNCATE policies_shoppolicy CASCADE",
    ],
)
def test_raw_sql_changes_no_version(attack: str) -> None:
    before = kept()
    run("SET LOCAL session_replication_role = replica")
    with pytest.raises(DatabaseError), transaction.atomic():
        run(attack)
    assert kept() == before


@pytest.mark.django_db
def test_without_the_trigger_raw_sql_does_change_it() -> None:
    """Guard off: it is this trigger that keeps what was published."""
    run(
        "ALTER TABLE policies_shoppolicy"
        " DISABLE TRIGGER policies_shoppolicy_never_changed"
    )
    run("UPDATE policies_shoppolicy SET profile = 'none'")
    assert ShopPolicy.objects.get(number=1).profile == "none"


@pytest.mark.django_db(transaction=True)
def test_many_who_publish_at_once_get_a_number_each() -> None:
    outcomes = race(
        lambda place: publish(a_version(in_force_from=NOON + place * SECOND)),
        runners=12,
    )

    assert refusals(outcomes) == []
    assert sorted(row.number for row in answers(outcomes)) == list(range(2, 14))


@pytest.mark.django_db(transaction=True)
def test_of_many_for_the_same_moment_one_is_published() -> None:
    outcomes = race(lambda place: publish(a_version(brand=f"no. {place}")), runners=12)

    assert len(answers(outcomes)) == 1
    assert {type(refusal) for refusal in refusals(outcomes)} == {PolicyRefused}
    assert ShopPolicy.objects.count() == 2


@pytest.mark.django_db
def test_a_version_says_what_it_changed() -> None:
    second = publish(a_version(country="CN"))

    changed = policies_selectors.changes(second)

    assert [(rule.field, rule.before, rule.after) for rule in changed] == [
        ("brand", "熟客", "熟客小馆"),
        ("profile", "Mainland China", "Taiwan"),
    ]
    assert policies_selectors.changes(ShopPolicy.objects.get(number=1)) == []


@pytest.mark.django_db
def test_a_refusal_is_of_the_family_that_screens_catch() -> None:
    with pytest.raises(DomainError):
        publish(a_version(in_force_from=NOON - SECOND))


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
