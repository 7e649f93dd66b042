"""Codes are guessed from ever other addresses: few guesses count at all.

At each door the right code is one that is not guessed, so that what is seen is what the
guards leave of the guesses and not whether a guess was lucky; at the end the right one
is brought, and is dead.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from accounts import services as accounts_services
from accounts.models import (
    CodePurpose,
    CodeState,
    MemberDevice,
    SignInCode,
)
from coupons.models import ClaimTries, Coupon
from members.models import Member
from points import services as points_services
from points.earning import Bought, Tender
from points.models import ReceiptCode
from stored_value import services as stored_value_services
from stored_value.models import PaymentCode
from stores.models import AuditEvent
from tests.factories.accounts import asked, client_of, device_of
from tests.factories.bills import till_of
from tests.factories.coupons import TemplateFactory
from tests.factories.members import MemberFactory, by_themselves
from tests.factories.stores import NOON, StoreFactory
from tests.portal.reading import plain

pytestmark = pytest.mark.django_db
A_DAY = timedelta(days=1)
# Who guesses while signed in is held up for longer.
A_WHILE = timedelta(minutes=9)
RIGHT, PHONE, EMAIL = "999999", "+8613912345678", "lan@example.com"
TYPED = "139 1234 5678"
# Eight doors: ten thousand guesses in the long form.
GUESSES = [24, pytest.param(1250, marks=pytest.mark.slow)]
ANSWERS = 3
EACH = 6


@dataclass(frozen=True, slots=True)
class Door:
    """Where a code is typed, what it is asked for with, and what may come of it."""

    path: str
    field: str
    ask: Callable[[Client, str], object] | None
    counted: Callable[[], int]
    most: int
    is_open: Callable[[], bool]
    right: str = RIGHT
    span: timedelta = A_DAY
    more: tuple[tuple[str, str], ...] = ()


def address(number: int) -> str:
    """Another one each time, by IPv6 of another network too."""
    if number % 2:
        return f"2001:db8:{number:x}::{number:x}"
    return f"203.{number // 62500 % 250}.{number // 250 % 250}.{number % 250}"


def tries_counted() -> int:
    """Of all codes that were sent; a code that was not sent opens nothing."""
    sent = SignInCode.objects.filter(state=CodeState.SENT)
    assert sent.count() <= 5  # in a day, to one contact
    return sum(sent.values_list("tries", flat=True))


def a_victim() -> Member:
    return MemberFactory.create(phone=PHONE, email=EMAIL)


def posted(path: str, **told: str) -> Callable[[Client, str], object]:
    """The form that asks for the code."""

    def ask(client: Client, ip: str) -> object:
        client.cookies.pop(settings.BROWSER_COOKIE_NAME, None)
        return client.post(f"/portal/{path}", told, REMOTE_ADDR=ip)

    return ask


def nobody_new() -> bool:
    return MemberDevice.objects.exists()


def by_phone() -> tuple[Client, Door]:
    a_victim()
    return Client(), Door(
        "sign-in/code/",
        "code",
        posted("sign-in/", phone=TYPED),
        tries_counted,
        25,
        nobody_new,
    )


def by_email() -> tuple[Client, Door]:
    device, _token = device_of(a_victim())
    asked(
        "",
        email=EMAIL,
        purpose=CodePurpose.EMAIL,
        browser=accounts_services.device_secret(device),
        at=NOON - 2 * A_DAY,
    )
    accounts_services.verify_email(device=device, code=RIGHT, at=NOON - 2 * A_DAY)
    MemberDevice.objects.all().delete()
    SignInCode.objects.all().delete()
    return Client(), Door(
        "sign-in/code/",
        "code",
        posted("sign-in/email/", email=EMAIL),
        tries_counted,
        25,
        nobody_new,
    )


def by_joining() -> tuple[Client, Door]:
    a_victim()
    return Client(), Door(
        "join/code/",
        "code",
        posted("join/", phone=TYPED),
        tries_counted,
        25,
        nobody_new,
    )


def from_a_stolen_phone() -> Client:
    """Signed in as the victim, in the hands of whoever took the device."""
    return client_of(a_victim(), at=NOON)


def by_change_of_phone() -> tuple[Client, Door]:
    return from_a_stolen_phone(), Door(
        "me/safety/phone/",
        "code",
        posted("me/safety/phone/", begin="1"),
        tries_counted,
        25,
        lambda: SignInCode.objects.exclude(used_at=None).exists(),
    )


def by_other_number() -> tuple[Client, Door]:
    victim = a_victim()
    return client_of(MemberFactory.create()), Door(
        "me/safety/other-number/",
        "code",
        posted("me/safety/other-number/", phone=TYPED),
        tries_counted,
        25,
        lambda: Member.objects.filter(pk=victim.pk, status="merged").exists(),
    )


def by_payment_code() -> tuple[Client, Door]:
    client = from_a_stolen_phone()
    victim = Member.objects.get(phone=PHONE)
    stored_value_services.set_payment_code(
        member_id=victim.pk, code="830462", by=by_themselves(victim), at=NOON
    )
    before = PaymentCode.objects.get().code_hash
    return client, Door(
        "me/safety/payment-code/",
        "before",
        None,
        lambda: AuditEvent.objects.filter(
            act__in=["stored_value.code_refused", "stored_value.code_locked"]
        ).count(),
        5,
        lambda: PaymentCode.objects.get().code_hash != before,
        right="830462",
        span=A_WHILE,
        more=(("code", "274951"), ("again", "274951")),
    )


def by_receipt_code() -> tuple[Client, Door]:
    receipt = points_services.issue_receipt_code(
        lines=[Bought(amount=45_00, category="")],
        paid={Tender.MONEY: 45_00},
        reference="B1",
        by=till_of(StoreFactory.create()),
        at=NOON,
        key="receipt:1",
    )
    return client_of(MemberFactory.create()), Door(
        "rewards/receipt/",
        "code",
        None,
        lambda: AuditEvent.objects.filter(act="points.wrong_code").count(),
        5,
        lambda: ReceiptCode.objects.exclude(member=None).exists(),
        right=receipt.code,
        span=A_WHILE,
    )


def by_claim_word() -> tuple[Client, Door]:
    TemplateFactory.drawn(is_claimable=True, claim_word="AUTUMN")
    return client_of(MemberFactory.create()), Door(
        f"coupons/enter/?key={'a' * 32}",
        "code",
        None,
        lambda: ClaimTries.objects.get().failures,
        10,
        Coupon.objects.exists,
        right="AUTUMN",
        span=A_WHILE,
    )


DOORS = [
    by_phone,
    by_email,
    by_joining,
    by_change_of_phone,
    by_other_number,
    by_payment_code,
    by_receipt_code,
    by_claim_word,
]


@pytest.mark.parametrize("guesses", GUESSES)
@pytest.mark.parametrize("door_of", DOORS)
def test_guesses_open_nothing(
    monkeypatch: pytest.MonkeyPatch,
    door_of: Callable[[], tuple[Client, Door]],
    guesses: int,
) -> None:
    monkeypatch.setattr("accounts.services.codes.new_code", lambda: RIGHT)
    client, door = door_of()
    words = set()
    for number in range(guesses):
        # Each code is guessed at while it is good, and once more than it may be.
        turn, nth = divmod(number, EACH)
        at = NOON + turn * EACH * door.span / guesses + timedelta(seconds=nth)
        with time_machine.travel(at, tick=False):
            ip = address(number)
            if door.ask is not None and nth == 0:
                door.ask(client, ip)
            words.add(guess(client, door, f"{number:06d}", ip))
    assert len(words) <= ANSWERS, words
    assert 0 < door.counted() <= door.most
    with time_machine.travel(at, tick=False):
        guess(client, door, door.right, address(guesses))
    assert not door.is_open()


def guess(client: Client, door: Door, typed: str, ip: str) -> str:
    """What the page says; it is the page again."""
    told = client.post(
        f"/portal/{door.path}", {door.field: typed, **dict(door.more)}, REMOTE_ADDR=ip
    )
    assert told.status_code == 200, (typed, told.get("Location"))
    return plain(told.content)
