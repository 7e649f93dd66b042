"""How members sign in: the rules, the codes that were asked for, their devices."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import CheckConstraint, F, Index, Q
from django.utils.translation import gettext_lazy as _

from members.models import Member
from policies.models import PolicyVersion

HEX_64 = r"^[0-9a-f]{64}$"
MOST_TRIES = 10
# For so long after a code was brought may be done what it proves.
PROOF_STANDS = timedelta(minutes=15)


class SignInPolicy(PolicyVersion):
    """How members sign in by code, and how many codes the shop pays for."""

    code_minutes = models.PositiveSmallIntegerField(
        _("a code is valid for (minutes)"), default=5
    )
    code_tries = models.PositiveSmallIntegerField(
        _("tries for a code"),
        default=5,
        help_text=_("After so many wrong ones it is dead."),
    )
    pause_seconds = models.PositiveSmallIntegerField(
        _("between two codes to a phone (seconds)"), default=60
    )
    most_per_phone = models.PositiveSmallIntegerField(
        _("codes to a phone in 24 hours"), default=5
    )
    most_per_address = models.PositiveSmallIntegerField(
        _("codes asked for from one address in an hour"), default=10
    )
    most_an_hour = models.PositiveIntegerField(
        _("codes in an hour, in all"),
        default=500,
        help_text=_("Text messages cost money: beyond it none is sent."),
    )
    prefixes = ArrayField(
        models.CharField(
            max_length=7,
            validators=[
                RegexValidator(r"^\+[1-9][0-9]{0,5}$", _("Write a prefix such as +86."))
            ],
        ),
        verbose_name=_("prefixes of phones that get codes"),
        default=list,
        help_text=_("With commas between them, such as +86, +852."),
    )
    device_days = models.PositiveSmallIntegerField(
        _("a device stays signed in for (days)"),
        default=90,
        help_text=_("Since it was last used."),
    )

    class Meta:
        verbose_name = _("sign-in policy")
        verbose_name_plural = _("sign-in policies")
        default_permissions = ("view", "add")
        constraints = [
            CheckConstraint(
                condition=Q(code_minutes__gte=1, code_minutes__lte=30)
                & Q(code_tries__gte=1, code_tries__lte=MOST_TRIES),
                name="accounts_signinpolicy_codes_are_short_lived",
                violation_error_message=_(
                    "A code is valid for 1 to 30 minutes, and for 1 to 10 tries."
                ),
            ),
            CheckConstraint(
                condition=Q(most_per_phone__gte=1, most_per_phone__lte=50)
                & Q(most_per_address__gte=1, most_per_address__lte=1000)
                & Q(pause_seconds__lte=3600),
                name="accounts_signinpolicy_codes_are_few",
                violation_error_message=_(
                    "1 to 50 codes to a phone, 1 to 1,000 from an address, and a pause "
                    "of up to an hour."
                ),
            ),
            CheckConstraint(
                condition=Q(device_days__gte=1, device_days__lte=400),
                name="accounts_signinpolicy_devices_do_not_stay_for_ever",
                violation_error_message=_("A device stays for 1 to 400 days."),
            ),
        ]


class CodeState(models.TextChoices):
    """What became of a request for a code."""

    SENT = "sent", _("sent")
    NOBODY = "nobody", _("no member’s phone")
    LIMITED = "limited", _("too many, or a prefix that gets none")


# A device that is signed out makes no codes any more.
NO_KEY: Final[dict[str, Any]] = {"number": None, "sealed_key": "", "key_given_at": None}


class CodePurpose(models.TextChoices):
    """What a code is for; it serves for nothing else."""

    SIGN_IN = "sign_in", _("signing in")
    ENROL = "enrol", _("becoming a member")
    OTHER_NUMBER = "other", _("joining another number of one’s own")
    OLD_PHONE = "old", _("changing the phone: the old one")
    NEW_PHONE = "new", _("changing the phone: the new one")
    EMAIL = "email", _("an e-mail address to sign in by")
    PAYMENT_CODE = "paycode", _("setting a first payment code")
    UNFREEZE = "thaw", _("lifting a freeze of one’s own spending")
    CLOSURE = "closure", _("leaving")


# To whoever asks: these are no member’s contacts yet.
SENT_TO_ANYBODY = ("enrol", "new", "email")


class SignInCode(models.Model):
    """A code that a browser asked for, whether or not one was sent; no code is in it.

    Phone, address and browser stand as keyed digests: rows are counted and found by
    them, and say nothing to whoever reads the table.
    """

    purpose = models.CharField(
        _("purpose"), max_length=7, choices=CodePurpose, default=CodePurpose.SIGN_IN
    )
    browser_digest = models.CharField(max_length=64)
    # Of an e-mail address, where the code went to one.
    phone_digest = models.CharField(max_length=64)
    address_digest = models.CharField(max_length=64)
    phone_hint = models.CharField(_("phone"), max_length=80)
    # Only where it becomes a member's once it is proven; encrypted.
    sealed_contact = models.TextField(blank=True, default="", editable=False)
    member = models.ForeignKey(
        Member,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("member"),
    )
    code_digest = models.CharField(max_length=64, blank=True)
    state = models.CharField(_("state"), max_length=7, choices=CodeState)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    asked_at = models.DateTimeField(_("asked for at"))
    expires_at = models.DateTimeField(_("valid until"))
    used_at = models.DateTimeField(_("used at"), null=True)
    # When what it proved was done: once.
    spent_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("sign-in code")
        verbose_name_plural = _("sign-in codes")
        default_permissions = ()
        indexes = [
            Index(
                fields=["browser_digest", "-asked_at"],
                name="accounts_signincode_of_browser",
            ),
            Index(
                fields=["phone_digest", "asked_at"], name="accounts_signincode_of_phone"
            ),
            Index(
                fields=["address_digest", "asked_at"],
                name="accounts_signincode_of_address",
            ),
            Index(fields=["asked_at"], name="accounts_signincode_by_time"),
        ]
        constraints = [
            CheckConstraint(
                condition=Q(state__in=CodeState.values),
                name="accounts_signincode_state_is_known",
            ),
            # A code in the clear is refused: whatever is kept is a digest.
            CheckConstraint(
                condition=Q(state="sent", code_digest__regex=HEX_64)
                | ~Q(state="sent") & Q(code_digest=""),
                name="accounts_signincode_is_hashed",
            ),
            CheckConstraint(
                condition=Q(browser_digest__regex=HEX_64)
                & Q(phone_digest__regex=HEX_64)
                & Q(address_digest__regex=HEX_64),
                name="accounts_signincode_names_nobody",
            ),
            CheckConstraint(
                condition=~Q(state="sent")
                | Q(member__isnull=False)
                | Q(purpose__in=SENT_TO_ANYBODY),
                name="accounts_signincode_is_sent_to_a_member",
            ),
            CheckConstraint(
                condition=Q(purpose__in=CodePurpose.values),
                name="accounts_signincode_purpose_is_known",
            ),
            # Fernet's own beginning: a phone in the clear is refused.
            CheckConstraint(
                condition=Q(sealed_contact="")
                | Q(sealed_contact__startswith="gAAAA", purpose__in=SENT_TO_ANYBODY),
                name="accounts_signincode_contact_is_sealed",
            ),
            CheckConstraint(
                condition=Q(spent_at=None) | Q(used_at__isnull=False),
                name="accounts_signincode_spent_was_used",
            ),
            CheckConstraint(
                condition=Q(used_at=None) | Q(state="sent"),
                name="accounts_signincode_used_was_sent",
            ),
            CheckConstraint(
                condition=Q(tries__lte=MOST_TRIES),
                name="accounts_signincode_tries_are_few",
            ),
            CheckConstraint(
                condition=Q(expires_at__gt=F("asked_at")),
                name="accounts_signincode_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    def is_open(self, *, most: int, at: datetime) -> bool:
        """Whether a code may still be tried on it."""
        return self.used_at is None and self.tries < most and at < self.expires_at


class CodeBudget(models.Model):
    """How many codes were paid for in an hour; none is sent beyond what was allowed."""

    hour = models.DateTimeField(_("hour"), unique=True)
    sent = models.PositiveIntegerField(_("sent"), default=0)
    allowed = models.PositiveIntegerField(_("allowed"))

    class Meta:
        verbose_name = _("codes of an hour")
        verbose_name_plural = _("codes of hours")
        default_permissions = ()
        constraints = [
            CheckConstraint(
                condition=Q(sent__lte=F("allowed")),
                name="accounts_codebudget_is_kept",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sent} / {self.allowed}"


class VerifiedEmail(models.Model):
    """An address that a member proved to read: a second way in, while it is theirs."""

    member = models.OneToOneField(
        Member, models.PROTECT, related_name="+", verbose_name=_("member")
    )
    email_digest = models.CharField(max_length=64, unique=True, editable=False)
    verified_at = models.DateTimeField(_("verified at"))

    class Meta:
        verbose_name = _("verified e-mail address")
        verbose_name_plural = _("verified e-mail addresses")
        default_permissions = ()
        constraints = [
            CheckConstraint(
                condition=Q(email_digest__regex=HEX_64),
                name="accounts_verifiedemail_is_hashed",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class MemberDevice(models.Model):
    """A browser in which a member is signed in, or was."""

    class End(models.TextChoices):
        """Why a device is signed out."""

        MEMBER = "member", _("signed out by the member")
        EVERYWHERE = "everywhere", _("signed out everywhere")
        ERASED = "erased", _("the member was erased")

    member = models.ForeignKey(
        Member, models.PROTECT, related_name="+", verbose_name=_("member")
    )
    # Of 256 random bits that only the browser has.
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    name = models.CharField(_("device"), max_length=60, blank=True)
    signed_in_at = models.DateTimeField(_("signed in at"))
    seen_at = models.DateTimeField(_("last seen at"))
    expires_at = models.DateTimeField(_("signed in until"))
    ended_at = models.DateTimeField(_("signed out at"), null=True)
    end = models.CharField(_("signed out by"), max_length=10, choices=End, blank=True)
    # By which the browser makes codes for the till without asking us; encrypted, and
    # gone as soon as it is signed out.
    number = models.PositiveIntegerField(null=True, unique=True, editable=False)
    sealed_key = models.TextField(blank=True, default="", editable=False)
    key_given_at = models.DateTimeField(
        _("makes codes without network since"), null=True
    )

    class Meta:
        verbose_name = _("member’s device")
        verbose_name_plural = _("members’ devices")
        default_permissions = ()
        indexes = [
            Index(fields=["expires_at"], name="accounts_memberdevice_by_end"),
        ]
        constraints = [
            CheckConstraint(
                condition=Q(token_digest__regex=HEX_64),
                name="accounts_memberdevice_token_is_hashed",
            ),
            CheckConstraint(
                condition=Q(ended_at=None, end="")
                | Q(
                    ended_at__isnull=False,
                    end__in=["member", "everywhere", "erased"],
                ),
                name="accounts_memberdevice_ended_for_a_reason",
            ),
            CheckConstraint(
                condition=Q(expires_at__gt=F("seen_at"))
                & Q(seen_at__gte=F("signed_in_at")),
                name="accounts_memberdevice_times_in_order",
            ),
            # Fernet's own beginning: a key in the clear is refused.
            CheckConstraint(
                condition=Q(number=None, sealed_key="", key_given_at=None)
                | Q(
                    number__range=(1, 10**9 - 1),
                    sealed_key__startswith="gAAAA",
                    key_given_at__isnull=False,
                    ended_at=None,
                ),
                name="accounts_memberdevice_key_is_sealed_and_ends_with_it",
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"#{self.pk}"
