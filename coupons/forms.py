"""What the office types about coupons, turned into what the services take."""

import re
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.timezone import now  # noqa: TID251 (a form is a screen)
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextInputWidget,
)

from common.errors import DomainError
from common.fixed_point import BASIS_POINT_PLACES
from common.forms import FixedPointField, MoneyField
from common.sight import in_sight
from members import selectors as members_selectors
from members.models import Tag
from stores.act_forms import AboveLimitForm, KeyForm, ReasonForm
from stores.models import Store
from tiers import selectors as tiers_selectors
from tiers.models import Tier

from . import audiences
from .models import CouponTemplate, TemplateHours
from .models.terms import LARGEST

TYPED_AMOUNT = {"inputmode": "decimal", "autocomplete": "off"}
MONEY = ("amount", "cap", "min_spend", "use_price", "price")
BETWEEN_WORDS = re.compile(r"[,，、;；\n]+")


class PercentField(FixedPointField):
    """Percent as people type them; basis points inside."""

    def __init__(self, **options: Any) -> None:
        options.setdefault(
            "widget", UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"})
        )
        super().__init__(places=BASIS_POINT_PLACES, max_value=100_00, **options)

    def clean(self, value: Any) -> int:
        """Left empty it is nothing."""
        return super().clean(value) or 0


