"""Members: enrolled, found, changed."""

from typing import Annotated

from annotated_types import MaxLen
from django.utils.translation import gettext_lazy as _
from ninja import P, QueryEx, Router

from api import members, pictures
from api.auth import ApiRequest
from api.endpoints import endpoint, ledger_key
from api.problems import Invalid
from api.shapes.members import MemberIn, MemberOut, MemberPatch, member_out

router = Router()
TAG = "Members"

Typed = Annotated[str, MaxLen(80)] | None


@endpoint(
    router,
    "POST",
    "",
    scope="members:write",
    answer=MemberOut,
    status=201,
    key="optional",
    refusals=(409,),
    tag=TAG,
    example={
        "name": "王小明",
        "phone": "+8613800138000",
        "birthday": "05-17",
        "consents": {"sms": True},
    },
)
def enrol_member(request: ApiRequest, body: MemberIn) -> MemberOut:
    """Enrol a member.

    A phone that is enrolled already is refused, with no hint about whose it is. The
    shop's free virtual card comes along, where it has one.
    """
    by = request.auth.act(request.at, at_store=False)
    member_id = members.enrol(body, by=by, at=request.at, key=ledger_key(request))
    return _told(pictures.by_pk(member_id, at=request.at))


@endpoint(router, "GET", "", scope="members:read", answer=MemberOut, tag=TAG)
def find_member(
    request: ApiRequest,
    phone: QueryEx[Typed, P(description="A phone number.")] = None,
    code: QueryEx[Typed, P(description="A card's number, or the code shown.")] = None,
) -> MemberOut:
    """Find a member by `phone`, or by `code`: a card's number, or the rotating code.

    A number that was brought along from another system finds its member too, where it
    means one only.
    The number of a card that is lost, replaced or expired finds the member, and
    `card.status` says so. A rotating code is looked at and not used up: the sale it
    comes with uses it.
    """
    if (phone is None) == (code is None):
        raise Invalid([("phone", _("Give either a phone or a code."))])
    if phone is not None:
        return _told(pictures.by_phone(phone, at=request.at))
    return _told(pictures.by_code(code or "", at=request.at))


@endpoint(router, "GET", "/{member}", scope="members:read", answer=MemberOut, tag=TAG)
def read_member(request: ApiRequest, member: str) -> MemberOut:
    """A member by id."""
    return _told(pictures.by_id(members.identity(member), at=request.at))


@endpoint(
    router,
    "PATCH",
    "/{member}",
    scope="members:write",
    answer=MemberOut,
    key="optional",
    refusals=(409,),
    tag=TAG,
    example={"name": "王小明", "language": "zh-hans"},
)
def change_member(request: ApiRequest, member: str, body: MemberPatch) -> MemberOut:
    """Change what is named of a member; the rest stays.

    A birthday can be told once; later a manager changes it.
    """
    by = request.auth.act(request.at, at_store=False)
    member_id = members.find(member)
    members.change(member_id, body, by=by, at=request.at)
    return _told(pictures.by_pk(member_id, at=request.at))


def _told(seen: pictures.Picture | None) -> MemberOut:
    if seen is None:
        raise members.not_found()
    return member_out(seen)
