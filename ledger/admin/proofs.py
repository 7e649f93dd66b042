"""The proof and the seals: whether the books can be trusted, and since when."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common.admin import ReadOnlyAdmin
from common.errors import DomainError
from common.money import format_amount, format_count
from common.tables import noted, number, table
from ledger import services as ledger_services
from ledger.kinds import AccountKind
from ledger.models import ProofRun, Seal
from stores import selectors as stores_selectors
from stores.admin.base import ScopedAdmin, action, display, posted, signed_in
from stores.forms import ConfirmForm


class EverywhereAdmin:
    """Of the whole house: who sees one store sees none of it."""

    store_path: str | None = None
    permission = ""

    def has_view_permission(
        self, request: HttpRequest, obj: ProofRun | Seal | None = None
    ) -> bool:
        """Only for those whose role reaches every store."""
        return stores_selectors.user_may_everywhere(signed_in(request), self.permission)


@admin.register(ProofRun)
class ProofRunAdmin(EverywhereAdmin, ReadOnlyAdmin[ProofRun], ScopedAdmin[ProofRun]):
    """Each run of the proof and what it found."""

    permission = "ledger.view_proofrun"
    list_display = ("started_at", "result", "entries", "postings", "took")
    list_filter = ("is_proven", "started_at")
    ordering = ("-started_at",)
    fields = ("started_at", "is_proven", "took", "counted", "owed", "found", "head")
    readonly_fields = ("took", "counted", "owed", "found")
    actions_list = ("prove_now",)

    @display(
        description=gettext_lazy("result"), label={"yes": "success", "no": "danger"}
    )
    def result(self, run: ProofRun) -> tuple[str, str]:
        """Proven or not, as a badge."""
        return ("yes", _("Proven")) if run.is_proven else ("no", _("Not proven"))

    @display(description=gettext_lazy("entries"))
    def entries(self, run: ProofRun) -> str:
        """How many entries were proven."""
        return format_count(run.counts.get("entries", 0))

    @display(description=gettext_lazy("postings"))
    def postings(self, run: ProofRun) -> str:
        """How many postings were proven."""
        return format_count(run.counts.get("postings", 0))

    @display(description=gettext_lazy("took"))
    def took(self, run: ProofRun) -> str:
        """How long it ran, in seconds."""
        seconds = (run.finished_at - run.started_at).total_seconds()
        return _("%(seconds).1f s") % {"seconds": seconds}

    @display(description=gettext_lazy("counted"))
    def counted(self, run: ProofRun) -> str:
        """Every count of the run."""
        labels = {
            "entries": _("entries"),
            "postings": _("postings"),
            "accounts": _("accounts"),
            "lots": _("lots"),
            "lot_uses": _("lot uses"),
        }
        return " · ".join(
            f"{format_count(run.counts.get(name, 0))} {label}"
            for name, label in labels.items()
        )

    @display(description=gettext_lazy("held by others"))
    def owed(self, run: ProofRun) -> str:
        """What was owed then, by unit and kind."""
        return table(
            [_("Kind"), number(_("Total"))],
            (
                (AccountKind(kind).label, format_amount(total, unit))
                for unit, kinds in run.sums.items()
                for kind, total in kinds.items()
            ),
        )

    @display(description=gettext_lazy("differences"))
    def found(self, run: ProofRun) -> str:
        """Every row that differed."""
        return table(
            [
                _("Row"),
                _("Fact"),
                number(_("Should be")),
                number(_("Is")),
            ],
            (
                (
                    one["row"],
                    noted(one["fact"], one["check"]),
                    one["expected"],
                    one["found"],
                )
                for one in run.differences
            ),
            nothing=_("Not a single row differs."),
        )

    def has_prove_now_permission(self, request: HttpRequest) -> bool:
        """Whoever may read the proofs of the whole house, and run one."""
        return stores_selectors.user_may_everywhere(signed_in(request), "ledger.prove")

    @action(
        description=gettext_lazy("Prove the books now"),
        url_path="prove",
        permissions=["prove_now"],
        icon="fact_check",
    )
    def prove_now(self, request: HttpRequest) -> HttpResponseBase:
        """Run the proof and keep its result."""

        def command(_typed: dict[str, Any]) -> str:
            started_at = now()
            run = ledger_services.record_proof(
                proof=ledger_services.prove_books(),
                started_at=started_at,
                finished_at=now(),
            )
            if run.is_proven:
                return _("The books are proven.")
            return _("The books are not proven: open the proof to see what differs.")

        return self.ask(
            request,
            form=ConfirmForm(**posted(request)),
            title=_("Prove the books now"),
            button=_("Prove"),
            lead=_("Every balance, lot and seal is held against the entries."),
            command=command,
            back=self.list_url(),
        )


@admin.register(Seal)
class SealAdmin(EverywhereAdmin, ReadOnlyAdmin[Seal], ScopedAdmin[Seal]):
    """The chain, link by link."""

    permission = "ledger.view_seal"
    list_display = (
        "day",
        "entries",
        "first_seq",
        "last_seq",
        "short_head",
        "sealed_at",
    )
    export_columns = ("day", "entries", "first_seq", "last_seq", "previous", "head")
    ordering = ("-last_seq",)
    actions_list = ("seal_now",)

    @display(description=gettext_lazy("head"))
    def short_head(self, seal: Seal) -> str:
        """Enough of the head to compare at a glance."""
        return f"{seal.head[:16]}…"

    def has_seal_now_permission(self, request: HttpRequest) -> bool:
        """Whoever may seal."""
        return stores_selectors.user_may_everywhere(signed_in(request), "ledger.seal")

    @action(
        description=gettext_lazy("Seal the books now"),
        url_path="seal",
        permissions=["seal_now"],
        icon="verified",
    )
    def seal_now(self, request: HttpRequest) -> HttpResponseBase:
        """Add a link to the chain and export its head."""

        def command(_typed: dict[str, Any]) -> str:
            try:
                seal = ledger_services.seal_day(day=localdate(), at=now())
            except ledger_services.SealBroken as broken:
                raise DomainError(
                    "seal_broken",
                    _("The exported heads and the seals disagree. Prove the books."),
                ) from broken
            if seal is None:
                return _("There is nothing new to seal.")
            return ngettext(
                "%(count)s entry is sealed.",
                "%(count)s entries are sealed.",
                seal.entries,
            ) % {"count": seal.entries}

        return self.ask(
            request,
            form=ConfirmForm(**posted(request)),
            title=_("Seal the books now"),
            button=_("Seal"),
            lead=_("The head of the chain is written to a file outside the database."),
            command=command,
            back=self.list_url(),
        )
