"""Other programs: one that signs in, and one that would be told what happens."""

from django.db import transaction

from demo.offers import Offers
from demo.places import Scene
from outbox import services as outbox_services
from outbox.kinds import EventKind
from stores import services as stores_services
from stores.models import User

# A name that leads nowhere, by the rules of the internet (RFC 2606).
NOWHERE = "https://hooks.example.com/regulars"


class Programs(Scene):
    """Set up and left alone: nothing is ever sent from here."""

    def tell(self, offers: Offers) -> dict[str, int]:
        """All of it; how much of each."""
        self._key()
        self._webhook()
        return self.told

    def _key(self) -> None:
        """A till's program may sign in; who wants to try makes a key of their own."""
        stores_services.create_api_key(
            name="收银系统",
            store=self.places[0].store,
            scopes=(),
            at=self.until,
            by=User.objects.get(username="head-office"),
        )
        self.count("API keys")

    def _webhook(self) -> None:
        """Tried once and switched off in the same breath: the trial never left."""
        office = User.objects.get(username="head-office")
        with transaction.atomic():
            made = outbox_services.add_endpoint(
                name="财务系统",
                url=NOWHERE,
                store=None,
                kinds=[EventKind.SALE_CAPTURED, EventKind.SALE_REFUNDED],
                by=office,
                at=self.until,
            )
            outbox_services.send_test(
                endpoint_id=made.endpoint.pk, by=office, at=self.until
            )
            outbox_services.switch_off(
                endpoint_id=made.endpoint.pk, by=office, at=self.until
            )
            outbox_services.give_up_switched_off()
        self.count("webhooks")
