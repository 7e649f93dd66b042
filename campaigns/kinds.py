"""The words of campaigns: what for, how it stands, how it went for somebody."""

from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CampaignKind(TextChoices):
    """What makes the shop write to somebody."""

    BIRTHDAY = "birthday", _("Birthday")
    WIN_BACK = "win_back", _("Win-back")
    WELCOME = "welcome", _("Welcome")
    ANNIVERSARY = "anniversary", _("Anniversary of joining")
    ONE_OFF = "one_off", _("One-off")
    REPEATING = "repeating", _("Repeating")
    EXPIRING = "expiring", _("Value or coupons that expire")
    BALANCE_LOW = "balance_low", _("Balance low")
    FIRST_TOP_UP = "first_top_up", _("First top-up")
    TIER_REACHED = "tier_reached", _("Tier reached")
    TIER_AT_RISK = "tier_at_risk", _("Tier at risk")
    AFTER_VISIT = "after_visit", _("Question after a visit")
    STAMP_CARD = "stamp_card", _("Stamp card nearly full")
    CURED = "cured", _("Complaint resolved")


class CampaignState(TextChoices):
    """Where a campaign stands; what follows what: `campaigns/sql/campaigns.sql`."""

    DRAFT = "draft", pgettext_lazy("of a campaign", "Draft")
    RUNNING = "running", pgettext_lazy("of a campaign", "Running")
    PAUSED = "paused", pgettext_lazy("of a campaign", "Paused")
    STOPPED = "stopped", pgettext_lazy("of a campaign", "Stopped")
    FINISHED = "finished", pgettext_lazy("of a campaign", "Finished")


class BirthdayTiming(TextChoices):
    """When a birthday is thought of."""

    ON_DAY = "on_day", _("On the day")
    DAYS_BEFORE = "days_before", _("Some days before")
    MONTH = "month", _("On the 1st of its month")


class Repeats(TextChoices):
    """How often a repeating campaign goes out."""

    WEEKLY = "weekly", _("Every week")
    MONTHLY = "monthly", _("Every month")


class EntryRule(TextChoices):
    """How often one person comes into a campaign."""

    ONCE = "once", _("Once")
    PERIOD = "period", _("Once a period")
    EACH_TIME = "each_time", _("Each time, after a rest")


class StepKind(TextChoices):
    """What a step does."""

    WAIT = "wait", _("Wait")
    WAIT_VISIT = "wait_visit", _("Wait for a visit, which ends it")
    MESSAGE = "message", _("Message")
    GIFT = "gift", _("Gift")
    STOP = "stop", _("Stop")


class Arm(TextChoices):
    """Into which group the bucket put somebody."""

    A = "a", _("A")
    B = "b", _("B")
    HOLDOUT = "holdout", _("Held out by this campaign")
    GLOBAL = "global", _("Held out by all campaigns")


class JourneyOutcome(TextChoices):
    """How a journey ended."""

    DONE = "done", _("all steps done")
    RETURNED = "returned", _("came back")
    HELD_OUT = "held_out", _("held out to compare")
    COMPLAINT = "complaint", _("has an open complaint")
    CONSENT = "consent", _("no consent any more")
    GONE = "gone", _("the member is gone")
    UNFUNDED = "unfunded", _("budget or coupons used up")
    STOPPED = "stopped", _("the campaign was stopped")
    PASSED = "passed", _("the occasion has passed")
    FAILED = "failed", _("a step could not be done")


# How often one may come into each kind; the first is what is offered.
ENTRIES: Final[dict[str, tuple[str, ...]]] = {
    CampaignKind.BIRTHDAY: (EntryRule.PERIOD, EntryRule.ONCE),
    CampaignKind.WIN_BACK: (EntryRule.EACH_TIME, EntryRule.ONCE),
    CampaignKind.WELCOME: (EntryRule.ONCE,),
    CampaignKind.ANNIVERSARY: (EntryRule.PERIOD, EntryRule.ONCE),
    CampaignKind.ONE_OFF: (EntryRule.ONCE,),
    CampaignKind.REPEATING: (EntryRule.PERIOD, EntryRule.EACH_TIME, EntryRule.ONCE),
    CampaignKind.EXPIRING: (EntryRule.PERIOD, EntryRule.EACH_TIME),
    CampaignKind.BALANCE_LOW: (EntryRule.PERIOD, EntryRule.EACH_TIME, EntryRule.ONCE),
    CampaignKind.FIRST_TOP_UP: (EntryRule.ONCE,),
    CampaignKind.TIER_REACHED: (EntryRule.PERIOD, EntryRule.ONCE),
    CampaignKind.TIER_AT_RISK: (EntryRule.PERIOD, EntryRule.EACH_TIME, EntryRule.ONCE),
    CampaignKind.AFTER_VISIT: (EntryRule.EACH_TIME, EntryRule.PERIOD, EntryRule.ONCE),
    CampaignKind.STAMP_CARD: (EntryRule.PERIOD, EntryRule.EACH_TIME, EntryRule.ONCE),
    CampaignKind.CURED: (EntryRule.PERIOD, EntryRule.EACH_TIME, EntryRule.ONCE),
}
# Without a segment these go to every member, which is confirmed before they start.
TO_EVERYBODY: Final = (CampaignKind.ONE_OFF, CampaignKind.REPEATING)
# Nobody who waits for an answer to a complaint is asked or wooed.
SPARES_COMPLAINTS: Final = (
    CampaignKind.WIN_BACK,
    CampaignKind.AFTER_VISIT,
    CampaignKind.CURED,
)
HELD_OUT: Final = (Arm.HOLDOUT, Arm.GLOBAL)
OPEN: Final = (CampaignState.DRAFT, CampaignState.RUNNING, CampaignState.PAUSED)
MOST_STEPS: Final = 5
# Channels by which a campaign writes: those for which a consent can be given.
CHANNELS: Final = ("inbox", "email", "sms")
# What a message of a campaign may carry, and of which kind each value is.
VALUES: Final = {"coupon": "text", "until": "date", "points": "number"}
# What the occasion itself makes known, besides the gifts before a message.
OCCASION_VALUES: Final[dict[str, dict[str, str]]] = {
    CampaignKind.BIRTHDAY: {"tier_gift": "text"},
    CampaignKind.EXPIRING: {"expiring_items": "text"},
    CampaignKind.BALANCE_LOW: {"balance": "money"},
    CampaignKind.FIRST_TOP_UP: {"top_up": "money"},
    CampaignKind.TIER_REACHED: {"tier": "text", "tier_gift": "text"},
    CampaignKind.TIER_AT_RISK: {"tier": "text", "tier_until": "date"},
    CampaignKind.AFTER_VISIT: {"visit_date": "date"},
    CampaignKind.STAMP_CARD: {"stamp_card": "text", "stamps_missing": "number"},
    CampaignKind.CURED: {"complaint_date": "date"},
}
