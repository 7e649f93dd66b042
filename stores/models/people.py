"""Staff, their roles, and how far each role reaches."""

from collections.abc import Iterable

from django.conf import settings
from django.contrib.auth import get_backends
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, Q, QuerySet, UniqueConstraint
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from stores.words import ROLES

from .places import Store


class UserManager(BaseUserManager["User"]):
    """Finds and makes sign-ins; `Li.Na` and `li.na` are one person."""

    def get_by_natural_key(self, username: str | None) -> "User":
        # As the unique constraint folds them: never two for one name.
        folded = self.alias(folded=Lower("username"))
        return folded.get(folded=Lower(models.Value(username)))

    def create_user(
        self, username: str, password: str | None = None, **fields: object
    ) -> "User":
        user = self.model(username=self.model.normalize_username(username), **fields)
        if password is not None:  # `createsuperuser` without a prompt checks nothing
            validate_password(password, user)
        user.set_password(password)
        user.save(using=self._db, force_insert=True)
        return user

    def create_superuser(
        self, username: str, password: str | None = None, **fields: object
    ) -> "User":
        return self.create_user(
            username, password, **{"is_staff": True, "is_superuser": True, **fields}
        )


class User(AbstractBaseUser):
    """Someone who works here and signs in; what they may do is their assignments'."""

    username = models.CharField(
        _("sign-in name"),
        max_length=60,
        unique=True,
        validators=[UnicodeUsernameValidator()],
        error_messages={"unique": _("Someone already signs in with this name.")},
    )
    display_name = models.CharField(_("name"), max_length=80)
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, blank=True
    )
    is_active = models.BooleanField(_("works here"), default=True)
    is_staff = models.BooleanField(_("may sign in to the admin"), default=True)
    is_superuser = models.BooleanField(_("may do everything"), default=False)
    pin_hash = models.CharField(max_length=128, blank=True, editable=False)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["display_name"]

    objects = UserManager()

    class Meta:
        verbose_name = _("staff member")
        verbose_name_plural = _("staff")
        default_permissions = ("view", "add", "change")
        permissions = [("set_pin", _("Can set someone's PIN"))]
        constraints = [
            UniqueConstraint(
                Lower("username"),
                name="stores_user_username_unique_whatever_the_case",
                violation_error_message=_("Someone already signs in with this name."),
            ),
        ]

    def __str__(self) -> str:
        return self.display_name or self.username

    def get_full_name(self) -> str:
        """What the admin calls whoever is signed in."""
        return str(self)

    def get_short_name(self) -> str:
        """The same: names here are short."""
        return str(self)

    def set_pin(self, pin: str) -> None:
        """Keep only the fingerprint, as for a password."""
        self.pin_hash = make_password(pin)

    # The three questions Django's admin asks of any user.
    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:
        if not self.is_active:
            return False
        if self.is_superuser:
            return True
        return any(
            backend.has_perm(self, perm, obj)
            for backend in get_backends()
            if hasattr(backend, "has_perm")
        )

    def has_perms(
        self, perm_list: Iterable[str], obj: models.Model | None = None
    ) -> bool:
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        if not self.is_active:
            return False
        if self.is_superuser:
            return True
        return any(
            backend.has_module_perms(self, app_label)
            for backend in get_backends()
            if hasattr(backend, "has_module_perms")
        )

    def stores_for(self, permission: str) -> QuerySet[Store]:
        """The stores where this person may do it: what every list is cut to."""
        if not self.is_active:
            return Store.objects.none()
        given = Assignment.objects.filter(
            user_id=self.pk, role__permissions__contains=[permission]
        )
        if self.is_superuser or given.filter(store=None).exists():
            return Store.objects.all()
        return Store.objects.filter(pk__in=given.values("store_id"))


class Role(models.Model):
    """A job in the house: what its holders may do, named by verbs."""

    code = models.SlugField(_("code"), max_length=32, unique=True)
    name = models.CharField(_("name"), max_length=80)
    permissions = ArrayField(
        models.CharField(max_length=150),
        verbose_name=_("may"),
        default=list,
        blank=True,
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        default_permissions = ("view", "add", "change")

    def __str__(self) -> str:
        return str(ROLES.get(self.name, self.name))


class RoleLimit(models.Model):
    """How much one act may move, alone and over a shift, before a second person."""

    role = models.ForeignKey(
        Role, models.PROTECT, related_name="limits", verbose_name=_("role")
    )
    act = models.CharField(_("act"), max_length=150)
    per_act = models.BigIntegerField(
        _("limit per act"), help_text=_("In the smallest unit of money, such as cents.")
    )
    per_shift = models.BigIntegerField(
        _("limit per shift"),
        help_text=_("In the smallest unit of money, such as cents."),
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("limit")
        verbose_name_plural = _("limits")
        constraints = [
            UniqueConstraint(
                fields=["role", "act"], name="stores_rolelimit_once_per_role_and_act"
            ),
            CheckConstraint(
                condition=Q(per_act__gte=0, per_shift__gte=0),
                name="stores_rolelimit_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} · #{self.pk}"


class Assignment(models.Model):
    """A person holds a role at one store, or, with no store named, at every store."""

    user = models.ForeignKey(
        User,
        models.PROTECT,
        related_name="assignments",
        verbose_name=_("staff member"),
    )
    role = models.ForeignKey(
        Role, models.PROTECT, related_name="assignments", verbose_name=_("role")
    )
    store = models.ForeignKey(
        Store,
        models.PROTECT,
        related_name="assignments",
        verbose_name=_("store"),
        null=True,
        blank=True,
        help_text=_("Empty: every store."),
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        default_permissions = ("view", "add", "delete")
        constraints = [
            UniqueConstraint(
                fields=["user", "role", "store"],
                name="stores_assignment_given_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.role}"


class ProofTries(models.Model):
    """Wrong PINs and passwords at a screen where somebody is signed in.

    Counted three times: of this account by this person (both named), of an account by
    all (`maker` empty), and by a person at all accounts (`account` empty).
    """

    account = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, blank=True
    )
    maker = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, blank=True
    )
    failures = models.PositiveIntegerField(_("wrong tries"), default=0)
    since = models.DateTimeField(_("since"))
    locked_until = models.DateTimeField(_("locked until"), null=True, blank=True)

    class Meta:
        verbose_name = _("wrong tries")
        verbose_name_plural = _("wrong tries")
        default_permissions = ()
        constraints = [
            UniqueConstraint(
                fields=["account", "maker"],
                name="stores_prooftries_counted_once",
                nulls_distinct=False,
            ),
            CheckConstraint(
                condition=Q(account__isnull=False) | Q(maker__isnull=False),
                name="stores_prooftries_are_somebodys",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
