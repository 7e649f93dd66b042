"""No command by which value could move to a colleague's own card is left untried."""

import inspect
from importlib import import_module

from .office import PAIRED
from .test_policy import ALONE

APPS = (
    "stored_value",
    "points",
    "coupons",
    "gift_cards",
    "cards",
    "tiers",
    "checkout",
    "members",
)
# What names somebody's card, and why nobody's own card is asked about there.
ASKS_NOBODY = {
    "a question": {
        "checkout.look_for",
        "checkout.quote",
        "checkout.quote_exchange",
        "gift_cards.find",
        "gift_cards.find_to_sell",
        "stored_value.best_steps",
        "stored_value.prove_identity",
        "stored_value.prove_payment_code",
        "stored_value.refuse_own",
        "stored_value.usable_coupons",
    },
    "a refund and a bill, and both ask: tests/checkout/test_exchange.py": {
        "checkout.exchange_sale",
    },
    "a void and a bill, and both ask: tests/checkout/test_undo_exchange.py": {
        "checkout.undo_exchange",
    },
    "of members themselves, with their own wallets": {
        "cards.accept_share",
        "cards.limit_own_share",
        "cards.offer_share",
        "cards.refuse_share",
        "cards.stop_share",
    },
    "it only stops something": {
        "cards.close",
        "cards.report_loss",
        "cards.report_own_loss",
        "coupons.take_back",
        "gift_cards.block",
        "members.freeze_spending",
        "points.void_receipt_code",
    },
    "it gives away what one has": {"coupons.offer"},
    "it goes to whom the giver named": {"gift_cards.resend"},
    "by a code or a colleague who knows the member, whoever that is": {
        "cards.use_rotating_code",
        "stored_value.send_phone_code",
        "stored_value.set_first_payment_code",
        "stored_value.set_payment_code",
        "stored_value.unfreeze_by_phone",
        "stored_value.unfreeze_spending",
    },
    "only the member whose own it is: tests/gift_cards/test_buy.py": {
        "gift_cards.buy_gift",
        "gift_cards.own_card_to_wallet",
        "gift_cards.show_own_code",
        "gift_cards.take_gift_back",
    },
    "it is only written into the log": {"stored_value.record_statement"},
    "the slip of a bill without a member": {"points.issue_receipt_code"},
    "for many at once, by a rule or a list": {
        "cards.load_cards",
        "coupons.begin_issue",
        "coupons.export_batch",
        "coupons.give_birthday_gifts",
        "coupons.give_upgrade_gifts",
        "coupons.issue_to_members",
        "coupons.lapse_gifts",
        "coupons.load_coupons",
        "coupons.make_batch",
        "gift_cards.export_codes",
        "gift_cards.order_batch",
        "gift_cards.withdraw_batch",
        "cards.export_stock",
        "cards.make_stock",
        "members.load_consents",
        "members.load_members",
        "points.cancel_overdue",
        "points.complete_tasks_of_visits",
        "points.release_due",
        "stored_value.expire_holds",
        "stored_value.lapse_principal",
        "tiers.review_now",
    },
    "of who somebody is, and of no value": {
        "members.assign_keeper",
        "members.change",
        "members.change_own_phone",
        "members.choose_consents",
        "members.enrol",
        "members.export_member",
        "members.give_consent",
        "members.link_staff",
        "members.note_referrer",
        "members.release_phone",
        "members.request_closure",
        "members.set_birthday",
        "members.tag",
        "members.unlink_staff",
        "members.untag",
        "members.withdraw_closure",
        "members.withdraw_consent",
    },
    "of the programme": {
        "cards.save_kind",
        "checkout.save_bill_offer",
        "checkout.save_next_visit_gift",
        "coupons.publish_terms",
        "coupons.save_template",
        "coupons.save_tier_gift",
        "gift_cards.begin_with_faces",
        "gift_cards.save_design",
        "members.publish_consent_text",
        "members.save_custom_field",
        "members.save_tag",
        "points.restock",
        "points.save_setting",
        "stored_value.save_plan",
        "tiers.save_tier",
    },
}
# Parts of a command of another app, which asks.
PARTS = {
    "points.accrual_lines",
    "points.post_plan",
    "points.redemption_lines",
}


def commands() -> set[str]:
    """The services of every app that holds value which say by whom they are done."""
    return {
        f"{app}.{name}"
        for app in APPS
        for name, service in inspect.getmembers(
            import_module(f"{app}.services"), inspect.isfunction
        )
        if "by" in inspect.signature(service).parameters and not name.endswith("_step")
    }


def test_every_command_is_tried_at_ones_own_card_or_says_why_not() -> None:
    tried = {own.command for own in (*ALONE.values(), *PAIRED.values())}
    excused = [name for names in ASKS_NOBODY.values() for name in names]

    assert len(excused) == len(set(excused))
    assert not tried & set(excused)
    of_stores = {name for name in tried if name.startswith("stores.")}
    assert tried | set(excused) | PARTS == commands() | of_stores
