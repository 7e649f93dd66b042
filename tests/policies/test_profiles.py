"""What each country asks of prepaid value, figure by figure, as counsel reads it."""

from dataclasses import replace

import pytest

from policies.models import ShopPolicy
from policies.profiles import PROFILES, Profile, ProfileCode

NOTHING = Profile(code="")


def test_every_code_has_its_rules_and_its_own_name() -> None:
    assert set(PROFILES) == set(ProfileCode.values)
    assert all(code == rules.code for code, rules in PROFILES.items())


def test_mainland_china_caps_cards_and_never_takes_named_value_away() -> None:
    rules = PROFILES["CN"]
    assert (rules.most_on_bearer_card, rules.most_on_named_card) == (1_000_00, 5_000_00)
    assert rules.bearer_validity_months == 36
    assert (rules.named_may_expire, rules.lapsed_stays_owed) == (False, True)
    assert rules.cooling_off_days == 7
    assert rules.most_cash_out == 100_00
    assert rules.real_name_from == 10_000_00
    assert (rules.no_cash_from_person, rules.no_cash_from_organisation) == (
        50_000_00,
        5_000_00,
    )
    assert rules.refund_within_days == 15


def test_taiwan_forbids_expiry_and_caps_the_fee_at_three_per_cent() -> None:
    rules = PROFILES["TW"]
    assert (rules.bearer_may_expire, rules.named_may_expire) == (False, False)
    assert rules.most_refund_fee_per_mille == 30
    assert (rules.most_on_bearer_card, rules.most_on_named_card) == (None, None)


def test_the_united_states_ask_for_five_years() -> None:
    rules = PROFILES["US"]
    assert rules.bearer_validity_months == rules.named_validity_months == 60
    assert rules.idle_fee_after_months == 12
    assert rules.named_may_expire


def test_hong_kong_bounds_what_is_paid_without_a_code() -> None:
    rules = PROFILES["HK"]
    assert rules == replace(
        NOTHING,
        code=rules.code,
        most_without_code=1_000_00,
        claim_lapses_after_months=72,
    )


@pytest.mark.parametrize("code", ["EU", "none"])
def test_where_the_law_is_silent_nothing_is_bounded(code: str) -> None:
    rules = PROFILES[code]
    assert all(
        getattr(rules, name) == getattr(NOTHING, name)
        for name in Profile.__slots__
        if name not in {"code", "claim_lapses_after_months"}
    )


def test_a_promise_can_be_claimed_for_as_long_as_the_place_says() -> None:
    lapses = {code: rules.claim_lapses_after_months for code, rules in PROFILES.items()}
    assert lapses == {
        "CN": 36, "TW": 180, "HK": 72, "US": 48, "EU": 36, "none": None,
    }  # fmt: skip


def test_a_shop_reads_the_rules_of_the_country_it_chose() -> None:
    assert ShopPolicy(profile="US").rules is PROFILES["US"]
