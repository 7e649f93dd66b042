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
    FAILED = "failed", _("a step could not be done")


# How often one may come into each kind; the first is what is offered.
ENTRIES: Final[dict[str, tuple[str, ...]]] = {
    CampaignKind.BIRTHDAY: (EntryRule.PERIOD, EntryRule.ONCE),
    CampaignKind.WIN_BACK: (EntryRule.EACH_TIME, EntryRule.ONCE),
    CampaignKind.WELCOME: (EntryRule.ONCE,),
    CampaignKind.ANNIVERSARY: (EntryRule.PERIOD, EntryRule.ONCE),
    CampaignKind.ONE_OFF: (EntryRule.ONCE,),
}
HELD_OUT: Final = (Arm.HOLDOUT, Arm.GLOBAL)
OPEN: Final = (CampaignState.DRAFT, CampaignState.RUNNING, CampaignState.PAUSED)
MOST_STEPS: Final = 5
# Channels by which a campaign writes: those for which a consent can be given.
CHANNELS: Final = ("inbox", "email", "sms")
# What a message of a campaign may carry, and of which kind each value is.
VALUES: Final = {"coupon": "text", "until": "date", "points": "number"}
