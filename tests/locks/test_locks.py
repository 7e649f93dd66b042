"""Each file that locks rows: the same attack with its lock, and without it.

With the lock all is right; without it the wrong thing happens, so that it is this lock,
and nothing behind it, that keeps it right.
"""

from collections.abc import Callable
from typing import Final

import pytest

from tests.house.test_code import MAY_LOCK

from . import campaigns, counting, messages, once
from .meeting import Meeting

pytestmark = pytest.mark.django_db(transaction=True)

# Which lock is proven by which attack.
ATTACKS: Final[dict[str, Callable[[Meeting], bool]]] = {
    "accounts/services/sign_in.py": counting.sign_in_codes,
    "campaigns/services/locks.py": campaigns.a_step_is_done_once,
    "cards/services/codes.py": counting.rotating_codes,
    "cards/services/merging.py": once.a_card_ends_with_its_member,
    "cards/services/offers.py": once.an_offer_is_accepted_once,
    "cards/services/shares.py": once.a_share_is_stopped_once,
    "cards/services/steps.py": once.a_lost_card_is_replaced,
    "checkout/services/locks.py": once.a_sale_is_refunded,
    "coupons/services/bulk.py": once.a_segment_is_given_its_coupons,
    "coupons/services/claim.py": counting.claimed_codes,
    "coupons/services/locks.py": once.a_coupon_is_prolonged,
    "gift_cards/services/locks.py": once.a_code_is_replaced,
    "members/services/locks.py": once.a_birthday_is_told,
    "messaging/services/dispatch.py": messages.a_message_leaves,
    "messaging/services/look_after.py": messages.a_dead_senders_message,
    "messaging/services/states.py": messages.what_is_called_off_does_not_leave,
    "outbox/services/endpoints.py": once.a_secret_is_changed,
    "outbox/services/relay.py": once.a_message_is_taken_up,
    "points/services/tries.py": counting.receipt_codes,
    "recognition/services/permit.py": once.nobody_forgotten_is_written_about,
    "stored_value/services/codes.py": counting.payment_codes,
    "stores/services/proof.py": counting.pins,
    "stores/services/shifts.py": once.a_shift_is_closed,
    "stores/services/totp.py": counting.one_time_codes,
    "tiers/services/grants.py": once.a_tier_is_given,
    "tiers/services/merging.py": once.the_better_tier_stays,
    "tiers/services/review.py": once.a_review_counts_everyone,
}


def test_every_file_that_locks_is_attacked() -> None:
    assert set(ATTACKS) == set(MAY_LOCK)


@pytest.mark.parametrize("is_locked", [True, False], ids=["locked", "off"])
@pytest.mark.parametrize("file", sorted(ATTACKS))
def test_it_is_the_lock_that_keeps_it_right(file: str, *, is_locked: bool) -> None:
    meeting = Meeting(file, is_locked=is_locked)

    is_right = ATTACKS[file](meeting)

    assert meeting.looked  # the attack came to where the lock is
    assert is_right is is_locked
