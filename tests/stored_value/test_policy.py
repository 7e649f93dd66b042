"""The rules of stored value stay within the law of the country, whoever publishes."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from policies import services as policies_services
from policies.errors import PolicyRefused
from policies.models import ShopPolicy
from stored_value.models import WalletPolicy
from tests.factories import stored_value as wallet_factory
from tests.factories.ledger import an_act
from tests.factories.stores import NOON

pytestmark = pytest.mark.django_db

# Rules that every country allows: nothing lapses, nothing is charged, little is held.
KIND = {
    "most_held": 1_000_00,
    "most_top_up": 1_000_00,
    "most_on_bearer_card": 500_00,
    "bearer_valid_months": None,
    "principal_valid_months": None,
    "most_cash_out": 50_00,
    "refund_fee_per_mille": 0,
    "cooling_off_days": 7,
}


def keep_the_law_of(profile: str) -> None:
    policies_services.publish(
        version=ShopPolicy(
            in_force_from=NOON, reason="moved", profile=profile, country="CN"
        ),
        by=an_act(),
        at=NOON,
    )


def publish(**rules: Any) -> WalletPolicy:
    facts = {"in_force_from": NOON, "reason": "tried", **KIND, **rules}
    version = WalletPolicy(**facts)
    return policies_services.publish(version=version, by=an_act(), at=NOON)


@pytest.mark.parametrize("profile", ["CN", "TW", "HK", "US", "EU", "none"])
def test_kind_rules_are_allowed_everywhere(profile: str) -> None:
    keep_the_law_of(profile)
    assert publish().number == 2


@pytest.mark.parametrize(
    ("profile", "rules"),
    [
        ("CN", {"most_held": 5_000_01}),
        ("CN", {"most_held": None}),
        ("CN", {"most_on_bearer_card": 1_000_01}),
        ("CN", {"most_on_bearer_card": None}),
        ("CN", {"principal_valid_months": 120}),
        ("CN", {"bearer_valid_months": 35}),
        ("CN", {"cooling_off_days": 6}),
        ("CN", {"most_cash_out": 100_01}),
        ("CN", {"most_cash_out": None}),
        ("TW", {"principal_valid_months": 120}),
        ("TW", {"bearer_valid_months": 120}),
        ("TW", {"refund_fee_per_mille": 31}),
        ("US", {"principal_valid_months": 59}),
        ("US", {"bearer_valid_months": 59}),
    ],
)
def test_what_lies_beyond_the_law_is_not_saved(
    profile: str, rules: dict[str, Any]
) -> None:
    keep_the_law_of(profile)
    with pytest.raises(PolicyRefused) as refusal:
        publish(**rules)
    assert "country’s rules" in str(refusal.value)
    assert WalletPolicy.objects.count() == 1


@pytest.mark.parametrize(
    ("profile", "rules"),
    [
        ("CN", {"most_held": 5_000_00, "bearer_valid_months": 36}),
        ("TW", {"refund_fee_per_mille": 30, "most_held": None}),
        ("US", {"principal_valid_months": 60, "bearer_valid_months": 60}),
        ("HK", {"principal_valid_months": 1, "most_held": None, "most_cash_out": None}),
    ],
)
def test_what_lies_just_within_it_is(profile: str, rules: dict[str, Any]) -> None:
    keep_the_law_of(profile)
    assert publish(**rules).number == 2


@pytest.mark.parametrize(
    "rules",
    [
        {"least_top_up": 0},
        {"least_top_up": -1},
        {"least_top_up": 2_000_00},
        {"most_top_up": 10**16},
        {"code_from": -1},
        {"refund_fee_per_mille": 1001},
        {"hold_hours": 0},
        {"hold_hours": 8785},
        {"bonus_valid_days": 0},
        {"bonus_valid_days": 2_147_483_647},
        {"cooling_off_days": 2_147_483_647},
        {"given_back_days": 2_147_483_647},
        {"principal_valid_months": 2_147_483_647},
        {"bearer_valid_months": 2_147_483_647},
        {"spending_order": "whatever"},
        {"refund_rule": "none"},
        {"reason": "a\x00b"},
    ],
)
def test_rules_that_make_no_sense_are_refused_in_words(rules: dict[str, Any]) -> None:
    with pytest.raises(PolicyRefused):
        publish(**rules)
    assert WalletPolicy.objects.count() == 1


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE stored_value_walletpolicy SET most_held = NULL",
        "DELETE FROM stored_value_walletpolicy",
        "TRUNCATE stored_value_walletpolicy CASCADE",
    ],
)
def test_raw_sql_changes_no_version(attack: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as raw:
        raw.execute(attack)
    assert WalletPolicy.objects.get().most_held == 5_000_00


def test_the_first_version_is_lawful_where_the_shop_begins() -> None:
    first = WalletPolicy.objects.get(number=1)
    first.in_force_from = NOON
    first.clean()


@pytest.mark.parametrize(
    ("profile", "fee", "charged"),
    [("TW", 30, 9_00), ("TW", 29, 8_70), ("TW", 100, 9_00), ("none", 100, 30_00)],
)
def test_a_refund_costs_no_more_than_the_law_lets(
    profile: str, fee: int, charged: int
) -> None:
    """Also where the shop's rules were written under another law."""
    wallet_factory.keep_the_law_of("none")
    wallet_factory.new_rules(refund_fee_per_mille=fee, cooling_off_days=0)
    wallet_factory.keep_the_law_of(profile)
    _holder, top_up = wallet_factory.holding(300_00)

    refund = wallet_factory.refund_top_up(top_up)

    assert (refund.fee, refund.paid_out) == (charged, 300_00 - charged)
    assert wallet_factory.is_proven()
