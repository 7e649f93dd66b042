"""The second person, the log of acts, and the keys of other programs."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, F, Func, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from common.tables import clock, zone_of
from stores.words import act_words

from .people import User
from .places import Store, Till
from .shifts import Shift


class Approval(models.Model):
    """One act that needs a second person: asked for, approved, used once."""

    act = models.CharField(_("act"), max_length=150)
    store = models.ForeignKey(
        Store, models.PROTECT, related_name="+", verbose_name=_("store")
    )
    shift = models.ForeignKey(
        Shift,
        models.PROTECT,
        related_name="+",
        verbose_name=_("shift"),
        null=True,
        blank=True,
    )
    maker = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    beneficiary = models.ForeignKey(
        User,
        models.PROTECT,
        related_name="+",
        verbose_name=_("to the benefit of"),
        null=True,
        blank=True,
    )
    # The maker is the one who benefits, and whoever approved it was told.
    is_own_card = models.BooleanField(
        _("at one’s own card"), default=False, db_default=False
    )
    amount = models.BigIntegerField(_("amount"))
    reason = models.CharField(_("reason"), max_length=200)
    subject = models.CharField(_("about"), max_length=120, blank=True)
    requested_at = models.DateTimeField(_("asked at"))
    checker = models.ForeignKey(
        User,
        models.PROTECT,
        related_name="+",
        verbose_name=_("approved by"),
        null=True,
        blank=True,
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    used_at = models.DateTimeField(_("used at"), null=True, blank=True)

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        default_permissions = ("view",)
        permissions = [("approve", _("Can approve as the second person"))]
        indexes = [
            models.Index(
                fields=["store", "-requested_at"], name="stores_approval_by_store"
            ),
            models.Index(fields=["act", "-id"], name="stores_approval_by_act"),
        ]
        constraints = [
            CheckConstraint(
                condition=Q(checker=None) | ~Q(checker=F("maker")),
                name="stores_approval_checker_is_not_maker",
            ),
            CheckConstraint(
                condition=Q(beneficiary=None, is_own_card=False)
                | ~Q(beneficiary=F("maker")) & Q(is_own_card=False)
                | Q(
                    beneficiary__isnull=False,
                    beneficiary=F("maker"),
                    is_own_card=True,
                ),
                name="stores_approval_maker_gains_only_as_told",
            ),
            CheckConstraint(
                condition=Q(beneficiary=None)
                | Q(checker=None)
                | ~Q(beneficiary=F("checker")),
                name="stores_approval_checker_gains_nothing",
            ),
            CheckConstraint(
                condition=Q(checker=None, approved_at=None)
                | Q(checker__isnull=False, approved_at__isnull=False),
                name="stores_approval_approved_by_someone",
            ),
            CheckConstraint(
                condition=Q(used_at=None) | Q(approved_at__isnull=False),
                name="stores_approval_used_once_approved",
            ),
            CheckConstraint(
                condition=Q(amount__gte=0), name="stores_approval_amount_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{_('Approval')} #{self.pk}"


class AuditEvent(models.Model):
    """Something that was done: by whom, for whom, where and when; never changed."""

    at = models.DateTimeField(_("at"))
    act = models.CharField(_("act"), max_length=150)
    actor = models.CharField(_("by"), max_length=120)
    staff = models.ForeignKey(
        User,
        models.PROTECT,
        related_name="+",
        verbose_name=_("staff member"),
        null=True,
        blank=True,
    )
    approver = models.ForeignKey(
        User,
        models.PROTECT,
        related_name="+",
        verbose_name=_("approved by"),
        null=True,
        blank=True,
    )
    store = models.ForeignKey(
        Store,
        models.PROTECT,
        related_name="+",
        verbose_name=_("store"),
        null=True,
        blank=True,
    )
    till = models.ForeignKey(
        Till,
        models.PROTECT,
        related_name="+",
        verbose_name=_("till"),
        null=True,
        blank=True,
    )
    shift = models.ForeignKey(
        Shift,
        models.PROTECT,
        related_name="+",
        verbose_name=_("shift"),
        null=True,
        blank=True,
    )
    subject_type = models.CharField(_("about"), max_length=60, blank=True)
    subject_id = models.CharField(_("number"), max_length=64, blank=True)
    request_id = models.CharField(_("request"), max_length=64, blank=True)
    facts = models.JSONField(_("facts"), default=dict)
    # The transaction that wrote it: a change of rights looks for its line here.
    written_in = models.BigIntegerField(
        db_default=Func(function="txid_current", output_field=models.BigIntegerField()),
        editable=False,
        null=True,
    )

    class Meta:
        verbose_name = _("act in the log")
        verbose_name_plural = _("log of acts")
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["store", "-at"], name="stores_audit_by_store"),
            models.Index(fields=["staff", "-at"], name="stores_audit_by_staff"),
            models.Index(
                fields=["subject_type", "subject_id"], name="stores_audit_by_subject"
            ),
            models.Index(
                fields=["request_id"],
                name="stores_audit_by_request",
                condition=~Q(request_id=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{clock(self.at, zone_of(self))} {act_words(self.act)}"


class ApiKey(models.Model):
    """A program's sign-in; only a fingerprint of the key is kept."""

    name = models.CharField(_("name"), max_length=80)
    store = models.ForeignKey(
        Store,
        models.PROTECT,
        related_name="+",
        verbose_name=_("store"),
        null=True,
        blank=True,
        help_text=_("Empty: head office."),
    )
    scopes = ArrayField(
        models.CharField(max_length=60),
        verbose_name=_("scopes"),
        default=list,
        blank=True,
    )
    prefix = models.CharField(_("begins with"), max_length=16, unique=True)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("made at"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        default_permissions = ("view", "add")
        permissions = [("revoke_apikey", _("Can revoke an API key"))]
        constraints = [
            UniqueConstraint(
                fields=["name"],
                condition=Q(revoked_at=None),
                name="stores_apikey_name_unique_while_valid",
            ),
            CheckConstraint(
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"),
                name="stores_apikey_keeps_a_digest",
            ),
        ]

    def __str__(self) -> str:
        return self.name
