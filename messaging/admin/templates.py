"""The words of messages, version by version."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.admin import ReadOnlyAdmin
from common.tables import table
from messaging.models import MessageTemplate, MessageText
from stores.admin.base import ScopedAdmin, display, signed_in


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

    def has_view_permission(
        self, request: HttpRequest, obj: MessageTemplate | None = None
    ) -> bool:
        """Whoever may see them anywhere sees them all."""
        return signed_in(request).has_perm(self._name("view"))

    @display(description=gettext_lazy("words in use"))
    def words(self, template: MessageTemplate) -> str:
        """The newest version, in each language and for each channel."""
        version = template.versions.order_by("-number").first()
        texts = (
            MessageText.objects.filter(version=version).order_by("channel", "language")
            if version
            else MessageText.objects.none()
        )
        return table(
            [_("Channel"), _("Language"), _("Subject"), _("Text")],
            (
                (
                    text.get_channel_display(),
                    text.get_language_display(),
                    text.subject,
                    format_html(
                        '<span class="whitespace-pre-wrap">{}</span>', text.body
                    ),
                )
                for text in texts
            ),
        )
