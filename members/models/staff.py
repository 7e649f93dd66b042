"""Which member somebody of the staff is, and what was done at such a card."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, F, Func, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from common.tables import clock, zone_of
from policies.models import PolicyVersion

from .people import Member


class StaffMembership(models.Model):
    """Somebody of the staff is this member; ended rows are the history."""

    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("staff member"),
    )
    member = models.ForeignKey(
        Member, models.PROTECT, related_name="+", verbose_name=_("member")
    )
    since = models.DateTimeField(_("since"))
    linked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("linked by"),
    )
    ended_at = models.DateTimeField(_("ended at"), null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("ended by"),
    )

    class Meta:
        verbose_name = _("staff’s own member card")
        verbose_name_plural = _("staff’s own member cards")
        default_permissions = ("view", "add")
        permissions = [
            ("end_staffmembership", _("Can end the link of staff to a member")),
        ]
        constraints = [
            UniqueConstraint(
                fields=["staff"],
                condition=Q(ended_at=None),
                name="members_staffmembership_one_card_a_person",
            ),
            UniqueConstraint(
                fields=["member"],
                condition=Q(ended_at=None),
                name="members_staffmembership_one_person_a_card",
            ),
            CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("since")),
                name="members_staffmembership_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff} · #{self.member_id}"


class OwnCard(models.TextChoices):
    """What staff may do at their own card; the words of `stores.services.Leave`."""

    REFUSE = "refuse", _("refused: a colleague does it")
    APPROVER = "approver", _("with a second person’s approval")
    ALLOW = "allow", _("allowed, and listed")


class StaffCardPolicy(PolicyVersion):
    """What staff may do at their own member card, by what the act does."""

    sale = models.CharField(
        _("pay and earn at one’s own bill"),
        max_length=8,
        choices=OwnCard,
        default=OwnCard.APPROVER,
        help_text=_(
            "Bills, holds, visits, rewards. Where a form asks for no second person, a "
            "colleague does it."
        ),
    )
    purchase = models.CharField(
        _("top up and buy for oneself"),
        max_length=8,
        choices=OwnCard,
        default=OwnCard.REFUSE,
        help_text=_("Top-ups, transfers, gift cards, coupons and tiers for money."),
    )
    gift = models.CharField(
        _("give oneself something"),
        max_length=8,
        choices=OwnCard,
        default=OwnCard.REFUSE,
        help_text=_("Coupons, points, stamps and tiers by hand."),
    )
    correction = models.CharField(
        _("refund and correct for oneself"),
        max_length=8,
        choices=OwnCard,
        default=OwnCard.REFUSE,
        help_text=_("Refunds, voids, adjustments, reversals, closing, merging."),
    )
    card = models.CharField(
        _("issue and replace one’s own card"),
        max_length=8,
        choices=OwnCard,
        default=OwnCard.REFUSE,
        help_text=_("Cards issued, bound, renewed, replaced or shared."),
    )

    class Meta:
        verbose_name = _("policy for staff’s own cards")
        verbose_name_plural = _("policies for staff’s own cards")
        default_permissions = ("view", "add")
        constraints = [
            CheckConstraint(
                condition=Q(sale__in=OwnCard.values)
                & Q(purchase__in=OwnCard.values)
                & Q(gift__in=OwnCard.values)
                & Q(correction__in=OwnCard.values)
                & Q(card__in=OwnCard.values),
                name="members_staffcardpolicy_rules_are_known",
            ),
        ]


class StaffCardAct(models.Model):
    """An act that touched the card of somebody of the staff; never changed.

    `staff` is whose card it is; `by_staff` who did it, nobody where a program did.
    """

    class Group(models.TextChoices):
        SALE = "sale", _("bill")
        PURCHASE = "purchase", _("purchase")
        GIFT = "gift", _("given")
        CORRECTION = "correction", _("correction")
        CARD = "card", _("card")

    at = models.DateTimeField(_("at"))
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("whose card"),
    )
    member = models.ForeignKey(
        Member, models.PROTECT, related_name="+", verbose_name=_("member")
    )
    act = models.CharField(_("act"), max_length=150)
    group = models.CharField(_("kind"), max_length=10, choices=Group)
    amount = models.BigIntegerField(_("amount"))
    subject = models.CharField(_("about"), max_length=120, blank=True)
    actor = models.CharField(_("by"), max_length=120)
    by_staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("done by"),
    )
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("approved by"),
    )
    store = models.ForeignKey(
        "stores.Store",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("store"),
    )
    shift = models.ForeignKey(
        "stores.Shift",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("shift"),
    )
    request_id = models.CharField(_("request"), max_length=64, blank=True)
    # The transaction that wrote it: an entry of the books looks for its line here.
    written_in = models.BigIntegerField(
        db_default=Func(function="txid_current", output_field=models.BigIntegerField()),
        editable=False,
    )

    class Meta:
        verbose_name = _("act at a colleague’s card")
        verbose_name_plural = _("acts at colleagues’ cards")
        default_permissions = ("view",)
        indexes = [
            Index(fields=["-at"], name="members_staffcardact_latest"),
            Index(fields=["staff", "-at"], name="members_staffcardact_of_staff"),
            Index(fields=["written_in"], name="members_staffcardact_written"),
        ]
        constraints = [
            CheckConstraint(
                condition=Q(approver=None)
                | (~Q(approver=F("staff")) & ~Q(approver=F("by_staff")))
                | (~Q(approver=F("staff")) & Q(by_staff=None)),
                name="members_staffcardact_approver_gains_nothing",
            ),
        ]

    def __str__(self) -> str:
        return f"{clock(self.at, zone_of(self))} {self.staff}"

    @property
    def is_own(self) -> bool:
        """Whether the colleague did it at their own card."""
        return self.by_staff_id == self.staff_id
