"""Each lock that is written in SQL: the same attack with it, and without it.

Those of the functions that move value were attacked where those are tested: the table
says by which test.
"""

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.house import sources
from tests.rendezvous import MEET

from . import campaigns, counting, messages, written
from .meeting import Meeting
from .statements import FunctionMeeting, StatementMeeting

LOCKS: Final = re.compile(
    r"\bFOR (?:NO KEY UPDATE|UPDATE|KEY SHARE|SHARE)\b|\bpg_(?:try_)?advisory_\w*lock"
)
OURS: Final = sources.BASE_DIR
ADVISORY: Final = ("pg_advisory_xact_lock", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """What is left out where, when all have looked, and what must then go wrong."""

    right: Callable[[Meeting], bool]
    lock: tuple[str, str]
    pause_at: str = ""  # of a statement
    function: str = ""  # of the database
    slowly: tuple[str, str] = ("", "")

    def meeting(self, file: str, *, is_locked: bool) -> Meeting:
        if self.function:
            return FunctionMeeting(
                self.function,
                is_locked=is_locked,
                lock=self.lock,
                slowly=self.slowly,
            )
        return StatementMeeting(
            file, is_locked=is_locked, lock=self.lock, pause_at=self.pause_at
        )


ATTACKS: Final = {
    "accounts/services/codes.py": Attack(
        right=counting.codes_to_one_phone,
        lock=ADVISORY,
        pause_at='SELECT COUNT(*) AS "__count" FROM "accounts_signincode"',
    ),
    "campaigns/services/locks.py": Attack(
        right=campaigns.nothing_is_given_once_it_is_stopped,
        lock=(" FOR SHARE", ""),
        pause_at="FROM campaigns_campaign WHERE id = %s FOR SHARE",
    ),
    "campaigns/services/segments.py": Attack(
        right=written.no_segments_are_made_of_each_other,
        lock=ADVISORY,
        pause_at='FROM "campaigns_segmentversion"',
    ),
    "cards/services/expire.py": Attack(
        right=written.cards_expire_once,
        lock=(" FOR NO KEY UPDATE SKIP LOCKED", ""),
        pause_at="WITH due AS",
    ),
    "cards/services/offers.py": Attack(
        right=counting.offers_of_one_wallet,
        lock=ADVISORY,
        pause_at='SELECT COUNT(*) AS "__count" FROM "cards_shareoffer"',
    ),
    "cards/services/shares.py": Attack(
        right=written.nobody_pays_by_a_share_once_it_is_stopped,
        lock=(" FOR KEY SHARE", ""),
        pause_at="UPDATE cards_shareday",
    ),
    "cards/services/steps.py": Attack(
        right=written.one_key_gives_out_one_card,
        lock=ADVISORY,
        pause_at='FROM "cards_cardevent"',
    ),
    "coupons/services/templates.py": Attack(
        right=written.versions_of_terms_have_numbers,
        lock=ADVISORY,
        pause_at='"coupons_templateversion"."number" DESC',
    ),
    "gift_cards/services/find.py": Attack(
        right=written.pins_are_guessed_one_by_one,
        lock=("FOR NO KEY UPDATE OF c, k", ""),
        pause_at="gift_cards_tries(",
    ),
    "imports/services/run.py": Attack(
        right=written.one_file_is_brought_in_once,
        lock=ADVISORY,
        pause_at="WHEN member_id IS NULL THEN 'new'",
    ),
    "ledger/services/seal.py": Attack(
        right=written.a_day_is_sealed_once,
        lock=ADVISORY,
        pause_at='"ledger_seal"."last_seq" DESC',
    ),
    "ledger/sql/accounts.sql": Attack(
        right=written.a_closed_account_holds_nothing,
        function="ledger_set_account_status",
        lock=(" FOR NO KEY UPDATE;", ";"),
        slowly=(
            "  UPDATE ledger_account SET status",
            f"  {MEET}\n  UPDATE ledger_account SET status",
        ),
    ),
    "members/sql/guards.sql": Attack(
        right=written.nobody_gone_opens_an_account,
        function="members_refuse_account_of_gone",
        lock=(" FOR KEY SHARE;", ";"),
        slowly=("\nBEGIN\n", "\nBEGIN\n"),
    ),
    "messaging/services/dispatch.py": Attack(
        right=messages.a_member_gets_no_more_than_the_cap,
        lock=ADVISORY,
        pause_at='"messaging_message"."counted_on" >= ',
    ),
    "messaging/sql/sending.sql": Attack(
        right=messages.a_slot_is_given_once,
        function="messaging_begin",
        lock=(" FOR NO KEY UPDATE;", ";"),
        slowly=(
            "    p_clock := coalesce",
            f"    {MEET}\n    p_clock := coalesce",
        ),
    ),
    "policies/services.py": Attack(
        right=written.versions_of_rules_have_numbers,
        lock=ADVISORY,
        pause_at='MAX("',
    ),
}
# Attacked where the function itself is tested, or a lock of the ledger's, by its users.
ELSEWHERE: Final = {
    "api/sql/answers.sql": "api/test_once.py::test_without_both_it_happens_twice",
    "config/sign_in.py": "config/test_sign_in_race.py"
    "::test_without_turns_all_of_them_would_be",
    "checkout/sql/capture.sql": "checkout/test_races.py"
    "::test_without_the_claim_one_key_clashes_in_the_tables",
    "checkout/sql/stamps.sql": "checkout/test_settings.py"
    "::test_without_its_turn_the_first_would_never_be_seen",
    "coupons/sql/issue.sql": "coupons/test_races.py::test_without_the_counters_lock_the"
    "_table_itself_refuses_and_then_nothing_does",
    "coupons/sql/redeem.sql": "coupons/test_races.py"
    "::test_without_lock_and_comparison_one_coupon_pays_many_sales",
    "ledger/sql/expire_lots.sql": "ledger/test_guards_off.py"
    "::test_the_lock_of_expiry_keeps_what_was_spent_from_expiring_too",
    "ledger/sql/lock_accounts.sql": "stored_value/test_races.py"
    "::test_without_the_lock_the_split_is_made_of_what_is_gone",
    "ledger/sql/post_entry.sql": "ledger/test_guards_off.py"
    "::test_the_account_lock_keeps_spends_from_being_lost",
    "ledger/sql/post_many.sql": "ledger/test_post_many.py"
    "::test_it_is_the_lock_that_keeps_balances_in_order",
    "recognition/sql/visits.sql": "recognition/test_races.py"
    "::test_no_visit_is_lost_from_the_sum",
    "tiers/sql/review.sql": "tiers/test_races.py"
    "::test_without_the_lock_a_tier_is_lost_that_was_just_kept",
}
# Without these nothing goes wrong but work: two do the same, or wait for each other.
SPARE_WORK: Final = {
    "common/alone.py": "one proof and one sweep at a time are enough, a job is claimed"
    " by compare-and-set, deliveries are shared by the lock that is attacked",
    "common/sql_installation.py": "two who install do the same, one after the other",
    "ledger/sql/prolong_lots.sql": "the update looks at each lot again; the lock keeps"
    " the order in which accounts and lots are locked",
    "members/services/locks.py": "beside the lock that is attacked: a merge waits for"
    " who gives, and the trigger refuses whoever comes after it",
    "outbox/services/forget.py": "what two delete is deleted once",
    "outbox/services/relay.py": "beside the lock that is attacked: two who fan out make"
    " each delivery once, by its constraint",
}


def lockers() -> set[str]:
    """Every file of ours with a lock in its SQL; comments name some, and count not."""
    functions = (
        path for app in sources.APPS for path in (OURS / app).glob("sql/*.sql")
    )
    return {
        sources.name_of(path)
        for path in (*sources.modules(migrations=False), *functions)
        if any(LOCKS.search(text) for text in _statements(path))
    }


def _statements(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".sql":
        return [re.sub(r"--.*", "", text)]
    return [
        node.value
        for node in ast.walk(sources.tree_of(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


def test_every_lock_in_sql_is_attacked() -> None:
    assert lockers() == {*ATTACKS, *ELSEWHERE, *SPARE_WORK}


@pytest.mark.parametrize("file", sorted(ELSEWHERE))
def test_what_is_attacked_elsewhere_is_there(file: str) -> None:
    module, _colons, test = ELSEWHERE[file].partition("::")
    tree = ast.parse((OURS / "tests" / module).read_text())
    assert test in {
        node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)
    }


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_locked", [True, False], ids=["locked", "off"])
@pytest.mark.parametrize("file", sorted(ATTACKS))
def test_it_is_the_lock_that_keeps_it_right(file: str, *, is_locked: bool) -> None:
    attack = ATTACKS[file]
    meeting = attack.meeting(file, is_locked=is_locked)

    is_right = attack.right(meeting)

    assert meeting.looked  # the attack came to where the lock is
    assert is_right is is_locked
