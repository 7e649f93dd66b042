from datetime import UTC, datetime

from django.db import migrations

SERVICE, OFFERS, SURVEY = "transactional", "marketing", "survey"
# Code, name, purpose, values, and for each language subject and text.
TEMPLATES = [
    (
        "campaign_expiring",
        "到期提醒",
        SERVICE,
        {"expiring_items": "text"},
        {
            "en": (
                "Before it expires",
                "{{ member }}, this expires soon: {{ expiring_items }}. Come by and use it.",
            ),
            "zh-hans": (
                "您有权益即将到期",
                "{{ member }}，以下权益即将到期：{{ expiring_items }}。欢迎到店使用。",
            ),
            "zh-hant": (
                "您有權益即將到期",
                "{{ member }}，以下權益即將到期：{{ expiring_items }}。歡迎來店使用。",
            ),
        },
    ),
    (
        "campaign_balance_low",
        "余额不足提醒",
        OFFERS,
        {"balance": "money"},
        {
            "en": (
                "Your balance is running low",
                "{{ member }}, {{ balance }} is left on your card. Top up on your next visit.",
            ),
            "zh-hans": (
                "您的储值余额不多了",
                "{{ member }}，您的储值余额还有 {{ balance }}，下次到店可以充值。",
            ),
            "zh-hant": (
                "您的儲值金餘額不多了",
                "{{ member }}，您的儲值金餘額還有 {{ balance }}，下次來店可以儲值。",
            ),
        },
    ),
    (
        "campaign_first_top_up",
        "首次充值感谢",
        OFFERS,
        {"top_up": "money"},
        {
            "en": (
                "Thank you for your first top-up",
                "{{ member }}, {{ top_up }} is on your card. Thank you for your trust.",
            ),
            "zh-hans": (
                "感谢您首次充值",
                "{{ member }}，您充值的 {{ top_up }} 已到账，感谢您的信任。",
            ),
            "zh-hant": (
                "感謝您首次儲值",
                "{{ member }}，您儲值的 {{ top_up }} 已入帳，感謝您的信任。",
            ),
        },
    ),
    (
        "campaign_tier_reached",
        "等级提升",
        SERVICE,
        {"tier": "text", "tier_gift": "text"},
        {
            "en": (
                "Welcome to {{ tier }}",
                "{{ member }}, you have reached {{ tier }}. Its benefits are yours from now on. {{ tier_gift }}",
            ),
            "zh-hans": (
                "恭喜升级为{{ tier }}",
                "{{ member }}，恭喜您升级为{{ tier }}，即刻享受相应权益。{{ tier_gift }}",
            ),
            "zh-hant": (
                "恭喜升級為{{ tier }}",
                "{{ member }}，恭喜您升級為{{ tier }}，即刻享有相應權益。{{ tier_gift }}",
            ),
        },
    ),
    (
        "campaign_tier_at_risk",
        "保级提醒",
        SERVICE,
        {"tier": "text", "tier_until": "date"},
        {
            "en": (
                "Keep your {{ tier }}",
                "{{ member }}, your {{ tier }} holds until {{ tier_until }}. A few visits keep it.",
            ),
            "zh-hans": (
                "您的{{ tier }}即将到期",
                "{{ member }}，您的{{ tier }}有效期至 {{ tier_until }}，再来消费即可保级。",
            ),
            "zh-hant": (
                "您的{{ tier }}即將到期",
                "{{ member }}，您的{{ tier }}有效至 {{ tier_until }}，再次消費即可續等。",
            ),
        },
    ),
    (
        "campaign_after_visit",
        "到店回访",
        SURVEY,
        {"visit_date": "date"},
        {
            "en": (
                "How was your visit?",
                "{{ member }}, how was your visit on {{ visit_date }}? "
                "Tell us the next time, or by answering this.",
            ),
            "zh-hans": (
                "您对本次用餐满意吗？",
                "{{ member }}，您对 {{ visit_date }} 的到店体验满意吗？欢迎回复或到店告诉我们。",
            ),
            "zh-hant": (
                "您對這次用餐滿意嗎？",
                "{{ member }}，您對 {{ visit_date }} 的來店體驗滿意嗎？歡迎回覆或來店告訴我們。",
            ),
        },
    ),
    (
        "campaign_stamp_card",
        "集点卡即将集满",
        OFFERS,
        {"stamp_card": "text", "stamps_missing": "number"},
        {
            "en": (
                "Your stamp card is nearly full",
                "{{ member }}, missing on “{{ stamp_card }}”: {{ stamps_missing }}. See you soon.",
            ),
            "zh-hans": (
                "集点卡即将集满",
                "{{ member }}，您的“{{ stamp_card }}”还差 {{ stamps_missing }} 点即可集满，期待您再次光临。",
            ),
            "zh-hant": (
                "集點卡即將集滿",
                "{{ member }}，您的「{{ stamp_card }}」還差 {{ stamps_missing }} 點即可集滿，期待您再次光臨。",
            ),
        },
    ),
    (
        "campaign_cured",
        "投诉处理回访",
        SERVICE,
        {"complaint_date": "date"},
        {
            "en": (
                "About what you told us",
                "{{ member }}, we have looked into what you told us on {{ complaint_date }}. "
                "Thank you for your patience; please tell us if anything is left.",
            ),
            "zh-hans": (
                "您反馈的问题已处理",
                "{{ member }}，您 {{ complaint_date }} 反馈的问题我们已经处理。感谢您的耐心，若仍有不满意请告诉我们。",
            ),
            "zh-hant": (
                "您反映的問題已處理",
                "{{ member }}，您 {{ complaint_date }} 反映的問題我們已經處理。感謝您的耐心，若仍有不滿意請告訴我們。",
            ),
        },
    ),
]


def begin(apps, schema_editor):
    template_of = apps.get_model("messaging", "MessageTemplate").objects
    versions = apps.get_model("messaging", "MessageTemplateVersion").objects
    texts = apps.get_model("messaging", "MessageText").objects
    for code, name, purpose, values, words in TEMPLATES:
        template, made = template_of.get_or_create(
            code=code, defaults={"name": name, "purpose": purpose}
        )
        if not made:
            continue
        version = versions.create(
            template=template,
            number=1,
            values=values,
            published_at=datetime(1970, 1, 1, tzinfo=UTC),
        )
        for language, (subject, body) in words.items():
            for channel in ("inbox", "email", "sms"):
                texts.create(
                    version=version,
                    channel=channel,
                    language=language,
                    subject="" if channel == "sms" else subject,
                    body=body,
                    html="",
                )


class Migration(migrations.Migration):
    """What automations say until the shop says it in its own words."""

    dependencies = [
        ("campaigns", "0007_other_occasions"),
        ("messaging", "0004_first_templates"),
    ]
    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
