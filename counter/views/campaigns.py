"""What runs today, for whoever stands at the till."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from campaigns.at_counter import campaigns_today
from counter.place import Place, at_till


@never_cache
@require_safe
@at_till("members.view_member", in_shift=False)
def campaigns(request: HttpRequest, place: Place) -> HttpResponse:
    """What it gives and for whom, in words that can be read aloud."""
    context = {
        "place": place,
        "can": place.can,
        "tab": "campaigns",
        "running": campaigns_today(place.store.pk, at=now()),
    }
    return render(request, "counter/campaigns.html", context)
