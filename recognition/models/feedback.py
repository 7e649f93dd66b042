"""What a guest said, and a complaint's way to its cure."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

LARGEST_CLAIM = 10**12  # minor units: beyond any bill


class State(models.TextChoices):
    """Praise stays as noted; a complaint is open, then somebody's, then cured."""

    NOTED = "noted", _("Noted")
    OPEN = "open", pgettext_lazy("of a complaint", "Open")
    OWNED = "owned", _("Has an owner")
    CURED = "cured", _("Cured")


class Feedback(models.Model):
    """A guest's score, stars or words; its state goes one way only."""

    class Channel(models.TextChoices):
        COUNTER = "counter", _("At the counter")
        PHONE = "phone", _("By phone")
        SURVEY = "survey", _("Survey")
        ONLINE = "online", _("Online review")
        PORTAL = "portal", _("In the portal")
        MISSING = "missing", _("A visit is missing")
        OTHER = "other", _("Elsewhere")

    member = models.ForeignKey(
        "members.Member",
        models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("member"),
    )
    store = models.ForeignKey(
        "stores.Store",
        models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("store"),
    )
    visit = models.ForeignKey(
        "recognition.Visit",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("visit"),
    )
    at = models.DateTimeField(_("at"))
    channel = models.CharField(_("channel"), max_length=8, choices=Channel)
    score = models.PositiveSmallIntegerField(
        _("score"), null=True, blank=True, help_text=_("From 0 to 10.")
    )
    effort = models.PositiveSmallIntegerField(
        _("how easy it was"), null=True, blank=True, help_text=_("From 1 to 7.")
    )
    stars = models.PositiveSmallIntegerField(
        _("stars"), null=True, blank=True, help_text=_("From 1 to 5.")
    )
    # Of a visit that is missing: the day, and what was paid (minor units).
    claimed_on = models.DateField(_("day of the visit"), null=True, blank=True)
    claimed_amount = models.BigIntegerField(_("amount paid"), null=True, blank=True)
    words = models.CharField(_("words"), max_length=2000, blank=True, default="")
    state = models.CharField(
        _("state"), max_length=5, choices=State, default=State.NOTED
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("owner"),
    )
    own_by = models.DateTimeField(_("to have an owner by"), null=True, blank=True)
    cure_by = models.DateTimeField(_("to be cured by"), null=True, blank=True)
    cured_at = models.DateTimeField(_("cured at"), null=True, blank=True)
    cure = models.CharField(_("what was done"), max_length=1000, blank=True, default="")
    wiped_at = models.DateTimeField(_("wiped at"), null=True, blank=True)

    class Meta:
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")
        default_permissions = ("view",)
        permissions = [
            ("record_feedback", _("Can record what a guest said")),
            ("assign_complaint", _("Can give a complaint an owner")),
            ("cure_complaint", _("Can cure a complaint")),
        ]
        indexes = [
            Index(fields=["member", "at"], name="recognition_feedback_of_member"),
            Index(fields=["store", "at"], name="recognition_feedback_of_store"),
            Index(
                fields=["cure_by"],
                name="recognition_feedback_due",
                condition=Q(state__in=["open", "owned"]),
            ),
            Index(
                fields=["cured_at"],
                name="recognition_feedback_cured",
                condition=Q(state="cured"),
            ),
        ]
        constraints = [
            CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__lte=10),
                name="recognition_feedback_score_is_out_of_ten",
            ),
            CheckConstraint(
                condition=Q(stars__isnull=True) | Q(stars__range=(1, 5)),
                name="recognition_feedback_stars_are_five",
            ),
            CheckConstraint(
                condition=Q(score__isnull=False)
                | Q(stars__isnull=False)
                | Q(effort__isnull=False)
                | Q(claimed_on__isnull=False)
                | ~Q(words="")
                | Q(wiped_at__isnull=False),
                name="recognition_feedback_says_something",
            ),
            CheckConstraint(
                condition=Q(wiped_at__isnull=True) | Q(words="", cure=""),
                name="recognition_feedback_wiped_is_empty",
            ),
            CheckConstraint(
                condition=Q(channel__in=["counter", "phone", "survey", "online"])
                | Q(channel__in=["portal", "missing", "other"]),
                name="recognition_feedback_channel_is_known",
            ),
            CheckConstraint(
                condition=Q(effort__isnull=True) | Q(effort__range=(1, 7)),
                name="recognition_feedback_effort_is_out_of_seven",
            ),
            CheckConstraint(
                condition=Q(
                    channel="missing",
                    claimed_on__isnull=False,
                    claimed_amount__gt=0,
                    claimed_amount__lte=LARGEST_CLAIM,
                )
                | (
                    ~Q(channel="missing")
                    & Q(claimed_on__isnull=True, claimed_amount__isnull=True)
                ),
                name="recognition_feedback_claims_a_visit",
            ),
            UniqueConstraint(
                fields=["visit"],
                # What staff wrote down of a survey has no effort, and may be several.
                condition=Q(channel="survey", effort__isnull=False),
                name="recognition_feedback_one_survey_a_visit",
            ),
            CheckConstraint(
                condition=Q(
                    state="noted",
                    owner__isnull=True,
                    own_by__isnull=True,
                    cure_by__isnull=True,
                    cured_at__isnull=True,
                    cure="",
                )
                | Q(
                    state="open",
                    owner__isnull=True,
                    own_by__isnull=False,
                    cure_by__isnull=False,
                    cured_at__isnull=True,
                    cure="",
                )
                | Q(
                    state="owned",
                    owner__isnull=False,
                    cure_by__isnull=False,
                    cured_at__isnull=True,
                    cure="",
                )
                | (
                    Q(state="cured", owner__isnull=False, cured_at__isnull=False)
                    & (~Q(cure="") | Q(wiped_at__isnull=False))
                ),
                name="recognition_feedback_state_fits",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.get_state_display()}"


