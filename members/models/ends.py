"""What became of a member: merged into another, or gone with what they gave up."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .people import Member


class Merge(models.Model):
    """Two rows were one person: which went into which, why, and who saw to it."""

    key = models.CharField(_("key"), max_length=120, unique=True)
    source = models.OneToOneField(
        Member, models.PROTECT, related_name="merge", verbose_name=_("merged")
    )
    target = models.ForeignKey(
        Member, models.PROTECT, related_name="merges", verbose_name=_("into")
    )
    at = models.DateTimeField(_("at"))
    reason = models.CharField(_("reason"), max_length=200)
    entry_id = models.UUIDField(_("entry"), null=True)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("staff member"),
    )
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("approved by"),
    )

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        default_permissions = ("view",)
        constraints = [
            CheckConstraint(
                condition=~Q(source=F("target")), name="members_merge_joins_two"
            ),
            CheckConstraint(
                condition=Q(approver__isnull=True) | ~Q(approver=F("staff")),
                name="members_merge_approved_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.source_id} → #{self.target_id}"


class Forfeiture(models.Model):
    """What a member gave up, signed, so as to be erased."""

    key = models.CharField(_("key"), max_length=120, unique=True)
    member = models.ForeignKey(
        Member, models.PROTECT, related_name="forfeitures", verbose_name=_("member")
    )
    signed_on = models.DateField(_("signed on"))
    reference = models.CharField(
        _("reference"),
        max_length=80,
        help_text=_("Where the signed paper is kept, such as its number."),
    )
    reason = models.CharField(_("reason"), max_length=200)
    at = models.DateTimeField(_("at"))
    entry_id = models.UUIDField(_("entry"), null=True)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("staff member"),
    )
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("approved by"),
    )

    class Meta:
        verbose_name = _("forfeiture")
        verbose_name_plural = _("forfeitures")
        default_permissions = ("view",)
        constraints = [
            UniqueConstraint(fields=["member"], name="members_forfeiture_once"),
            CheckConstraint(
                condition=~Q(reference="") & ~Q(reason=""),
                name="members_forfeiture_says_why",
            ),
            CheckConstraint(
                condition=~Q(approver=F("staff")),
                name="members_forfeiture_approved_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.member_id} · {self.reference}"


class ClosureRequest(models.Model):
    """A member wants to go: a store pays out what is theirs first, then they leave.

    Who left by themselves with nothing to be paid out has a row too, without a store.
    """

    class State(models.TextChoices):
        """Where it stands."""

        OPEN = "open", pgettext_lazy("of a request", "Open")
        WITHDRAWN = "taken", _("Taken back by the member")
        LEFT = "left", _("The member left")

    member = models.ForeignKey(
        Member,
        models.PROTECT,
        related_name="closures",
        db_index=False,
        verbose_name=_("member"),
    )
    store = models.ForeignKey(
        "stores.Store",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("to be paid out at"),
    )
    # Minor units, as it then stood.
    principal = models.BigIntegerField(_("principal when it was asked"))
    state = models.CharField(
        _("state"), max_length=5, choices=State, default=State.OPEN
    )
    at = models.DateTimeField(_("asked at"))
    ended_at = models.DateTimeField(_("ended at"), null=True)

    class Meta:
        verbose_name = _("request to leave")
        verbose_name_plural = _("requests to leave")
        default_permissions = ("view",)
        indexes = [Index(fields=["member", "at"], name="members_closure_of_member")]
        constraints = [
            UniqueConstraint(
                fields=["member"],
                condition=Q(state="open"),
                name="members_closurerequest_one_is_open",
            ),
            CheckConstraint(
                condition=Q(state="open", ended_at__isnull=True)
                | Q(state__in=["taken", "left"], ended_at__isnull=False),
                name="members_closurerequest_ends_once",
            ),
            CheckConstraint(
                condition=Q(principal__gte=0),
                name="members_closurerequest_principal_is_theirs",
            ),
            CheckConstraint(
                condition=Q(store__isnull=False) | Q(state="left", principal=0),
                name="members_closurerequest_money_has_a_store",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.member_id} · {self.get_state_display()}"
