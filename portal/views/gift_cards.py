"""A gift card from a friend: opened by its link, then kept or moved to the wallet."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from common.errors import DomainError
from gift_cards import selectors as gift_cards_selectors
from gift_cards import services as gift_cards_services
from gift_cards.errors import GiftNotFound, GiftNotYet
from portal.forms import TakeForm
from portal.visitors import Visitor, for_members


@never_cache
@require_http_methods(["GET", "POST"])
@for_members
def gift_card(request: HttpRequest, visitor: Visitor, token: str) -> HttpResponse:
    """The gift and its words; one button moves it into the wallet, once."""
    form = TakeForm(
        request.POST if request.method == "POST" else None,
        button=_("Move it into my wallet"),
    )
    context: dict[str, Any] = {"tab": "wallet", "form": form}
    try:
        gift = gift_cards_services.open_gift(token=token, at=visitor.at)
    except GiftNotFound:
        raise Http404 from None
    except GiftNotYet as early:
        context = {"tab": "wallet", "early": str(early)}
        return render(request, "portal/gift_card.html", context)
    if form.is_valid():
        try:
            moved = gift_cards_services.gift_to_wallet(
                token=token,
                member_id=visitor.member.pk,
                by=visitor.act(),
                at=visitor.at,
                key=f"portal:gift:{gift.pk}:{visitor.member.pk}",
            )
        except GiftNotFound:
            gift.refresh_from_db()
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("It is in your wallet."))
            return redirect("portal:movement", moved.entry_id)
    facts = gift_cards_selectors.card(card_id=gift.card_id, at=visitor.at)
    return render(
        request, "portal/gift_card.html", {**context, "gift": gift, "card": facts}
    )
