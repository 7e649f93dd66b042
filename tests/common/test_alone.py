"""Work that two need not do at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from common.alone import alone
from tests.patience import PATIENCE

pytestmark = pytest.mark.django_db


def is_free(work: str, number: int = 0) -> bool:
    """As another session sees it."""

    def look() -> bool:
        try:
            with alone(work, number) as is_mine:
                return is_mine
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(look).result(PATIENCE)


def test_a_work_is_one_session_s_and_free_afterwards() -> None:
    with alone("sweep", 7) as is_mine:
        assert is_mine
        assert not is_free("sweep", 7)
        assert is_free("sweep", 8)
        assert is_free("prove", 7)
    assert is_free("sweep", 7)


def test_a_work_that_fails_is_free_again() -> None:
    with pytest.raises(ValueError, match="broken"), alone("sweep"):
        raise ValueError("broken")
    assert is_free("sweep")
