"""How one signs in, and with what one pays: changed by whoever proves to be it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts import selectors as accounts_selectors
from accounts import services as accounts_services
from accounts.models import CodePurpose
from common.errors import DomainError
from members.phones import masked, masked_email
from portal.forms import BeginForm, EmailForm, PaymentCodeForm, PhoneForm
from portal.steps import posted, two_steps
from portal.visitors import Visitor, for_members
from stored_value import selectors as stored_value_selectors
from stored_value import services as stored_value_services


@never_cache
@require_safe
@for_members
def safety(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Everything by which the house knows that it is you."""
    member = visitor.member
    context = {
        "tab": "me",
        "phone": masked(member.phone),
        "email": masked_email(member.email),
        "is_email_proven": accounts_selectors.is_email_proven(member),
        "has_payment_code": stored_value_selectors.has_payment_code(member.pk),
    }
    return render(request, "portal/safety.html", context)


@never_cache
@sensitive_post_parameters("email", "code")
@require_http_methods(["GET", "POST"])
@for_members
def email(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """An address to sign in by: a code goes there, and comes back."""
    return two_steps(
        request,
        visitor,
        purpose=CodePurpose.EMAIL,
        title=_("E-mail to sign in by"),
        lead=_("A second way in, should your phone be lost. We send a code to it."),
        ask=EmailForm(
            posted(request, "email"), initial={"email": visitor.member.email}
        ),
        done=_("You can sign in by this address from now on."),
        act=lambda code: accounts_services.verify_email(
            device=visitor.device, code=code, at=visitor.at
        ),
    )


@never_cache
@sensitive_post_parameters("phone", "code")
@require_http_methods(["GET", "POST"])
@for_members
def phone(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """A new phone: first the code of the old one, then that of the new."""
    secret = accounts_services.device_secret(visitor.device)
    old = CodePurpose.OLD_PHONE
    if accounts_selectors.proof_of(secret, purpose=old, at=visitor.at) is None:
        return two_steps(
            request,
            visitor,
            purpose=old,
            title=_("A new phone number"),
            lead=_(
                "First a code to the number until now: %(phone)s. You no longer have "
                "it? Any of our tills changes it."
            )
            % {"phone": masked(visitor.member.phone)},
            ask=BeginForm(posted(request, "begin")),
            phone=visitor.member.phone or "",
            then="portal:change_phone",
            act=lambda code: accounts_services.prove(
                device=visitor.device, purpose=old, code=code, at=visitor.at
            ),
        )
    return two_steps(
        request,
        visitor,
        purpose=CodePurpose.NEW_PHONE,
        title=_("A new phone number"),
        lead=_("Now the new number. For 24 hours after it nothing large can be spent."),
        ask=PhoneForm(posted(request, "phone")),
        done=_("This is your phone number from now on."),
        act=lambda code: accounts_services.change_phone(
            device=visitor.device, code=code, at=visitor.at
        ),
    )


@never_cache
@sensitive_post_parameters("phone", "code")
@require_http_methods(["GET", "POST"])
@for_members
def other_number(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Who had another number: both become one member, with all that both held."""
    return two_steps(
        request,
        visitor,
        purpose=CodePurpose.OTHER_NUMBER,
        title=_("I had another number"),
        lead=_(
            "Both become one: wallet, points, coupons and cards of the other come "
            "here. We send a code to the other number. This cannot be undone."
        ),
        ask=PhoneForm(posted(request, "phone")),
        done=_("Both are one now: everything is here."),
        act=lambda code: accounts_services.join_other_number(
            device=visitor.device, code=code, at=visitor.at
        ),
    )


@never_cache
@sensitive_post_parameters("before", "code", "again")
@require_http_methods(["GET", "POST"])
@for_members
def payment_code(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """The six digits for the till: set, or changed by whoever knows them."""
    has_code = stored_value_selectors.has_payment_code(visitor.member.pk)
    form = PaymentCodeForm(
        request.POST if request.method == "POST" else None, has_code=has_code
    )
    if form.is_valid() and _code_is_set(form, visitor, has_code=has_code):
        messages.success(request, _("Your payment code is set."))
        return redirect("portal:safety")
    context = {
        "tab": "me",
        "back": (reverse("portal:safety"), _("Sign-in and payment code")),
        "title": _("Payment code"),
        "lead": _("For larger amounts at a till, when the phone is not at hand.")
        + (" " + _("Forgotten? Any of our tills sets a new one.") if has_code else ""),
        "form": form,
    }
    return render(request, "portal/step.html", context)


def _code_is_set(form: PaymentCodeForm, visitor: Visitor, *, has_code: bool) -> bool:
    """Whether the house took it; five wrong ones lock it for a while."""
    told = form.cleaned_data
    try:
        if has_code:
            stored_value_services.prove_payment_code(
                member_id=visitor.member.pk,
                code=told["before"],
                by=visitor.act(),
                at=visitor.at,
            )
    except DomainError as refusal:
        form.refuse(refusal, "before")
        return False
    try:
        stored_value_services.set_payment_code(
            member_id=visitor.member.pk,
            code=told["code"],
            by=visitor.act(),
            at=visitor.at,
        )
    except DomainError as refusal:
        form.refuse(refusal, "code")
        return False
    return True
