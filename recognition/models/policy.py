"""What the house sets for recognition, version by version."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import CheckConstraint, F, Q
from django.utils.translation import gettext_lazy as _

from policies.models import PolicyVersion


class RecognitionPolicy(PolicyVersion):
    """How soon a complaint is cured, and how much the glance shows."""

    own_within_hours = models.PositiveSmallIntegerField(
        _("hours until a complaint has an owner"),
        default=4,
        validators=[MinValueValidator(1), MaxValueValidator(720)],
    )
    cure_within_hours = models.PositiveSmallIntegerField(
        _("hours until a complaint is cured"),
        default=48,
        validators=[MinValueValidator(1), MaxValueValidator(2160)],
    )
    complaint_up_to_score = models.PositiveSmallIntegerField(
        _("a score up to this is a complaint"),
        null=True,
        blank=True,
        default=3,
        validators=[MaxValueValidator(10)],
        help_text=_("Out of ten. Empty: only what the guest calls a complaint."),
    )
    occasion_soon_days = models.PositiveSmallIntegerField(
        _("days before a birthday or occasion is shown"),
        default=14,
        validators=[MaxValueValidator(90)],
    )
    favourites_shown = models.PositiveSmallIntegerField(
        _("favourites shown"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(20)],
    )
    notes_shown = models.PositiveSmallIntegerField(
        _("notes shown"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(20)],
    )

    class Meta:
        verbose_name = _("recognition policy")
        verbose_name_plural = _("recognition policies")
        default_permissions = ("view", "add")
        constraints = [
            CheckConstraint(
                condition=Q(own_within_hours__range=(1, 720))
                & Q(cure_within_hours__range=(1, 2160))
                & Q(own_within_hours__lte=F("cure_within_hours")),
                name="recognition_recognitionpolicy_owned_before_cured",
                violation_error_message=_(
                    "A complaint has an owner before it is cured."
                ),
            ),
            CheckConstraint(
                condition=Q(complaint_up_to_score__isnull=True)
                | Q(complaint_up_to_score__lte=10),
                name="recognition_recognitionpolicy_score_is_out_of_ten",
            ),
            CheckConstraint(
                condition=Q(occasion_soon_days__lte=90)
                & Q(favourites_shown__range=(1, 20))
                & Q(notes_shown__range=(1, 20)),
                name="recognition_recognitionpolicy_glance_is_short",
            ),
        ]
