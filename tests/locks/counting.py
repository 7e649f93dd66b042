"""Wrong tries are counted one by one: who guesses at many places guesses no more."""

from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import services as accounts_services
from accounts.models import CodeState, SignInCode
from cards import services as cards_services
from cards.models import CodeGuess, ShareOffer
from coupons import services as coupons_services
from coupons.models import ClaimTries
from points import services as points_services
from points.models import CodeTries
from stored_value import services as stored_value_services
from stored_value.models import PaymentCode
from stores import services as stores_services
from stores.models import ProofTries
from tests.factories.accounts import asked, code_sent_last
from tests.factories.coupons import by_task
from tests.factories.ledger import NOON, an_act
from tests.factories.members import MemberFactory, by_themselves
from tests.factories.stores import UserFactory
from tests.ledger.racing import answers

from .meeting import RUNNERS, Meeting


def payment_codes(meeting: Meeting) -> bool:
    member, by = MemberFactory.create(), an_act()
    stored_value_services.set_payment_code(
        member_id=member.pk, code="274951", by=by, at=NOON
    )
    meeting.race(
        lambda n: stored_value_services.prove_payment_code(
            member_id=member.pk, code=f"13579{n}", by=by, at=NOON
        )
    )
    return PaymentCode.objects.get().failures == RUNNERS


def pins(meeting: Meeting) -> bool:
    user = UserFactory.create()
    maker = UserFactory.create()

    def guess(number: int) -> None:
        stores_services.prove(user=user, secret=f"9{number}", by=maker, at=NOON)

    meeting.race(guess, runners=1)  # the rows are there
    meeting.race(guess)
    pair = ProofTries.objects.get(account=user, maker=maker)
    return pair.locked_until is not None and pair.failures == 1 + RUNNERS


def rotating_codes(meeting: Meeting) -> bool:
    by = an_act(actor="key:1")

    def guess(number: int) -> object:
        return cards_services.use_rotating_code(code=f"7{number:017d}", at=NOON, by=by)

    meeting.race(guess, runners=1)  # the row is there
    meeting.race(guess)
    return CodeGuess.objects.get().wrong == 1 + RUNNERS


def receipt_codes(meeting: Meeting) -> bool:
    member, by = MemberFactory.create(), an_act()

    def guess(number: int) -> object:
        return points_services.claim_receipt(
            code=f"{number:010}", member_id=member.pk, by=by, at=NOON
        )

    meeting.race(guess, runners=1)
    meeting.race(guess)
    return CodeTries.objects.get().failures == 1 + RUNNERS


def claimed_codes(meeting: Meeting) -> bool:
    member = MemberFactory.create()

    def guess(number: int) -> object:
        return coupons_services.claim_by_code(
            typed=f"NOSUCHWORD{number}",
            member_id=member.pk,
            subject="member:1",
            by=by_task(),
            at=NOON,
            key=f"claim:{number}",
        )

    meeting.race(guess, runners=1)
    meeting.race(guess)
    return ClaimTries.objects.get().failures == 1 + RUNNERS


def one_time_codes(meeting: Meeting) -> bool:
    user = UserFactory.create()
    device = TOTPDevice.objects.create(user=user, name="x", confirmed=True)
    code = f"{totp(device.bin_key):06d}"
    told = meeting.race(lambda _n: stores_services.check_totp(user=user, code=code))
    return len(answers(told)) == 1


def sign_in_codes(meeting: Meeting) -> bool:
    asked(MemberFactory.create().phone, browser="mine", at=NOON)
    right = int(code_sent_last())

    def guess(number: int) -> object:
        wrong = f"{(right + 1 + number) % 10**6:06d}"
        return accounts_services.sign_in(code=wrong, browser="mine", device="", at=NOON)

    meeting.race(guess)
    return SignInCode.objects.get().tries == RUNNERS


def codes_to_one_phone(meeting: Meeting) -> bool:
    phone = MemberFactory.create().phone
    meeting.race(lambda _n: asked(phone, at=NOON))
    return SignInCode.objects.filter(state=CodeState.SENT).count() == 1


def offers_of_one_wallet(meeting: Meeting) -> bool:
    """Who tries out numbers has five open at once, however many are asked at once."""
    owner = MemberFactory.create()

    def ask(number: int) -> object:
        return cards_services.offer_share(
            owner_id=owner.pk,
            to=f"+86139000011{number:02}",
            per_day=50_00,
            by=by_themselves(owner),
            at=NOON,
            key=f"offer:{number}",
        )

    for number in range(10, 13):
        ask(number)
    meeting.race(ask)
    return ShareOffer.objects.count() == 5
