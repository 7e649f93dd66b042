"""The bill as it is typed at the counter, and what it asks of the checkout."""

import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import Any, Final

from cryptography.fernet import Fernet, InvalidToken
from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from checkout.asked import CASH, Asked, GiftCardAsked
from checkout.bill import Bill, TenderGiven
from checkout.models.sales import LARGEST_BILL
from common.forms import LineField, MoneyField
from counter import keys
from coupons import selectors as coupons_selectors
from gift_cards import codes as gift_card_codes
from stores import selectors as stores_selectors
from stores.models import Till

SALE: Final = "sale"  # the act that the key of a bill is for
STORED: Final = "stored"  # the button that is no tender: the wallet
GIFT_SALT: Final = "counter.gift"
COUPON_SALT: Final = "counter.coupon"
LIES_FOR: Final = 3600  # seconds that a gift card or a coupon lies on the counter
MOST_GIFTS: Final = 10
MOST_BENEFITS: Final = 30
LARGEST_ID: Final = 2**63 - 1


def money(**options: Any) -> MoneyField:
    """An amount that may be left out."""
    return MoneyField(
        **{"min_value": 0, "max_value": LARGEST_BILL, "required": False, **options}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LaidDown:
    """A gift card that lies on the counter, as the page of its bill carries it."""

    sealed: str
    code: str
    pin: str

    @property
    def last4(self) -> str:
        """The end of its code; never of the proof that was scanned with it."""
        return (gift_card_codes.normalised(self.code) or "")[-4:]


class BillForm(forms.Form):
    """Amount, what to use, and the button that was pressed to pay it.

    Stored value is one of the buttons: where another was pressed, the wallet is let be,
    unless a part of it is typed. What it cannot pay is paid by `rest`. What was laid
    down serves for the bill on which it was, at this till.
    """

    amount = money(label=_("Bill"), required=True, min_value=1)
    excluded = money(label=_("Not eligible"))
    reference = LineField(label=_("Bill no."), max_length=80, required=False)
    told = forms.CharField(max_length=600, required=False)
    use_points = forms.BooleanField(required=False)
    points = forms.IntegerField(
        label=_("Points"), min_value=0, max_value=10**9, required=False
    )
    stored = money(label=_("From stored value"))
    tender = forms.ChoiceField(required=False, choices=())
    rest = forms.ChoiceField(required=False, choices=())
    received = money(label=_("Cash received"))

    def __init__(self, data: QueryDict, *, till: Till) -> None:
        super().__init__(data)
        self.key = key_of(data, till)
        self.ways = stores_selectors.tenders(till.store)
        tenders = list(self.ways.items())
        for name, more in (("tender", [(STORED, _("Stored value"))]), ("rest", [])):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 (for the type)
            field.choices = [*more, *tenders]
        for tender, label in self.ways.items():
            self.fields[f"pay_{tender}"] = money(label=label)

    def clean(self) -> dict[str, Any]:
        super().clean()
        typed = self.cleaned_data
        amount, excluded = typed.get("amount"), typed.get("excluded")
        if amount is not None and excluded is not None and excluded > amount:
            self.add_error(
                "excluded",
                ValidationError(
                    _("What is not eligible is a part of the bill, not more than it."),
                    code="excluded",
                ),
            )
        return typed

    @property
    def posted(self) -> QueryDict:
        """What was sent, where a name comes more than once."""
        assert isinstance(self.data, QueryDict)  # noqa: S101 (for the type)
        return self.data

    def bill(self) -> Bill:
        """The amount, and what of it earns nothing and is not discounted."""
        typed = self.cleaned_data
        return Bill.of_sum(typed["amount"], excluded=typed["excluded"] or 0)

    def asked(self, *, as_shown: bool = False) -> Asked:
        """What of the guest's own is to be used.

        `as_shown`: the coupons that the screen showed, though others be as good by now.
        """
        typed = self.cleaned_data
        points = typed["points"]
        if points is None:
            points = None if typed["use_points"] else 0
        stored = typed["stored"]
        if stored is None and not self.pays_from_wallet:
            stored = 0
        laid = self.laid_coupons()
        coupons = self.ticked() if as_shown and typed["told"] else self.coupons()
        return Asked(
            coupons=self._without_strangers(coupons, laid),
            laid=laid,
            points=points,
            gift_cards=tuple(
                GiftCardAsked(code=card.code, pin=card.pin)
                for card in self.gift_cards()
            ),
            stored_value=stored,
            forgo=self.forgone(),
        )

    def forgone(self) -> tuple[str, ...]:
        """Benefits that were shown, and whose tick was taken away."""
        told = self.posted.getlist("benefit")[:MOST_BENEFITS]
        kept = self.posted.getlist("keep")
        return tuple(sorted({word[:20] for word in told if word not in kept}))

    def coupons(self) -> tuple[int, ...] | None:
        """None: the best, as long as nobody has ticked anything else than was told."""
        ticked = self.ticked()
        if "best" in self.posted.getlist("choose"):
            return None
        told = self.cleaned_data["told"]
        if not told:
            return None
        was_best, _sep, shown = told.partition(":")
        was_ticked = sorted(_number(named) for named in shown.split(",") if named)
        if was_best == "best" and ticked == tuple(was_ticked):
            return None
        return ticked

    def ticked(self) -> tuple[int, ...]:
        """The coupons with a tick, as the screen shows them."""
        named = self.posted.getlist("coupon")
        return tuple(sorted({_number(one) for one in named}))

    @property
    def pays_from_wallet(self) -> bool:
        """Whether stored value is the button; it is where no other was pressed."""
        return self.cleaned_data["tender"] in ("", STORED)

    @property
    def chosen_tender(self) -> str:
        """What pays all that stored value does not."""
        typed = self.cleaned_data
        return str(
            (typed["rest"] if self.pays_from_wallet else typed["tender"]) or CASH
        )

    def laid_coupons(self) -> tuple[int, ...]:
        """Printed coupons on the counter, by the codes that were typed or scanned."""
        sealed = self.posted.getlist("laid_coupon")[:MOST_GIFTS]
        found = (unsealed_coupon(one, key=self.key) for one in sealed)
        return tuple(sorted({pk for pk in found if pk is not None}))

    def _without_strangers(
        self, chosen: tuple[int, ...] | None, laid: tuple[int, ...]
    ) -> tuple[int, ...] | None:
        """A printed coupon is used by its code, never by its number alone."""
        if not chosen:
            return chosen
        strangers = coupons_selectors.printed_among(chosen) - set(laid)
        return tuple(pk for pk in chosen if pk not in strangers)

    def gift_cards(self) -> list[LaidDown]:
        """The cards on the counter; a seal that is not ours, is old, or of another bill
        is no card.
        """
        found: dict[str, LaidDown] = {}
        for sealed in self.posted.getlist("gift")[:MOST_GIFTS]:
            card = unsealed(sealed, key=self.key)
            if card is not None:
                found.setdefault(card.code, card)
        return list(found.values())

    def tenders(self, due: int) -> tuple[TenderGiven, ...]:
        """How the rest is paid: as it was divided, else all by one way of paying."""
        typed = self.cleaned_data
        divided = tuple(
            TenderGiven(kind=kind, amount=amount)
            for kind in self.ways
            if (amount := typed[f"pay_{kind}"])
        )
        if divided:
            return divided
        kind = self.chosen_tender
        received = typed["received"] or 0
        amount = max(due, received) if kind == CASH and received else due
        return (TenderGiven(kind=kind, amount=amount),) if amount > 0 else ()

    @property
    def is_divided(self) -> bool:
        """Whether amounts were typed for ways of paying."""
        return any(self.cleaned_data[f"pay_{kind}"] for kind in self.ways)

    @property
    def sentence(self) -> str:
        """The first thing that is wrong, to be read aloud."""
        for errors in self.errors.values():
            for error in errors:
                return str(error)
        return ""


def key_of(data: QueryDict, till: Till) -> str:
    """The key of the bill that a form of this till is about; empty for none."""
    try:
        return keys.read(data.get("key", ""), till, SALE)
    except keys.KeyRefused:
        return ""


def sealed(*, code: str, pin: str, key: str) -> str:
    """A gift card as the page of a bill (`key`) carries it: nobody reads or changes
    what was proven, and no other bill is paid with it.
    """
    return _gift_seal().encrypt(json.dumps([key, code, pin]).encode()).decode()


def unsealed(text: str, *, key: str) -> LaidDown | None:
    """The card that was laid down on this bill, if this is one."""
    try:
        opened = _gift_seal().decrypt(text.encode(), ttl=LIES_FOR)
    except InvalidToken:
        return None
    of_bill, code, pin = json.loads(opened)
    if not key or of_bill != key:
        return None
    return LaidDown(sealed=text, code=code, pin=pin)


def _gift_seal() -> Fernet:
    key = salted_hmac(GIFT_SALT, "", algorithm="sha256").digest()
    return Fernet(urlsafe_b64encode(key))


def sealed_coupon(coupon_id: int, *, key: str) -> str:
    """A printed coupon as the page of a bill (`key`) carries it: its code was shown."""
    return signing.dumps([key, coupon_id], salt=COUPON_SALT)


def unsealed_coupon(text: str, *, key: str) -> int | None:
    """The coupon that was laid down on this bill, if this is one."""
    try:
        of_bill, coupon_id = signing.loads(text, salt=COUPON_SALT, max_age=LIES_FOR)
    except (signing.BadSignature, TypeError, ValueError):
        return None
    return int(coupon_id) if key and of_bill == key else None


def _number(named: str) -> int:
    """A coupon's number; what cannot be one names none."""
    plain = named.isascii() and named.isdecimal() and len(named) < 19
    return int(named) if plain else -1
