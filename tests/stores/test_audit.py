"""What the log takes, and what it refuses to keep for ever."""

import pytest

from common.text import InvisibleText
from stores import services as stores_services
from stores.models import AuditEvent
from stores.services.audit import WORDS
from tests.factories.ledger import an_act
from tests.factories.stores import NOON

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("word", sorted(WORDS))
@pytest.mark.parametrize("hidden", ["\u200b", "\u202e", "\x01", "\n"])
def test_nothing_hides_in_what_somebody_typed(word: str, hidden: str) -> None:
    """Whatever the command before it has let through."""
    with pytest.raises(InvisibleText):
        stores_services.record_act(
            name="x.done", by=an_act(), at=NOON, facts={word: f"fine{hidden}=1+1"}
        )
    assert not AuditEvent.objects.exists()


def test_what_is_no_sentence_of_anybody_is_kept_as_it_is() -> None:
    facts = {"reason": "came twice 熟客", "rows": 3, "name": "a\nb", "note": None}
    event = stores_services.record_act(name="x.done", by=an_act(), at=NOON, facts=facts)
    event.refresh_from_db()
    assert event.facts == facts
