"""Building a segment: what it comes to is told at each change."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns import selectors as campaigns_selectors
from campaigns import services as campaigns_services
from campaigns.errors import RulesRefused, SegmentNeedsAttention
from campaigns.forms import CHOICES, GROUPS, Offers, SegmentForm
from campaigns.models import Segment
from campaigns.rules import read_rules, write_rules
from campaigns.selectors import Preview
from common.errors import DomainError
from members import phones
from stores import selectors as stores_selectors
from stores.admin.base import ScopedAdmin, act_of, display, may_everywhere, signed_in
from stores.models import Store

from . import drafts
from .drafts import Draft

VERSIONS_SHOWN = 10


@admin.register(Segment)
class SegmentAdmin(ScopedAdmin[Segment]):
    """Whom the shop means; a store's manager sees and builds the store's own."""

    list_display = ("name", "store", "state", "version", "saved_at")
    list_filter = ("is_active", "store")
    search_fields = ("name", "note")
    ordering = ("name",)
    list_select_related = ("store",)

    def has_delete_permission(
        self, request: HttpRequest, obj: Segment | None = None
    ) -> bool:
        """What it was used for names it: a segment is put out of use."""
        return False

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """What needs attention is asked for once, for the whole page."""
        page = super().get_changelist_instance(request)
        rows = list(page.result_list)
        wrong = campaigns_selectors.needs_attention(rows)
        for row in rows:
            row.wrong = wrong.get(row.pk, [])
        page.result_list = rows
        return page

    @display(
        description=gettext_lazy("state"),
        label={"ready": "success", "attention": "warning"},
    )
    def state(self, segment: Segment) -> tuple[str, str]:
        """In use, out of use, or in need of attention."""
        if not segment.is_active:
            return "off", _("out of use")
        if getattr(segment, "wrong", []):
            return "attention", _("needs attention")
        return "ready", _("in use")

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """The builder: looked at, changed bit by bit, and saved."""
        segment = None if object_id is None else self.get_object(request, object_id)
        self._check(request, segment)
        page = _Page(self, request, segment)
        if request.method != "POST":
            return page.answer()
        if not page.may_save:
            raise PermissionDenied
        act = request.POST.get("do", "")
        if request.headers.get("HX-Request") or act:
            page.change(act)
            return page.answer()
        saved = page.submit()
        if saved is None:
            return page.answer()
        self.message_user(request, _("The segment is saved."), messages.SUCCESS)
        return redirect(self.row_url(saved))

    def _check(self, request: HttpRequest, segment: Segment | None) -> None:
        allowed = (
            self.has_add_permission(request)
            if segment is None
            else self.has_view_permission(request, segment)
        )
        if not allowed:
            raise PermissionDenied


class _Page:
    """One look at the builder."""

    def __init__(
        self, office: SegmentAdmin, request: HttpRequest, segment: Segment | None
    ) -> None:
        self.office, self.request, self.segment = office, request, segment
        self.at = now()
        self.errors: list[str] = []
        self.is_tried = False
        verb = "add" if segment is None else "change"
        self.permission = f"campaigns.{verb}_segment"
        self.may_save = segment is None or office.has_change_permission(
            request, segment
        )
        self.head = self._head()
        self.draft = self._draft()
        self.offers = self._offers()

    def _head(self) -> SegmentForm:
        user = signed_in(self.request)
        stores = stores_selectors.stores_for(user, self.permission)
        if self.segment is not None and self.segment.store_id is not None:
            stores = Store.objects.filter(pk=self.segment.store_id)
        form = SegmentForm(
            self.request.POST if self.request.method == "POST" else None,
            instance=self.segment,
            stores=stores.order_by("code"),
            may_mean_all=may_everywhere(self.request, self.permission),
        )
        form.is_valid()
        return form

    def _draft(self) -> Draft:
        if self.request.method == "POST":
            return drafts.of_page(self.request.POST)
        if self.segment is None:
            return Draft("all")
        try:
            tree = campaigns_selectors.rules_of(self.segment)
        except SegmentNeedsAttention as needed:
            self.errors = [str(needed)]
            return Draft("all")
        return drafts.of_rules(write_rules(tree))

    def _store(self) -> Store | None:
        """Whose guests are meant while it is built."""
        if self.segment is not None:
            return self.segment.store
        chosen = getattr(self.head, "cleaned_data", {}).get("store")
        if chosen is None and not may_everywhere(self.request, self.permission):
            field: Any = self.head.fields["store"]
            chosen = field.queryset.first()
        return chosen if isinstance(chosen, Store) else None

    def _offers(self) -> Offers:
        store = self._store()
        segments = self.office.visible(self.request).filter(is_active=True)
        stores = Store.objects.order_by("code")
        if store is not None:
            segments = segments.filter(store=store)
            stores = stores.filter(pk=store.pk)
        if self.segment is not None:
            segments = segments.exclude(pk=self.segment.pk)
        return Offers(stores=stores, segments=segments.order_by("name"))

    def _number(self) -> None:
        drafts.number(self.draft, self.offers, is_tried=self.is_tried)

    def change(self, act: str) -> None:
        """Add or take away what a button says."""
        self._number()
        drafts.change(self.draft, act, self.request.POST)

    def submit(self) -> Segment | None:
        """Keep it; None where something is refused, which then stands on the page."""
        self.is_tried = True
        self._number()
        rules = drafts.rules_of(self.draft)
        if rules is None:
            self.errors = [_("Complete the conditions that are marked.")]
        if not self.head.is_valid() or rules is None:
            return None
        try:
            return campaigns_services.save_segment(
                segment=self.head.instance,
                rules=rules,
                by=act_of(self.request, self.at),
                at=self.at,
                based_on=self._based_on(),
            )
        except DomainError as refusal:
            self.errors = [str(refusal)]
            return None

    def _based_on(self) -> int | None:
        told = self.request.POST.get("based_on", "")
        is_number = told.isascii() and told.isdecimal() and len(told) < 10
        return int(told) if self.segment is not None and is_number else None

    def _preview(self) -> Preview | None:
        """What it comes to; nothing while something is missing."""
        rules = drafts.rules_of(self.draft)
        if rules is None or not self.draft.of:
            return None
        store = self._store()
        try:
            return campaigns_selectors.preview(
                read_rules(rules),
                at=self.at,
                store_id=None if store is None else store.pk,
            )
        except (RulesRefused, SegmentNeedsAttention) as refusal:
            if not self.errors:
                self.errors = [str(refusal)]
            return None

    def answer(self) -> HttpResponse:
        """The page, or the part of it that a change touches."""
        self._number()
        preview = self._preview()
        if preview is not None:
            for leaf, own in zip(self.draft.leaves(), preview.own, strict=True):
                leaf.own = own
        if self.request.headers.get("HX-Request"):
            return TemplateResponse(
                self.request,
                "campaigns/segment.html#changed",
                self._context(preview),
            )
        context = {
            **self.office.admin_site.each_context(self.request),
            **self._context(preview),
        }
        return TemplateResponse(self.request, "campaigns/segment.html", context)

    def _context(self, preview: Preview | None) -> dict[str, Any]:
        posted = self.request.POST
        return {
            "opts": self.office.opts,
            "title": str(self.segment or _("New segment")),
            "segment": self.segment,
            "based_on": posted.get("based_on")
            or (self.segment.version if self.segment else ""),
            "versions": self._versions(),
            "head": self.head,
            "shows_errors": self.is_tried,
            "draft": self.draft,
            "errors": self.errors,
            "preview": preview,
            "people": self._people(preview),
            "groups": GROUPS,
            "choices": CHOICES,
            "may_save": self.may_save,
            "back": self.office.list_url(),
        }

    def _versions(self) -> Sequence[Any]:
        if self.segment is None:
            return []
        rows = self.segment.versions.select_related("saved_by").order_by("-number")
        return list(rows[:VERSIONS_SHOWN])

    def _people(self, preview: Preview | None) -> list[tuple[str, str]]:
        """Five of them, to whoever may see members; phones as they may see those."""
        user = signed_in(self.request)
        if preview is None or not user.has_perm("members.view_member"):
            return []
        whole = user.has_perm("members.see_phone")
        return [
            (
                str(member),
                (member.phone or "") if whole else phones.masked(member.phone),
            )
            for member in preview.examples
        ]
