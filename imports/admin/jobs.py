"""Imports in the admin: upload, dry run, its report, and then all or nothing."""

from itertools import islice
from typing import Any

from django.contrib import admin, messages
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html, format_html_join
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.admin import ReadOnlyAdmin
from common.errors import DomainError
from common.money import format_count
from common.tables import Column, number, table
from imports import previews, reports, tasks
from imports import services as imports_services
from imports.fates import Fate
from imports.forms import ApplyForm, ReadAgainForm, UploadForm
from imports.models import ImportJob
from imports.options import ImportOptions
from stores import selectors as stores_selectors
from stores.admin.base import (
    ScopedAdmin,
    act_of,
    action,
    display,
    posted,
    record_export,
    signed_in,
)
from stores.forms import ConfirmForm

SHOWN = 50
PERCENT = 100
HIDDEN = ("source", "found", "complete")
STEPS = {
    "reading": gettext_lazy("reading the file"),
    "judging": gettext_lazy("comparing with what is here"),
    "writing": gettext_lazy("writing"),
    "posting": gettext_lazy("posting balances"),
}


@admin.register(ImportJob)
class ImportJobAdmin(ReadOnlyAdmin[ImportJob], ScopedAdmin[ImportJob]):
    """Every file that was brought, how far it is, and what became of its rows."""

    store_path = None
    list_display = (
        "__str__",
        "state",
        "file_name",
        "source",
        "sums",
        "uploaded_by",
        "uploaded_at",
    )
    list_filter = ("kind", "status")
    list_select_related = ("uploaded_by",)
    ordering = ("-pk",)
    fields = (
        "kind",
        "progress",
        "seen",
        "bad",
        "file_name",
        "file_bytes",
        "file_sha256",
        "source",
        "chosen",
        "uploaded_by",
        "uploaded_at",
        "applied_by",
        "finished_at",
    )
    readonly_fields = ("progress", "seen", "bad", "chosen")
    actions_list = ("upload",)
    actions_detail = ("apply", "options", "check_again", "report", "original")

    def has_view_permission(
        self, request: HttpRequest, obj: ImportJob | None = None
    ) -> bool:
        """Of the whole house: who sees one store sees none of it."""
        return self._may(request, "imports.view_importjob")

    @display(
        description=gettext_lazy("status"),
        ordering="status",
        label={
            "to_check": "info",
            "checking": "info",
            "checked": "warning",
            "to_apply": "info",
            "applying": "info",
            "applied": "success",
            "refused": "danger",
            "stopped": "danger",
        },
    )
    def state(self, job: ImportJob) -> tuple[str, str]:
        """How far it is, as a badge."""
        return job.status, job.get_status_display()

    @display(description=gettext_lazy("rows"))
    def sums(self, job: ImportJob) -> str:
        """How many rows met which fate."""
        return self._sums(job) or "–"

    @display(description=gettext_lazy("status"))
    def progress(self, job: ImportJob) -> str:
        """How far it is; the page asks again by itself while it is under way."""
        return render_to_string("imports/progress.html", self._shown(job))

    @display(description=gettext_lazy("seen in the file"))
    def seen(self, job: ImportJob) -> str:
        """How many bills and members, and three bills as they were read."""
        said = format_html_join(
            "", "<p>{}</p>", [(text,) for text in previews.sentences(job.preview)]
        )
        tables = []
        if moments := previews.moments(job.preview):
            tables.append(table(previews.moment_titles(), moments))
        if shown := previews.examples(job.preview):
            *words, lines, amount = previews.example_titles()
            titles: list[str | Column] = [*words, number(lines), number(amount)]
            tables.append(table(titles, shown))
        beneath = format_html_join(
            "", '<div class="mt-3">{}</div>', [(one,) for one in tables]
        )
        return said + beneath or "–"

    @display(description=gettext_lazy("bad rows"))
    def bad(self, job: ImportJob) -> str:
        """The first rows that cannot be brought in, and why."""
        report = imports_services.report_of(job)
        rows: list[tuple[str, str, str]] = []
        if job.bad_rows and report.exists():
            found = reports.read(report, only=Fate.BAD)
            rows = [
                (line, reference or "–", why)
                for line, reference, _fate, why in islice(found, SHOWN)
            ]
        shown = table([number(_("Line")), _("Reference"), _("Why")], rows)
        more = job.bad_rows - len(rows)
        if not rows or more <= 0:
            return shown
        rest = _("and %(more)s more: the report names them all") % {"more": more}
        return format_html('{}<p class="mt-3">{}</p>', shown, rest)

    @display(description=gettext_lazy("options"))
    def chosen(self, job: ImportJob) -> str:
        """How the file is read, where something was said of it."""
        found = job.options.get("found", ())
        said = [
            (
                _label(name),
                _said(name, value),
                _(" (found in the file)") if name in found else "",
            )
            for name, value in sorted(job.options.items())
            if value not in ("", None, False, {}, []) and name not in HIDDEN
        ]
        return format_html_join("", "<p>{}: {}{}</p>", said) or "–"

    def get_urls(self) -> list[URLPattern]:
        """One more: what the page asks for while a job is under way."""
        asked = path(
            "<int:job_id>/progress/",
            self.admin_site.admin_view(self.progress_view),
            name="imports_importjob_progress",
        )
        return [asked, *super().get_urls()]

    def progress_view(self, request: HttpRequest, job_id: int) -> HttpResponse:
        """The progress alone; once it is over, the whole page is wanted anew."""
        job = self.get_object(request, str(job_id))
        if not self.has_view_permission(request, job):
            return HttpResponse(status=403)
        response = HttpResponse(
            render_to_string("imports/progress.html", self._shown(job))
        )
        if not job.is_under_way:
            response["HX-Refresh"] = "true"
        return response

    def has_upload_permission(
        self, request: HttpRequest, object_id: object = None
    ) -> bool:
        """Whoever may bring files."""
        return self._may(request, "imports.upload_file")

    def has_apply_permission(
        self, request: HttpRequest, object_id: object = None
    ) -> bool:
        """Whoever may have them brought in."""
        return self._may(request, "imports.apply_import")

    @action(
        description=gettext_lazy("Upload a file"),
        url_path="upload",
        permissions=["upload"],
        icon="upload_file",
    )
    def upload(self, request: HttpRequest) -> HttpResponseBase:
        """Keep a file and let it be looked through; nothing is changed by that."""
        files = request.FILES if request.method == "POST" else None
        form = UploadForm(**posted(request), files=files)
        if form.is_valid():
            try:
                job = imports_services.upload(
                    kind=form.cleaned_data["kind"],
                    options=form.cleaned_data["options"],
                    file_name=form.cleaned_data["file"].name,
                    pieces=form.cleaned_data["file"].chunks(),
                    by=act_of(request, now()),
                    at=now(),
                )
                if job.status == ImportJob.Status.REFUSED:
                    return redirect(f"{self.list_url()}{job.pk}/options/")
                tasks.send(job)
                return redirect(self.row_url(job))
            except DomainError as refusal:
                form.add_error(None, str(refusal))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Upload a file"),
            "form": form,
            "button": _("Upload and look through"),
            "back": self.list_url(),
            "lead": _(
                "The file is looked through first. You will see what would become of"
                " each row before anything is changed."
            ),
        }
        return TemplateResponse(request, "stores/act.html", context)

    @action(
        description=gettext_lazy("Apply"),
        url_path="apply",
        permissions=["apply"],
        icon="done_all",
    )
    def apply(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Bring the whole file in, or nothing of it."""
        job = self.get_object(request, object_id)

        def command(typed: dict[str, Any]) -> str:
            imports_services.ask_to_apply(
                job_id=job.pk,
                by=act_of(request, now()),
                at=now(),
                is_complete=typed.get("is_complete", False),
            )
            tasks.send(job)
            return _("The import is in line. This page shows how far it is.")

        doubt = job.last_row
        form = (
            ConfirmForm(**posted(request))
            if doubt is None
            else ApplyForm(**posted(request), doubt=doubt)
        )
        return self.ask(
            request,
            form=form,
            title=_("Apply %(job)s") % {"job": job},
            button=_("Bring everything in"),
            lead=self._sums(job),
            command=command,
            back=self.row_url(job),
        )

    @action(
        description=gettext_lazy("Change how it is read"),
        url_path="options",
        permissions=["upload"],
        icon="tune",
    )
    def options(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Answer what the file leaves open, or correct what was found in it."""
        job = self.get_object(request, object_id)
        found = imports_services.guess_of(job)

        def command(typed: dict[str, Any]) -> str:
            left = imports_services.change_options(
                job_id=job.pk,
                options=typed["options"],
                by=act_of(request, now()),
                at=now(),
            )
            if left.questions:
                return str(imports_services.question(left))
            tasks.send(job)
            return _("The file is looked through again.")

        return self.ask(
            request,
            form=ReadAgainForm(
                **posted(request),
                options=ImportOptions.from_json(job.options),
                found=found,
            ),
            title=_("How %(job)s is read") % {"job": job},
            button=_("Look through"),
            lead=str(imports_services.question(found)) if found.questions else "",
            command=command,
            back=self.row_url(job),
        )

    @action(
        description=gettext_lazy("Look through again"),
        url_path="check",
        permissions=["upload"],
        icon="search_check",
    )
    def check_again(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Another dry run, for example after stores or members were added."""
        job = self.get_object(request, object_id)

        def command(_typed: dict[str, Any]) -> str:
            imports_services.ask_to_check(
                job_id=job.pk, by=act_of(request, now()), at=now()
            )
            tasks.send(job)
            return _("The file is looked through again.")

        return self.ask(
            request,
            form=ConfirmForm(**posted(request)),
            title=_("Look through %(job)s again") % {"job": job},
            button=_("Look through"),
            command=command,
            back=self.row_url(job),
        )

    @action(
        description=gettext_lazy("Download the report"),
        url_path="report",
        permissions=["view"],
        icon="download",
    )
    def report(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The fate of every row, as CSV."""
        job = self.get_object(request, object_id)
        report = imports_services.report_of(job)
        if job.is_under_way or not report.exists():
            return self._gone(request, job)
        rows = sum(1 for _row in reports.read(report))
        record_export(request, what=f"imports.report:{job.pk}", rows=rows, file="csv")
        response = StreamingHttpResponse(
            reports.lines(report), content_type="text/csv; charset=utf-8"
        )
        response["Content-Disposition"] = f'attachment; filename="import-{job.pk}.csv"'
        return response

    @action(
        description=gettext_lazy("Download the file"),
        url_path="file",
        permissions=["upload"],
        icon="attach_file",
    )
    def original(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The file as it was uploaded; never opened by the browser."""
        job = self.get_object(request, object_id)
        file = imports_services.file_of(job)
        if not file.exists():
            return self._gone(request, job)
        record_export(
            request,
            what=f"imports.file:{job.pk}",
            rows=job.rows_total or 0,
            file=job.file_name,
        )
        return FileResponse(
            file.open("rb"),
            as_attachment=True,
            filename=job.file_name,
            content_type="application/octet-stream",
        )

    def _gone(self, request: HttpRequest, job: ImportJob) -> HttpResponse:
        self.message_user(request, _("It is not there."), messages.WARNING)
        return redirect(self.row_url(job))

    def _may(self, request: HttpRequest, permission: str) -> bool:
        return stores_selectors.user_may_everywhere(signed_in(request), permission)

    def _sums(self, job: ImportJob) -> str:
        return " · ".join(
            f"{format_count(job.counts[fate])} {fate.label}"
            for fate in Fate
            if job.counts.get(fate)
        )

    def _shown(self, job: ImportJob) -> dict[str, Any]:
        total = job.rows_total or 0
        share = min(PERCENT, job.rows_done * PERCENT // total) if total else 0
        return {
            "job": job,
            "step": STEPS.get(job.step, ""),
            "share": share,
            "done": format_count(job.rows_done),
            "total": format_count(total) if total else "",
            "sums": self._sums(job),
        }


def _label(name: str) -> str:
    """What the form of the upload calls an option."""
    field = UploadForm.base_fields.get(name)
    return name if field is None else str(field.label)


def _said(name: str, value: object) -> str:
    """An option as whoever uploads it chose it."""
    if value is True:
        return _("yes")
    if isinstance(value, dict):
        return ", ".join(f"{theirs} = {ours}" for theirs, ours in value.items())
    field = UploadForm.base_fields.get(name)
    choices = getattr(field, "choices", ()) if name != "store" else ()
    return str(dict(choices).get(value, value))
