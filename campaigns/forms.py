"""One form a condition: what is typed becomes what a segment keeps."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from django import forms
from django.conf import settings
from django.db.models import Model, QuerySet
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.forms import LineField, MoneyField
from coupons.models import CouponTemplate
from members.models import Channel, CustomField, Member, Purpose, Tag
from messaging.models import MessageChannel
from stores.models import Store
from tiers.models import Tier

from .conditions import KINDS, LARGEST
from .models import Band, Method, Segment

type Values = dict[str, list[str]]

GROUPS: Final = [
    ("all", _("All of these")),
    ("any", _("Any of these")),
    ("not", _("None of these")),
]
# In the order in which a marketer looks for them.
CHOICES: Final = [
    (
        _("Profile"),
        [
            ("gender", _("Gender")),
            ("age", _("Age in years")),
            ("birthday", _("Birthday soon")),
            ("language", _("Language")),
            ("joined", _("Days as a member")),
            ("known", _("Details on file")),
            ("home_store", _("Home store")),
            ("tag", _("Tag")),
            ("custom", _("Custom field")),
            ("referred", _("Members brought")),
        ],
    ),
    (
        _("Tier"),
        [
            ("tier", _("Tier")),
            ("tier_since", _("Days at the tier")),
            ("tier_at_risk", _("Tier at risk")),
        ],
    ),
    (
        _("Value"),
        [
            ("balance", _("Stored value")),
            ("points", _("Points")),
            ("expiring", _("Points expiring")),
            ("bonus_expiring", _("Bonus expiring")),
            ("top_ups", _("Top-ups")),
        ],
    ),
    (
        _("Visits"),
        [
            ("visits", _("Visits")),
            ("spent", _("Spent")),
            ("items", _("Items ordered")),
            ("last_visit", _("Days since the last visit")),
            ("first_visit", _("Days since the first visit")),
            ("rhythm", _("Usual days between visits")),
            ("band", _("Win-back band")),
            ("rfm", _("RFM scores")),
        ],
    ),
    (
        _("Feedback, coupons, messages"),
        [
            ("complaint", _("Open complaint")),
            ("score", _("Last score")),
            ("coupon", _("Coupons")),
            ("consent", _("Consent")),
            ("messages", _("Messages sent")),
        ],
    ),
    (_("Segments"), [("segment", _("In another segment"))]),
]
LABELS: Final = {kind: label for _of, kinds in CHOICES for kind, label in kinds}
MONEY: Final = {"balance", "spent", "bonus_expiring"}
WEEKDAYS: Final = [
    (0, _("Monday")),
    (1, _("Tuesday")),
    (2, _("Wednesday")),
    (3, _("Thursday")),
    (4, _("Friday")),
    (5, _("Saturday")),
    (6, _("Sunday")),
]
# Which visits are meant is said after what is asked of them.
OF_VISITS: Final = {"last_days", "stores", "weekdays", "hour_from", "hour_until"}
FIFTHS: Final = [(score, str(score)) for score in range(5, 0, -1)]


@dataclass(frozen=True, slots=True)
class Offers:
    """The stores and segments that whoever builds may choose among."""

    stores: QuerySet[Store]
    segments: QuerySet[Segment]


def _many(label: Any, choices: Any, *, coerce: Callable[[Any], Any] = str) -> Any:
    return forms.TypedMultipleChoiceField(
        label=label,
        choices=choices,
        coerce=coerce,
        widget=forms.CheckboxSelectMultiple,
    )


def _rows(label: Any, rows: QuerySet[Any]) -> Any:
    return forms.ModelMultipleChoiceField(
        label=label, queryset=rows, widget=forms.CheckboxSelectMultiple
    )


def _one(label: Any, choices: Any) -> Any:
    return forms.ChoiceField(label=label, choices=choices)


def _number(label: Any, least: int, most: int) -> Any:
    return forms.IntegerField(
        label=label,
        min_value=least,
        max_value=most,
        widget=forms.NumberInput(attrs={"min": least, "max": most}),
    )


ACCOUNTS: Final = {
    "balance": [
        ("stored_value", _("Principal and bonus")),
        ("principal", _("Principal")),
        ("bonus", _("Bonus")),
    ],
    "points": [("points", _("Points")), ("growth", _("Growth value"))],
}
STATES: Final = [
    ("usable", _("may use one now")),
    ("received", _("received one")),
    ("redeemed", _("redeemed one")),
    ("expired", _("let one expire")),
]
TESTS: Final = [
    ("given", _("is answered")),
    ("equals", _("equals")),
    ("contains", _("contains")),
    ("at_least", _("is at least")),
    ("at_most", _("is at most")),
]
FACTS: Final = [
    ("name", _("name")),
    ("phone", _("phone")),
    ("email", _("e-mail")),
    ("birthday", _("birthday")),
]
type Make = Callable[[str, Offers], Any]
FIELDS: Final[dict[str, Make]] = {
    "at_least": lambda kind, _offers: _bound(kind, _("At least")),
    "at_most": lambda kind, _offers: _bound(kind, _("At most")),
    "last_days": lambda _kind, _offers: _number(_("In the last … days"), 1, 3660),
    "next_days": lambda kind, _offers: _number(
        _("Within … days"), 0, 92 if kind == "birthday" else 366
    ),
    "hour_from": lambda _kind, _offers: _number(_("From … o’clock"), 0, 23),
    "hour_until": lambda _kind, _offers: _number(_("until … o’clock"), 1, 24),
    "weekdays": lambda _kind, _offers: _many(_("Weekdays"), WEEKDAYS, coerce=int),
    "genders": lambda _kind, _offers: _many(_("Gender"), Member.Gender.choices),
    "languages": lambda _kind, _offers: _many(_("Language"), settings.LANGUAGES),
    "facts": lambda _kind, _offers: _many(_("Details"), FACTS),
    "channels": lambda _kind, _offers: _many(_("Any of these ways"), Channel.choices),
    "bands": lambda _kind, _offers: _many(_("Bands"), Band.choices),
    "method": lambda _kind, _offers: _one(
        _("Measured by"), [("", _("as the policy says")), *Method.choices]
    ),
    "purposes": lambda _kind, _offers: _many(_("Purpose"), Purpose.choices),
    "ways": lambda _kind, _offers: _many(
        _("Any of these ways"), MessageChannel.choices
    ),
    "recency": lambda _kind, _offers: _many(_("Recency"), FIFTHS, coerce=int),
    "frequency": lambda _kind, _offers: _many(_("Frequency"), FIFTHS, coerce=int),
    "money": lambda _kind, _offers: _many(_("Money"), FIFTHS, coerce=int),
    "stores": lambda _kind, offers: _rows(_("Stores"), offers.stores),
    "tags": lambda _kind, _offers: _rows(
        _("Any of these tags"), Tag.objects.filter(is_active=True).order_by("name")
    ),
    "tiers": lambda _kind, _offers: _rows(
        _("Any of these tiers"), Tier.objects.order_by("rank")
    ),
    "templates": lambda _kind, _offers: _rows(
        _("Coupon templates"), CouponTemplate.objects.order_by("code")
    ),
    "segment": lambda _kind, offers: forms.ModelChoiceField(
        label=_("Segment"), queryset=offers.segments
    ),
    "account": lambda kind, _offers: _one(_("Account"), ACCOUNTS[kind]),
    "state": lambda _kind, _offers: _one(_("The member"), STATES),
    "purpose": lambda _kind, _offers: _one(
        _("Purpose"),
        [one for one in Purpose.choices if one[0] != Purpose.TRANSACTIONAL],
    ),
    "code": lambda _kind, _offers: _one(_("Custom field"), _questions),
    "test": lambda _kind, _offers: _one(pgettext_lazy("comparison", "Answer"), TESTS),
    "value": lambda _kind, _offers: LineField(label=_("Text"), max_length=200),
    "skus": lambda _kind, _offers: _words(_("Item numbers")),
    "categories": lambda _kind, _offers: _words(_("Categories")),
}


def _bound(kind: str, label: Any) -> Any:
    if kind in MONEY:
        return MoneyField(label=label, min_value=0, max_value=LARGEST)
    return _number(label, 0, LARGEST)


def _words(label: Any) -> Any:
    return LineField(label=label, max_length=2000, help_text=_("Separated by commas."))


def _questions() -> list[tuple[str, str]]:
    fields = CustomField.objects.filter(is_active=True).order_by("position", "name")
    return [(field.code, field.name) for field in fields]


class ConditionForm(forms.Form):
    """The fields of one kind of condition, asked for by its name."""

    def __init__(
        self,
        kind: str,
        values: Values,
        *,
        prefix: str,
        offers: Offers,
        is_tried: bool = False,
    ) -> None:
        data = MultiValueDict(
            {f"{prefix}-{name}": told for name, told in values.items()}
        )
        # Where nothing was typed yet nothing is wrong either, until it is to be saved.
        is_blank = not any(text for told in values.values() for text in told)
        waits = is_blank and not is_tried and len(KINDS[kind].model_fields) > 1
        super().__init__(data=None if waits else data, prefix=prefix, auto_id="id_%s")
        self.kind = kind
        for name, asked in KINDS[kind].model_fields.items():
            if name != "kind":
                self.fields[name] = FIELDS[name](kind, offers)
                self.fields[name].required = asked.is_required()
        if "at_least" in self.fields:
            self.order_fields([name for name in self.fields if name not in OF_VISITS])

    def rule(self) -> dict[str, Any]:
        """The condition as it is kept; what was left open is left out."""
        told = {name: _plain(name, value) for name, value in self.cleaned_data.items()}
        kept = {
            name: value for name, value in told.items() if value not in ("", None, [])
        }
        return {"kind": self.kind, **kept}


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, QuerySet):
        return sorted(row.pk for row in value)
    if isinstance(value, Model):
        return value.pk
    if name in ("skus", "categories"):
        parts = value.replace("，", ",").split(",")
        return [part.strip() for part in parts if part.strip()]
    return value


def values_of(rule: dict[str, Any]) -> Values:
    """What would have been typed to make a condition."""
    return {
        name: _typed(rule["kind"], name, value)
        for name, value in rule.items()
        if name != "kind"
    }


def _typed(kind: str, name: str, value: Any) -> list[str]:
    if name in ("skus", "categories"):
        return [", ".join(value)]
    if isinstance(value, list):
        return [str(one) for one in value]
    if kind in MONEY and name in ("at_least", "at_most"):
        return [str(MoneyField(min_value=None).prepare_value(value))]
    return [str(value)]


class SegmentForm(forms.ModelForm[Segment]):
    """How a segment is called, and whose guests it means."""

    class Meta:
        model = Segment
        fields = ("name", "note", "store", "is_active")
        field_classes: ClassVar = {"note": LineField}

    def __init__(
        self, *args: Any, stores: QuerySet[Store], may_mean_all: bool, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        store = self.fields["store"]
        assert isinstance(store, forms.ModelChoiceField)  # noqa: S101 (for the type)
        store.queryset = stores
        store.required = not may_mean_all
        store.empty_label = str(_("All stores")) if may_mean_all else None
        if self.instance.pk is not None:
            store.disabled = True
