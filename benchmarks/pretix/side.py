"""Inside pretix's own Python: a gift card for each till and a key to debit them with.

Nothing of ours is imported here. Prints one line of JSON: organiser, cards, token.
"""

import importlib
import json
import sys
from decimal import Decimal

import django

django.setup()

# pretix's models stand only now, and only in its own environment.
scopes_disabled = importlib.import_module("django_scopes").scopes_disabled
models = importlib.import_module("pretix.base.models")

CARDS = int(sys.argv[1])

with scopes_disabled():
    organizer = models.Organizer.objects.create(name="Bench", slug="bench")
    team = models.Team.objects.create(
        organizer=organizer, name="Tills", all_events=True
    )
    names = {field.name for field in models.Team._meta.get_fields()}
    wanted = {
        "can_manage_gift_cards",
        "can_view_orders",
        "can_change_orders",
        "all_organizer_permissions",
        "all_event_permissions",
    }
    for name in wanted & names:
        setattr(team, name, True)
    team.save()
    token = models.TeamAPIToken.objects.create(team=team, name="bench")
    cards = []
    for _ in range(CARDS):
        card = organizer.issued_gift_cards.create(currency="CNY")
        card.transactions.create(value=Decimal("1000000.00"), acceptor=organizer)
        cards.append(card.pk)
    print(json.dumps({"slug": organizer.slug, "cards": cards, "token": token.token}))
