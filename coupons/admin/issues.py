"""How coupons came to be issued: by hand, to segments, as printed batches."""

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import exports
from common.admin import ReadOnlyAdmin
from common.errors import DomainError
from common.money import format_money
from coupons import services as coupons_services
from coupons.forms import ConfirmForm
from coupons.kinds import Source
from coupons.models import CouponIssue
from stores import selectors as stores_selectors
from stores.admin.actors import ActedAdmin
from stores.admin.base import act_of, action, display, posted, signed_in

EXPORT = "coupons.export_batch"


@admin.register(CouponIssue)
class CouponIssueAdmin(ReadOnlyAdmin[CouponIssue], ActedAdmin[CouponIssue]):
    """Every issue: whom it was for, how far it has come."""

    store_path = None
    list_display = (
        "row_number",
        "what",
        "source",
        "state",
        "issued",
        "passed_over",
        "at",
        "store",
        "by",
    )
    list_filter = ("source", "store")
    list_select_related = ("version", "store")
    search_fields = ("=id",)
    date_hierarchy = "at"
    ordering = ("-pk",)
    fields = (
        *list_display,
        "quantity",
        "price_paid",
        "entry",
        "reason",
        "done_at",
        "exported_at",
    )
    readonly_fields = ("what", "state", "by", "price_paid")
    actions_detail = ("export_codes",)

    def visible(self, request: HttpRequest) -> QuerySet[CouponIssue]:
        """A store's own issues, and those of the whole house."""
        user, rows = signed_in(request), super().visible(request)
        permission = "coupons.view_couponissue"
        if stores_selectors.user_may_everywhere(user, permission):
            return rows
        mine = stores_selectors.stores_for(user, permission)
        return rows.filter(Q(store=None) | Q(store__in=mine))

    @display(description=gettext_lazy("coupon"))
    def what(self, issue: CouponIssue) -> str:
        """The name it was issued under."""
        return issue.version.name

    @display(description=gettext_lazy("paid"))
    def price_paid(self, issue: CouponIssue) -> str:
        """In money, where it was bought."""
        return format_money(issue.paid) if issue.paid else "–"

    @display(
        description=gettext_lazy("status"),
        label={"done": "success", "waiting": "warning", "running": "info"},
    )
    def state(self, issue: CouponIssue) -> tuple[str, str]:
        """Done, on its way, or waiting for its export."""
        if issue.done_at is not None:
            return "done", _("done")
        if issue.source == Source.BATCH:
            return "waiting", _("waiting for its export")
        return "running", _("on its way")

    def has_export_codes_permission(self, request: HttpRequest, object_id: str) -> bool:
        """A batch that nobody has exported yet."""
        issue = self.get_object(request, str(object_id))
        return (
            issue.source == Source.BATCH
            and issue.exported_at is None
            and stores_selectors.user_may_everywhere(signed_in(request), EXPORT)
        )

    @action(
        description=gettext_lazy("Export the codes"),
        url_path="export-codes",
        permissions=["export_codes"],
        icon="download",
    )
    def export_codes(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Once: the file is the only place where the codes are."""
        issue = self.get_object(request, object_id)
        form = ConfirmForm(**posted(request))
        if request.method == "POST":
            at = now()
            try:
                made = coupons_services.export_batch(
                    issue_id=issue.pk,
                    by=act_of(request, at),
                    at=at,
                )
            except DomainError as refusal:
                form.full_clean()
                form.add_error(None, str(refusal))
            else:
                return self._file(issue, made)
        return self.ask(
            request,
            form=form,
            title=_("Export the codes"),
            button=_("Make and download them"),
            lead=_("They are shown this once; only their ends are kept here."),
            command=lambda _typed: "",
            back=self.row_url(issue),
        )

    def _file(self, issue: CouponIssue, made: list[str]) -> HttpResponse:
        lines = exports.csv_lines([_("code")], ([code] for code in made))
        response = HttpResponse(lines, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = (
            f'attachment; filename="coupons-{issue.pk}.csv"'
        )
        response["Cache-Control"] = "no-store"
        return response
