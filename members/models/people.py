"""One person who comes back, and the keys by which the counter finds them."""

from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import CheckConstraint, F, Func, Index, Q, UniqueConstraint
from django.db.models.functions import Lower, Mod, Reverse
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

# Byte order: the beginning of a key is a range of the index, in any locale.
BYTES = "C"
NAME_LENGTH = 80
PHONE_PATTERN = r"^\+[1-9][0-9]{6,14}$"
REFERRAL_PATTERN = r"^[0-9A-HJKMNP-TV-Z]{10}$"

_birthday = Q(
    birth_month__isnull=False,
    birth_day__isnull=False,
    birthday_set_at__isnull=False,
)
_no_birthday = Q(
    birth_month__isnull=True,
    birth_day__isnull=True,
    birth_year__isnull=True,
    birthday_set_at__isnull=True,
    birth_calendar="",
    birth_leap=False,
)
_leap_year = (
    Exact(Mod(F("birth_year"), 4), 0) & ~Exact(Mod(F("birth_year"), 100), 0)
) | Exact(Mod(F("birth_year"), 400), 0)


# So long after its phone was changed a member spends nothing above the limit.
PHONE_SETTLES = timedelta(hours=24)


class Member(models.Model):
    """One person who comes back."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("active")
        MERGED = "merged", _("merged into another")
        ERASED = "erased", _("erased")

    class Gender(models.TextChoices):
        FEMALE = "female", _("female")
        MALE = "male", _("male")
        OTHER = "other", _("another")

    class Calendar(models.TextChoices):
        SOLAR = "solar", _("solar")
        LUNAR = "lunar", _("lunar")

    public_id = models.UUIDField(
        _("number for other programs"),
        unique=True,
        db_default=Func(function="ledger_uuid7", output_field=models.UUIDField()),
        editable=False,
    )
    name = models.CharField(_("name"), max_length=NAME_LENGTH, blank=True)
    phone = models.CharField(  # noqa: DJ001 (unique where given)
        _("phone"), max_length=16, null=True, blank=True, db_collation=BYTES
    )
    # From one phone to another: what is spent above the limit waits for a day.
    phone_changed_at = models.DateTimeField(
        _("phone changed at"), null=True, blank=True, editable=False
    )
    # By the member, from their own phone: nothing of theirs pays until it is lifted.
    spending_frozen_at = models.DateTimeField(
        _("spending frozen by the member at"), null=True, blank=True, editable=False
    )
    email = models.EmailField(_("e-mail"), blank=True)
    salutation = models.CharField(_("salutation"), max_length=20, blank=True)
    gender = models.CharField(_("gender"), max_length=6, choices=Gender, blank=True)
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, blank=True
    )

    birth_calendar = models.CharField(
        _("calendar of the birthday"), max_length=5, choices=Calendar, blank=True
    )
    birth_year = models.SmallIntegerField(_("year of birth"), null=True, blank=True)
    birth_month = models.SmallIntegerField(_("month of birth"), null=True, blank=True)
    birth_day = models.SmallIntegerField(_("day of birth"), null=True, blank=True)
    birth_leap = models.BooleanField(_("born in a leap month"), default=False)
    birthday_set_at = models.DateTimeField(
        _("birthday set at"), null=True, blank=True, editable=False
    )

    home_store = models.ForeignKey(
        "stores.Store",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("home store"),
    )
    keeper = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("keeper"),
        help_text=_("Who looks after this guest."),
    )
    referrer = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="referred",
        db_index=False,
        verbose_name=_("brought by"),
    )
    referral_code = models.CharField(
        _("referral code"),
        max_length=10,
        db_collation=BYTES,
        db_default=Func(
            function="members_referral_code", output_field=models.CharField()
        ),
        editable=False,
    )
    custom = models.JSONField(_("custom fields"), default=dict, blank=True)
    tags = models.ManyToManyField(
        "members.Tag",
        through="members.MemberTag",
        related_name="members",
        verbose_name=_("tags"),
    )

    status = models.CharField(
        _("status"), max_length=8, choices=Status, default=Status.ACTIVE
    )
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged_from",
        db_index=False,
        verbose_name=_("merged into"),
    )
    joined_at = models.DateTimeField(_("joined at"))
    ended_at = models.DateTimeField(
        _("merged or erased at"), null=True, blank=True, editable=False
    )

    # What the counter types, folded: written with the name, by `members.keys`.
    search_name = models.CharField(
        max_length=80, default="", blank=True, editable=False, db_collation=BYTES
    )
    search_pinyin = models.CharField(
        max_length=120, default="", blank=True, editable=False, db_collation=BYTES
    )
    search_initials = models.CharField(
        max_length=40, default="", blank=True, editable=False, db_collation=BYTES
    )
    other_pinyin = models.CharField(
        max_length=120, default="", blank=True, editable=False, db_collation=BYTES
    )
    other_initials = models.CharField(
        max_length=40, default="", blank=True, editable=False, db_collation=BYTES
    )

    history = HistoricalRecords(
        excluded_fields=[
            "search_name",
            "search_pinyin",
            "search_initials",
            "other_pinyin",
            "other_initials",
            "tags",
        ]
    )

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        default_permissions = ("view", "add", "change")
        permissions = [
            ("see_phone", _("Can see phones and e-mail addresses in full")),
            ("change_phone", _("Can change a member’s phone")),
            ("change_birthday", _("Can change a birthday once it is set")),
            ("tag_member", _("Can tag members")),
            ("assign_keeper", _("Can give a member a keeper")),
            ("merge_member", _("Can merge two members, with a second person")),
            ("erase_member", _("Can erase a member")),
            ("export_member", _("Can hand out everything kept about a member")),
        ]
        indexes = [
            Index(fields=["search_name"], name="members_member_by_name"),
            Index(fields=["search_pinyin"], name="members_member_by_pinyin"),
            Index(fields=["search_initials"], name="members_member_by_initials"),
            Index(
                fields=["other_pinyin"],
                name="members_member_other_pinyin",
                condition=~Q(other_pinyin=""),
            ),
            Index(
                fields=["other_initials"],
                name="members_member_other_init",
                condition=~Q(other_initials=""),
            ),
            # The last digits of a phone are the first of it reversed.
            Index(Reverse("phone"), name="members_member_by_tail"),
            Index(
                Lower("email"), name="members_member_by_email", condition=~Q(email="")
            ),
            Index(
                fields=["birth_calendar", "birth_month", "birth_day"],
                name="members_member_by_birthday",
                condition=Q(birth_month__isnull=False),
            ),
            Index(
                fields=["keeper"],
                name="members_member_by_keeper",
                condition=Q(keeper__isnull=False),
            ),
            Index(
                fields=["referrer"],
                name="members_member_by_referrer",
                condition=Q(referrer__isnull=False),
            ),
            Index(
                fields=["merged_into"],
                name="members_member_by_pointer",
                condition=Q(merged_into__isnull=False),
            ),
            Index(
                fields=["status"],
                name="members_member_ended",
                condition=~Q(status="active"),
            ),
            BrinIndex(fields=["joined_at"], name="members_member_by_day"),
        ]
        constraints = [
            UniqueConstraint(fields=["phone"], name="members_member_one_per_phone"),
            UniqueConstraint(
                fields=["referral_code"], name="members_member_one_per_code"
            ),
            CheckConstraint(
                condition=Q(phone__isnull=True) | Q(phone__regex=PHONE_PATTERN),
                name="members_member_phone_is_e164",
            ),
            CheckConstraint(
                condition=Q(referral_code__regex=REFERRAL_PATTERN),
                name="members_member_referral_code_is_plain",
            ),
            CheckConstraint(
                condition=Q(status__in=["active", "merged", "erased"]),
                name="members_member_status_is_known",
            ),
            CheckConstraint(
                condition=Q(status="merged", merged_into__isnull=False)
                | (~Q(status="merged") & Q(merged_into__isnull=True)),
                name="members_member_merged_has_pointer",
            ),
            CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
                name="members_member_merged_into_another",
            ),
            CheckConstraint(
                condition=Q(referrer__isnull=True) | ~Q(referrer=F("id")),
                name="members_member_brought_by_another",
            ),
            CheckConstraint(
                condition=Q(status="active", ended_at__isnull=True)
                | (~Q(status="active") & Q(ended_at__isnull=False)),
                name="members_member_ended_when_it_ended",
            ),
            CheckConstraint(
                condition=Q(gender__in=["", "female", "male", "other"]),
                name="members_member_gender_is_known",
            ),
            CheckConstraint(
                condition=_no_birthday
                | (_birthday & Q(birth_calendar__in=["solar", "lunar"])),
                name="members_member_birthday_is_whole",
            ),
            CheckConstraint(
                condition=Q(birth_month__isnull=True)
                | Q(birth_month__gte=1, birth_month__lte=12),
                name="members_member_birth_month_exists",
            ),
            CheckConstraint(
                condition=Q(birth_day__isnull=True)
                | Q(birth_day__gte=1, birth_day__lte=29)
                | Q(birth_day=30, birth_calendar="lunar")
                | (Q(birth_day=30, birth_calendar="solar") & ~Q(birth_month=2))
                | Q(
                    birth_day=31,
                    birth_calendar="solar",
                    birth_month__in=[1, 3, 5, 7, 8, 10, 12],
                ),
                name="members_member_birth_day_exists",
            ),
            CheckConstraint(
                condition=~Q(birth_calendar="solar", birth_month=2, birth_day=29)
                | Q(birth_year__isnull=True)
                | _leap_year,  # type: ignore[arg-type]  # the stubs know no lookups here
                name="members_member_leap_day_in_leap_year",
            ),
            CheckConstraint(
                condition=Q(birth_year__isnull=True)
                | Q(birth_year__gte=1900, birth_year__lte=2100),
                name="members_member_birth_year_is_plausible",
            ),
            CheckConstraint(
                condition=Q(birth_leap=False) | Q(birth_calendar="lunar"),
                name="members_member_leap_month_is_lunar",
            ),
            CheckConstraint(
                condition=~Q(status="erased")
                | (
                    Q(
                        name="",
                        phone__isnull=True,
                        email="",
                        salutation="",
                        gender="",
                        language="",
                        custom={},
                        keeper__isnull=True,
                        referrer__isnull=True,
                        search_name="",
                        search_pinyin="",
                        search_initials="",
                        other_pinyin="",
                        other_initials="",
                    )
                    & _no_birthday
                ),
                name="members_member_erased_is_nobody",
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"#{self.pk}"

    @property
    def is_active(self) -> bool:
        """Neither merged nor erased."""
        return self.status == self.Status.ACTIVE

    @property
    def has_birthday(self) -> bool:
        """Whether a birthday was ever given."""
        return self.birth_month is not None
