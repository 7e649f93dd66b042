"""The kinds of cards that a shop gives out."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from cards.errors import KindRefused
from cards.models import CardKind
from ledger.services import Act
from policies import selectors as policies_selectors
from stores import services as stores_services


@transaction.atomic
def save_kind(*, kind: CardKind, by: Act, at: datetime) -> CardKind:
    """Add or change a kind of card; cards that are out keep what they were given.

    Raises NotAllowed, KindRefused.
    """
    is_new = kind.pk is None
    stores_services.require_for(
        by, "cards.add_cardkind" if is_new else "cards.change_cardkind"
    )
    try:
        kind.full_clean()
    except ValidationError as wrong:
        raise KindRefused(wrong.messages) from wrong
    _keep_the_law(kind, at)
    kind.save(force_insert=is_new, force_update=not is_new)
    stores_services.record_act(
        name="cards.kind_added" if is_new else "cards.kind_changed",
        by=by,
        at=at,
        subject=kind,
        facts={"code": kind.code, "price": kind.price},
    )
    return kind


def _keep_the_law(kind: CardKind, at: datetime) -> None:
    """Whoever holds an anonymous card has nothing else: it lives long enough."""
    if not kind.is_bearer or kind.validity_months is None:
        return
    profile = policies_selectors.profile(at=at)
    if not profile.bearer_may_expire:
        raise KindRefused([str(_("Here, anonymous cards may not expire."))])
    shortest = profile.bearer_validity_months
    if shortest is not None and kind.validity_months < shortest:
        sentence = _("Here, anonymous cards are good for at least %(months)s months.")
        raise KindRefused([str(sentence) % {"months": shortest}])
