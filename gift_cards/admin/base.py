"""What the pages of gift cards share."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.db.models import Model
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from common.errors import DomainError
from stores.admin.base import ScopedAdmin, Text, signed_in


class BrandAdmin[M: Model](ScopedAdmin[M]):
    """Gift cards are the brand's: sold at one store, shown and taken at every other."""

    store_path = None

    def has_view_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        """Whoever may see them anywhere sees them all."""
        return signed_in(request).has_perm(self._name("view"))

    def show_once(
        self,
        request: HttpRequest,
        *,
        form: forms.Form,
        answer: Callable[[dict[str, Any]], HttpResponseBase],
        title: Text,
        button: Text,
        back: str,
        lead: Text = "",
    ) -> HttpResponseBase:
        """A form whose answer is seen now and never again: nothing is kept of it."""
        if form.is_valid():
            try:
                response = answer(form.cleaned_data)
            except DomainError as refusal:
                form.add_error(None, str(refusal))
            else:
                response["Cache-Control"] = "no-store"
                return response

        def never(_typed: dict[str, Any]) -> Text:
            raise AssertionError  # a valid form was answered above

        return self.ask(
            request,
            form=form,
            title=title,
            button=button,
            command=never,
            back=back,
            lead=lead,
        )
