"""What members agreed to, word for word, and what they took back."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from .people import Member


class Purpose(models.TextChoices):
    """What a member is contacted for; only `transactional` needs no consent."""

    TRANSACTIONAL = "transactional", _("about the member’s own business")
    MARKETING = "marketing", _("offers and news")
    SURVEY = "survey", _("surveys")
    PARTNERS = "partners", _("offers of our partners")


ASKED = [purpose for purpose in Purpose.values if purpose != Purpose.TRANSACTIONAL]


class Channel(models.TextChoices):
    """The way by which a member is reached."""

    INBOX = "inbox", _("in the app")
    EMAIL = "email", _("e-mail")
    SMS = "sms", _("text message")
    CALL = "call", _("phone call")


class Source(models.TextChoices):
    """Where a member said so."""

    COUNTER = "counter", _("at the counter")
    PAPER = "paper", _("on paper")
    PORTAL = "portal", _("in the portal")
    LINK = "link", _("by a link in a message")
    API = "api", _("through another program")
    IMPORT = "import", _("brought along")
    MERGE = "merge", _("from a merged member")
    ERASURE = "erasure", _("on being erased")


class ConsentText(models.Model):
    """The words that were agreed to, as they stood; a change is a new version."""

    purpose = models.CharField(_("purpose"), max_length=13, choices=Purpose)
    version = models.PositiveIntegerField(_("version"), editable=False)
    text = models.TextField(_("text"), max_length=4000)
    published_at = models.DateTimeField(_("published at"), editable=False)

    class Meta:
        verbose_name = _("consent text")
        verbose_name_plural = _("consent texts")
        default_permissions = ("view", "add")
        constraints = [
            UniqueConstraint(
                fields=["purpose", "version"],
                name="members_consenttext_one_per_version",
            ),
            CheckConstraint(
                condition=Q(purpose__in=ASKED),
                name="members_consenttext_purpose_is_asked",
            ),
            CheckConstraint(
                condition=~Q(text=""), name="members_consenttext_says_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.version}"


class Consent(models.Model):
    """One decision of a member: yes to a text, or no; never changed, only followed."""

    member = models.ForeignKey(
        Member,
        models.PROTECT,
        related_name="consents",
        db_index=False,
        verbose_name=_("member"),
    )
    purpose = models.CharField(_("purpose"), max_length=13, choices=Purpose)
    channel = models.CharField(_("channel"), max_length=5, choices=Channel)
    granted = models.BooleanField(_("agreed"))
    text = models.ForeignKey(
        ConsentText,
        models.PROTECT,
        null=True,
        related_name="consents",
        db_index=False,
        verbose_name=_("text"),
    )
    source = models.CharField(_("source"), max_length=8, choices=Source)
    at = models.DateTimeField(_("at"))
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("taken by"),
    )
    store = models.ForeignKey(
        "stores.Store",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("store"),
    )
    # The same decision, as it was given by a member who was merged since.
    copy_of = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        related_name="copies",
        db_index=False,
        verbose_name=_("copy of"),
    )

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        default_permissions = ("view",)
        permissions = [("record_consent", _("Can record a member’s consents"))]
        indexes = [
            Index(
                fields=["member", "purpose", "channel", "at"],
                name="members_consent_of_member",
            ),
        ]
        constraints = [
            CheckConstraint(
                condition=Q(purpose__in=ASKED), name="members_consent_purpose_is_asked"
            ),
            CheckConstraint(
                condition=Q(channel__in=Channel.values),
                name="members_consent_channel_is_known",
            ),
            CheckConstraint(
                condition=Q(source__in=Source.values),
                name="members_consent_source_is_known",
            ),
            CheckConstraint(
                condition=Q(granted=False) | Q(text__isnull=False),
                name="members_consent_given_to_a_text",
            ),
        ]

    def __str__(self) -> str:
        word = _("yes") if self.granted else _("no")
        return f"{self.get_purpose_display()} · {self.get_channel_display()}: {word}"


class ConsentNow(models.Model):
    """The decision that stands; kept by a trigger on consents, for segments."""

    member = models.ForeignKey(
        Member, models.PROTECT, related_name="consents_now", db_index=False
    )
    purpose = models.CharField(_("purpose"), max_length=13, choices=Purpose)
    channel = models.CharField(_("channel"), max_length=5, choices=Channel)
    granted = models.BooleanField(_("agreed"))
    consent = models.ForeignKey(
        Consent, models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("standing consent")
        verbose_name_plural = _("standing consents")
        default_permissions = ()
        indexes = [
            Index(
                fields=["purpose", "channel", "member"],
                name="members_consentnow_who",
                condition=Q(granted=True),
            ),
        ]
        constraints = [
            UniqueConstraint(
                fields=["member", "purpose", "channel"],
                name="members_consentnow_one_stands",
            ),
        ]

    def __str__(self) -> str:
        return str(self.consent)
