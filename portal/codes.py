"""Asking for a code from a screen, whatever the code is for."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import now
from django.utils.translation import get_language

from accounts import services as accounts_services
from accounts.digests import new_token
from accounts.models import CodePurpose
from accounts.services import CodeRequest
from common.errors import DomainError
from members.fields import read_email
from members.phones import read_phone
from policies import selectors as policies_selectors
from policies.models import ShopPolicy
from portal.forms import PortalForm
from portal.visitors import A_DAY, address_of, browser_of, keep


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


def ask_for_code(
    request: HttpRequest,
    form: PortalForm,
    *,
    there: str,
    purpose: CodePurpose = CodePurpose.SIGN_IN,
) -> HttpResponse | None:
    """Send a stranger's browser on to where the code is typed that its form asks for;
    None where nothing was asked: the form says what is wrong about it.
    """
    if not form.is_valid():
        return None
    field = next(iter(form.fields))
    browser = browser_of(request) or new_token()
    try:
        request_code(
            request, browser, purpose=purpose, **{field: form.cleaned_data[field]}
        )
    except DomainError as refusal:
        form.refuse(refusal, field)
        return None
    response = redirect(there)
    keep(response, settings.BROWSER_COOKIE_NAME, request, token=browser, seconds=A_DAY)
    return response
