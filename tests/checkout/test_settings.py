"""What a process keeps of the shop's settings is never out of date."""

import pytest
from django.db import connection, transaction

from checkout.models import BillOffer, NextVisitGift
from checkout.selectors import LookFor, look, settings
from points.models import EarningRule, StampProgramme
from stores.models import TenderKind
from tests import rendezvous
from tests.factories.stores import NOON, StoreFactory
from tests.ledger.racing import answers, execute, race
from tiers.models import Tier

pytestmark = pytest.mark.django_db(transaction=True)
KEPT = (BillOffer, NextVisitGift, EarningRule, StampProgramme, TenderKind, Tier)


def offers_of(store_id: int) -> set[str]:
    """The offers, as a quote at this moment would know them."""
    seen = look(LookFor(store_id=store_id, at=NOON, day=NOON.date()))
    return {offer.name_en for offer in settings.bill_offers(seen.stamp("offers"))}


def an_offer(name: str) -> None:
    BillOffer.objects.create(name_en=name, min_spend=100_00, amount_off=5_00)


def after_two_changes_at_once() -> set[str]:
    """The second is written while the first is not committed, and a bill is quoted as
    soon as it is.
    """
    store_id = StoreFactory.create().pk

    def work(number: int) -> None:
        if number == 0:
            with transaction.atomic():
                an_offer("first")
                rendezvous.meet()  # the second waits for us, or is done
            return
        rendezvous.see_somebody()
        an_offer("second")
        offers_of(store_id)

    assert len(answers(race(work, runners=2))) == 2
    return offers_of(store_id)


def test_of_two_changes_at_once_both_are_seen() -> None:
    assert after_two_changes_at_once() == {"first", "second"}


def test_without_its_turn_the_first_would_never_be_seen() -> None:
    """Guard off: the stamp of the second stands for the offers without the first."""
    table, guard = "checkout_historicalbilloffer", "checkout_stamp_of_offers"
    execute(f"ALTER TABLE {table} DISABLE TRIGGER {guard}")
    try:
        assert after_two_changes_at_once() == {"second"}
    finally:
        execute(f"ALTER TABLE {table} ENABLE TRIGGER {guard}")


def test_whatever_is_kept_under_a_stamp_is_changed_in_turn() -> None:
    tables = {model.history.model._meta.db_table for model in KEPT}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger"
            " WHERE tgfoid = 'checkout_one_change_at_a_time'::regproc"
        )
        guarded = {table for (table,) in cursor.fetchall()}
    assert guarded == tables
