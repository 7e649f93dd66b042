"""Which pages the admin's sidebar shows, grouped as a manager thinks of them."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

type Page = tuple[str, str, str | Promise]

# Group, then icon, permission-bearing model and title of each page.
GROUPS: Final[list[tuple[str | Promise, list[Page]]]] = [
    (
        _("Members"),
        [
            ("group", "members.member", _("Members")),
            ("restaurant", "recognition.visit", _("Visits")),
            ("reviews", "recognition.feedback", _("Feedback")),
            ("favorite", "recognition.preference", _("Preferences")),
            ("event", "recognition.occasion", _("Occasions")),
            ("edit_note", "recognition.note", _("Notes")),
            ("handshake", "members.consent", _("Consents")),
            ("label", "members.tag", _("Tags")),
            ("quiz", "members.customfield", _("Custom fields")),
            ("description", "members.consenttext", _("Consent texts")),
            ("merge", "members.merge", _("Merges")),
            ("person_off", "members.forfeiture", _("Forfeitures")),
        ],
    ),
    (
        _("Cards and tiers"),
        [
            ("credit_card", "cards.card", _("Member cards")),
            ("family_restroom", "cards.walletshare", _("Shared wallets")),
            ("payments", "cards.shareuse", _("Uses of shared wallets")),
            ("style", "cards.cardkind", _("Kinds of card")),
            ("inventory_2", "cards.stockbatch", _("Batches of cards")),
            ("stairs", "tiers.tier", _("Tiers")),
            ("military_tech", "tiers.standing", _("Tiers of members")),
            ("history", "tiers.standingchange", _("Changes of tier")),
            ("workspace_premium", "tiers.tiergrant", _("Bought and given tiers")),
            ("event_repeat", "tiers.tierreview", _("Tier reviews")),
        ],
    ),
    (
        _("Checkout"),
        [
            ("receipt", "checkout.sale", _("Sales")),
            ("undo", "checkout.refund", _("Refunds")),
            ("percent", "checkout.billoffer", _("Bill offers")),
            ("redeem", "checkout.nextvisitgift", _("Coupons for the next visit")),
        ],
    ),
    (
        _("Stored value"),
        [
            ("wallet", "stored_value.wallet", _("Wallets")),
            ("credit_card", "stored_value.bearerwallet", _("Bearer wallets")),
            ("add_card", "stored_value.topup", _("Top-ups")),
            ("undo", "stored_value.topuprefund", _("Refunds of top-ups")),
            ("lock_clock", "stored_value.hold", _("Holds")),
            ("sell", "stored_value.topupplan", _("Top-up plans")),
        ],
    ),
    (
        _("Points"),
        [
            ("stars", "points.accrual", _("Points earned")),
            ("undo", "points.accrualrefund", _("Points taken back")),
            ("shopping_bag", "points.redemption", _("Points spent")),
            ("redeem", "points.reward", _("Rewards")),
            ("local_mall", "points.rewardorder", _("Reward orders")),
            ("functions", "points.earningrule", _("Earning rules")),
            ("loyalty", "points.stampprogramme", _("Stamp programmes")),
            ("approval", "points.stampgrant", _("Stamps given")),
            ("receipt", "points.receiptcode", _("Receipt codes")),
            ("checklist", "points.task", _("Tasks")),
            ("task_alt", "points.taskdone", _("Tasks done")),
            ("waving_hand", "points.checkin", _("Check-ins")),
        ],
    ),
    (
        _("Coupons"),
        [
            ("local_activity", "coupons.coupontemplate", _("Coupon templates")),
            ("confirmation_number", "coupons.coupon", _("Coupons")),
            ("outbox", "coupons.couponissue", _("Issues of coupons")),
            ("redeem", "coupons.tiergift", _("Gifts of tiers")),
            ("history", "coupons.couponuse", _("Acts with coupons")),
        ],
    ),
    (
        _("Marketing"),
        [
            ("campaign", "campaigns.campaign", _("Campaigns")),
            ("groups", "campaigns.segment", _("Segments")),
            ("hotel_class", "campaigns.winbackreview", _("Win-back reviews")),
            ("route", "campaigns.journey", _("Journeys")),
            ("featured_seasonal_and_gifts", "campaigns.grant", _("Gifts of campaigns")),
        ],
    ),
    (
        _("Gift cards"),
        [
            ("redeem", "gift_cards.giftcard", _("Gift cards")),
            ("palette", "gift_cards.giftcarddesign", _("Gift card designs")),
            ("print", "gift_cards.giftcardbatch", _("Gift card batches")),
            ("forward_to_inbox", "gift_cards.gift", _("Gifts")),
        ],
    ),
    (
        _("Messages"),
        [
            ("mail", "messaging.message", _("Messages")),
            ("edit_document", "messaging.messagetemplate", _("Message templates")),
            ("block", "messaging.suppression", _("Suppressed addresses")),
            ("speed", "messaging.messageprovider", _("Message providers")),
        ],
    ),
    (
        _("The books"),
        [
            ("receipt_long", "ledger.entry", _("Entries")),
            ("account_balance_wallet", "ledger.account", _("Accounts")),
            ("hourglass_top", "ledger.lot", _("Lots")),
            ("fact_check", "ledger.proofrun", _("Proofs")),
            ("verified", "ledger.seal", _("Seals")),
        ],
    ),
    (
        _("Shop"),
        [
            ("storefront", "stores.store", _("Stores")),
            ("point_of_sale", "stores.till", _("Tills")),
            ("badge", "stores.user", _("Staff")),
            ("work", "stores.role", _("Roles")),
            ("assignment_ind", "stores.assignment", _("Assignments")),
            ("person_off", "members.staffmembership", _("Staff’s own cards")),
            ("visibility", "members.staffcardact", _("Colleagues’ own cards")),
            ("payments", "stores.tenderkind", _("Ways of paying")),
            ("speed", "stores.rolelimit", _("Limits")),
            ("schedule", "stores.shift", _("Shifts")),
            ("how_to_reg", "stores.approval", _("Approvals")),
            ("policy", "stores.auditevent", _("Audit log")),
            ("key", "stores.apikey", _("API keys")),
            ("webhook", "outbox.webhookendpoint", _("Webhooks")),
            ("outgoing_mail", "outbox.delivery", _("Webhook deliveries")),
            ("upload_file", "imports.importjob", _("Imports")),
        ],
    ),
    (
        _("Policies"),
        [
            ("gavel", "policies.shoppolicy", _("Shop policies")),
            ("cloud_off", "policies.offlinepolicy", _("Off-line policies")),
            ("waving_hand", "recognition.recognitionpolicy", _("Recognition policies")),
            ("rule_folder", "tiers.tierpolicy", _("Tier policies")),
            ("mail", "messaging.messagingpolicy", _("Message policies")),
            ("passkey", "accounts.signinpolicy", _("Sign-in policies")),
            ("credit_score", "cards.cardspolicy", _("Card policies")),
            ("savings", "stored_value.walletpolicy", _("Stored value policies")),
            ("rule", "points.pointspolicy", _("Points policies")),
            ("sell", "coupons.couponspolicy", _("Coupons policies")),
            ("receipt_long", "checkout.checkoutpolicy", _("Checkout policies")),
            ("badge", "members.staffcardpolicy", _("Policies for staff’s own cards")),
            ("rule", "gift_cards.giftcardpolicy", _("Gift card policies")),
            ("alarm", "campaigns.winbackpolicy", _("Win-back policies")),
        ],
    ),
]
