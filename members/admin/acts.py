"""What may be done to a member from their page, each act with its form."""

from collections.abc import Callable
from datetime import datetime, time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.services import Act
from members import services as members_services
from members.forms import (
    BirthdayForm,
    ChangeForm,
    ConsentsForm,
    EnrolForm,
    ForfeitForm,
    KeeperForm,
    MergeForm,
    MomentForm,
    ReasonForm,
    TagsForm,
)
from members.models import Member
from stores import selectors as stores_selectors
from stores import services as stores_services
from stores.admin.base import ScopedAdmin, act_of, action, posted, request_id, signed_in
from stores.forms import ConfirmForm

from . import profile

if TYPE_CHECKING:
    Base = ScopedAdmin[Member]
else:
    Base = object

type Told = dict[str, Any]


class MemberActs(Base):
    """The acts; who may do which is asked again by the command."""

    def _may(self, request: HttpRequest, object_id: str, permission: str) -> bool:
        member = self.get_object(request, str(object_id))
        return member.is_active and signed_in(request).has_perm(permission)

    def has_enrol_permission(self, request: HttpRequest) -> bool:
        """Whoever may take members in."""
        return signed_in(request).has_perm("members.add_member")

    def has_edit_permission(self, request: HttpRequest, object_id: str) -> bool:
        """Whoever may change members."""
        return self._may(request, object_id, "members.change_member")

    def has_retag_permission(self, request: HttpRequest, object_id: str) -> bool:
        """Whoever may tag."""
        return self._may(request, object_id, "members.tag_member")

    def has_consent_permission(self, request: HttpRequest, object_id: str) -> bool:
        """Whoever may record consents."""
        return self._may(request, object_id, "members.record_consent")

    def has_keep_permission(self, request: HttpRequest, object_id: str) -> bool:
        """Whoever may assign keepers."""
        return self._may(request, object_id, "members.assign_keeper")

    def has_merge_permission(self, request: HttpRequest, object_id: str) -> bool:
        """Whoever may merge."""
        return self._may(request, object_id, "members.merge_member")

    def has_release_permission(self, request: HttpRequest, object_id: str) -> bool:
        """Whoever may change phones, of who was merged and has one still."""
        member = self.get_object(request, str(object_id))
        is_former = member.status == Member.Status.MERGED and member.phone is not None
        return is_former and signed_in(request).has_perm("members.change_phone")

    def has_erase_permission(self, request: HttpRequest, object_id: str) -> bool:
        """Whoever may erase."""
        return self._may(request, object_id, "members.erase_member")

    def has_hand_out_permission(self, request: HttpRequest, object_id: str) -> bool:
        """Whoever may hand everything out; of somebody merged or erased too."""
        self.get_object(request, str(object_id))
        return signed_in(request).has_perm("members.export_member")

    def has_look_back_permission(self, request: HttpRequest, object_id: str) -> bool:
        """Whoever sees the member."""
        return self.has_view_permission(
            request, self.get_object(request, str(object_id))
        )

    @action(
        description=gettext_lazy("Enrol a member"),
        url_path="enrol",
        permissions=["enrol"],
        icon="person_add",
    )
    def enrol(self, request: HttpRequest) -> HttpResponseBase:
        """Take somebody in."""
        form = EnrolForm(**posted(request))

        def command(_typed: Told) -> str:
            at = now()
            member = members_services.enrol(
                **form.told(), by=act_of(request, at), at=at
            )
            return _("%(name)s is a member now.") % {"name": member}

        return self.ask(
            request,
            form=form,
            title=_("Enrol a member"),
            button=_("Enrol"),
            command=command,
            back=self.list_url(),
        )

    def _asked(
        self,
        request: HttpRequest,
        object_id: str,
        *,
        form: forms.Form,
        title: str,
        button: str,
        command: Callable[[Member, Told, Act, datetime], object],
        done: str,
        lead: str = "",
    ) -> HttpResponseBase:
        """An act on this member, by whoever is signed in, now."""
        member = self.get_object(request, object_id)

        def run(typed: Told) -> str:
            at = now()
            command(member, typed, act_of(request, at), at)
            return done

        return self.ask(
            request,
            form=form,
            title=title,
            button=button,
            lead=lead or str(member),
            command=run,
            back=self.row_url(member),
        )

    @action(
        description=gettext_lazy("Change"),
        url_path="edit",
        permissions=["edit"],
        icon="edit",
    )
    def edit(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Change who they are."""
        member = self.get_object(request, object_id)
        sees_phone = signed_in(request).has_perm("members.see_phone")
        initial = {
            "name": member.name,
            "email": member.email if sees_phone else "",
            "salutation": member.salutation,
            "gender": member.gender,
            "language": member.language,
            "home_store": member.home_store_id,
            **{f"custom_{code}": told for code, told in member.custom.items()},
        }
        form = ChangeForm(**posted(request), initial=initial, sees_phone=sees_phone)
        return self._asked(
            request,
            object_id,
            form=form,
            title=_("Change the member"),
            button=_("Change"),
            done=_("The member is changed."),
            command=lambda member, _typed, by, at: members_services.change(
                member_id=member.pk, by=by, at=at, **form.told()
            ),
        )

    @action(
        description=gettext_lazy("Birthday"),
        url_path="birthday",
        permissions=["edit"],
        icon="cake",
    )
    def set_birthday(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Say when they were born; once said, only for those who may change it."""
        return self._asked(
            request,
            object_id,
            form=BirthdayForm(**posted(request)),
            title=_("Set the birthday"),
            button=_("Set the birthday"),
            done=_("The birthday is set."),
            command=lambda member, typed, by, at: members_services.set_birthday(
                member_id=member.pk, birthday=typed["birthday"], by=by, at=at
            ),
        )

    @action(
        description=gettext_lazy("Tags"),
        url_path="tags",
        permissions=["retag"],
        icon="label",
    )
    def retag(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Tick the tags that they have."""
        held = set(
            self.get_object(request, object_id).tags.values_list("pk", flat=True)
        )

        def command(member: Member, typed: Told, by: Act, at: datetime) -> None:
            wanted = {tag.pk for tag in typed["tags"]}
            both: Told = {"member_id": member.pk, "by": by, "at": at}
            members_services.tag(tag_ids=sorted(wanted - held), **both)
            members_services.untag(tag_ids=sorted(held - wanted), **both)

        return self._asked(
            request,
            object_id,
            form=TagsForm(**posted(request), initial={"tags": sorted(held)}),
            title=_("Tags"),
            button=_("Save"),
            done=_("The tags are saved."),
            command=command,
        )

    @action(
        description=gettext_lazy("Consents"),
        url_path="consents",
        permissions=["consent"],
        icon="handshake",
    )
    def consent(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Tick what they agree to; taking back is as easy."""
        member = self.get_object(request, object_id)
        held = set(ConsentsForm.standing(member.pk))

        def command(member: Member, typed: Told, by: Act, at: datetime) -> None:
            agreed = set(typed["agreed"])
            for said, tell in (
                (agreed, members_services.give_consent),
                (held - agreed, members_services.withdraw_consent),
            ):
                for purpose in sorted({word.split(":")[0] for word in said}):
                    tell(
                        member_id=member.pk,
                        purpose=purpose,
                        channels=[
                            word.split(":")[1]
                            for word in said
                            if word.startswith(f"{purpose}:")
                        ],
                        by=by,
                        at=at,
                        source=typed["source"],
                    )

        return self._asked(
            request,
            object_id,
            form=ConsentsForm(**posted(request), initial={"agreed": sorted(held)}),
            title=_("Consents"),
            button=_("Save"),
            done=_("What was said is written down."),
            command=command,
        )

    @action(
        description=gettext_lazy("Keeper"),
        url_path="keeper",
        permissions=["keep"],
        icon="support_agent",
    )
    def assign_keeper(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Put the guest into somebody's care."""
        member = self.get_object(request, object_id)
        return self._asked(
            request,
            object_id,
            form=KeeperForm(**posted(request), initial={"keeper": member.keeper_id}),
            title=_("Assign a keeper"),
            button=_("Save"),
            done=_("The keeper is assigned."),
            command=lambda member, typed, by, at: members_services.assign_keeper(
                member_id=member.pk,
                keeper_id=typed["keeper"].pk if typed["keeper"] else None,
                by=by,
                at=at,
            ),
        )

    def _people(self, request: HttpRequest, permission: str) -> Told:
        user = signed_in(request)
        return {
            "stores": stores_selectors.stores_for(user, permission),
            "people": stores_selectors.checkers_for(user, permission),
        }

    def _mending(self, request: HttpRequest, typed: Told) -> stores_services.Mending:
        return stores_services.Mending(
            maker=signed_in(request),
            store=typed["store"],
            reason=typed["reason"],
            checker=typed["checker"],
            secret=typed["secret"],
            key=typed["key"],
            at=now(),
            request_id=request_id(request),
        )

    @action(
        description=gettext_lazy("Merge"),
        url_path="merge",
        permissions=["merge"],
        icon="merge",
    )
    def merge(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Two rows that are one person; with a second person."""
        return self._asked(
            request,
            object_id,
            form=MergeForm(
                **posted(request), **self._people(request, "members.merge_member")
            ),
            title=_("Merge into another member"),
            button=_("Merge"),
            lead=_(
                "All value, history and consents go to the other. There is no way back."
            ),
            done=_("They are one member now."),
            command=lambda member, typed, _by, _at: members_services.merge(
                source_id=member.pk,
                target_id=typed["into"].pk,
                by=self._mending(request, typed),
            ),
        )

    @action(
        description=gettext_lazy("Release the former number"),
        url_path="release-phone",
        permissions=["release"],
        icon="phone_disabled",
    )
    def release_phone(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The phone of a row that was merged finds nobody any more."""
        return self._asked(
            request,
            object_id,
            form=ReasonForm(**posted(request)),
            title=_("Release the former number"),
            button=_("Release"),
            lead=_("It finds nobody any more, and may become somebody else’s."),
            command=lambda member, typed, by, at: members_services.release_phone(
                member_id=member.pk, reason=typed["reason"], by=by, at=at
            ),
            done=_("The number is released."),
        )

    @action(
        description=gettext_lazy("Erase"),
        url_path="erase",
        permissions=["erase"],
        icon="person_off",
    )
    def erase(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Forget who they were; for who holds something, with a signed paper."""
        member = self.get_object(request, object_id)
        held = members_services.what_is_held(member_id=member.pk, at=now())
        words: Told = {
            "title": _("Erase the member"),
            "button": _("Erase"),
            "done": _("Nothing says any more who this was."),
        }
        if not held:
            return self._asked(
                request,
                object_id,
                form=ReasonForm(**posted(request)),
                lead=_("Who they were is wiped for ever; entries stay without a name."),
                command=lambda member, typed, by, at: members_services.erase(
                    member_id=member.pk, reason=typed["reason"], by=by, at=at
                ),
                **words,
            )
        return self._asked(
            request,
            object_id,
            form=ForfeitForm(
                **posted(request), **self._people(request, "members.erase_member")
            ),
            lead=_("They give up in writing: %(held)s") % {"held": ", ".join(held)},
            command=lambda member, typed, _by, _at: (
                members_services.erase_with_forfeiture(
                    member_id=member.pk,
                    signed=members_services.Signed(
                        signed_on=typed["signed_on"], reference=typed["reference"]
                    ),
                    by=self._mending(request, typed),
                )
            ),
            **words,
        )

    @action(
        description=gettext_lazy("Hand everything out"),
        url_path="hand-out",
        permissions=["hand_out"],
        icon="download",
    )
    def hand_out(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Everything kept about them, as a ZIP; the log notes it."""
        member = self.get_object(request, object_id)
        if request.method == "POST":
            at = now()
            export = members_services.export_member(
                member_id=member.pk, by=act_of(request, at), at=at
            )
            return FileResponse(
                members_services.zip_file(export),
                as_attachment=True,
                filename=f"member-{member.pk}.zip",
                content_type="application/zip",
            )
        return self.ask(
            request,
            form=ConfirmForm(),
            title=_("Hand everything out"),
            button=_("Download"),
            lead=_("Everything kept about %(name)s, for themselves alone.")
            % {"name": member},
            command=lambda _typed: "",
            back=self.row_url(member),
        )

    @action(
        description=gettext_lazy("Balances then"),
        url_path="balances",
        permissions=["look_back"],
        icon="history",
    )
    def look_back(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """What they held at the end of a day."""
        member = self.get_object(request, object_id)
        form = MomentForm(request.GET or None)
        on = form.cleaned_data["on"] if form.is_bound and form.is_valid() else None
        zone = ZoneInfo(settings.TIME_ZONE)
        at = datetime.combine(on, time.max, zone) if on else None
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"{member} · {_('Balances then')}",
            "form": form,
            "at": at,
            "rows": profile.balances_then(member, at) if at else [],
            "back": self.row_url(member),
        }
        return TemplateResponse(request, "members/balances_then.html", context)
