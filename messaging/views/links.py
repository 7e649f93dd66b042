"""Ending offers, and saying what one wants, by a link in a message: no sign-in."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from common.errors import DomainError
from members import selectors as members_selectors
from members.models import Channel, ConsentText, Purpose
from messaging import links
from messaging import services as messaging_services
from messaging.models import Message
from messaging.services.unsubscribe import OFFERED, WAYS


@csrf_exempt  # mail programs post it by themselves (RFC 8058); it only ever ends offers
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """POST ends offers at once; GET, which machines follow too, shows one button."""
    message = _message(token)
    if request.method == "POST":
        messaging_services.unsubscribe(message_id=message.pk, at=now())
    with override(message.language):
        return _page(
            request,
            "messaging/unsubscribe.html",
            {
                "message": message,
                "is_done": request.method == "POST",
                "preferences": _path(links.preferences_link(message.public_id)),
            },
        )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """Which offers a member wants, and how."""
    message = _message(token)
    member = message.member
    if member is None or not member.is_active:
        raise Http404
    said = ""
    with override(message.language):
        if request.method == "POST":
            try:
                messaging_services.set_preferences(
                    message_id=message.pk, wanted=_wanted(request), at=now()
                )
                is_done = True
            except DomainError as refusal:
                said, is_done = str(refusal), False
        else:
            is_done = False
        context = {
            "rows": _rows(member.pk),
            "ways": [Channel(way).label for way in WAYS],
            "refusal": said,
            "is_done": is_done,
        }
        return _page(request, "messaging/preferences.html", context)


def _rows(member_id: int) -> list[dict[str, object]]:
    standing = {
        (one.purpose, one.channel): one.granted
        for one in members_selectors.consents_standing(member_id)
    }
    rows = []
    for purpose in OFFERED:
        text = ConsentText.objects.filter(purpose=purpose).order_by("-version").first()
        if text is None:
            continue
        boxes = [
            {
                "name": f"{purpose}:{way}",
                "label": Channel(way).label,
                "is_on": bool(standing.get((purpose, way))),
            }
            for way in WAYS
        ]
        label = Purpose(purpose).label
        rows.append({"label": label, "text": text.text, "boxes": boxes})
    return rows


def _wanted(request: HttpRequest) -> set[tuple[str, str]]:
    ticked = (name.partition(":") for name in request.POST.getlist("wanted"))
    return {(purpose, way) for purpose, _colon, way in ticked}


def _message(token: str) -> Message:
    public_id: UUID | None = links.message_of(token)
    message = (
        Message.objects.filter(public_id=public_id).select_related("member").first()
        if public_id is not None
        else None
    )
    if message is None:
        raise Http404
    return message


def _path(link: str) -> str:
    return "/messages/" + link.split("/messages/", 1)[1]


def _page(
    request: HttpRequest, template: str, context: dict[str, object]
) -> HttpResponse:
    response = render(request, template, context)
    # The link is a key: it is told to nobody else.
    response["Referrer-Policy"] = "no-referrer"
    return response
