"""What a shop adds to its members: tags, and fields of its own."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from .people import Member

CODE_PATTERN = r"^[a-z][a-z0-9_]{0,31}$"


class Tag(models.Model):
    """A word by which staff group members."""

    name = models.CharField(_("name"), max_length=40)
    is_active = models.BooleanField(_("in use"), default=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        default_permissions = ("view", "add", "change")
        constraints = [
            UniqueConstraint(
                Lower("name"),
                name="members_tag_one_per_name",
                violation_error_message=_("There is a tag with this name."),
            ),
            CheckConstraint(condition=~Q(name=""), name="members_tag_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class MemberTag(models.Model):
    """A tag on a member: since when, and by whom."""

    member = models.ForeignKey(
        Member,
        models.PROTECT,
        related_name="taggings",
        db_index=False,
        verbose_name=_("member"),
    )
    tag = models.ForeignKey(
        Tag, models.PROTECT, related_name="taggings", verbose_name=_("tag")
    )
    tagged_at = models.DateTimeField(_("tagged at"))
    tagged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("tagged by"),
    )

    class Meta:
        verbose_name = _("tag on a member")
        verbose_name_plural = _("tags on members")
        default_permissions = ("view",)
        constraints = [
            UniqueConstraint(
                fields=["member", "tag"], name="members_membertag_once_per_member"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} · {self.tag}"


class CustomField(models.Model):
    """A question that this shop asks of its members, and how it may be answered."""

    class Kind(models.TextChoices):
        TEXT = "text", _("text")
        NUMBER = "number", _("number")
        DATE = "date", _("date")
        CHOICE = "choice", _("choice")

    code = models.CharField(
        _("code"),
        max_length=32,
        unique=True,
        validators=[RegexValidator(CODE_PATTERN)],
        help_text=_("Small letters, digits and _; it stands in exports and stays."),
    )
    name = models.CharField(_("name"), max_length=40)
    kind = models.CharField(_("kind"), max_length=6, choices=Kind, default=Kind.TEXT)
    choices = ArrayField(
        models.CharField(max_length=40),
        verbose_name=_("choices"),
        default=list,
        blank=True,
        help_text=_("For a choice: what may be chosen, separated by commas."),
    )
    position = models.PositiveSmallIntegerField(_("place in the list"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("custom field")
        verbose_name_plural = _("custom fields")
        default_permissions = ("view", "add", "change")
        constraints = [
            CheckConstraint(
                condition=Q(code__regex=CODE_PATTERN),
                name="members_customfield_code_is_plain",
            ),
            CheckConstraint(
                condition=Q(kind__in=["text", "number", "date", "choice"]),
                name="members_customfield_kind_is_known",
            ),
            CheckConstraint(
                condition=Q(kind="choice", choices__len__gt=0)
                | (~Q(kind="choice") & Q(choices=[])),
                name="members_customfield_choice_has_choices",
            ),
        ]

    def __str__(self) -> str:
        return self.name
