"""What these pages share: only one's own stores, and acts with a form."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import wraps
from typing import TYPE_CHECKING, Any, Protocol

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import ValidationError
from django.db.models import (
    DateField,
    Field,
    ForeignKey,
    Model,
    QuerySet,
)
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.timezone import now
from django.utils.translation import gettext_lazy
from simple_history.admin import SimpleHistoryAdmin
from structlog.contextvars import get_contextvars

from common.admin import record_exports_with
from common.errors import DomainError
from common.sight import in_sight
from common.tables import zone_of
from ledger.services import Act
from stores import selectors as stores_selectors
from stores import services as stores_services
from stores.backends import grants_this_request
from stores.models import Approval, Shift, Store, Till, User

from . import figures
from .clocks import by_the_stores_clock, told_by_its_clock
from .histories import WordsOfChanges

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin

    class Keeps(Protocol):
        """A decorator that leaves the type of what it decorates as it is."""

        def __call__[**P, R](
            self, **options: Any
        ) -> Callable[[Callable[P, R]], Callable[P, R]]: ...

    action: Keeps
    display: Keeps
else:
    from unfold import decorators
    from unfold.admin import ModelAdmin

    action = decorators.action

    def display(*, label: Any = None, **options: Any) -> Any:
        """The theme draws badges in lists alone; elsewhere one reads as its words."""

        def drawn(column: Any) -> Any:
            if label is None:
                return decorators.display(**options)(column)

            @wraps(column)
            def badge(self: Any, row: Any) -> Any:
                value = column(self, row)
                return Badge(value) if isinstance(value, tuple) else value

            return decorators.display(label=Shades(label), **options)(badge)

        return drawn


type Text = str | Promise


class Shades(dict[str, str]):
    """A badge's colours. One that has none is plain: the theme would else write the
    word that picks the colour in place of what stands on the badge.
    """

    def __missing__(self, word: str) -> None:
        return None


class Badge(tuple[str, str]):
    """The word that picks a badge's colour, and what stands on it."""

    __slots__ = ()

    def __str__(self) -> str:
        return str(self[1])


