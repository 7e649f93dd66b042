"""Where each member stands, and how they came there: read only."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.admin import ReadOnlyAdmin
from common.money import format_count
from common.tables import moment, table
from stores import selectors as stores_selectors
from stores.act_forms import ReasonForm
from stores.admin.actors import ActedAdmin
from stores.admin.base import ScopedAdmin, act_of, action, display, posted, signed_in
from tiers import selectors as tiers_selectors
from tiers import services as tiers_services
from tiers.forms import GiveTierForm, SellTierForm, TakeForm
from tiers.models import Source, Standing, StandingChange, Tier, TierReview
from tiers.tasks import review_tiers

SHOWN = 30
SELL, GIVE = "tiers.sell_tier", "tiers.give_tier"
REVIEW = "tiers.review_tiers"
COUNTED = ("raised", "renewed", "noticed", "graced", "lowered", "lapsed")


@admin.register(Standing)
class StandingAdmin(ReadOnlyAdmin[Standing], ScopedAdmin[Standing]):
    """Every member who has, or had, a tier."""

    store_path = None
    list_display = ("member", "shown", "source", "since", "kept_until", "risk")
    list_filter = ("tier", "source")
    list_select_related = ("member", "tier")
    search_fields = ("=member__id", "=member__phone")
    search_help_text = gettext_lazy("Number or whole phone of the member")
    ordering = ("-pk",)
    fields = (
        "member",
        "shown",
        "source",
        "since",
        "kept_until",
        "earned_tier",
        "earned_until",
        "notice_at",
        "grace_until",
        "growth",
        "history",
    )
    readonly_fields = ("shown", "growth", "history")
    actions_list = ("sell", "give")
    actions_detail = ("take",)

    @display(description=gettext_lazy("tier"), ordering="tier__rank")
    def shown(self, standing: Standing) -> str:
        """The tier they have."""
        return standing.tier.name if standing.tier else "–"

    @display(
        description=gettext_lazy("at risk"),
        label={"grace": "danger", "told": "warning", "no": "success"},
    )
    def risk(self, standing: Standing) -> tuple[str, str]:
        """Told, or in grace, as a badge."""
        if standing.grace_until:
            return "grace", _("in grace")
        return ("told", _("told")) if standing.notice_at else ("no", _("no"))

    @display(description=gettext_lazy("growth value"))
    def growth(self, standing: Standing) -> str:
        """What counts now."""
        return format_count(tiers_selectors.growth(standing.pk, at=now()))

    @display(description=gettext_lazy("history"))
    def history(self, standing: Standing) -> str:
        """The latest changes."""
        return table(
            [_("At"), _("What happened"), _("Was"), _("Became"), _("Kept until")],
            (
                (
                    moment(row.at),
                    row.get_cause_display(),
                    row.was,
                    row.became,
                    row.kept_until and moment(row.kept_until),
                )
                for row in tiers_selectors.history(standing.pk)[:SHOWN]
            ),
            nothing=_("Nothing yet."),
        )

    def has_sell_permission(self, request: HttpRequest) -> bool:
        """Anywhere at all; the form offers only the right stores."""
        return signed_in(request).has_perm(SELL)

    def has_give_permission(self, request: HttpRequest) -> bool:
        """The same."""
        return signed_in(request).has_perm(GIVE)

    def has_take_permission(self, request: HttpRequest, object_id: str) -> bool:
        """Only what was given can be taken back."""
        standing = self.get_object(request, str(object_id))
        may = signed_in(request).has_perm(GIVE)
        return may and standing.source == Source.MANUAL

    @action(
        description=gettext_lazy("Sell a tier"),
        url_path="sell",
        permissions=["sell"],
        icon="sell",
    )
    def sell(self, request: HttpRequest) -> HttpResponseBase:
        """For its price, into a till of a store."""

        def command(typed: dict[str, Any]) -> str:
            at = now()
            by = act_of(request, at, store=typed["store"])
            grant = tiers_services.buy_tier(
                tier_id=typed["tier"].pk,
                member_id=typed["member"],
                tender=typed["tender"],
                key=typed["key"],
                by=by,
                at=at,
            )
            return _("%(tier)s is sold.") % {"tier": grant.tier}

        return self.ask(
            request,
            form=SellTierForm(
                **posted(request),
                stores=stores_selectors.stores_for(signed_in(request), SELL),
                tiers=Tier.objects.filter(is_active=True, price__isnull=False).order_by(
                    "rank"
                ),
            ),
            title=_("Sell a tier"),
            button=_("Sell"),
            command=command,
            back=self.list_url(),
        )

    @action(
        description=gettext_lazy("Give a tier"),
        url_path="give",
        permissions=["give"],
        icon="volunteer_activism",
    )
    def give(self, request: HttpRequest) -> HttpResponseBase:
        """By hand, until a day, with a reason."""
        form = GiveTierForm(
            **posted(request),
            stores=stores_selectors.stores_for(signed_in(request), GIVE),
            tiers=tiers_selectors.ladder(),
        )

        def command(typed: dict[str, Any]) -> str:
            at = now()
            by = act_of(request, at, store=typed["store"])
            grant = tiers_services.give_tier(
                tier_id=typed["tier"].pk,
                member_id=typed["member"],
                until=form.until(typed["store"]),
                reason=typed["reason"],
                key=typed["key"],
                by=by,
                at=at,
            )
            return _("%(tier)s is given.") % {"tier": grant.tier}

        return self.ask(
            request,
            form=form,
            title=_("Give a tier"),
            button=_("Give"),
            command=command,
            back=self.list_url(),
        )

    @action(
        description=gettext_lazy("Take back"),
        url_path="take",
        permissions=["take"],
        icon="undo",
    )
    def take(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The tier that was given by hand ends now."""
        standing = self.get_object(request, object_id)

        def command(typed: dict[str, Any]) -> str:
            at = now()
            by = act_of(request, at, store=typed["store"])
            tiers_services.take_tier(
                member_id=standing.pk, reason=typed["reason"], by=by, at=at
            )
            return _("The tier is taken back.")

        return self.ask(
            request,
            form=TakeForm(
                **posted(request),
                stores=stores_selectors.stores_for(signed_in(request), GIVE),
            ),
            title=_("Take the tier back"),
            button=_("Take back"),
            lead=str(standing),
            command=command,
            back=self.row_url(standing),
        )


