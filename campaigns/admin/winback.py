"""When a regular is missed: the rules, and how well they did."""

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.models import Band, Method, WinBackPolicy, WinBackReview
from common.admin import ReadOnlyAdmin
from common.money import format_count
from common.tables import Column, number, table
from policies.admin import PolicyAdmin
from stores.admin.base import ScopedAdmin, display


@admin.register(WinBackPolicy)
class WinBackPolicyAdmin(PolicyAdmin[WinBackPolicy]):
    """From when on somebody is at risk, dormant or lost."""


@admin.register(WinBackReview)
class WinBackReviewAdmin(ReadOnlyAdmin[WinBackReview], ScopedAdmin[WinBackReview]):
    """The quarter before a day, by each method."""

    store_path = None
    list_display = ("day", "best", "missed")
    ordering = ("-day",)
    list_select_related = ("policy",)
    readonly_fields = ("best", "told_apart", "came_back", "missed")
    fields = ("day", "policy", "best", "told_apart", "came_back", "left_out", "made_at")

    @display(description=gettext_lazy("told best"))
    def best(self, review: WinBackReview) -> str:
        """The method that told returners apart best."""
        scores = {
            method: review.results.get(method, {}).get("auc") or 0
            for method in Method.values
        }
        method = max(Method.values, key=lambda one: scores[one])
        if not scores[method]:
            return _("not known yet")
        return f"{Method(method).label} · {_score(scores[method])}"

    @display(description=gettext_lazy("missed now"))
    def missed(self, review: WinBackReview) -> str:
        """By the method in force: at risk, dormant and lost."""
        now = review.now.get(review.policy.method, {})
        bands = [Band.AT_RISK, Band.DORMANT, Band.LOST]
        return " · ".join(
            f"{band.label} {format_count(now.get(band, 0))}" for band in bands
        )

    @display(description=gettext_lazy("how well it told returners apart"))
    def told_apart(self, review: WinBackReview) -> SafeString:
        """0.5 is chance, 1 perfect; the one in force is marked."""
        rows = [
            (
                Method(method).label,
                _score(review.results.get(method, {}).get("auc")),
                _("in force") if method == review.policy.method else "",
            )
            for method in Method.values
        ]
        score = number(_("0.5 is chance, 1 perfect"))
        return table([_("Measured by"), score, ""], rows)

    @display(description=gettext_lazy("who came back by themselves"))
    def came_back(self, review: WinBackReview) -> SafeString:
        """Of each band when the quarter began, and how many are in it now."""
        rows = [
            (
                Method(method).label,
                band.label,
                format_count(_of(review, method, band)[0]),
                format_count(_of(review, method, band)[1]),
                _percent(*_of(review, method, band)),
                format_count(review.now.get(method, {}).get(band, 0)),
            )
            for method in Method.values
            for band in Band
        ]
        titles: list[str | Column] = [
            _("Measured by"),
            _("Band"),
            number(_("Guests then")),
            number(_("came in the quarter")),
            number("%"),
            number(_("Guests now")),
        ]
        return table(titles, rows)


def _of(review: WinBackReview, method: str, band: Band) -> tuple[int, int]:
    total, came = review.results.get(method, {}).get("bands", {}).get(band, (0, 0))
    return total, came


def _score(thousandths: int | None) -> str:
    return (
        "–" if thousandths is None else f"{thousandths // 1000}.{thousandths % 1000:03}"
    )


def _percent(total: int, came: int) -> str:
    if not total:
        return "–"
    tenths = (came * 2000 + total) // (total * 2)
    return f"{tenths // 10}.{tenths % 10}"
