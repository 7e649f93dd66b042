"""What the sections and columns of a member's own data are called."""

from typing import Final

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from accounts.models import MemberDevice
from campaigns.models import Grant, Journey
from cards.models import Card, CardEvent, ShareOffer, WalletShare
from checkout.models import Refund, Sale
from coupons.models import Coupon, CouponUse
from gift_cards.models import Gift, GiftCard
from imports.models import ExternalRef
from members.models import ClosureRequest, Consent, Member, MemberTag, Merge
from messaging.models import Message
from points.models import (
    Accrual,
    CheckIn,
    ReceiptCode,
    Redemption,
    RewardOrder,
    StampGrant,
    TaskDone,
)
from recognition.models import (
    Feedback,
    FeedbackReply,
    Note,
    Occasion,
    Preference,
    Visit,
)
from stored_value.models import Hold, TopUp, TopUpRefund
from tiers.models import Standing, StandingChange, TierGrant

type Words = str | Promise
# By section: what it is called, and the table whose columns name its own.
SECTIONS: Final[dict[str, tuple[Words, type[Model] | None]]] = {
    "identity": (gettext_lazy("Who you are"), Member),
    "changes": (gettext_lazy("What was changed about you"), Member),
    "tags": (gettext_lazy("Tags"), MemberTag),
    "consents": (gettext_lazy("What you agreed to, and took back"), Consent),
    "merges": (gettext_lazy("Other numbers of yours"), Merge),
    "requests_to_leave": (gettext_lazy("Requests to leave"), ClosureRequest),
    "accounts": (gettext_lazy("What you hold"), None),
    "statement": (gettext_lazy("Every movement"), None),
    "lots": (gettext_lazy("What came in, and until when"), None),
    "accounts.devices": (gettext_lazy("Your devices"), MemberDevice),
    "campaigns.campaigns": (gettext_lazy("Campaigns"), Journey),
    "campaigns.gifts of campaigns": (gettext_lazy("Gifts of campaigns"), Grant),
    "cards.cards": (gettext_lazy("Cards"), Card),
    "cards.card_events": (gettext_lazy("What happened to your cards"), CardEvent),
    "cards.shared_wallets": (gettext_lazy("Shared wallets"), WalletShare),
    "cards.share_offers": (gettext_lazy("Offers to share a wallet"), ShareOffer),
    "checkout.sales": (gettext_lazy("Bills"), Sale),
    "checkout.refunds": (gettext_lazy("Refunds"), Refund),
    "coupons.coupons": (gettext_lazy("Coupons"), Coupon),
    "coupons.acts with coupons": (gettext_lazy("Uses of coupons"), CouponUse),
    "gift_cards.gift_cards": (gettext_lazy("Gift cards"), GiftCard),
    "gift_cards.gift_cards_bought": (gettext_lazy("Gift cards bought"), GiftCard),
    "gift_cards.gifts": (gettext_lazy("Gifts to friends"), Gift),
    "imports.external_references": (
        gettext_lazy("What you were called elsewhere"),
        ExternalRef,
    ),
    "messaging.messages": (gettext_lazy("Messages"), Message),
    "points.points_earned": (gettext_lazy("Points earned"), Accrual),
    "points.points_spent": (gettext_lazy("Points spent"), Redemption),
    "points.rewards": (gettext_lazy("Rewards"), RewardOrder),
    "points.stamps": (gettext_lazy("Stamps"), StampGrant),
    "points.tasks": (gettext_lazy("Tasks"), TaskDone),
    "points.check_ins": (gettext_lazy("Check-ins"), CheckIn),
    "points.receipts_claimed": (gettext_lazy("Receipts claimed"), ReceiptCode),
    "recognition.preferences": (gettext_lazy("Sizes and likes"), Preference),
    "recognition.occasions": (gettext_lazy("Days to think of"), Occasion),
    "recognition.notes": (gettext_lazy("Notes of the staff"), Note),
    "recognition.feedback": (gettext_lazy("What you told us"), Feedback),
    "recognition.feedback_replies": (gettext_lazy("Back and forth"), FeedbackReply),
    "recognition.visits": (gettext_lazy("Visits"), Visit),
    "stored_value.top_ups": (gettext_lazy("Top-ups"), TopUp),
    "stored_value.top_up_refunds": (gettext_lazy("Refunds of top-ups"), TopUpRefund),
    "stored_value.holds": (gettext_lazy("Held for bookings"), Hold),
    "tiers.tier": (gettext_lazy("Tier"), Standing),
    "tiers.tier_changes": (gettext_lazy("How the tier came"), StandingChange),
    "tiers.tiers_bought_and_given": (gettext_lazy("Tiers bought and given"), TierGrant),
}
# Numbers of rows: they say nothing to whoever reads.
KEYS: Final = frozenset(
    {"account", "entry", "entry_id", "pk", "public_id", "merged", "into", "slot"}
    | {"owner_id", "holder_id", "for"}
)
MONEY: Final = frozenset(
    [
        "principal",
        "gross",
        "discount",
        "net",
        "refunded",
        "saved",
        "amount",
        "account__balance",
        "worth",
        "claimed_amount",
        "paid",
        "bonus",
        "bonus_of_a_coupon",
        "paid_out",
        "bonus_voided",
        "charged_for_bonus",
        "charged_for_points",
        "fee",
        "captured",
        "price",
        "per_use",
        "per_day",
    ]
)
# In the unit of its account.
OF_AN_ACCOUNT: Final = frozenset(
    {"balance", "change", "balance_after", "initial", "remaining"}
)
# Columns that are no table's, or are called otherwise by it.
NAMES: Final[dict[str, Words]] = {
    "agreed": gettext_lazy("Agreed"),
    "version": gettext_lazy("Version"),
    "since": gettext_lazy("Since"),
    "tag": gettext_lazy("Tag"),
    "brought_by": gettext_lazy("Brought by"),
    "keeper": gettext_lazy("Keeper"),
    "kind": gettext_lazy("Kind"),
    "unit": gettext_lazy("Unit"),
    "balance": gettext_lazy("Balance"),
    "status": gettext_lazy("State"),
    "business_date": gettext_lazy("Business date"),
    "change": gettext_lazy("Change"),
    "balance_after": gettext_lazy("Balance after it"),
    "memo": gettext_lazy("Memo"),
    "came": gettext_lazy("Came in"),
    "initial": gettext_lazy("At first"),
    "remaining": gettext_lazy("Left"),
    "expires_at": gettext_lazy("Until"),
    "at": gettext_lazy("When"),
    "whose": gettext_lazy("Whose"),
    "store": gettext_lazy("Store"),
    "bill_number": gettext_lazy("Bill"),
    "lines": gettext_lazy("Items"),
    "points_back": gettext_lazy("Points given back"),
    "points_taken": gettext_lazy("Points taken back"),
    "coupon": gettext_lazy("Coupon"),
    "act": gettext_lazy("Act"),
    "saved": gettext_lazy("Saved"),
    "account__balance": gettext_lazy("Balance"),
    "growth_value": gettext_lazy("Growth value"),
    "why": gettext_lazy("Why"),
    "by_staff": gettext_lazy("By the staff"),
    "words": gettext_lazy("Words"),
    "voided_at": gettext_lazy("Voided"),
    "bonus_of_a_coupon": gettext_lazy("Bonus of a coupon"),
    "plan": gettext_lazy("Plan"),
    "charged_for_bonus": gettext_lazy("Charged for bonus"),
    "charged_for_points": gettext_lazy("Charged for points"),
    "values": gettext_lazy("Words"),
}
