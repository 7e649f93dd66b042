"""The friends whom a member brought, and the link that brings more."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from points.referrals import friends_brought
from portal import symbols
from portal.visitors import Visitor, for_members


@never_cache
@require_safe
@for_members
def friends(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Who came by one's link, by first letters, and the reward or why not yet."""
    code = visitor.member.referral_code
    link = f"{settings.PUBLIC_URL}{reverse('portal:join')}?{urlencode({'from': code})}"
    context = {
        "tab": "me",
        "code": code,
        "link": link,
        "qr": symbols.qr(link, title=_("Link")),
        "friends": friends_brought(visitor.member.pk, at=visitor.at),
    }
    return render(request, "portal/friends.html", context)
