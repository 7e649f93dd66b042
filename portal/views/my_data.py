"""Everything that is kept about a member, for themselves: as JSON, and to be read."""

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from members import services as members_services
from portal.my_data_page import readable
from portal.visitors import Visitor, for_members, to_sign_in, visitor_of


@never_cache
@require_safe
def my_data(request: HttpRequest) -> HttpResponseBase:
    """As JSON, piece by piece; that it was taken stands in the log."""
    visitor = visitor_of(request)
    if visitor is None:
        return to_sign_in(request)
    export = members_services.export_member(
        member_id=visitor.member.pk, by=visitor.act(), at=visitor.at
    )
    answer = StreamingHttpResponse(
        members_services.json_pieces(export), content_type="application/json"
    )
    answer["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return answer


@never_cache
@require_safe
@for_members
def my_data_page(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """The same by heading, in the reader's language, to be printed."""
    export = members_services.export_member(
        member_id=visitor.member.pk, by=visitor.act(), at=visitor.at
    )
    context = {"tab": "me", "parts": readable(export), "made_at": visitor.at}
    return render(request, "portal/my_data.html", context)
