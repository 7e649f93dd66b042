"""Preferences, occasions and notes."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recognition import services as recognition_services
from recognition.forms import NoteForm, OccasionForm, PreferenceForm
from recognition.models import Note, Occasion, Preference
from stores import selectors as stores_selectors
from stores.admin.base import act_of, action, display, posted, signed_in
from stores.forms import ConfirmForm

from .base import AboutMembersAdmin

DESCRIBE = "recognition.describe_member"


class DescribingAdmin[M: (Preference, Occasion)](AboutMembersAdmin[M]):
    """Rows that whoever serves adds and takes away; the whole house knows them."""

    store_path = None
    list_select_related = ("member", "author")
    search_fields = ("=member__id",)

    def has_describe_permission(
        self, request: HttpRequest, _object_id: object = None
    ) -> bool:
        """Whoever may keep a member's preferences somewhere."""
        return self.may(request, DESCRIBE)


@admin.register(Preference)
class PreferenceAdmin(DescribingAdmin[Preference]):
    """Likes, dislikes, seats; allergies stand out."""

    list_display = ("member", "loud", "words", "author", "at")
    list_filter = ("kind",)
    fields = ("member", "kind", "words", "author", "at")
    actions_list = ("add_preference",)
    actions_detail = ("remove_preference",)

    @display(
        description=gettext_lazy("kind"),
        ordering="kind",
        label={"allergy": "danger", "like": "success", "dislike": "warning"},
    )
    def loud(self, preference: Preference) -> tuple[str, str]:
        """The kind, as a badge; an allergy is red."""
        return preference.kind, preference.get_kind_display()

    @action(
        description=gettext_lazy("Add a preference"),
        url_path="add-preference",
        permissions=["describe"],
        icon="favorite",
    )
    def add_preference(self, request: HttpRequest) -> HttpResponseBase:
        """A like, a dislike, a seat, an allergy."""

        def command(typed: dict[str, Any]) -> str:
            at = now()
            recognition_services.add_preference(
                member_id=typed["member"].pk,
                kind=typed["kind"],
                words=typed["words"],
                by=act_of(request, at, store=typed["store"]),
                at=at,
            )
            return _("It is remembered.")

        return self.ask(
            request,
            form=PreferenceForm(**self.asked(request, DESCRIBE)),
            title=_("Add a preference"),
            button=_("Remember"),
            command=command,
            back=self.list_url(),
        )

    @action(
        description=gettext_lazy("Remove"),
        url_path="remove-preference",
        permissions=["describe"],
        icon="delete",
    )
    def remove_preference(
        self, request: HttpRequest, object_id: str
    ) -> HttpResponseBase:
        """It is so no longer."""
        row = self.get_object(request, object_id)

        def command(_typed: dict[str, Any]) -> str:
            at = now()
            recognition_services.remove_preference(
                preference_id=row.pk, by=act_of(request, at), at=at
            )
            return _("It is removed.")

        return self.ask(
            request,
            form=ConfirmForm(**posted(request)),
            title=_("Remove"),
            button=_("Remove"),
            lead=f"{row.member} · {row}",
            command=command,
            back=self.list_url(),
        )


