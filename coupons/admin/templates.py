"""Drawing coupons, and giving them out."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Field, Model
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coupons import selectors as coupons_selectors
from coupons import services as coupons_services
from coupons.forms import MONEY, BatchForm, GiveForm, SegmentForm, TemplateForm
from coupons.models import (
    CouponTemplate,
    TemplateBlackout,
    TemplateHours,
)
from stores import selectors as stores_selectors
from stores.admin.base import (
    HistoryAdmin,
    act_of,
    action,
    alone_or_beside,
    display,
    kept_in_sight,
    posted,
    signed_in,
)

if TYPE_CHECKING:
    from django.contrib.admin import TabularInline
else:
    from unfold.admin import TabularInline


class _PartOfTemplate[M: Model](TabularInline[M, CouponTemplate]):
    """Rows that whoever may change the template may change with it."""

    extra = 0

    def _may(self, request: HttpRequest) -> bool:
        user = signed_in(request)
        return any(
            stores_selectors.user_may_everywhere(user, f"coupons.{verb}_coupontemplate")
            for verb in ("add", "change")
        )

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return signed_in(request).has_perm("coupons.view_coupontemplate")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request)


class HoursInline(_PartOfTemplate[TemplateHours]):
    model = TemplateHours


class BlackoutInline(_PartOfTemplate[TemplateBlackout]):
    model = TemplateBlackout

    def formfield_for_dbfield(
        self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        """As on the pages of rows."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        return kept_in_sight(field, db_field)


