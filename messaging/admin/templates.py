"""The words of messages: read, written anew with a live preview, tried on oneself."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.admin import ReadOnlyAdmin
from common.errors import DomainError
from common.tables import table
from members.forms_of_address import address
from members.models import Member
from messaging import services as messaging_services
from messaging.forms import TryOutForm, WordsForm, initial_of
from messaging.models import (
    MessageChannel,
    MessageTemplate,
    MessageTemplateVersion,
    MessageText,
    ValueKind,
)
from messaging.previews import examples, preview, unknown_places
from messaging.services import Words
from messaging.services.templates import MANAGE
from policies import selectors as policies_selectors
from policies.models import ShopPolicy
from stores.admin.base import ScopedAdmin, act_of, action, display, posted, signed_in
from stores.forms import ConfirmForm


@admin.register(MessageTemplate)
class MessageTemplateAdmin(
    ReadOnlyAdmin[MessageTemplate], ScopedAdmin[MessageTemplate]
):
    """Templates are the brand's: whoever may see them anywhere sees them all."""

    store_path = None
    list_display = ("name", "code", "purpose", "waits_at_night", "is_active")
    list_filter = ("purpose", "is_active")
    search_fields = ("name", "code")
    ordering = ("code",)
    fields = ("name", "code", "purpose", "waits_at_night", "is_active", "words")
    readonly_fields = ("words",)
    actions_list = ("new",)
    actions_detail = ("write", "try_out", "put_out_of_use", "put_in_use")

    def has_view_permission(
        self, request: HttpRequest, obj: MessageTemplate | None = None
    ) -> bool:
        """Whoever may see them anywhere sees them all."""
        return signed_in(request).has_perm(self._name("view"))

    @display(description=gettext_lazy("words in use"))
    def words(self, template: MessageTemplate) -> str:
        """The newest version, in each language and for each channel."""
        return table(
            [_("Channel"), _("Language"), _("Subject"), _("Text")],
            (
                (
                    text.get_channel_display(),
                    text.get_language_display(),
                    _quoted(text, text.subject),
                    _quoted(text, text.body),
                )
                for text in texts_of(newest(template))
            ),
        )

    def has_write_permission(
        self, request: HttpRequest, object_id: str | None = None
    ) -> bool:
        """Whoever may write the words."""
        return signed_in(request).has_perm(MANAGE)

    def has_in_use_permission(self, request: HttpRequest, object_id: str) -> bool:
        """The same, while it is in use."""
        template = self.get_object(request, str(object_id))
        return template.is_active and self.has_write_permission(request)

    def has_out_of_use_permission(self, request: HttpRequest, object_id: str) -> bool:
        """The same, while it is not."""
        template = self.get_object(request, str(object_id))
        return not template.is_active and self.has_write_permission(request)

    @action(
        description=gettext_lazy("New template"),
        url_path="new",
        permissions=["write"],
        icon="add",
    )
    def new(self, request: HttpRequest) -> HttpResponseBase:
        """What it is for, and its first words."""
        return self._write(request, None)

    @action(
        description=gettext_lazy("Write anew"),
        url_path="write",
        permissions=["write"],
        icon="edit",
    )
    def write(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """A new version; what was decided keeps its words."""
        return self._write(request, self.get_object(request, object_id))

    @action(
        description=gettext_lazy("Send to yourself"),
        url_path="try",
        permissions=["in_use"],
        icon="forward_to_inbox",
    )
    def try_out(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """With sample values, to see how it arrives."""
        template = self.get_object(request, object_id)

        def command(typed: dict[str, Any]) -> str:
            messaging_services.try_out(
                template_id=template.pk, by=act_of(request, now()), at=now(), **typed
            )
            return _("It is on its way to you.")

        return self.ask(
            request,
            form=TryOutForm(**posted(request)),
            title=_("Send to yourself"),
            button=_("Send to yourself"),
            lead=template.name,
            command=command,
            back=self.row_url(template),
        )

    @action(
        description=gettext_lazy("Put out of use"),
        url_path="put-out-of-use",
        permissions=["in_use"],
        icon="toggle_off",
    )
    def put_out_of_use(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """No more messages of it are decided."""
        return self._set_in_use(request, object_id, is_active=False)

    @action(
        description=gettext_lazy("Put in use"),
        url_path="put-in-use",
        permissions=["out_of_use"],
        icon="toggle_on",
    )
    def put_in_use(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Messages of it may be decided again."""
        return self._set_in_use(request, object_id, is_active=True)

    def _set_in_use(
        self, request: HttpRequest, object_id: str, *, is_active: bool
    ) -> HttpResponseBase:
        template = self.get_object(request, object_id)
        button = _("Put in use") if is_active else _("Put out of use")

        def command(_typed: dict[str, Any]) -> str:
            messaging_services.set_template_in_use(
                template_id=template.pk,
                is_active=is_active,
                by=act_of(request, now()),
                at=now(),
            )
            return _("Saved.")

        return self.ask(
            request,
            form=ConfirmForm(**posted(request)),
            title=button,
            button=button,
            lead=template.name,
            command=command,
            back=self.row_url(template),
        )

    def _write(
        self, request: HttpRequest, template: MessageTemplate | None
    ) -> HttpResponseBase:
        channel = request.GET.get("channel", MessageChannel.EMAIL)
        if channel not in MessageChannel.values:
            channel = MessageChannel.EMAIL
        version = newest(template) if template is not None else None
        texts = texts_of(version)
        form = WordsForm(
            **posted(request),
            channel=channel,
            is_new=template is None,
            initial=_initial(template, version, texts, channel),
        )
        if request.method == "POST" and request.GET.get("preview"):
            form.is_valid()
            shown = _shown(request, form)
            return TemplateResponse(request, "messaging/write.html#preview", shown)
        if form.is_valid():
            try:
                written = self._publish(request, template, form, texts)
            except DomainError as refusal:
                form.add_error(None, str(refusal))
            else:
                self.message_user(request, _("Published."), messages.SUCCESS)
                return redirect(self.row_url(written.template))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": template.name if template else _("New template"),
            "form": form,
            "channel": channel,
            "channels": MessageChannel.choices,
            "back": self.row_url(template) if template else self.list_url(),
            "try_out": self._try_out_url(template),
        }
        return TemplateResponse(request, "messaging/write.html", context)

    def _try_out_url(self, template: MessageTemplate | None) -> str:
        """Where the words in use are sent to oneself; nothing before there are any."""
        if template is None or not template.is_active:
            return ""
        name = f"{self.admin_site.name}:messaging_messagetemplate_try_out"
        return reverse(name, args=[template.pk])

    def _publish(
        self,
        request: HttpRequest,
        template: MessageTemplate | None,
        form: WordsForm,
        texts: list[MessageText],
    ) -> MessageTemplateVersion:
        typed = form.cleaned_data
        others = [
            Words(
                channel=text.channel,
                language=text.language,
                body=text.body,
                subject=text.subject,
                html=text.html,
                provider_template=text.provider_template,
            )
            for text in texts
            if text.channel != form.channel
        ]
        return messaging_services.publish_template(
            code=template.code if template else typed["code"],
            name=typed["name"],
            purpose=template.purpose if template else typed["purpose"],
            values=typed["values"],
            words=[*others, *form.words(typed)],
            waits_at_night=typed["waits_at_night"],
            by=act_of(request, now()),
            at=now(),
        )


def newest(template: MessageTemplate) -> MessageTemplateVersion | None:
    """The words in use."""
    return template.versions.order_by("-number").first()


def _quoted(text: MessageText, words: str) -> SafeString:
    """Words in their own language, which the page around them may not speak."""
    return format_html(
        '<span class="whitespace-pre-wrap" lang="{}">{}</span>', text.language, words
    )


def texts_of(version: MessageTemplateVersion | None) -> list[MessageText]:
    """All of them, by channel and language."""
    rows = MessageText.objects.filter(version=version) if version else []
    return sorted(rows, key=lambda text: (text.channel, text.language))


def _initial(
    template: MessageTemplate | None,
    version: MessageTemplateVersion | None,
    texts: list[MessageText],
    channel: str,
) -> dict[str, Any]:
    if template is None or version is None:
        return {}
    mine = [text for text in texts if text.channel == channel]
    return {
        **initial_of(mine, version.values),
        "name": template.name,
        "waits_at_night": template.waits_at_night,
    }


def _shown(request: HttpRequest, form: WordsForm) -> dict[str, Any]:
    """What was typed so far, in each language, as a guest would read it; and the values
    that it may ask for.
    """
    at = now()
    brand = policies_selectors.in_force(ShopPolicy, at=at).brand
    values: Mapping[str, str] = form.cleaned_data.get("values") or {}
    known = {name: kind for name, kind in values.items() if kind in ValueKind.values}
    told: dict[str, Any] = {"name": _name(request), "brand": brand, "at": at}
    previews = []
    unknown: set[str] = set()
    for words in form.words(form.data):
        text = MessageText(
            channel=words.channel,
            language=words.language,
            subject=words.subject,
            body=words.body,
            html=words.html,
        )
        unknown.update(unknown_places(text, known))
        previews.append(
            {
                "language": text.get_language_display(),
                "code": words.language,
                "written": preview(text, known, **told),
            }
        )
    return {
        "previews": previews,
        "examples": examples(known, **told),
        "unknown": sorted(unknown),
    }


def _name(request: HttpRequest) -> str:
    """Of the member whose number was typed, else of a sample."""
    number = request.POST.get("as_member", "").strip()
    if number.isascii() and number.isdecimal() and len(number) < 16:
        member = Member.objects.filter(pk=int(number)).first()
        if member is not None:
            return address(member)
    return "王小明"
