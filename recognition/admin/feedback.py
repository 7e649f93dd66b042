"""What guests say, and complaints on their way to a cure."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.money import format_money
from common.tables import clock
from recognition import selectors as recognition_selectors
from recognition import services as recognition_services
from recognition.forms import CureForm, FeedbackForm, OwnerForm, ReplyForm
from recognition.models import Feedback
from recognition.models.feedback import State
from stores.admin.actors import by_whom, with_actor
from stores.admin.base import act_of, action, display, posted, signed_in
from stores.forms import ConfirmForm

from .base import AboutMembersAdmin

RECORD = "recognition.record_feedback"
ASSIGN = "recognition.assign_complaint"


class AnswerFilter(admin.SimpleListFilter):
    """What a guest waits for: the store's own inbox."""

    title = gettext_lazy("answer")
    parameter_name = "answer"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """What is late stands first."""
        return [
            ("late", _("Past its time")),
            ("waits", _("To be answered")),
            ("guest", _("The guest wrote last")),
        ]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Feedback]
    ) -> QuerySet[Feedback]:
        """Those alone."""
        if self.value() == "late":
            late = recognition_selectors.complaints_due(at=now())
            return queryset.filter(pk__in=late.values("pk"))
        if self.value() == "waits":
            return queryset.filter(state__in=[State.OPEN, State.OWNED])
        if self.value() == "guest":
            return recognition_selectors.guest_wrote_last(queryset)
        return queryset


