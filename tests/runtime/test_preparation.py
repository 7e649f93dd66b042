"""What production looks at before it starts web and workers."""

import pytest

from config import preparation
from config.surroundings import Unfit

pytestmark = pytest.mark.django_db


def test_a_role_that_may_not_be_put_on_stops_the_start_in_one_sentence() -> None:
    said: list[str] = []
    with pytest.raises(Unfit, match="restrict_role nobody_wears_it"):
        preparation.require_role(said.append, role="nobody_wears_it")
    assert said == []


def test_without_a_role_the_start_says_what_that_means() -> None:
    said: list[str] = []
    preparation.require_role(said.append, role="")
    assert [line.startswith("Note: without DATABASE_ROLE") for line in said] == [True]


def test_a_role_of_this_database_is_put_on_by_the_login_that_made_it() -> None:
    said: list[str] = []
    role = preparation.restricted_role(said.append)
    preparation.require_role(said.append, role=role)
    assert said == []
