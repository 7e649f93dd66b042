"""Guesses at passwords, counted by account and place however the name is typed."""

import unicodedata
from typing import Any, Final

import structlog
from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username, get_query_str
from axes.models import AccessAttempt, AccessLog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q, Sum
from django.http import HttpRequest, QueryDict
from ipware.ip import get_client_ip

from common.addresses import subscriber_of
from stores.models import User

LONGEST: Final = 60  # of a sign-in name
MOST: Final = 50  # wrong passwords from one address, or for one account
COUNTED: Final = "sign_in_try_is_counted"

logger = structlog.get_logger(__name__)


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
    return subscriber_of(str(told))


def _kept(typed: QueryDict) -> str:
    """A query as axes keeps it: secrets are stars, and no byte that a row refuses."""
    return str(get_query_str(typed)).replace("\0", "0x00")


class SignInGuard(AxesDatabaseHandler):  # type: ignore[misc]  # it has no types
    """A few wrong passwords close one account from one address. Beyond that an address
    is slowed down over all names, and an account over all addresses, for whoever has
    not signed in to it from there before: a stranger guesses at nobody's leisure, and
    shuts no colleague out of their own shop.

    A try is counted before its password is looked at, and forgotten by the sign-in that
    follows: of many sent at the same instant no more are looked at than the limit lets.
    """

    def is_allowed(
        self, request: HttpRequest, credentials: dict[str, Any] | None = None
    ) -> bool:
        """Whether this password may be looked at. If so, the try is counted."""
        with transaction.atomic(durable=True):
            name = get_client_username(request, credentials)
            self._wait_for_turn(request, name)
            if not super().is_allowed(request, credentials):
                return False
            self.clean_expired_user_attempts(request, credentials)
            self._count(request, name)
        setattr(request, COUNTED, True)
        return True

    def user_login_failed(
        self,
        sender: object,
        credentials: dict[str, Any],
        request: HttpRequest | None = None,
        **facts: Any,
    ) -> None:
        """A try that was counted is not counted twice; the last one shuts the door."""
        if request is None or not getattr(request, COUNTED, False):
            super().user_login_failed(sender, credentials, request, **facts)
            return
        failures = self.get_failures(request, credentials)
        is_last = failures >= settings.AXES_FAILURE_LIMIT
        request.axes_failures_since_start = failures  # type: ignore[attr-defined]
        request.axes_locked_out = is_last  # type: ignore[attr-defined]
        request.axes_credentials = credentials  # type: ignore[attr-defined]
        logger.warning("sign_in.refused", failures=failures, is_locked=is_last)

    def _wait_for_turn(self, request: HttpRequest, name: str) -> None:
        """One at a time for an account, and one for an address, in this order."""
        address = request.axes_ip_address  # type: ignore[attr-defined]  # by axes
        with connection.cursor() as cursor:
            for subject in (f"account:{name}", f"address:{address}"):
                cursor.execute(
                    "SELECT pg_advisory_xact_lock(hashtextextended(%s, 771))", [subject]
                )

    def _count(self, request: HttpRequest, name: str) -> None:
        """One more; what was typed is kept without the password, the newest only."""
        facts = {
            "get_data": _kept(request.GET),
            "post_data": _kept(request.POST),
            "http_accept": request.axes_http_accept,  # type: ignore[attr-defined]
            "path_info": request.axes_path_info,  # type: ignore[attr-defined]
        }
        attempt, _is_new = AccessAttempt.objects.get_or_create(
            username=name,
            ip_address=request.axes_ip_address,  # type: ignore[attr-defined]
            user_agent=request.axes_user_agent,  # type: ignore[attr-defined]
            defaults={**facts, "failures_since_start": 0},
        )
        AccessAttempt.objects.filter(pk=attempt.pk).update(
            **facts,
            failures_since_start=F("failures_since_start") + 1,
            attempt_time=request.axes_attempt_time,  # type: ignore[attr-defined]
        )

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
