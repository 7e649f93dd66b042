from datetime import UTC, datetime

from django.db import migrations

FIRST = datetime(1970, 1, 1, tzinfo=UTC)
NAMES = {"new_device": "新设备登录", "phone_changed": "更换手机号"}
VALUES = {"new_device": {"device": "text"}, "phone_changed": {"phone": "text"}}
SUBJECTS = {
    ("new_device", "en"): "A new device at {{ brand }}",
    ("new_device", "zh-hans"): "{{ brand }}：新设备登录提醒",
    ("new_device", "zh-hant"): "{{ brand }}：新裝置登入通知",
    ("phone_changed", "en"): "Your phone number at {{ brand }}",
    ("phone_changed", "zh-hans"): "{{ brand }}：手机号更换提醒",
    ("phone_changed", "zh-hant"): "{{ brand }}：手機號碼更換通知",
}
BODIES = {
    (
        "new_device",
        "en",
    ): "{{ brand }}: a new device is signed in to your account ({{ device }}). If it was not you, sign out everywhere on your card’s page under Me, or ask at any till.",
    (
        "new_device",
        "zh-hans",
    ): "{{ brand }}：您的账户已在新设备登录（{{ device }}）。如非本人操作，请在会员中心“我的”中退出所有设备，或联系任一门店。",
    (
        "new_device",
        "zh-hant",
    ): "{{ brand }}：您的帳戶已在新裝置登入（{{ device }}）。如非本人操作，請在會員專區「我的」登出所有裝置，或洽任一門市。",
    (
        "phone_changed",
        "en",
    ): "{{ brand }}: your account is leaving the number {{ phone }} for another. If it was not you, tell any of our stores at once: for 24 hours nothing large can be spent.",
    (
        "phone_changed",
        "zh-hans",
    ): "{{ brand }}：您的账户正由 {{ phone }} 更换为新手机号。如非本人操作，请立即联系门店；24 小时内无法进行大额消费。",
    (
        "phone_changed",
        "zh-hant",
    ): "{{ brand }}：您的帳戶正由 {{ phone }} 更換為新手機號碼。如非本人操作，請立即聯絡門市；24 小時內無法進行大額消費。",
}
CHANNELS = {"new_device": ("sms", "email", "inbox"), "phone_changed": ("sms",)}


def begin(apps, schema_editor):
    templates = apps.get_model("messaging", "MessageTemplate").objects
    versions = apps.get_model("messaging", "MessageTemplateVersion").objects
    texts = apps.get_model("messaging", "MessageText").objects
    for code, name in NAMES.items():
        template, _made = templates.get_or_create(
            code=code, defaults={"name": name, "purpose": "transactional"}
        )
        version = versions.create(
            template=template,
            number=versions.filter(template=template).count() + 1,
            values=VALUES[code],
            published_at=FIRST,
        )
        for channel in CHANNELS[code]:
            for language in ("en", "zh-hans", "zh-hant"):
                texts.create(
                    version=version,
                    channel=channel,
                    language=language,
                    subject="" if channel == "sms" else SUBJECTS[code, language],
                    body=BODIES[code, language],
                )


class Migration(migrations.Migration):
    """What members are told of a new device and of a new phone."""

    dependencies = [
        ("accounts", "0005_payment_code_proof"),
        ("messaging", "0004_first_templates"),
    ]
    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
