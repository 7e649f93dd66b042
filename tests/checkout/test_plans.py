"""Plans are made once for a connection, on tables that may have been empty: none reads
a table whole, however large it has become since.
"""

from collections.abc import Callable, Iterator

import pytest
from django.db import connection

from checkout.asked import Asked, GiftCardAsked
from members.models import Member
from stored_value.holders import Holder
from stores.models import Store
from tests.checkout.giving_back import refund, void
from tests.factories.bills import a_guest, cash, no_codes, sale_of, settle, till_of
from tests.factories.checkout import at_store
from tests.factories.coupons import issued
from tests.factories.gift_cards import a_card
from tests.factories.stored_value import top_up
from tests.factories.stores import StoreFactory

pytestmark = pytest.mark.django_db(transaction=True)

# PostgreSQL settles for one plan after five that were made for their values.
OFTEN = 7
SCANS = "SELECT relname, seq_scan FROM pg_stat_user_tables WHERE seq_scan > 0"


@pytest.fixture(autouse=True)
def _known_to_be_empty(transactional_db: None) -> Iterator[None]:
    """As an autovacuum leaves a new shop; no plan is left of other tests."""
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    yield
    connection.close()


def _scans() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(SCANS)
        return dict(cursor.fetchall())


def scanned(act: Callable[[], object]) -> dict[str, int]:
    """The tables that an act's kept plans read whole, and how often.

    Statements that are planned each time know how large a table is: of a small one they
    may read all, so they are told not to here. A plan that is kept is not made anew.
    """
    connection.ensure_connection()
    connection.connection.prepare_threshold = None
    for _ in range(OFTEN):
        act()
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
    before = _scans()
    act()
    return {
        table: times - before.get(table, 0)
        for table, times in _scans().items()
        if times > before.get(table, 0)
    }


@pytest.fixture
def store() -> Store:
    return StoreFactory.create()


@pytest.fixture
def member(store: Store) -> Member:
    no_codes()
    return a_guest(principal=3_000_00, bonus=500_00, points=10_000, store=store)


def test_a_bill_of_a_stranger_reads_no_table_whole(store: Store) -> None:
    assert scanned(lambda: settle(1_00, store=store, tenders=[cash(1_00)])) == {}


def test_a_bill_paid_by_all_that_a_guest_holds_reads_no_table_whole(
    store: Store, member: Member
) -> None:
    card = a_card(500_00, by=till_of(store))
    paid = Asked(
        gift_cards=(
            GiftCardAsked(code=card.code or "", pin=card.pin or "", amount=1_00),
        )
    )

    for _ in range(OFTEN + 1):
        issued(member=member)

    assert scanned(lambda: settle(60_00, store=store, member=member, asked=paid)) == {}


def test_a_refund_reads_no_table_whole(store: Store, member: Member) -> None:
    def act() -> None:
        refund(sale_of(settle(60_00, store=store, member=member)), 30_00)

    assert scanned(act) == {}


def test_a_void_reads_no_table_whole(store: Store, member: Member) -> None:
    by = at_store(store)

    def act() -> None:
        void(sale_of(settle(60_00, store=store, member=member, by=by)), by=by)

    assert scanned(act) == {}


def test_a_top_up_reads_no_table_whole(store: Store, member: Member) -> None:
    holder = Holder.member(member.pk)
    assert scanned(lambda: top_up(holder, 100_00, by=till_of(store))) == {}


READING = (
    r"\m(FROM|JOIN|UPDATE)\s+(ledger|checkout|members|cards|coupons|points|stores"
    r"|gift_cards|recognition|api)_"
)
# These may read a table whole, and why.
JUDGED = {
    "tiers_ladder": "a ladder has a handful of rows",
    "tiers_lent": "a ladder has a handful of rows",
    "tiers_settle": "one row, by its key, and rarely",
    "tiers_review_members": "called for thousands at once, which it may read whole",
    "tiers_review_range": "the same",
}
FUNCTIONS = """
SELECT proname FROM pg_proc
WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'
  AND prosrc ~ %s AND prosrc !~ 'enable_seqscan'
  AND NOT coalesce('enable_seqscan=off' = ANY (proconfig), false)
"""


def test_every_function_that_reads_says_how_its_plans_are_made() -> None:
    with connection.cursor() as cursor:
        cursor.execute(FUNCTIONS, [READING])
        astray = {name for (name,) in cursor} - JUDGED.keys()

    assert astray == set()
