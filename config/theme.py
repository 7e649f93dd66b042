"""How the admin looks and how its pages are grouped: as a manager thinks of them."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Shades around the tokens of the stylesheet: 700 is jade, 900 is ink, 50 is paper.
JADE = {
    "50": "#f1f8f6",
    "100": "#e3f1ed",
    "200": "#c3e1d9",
    "300": "#93c9bc",
    "400": "#4fa592",
    "500": "#238473",
    "600": "#0f6b5c",
    "700": "#0a4d42",
    "800": "#083f36",
    "900": "#06332c",
    "950": "#031d19",
}
PAPER = {
    "50": "#faf7f2",
    "100": "#f3efe8",
    "200": "#e4dfd6",
    "300": "#cfc9bd",
    "400": "#9aa19b",
    "500": "#68726c",
    "600": "#55605a",
    "700": "#3d4641",
    "800": "#2a312d",
    "900": "#1d2320",
    "950": "#121614",
}

# Group, then icon, permission-bearing model and title of each page.
GROUPS: list[tuple[str | Promise, list[tuple[str, str, str | Promise]]]] = [
    (
        _("Members"),
        [
            ("group", "members.member", _("Members")),
            ("restaurant", "recognition.visit", _("Visits")),
            ("favorite", "recognition.preference", _("Preferences")),
            ("event", "recognition.occasion", _("Occasions")),
            ("edit_note", "recognition.note", _("Notes")),
            ("reviews", "recognition.feedback", _("Feedback")),
            ("military_tech", "tiers.standing", _("Tiers of members")),
            ("history", "tiers.standingchange", _("Changes of tier")),
            ("workspace_premium", "tiers.tiergrant", _("Bought and given tiers")),
            ("credit_card", "cards.card", _("Member cards")),
            ("family_restroom", "cards.walletshare", _("Shared wallets")),
            ("payments", "cards.shareuse", _("Uses of shared wallets")),
            ("handshake", "members.consent", _("Consents")),
            ("label", "members.tag", _("Tags")),
            ("quiz", "members.customfield", _("Custom fields")),
            ("description", "members.consenttext", _("Consent texts")),
            ("merge", "members.merge", _("Merges")),
            ("person_off", "members.forfeiture", _("Forfeitures")),
        ],
    ),
    (
        _("Value"),
        [
            ("wallet", "stored_value.wallet", _("Wallets")),
            ("add_card", "stored_value.topup", _("Top-ups")),
            ("undo", "stored_value.topuprefund", _("Refunds of top-ups")),
            ("lock_clock", "stored_value.hold", _("Holds")),
            ("sell", "stored_value.topupplan", _("Top-up plans")),
            ("redeem", "gift_cards.giftcard", _("Gift cards")),
            ("palette", "gift_cards.giftcarddesign", _("Gift card designs")),
            ("print", "gift_cards.giftcardbatch", _("Gift card batches")),
            ("forward_to_inbox", "gift_cards.gift", _("Gifts")),
            ("local_activity", "coupons.coupontemplate", _("Coupon templates")),
            ("confirmation_number", "coupons.coupon", _("Coupons")),
            ("outbox", "coupons.couponissue", _("Issues of coupons")),
            ("redeem", "coupons.tiergift", _("Gifts of tiers")),
            ("history", "coupons.couponuse", _("Acts with coupons")),
            ("receipt_long", "ledger.entry", _("Entries")),
            ("account_balance_wallet", "ledger.account", _("Accounts")),
            ("hourglass_top", "ledger.lot", _("Lots")),
            ("stars", "points.accrual", _("Points earned")),
            ("undo", "points.accrualrefund", _("Points taken back")),
            ("shopping_bag", "points.redemption", _("Points spent")),
            ("redeem", "points.reward", _("Rewards")),
            ("local_mall", "points.rewardorder", _("Reward orders")),
            ("approval", "points.stampgrant", _("Stamps given")),
            ("receipt", "points.receiptcode", _("Receipt codes")),
            ("task_alt", "points.taskdone", _("Tasks done")),
            ("waving_hand", "points.checkin", _("Check-ins")),
            ("fact_check", "ledger.proofrun", _("Proofs")),
            ("verified", "ledger.seal", _("Seals")),
        ],
    ),
    (
        _("Shop"),
        [
            ("rule", "points.pointspolicy", _("Points policies")),
            ("functions", "points.earningrule", _("Earning rules")),
            ("loyalty", "points.stampprogramme", _("Stamp programmes")),
            ("checklist", "points.task", _("Tasks")),
            ("storefront", "stores.store", _("Stores")),
            ("point_of_sale", "stores.till", _("Tills")),
            ("badge", "stores.user", _("Staff")),
            ("work", "stores.role", _("Roles")),
            ("assignment_ind", "stores.assignment", _("Assignments")),
            ("speed", "stores.rolelimit", _("Limits")),
            ("schedule", "stores.shift", _("Shifts")),
            ("how_to_reg", "stores.approval", _("Approvals")),
            ("gavel", "policies.shoppolicy", _("Shop policies")),
            ("savings", "stored_value.walletpolicy", _("Stored value policies")),
            ("person_off", "stored_value.staffaccount", _("Staff’s own accounts")),
            ("rule", "gift_cards.giftcardpolicy", _("Gift card policies")),
            (
                "waving_hand",
                "recognition.recognitionpolicy",
                _("Recognition policies"),
            ),
            ("stairs", "tiers.tier", _("Tiers")),
            ("rule_folder", "tiers.tierpolicy", _("Tier policies")),
            ("event_repeat", "tiers.tierreview", _("Tier reviews")),
            ("style", "cards.cardkind", _("Kinds of card")),
            ("inventory_2", "cards.stockbatch", _("Batches of cards")),
            ("credit_score", "cards.cardspolicy", _("Card policies")),
            ("sell", "coupons.couponspolicy", _("Coupons policies")),
            ("policy", "stores.auditevent", _("Audit log")),
            ("key", "stores.apikey", _("API keys")),
            ("upload_file", "imports.importjob", _("Imports")),
        ],
    ),
]


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The sidebar: only groups in which this person may see something."""
    today = {
        "title": _("Today"),
        "items": [
            {"title": _("Dashboard"), "icon": "today", "link": reverse("admin:index")}
        ],
    }
    groups = [today]
    for title, pages in GROUPS:
        items = [item for page in pages if (item := _item(request, *page))]
        if items:
            groups.append({"title": title, "separator": True, "items": items})
    return groups


