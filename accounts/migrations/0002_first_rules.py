from datetime import UTC, datetime

from django.db import migrations

GIVEN = {
    "store-manager": ["accounts.view_signinpolicy"],
    "head-office": ["accounts.add_signinpolicy", "accounts.view_signinpolicy"],
    "auditor": ["accounts.view_signinpolicy"],
}
FIRST = datetime(1970, 1, 1, tzinfo=UTC)
# The last line lets a browser fill the code in, at our address alone.
AT_OUR_ADDRESS = "\n\n@{{ host }} #{{ code }}"
WORDS = {
    ("email", "en"): (
        "Your code for {{ brand }}",
        "Your code: {{ code }}\n\nIt is valid for {{ minutes }} minutes. Never tell it to anybody, not even to us.",
    ),
    ("email", "zh-hans"): (
        "{{ brand }}验证码",
        "您的验证码：{{ code }}\n\n{{ minutes }} 分钟内有效。请勿告诉任何人，包括我们的员工。",
    ),
    ("email", "zh-hant"): (
        "{{ brand }}驗證碼",
        "您的驗證碼：{{ code }}\n\n{{ minutes }} 分鐘內有效。請勿告訴任何人，包括我們的員工。",
    ),
    ("sms", "en"): (
        "",
        "{{ brand }}: {{ code }} is your code, valid for {{ minutes }} minutes. Never tell it to anybody."
        + AT_OUR_ADDRESS,
    ),
    ("sms", "zh-hans"): (
        "",
        "{{ brand }}：验证码 {{ code }}，{{ minutes }} 分钟内有效，请勿告诉任何人。"
        + AT_OUR_ADDRESS,
    ),
    ("sms", "zh-hant"): (
        "",
        "{{ brand }}：驗證碼 {{ code }}，{{ minutes }} 分鐘內有效，請勿告訴任何人。"
        + AT_OUR_ADDRESS,
    ),
}


def begin(apps, schema_editor):
    apps.get_model("accounts", "SignInPolicy").objects.get_or_create(
        number=1,
        defaults={
            "in_force_from": FIRST,
            "reason": "What every shop begins with",
            "prefixes": ["+86", "+852", "+853", "+886"],
        },
    )
    for role in apps.get_model("stores", "Role").objects.filter(code__in=GIVEN):
        role.permissions = sorted({*role.permissions, *GIVEN[role.code]})
        role.save(update_fields=["permissions"])
    write(apps)


def write(apps):
    versions = apps.get_model("messaging", "MessageTemplateVersion").objects
    template, _made = apps.get_model(
        "messaging", "MessageTemplate"
    ).objects.get_or_create(
        code="one_time_code", defaults={"name": "验证码", "purpose": "transactional"}
    )
    version = versions.create(
        template=template,
        number=versions.filter(template=template).count() + 1,
        values={"code": "secret", "minutes": "number", "host": "text"},
        published_at=FIRST,
    )
    texts = apps.get_model("messaging", "MessageText").objects
    for (channel, language), (subject, body) in WORDS.items():
        texts.create(
            version=version,
            channel=channel,
            language=language,
            subject=subject,
            body=body,
        )


class Migration(migrations.Migration):
    """How members sign in to begin with, and what the text with their code says."""

    dependencies = [
        ("accounts", "0001_devices_and_codes"),
        ("messaging", "0003_rules_of_sending"),
        ("stores", "0007_own_cards"),
    ]
    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
