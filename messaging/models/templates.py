"""The words of messages: version by version, in each language and for each channel."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from members.models import Purpose

CODE_PATTERN = r"^[a-z][a-z0-9_]{1,59}$"
LANGUAGE_CODES = [code for code, _name in settings.LANGUAGES]


class MessageChannel(models.TextChoices):
    """The way by which a message travels."""

    INBOX = "inbox", _("in the app")
    EMAIL = "email", _("e-mail")
    SMS = "sms", _("text message")
    WECHAT = "wechat", _("WeChat")


class ValueKind(models.TextChoices):
    """What stands in the place of a value, and so how it is written."""

    TEXT = "text", _("text")
    NUMBER = "number", _("number")
    MONEY = "money", _("amount of money")
    DATE = "date", _("date")
    MOMENT = "moment", _("date and time")
    LINK = "link", _("link")
    SECRET = "secret", _("secret, such as a code")


class MessageTemplate(models.Model):
    """What a message is for; its words are versions of their own."""

    code = models.CharField(
        _("code"),
        max_length=60,
        unique=True,
        help_text=_("By which programs name it: small letters, digits and _."),
    )
    name = models.CharField(_("name"), max_length=80)
    purpose = models.CharField(
        _("purpose"),
        max_length=13,
        choices=Purpose,
        help_text=_("Whether it needs a consent, and which."),
    )
    waits_at_night = models.BooleanField(
        _("waits out the quiet hours"),
        default=False,
        help_text=_("Offers, news and surveys always do."),
    )
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("message template")
        verbose_name_plural = _("message templates")
        default_permissions = ("view", "change")
        constraints = [
            CheckConstraint(
                condition=Q(code__regex=CODE_PATTERN),
                name="messaging_messagetemplate_code_is_plain",
            ),
            CheckConstraint(
                condition=Q(purpose__in=Purpose.values),
                name="messaging_messagetemplate_purpose_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class MessageTemplateVersion(models.Model):
    """The words of a template as they stood, with the values they ask for."""

    template = models.ForeignKey(
        MessageTemplate,
        models.PROTECT,
        related_name="versions",
        db_index=False,  # the unique pair begins with it
        verbose_name=_("message template"),
    )
    number = models.PositiveIntegerField(_("version"), editable=False)
    # Name of each value: its kind.
    values = models.JSONField(_("values"), default=dict, blank=True)
    published_at = models.DateTimeField(_("published at"), editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("published by"),
    )

    class Meta:
        verbose_name = _("version of a message template")
        verbose_name_plural = _("versions of message templates")
        default_permissions = ()
        constraints = [
            UniqueConstraint(
                fields=["template", "number"],
                name="messaging_messagetemplateversion_one_per_number",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.number}"


class MessageText(models.Model):
    """The words of one version for one channel in one language."""

    version = models.ForeignKey(
        MessageTemplateVersion,
        models.PROTECT,
        related_name="texts",
        db_index=False,  # the unique triple begins with it
        verbose_name=_("version of a message template"),
    )
    channel = models.CharField(_("channel"), max_length=6, choices=MessageChannel)
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES
    )
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    body = models.TextField(_("text"), max_length=4000)
    html = models.TextField(_("HTML"), max_length=40_000, blank=True)
    provider_template = models.CharField(
        _("template at the provider"),
        max_length=80,
        blank=True,
        help_text=_("Where a provider sends only texts that it has approved."),
    )

    class Meta:
        verbose_name = _("words of a message")
        verbose_name_plural = _("words of messages")
        default_permissions = ()
        constraints = [
            UniqueConstraint(
                fields=["version", "channel", "language"],
                name="messaging_messagetext_one_per_channel_and_language",
            ),
            CheckConstraint(
                condition=Q(channel__in=MessageChannel.values),
                name="messaging_messagetext_channel_is_known",
            ),
            CheckConstraint(
                condition=Q(language__in=LANGUAGE_CODES),
                name="messaging_messagetext_language_is_known",
            ),
            CheckConstraint(
                condition=~Q(body=""), name="messaging_messagetext_says_something"
            ),
            CheckConstraint(
                condition=~Q(channel="email") | ~Q(subject=""),
                name="messaging_messagetext_letter_has_a_subject",
            ),
        ]

    def __str__(self) -> str:
        return (
            f"{self.version} · {self.get_channel_display()} · "
            f"{self.get_language_display()}"
        )