@admin.register(Feedback)
class FeedbackAdmin(AboutMembersAdmin[Feedback]):
    """The feedback of one's stores."""

    store_path = "store"
    list_display = (
        "at",
        "member",
        "store",
        "rating",
        "words",
        "stands",
        "owner",
        "cure_by",
    )
    list_filter = (AnswerFilter, "state", "store", "channel")
    search_fields = ("=member__id",)
    list_select_related = ("member", "store", "owner")
    fields = (
        "member",
        "store",
        "at",
        "channel",
        "rating",
        "words",
        "stands",
        "owner",
        "own_by",
        "cure_by",
        "cured_at",
        "cure",
        "claim",
        "conversation",
        "way",
    )
    readonly_fields = ("rating", "stands", "claim", "conversation", "way")
    actions_list = ("record",)
    actions_detail = ("make_complaint", "assign", "write_back", "cure_it")

    @display(description=gettext_lazy("rating"))
    def rating(self, said: Feedback) -> str:
        """The score out of ten, or the stars, or neither."""
        parts = [
            f"{said.score}/10" if said.score is not None else "",
            f"{said.effort}/7" if said.effort is not None else "",
            "★" * said.stars if said.stars is not None else "",
        ]
        return " ".join(part for part in parts if part) or "–"

    @display(
        description=gettext_lazy("state"),
        ordering="state",
        label={"open": "danger", "owned": "warning", "cured": "success"},
    )
    def stands(self, said: Feedback) -> tuple[str, str]:
        """Where it stands, as a badge."""
        return said.state, said.get_state_display()

    @display(description=gettext_lazy("missing visit"))
    def claim(self, said: Feedback) -> str:
        """The day and the amount that the guest gave."""
        if said.claimed_on is None or said.claimed_amount is None:
            return "–"
        day = date_format(said.claimed_on, "SHORT_DATE_FORMAT")
        return f"{day} · {format_money(said.claimed_amount)}"

    @display(description=gettext_lazy("written back and forth"))
    def conversation(self, said: Feedback) -> str:
        """Each reply: when, who, what."""
        replies = said.replies.select_related("staff").order_by("pk")
        return format_html_join(
            "",
            "<div>{} · {} · {}</div>",
            (
                (clock(one.at, said.store.zone), one.staff or said.member, one.words)
                for one in replies
            ),
        )

    @display(description=gettext_lazy("steps"))
    def way(self, said: Feedback) -> str:
        """Each step: when, what, by whom."""
        steps = with_actor(said.steps.select_related("owner").order_by("pk"))
        return format_html_join(
            "",
            "<div>{} · {} · {} · {}</div>",
            (
                (
                    clock(step.at, said.store.zone),
                    step.get_state_display(),
                    step.owner or "–",
                    by_whom(step),
                )
                for step in steps
            ),
        )

    def has_record_permission(self, request: HttpRequest) -> bool:
        """Whoever may record what guests say somewhere."""
        return self.may(request, RECORD)

    def has_raise_permission(self, request: HttpRequest, object_id: str) -> bool:
        """What was only noted, at one's store."""
        said = self.get_object(request, str(object_id))
        return said.state == State.NOTED and self.may(request, RECORD, said)

    def has_write_permission(self, request: HttpRequest, object_id: str) -> bool:
        """What was said at one's store."""
        said = self.get_object(request, str(object_id))
        return said.wiped_at is None and self.may(request, RECORD, said)

    def has_assign_permission(self, request: HttpRequest, object_id: str) -> bool:
        """What is not cured yet, at one's store."""
        said = self.get_object(request, str(object_id))
        is_uncured = said.state in {State.OPEN, State.OWNED}
        return is_uncured and self.may(request, ASSIGN, said)

    def has_cure_permission(self, request: HttpRequest, object_id: str) -> bool:
        """What has an owner: by the owner, or by who leads there."""
        said = self.get_object(request, str(object_id))
        is_owner = said.owner_id == signed_in(request).pk
        may = self.may(request, ASSIGN, said) or (
            is_owner and self.may(request, "recognition.cure_complaint", said)
        )
        return said.state == State.OWNED and may

    @action(
        description=gettext_lazy("Record feedback"),
        url_path="record",
        permissions=["record"],
        icon="reviews",
    )
    def record(self, request: HttpRequest) -> HttpResponseBase:
        """What a guest said, in their words."""

        def command(typed: dict[str, Any]) -> str:
            at, store = now(), typed["store"]
            said = recognition_services.record_feedback(
                member_id=typed["member"].pk,
                store_id=store.pk,
                channel=typed["channel"],
                score=typed["score"],
                stars=typed["stars"],
                words=typed["words"],
                is_complaint=typed["is_complaint"],
                by=act_of(request, at, store=store),
                at=at,
            )
            if said.state == State.OPEN:
                return _("The complaint is open; give it an owner.")
            return _("It is noted.")

        return self.ask(
            request,
            form=FeedbackForm(**self.asked(request, RECORD)),
            title=_("Record feedback"),
            button=_("Record"),
            command=command,
            back=self.list_url(),
        )

    @action(
        description=gettext_lazy("Make it a complaint"),
        url_path="make-complaint",
        permissions=["raise"],
        icon="priority_high",
    )
    def make_complaint(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """It is one after all: it gets deadlines."""
        said = self.get_object(request, object_id)

        def command(_typed: dict[str, Any]) -> str:
            at = now()
            recognition_services.raise_complaint(
                feedback_id=said.pk, by=act_of(request, at, store=said.store), at=at
            )
            return _("The complaint is open; give it an owner.")

        return self.ask(
            request,
            form=ConfirmForm(**posted(request)),
            title=_("Make it a complaint"),
            button=_("Make it a complaint"),
            lead=f"{said.member} · {said.words}",
            command=command,
            back=self.row_url(said),
        )

    @action(
        description=gettext_lazy("Give it an owner"),
        url_path="assign",
        permissions=["assign"],
        icon="person_add",
    )
    def assign(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Somebody who can cure it there."""
        said = self.get_object(request, object_id)

        def command(typed: dict[str, Any]) -> str:
            at = now()
            recognition_services.assign_complaint(
                feedback_id=said.pk,
                owner=typed["owner"],
                by=act_of(request, at, store=said.store),
                at=at,
            )
            return _("It has an owner.")

        return self.ask(
            request,
            form=OwnerForm(
                **posted(request),
                people=recognition_selectors.who_can_cure(store_id=said.store_id),
            ),
            title=_("Give it an owner"),
            button=_("Give"),
            lead=f"{said.member} · {said.words}",
            command=command,
            back=self.row_url(said),
        )

    @action(
        description=gettext_lazy("Write back"),
        url_path="write-back",
        permissions=["write"],
        icon="reply",
    )
    def write_back(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The guest reads it on their own pages."""
        said = self.get_object(request, object_id)

        def command(typed: dict[str, Any]) -> str:
            at = now()
            recognition_services.reply(
                feedback_id=said.pk,
                words=typed["words"],
                by=act_of(request, at, store=said.store),
                at=at,
                key=f"reply:{said.pk}:{typed['key']}",
            )
            return _("Your words are on the guest’s pages.")

        return self.ask(
            request,
            form=ReplyForm(**posted(request)),
            title=_("Write back"),
            button=_("Write back"),
            lead=f"{said.member} · {said.words}",
            command=command,
            back=self.row_url(said),
        )

    @action(
        description=gettext_lazy("Cured"),
        url_path="cure",
        permissions=["cure"],
        icon="healing",
    )
    def cure_it(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Say what was done."""
        said = self.get_object(request, object_id)

        def command(typed: dict[str, Any]) -> str:
            at = now()
            recognition_services.cure_complaint(
                feedback_id=said.pk,
                cure=typed["cure"],
                by=act_of(request, at, store=said.store),
                at=at,
            )
            return _("The complaint is cured.")

        return self.ask(
            request,
            form=CureForm(**posted(request)),
            title=_("Cure the complaint"),
            button=_("Cured"),
            lead=f"{said.member} · {said.words}",
            command=command,
            back=self.row_url(said),
        )