@admin.register(StandingChange)
class StandingChangeAdmin(ReadOnlyAdmin[StandingChange], ActedAdmin[StandingChange]):
    """Everything that happened to members' tiers."""

    store_path = None
    list_display = ("at", "member", "cause", "was", "became", "metric", "kept_until")
    list_filter = ("cause", "source", "at")
    list_select_related = ("member", "was", "became")
    search_fields = ("=member__id",)
    search_help_text = gettext_lazy("Number of the member")
    ordering = ("-pk",)
    fields = (
        "at",
        "member",
        "cause",
        "source",
        "was",
        "became",
        "metric",
        "kept_until",
        "policy",
        "by",
    )
    readonly_fields = ("by",)


@admin.register(TierReview)
class TierReviewAdmin(ReadOnlyAdmin[TierReview], ScopedAdmin[TierReview]):
    """Each night's review."""

    store_path = None
    list_display = (
        "day",
        "raised",
        "renewed",
        "noticed",
        "graced",
        "lowered",
        "lapsed",
        "finished_at",
    )
    ordering = ("-day",)
    date_hierarchy = "day"
    fields = (*list_display, "at", "policy", "done_to", "last")
    actions_list = ("review",)

    def has_review_permission(self, request: HttpRequest) -> bool:
        """Members are the brand's, so it is asked of no store."""
        return signed_in(request).has_perm(REVIEW)

    @action(
        description=gettext_lazy("Review now"),
        url_path="review",
        permissions=["review"],
        icon="fact_check",
    )
    def review(self, request: HttpRequest) -> HttpResponseBase:
        """What the night would do, now: once a day, however often it is asked."""

        def command(typed: dict[str, Any]) -> str:
            at = now()
            by = act_of(request, at)
            found = tiers_services.review_now(reason=typed["reason"], by=by, at=at)
            if found.finished_at is None:
                review_tiers.delay()
                return _("The review has begun; its row tells how far it is.")
            return _(
                "Reviewed: %(raised)s raised, %(renewed)s kept on, %(noticed)s told,"
                " %(graced)s in grace, %(lowered)s lowered, %(lapsed)s ended."
            ) % {name: format_count(getattr(found, name)) for name in COUNTED}

        return self.ask(
            request,
            form=ReasonForm(**posted(request)),
            title=_("Review all tiers now"),
            button=_("Review now"),
            lead=_("It does what the night does, for today, once."),
            command=command,
            back=self.list_url(),
        )