def _item(
    request: HttpRequest, icon: str, model: str, title: str | Promise
) -> dict[str, Any] | None:
    """One page, or nothing where there is none or it is not this person's."""
    app, name = model.split(".")
    try:
        link = reverse(f"admin:{app}_{name}_changelist")
    except NoReverseMatch:
        return None
    may_see = may_view(app, name)
    if not may_see(request):
        return None
    return {"title": title, "icon": icon, "link": link, "permission": may_see}


def may_view(app: str, name: str) -> Callable[[HttpRequest], bool]:
    """Whether a person may see, or change, rows of this kind."""

    def permitted(request: HttpRequest) -> bool:
        user = request.user
        return bool(
            user.has_perm(f"{app}.view_{name}") or user.has_perm(f"{app}.change_{name}")
        )

    return permitted


def environment(request: HttpRequest) -> list[str | Promise] | None:
    """A mark that this is not the real house, so that nobody tries things in it."""
    return None if settings.PRODUCTION else [_("Development"), "warning"]


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("Regulars"),
    "SITE_HEADER": "Regulars · 熟客",
    "SITE_SUBHEADER": _("The office"),
    "SITE_URL": "/",
    "SITE_ICON": lambda request: static("logo.svg"),
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda request: static("logo.svg"),
        }
    ],
    "SHOW_HISTORY": True,
    "LOGIN": {"form": "stores.forms.SignInForm"},
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "THEME": "light",
    "BORDER_RADIUS": "10px",
    "STYLES": [lambda request: static("admin.css")],
    "ENVIRONMENT": "config.theme.environment",
    "DASHBOARD_CALLBACK": "config.dashboard.fill",
    "COLORS": {
        "base": PAPER,
        "primary": JADE,
        "font": {
            "subtle-light": "var(--color-base-500)",
            "subtle-dark": "var(--color-base-400)",
            "default-light": "var(--color-base-600)",
            "default-dark": "var(--color-base-300)",
            "important-light": "var(--color-base-900)",
            "important-dark": "var(--color-base-100)",
        },
    },
    "SIDEBAR": {
        "show_search": True,
        "show_all_applications": False,
        "navigation": navigation,
    },
}