@admin.register(Occasion)
class OccasionAdmin(DescribingAdmin[Occasion]):
    """Days of the year that matter."""

    list_display = ("member", "kind", "words", "month", "day", "author", "at")
    list_filter = ("kind", "month")
    fields = ("member", "kind", "words", "month", "day", "year", "author", "at")
    actions_list = ("add_occasion",)
    actions_detail = ("remove_occasion",)

    @action(
        description=gettext_lazy("Add an occasion"),
        url_path="add-occasion",
        permissions=["describe"],
        icon="event",
    )
    def add_occasion(self, request: HttpRequest) -> HttpResponseBase:
        """A day to think of."""

        def command(typed: dict[str, Any]) -> str:
            at = now()
            recognition_services.add_occasion(
                member_id=typed["member"].pk,
                kind=typed["kind"],
                month=typed["month"],
                day=typed["day"],
                year=typed["year"],
                words=typed["words"],
                by=act_of(request, at, store=typed["store"]),
                at=at,
            )
            return _("It is remembered.")

        return self.ask(
            request,
            form=OccasionForm(**self.asked(request, DESCRIBE)),
            title=_("Add an occasion"),
            button=_("Remember"),
            command=command,
            back=self.list_url(),
        )

    @action(
        description=gettext_lazy("Remove"),
        url_path="remove-occasion",
        permissions=["describe"],
        icon="delete",
    )
    def remove_occasion(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """It was a mistake, or is kept no more."""
        row = self.get_object(request, object_id)

        def command(_typed: dict[str, Any]) -> str:
            at = now()
            recognition_services.remove_occasion(
                occasion_id=row.pk, by=act_of(request, at), at=at
            )
            return _("It is removed.")

        return self.ask(
            request,
            form=ConfirmForm(**posted(request)),
            title=_("Remove"),
            button=_("Remove"),
            lead=f"{row.member} · {row}",
            command=command,
            back=self.list_url(),
        )


@admin.register(Note)
class NoteAdmin(AboutMembersAdmin[Note]):
    """What colleagues should know, in the whole house; withdrawn, never rewritten."""

    store_path = None
    search_fields = ("=member__id",)
    list_display = ("at", "member", "words", "author", "store", "withdrawn_at")
    list_filter = ("store", ("withdrawn_at", admin.EmptyFieldListFilter))
    list_select_related = ("member", "author", "store")
    fields = (
        "member",
        "words",
        "author",
        "store",
        "at",
        "withdrawn_at",
        "withdrawn_by",
    )
    actions_list = ("write_note",)
    actions_detail = ("withdraw",)

    def has_view_permission(
        self, request: HttpRequest, obj: Note | None = None
    ) -> bool:
        """The store of a note says where it was written, not who may read it."""
        return super().has_view_permission(request)

    def has_write_permission(self, request: HttpRequest) -> bool:
        """Whoever may write notes somewhere."""
        return self.may(request, "recognition.write_note")

    def has_withdraw_permission(self, request: HttpRequest, object_id: str) -> bool:
        """One's own, or a colleague's where one manages; once."""
        note = self.get_object(request, str(object_id))
        user = signed_in(request)
        is_own = note.author_id == user.pk
        manages = (
            self.may(request, "recognition.withdraw_note", note)
            if note.store_id is not None
            else stores_selectors.user_may_everywhere(user, "recognition.withdraw_note")
        )
        return note.withdrawn_at is None and (is_own or manages)

    @action(
        description=gettext_lazy("Write a note"),
        url_path="write",
        permissions=["write"],
        icon="edit_note",
    )
    def write_note(self, request: HttpRequest) -> HttpResponseBase:
        """Tell the colleagues."""

        def command(typed: dict[str, Any]) -> str:
            at = now()
            recognition_services.write_note(
                member_id=typed["member"].pk,
                words=typed["words"],
                by=act_of(request, at, store=typed["store"]),
                at=at,
            )
            return _("The note is written.")

        return self.ask(
            request,
            form=NoteForm(**self.asked(request, "recognition.write_note")),
            title=_("Write a note"),
            button=_("Write"),
            command=command,
            back=self.list_url(),
        )

    @action(
        description=gettext_lazy("Withdraw"),
        url_path="withdraw",
        permissions=["withdraw"],
        icon="undo",
    )
    def withdraw(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Asked once; the words stay, nobody is shown them at the counter."""
        note = self.get_object(request, object_id)

        def command(_typed: dict[str, Any]) -> str:
            at = now()
            recognition_services.withdraw_note(
                note_id=note.pk, by=act_of(request, at, store=note.store), at=at
            )
            return _("The note is withdrawn.")

        return self.ask(
            request,
            form=ConfirmForm(**posted(request)),
            title=_("Withdraw"),
            button=_("Withdraw the note"),
            lead=f"{note.member} · {note.words}",
            command=command,
            back=self.row_url(note),
        )
