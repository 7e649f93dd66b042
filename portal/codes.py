"""Asking for a code from a screen, whatever the code is for."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.timezone import now
from django.utils.translation import get_language

from accounts import services as accounts_services
from accounts.models import CodePurpose
from accounts.services import CodeRequest
from members.fields import read_email
from members.phones import read_phone
from policies import selectors as policies_selectors
from policies.models import ShopPolicy
from portal.visitors import address_of


def request_code(
    request: HttpRequest,
    browser: str,
    *,
    phone: str = "",
    email: str = "",
    purpose: CodePurpose = CodePurpose.SIGN_IN,
) -> None:
    """Have a code sent to what was typed.

    Raises PhoneNotRead and EmailRefused, which say nothing of who is a member.
    """
    at = now()
    country = policies_selectors.in_force(ShopPolicy, at=at).country
    accounts_services.request_code(
        request=CodeRequest(
            phone="" if email else read_phone(phone, country=country),
            email=read_email(email),
            browser=browser,
            address=address_of(request),
            language=get_language() or settings.LANGUAGE_CODE,
            purpose=purpose,
        ),
        at=at,
    )
