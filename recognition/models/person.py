"""What the staff know about a member."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class Known(models.Model):
    """What one staff member (or the member) told us, and when."""

    member = models.ForeignKey(
        "members.Member",
        models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("member"),
    )
    at = models.DateTimeField(_("at"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("author"),
        help_text=_("Empty: the member, or an import."),
    )

    class Meta:
        abstract = True


class Preference(Known):
    """A like, a dislike, a seat, a size; and what must not be eaten, shown loud."""

    class Kind(models.TextChoices):
        ALLERGY = "allergy", _("Allergy")
        LIKE = "like", _("Likes")
        DISLIKE = "dislike", _("Dislikes")
        SEAT = "seat", _("Seat")
        SIZE = "size", _("Size")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    words = models.CharField(_("words"), max_length=120)

    class Meta:
        verbose_name = _("preference")
        verbose_name_plural = _("preferences")
        default_permissions = ("view",)
        permissions = [
            ("describe_member", _("Can keep a member’s preferences and occasions"))
        ]
        constraints = [
            UniqueConstraint(
                "member",
                "kind",
                Lower("words"),
                name="recognition_preference_said_once",
            ),
            CheckConstraint(
                condition=Q(kind__in=["allergy", "like", "dislike", "seat", "size"]),
                name="recognition_preference_kind_is_known",
            ),
            CheckConstraint(
                condition=~Q(words=""), name="recognition_preference_has_words"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.words}"


class Occasion(Known):
    """A day of the year that matters to a member; the birthday is the member's own."""

    class Kind(models.TextChoices):
        WEDDING = "wedding", _("Wedding anniversary")
        FAMILY = "family", _("Birthday in the family")
        BUSINESS = "business", _("Day of the business")
        OTHER = "other", _("Another day")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    words = models.CharField(_("words"), max_length=80, blank=True, default="")
    month = models.PositiveSmallIntegerField(_("month"))
    day = models.PositiveSmallIntegerField(_("day"))
    year = models.PositiveSmallIntegerField(
        _("year"), null=True, blank=True, help_text=_("Where it is known.")
    )

    class Meta:
        verbose_name = _("occasion")
        verbose_name_plural = _("occasions")
        default_permissions = ("view",)
        indexes = [Index(fields=["month", "day"], name="recognition_occasion_day")]
        constraints = [
            UniqueConstraint(
                "member",
                "kind",
                "month",
                "day",
                Lower("words"),
                name="recognition_occasion_said_once",
            ),
            CheckConstraint(
                condition=Q(kind__in=["wedding", "family", "business", "other"]),
                name="recognition_occasion_kind_is_known",
            ),
            CheckConstraint(
                condition=Q(month__in=[1, 3, 5, 7, 8, 10, 12], day__range=(1, 31))
                | Q(month__in=[4, 6, 9, 11], day__range=(1, 30))
                | Q(month=2, day__range=(1, 29)),
                name="recognition_occasion_day_exists",
            ),
            CheckConstraint(
                condition=Q(year__isnull=True) | Q(year__range=(1900, 2200)),
                name="recognition_occasion_year_is_sane",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.words or self.get_kind_display()} {self.month}-{self.day}"


class Note(Known):
    """What a colleague should know; never rewritten, withdrawn where it was wrong."""

    store = models.ForeignKey(
        "stores.Store",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("store"),
    )
    words = models.CharField(_("words"), max_length=1000)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("withdrawn by"),
    )
    wiped_at = models.DateTimeField(_("wiped at"), null=True, blank=True)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        default_permissions = ("view",)
        permissions = [
            ("write_note", _("Can write a note about a member")),
            ("withdraw_note", _("Can withdraw a colleague’s note")),
        ]
        indexes = [Index(fields=["member", "at"], name="recognition_note_of_member")]
        constraints = [
            CheckConstraint(
                condition=(~Q(words="") & Q(wiped_at__isnull=True))
                | Q(words="", wiped_at__isnull=False),
                name="recognition_note_has_words_until_wiped",
            ),
            CheckConstraint(
                condition=Q(withdrawn_by__isnull=True) | Q(withdrawn_at__isnull=False),
                name="recognition_note_withdrawn_when",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
