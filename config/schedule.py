"""What beat asks for, and when; hours are those of the house's own clock."""

from typing import Any, Final

from celery.schedules import crontab

SCHEDULE: Final[dict[str, dict[str, Any]]] = {
    "what has run out leaves the balance": {
        "task": "ledger.tasks.expire_due_lots",
        "schedule": 60.0,
    },
    "sales give their stamps and coupons": {
        "task": "checkout.tasks.follow_up_sales",
        "schedule": 5.0,
        "options": {"expires": 5},  # the next tick does the same
    },
    "messages leave": {
        "task": "messaging.tasks.send_due_messages",
        "schedule": 2.0,
    },
    "messages that nobody knows about are cleared up": {
        "task": "messaging.tasks.look_after_messages",
        "schedule": 60.0,
    },
    "gifts are sent on their day": {
        "task": "gift_cards.tasks.send_due_gifts",
        "schedule": 60.0,
    },
    "old guesses at gift cards are forgotten": {
        "task": "gift_cards.tasks.forget_tries",
        "schedule": crontab(hour=4, minute=10),
    },
    "wrong codes of coupons are forgotten": {
        "task": "coupons.tasks.forget_tries",
        "schedule": crontab(hour=4, minute=20),
    },
    "wrong codes of points are forgotten": {
        "task": "points.tasks.forget_tries",
        "schedule": crontab(hour=4, minute=25),
    },
    "holds run out": {
        "task": "stored_value.tasks.expire_holds",
        "schedule": 60.0,
    },
    "the clearing between stores is added up": {
        "task": "stored_value.tasks.add_up_clearing",
        "schedule": crontab(minute=35),
    },
    "what the law keeps owed goes to rest": {
        "task": "stored_value.tasks.lapse_principal",
        "schedule": crontab(hour=4, minute=15),
    },
    "pending points become usable": {
        "task": "points.tasks.release_due_points",
        "schedule": 60.0,
    },
    "rewards nobody picked up are cancelled": {
        "task": "points.tasks.cancel_overdue_rewards",
        "schedule": crontab(minute=10),
    },
    "first visits and friends brought are rewarded": {
        "task": "points.tasks.complete_tasks_of_visits",
        "schedule": 300.0,
    },
    "coupons for segments are given": {
        "task": "coupons.tasks.continue_issues",
        "schedule": 60.0,
    },
    "coupons that no friend took go back": {
        "task": "coupons.tasks.lapse_gifts",
        "schedule": 300.0,
    },
    "tiers give what belongs to a birthday": {
        "task": "coupons.tasks.give_birthday_gifts",
        "schedule": crontab(minute=20),
    },
    "tiers give what comes with them": {
        "task": "coupons.tasks.give_upgrade_gifts",
        "schedule": 300.0,
    },
    "ways to miss a regular are judged": {
        "task": "campaigns.tasks.review_win_back",
        "schedule": crontab(hour=4, minute=45, day_of_week=1),
    },
    "campaigns take in whom they are for": {
        "task": "campaigns.tasks.enter_campaigns",
        "schedule": 5.0,
        "options": {"expires": 5},  # the next tick does the same
    },
    "campaigns do their steps": {
        "task": "campaigns.tasks.advance_campaigns",
        "schedule": 5.0,
        "options": {"expires": 5},  # the next tick does the same
    },
    "campaigns that go wrong are paused": {
        "task": "campaigns.tasks.watch_campaigns",
        "schedule": 60.0,
    },
    "answers to tills are forgotten": {
        "task": "api.tasks.forget_answers",
        "schedule": crontab(hour=4, minute=40),
    },
    "the books are proved": {
        "task": "ledger.tasks.prove_books",
        "schedule": crontab(hour=3, minute=30),
    },
    "members keep their tier, or are told": {
        "task": "tiers.tasks.review_tiers",
        "schedule": crontab(hour=2, minute=30),
    },
    "cards that are over are marked": {
        "task": "cards.tasks.expire_due_cards",
        "schedule": 300.0,
    },
    "codes to sign in with are forgotten": {
        "task": "accounts.tasks.forget_codes",
        "schedule": crontab(hour=4, minute=55),
    },
    "used codes are forgotten": {
        "task": "cards.tasks.forget_used_codes",
        "schedule": crontab(hour=4, minute=50),
    },
    "yesterday is sealed": {
        "task": "ledger.tasks.seal_books",
        "schedule": crontab(hour=5, minute=30),
    },
    "imports that stopped are found": {
        "task": "imports.tasks.look_after_imports",
        "schedule": 60.0,
    },
    "what happened is passed on": {
        "task": "outbox.tasks.relay_events",
        "schedule": 3.0,
        "options": {"expires": 30},  # the next tick does the same
    },
    "webhooks that are switched off wait for nothing": {
        "task": "outbox.tasks.look_after_webhooks",
        "schedule": 60.0,
    },
    "events told long ago are forgotten": {
        "task": "outbox.tasks.forget_old_events",
        "schedule": crontab(hour=4, minute=40),
    },
    "files that were imported are deleted": {
        "task": "imports.tasks.delete_old_files",
        "schedule": crontab(hour=4, minute=10),
    },
}
