"""Members who are signed in, and codes that were asked for."""

import itertools
from datetime import datetime, timedelta

from django.conf import settings
from django.test import Client

from accounts import services as accounts_services
from accounts.digests import digest_of_token, new_token
from accounts.models import CodePurpose, MemberDevice, SignInCode
from accounts.services import CodeRequest
from members.models import Member
from messaging.encryption import decrypt_values
from messaging.models import Message
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON

_numbers = itertools.count(1)


def code_request(phone: str | None, **facts: str) -> CodeRequest:
    """A browser of its own asks, at an address of its own."""
    number = next(_numbers)
    purpose = CodePurpose(facts.pop("purpose", CodePurpose.SIGN_IN))
    return CodeRequest(
        **{
            "phone": phone or "",
            "browser": f"browser-{number}",
            "address": f"203.0.113.{number % 250}",
            "language": "en",
            **facts,
        },
        purpose=purpose,
    )


def asked(phone: str | None, *, at: datetime = NOON, **facts: str) -> SignInCode:
    """A code was asked for."""
    return accounts_services.request_code(request=code_request(phone, **facts), at=at)


def code_in(message: Message) -> str:
    """What the phone shows."""
    return str(decrypt_values(message.sealed_values)["code"])


def code_sent_last() -> str:
    return code_in(Message.objects.latest("pk"))


def device_of(
    member: Member | None = None, *, at: datetime = NOON, name: str = "Chrome · Android"
) -> tuple[MemberDevice, str]:
    """A browser that is signed in, and its secret."""
    token = new_token()
    device = MemberDevice.objects.create(
        member=member or MemberFactory.create(),
        token_digest=digest_of_token(token),
        name=name,
        signed_in_at=at,
        seen_at=at,
        expires_at=at + timedelta(days=90),
    )
    return device, token


def client_of(member: Member, *, at: datetime = NOON, language: str = "en") -> Client:
    """A browser in which a member is signed in."""
    client = Client(headers={"Accept-Language": language})
    _device, token = device_of(member, at=at)
    client.cookies[settings.MEMBER_COOKIE_NAME] = token
    return client