def signed_in(request: HttpRequest) -> User:
    """Whoever is signed in; the admin lets nobody else come so far."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def may_everywhere(request: HttpRequest, permission: str) -> bool:
    """May whoever is signed in do what belongs to no single store?"""
    user = signed_in(request)
    return user.is_superuser or any(
        grant.store_id is None and permission in grant.permissions
        for grant in grants_this_request(user)
    )


def request_id(request: HttpRequest) -> str:
    """The number under which the logs know this request."""
    return str(get_contextvars().get("request_id", ""))[:64]


def act_of(
    request: HttpRequest,
    at: datetime,
    *,
    store: Store | None = None,
    shift: Shift | None = None,
    approver: User | None = None,
) -> Act:
    """Whoever is signed in does it: at this store, in this shift, or at the desk."""
    return stores_services.act(
        staff=signed_in(request),
        store=store,
        shift=shift,
        approver=approver,
        at=at,
        request_id=request_id(request),
    )


def record_export(request: HttpRequest, *, what: str, rows: int, file: str) -> None:
    """Write into the log that a list leaves the house: which, and how many rows."""
    at = now()
    stores_services.record_act(
        name="stores.exported",
        by=act_of(request, at),
        at=at,
        facts={"what": what, "rows": rows, "file": file},
    )


record_exports_with(record_export)


def alone_or_beside[T](
    request: HttpRequest,
    typed: dict[str, Any],
    run: Callable[[Approval | None], T],
    *,
    subject: str,
    at: datetime,
    store: Store | None = None,
    shift: Shift | None = None,
) -> T:
    """Do what was typed alone, or above one's limit with the second person of the form.

    At `store`, or in a shift, where the form does not ask for the store.
    """
    where = store or (typed["store"] if shift is None else shift.store)
    return stores_services.alone_or_beside(
        run,
        maker=signed_in(request),
        checker=typed["checker"],
        secret=typed["secret"],
        store=where,
        reason=typed["reason"],
        at=at,
        subject=subject,
        shift=shift,
        request_id=request_id(request),
    )


def kept_in_sight(field: Any, db_field: Field[Any, Any]) -> Any:
    """The field of a form; one of a day or moment takes only what can be read again."""
    if field is not None and isinstance(db_field, DateField):  # or with a time
        field.validators.append(in_sight)
    return field


class ScopedAdmin[M: Model](ModelAdmin[M]):
    """Shows and changes the rows of one's own stores; anything else is a 404."""

    # The way from a row to its store; None where rows belong to no store.
    store_path: str | None = "store"
    # Amounts in minor units, shares in per mille, factors in thousandths: money,
    # percent and factors to whoever types or reads them, and not the number kept.
    money_fields: tuple[str, ...] = ()
    percent_fields: tuple[str, ...] = ()
    factor_fields: tuple[str, ...] = ()

    def _name(self, verb: str) -> str:
        return f"{self.opts.app_label}.{verb}_{self.opts.model_name}"

    def visible(self, request: HttpRequest) -> QuerySet[M]:
        """The rows of the stores where one may see them."""
        user, permission = signed_in(request), self._name("view")
        rows = super().get_queryset(request)
        if self.store_path is None or stores_selectors.user_may_everywhere(
            user, permission
        ):
            return rows
        # Told by their numbers: behind a question of its own no index would be seen.
        mine = stores_selectors.stores_for(user, permission).values_list("pk")
        return rows.filter(**{f"{self.store_path}__in": [pk for (pk,) in mine]})

    def get_queryset(self, request: HttpRequest) -> QuerySet[M]:
        """The same for lists, searches, exports and single rows."""
        return self.visible(request)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """A filter that no date can be is a filter that does not exist."""
        try:
            return super().get_changelist_instance(request)
        except (ValueError, OverflowError) as wrong:
            raise IncorrectLookupParameters(str(wrong)) from wrong

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Any], *where: Any, **told: Any
    ) -> HttpResponse | None:
        """Whoever ticks what can be no row ticks nothing that is there."""
        key = self.opts.pk
        try:
            for ticked in request.POST.getlist(ACTION_CHECKBOX_NAME):
                key.to_python(ticked)
        except ValidationError as impossible:
            raise Http404 from impossible
        return super().response_action(request, queryset, *where, **told)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> M:
        """A row of one's own; another's does not exist."""
        row = super().get_object(request, object_id, from_field)
        if row is None:
            raise Http404
        return row

    def has_view_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        """Asked with the row, so that its store counts."""
        return signed_in(request).has_perm(self._name("view"), obj)

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        """Asked with the row, so that its store counts."""
        return signed_in(request).has_perm(self._name("change"), obj)

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        """Asked with the row, so that its store counts."""
        return signed_in(request).has_perm(self._name("delete"), obj)

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        """One chooses among what one may see."""
        user = signed_in(request)
        if db_field.remote_field.model is Store:
            kwargs["queryset"] = stores_selectors.stores_for(user, self._name("add"))
        elif db_field.remote_field.model is Till:
            mine = stores_selectors.stores_for(user, "stores.view_till")
            kwargs["queryset"] = Till.objects.filter(store__in=mine)
        elif db_field.remote_field.model is User:
            kwargs["queryset"] = stores_selectors.people_for(user, "stores.view_user")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(
        self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Figures are typed as people say them; days that no calendar of ours can count
        are refused at their field.
        """
        figure = figures.form_field(self, db_field)
        if figure is not None:
            return figure
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        return kept_in_sight(field, db_field)

    def get_fieldsets(self, request: HttpRequest, obj: M | None = None) -> Any:
        """Where nothing is typed, amounts are written as money."""
        found = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return found
        return [
            (title, {**options, "fields": self._read(options["fields"])})
            for title, options in found
        ]

    def _read(self, names: Iterable[Any]) -> list[Any]:
        return self._clocks(
            figures.as_read(self.model, names, figures.writers_of(self))
        )

    def _clocks(self, names: Iterable[Any]) -> list[Any]:
        return by_the_stores_clock(self, names, self.store_path)

    def get_list_display(self, request: HttpRequest) -> Any:
        """With the moments by each row's own clock."""
        return self._clocks(super().get_list_display(request))

    def get_list_display_links(self, request: HttpRequest, list_display: Any) -> Any:
        """The same columns lead to the row."""
        links = super().get_list_display_links(request, list_display)
        return links and self._clocks(links)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """A refusal is a sentence above the same page, and nothing is changed."""
        try:
            page = super().changeform_view(request, object_id, form_url, extra_context)
            return told_by_its_clock(page, self.store_path)
        except DomainError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return redirect(request.path)

    def delete_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The same for what may not be taken away."""
        try:
            return super().delete_view(request, object_id, extra_context)
        except DomainError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return redirect(self.list_url())

    @display(description=gettext_lazy("number"), ordering="pk")
    def row_number(self, row: M) -> str:
        """What people call a row by that has no name."""
        return str(row.pk)

    def list_url(self) -> str:
        """The list of these rows."""
        return reverse(
            f"{self.admin_site.name}:"
            f"{self.opts.app_label}_{self.opts.model_name}_changelist"
        )

    def row_url(self, row: Model) -> str:
        """The page of one of these rows."""
        return reverse(
            f"{self.admin_site.name}:"
            f"{self.opts.app_label}_{self.opts.model_name}_change",
            args=[row.pk],
        )

    def ask(
        self,
        request: HttpRequest,
        *,
        form: forms.Form,
        title: Text,
        button: Text,
        command: Callable[[dict[str, Any]], Text],
        back: str,
        lead: Text = "",
        picture: str = "",
    ) -> HttpResponseBase:
        """A page with a form for one command; a refusal stands above what was typed."""
        if form.is_valid():
            try:
                self.message_user(
                    request, str(command(form.cleaned_data)), messages.SUCCESS
                )
                return redirect(back)
            except DomainError as refusal:
                form.add_error(None, str(refusal))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "form": form,
            "button": button,
            "back": back,
            "lead": lead,
            "picture": picture,
        }
        return TemplateResponse(request, "stores/act.html", context)


class HistoryAdmin[M: Model](SimpleHistoryAdmin, ScopedAdmin[M]):  # type: ignore[misc]  # untyped
    """Settings-like rows, each with its history."""

    object_history_list_template = "admin/history.html"

    def get_historical_record_context_helper(
        self, request: HttpRequest, historical_record: Any
    ) -> WordsOfChanges:
        """What changed, in words."""
        return WordsOfChanges(
            self.model, historical_record, writers=figures.writers_of(self)
        )

    def save_model(
        self,
        request: HttpRequest,
        obj: Any,
        form: forms.ModelForm[M],
        change: bool,  # noqa: FBT001 (Django's own signature)
    ) -> None:
        """Through the command, in the name of whoever is signed in."""
        obj._history_user = signed_in(request)
        self.save_by_command(request, obj)

    def history_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """The history of one's own, by the clock of its store; another's does not
        exist.
        """
        row = self.get_object(request, object_id)
        with timezone.override(zone_of(row, self.store_path)):
            return super().history_view(request, object_id, extra_context)

    def history_form_view(
        self,
        request: HttpRequest,
        object_id: str,
        version_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """A version of one's own, to look at or to go back to."""
        self.get_object(request, object_id)
        return super().history_form_view(request, object_id, version_id, extra_context)

    def get_history_queryset(
        self, request: HttpRequest, history_manager: Any, pk_name: str, object_id: str
    ) -> Any:
        """The library's own joins with a bare `select_related()`, now deprecated."""
        of_row = history_manager.filter(**{pk_name: object_id})
        return of_row.select_related("history_user")

    def save_by_command(self, request: HttpRequest, obj: Any) -> None:
        """The command that saves such a row."""
        raise NotImplementedError  # each page names its own; none is left without


def posted(request: HttpRequest) -> dict[str, Any]:
    """What a form is bound to: nothing until it is sent."""
    return {"data": request.POST if request.method == "POST" else None}
