"""Coming in: signing in and out, and which till this screen is."""

from django.contrib.auth import login, logout
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from common.errors import DomainError
from counter import place as places
from counter.forms import BindForm, SignInForm
from counter.middleware import BY_PIN
from counter.services import bind_till, prove_manager
from stores import selectors as stores_selectors
from stores.models import Till, User

CHOOSE = "stores.change_till"


@never_cache
@ensure_csrf_cookie
@sensitive_post_parameters("password", "otp_token")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Name, password and, from whoever set one up, the authenticator's code."""
    form = SignInForm(request, data=request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        login(request, form.get_user())
        request.session.pop(BY_PIN, None)
        return redirect(_next(request))
    return render(
        request,
        "counter/sign_in.html",
        {"form": form, "next": request.POST.get("next") or request.GET.get("next", "")},
    )


@never_cache
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """The screen is nobody's; the shift stays open."""
    logout(request)
    return redirect("counter:sign_in")


@never_cache
@sensitive_post_parameters("secret")
@require_http_methods(["GET", "POST"])
def choose_till(request: HttpRequest) -> HttpResponse:
    """Which till this screen is: said once, by somebody who may."""
    user = request.user
    if not isinstance(user, User):
        return places.to_sign_in(request)
    tills = _tills(user)
    form = BindForm(request.POST if request.method == "POST" else None, tills=tills)
    if form.is_valid():
        till: Till = form.cleaned_data["till"]
        try:
            said_by = prove_manager(
                user=user,
                till=till,
                name=form.cleaned_data["manager"],
                secret=form.cleaned_data["secret"],
                at=now(),
                request_id=places.this_request(),
            )
            bind_till(till=till, by=said_by, at=now(), request_id=places.this_request())
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            answer = redirect("counter:sale")
            places.bind(answer, till)
            return answer
    context = {
        "form": form,
        "tills": tills,
        "chooses": stores_selectors.user_may(user, CHOOSE),
    }
    return render(request, "counter/till.html", context)


def _tills(user: User) -> QuerySet[Till]:
    """The tills of the stores where this person sells."""
    stores = stores_selectors.stores_for(user, places.SELL)
    tills = Till.objects.filter(is_active=True, store__is_active=True, store__in=stores)
    return tills.select_related("store").order_by("store__code", "code")


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe and wanted.startswith("/") else reverse("home")