class FeedbackStep(models.Model):
    """One step of a complaint, written once; the last one says what the row says."""

    feedback = models.ForeignKey(
        Feedback, models.PROTECT, related_name="steps", verbose_name=_("feedback")
    )
    at = models.DateTimeField(_("at"))
    state = models.CharField(_("state"), max_length=5, choices=State)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("owner"),
    )
    actor = models.CharField(_("actor"), max_length=80)

    class Meta:
        verbose_name = _("step of a complaint")
        verbose_name_plural = _("steps of complaints")
        default_permissions = ()
        constraints = [
            CheckConstraint(
                condition=Q(state="open", owner__isnull=True)
                | Q(state__in=["owned", "cured"], owner__isnull=False),
                name="recognition_feedbackstep_state_fits",
            ),
            CheckConstraint(
                condition=Q(actor__regex=r"^(staff|key|member|system):.+$"),
                name="recognition_feedbackstep_names_its_actor",
            ),
        ]

    def __str__(self) -> str:
        return self.get_state_display()


class FeedbackReply(models.Model):
    """What was written back and forth about feedback: by the guest, or by staff."""

    feedback = models.ForeignKey(
        Feedback, models.PROTECT, related_name="replies", verbose_name=_("feedback")
    )
    at = models.DateTimeField(_("at"))
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("staff member"),
        help_text=_("Empty: the guest."),
    )
    words = models.CharField(_("words"), max_length=2000)
    key = models.CharField(_("idempotency key"), max_length=160, unique=True)
    wiped_at = models.DateTimeField(_("wiped at"), null=True)

    class Meta:
        verbose_name = _("reply to feedback")
        verbose_name_plural = _("replies to feedback")
        default_permissions = ()
        constraints = [
            CheckConstraint(
                condition=Q(wiped_at__isnull=True, words__gt="")
                | Q(wiped_at__isnull=False, words=""),
                name="recognition_feedbackreply_says_something",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
