"""What a friend reads when a gift arrives."""

from datetime import timedelta
from email.message import MIMEPart

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import override

from common import mail
from common.tables import zone_of

from . import pictures
from .channels import messages
from .models import Gift
from .services import Parcel

PICTURE = "gift-card"


def send(parcel: Parcel, *, brand: str) -> None:
    """Send a gift on its way, by the channel that the giver chose.

    A line that breaks meanwhile (`tasks.UNSURE`) leaves open whether it left; whatever
    else it raises, it surely did not.
    """
    gift = parcel.gift
    link = link_of(parcel.token)
    with override(gift.language):
        if gift.channel == Gift.Channel.EMAIL:
            mail.send(_letter(gift, link, brand))
        else:
            messages().send(
                phone=gift.recipient_phone,
                text=_("%(greeting)s Open it here: %(link)s")
                % {"greeting": _greeting(gift, brand), "link": link},
                reference=str(gift.public_id),
            )


def link_of(token: str) -> str:
    """Where a gift is opened."""
    return f"{settings.PUBLIC_URL}/gift/{token}"


def picture_of(gift: Gift, *, brand: str) -> bytes:
    """The face of the card that is given."""
    design = gift.card.design
    return pictures.draw(
        face=design.face,
        brand=brand,
        amount=gift.card.amount,
        greeting=design.greeting,
        language=gift.language,
        own=bytes(design.picture.image) if design.picture is not None else b"",
    )


def _letter(gift: Gift, link: str, brand: str) -> EmailMultiAlternatives:
    words = {
        "brand": brand,
        "greeting": _greeting(gift, brand),
        "message": gift.message,
        "link": link,
        "picture": PICTURE,
        "expires_on": localtime(
            gift.card.expires_at - timedelta(microseconds=1), zone_of(gift.card)
        ).date()
        if gift.card.expires_at
        else None,
    }
    letter = EmailMultiAlternatives(
        subject=_one_line(_greeting(gift, brand)),
        body=render_to_string("gift_cards/gift.txt", words),
        to=[gift.recipient_email],
        # The same when it is sent again, so that a mailbox shows it once.
        headers={"Message-ID": f"<gift-{gift.public_id}@{_host()}>"},
    )
    letter.attach_alternative(
        render_to_string("gift_cards/gift.html", words), "text/html"
    )
    part = MIMEPart()
    part.set_content(
        picture_of(gift, brand=brand),
        maintype="image",
        subtype="jpeg",
        disposition="inline",
        cid=f"<{PICTURE}>",
    )
    letter.attach(part)
    return letter


def _greeting(gift: Gift, brand: str) -> str:
    if gift.giver_name:
        return _("%(friend)s, %(giver)s sends you a gift card of %(brand)s.") % {
            "friend": gift.recipient_name,
            "giver": gift.giver_name,
            "brand": brand,
        }
    return _("%(friend)s, a gift card of %(brand)s is waiting for you.") % {
        "friend": gift.recipient_name,
        "brand": brand,
    }


def _one_line(text: str) -> str:
    """Nobody adds a header by a name with a line break."""
    return " ".join(text.split())


def _host() -> str:
    return str(settings.PUBLIC_URL).split("://")[-1].split("/")[0].split(":")[0]
