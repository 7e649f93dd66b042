"""Where each member stands, how they came there, and the nightly review."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, F, Index, Q
from django.utils.translation import gettext_lazy as _

from .ladder import LARGEST, Tier, TierPolicy


class Source(models.TextChoices):
    EARNED = "earned", _("earned")
    PAID = "paid", _("bought")
    MANUAL = "manual", _("given by hand")


LENT = [(it.value, it.label) for it in (Source.PAID, Source.MANUAL)]


class Cause(models.TextChoices):
    RAISED = "raised", _("reached")
    RENEWED = "renewed", _("kept for another period")
    NOTICED = "noticed", _("told that it is at risk")
    GRACE = "grace", _("grace began")
    LOWERED = "lowered", _("one step down")
    BOUGHT = "bought", _("bought")
    REFUNDED = "refunded", _("refunded")
    GIVEN = "given", _("given by hand")
    TAKEN = "taken", _("taken back")
    LAPSED = "lapsed", _("its time is over")
    MERGED = "merged", _("members merged")


def _same(one: str, other: str) -> Q:
    """Equal, or neither there: a check that is null would be taken for true."""
    there = Q(**{f"{one}__isnull": False, f"{other}__isnull": False, one: F(other)})
    return there | Q(**{one: None, other: None})


class Standing(models.Model):
    """The tier that a member has now, and the one that they earned beneath it.

    One that was bought or given lies over the earned one, which is reviewed all the
    same; when its time is over the earned one shows again. No row: nothing yet.
    """

    member = models.OneToOneField(
        "members.Member",
        models.PROTECT,
        primary_key=True,
        related_name="+",
        verbose_name=_("member"),
    )
    tier = models.ForeignKey(
        Tier,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("tier"),
    )
    source = models.CharField(
        _("source"), max_length=6, choices=Source, default=Source.EARNED
    )
    since = models.DateTimeField(_("since"))
    kept_until = models.DateTimeField(_("kept until"), null=True)
    earned_tier = models.ForeignKey(
        Tier,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("earned tier"),
    )
    earned_until = models.DateTimeField(_("earned until"), null=True)
    notice_at = models.DateTimeField(_("told at"), null=True)
    grace_until = models.DateTimeField(_("grace until"), null=True)

    class Meta:
        verbose_name = _("standing")
        verbose_name_plural = _("standings")
        default_permissions = ("view",)
        indexes = [Index(fields=["tier", "member"], name="tiers_standing_by_tier")]
        constraints = [
            CheckConstraint(
                condition=Q(source__in=Source.values),
                name="tiers_standing_source_is_known",
            ),
            CheckConstraint(
                condition=~Q(source="earned")
                | (_same("tier", "earned_tier") & _same("kept_until", "earned_until")),
                name="tiers_standing_earned_is_what_was_earned",
            ),
            CheckConstraint(
                condition=Q(source="earned")
                | Q(tier__isnull=False, kept_until__isnull=False),
                name="tiers_standing_lent_has_an_end",
            ),
            CheckConstraint(
                condition=Q(earned_until__isnull=False)
                | Q(notice_at=None, grace_until=None),
                name="tiers_standing_only_what_ends_is_at_risk",
            ),
            CheckConstraint(
                condition=Q(grace_until=None) | Q(notice_at__isnull=False),
                name="tiers_standing_grace_after_notice",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.member_id} · {self.tier or '–'}"


class StandingChange(models.Model):
    """Something that happened to a member's tier; never changed."""

    member = models.ForeignKey(
        "members.Member",
        models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("member"),
    )
    at = models.DateTimeField(_("at"))
    cause = models.CharField(_("what happened"), max_length=8, choices=Cause)
    source = models.CharField(_("source"), max_length=6, choices=Source)
    was = models.ForeignKey(
        Tier,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("was"),
    )
    became = models.ForeignKey(
        Tier,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("became"),
    )
    metric = models.BigIntegerField(_("growth value"), null=True)
    kept_until = models.DateTimeField(_("kept until"), null=True)
    policy = models.ForeignKey(
        TierPolicy,
        models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("tier policy"),
    )
    actor = models.CharField(_("by"), max_length=120)

    class Meta:
        verbose_name = _("change of tier")
        verbose_name_plural = _("changes of tier")
        default_permissions = ("view",)
        indexes = [
            Index(fields=["member", "id"], name="tiers_standingchange_of_member"),
            Index(fields=["at"], name="tiers_standingchange_when"),
        ]
        constraints = [
            CheckConstraint(
                condition=Q(cause__in=Cause.values),
                name="tiers_standingchange_cause_is_known",
            ),
            CheckConstraint(
                condition=Q(source__in=Source.values),
                name="tiers_standingchange_source_is_known",
            ),
            CheckConstraint(
                condition=Q(metric=None) | Q(metric__gte=0),
                name="tiers_standingchange_metric_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.member_id} · {self.get_cause_display()} · {self.became or '–'}"


class TierGrant(models.Model):
    """A tier that was bought or given by hand, from one moment until another."""

    member = models.ForeignKey(
        "members.Member",
        models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("member"),
    )
    tier = models.ForeignKey(
        Tier, models.PROTECT, related_name="+", verbose_name=_("tier")
    )
    source = models.CharField(_("source"), max_length=6, choices=LENT)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    ended_at = models.DateTimeField(_("ended early at"), null=True)
    price = models.BigIntegerField(_("price"), default=0)
    entry_id = models.UUIDField(_("entry"), null=True)
    key = models.CharField(_("idempotency key"), max_length=300, unique=True)
    fingerprint = models.CharField(max_length=64, editable=False)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    actor = models.CharField(_("by"), max_length=120)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("staff member"),
    )
    store = models.ForeignKey(
        "stores.Store",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("store"),
    )
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("bought or given tier")
        verbose_name_plural = _("bought and given tiers")
        default_permissions = ("view",)
        indexes = [
            Index(fields=["member", "ends_at"], name="tiers_tiergrant_of_member"),
        ]
        constraints = [
            CheckConstraint(
                condition=Q(source="paid", price__gt=0, price__lte=LARGEST)
                & Q(entry_id__isnull=False)
                | Q(source="manual", price=0, entry_id=None),
                name="tiers_tiergrant_bought_with_an_entry_or_given",
            ),
            CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="tiers_tiergrant_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tier} · #{self.member_id}"


class TierReview(models.Model):
    """One night's review of all members: how far it came, and what it found."""

    day = models.DateField(_("day"), unique=True)
    at = models.DateTimeField(_("at"))
    policy = models.ForeignKey(
        TierPolicy, models.PROTECT, related_name="+", verbose_name=_("tier policy")
    )
    done_to = models.BigIntegerField(_("done up to member"), default=0)
    last = models.BigIntegerField(_("last member"))
    finished_at = models.DateTimeField(_("finished at"), null=True)
    raised = models.PositiveIntegerField(_("reached"), default=0)
    renewed = models.PositiveIntegerField(_("kept"), default=0)
    noticed = models.PositiveIntegerField(_("told"), default=0)
    graced = models.PositiveIntegerField(_("in grace"), default=0)
    lowered = models.PositiveIntegerField(_("lowered"), default=0)
    lapsed = models.PositiveIntegerField(_("lapsed"), default=0)

    class Meta:
        verbose_name = _("review of tiers")
        verbose_name_plural = _("reviews of tiers")
        default_permissions = ("view",)
        constraints = [
            CheckConstraint(
                condition=Q(done_to__gte=0) & Q(done_to__lte=F("last")),
                name="tiers_tierreview_goes_no_further",
            ),
            CheckConstraint(
                condition=Q(finished_at=None) | Q(done_to=F("last")),
                name="tiers_tierreview_finished_at_the_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day}"
