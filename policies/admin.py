"""Rules in the admin: read version by version, published anew, never edited."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from common.admin import ReadOnlyAdmin
from common.forms import LineField
from common.names import country_name
from common.tables import table
from stores.admin import figures
from stores.admin.base import ScopedAdmin, act_of, display, may_everywhere
from stores.admin.histories import written

from . import selectors as policies_selectors
from . import services as policies_services
from .errors import NoPolicy, PolicyInThePast
from .models import OfflinePolicy, PolicyVersion, ShopPolicy

OWN_TO_A_VERSION = ("in_force_from", "reason")
# Migrations write this, word for word, before anybody reads it in a language.
FIRST_REASON = "What every shop begins with"


class PolicyForm(forms.ModelForm[Any]):
    """A version being written; left empty, it is in force from this moment."""

    reason = LineField(
        label=_("reason"), max_length=300, widget=UnfoldAdminTextInputWidget
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.at = now()

    def clean_in_force_from(self) -> Any:
        """Now, or a later moment; never back in time."""
        begins = self.cleaned_data.get("in_force_from") or self.at
        if begins < self.at:
            raise ValidationError(str(PolicyInThePast()), code="policy_in_the_past")
        return begins


class PolicyAdmin[P: PolicyVersion](ReadOnlyAdmin[P], ScopedAdmin[P]):
    """Every version there was. A new one begins as a copy of the one in force.

    An app derives its own, naming the columns that are amounts, shares or factors.
    """

    store_path = None
    form = PolicyForm
    list_display = ("name", "state", "in_force_from", "why", "made_by", "made_at")
    # Rules that are codes, and what writes them in words.
    worded_fields: Mapping[str, Callable[[Any], str]] = {}
    list_select_related = ("made_by",)
    ordering = ("-in_force_from",)
    search_fields = ("reason",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Rules hold at every store, so only who may act for all publishes them."""
        return may_everywhere(request, self._name("add"))

    def get_readonly_fields(
        self, request: HttpRequest, obj: P | None = None
    ) -> list[Any]:
        """A version that is published is only read."""
        if obj is None:
            return []
        rules = [self._worded(name) for name in self._rules()]
        return ["name", "changes", "in_force_from", "why", *self._noted(), *rules]

    def get_fields(self, request: HttpRequest, obj: P | None = None) -> list[Any]:
        """The rules, then when and why; a version shows first what it changed."""
        if obj is None:
            return [
                *(name for name in self._names() if name not in OWN_TO_A_VERSION),
                *OWN_TO_A_VERSION,
            ]
        return self.get_readonly_fields(request, obj)

    def _worded(self, name: str) -> Any:
        say = self.worded_fields.get(name)
        if say is None:
            return name

        def shown(version: P) -> str:
            return say(getattr(version, name))

        shown.__name__ = name
        field = self.model._meta.get_field(name)
        return display(description=getattr(field, "verbose_name", name))(shown)

    def _names(self) -> list[str]:
        return [field.name for field in policies_selectors.rules_of(self.model)]

    def _noted(self) -> tuple[str, ...]:
        return "made_by", "made_at"

    def _rules(self) -> list[Any]:
        return [name for name in self._names() if name not in OWN_TO_A_VERSION]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """One changes what one means to change; the rest stays as it is."""
        try:
            current = policies_selectors.in_force(self.model, at=now())
        except NoPolicy:
            return {}
        return {
            field.name: field.value_from_object(current)
            for field in policies_selectors.rules_of(self.model)
            if field.name not in OWN_TO_A_VERSION
        }

    def formfield_for_dbfield(
        self, db_field: models.Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        """The moment may be left empty."""
        if db_field.name == "in_force_from":
            kwargs["required"] = False
            kwargs["help_text"] = _("Empty: at once.")
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_model(
        self,
        request: HttpRequest,
        obj: P,
        form: Any,
        change: bool,  # noqa: FBT001 (Django's own signature)
    ) -> None:
        """Publish it in the name of whoever is signed in."""
        policies_services.publish(
            version=obj,
            by=act_of(request, form.at),
            at=form.at,
        )

    @display(description=_("version"), ordering="number")
    def name(self, version: P) -> str:
        """The rules and their number."""
        return str(version)

    @display(
        description=_("status"),
        label={"now": "success", "coming": "info", "past": "warning"},
    )
    def state(self, version: P) -> tuple[str, str]:
        """In force now, still to come, or replaced."""
        at = now()
        if version.in_force_from > at:
            return "coming", str(_("still to come"))
        try:
            current = policies_selectors.in_force(self.model, at=at)
        except NoPolicy:
            return "past", str(_("replaced"))
        if version.pk == current.pk:
            return "now", str(_("in force"))
        return "past", str(_("replaced"))

    @display(description=_("reason"), ordering="reason")
    def why(self, version: P) -> str:
        """As it was typed; that of the first version in the reader's language."""
        if version.made_by_id is None and version.reason == FIRST_REASON:
            return str(_("What every shop begins with"))
        return version.reason

    @display(description=_("what it changed"))
    def changes(self, version: P) -> str:
        """Each rule that differs from the version it followed."""
        return table(
            [_("Rule"), _("Before"), _("From then on")],
            (
                (
                    rule.name,
                    self._written(rule.field, rule.before),
                    self._written(rule.field, rule.after),
                )
                for rule in policies_selectors.changes(version)
            ),
            nothing=_("Nothing: it was the first, or a repetition."),
        )

    def _written(self, field: str, value: object) -> object:
        writers = figures.writers_of(self)
        if field in writers and isinstance(value, int):
            return writers[field](value)
        if field in self.worded_fields:
            return self.worded_fields[field](value)
        return written(value, {})


@admin.register(ShopPolicy)
class ShopPolicyAdmin(PolicyAdmin[ShopPolicy]):
    """The house's name, its country, and that country's rules."""

    percent_fields = ("gross_margin",)
    worded_fields: Mapping[str, Callable[[Any], str]] = {"country": country_name}


@admin.register(OfflinePolicy)
class OfflinePolicyAdmin(PolicyAdmin[OfflinePolicy]):
    """How long tills may queue what happened off-line, and each store's own hours."""
