"""What the admin pages of every app derive from."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from django.contrib import admin
from django.contrib.admin import AdminSite
from django.contrib.admin.utils import label_for_field, lookup_field
from django.core.exceptions import ObjectDoesNotExist
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.functional import Promise, cached_property
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _

from common import exports
from common.exact_search import Behind, conditions, having, is_exact
from common.tables import zone_of

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin
else:
    from unfold.admin import ModelAdmin

# Far enough to page through by hand; beyond it one searches or filters.
COUNTED_ROWS = 5_000

DAY = "business_date"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Recorder(Protocol):
    """Writes into the log who took which list along, and how many rows of it."""

    def __call__(
        self, request: HttpRequest, *, what: str, rows: int, file: str
    ) -> None: ...


# Given by the app that keeps the log; without it nothing leaves the house.
_recorders: list[Recorder] = []


def record_exports_with(recorder: Recorder) -> None:
    """Say who writes exports into the log."""
    _recorders[:] = [recorder]


class CappedPaginator(Paginator[Any]):
    """Counts no further than anyone pages, so that a long book opens at once."""

    @cached_property
    def count(self) -> int:
        """How many rows there are, or the cap when there are more."""
        rows = self.object_list
        if isinstance(rows, QuerySet):
            # Names that only the list shows are not looked up to be counted.
            return int(rows.order_by().values("pk")[:COUNTED_ROWS].count())
        return len(rows)


class ExportMixin[M: Model](ModelAdmin[M]):
    """Adds CSV and XLSX of exactly the columns and rows that the list shows."""

    # Columns that are drawn for people may name a plainer field for the export.
    export_columns: tuple[str, ...] | None = None

    def __init__(self, model: type[M], admin_site: AdminSite) -> None:
        super().__init__(model, admin_site)
        # Besides whatever the page itself offers.
        if self.actions is not None:
            self.actions = [*self.actions, "export_csv", "export_xlsx"]

    def has_export_permission(self, request: HttpRequest) -> bool:
        """Whoever may see the rows may take them along."""
        return self.has_view_permission(request)

    @admin.action(
        description=_("Export the selected rows as CSV"), permissions=["export"]
    )
    def export_csv(
        self, request: HttpRequest, queryset: QuerySet[M]
    ) -> HttpResponseBase:
        """Send the rows as CSV while they are read."""
        self._record_export(request, queryset, "csv")
        lines = exports.csv_lines(self._header(request), self._rows(request, queryset))
        response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = self._attachment("csv")
        return response

    @admin.action(
        description=_("Export the selected rows as XLSX"), permissions=["export"]
    )
    def export_xlsx(
        self, request: HttpRequest, queryset: QuerySet[M]
    ) -> HttpResponseBase:
        """Send the rows as a workbook."""
        self._record_export(request, queryset, "xlsx")
        file = exports.xlsx_file(self._header(request), self._rows(request, queryset))
        name = f"{self.opts.model_name}.xlsx"
        return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)

    def _record_export(
        self, request: HttpRequest, queryset: QuerySet[M], file: str
    ) -> None:
        (recorder,) = _recorders
        what, rows = self.opts.label_lower, queryset.order_by().count()
        recorder(request, what=what, rows=rows, file=file)

    def _attachment(self, ending: str) -> str:
        return f'attachment; filename="{self.opts.model_name}.{ending}"'

    def _columns(self, request: HttpRequest) -> list[str]:
        shown = self.export_columns or self.get_list_display(request)
        columns = [str(getattr(column, "__name__", column)) for column in shown]
        # The day that a sum belongs to is not the day that the moment says.
        has_day = any(field.name == DAY for field in self.opts.fields)
        return [*columns, DAY] if has_day and DAY not in columns else columns

    def _header(self, request: HttpRequest) -> list[str]:
        return [
            str(label_for_field(column, self.model, self))
            for column in self._columns(request)
        ]

    def _rows(self, request: HttpRequest, queryset: QuerySet[M]) -> Iterator[list[Any]]:
        columns = self._columns(request)
        for row in queryset.iterator(chunk_size=2000):
            yield [self._cell(row, column) for column in columns]

    def _cell(self, row: M, column: str) -> object:
        try:
            field, _attribute, value = lookup_field(column, row, self)
        except ObjectDoesNotExist:
            return None
        if field is not None and getattr(field, "flatchoices", None):
            return dict(field.flatchoices).get(value, value)
        if isinstance(value, datetime):  # by the clock of where it was
            return value.astimezone(zone_of(row, getattr(self, "store_path", None)))
        if isinstance(value, list | tuple):  # a badge or header of the theme
            return " ".join(str(part) for part in value if part)
        if isinstance(value, str | Promise):
            return strip_tags(str(value)) if hasattr(value, "__html__") else str(value)
        return value


class ReadOnlyAdmin[M: Model](ExportMixin[M]):
    """Rows that nobody edits: not a superuser, not a forged form."""

    paginator = CappedPaginator
    show_full_result_count = False
    list_per_page = 50
    list_max_show_all = 50
    actions: Any = ()
    # Which columns stand before a searched one in its index.
    search_behind: ClassVar[Behind] = {}

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[M], search_term: str
    ) -> tuple[QuerySet[M], bool]:
        """A million rows are searched by whole values, each by its own index."""
        fields, text = self.get_search_fields(request), search_term.strip()
        if not text or not is_exact(fields):
            return super().get_search_results(request, queryset, search_term)
        each = conditions(self.model, fields, text, self.search_behind)
        return having(queryset, each, most=COUNTED_ROWS), False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Rows of value are made by commands."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        """Rows of value are mended by new rows."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        """Rows of value stay."""
        return False
