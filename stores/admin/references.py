"""Pages of rows that refer to others: by name and with the way there, not by code."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy

from common.tables import link
from stores.references import Reference, referred

from .base import ScopedAdmin, display, signed_in


class ReferringAdmin[M: Model](ScopedAdmin[M]):
    """Rows with a reference, shown as `refers` in lists and on pages."""

    def reference_of(self, row: Any) -> Reference:
        """The kind and the number that a row refers to: `kind:number`."""
        kind, _colon, number = row.reference.partition(":")
        return kind, number

    def reference_words(self, row: Any) -> str:
        """What is shown of a reference that nobody knows: it is another program's."""
        return row.reference or "–"

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """All rows of a page are asked about at once."""
        page = super().get_changelist_instance(request)
        self._learn(request, page.result_list)
        return page

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> M:
        """The one row as well."""
        row = super().get_object(request, object_id, from_field)
        self._learn(request, [row])
        return row

    def _learn(self, request: HttpRequest, rows: Iterable[Any]) -> None:
        known = referred(self.reference_of(row) for row in rows)
        for row in rows:
            found = known.get(self.reference_of(row))
            if found is None:
                continue
            row.refers_to = found.text
            app, _dot, model = found.model.partition(".")
            if app and signed_in(request).has_perm(f"{app}.view_{model}"):
                page = f"{self.admin_site.name}:{app}_{model}_change"
                row.refers_to = link(found.text, reverse(page, args=[found.number]))

    @display(description=gettext_lazy("reference"), ordering="reference")
    def refers(self, row: Any) -> str:
        """By its own name, with the way there for whoever may see it."""
        return getattr(row, "refers_to", None) or self.reference_words(row)
