"""What a gift card looks like, and what it may be worth."""

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import CheckConstraint, F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from .rules import LARGEST_FACE

MOST_FACE_VALUES = 12


class GiftCardPicture(models.Model):
    """A picture of the shop's own: re-encoded by us, without its metadata."""

    digest = models.CharField(max_length=64, unique=True, editable=False)
    image = models.BinaryField(_("picture"))
    added_at = models.DateTimeField(_("added at"))

    class Meta:
        verbose_name = _("gift card picture")
        verbose_name_plural = _("gift card pictures")
        default_permissions = ()
        constraints = [
            CheckConstraint(
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"),
                name="gift_cards_giftcardpicture_has_its_digest",
            ),
        ]

    def __str__(self) -> str:
        return self.digest[:12]


class GiftCardDesign(models.Model):
    """A face to choose from, with the amounts that it is sold for (minor units)."""

    class Face(models.TextChoices):
        BIRTHDAY = "birthday", _("Birthday")
        NEW_YEAR = "new_year", _("New year")
        THANKS = "thanks", _("Thanks")
        PLAIN = "plain", _("Plain")
        OWN = "own", _("A picture of our own")

    name = models.CharField(_("name"), max_length=60, unique=True)
    face = models.CharField(_("face"), max_length=10, choices=Face)
    greeting = models.CharField(
        _("words on the card"),
        max_length=24,
        blank=True,
        help_text=_("Empty: the words of the face."),
    )
    picture = models.ForeignKey(
        GiftCardPicture,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="designs",
        verbose_name=_("picture"),
    )
    face_values = ArrayField(
        models.BigIntegerField(),
        verbose_name=_("face values"),
        default=list,
        blank=True,
        size=MOST_FACE_VALUES,
    )
    free_from = models.BigIntegerField(
        _("free amount from"),
        null=True,
        blank=True,
        help_text=_("Empty, with the next: only the face values."),
    )
    free_to = models.BigIntegerField(_("free amount to"), null=True, blank=True)
    is_active = models.BooleanField(_("on sale"), default=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("gift card design")
        verbose_name_plural = _("gift card designs")
        default_permissions = ("view", "add", "change")
        constraints = [
            CheckConstraint(
                condition=Q(face="own", picture__isnull=False)
                | (
                    Q(face__in=["birthday", "new_year", "thanks", "plain"])
                    & Q(picture__isnull=True)
                ),
                name="gift_cards_giftcarddesign_own_has_a_picture",
                violation_error_message=_("A face of your own needs a picture."),
            ),
            CheckConstraint(
                condition=Q(free_from__isnull=True, free_to__isnull=True)
                | Q(
                    # Each is asked for: a comparison with nothing would let it pass.
                    free_from__isnull=False,
                    free_to__isnull=False,
                    free_from__gt=0,
                    free_to__gte=F("free_from"),
                    free_to__lte=LARGEST_FACE,
                ),
                name="gift_cards_giftcarddesign_free_amount_in_order",
                violation_error_message=_(
                    "A free amount has a least and a most, above zero and in order."
                ),
            ),
            CheckConstraint(
                condition=Q(free_from__isnull=False) | Q(face_values__len__gt=0),
                name="gift_cards_giftcarddesign_can_be_sold",
                violation_error_message=_("Give face values or a free amount."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Amounts are above zero, each once."""
        values = list(self.face_values or [])
        if any(not 0 < value <= LARGEST_FACE for value in values):
            raise ValidationError(
                {"face_values": _("Face values are above zero and not so large.")}
            )
        if len(set(values)) != len(values) or len(values) > MOST_FACE_VALUES:
            raise ValidationError(
                {"face_values": _("Give each face value once, twelve at most.")}
            )

    def sells_for(self, amount: int) -> bool:
        """Whether a card of this face may be worth so much."""
        if amount in self.face_values:
            return True
        if self.free_from is None or self.free_to is None:
            return False
        return self.free_from <= amount <= self.free_to