class WordsField(forms.CharField):
    """Codes with commas between them, of either width."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", UnfoldAdminTextInputWidget)
        super().__init__(max_length=4_000, **options)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        """Each code once, in the order typed."""
        parts = BETWEEN_WORDS.split(super().clean(value))
        return list(dict.fromkeys(part.strip() for part in parts if part.strip()))

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.clean(data) != list(initial or []))
        except ValidationError:
            return True


class _Numbers(forms.TypedMultipleChoiceField):
    def __init__(self, **options: Any) -> None:
        super().__init__(
            coerce=int,
            required=False,
            widget=UnfoldAdminCheckboxSelectMultipleWidget,
            **options,
        )


class TemplateForm(forms.ModelForm[CouponTemplate]):
    """A template, in the words and amounts of whoever draws it."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        labels = {
            field.name: (field.verbose_name, field.help_text)
            for field in CouponTemplate._meta.concrete_fields
        }
        for name in MONEY:
            self._put(name, self._money(name, *labels[name]))
        self._put("off_bp", PercentField(**_named(labels["off_bp"])))
        self._put(
            "claim_word",
            forms.CharField(
                max_length=24,
                widget=UnfoldAdminTextInputWidget,
                **_named(labels["claim_word"]),
            ),
        )
        for name in ("items", "categories", "channels"):
            self._put(name, WordsField(**_named(labels[name])))
        choices: dict[str, list[tuple[Any, Any]]] = {
            "store_ids": [(store.pk, str(store)) for store in _stores()],
            "tier_ids": [(tier.pk, str(tier)) for tier in tiers_selectors.ladder()],
            "weekdays": list(TemplateHours._meta.get_field("weekday").choices or []),
        }
        for name, offered in choices.items():
            label, help_text = labels[name]
            self._put(name, _Numbers(label=label, help_text=help_text, choices=offered))

    def _put(self, name: str, field: forms.Field) -> None:
        if name in self.fields:
            self.fields[name] = field

    def _money(self, name: str, label: Any, help_text: Any) -> MoneyField:
        return MoneyField(
            label=label,
            help_text=help_text,
            required=False,
            min_value=0,
            max_value=LARGEST,
            widget=UnfoldAdminTextInputWidget(attrs=TYPED_AMOUNT),
        )

    def clean(self) -> dict[str, Any]:
        """What is left empty is nothing; a word to claim with is one or none."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in ("amount", "min_spend", "use_price"):
            if name in self.fields and cleaned.get(name) is None:
                cleaned[name] = 0
        if "claim_word" in cleaned:
            cleaned["claim_word"] = "".join(cleaned["claim_word"].split()).upper()
            cleaned["claim_word"] = cleaned["claim_word"] or None
        return cleaned


def _named(words: tuple[Any, Any]) -> dict[str, Any]:
    return {"label": words[0], "help_text": words[1], "required": False}


def _stores() -> QuerySet[Store]:
    return Store.objects.order_by("code")


class GiveForm(AboveLimitForm):
    """To whom, how many, from which store; above one's limit with a second person."""

    member = forms.CharField(
        label=_("Member"),
        max_length=40,
        help_text=_("As at the counter: a phone, a name, or # and a number."),
        widget=UnfoldAdminTextInputWidget,
    )
    quantity = forms.IntegerField(
        label=_("Quantity"),
        min_value=1,
        max_value=1000,
        initial=1,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    field_order = ("member", "quantity", "store", "reason", "checker", "secret")

    def clean_member(self) -> int:
        """The number of the one member that was meant."""
        found = members_selectors.find_ids(self.cleaned_data["member"], now(), limit=2)
        if not found:
            raise ValidationError(_("There is no such member."))
        if len(found) > 1:
            raise ValidationError(_("Several members are meant by this. Type more."))
        return found[0]


class SegmentForm(KeyForm, ReasonForm):
    """To whom; counted before anything is given."""

    of = forms.ChoiceField(
        label=_("To whom"),
        choices=[
            ("everyone", _("Everyone")),
            ("tag", _("Members with a tag")),
            ("tier", _("Members of a tier")),
        ],
        widget=UnfoldAdminSelectWidget,
    )
    tag = forms.ModelChoiceField(
        label=_("Tag"),
        required=False,
        queryset=Tag.objects.filter(is_active=True).order_by("name"),
        widget=UnfoldAdminSelectWidget,
    )
    tier = forms.ModelChoiceField(
        label=_("Tier"),
        required=False,
        queryset=Tier.objects.order_by("rank"),
        widget=UnfoldAdminSelectWidget,
    )
    quantity = forms.IntegerField(
        label=_("Number for each member"),
        min_value=1,
        max_value=100,
        initial=1,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    counted = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        """With the audiences that apps above know."""
        super().__init__(*args, **options)
        of = cast("forms.ChoiceField", self.fields["of"])
        for kind in audiences.kinds():
            of.choices = [*of.choices, (kind.word, kind.label)]  # type: ignore[misc]  # a list, which grows
            self.fields[kind.word] = forms.ModelChoiceField(
                label=kind.field_label,
                required=False,
                queryset=kind.choices(),
                widget=UnfoldAdminSelectWidget,
            )
        chosen = [kind.word for kind in audiences.kinds()]
        self.order_fields(["of", "tag", "tier", *chosen, "quantity", "reason"])

    def clean(self) -> dict[str, Any]:
        """The first time it only counts; the second time the count must be the same."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        described = self._described(cleaned)
        if described is None:
            return cleaned
        try:
            count = audiences.count(described, at=now())
        except DomainError as refusal:
            raise ValidationError(str(refusal), code=refusal.code) from refusal
        mark = ":".join(str(part) for part in (count, *described.values()))
        if cleaned.get("counted") != mark:
            self.data = {**self.data.dict(), "counted": mark}  # type: ignore[attr-defined]  # what was posted
            raise ValidationError(
                _("That is %(count)s members. Send it again to give them the coupon."),
                params={"count": count},
                code="counted",
            )
        cleaned["described"] = described
        return cleaned

    def _described(self, cleaned: dict[str, Any]) -> dict[str, object] | None:
        of = cleaned["of"]
        if of == "everyone":
            return {"of": of}
        chosen = cleaned[of]
        if chosen is None:
            self.add_error(of, _("Choose one."))
            return None
        known = {kind.word: kind for kind in audiences.kinds()}
        more = known[of].describe(chosen) if of in known else {}
        return {"of": of, "pk": chosen.pk, **more}


class BatchForm(KeyForm, ReasonForm):
    """How many codes, and what for."""

    quantity = forms.IntegerField(
        label=_("Quantity"),
        min_value=1,
        max_value=100_000,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    field_order = ("quantity", "reason")


class ExtendForm(ReasonForm):
    """Until when, and why."""

    until = forms.SplitDateTimeField(
        label=_("Valid until"),
        validators=[in_sight],
        widget=UnfoldAdminSplitDateTimeWidget,
    )
    field_order = ("until", "reason")


class RefundForm(AboveLimitForm):
    """Why a pass is given back, and from which store’s till."""

    field_order = ("store", "reason", "checker", "secret")


class ConfirmForm(forms.Form):
    """One button, pressed on purpose."""