@admin.register(CouponTemplate)
class CouponTemplateAdmin(HistoryAdmin[CouponTemplate]):
    """What the house gives away and sells; ended, never deleted."""

    store_path = None
    money_fields = MONEY
    form = TemplateForm
    list_display = ("title", "code", "kind", "state", "taken", "per_member", "validity")
    list_filter = ("kind", "is_open", "is_claimable")
    list_select_related = ("count",)
    search_fields = ("code", "name_en", "name_zh_hans", "name_zh_hant")
    ordering = ("-pk",)
    inlines = (HoursInline, BlackoutInline)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "code",
                    "kind",
                    ("name_en", "name_zh_hans", "name_zh_hant"),
                    "conditions",
                )
            },
        ),
        (
            gettext_lazy("What it gives"),
            {
                "fields": (
                    ("amount", "off_bp", "cap"),
                    "min_spend",
                    ("uses", "use_price"),
                )
            },
        ),
        (
            gettext_lazy("What and where it is for"),
            {
                "fields": (
                    ("items", "categories", "channels"),
                    "store_ids",
                    "tier_ids",
                    "weekdays",
                )
            },
        ),
        (
            gettext_lazy("How long it holds"),
            {
                "fields": (
                    "validity",
                    ("starts_after_days", "lasts_days"),
                    ("valid_from", "valid_until"),
                )
            },
        ),
        (
            gettext_lazy("Together with others"),
            {
                "fields": (
                    ("is_exclusive", "group", "per_bill"),
                    ("with_tier_discount", "is_returnable", "is_transferable"),
                )
            },
        ),
        (
            gettext_lazy("How it is issued"),
            {
                "fields": (
                    "is_open",
                    ("issued_from", "issued_until"),
                    ("quota_total", "quota_daily", "per_member"),
                    ("is_claimable", "claim_word"),
                    ("price", "points_price"),
                )
            },
        ),
    )
    actions_detail = ("give", "give_to_segment", "make_batch", "report")

    def get_readonly_fields(
        self, request: HttpRequest, obj: CouponTemplate | None = None
    ) -> tuple[str, ...]:
        """A code stands in exports and in other systems: it stays."""
        return ("code",) if obj is not None else ()

    def has_delete_permission(
        self, request: HttpRequest, obj: CouponTemplate | None = None
    ) -> bool:
        """What people hold would go with it: a template is ended."""
        return False

    def save_by_command(self, request: HttpRequest, obj: Any) -> None:
        """Add or change a template; its terms follow with its hours."""
        at = now()
        coupons_services.save_template(template=obj, by=act_of(request, at), at=at)

    def save_related(
        self,
        request: HttpRequest,
        form: Any,
        formsets: Any,
        change: bool,  # noqa: FBT001 (Django's own signature)
    ) -> None:
        """Hours and blackouts are saved: the terms are complete, and a version."""
        super().save_related(request, form, formsets, change)
        at = now()
        coupons_services.publish_terms(
            template=form.instance, by=act_of(request, at), at=at
        )

    @display(description=gettext_lazy("name"))
    def title(self, template: CouponTemplate) -> str:
        """In the reader's language."""
        return str(template)

    @display(
        description=gettext_lazy("status"),
        label={"open": "success", "ended": "warning"},
    )
    def state(self, template: CouponTemplate) -> tuple[str, str]:
        """Being issued or not, as a badge."""
        if template.is_open:
            return "open", _("being issued")
        return "ended", _("ended")

    @display(description=gettext_lazy("quota"))
    def taken(self, template: CouponTemplate) -> str:
        """How much of the quota is taken."""
        count = getattr(template, "count", None)
        return "–" if count is None else f"{count.issued} / {count.quota}"

    def has_give_permission(self, request: HttpRequest, object_id: str) -> bool:
        """Where one may give coupons by hand; the form offers the right stores."""
        self.get_object(request, str(object_id))
        return signed_in(request).has_perm("coupons.issue_coupon")

    def has_give_to_segment_permission(
        self, request: HttpRequest, object_id: str
    ) -> bool:
        """Members belong to every store."""
        return self._everywhere(request, "coupons.issue_to_segment", object_id)

    def has_make_batch_permission(self, request: HttpRequest, object_id: str) -> bool:
        """Printed coupons serve everywhere."""
        return self._everywhere(request, "coupons.make_batch", object_id)

    def has_report_permission(self, request: HttpRequest, object_id: str) -> bool:
        """Whoever may see the template."""
        return self.get_object(request, str(object_id)) is not None

    def _everywhere(self, request: HttpRequest, verb: str, object_id: str) -> bool:
        self.get_object(request, str(object_id))
        return stores_selectors.user_may_everywhere(signed_in(request), verb)

    @action(
        description=gettext_lazy("Give to a member"),
        url_path="give",
        permissions=["give"],
        icon="redeem",
    )
    def give(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """By hand, with a reason."""
        user, template = signed_in(request), self.get_object(request, object_id)

        def command(typed: dict[str, Any]) -> str:
            at = now()
            alone_or_beside(
                request,
                typed,
                lambda approval: coupons_services.issue(
                    template_id=template.pk,
                    member_id=typed["member"],
                    quantity=typed["quantity"],
                    reason=typed["reason"],
                    by=act_of(request, at, store=typed["store"]),
                    at=at,
                    key=typed["key"],
                    approval=approval,
                ),
                subject=f"template:{template.pk}",
                at=at,
            )
            return _("The member has the coupon.")

        return self.ask(
            request,
            form=GiveForm(
                **posted(request),
                stores=stores_selectors.stores_for(user, "coupons.issue_coupon"),
                people=stores_selectors.checkers_for(user, "coupons.issue_coupon"),
            ),
            title=_("Give to a member"),
            button=_("Give"),
            lead=str(template),
            command=command,
            back=self.row_url(template),
        )

    @action(
        description=gettext_lazy("Issue to a segment"),
        url_path="segment",
        permissions=["give_to_segment"],
        icon="groups",
    )
    def give_to_segment(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Counted first; then a worker gives it, chunk by chunk."""
        template = self.get_object(request, object_id)

        def command(typed: dict[str, Any]) -> str:
            at = now()
            coupons_services.begin_issue(
                template_id=template.pk,
                quantity=typed["quantity"],
                reason=typed["reason"],
                described=typed["described"],
                by=act_of(request, at),
                at=at,
                key=typed["key"],
            )
            return _("The coupons are on their way; the list of issues says how far.")

        return self.ask(
            request,
            form=SegmentForm(**posted(request)),
            title=_("Issue to a segment"),
            button=_("Count, then issue"),
            lead=str(template),
            command=command,
            back=self.row_url(template),
        )

    @action(
        description=gettext_lazy("Make a printed batch"),
        url_path="batch",
        permissions=["make_batch"],
        icon="print",
    )
    def make_batch(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Planned now; its codes are made and shown once, from the list of issues."""
        template = self.get_object(request, object_id)

        def command(typed: dict[str, Any]) -> str:
            at = now()
            coupons_services.make_batch(
                template_id=template.pk, by=act_of(request, at), at=at, **typed
            )
            return _("The batch is planned. Export its codes from the list of issues.")

        return self.ask(
            request,
            form=BatchForm(**posted(request)),
            title=_("Make a printed batch"),
            button=_("Make the batch"),
            lead=str(template),
            command=command,
            back=self.row_url(template),
        )

    @action(
        description=gettext_lazy("What became of them"),
        url_path="report",
        permissions=["report"],
        icon="analytics",
    )
    def report(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The counts of all its coupons, as a sentence above the page."""
        template = self.get_object(request, object_id)
        counts = coupons_selectors.report(template.pk, at=now())
        self.message_user(
            request,
            _(
                "Issued %(issued)s · unused %(unused)s · redeemed %(redeemed)s · "
                "expired %(expired)s · void %(void)s"
            )
            % {
                "issued": counts.issued,
                "unused": counts.unused,
                "redeemed": counts.redeemed,
                "expired": counts.expired,
                "void": counts.void,
            },
        )
        return redirect(self.row_url(template))
