"""Issued coupons, how they came, and everything that was done with them."""

from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from coupons.kinds import CouponAct, CouponStatus, Source

from .templates import TemplateVersion
from .terms import LARGEST


class CouponIssue(models.Model):
    """One act of issuing, known by its key: to one, to a segment, or as a batch."""

    key = models.CharField(_("key"), max_length=150, unique=True)
    fingerprint = models.BinaryField(max_length=32, editable=False)
    version = models.ForeignKey(
        TemplateVersion,
        models.PROTECT,
        related_name="issues",
        verbose_name=_("version of a template"),
    )
    source = models.CharField(_("how it came"), max_length=10, choices=Source)
    quantity = models.PositiveIntegerField(
        _("quantity"), default=1, help_text=_("For each member, or in the batch.")
    )
    at = models.DateTimeField(_("at"))
    business_date = models.DateField(_("business day"))
    actor = models.CharField(_("by"), max_length=120)
    staff = models.ForeignKey(
        "stores.User",
        models.PROTECT,
        related_name="+",
        verbose_name=_("staff member"),
        null=True,
        blank=True,
        db_index=False,
    )
    store = models.ForeignKey(
        "stores.Store",
        models.PROTECT,
        related_name="+",
        verbose_name=_("store"),
        null=True,
        blank=True,
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    # A segment: whom, how far it has come, and what it came to.
    audience = models.JSONField(_("to whom"), null=True, blank=True)
    reached = models.BigIntegerField(_("reached"), default=0, editable=False)
    issued = models.BigIntegerField(_("issued"), default=0)
    passed_over = models.BigIntegerField(
        _("passed over"),
        default=0,
        help_text=_(
            "Members who had as many as one may have, or came after the quota."
        ),
    )
    done_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    exported_at = models.DateTimeField(_("codes exported at"), null=True, blank=True)
    # A purchase: what was paid in all (minor units), and the entry that says so.
    paid = models.BigIntegerField(_("paid"), default=0)
    entry = models.UUIDField(_("entry"), null=True, blank=True)
    posting = models.BigIntegerField(_("posting"), null=True, blank=True)

    class Meta:
        verbose_name = _("issue of coupons")
        verbose_name_plural = _("issues of coupons")
        default_permissions = ("view",)
        permissions = [
            ("issue_to_segment", _("Can issue coupons to a segment")),
            ("make_batch", _("Can make a printed batch of coupons")),
            ("export_batch", _("Can export the codes of a batch, once")),
        ]
        indexes = [
            models.Index(fields=["-at"], name="coupons_couponissue_by_time"),
            models.Index(
                fields=["id"],
                condition=Q(done_at=None),
                name="coupons_couponissue_unfinished",
            ),
        ]
        constraints = [
            CheckConstraint(
                condition=Q(source__in=Source.values),
                name="coupons_couponissue_source_is_known",
            ),
            CheckConstraint(
                condition=Q(quantity__gte=1, quantity__lte=1_000_000),
                name="coupons_couponissue_quantity_within_bounds",
            ),
            CheckConstraint(
                condition=Q(paid__gte=0, paid__lte=LARGEST)
                & (Q(paid=0) | Q(entry__isnull=False)),
                name="coupons_couponissue_paid_by_an_entry",
            ),
            CheckConstraint(
                condition=Q(issued__gte=0, passed_over__gte=0, reached__gte=0),
                name="coupons_couponissue_counts_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class Coupon(models.Model):
    """One coupon in somebody's hands, or a printed one that nobody has claimed yet."""

    version = models.ForeignKey(
        TemplateVersion,
        models.PROTECT,
        related_name="coupons",
        verbose_name=_("version of a template"),
    )
    issue = models.ForeignKey(
        CouponIssue,
        models.PROTECT,
        related_name="coupons",
        verbose_name=_("issue"),
        db_index=False,
    )
    nth = models.PositiveIntegerField(_("number within the issue"), default=1)
    member = models.ForeignKey(
        "members.Member",
        models.PROTECT,
        related_name="+",
        verbose_name=_("member"),
        null=True,
        blank=True,
    )
    # Who was given it first: what the limit per member counts, whoever holds it now.
    issued_to = models.ForeignKey(
        "members.Member",
        models.PROTECT,
        related_name="+",
        verbose_name=_("first given to"),
        null=True,
        blank=True,
        db_index=False,
    )
    code = models.CharField(_("code"), max_length=16, null=True, blank=True)  # noqa: DJ001 (unique where given)
    digest = models.BinaryField(max_length=32, null=True, editable=False)
    last4 = models.CharField(_("code ends in"), max_length=4, blank=True)
    status = models.CharField(
        _("status"), max_length=8, choices=CouponStatus, default=CouponStatus.ISSUED
    )
    uses = models.PositiveSmallIntegerField(_("uses"), default=1)
    uses_left = models.PositiveSmallIntegerField(_("uses left"), default=1)
    valid_from = models.DateTimeField(_("valid from"))
    valid_until = models.DateTimeField(_("valid until"))
    source_ref = models.CharField(  # noqa: DJ001 (unique where given)
        _("given for"), max_length=80, null=True, blank=True
    )

    class Meta:
        verbose_name = _("coupon")
        verbose_name_plural = _("coupons")
        default_permissions = ("view",)
        permissions = [
            ("issue_coupon", _("Can issue coupons by hand")),
            ("sell_coupon", _("Can sell coupons")),
            ("use_pass", _("Can take a visit off a pass")),
            ("void_coupon", _("Can void a coupon")),
            ("extend_coupon", _("Can extend a coupon")),
            ("refund_pass", _("Can refund a visit pass")),
        ]
        indexes = [
            models.Index(
                fields=["valid_until"],
                condition=Q(status="issued"),
                name="coupons_coupon_by_expiry",
            ),
            models.Index(
                fields=["status", "-id"],
                condition=Q(status__in=["offered", "void"]),
                name="coupons_coupon_seldom",
            ),
        ]
        constraints = [
            UniqueConstraint(
                fields=["code"],
                condition=Q(code__isnull=False),
                name="coupons_coupon_code_once",
            ),
            UniqueConstraint(
                fields=["digest"],
                condition=Q(digest__isnull=False),
                name="coupons_coupon_digest_once",
            ),
            UniqueConstraint(
                fields=["issue", "issued_to", "nth"],
                nulls_distinct=False,
                name="coupons_coupon_once_in_its_issue",
            ),
            UniqueConstraint(
                fields=["source_ref"],
                condition=Q(source_ref__isnull=False),
                name="coupons_coupon_granted_once",
            ),
            CheckConstraint(
                condition=Q(
                    code__isnull=False,
                    digest=None,
                    code__regex=r"^[0-9A-HJKMNP-TV-Z]{12}$",
                )
                | Q(code=None, digest__isnull=False),
                name="coupons_coupon_has_one_code",
            ),
            CheckConstraint(
                condition=Q(code=None) | Q(issued_to__isnull=False),
                name="coupons_coupon_bearer_code_is_hashed",
            ),
            CheckConstraint(
                condition=Q(valid_until__gt=F("valid_from")),
                name="coupons_coupon_valid_in_order",
            ),
            CheckConstraint(
                condition=Q(uses__gte=1, uses_left__lte=F("uses")),
                name="coupons_coupon_uses_within_bounds",
            ),
            CheckConstraint(
                condition=Q(status__in=["issued", "offered"], uses_left__gt=0)
                | Q(status="redeemed", uses_left=0)
                | Q(status="void"),
                name="coupons_coupon_redeemed_when_used_up",
            ),
            CheckConstraint(
                condition=~Q(status="offered") | Q(member__isnull=False),
                name="coupons_coupon_offered_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class CouponUse(models.Model):
    """Something done with a coupon: when, where, by whom, for what; never changed."""

    coupon = models.ForeignKey(
        Coupon, models.PROTECT, related_name="history", verbose_name=_("coupon")
    )
    act = models.CharField(_("act"), max_length=10, choices=CouponAct)
    key = models.CharField(_("key"), max_length=170, unique=True)
    reference = models.CharField(
        _("for"), max_length=80, blank=True, help_text=_("The sale or entry.")
    )
    saving = models.BigIntegerField(_("saved"), default=0)
    undoes = models.OneToOneField(
        "self",
        models.PROTECT,
        related_name="undone_by",
        verbose_name=_("undoes"),
        null=True,
        blank=True,
    )
    member = models.ForeignKey(
        "members.Member",
        models.PROTECT,
        related_name="+",
        verbose_name=_("member"),
        null=True,
        blank=True,
        db_index=False,
    )
    at = models.DateTimeField(_("at"))
    business_date = models.DateField(_("business day"))
    store = models.ForeignKey(
        "stores.Store",
        models.PROTECT,
        related_name="+",
        verbose_name=_("store"),
        null=True,
        blank=True,
    )
    actor = models.CharField(_("by"), max_length=120)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("act with a coupon")
        verbose_name_plural = _("acts with coupons")
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["reference"], name="coupons_couponuse_by_sale"),
        ]
        constraints = [
            CheckConstraint(
                condition=Q(act__in=CouponAct.values),
                name="coupons_couponuse_act_is_known",
            ),
            CheckConstraint(
                condition=Q(act__in=["released", "returned"], undoes__isnull=False)
                | (~Q(act__in=["released", "returned"]) & Q(undoes=None)),
                name="coupons_couponuse_gives_back_one_use",
            ),
            CheckConstraint(
                condition=Q(saving__gte=0, saving__lte=LARGEST),
                name="coupons_couponuse_saving_within_bounds",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class CouponGift(models.Model):
    """A coupon on its way to a friend; whoever has the link may take it, once."""

    class Ended(models.TextChoices):
        ACCEPTED = "accepted", _("Accepted by a friend")
        TAKEN_BACK = "taken_back", _("Taken back from a friend")
        LAPSED = "lapsed", _("Offer lapsed")

    coupon = models.ForeignKey(
        Coupon, models.PROTECT, related_name="gifts", verbose_name=_("coupon")
    )
    giver = models.ForeignKey(
        "members.Member", models.PROTECT, related_name="+", verbose_name=_("giver")
    )
    digest = models.BinaryField(max_length=32, unique=True, editable=False)
    offered_at = models.DateTimeField(_("offered at"))
    lapses_at = models.DateTimeField(_("lapses at"))
    taker = models.ForeignKey(
        "members.Member",
        models.PROTECT,
        related_name="+",
        verbose_name=_("taker"),
        null=True,
        blank=True,
    )
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_as = models.CharField(_("ended as"), max_length=10, choices=Ended, blank=True)

    class Meta:
        verbose_name = _("gift of a coupon")
        verbose_name_plural = _("gifts of coupons")
        default_permissions = ("view",)
        indexes = [
            models.Index(
                fields=["lapses_at"],
                condition=Q(ended_at=None),
                name="coupons_coupongift_lapsing",
            ),
        ]
        constraints = [
            UniqueConstraint(
                fields=["coupon"],
                condition=Q(ended_at=None),
                name="coupons_coupongift_one_open",
            ),
            CheckConstraint(
                condition=Q(ended_at=None, ended_as="", taker=None)
                | Q(ended_at__isnull=False, ended_as="accepted", taker__isnull=False)
                | Q(
                    ended_at__isnull=False,
                    ended_as__in=["taken_back", "lapsed"],
                    taker=None,
                ),
                name="coupons_coupongift_ends_one_way",
            ),
            CheckConstraint(
                condition=Q(taker=None) | ~Q(taker=F("giver")),
                name="coupons_coupongift_to_another",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class ClaimTries(models.Model):
    """Wrong codes typed by one member or device, so that nobody tries them all."""

    subject = models.CharField(_("who"), max_length=80, unique=True)
    failures = models.PositiveIntegerField(_("wrong tries"), default=0)
    since = models.DateTimeField(_("since"))
    locked_until = models.DateTimeField(_("locked until"), null=True, blank=True)

    class Meta:
        verbose_name = _("wrong tries")
        verbose_name_plural = _("wrong tries")
        default_permissions = ()

    def __str__(self) -> str:
        return f"#{self.pk}"
