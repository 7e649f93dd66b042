"""The faces that a shop sells."""

from datetime import datetime
from hashlib import sha256

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from gift_cards import images
from gift_cards.errors import DesignRefused
from gift_cards.models import GiftCardDesign, GiftCardPicture
from ledger.services import Act
from stores import services as stores_services

ADD = "gift_cards.add_giftcarddesign"
CHANGE = "gift_cards.change_giftcarddesign"
FIRST_VALUES = [50_00, 100_00, 200_00, 500_00]


@transaction.atomic
def save_design(
    *, design: GiftCardDesign, by: Act, at: datetime, upload: bytes | None = None
) -> GiftCardDesign:
    """Add or change a face; `upload` is a picture of the shop's own.

    Cards that are sold keep what they are worth, and show the face as it is now. Raises
    DesignRefused, PictureRefused, NotAllowed.
    """
    is_new = design.pk is None
    stores_services.require_for(by, ADD if is_new else CHANGE)
    if design.face != GiftCardDesign.Face.OWN:
        design.picture = None
    elif upload is not None:
        design.picture = _kept(images.cleaned(upload), at)
    if "\x00" in f"{design.name}{design.greeting}":
        raise DesignRefused([_("These words cannot be kept.")])
    try:
        design.full_clean()
    except ValidationError as wrong:
        raise DesignRefused(wrong.messages) from wrong
    if is_new:
        design.save(force_insert=True)
    else:
        design.save(
            update_fields=[
                field.name
                for field in design._meta.concrete_fields
                if field.name != "id"
            ]
        )
    stores_services.record_act(
        name="gift_cards.design_added" if is_new else "gift_cards.design_changed",
        by=by,
        at=at,
        subject=design,
    )
    return design


@transaction.atomic
def begin_with_faces(*, by: Act, at: datetime) -> list[GiftCardDesign]:
    """The four faces that we draw, on sale, where a shop has none yet."""
    if GiftCardDesign.objects.exists():
        return []
    names = ["生日 Birthday", "新年 New year", "感谢 Thanks", "素雅 Plain"]
    return [
        save_design(
            design=GiftCardDesign(
                name=name,
                face=face,
                face_values=FIRST_VALUES,
                free_from=10_00,
                free_to=1_000_00,
            ),
            by=by,
            at=at,
        )
        for name, face in zip(
            names, ["birthday", "new_year", "thanks", "plain"], strict=True
        )
    ]


def _kept(image: bytes, at: datetime) -> GiftCardPicture:
    """The same picture is kept once."""
    digest = sha256(image).hexdigest()
    picture, _made = GiftCardPicture.objects.get_or_create(
        digest=digest, defaults={"image": image, "added_at": at}
    )
    return picture
