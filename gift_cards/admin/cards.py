"""Every card: what is left on it and why, and what may be done with it."""

from collections.abc import Callable
from typing import Any, Final

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.admin import ReadOnlyAdmin
from common.money import format_money
from common.tables import day, moment, zone_of
from gift_cards import selectors as gift_cards_selectors
from gift_cards import services as gift_cards_services
from gift_cards.models import GiftCard, GiftCardCode
from gift_cards.services.acts import BLOCK, EXTEND, REPLACE, VOID
from ledger import selectors as ledger_selectors
from ledger.kinds import EntryKind
from policies import selectors as policies_selectors
from stores import selectors as stores_selectors
from stores.admin.base import (
    act_of,
    action,
    alone_or_beside,
    display,
    posted,
    signed_in,
)
from stores.models import User

from .base import BrandAdmin
from .forms import CareForm, ExtendForm, ReasonAtForm, ReplaceForm

Status = GiftCard.Status
SHOWN: Final = 30
SHADES: Final = {
    "made": "info",
    "active": "success",
    "blocked": "danger",
    "void": "warning",
}


@admin.register(GiftCard)
class GiftCardAdmin(ReadOnlyAdmin[GiftCard], BrandAdmin[GiftCard]):
    """The cards. No page shows a code, but for a new one, once."""

    list_display = (
        "__str__",
        "ends_with",
        "state",
        "design",
        "worth",
        "left",
        "expires_at",
        "store",
        "sold_at",
    )
    list_filter = ("status", "design", "store")
    list_select_related = ("account", "design", "store")
    search_fields = ("=id",)
    search_help_text = gettext_lazy("Number of the card, or the last four of its code")
    ordering = ("-pk",)
    fields = (
        "status",
        "ends_with",
        "worth",
        "left",
        "expires_at",
        "extensions",
        "statement",
        "design",
        "batch",
        "store",
        "sold_at",
        "policy",
        "buyer",
        "owner",
        "former_codes",
        "made_at",
    )
    readonly_fields = (
        "ends_with",
        "worth",
        "left",
        "statement",
        "former_codes",
    )
    actions_detail = ("block", "release", "replace", "extend", "revive", "void_sale")

    def get_queryset(self, request: HttpRequest) -> QuerySet[GiftCard]:
        """With the code that opens each, so that the list asks once."""
        return gift_cards_selectors.with_live_codes(super().get_queryset(request))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[GiftCard], search_term: str
    ) -> tuple[QuerySet[GiftCard], bool]:
        """By number or by the last four, both exactly: a million cards stay quick."""
        term = search_term.replace("\x00", "").strip().upper()
        if not term:
            return queryset, False
        ends = GiftCardCode.objects.filter(last4=term[:4]).values("card_id")
        wanted = Q(pk__in=ends) if len(term) == 4 else Q(pk__in=[])
        if term.isascii() and term.isdecimal() and len(term) < 19:
            wanted |= Q(pk=int(term))
        return queryset.filter(wanted), False

    @display(description=gettext_lazy("last four"))
    def ends_with(self, card: GiftCard) -> str:
        """How the code that opens it now ends."""
        codes: list[GiftCardCode] = getattr(card, "live_codes", [])
        return str(codes[0]) if codes else "–"

    @display(description=gettext_lazy("status"), ordering="status", label=SHADES)
    def state(self, card: GiftCard) -> tuple[str, str]:
        """The status, as a badge."""
        return card.status, card.get_status_display()

    @display(description=gettext_lazy("face value"), ordering="amount")
    def worth(self, card: GiftCard) -> str:
        """What it was, or is to be, sold for."""
        return "–" if card.amount is None else format_money(card.amount)

    @display(description=gettext_lazy("balance"))
    def left(self, card: GiftCard) -> str:
        """What the books say is left."""
        return "–" if card.account is None else format_money(card.account.balance)

    @display(description=gettext_lazy("codes before"))
    def former_codes(self, card: GiftCard) -> str:
        """The codes that it was replaced by, each dead for ever."""
        dead = card.codes.exclude(died_at=None).order_by("-died_at")[:SHOWN]
        written = (
            f"{code} ({day(code.died_at, zone_of(card))})"
            for code in dead
            if code.died_at
        )
        return ", ".join(written) or "–"

    @display(description=gettext_lazy("statement"))
    def statement(self, card: GiftCard) -> str:
        """The latest movements, each with the balance after it."""
        if card.account_id is None:
            return "–"
        movements = ledger_selectors.statement(account_id=card.account_id, limit=SHOWN)
        zones = stores_selectors.zones_of(one.store_id for one in movements)
        rows = [
            {
                "at": moment(movement.occurred_at, zones[movement.store_id]),
                "kind": EntryKind(movement.kind).label,
                "url": reverse("admin:ledger_entry_change", args=[movement.entry_id]),
                "change": ("+" if movement.change > 0 else "−")
                + format_money(abs(movement.change)),
                "rises": movement.change > 0,
                "after": format_money(movement.balance_after),
                "memo": movement.memo,
            }
            for movement in movements
        ]
        return render_to_string("ledger/statement.html", {"rows": rows})

    # --- Who may ------------------------------------------------------------------

    def has_block_permission(self, request: HttpRequest, object_id: str) -> bool:
        """An active card can be blocked."""
        return self._may(request, object_id, BLOCK, {Status.ACTIVE})

    def has_release_permission(self, request: HttpRequest, object_id: str) -> bool:
        """A blocked card can be released."""
        return self._may(request, object_id, BLOCK, {Status.BLOCKED})

    def has_replace_permission(self, request: HttpRequest, object_id: str) -> bool:
        """A card that was sold can be given a new code."""
        return self._may(request, object_id, REPLACE, {Status.ACTIVE, Status.BLOCKED})

    def has_extend_permission(self, request: HttpRequest, object_id: str) -> bool:
        """A card that expires can live longer."""
        return self._may(request, object_id, EXTEND, {Status.ACTIVE, Status.BLOCKED})

    def has_revive_permission(self, request: HttpRequest, object_id: str) -> bool:
        """What lapsed is given back where the law keeps it owed."""
        owed = policies_selectors.profile(at=now()).lapsed_stays_owed
        return owed and self.has_extend_permission(request, object_id)

    def has_void_sale_permission(self, request: HttpRequest, object_id: str) -> bool:
        """A card that was sold can be taken back."""
        return self._may(request, object_id, VOID, {Status.ACTIVE, Status.BLOCKED})

    def _may(
        self, request: HttpRequest, object_id: str, act: str, states: set[Status]
    ) -> bool:
        card = self.get_object(request, str(object_id))
        return card.status in states and signed_in(request).has_perm(act)

    # --- What may be done -----------------------------------------------------------

    @action(
        description=gettext_lazy("Block"),
        url_path="block",
        permissions=["block"],
        icon="block",
    )
    def block(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Stop it from paying."""

        def command(card: GiftCard, typed: dict[str, Any]) -> str:
            at = now()
            by = act_of(request, at, store=typed["store"])
            gift_cards_services.block(
                card_id=card.pk, reason=typed["reason"], by=by, at=at
            )
            return _("The card is blocked.")

        return self._care(
            request, object_id, BLOCK, command, button=_("Block"), form=ReasonAtForm
        )

    @action(
        description=gettext_lazy("Release"),
        url_path="release",
        permissions=["release"],
        icon="lock_open",
    )
    def release(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Let it pay again."""

        def command(card: GiftCard, typed: dict[str, Any]) -> str:
            at = now()
            by = act_of(request, at, store=typed["store"])
            gift_cards_services.unblock(
                card_id=card.pk, reason=typed["reason"], by=by, at=at
            )
            return _("The card can be used again.")

        return self._care(
            request, object_id, BLOCK, command, button=_("Release"), form=ReasonAtForm
        )

    @action(
        description=gettext_lazy("Extend"),
        url_path="extend",
        permissions=["extend"],
        icon="event_upcoming",
    )
    def extend(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Let what is on it live longer."""

        def command(card: GiftCard, typed: dict[str, Any]) -> str:
            self._beside(
                request, card, typed, gift_cards_services.extend, until=typed["until"]
            )
            return _("The card lives longer now.")

        return self._care(
            request, object_id, EXTEND, command, button=_("Extend"), form=ExtendForm
        )

    @action(
        description=gettext_lazy("Give back what lapsed"),
        url_path="revive",
        permissions=["revive"],
        icon="restore",
    )
    def revive(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The law keeps it owed: it comes back out of breakage."""

        def command(card: GiftCard, typed: dict[str, Any]) -> str:
            amount = self._beside(
                request, card, typed, gift_cards_services.revive, key=typed["key"]
            )
            return _("%(amount)s is back on the card.") % {
                "amount": format_money(amount)
            }

        return self._care(
            request,
            object_id,
            EXTEND,
            command,
            button=_("Give back what lapsed"),
        )

    @action(
        description=gettext_lazy("Void the sale"),
        url_path="void-sale",
        permissions=["void_sale"],
        icon="undo",
    )
    def void_sale(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """What is left goes back to who paid; the card is dead."""

        def command(card: GiftCard, typed: dict[str, Any]) -> str:
            amount = self._beside(
                request, card, typed, gift_cards_services.void_sale, key=typed["key"]
            )
            return _("The card is void; pay back %(amount)s.") % {
                "amount": format_money(amount)
            }

        return self._care(request, object_id, VOID, command, button=_("Void the sale"))

    @action(
        description=gettext_lazy("New code"),
        url_path="replace",
        permissions=["replace"],
        icon="autorenew",
    )
    def replace(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """A new code for a lost or seen one; it is shown this once."""
        user, card = signed_in(request), self.get_object(request, object_id)
        code = card.codes.filter(died_at=None).first()
        form = ReplaceForm(
            **posted(request),
            **self._choices(user, REPLACE),
            initial={"code_id": code.pk if code is not None else None},
        )

        def answer(typed: dict[str, Any]) -> HttpResponseBase:
            fresh = self._beside(
                request,
                card,
                typed,
                gift_cards_services.replace,
                code_id=typed["code_id"],
            )
            context = {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": _("The new code"),
                "fresh": fresh,
                "back": self.row_url(card),
            }
            return TemplateResponse(request, "gift_cards/fresh_code.html", context)

        return self.show_once(
            request,
            form=form,
            answer=answer,
            title=_("Give the card a new code"),
            button=_("New code"),
            back=self.row_url(card),
            lead=self._lead(card),
        )

    def _care(
        self,
        request: HttpRequest,
        object_id: str,
        act: str,
        command: Callable[[GiftCard, dict[str, Any]], str],
        *,
        button: str,
        form: type[CareForm] = CareForm,
    ) -> HttpResponseBase:
        """A form with a reason, a store, and a second person above one's limit."""
        user, card = signed_in(request), self.get_object(request, object_id)
        return self.ask(
            request,
            form=form(**posted(request), **self._choices(user, act)),
            title=button,
            button=button,
            lead=self._lead(card),
            command=lambda typed: command(card, typed),
            back=self.row_url(card),
        )

    def _choices(self, user: User, act: str) -> dict[str, Any]:
        return {
            "stores": stores_selectors.stores_for(user, act),
            "people": stores_selectors.checkers_for(user, act),
        }

    def _lead(self, card: GiftCard) -> str:
        return f"{card} · {self.ends_with(card)} · {self.left(card)}"

    def _beside[T](
        self,
        request: HttpRequest,
        card: GiftCard,
        typed: dict[str, Any],
        command: Callable[..., T],
        **more: Any,
    ) -> T:
        """At the store of the form, alone or with the second person of the form."""
        at = now()
        return alone_or_beside(
            request,
            typed,
            lambda approval: command(
                card_id=card.pk,
                reason=typed["reason"],
                by=act_of(request, at, store=typed["store"]),
                at=at,
                approval=approval,
                **more,
            ),
            subject=gift_cards_services.subject_of(card.pk),
            at=at,
        )
