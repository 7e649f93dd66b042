"""Guesses at passwords, counted by account and place however the name is typed."""

import ipaddress
import unicodedata
from typing import Any, Final

from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username
from axes.models import AccessAttempt, AccessLog
from django.conf import settings
from django.db.models import Q, Sum
from django.http import HttpRequest
from ipware.ip import get_client_ip

from stores.models import User

IPV6_SUBSCRIBER: Final = 64  # whoever has one address of these has them all
LONGEST: Final = 60  # of a sign-in name
MOST: Final = 50  # wrong passwords from one address, or for one account


def account_name(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """The name that wrong passwords are counted under: of the account that would be
    signed in to, else the name as typed with its spellings folded into one.
    """
    told = credentials if credentials else request.POST
    typed = str(told.get(settings.AXES_USERNAME_FORM_FIELD) or "")
    plain = unicodedata.normalize("NFKC", typed.replace("\0", "")).strip()[:LONGEST]
    try:
        return User.objects.get_by_natural_key(plain).username
    except User.DoesNotExist:
        return plain.casefold()


def client_place(request: HttpRequest) -> str | None:
    """The address that guesses are counted under; of IPv6 the subscriber's network."""
    told, _is_public = get_client_ip(
        request,
        proxy_order=settings.AXES_IPWARE_PROXY_ORDER,
        proxy_count=settings.AXES_IPWARE_PROXY_COUNT,
        proxy_trusted_ips=settings.AXES_IPWARE_PROXY_TRUSTED_IPS,
        request_header_order=settings.AXES_IPWARE_META_PRECEDENCE_ORDER,
    )
    if told is None:
        return None
    address = ipaddress.ip_address(str(told))
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    network = ipaddress.ip_network((address, IPV6_SUBSCRIBER), strict=False)
    return str(network.network_address)


class SignInGuard(AxesDatabaseHandler):  # type: ignore[misc]  # it has no types
    """A few wrong passwords close one account from one address. Beyond that an address
    is slowed down over all names, and an account over all addresses, for whoever has
    not signed in to it from there before: a stranger guesses at nobody's leisure, and
    shuts no colleague out of their own shop.
    """

    def get_failures(
        self, request: HttpRequest, credentials: dict[str, Any] | None = None
    ) -> int:
        """How many wrong tries count against this one."""
        of_both = int(super().get_failures(request, credentials))
        if of_both >= settings.AXES_FAILURE_LIMIT:
            return of_both
        name = get_client_username(request, credentials)
        address = request.axes_ip_address  # type: ignore[attr-defined]  # by axes
        knows = AccessLog.objects.filter(username=name, ip_address=address)
        if knows.exists():
            return of_both
        recent = AccessAttempt.objects.filter(
            attempt_time__gte=request.axes_attempt_time  # type: ignore[attr-defined]
            - settings.AXES_COOLOFF_TIME
        )
        wrong = recent.aggregate(
            from_there=Sum("failures_since_start", filter=Q(ip_address=address)),
            to_it=Sum("failures_since_start", filter=Q(username=name)),
        )
        if max(wrong["from_there"] or 0, wrong["to_it"] or 0) >= MOST:
            return int(settings.AXES_FAILURE_LIMIT)
        return of_both
