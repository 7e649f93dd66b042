from datetime import UTC, datetime

from django.db import migrations

GIFT_VALUES = {
    "greeting": "text",
    "words": "text",
    "link": "secret",
    "expiry": "text",
    "gift": "number",
}
LETTER = (
    '<p><img src="cid:gift-card" alt="" width="512"></p>'
    "<p><strong>{{{{ greeting }}}}</strong></p><p>{{{{ words }}}}</p>"
    '<p><a href="{{{{ link }}}}">{0}</a></p><p>{{{{ expiry }}}}</p>'
)
TEMPLATES = [
    (
        "gift_card",
        "礼品卡",
        GIFT_VALUES,
        {
            ("email", "en"): (
                "{{ greeting }}",
                "{{ greeting }}\n\n{{ words }}\n\nOpen your gift: {{ link }}\n\n{{ expiry }}",
                LETTER.format("Open your gift"),
            ),
            ("email", "zh-hans"): (
                "{{ greeting }}",
                "{{ greeting }}\n\n{{ words }}\n\n打开礼品卡：{{ link }}\n\n{{ expiry }}",
                LETTER.format("打开礼品卡"),
            ),
            ("email", "zh-hant"): (
                "{{ greeting }}",
                "{{ greeting }}\n\n{{ words }}\n\n開啟禮品卡：{{ link }}\n\n{{ expiry }}",
                LETTER.format("開啟禮品卡"),
            ),
            ("sms", "en"): ("", "{{ greeting }} Open it here: {{ link }}", ""),
            ("sms", "zh-hans"): ("", "{{ greeting }}点此打开：{{ link }}", ""),
            ("sms", "zh-hant"): ("", "{{ greeting }}點此開啟：{{ link }}", ""),
        },
    ),
]


def begin(apps, schema_editor):
    template_of = apps.get_model("messaging", "MessageTemplate").objects
    versions = apps.get_model("messaging", "MessageTemplateVersion").objects
    texts = apps.get_model("messaging", "MessageText").objects
    for code, name, values, words in TEMPLATES:
        template, made = template_of.get_or_create(
            code=code, defaults={"name": name, "purpose": "transactional"}
        )
        if not made:
            continue
        version = versions.create(
            template=template,
            number=1,
            values=values,
            published_at=datetime(1970, 1, 1, tzinfo=UTC),
        )
        for (channel, language), (subject, body, html) in words.items():
            texts.create(
                version=version,
                channel=channel,
                language=language,
                subject=subject,
                body=body,
                html=html,
            )


class Migration(migrations.Migration):
    """What the house writes from the first day: gifts."""

    dependencies = [("messaging", "0003_rules_of_sending")]
    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
