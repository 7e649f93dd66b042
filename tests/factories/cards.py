"""Cards for tests."""

from typing import Any

from factory.declarations import Sequence, SubFactory
from factory.django import DjangoModelFactory

from cards.models import Card, CardKind
from cards.numbers import new_number
from ledger import services as ledger_services
from ledger.kinds import AccountKind
from ledger.services import HolderAccount
from tests.factories.ledger import yuan
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON


class CardKindFactory(DjangoModelFactory[CardKind]):
    """On the phone, free, without end."""

    class Meta:
        model = CardKind

    code = Sequence(lambda n: f"kind-{n}")
    name_en = Sequence(lambda n: f"Kind {n}")
    name_zh_hans = "会员卡"
    name_zh_hant = "會員卡"
    form = CardKind.Form.VIRTUAL


class CardFactory(DjangoModelFactory[Card]):
    """An active card of a member."""

    class Meta:
        model = Card

    number = Sequence(lambda _n: new_number())
    kind = SubFactory(CardKindFactory)
    status = Card.Status.ACTIVE
    member = SubFactory(MemberFactory)
    issued_at = NOON

    @classmethod
    def bearer(cls, **facts: Any) -> Card:
        """An anonymous card, active."""
        facts.setdefault("kind", CardKindFactory.create(form=CardKind.Form.BEARER))
        return cls.create(member=None, **facts)

    @classmethod
    def in_stock(cls, kind: CardKind) -> Card:
        """Printed, waiting to be given out."""
        return cls.create(
            kind=kind, status=Card.Status.STOCK, member=None, issued_at=None
        )


def held_on(
    holder: Card | Any, kind: AccountKind = AccountKind.PRINCIPAL, *, word: str = "card"
) -> int:
    """The account of a card (or, by another word, of a member) in yuan."""
    return ledger_services.open_account(
        HolderAccount(kind=kind, unit_id=yuan(), holder_kind=word, holder_id=holder.pk)
    )
