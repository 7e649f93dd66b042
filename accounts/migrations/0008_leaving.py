from datetime import UTC, datetime

from django.db import migrations, models

FIRST = datetime(1970, 1, 1, tzinfo=UTC)
AT_OUR_ADDRESS = "\n\n@{{ host }} #{{ code }}"
WORDS = {
    "en": "{{ brand }}: type {{ code }} yourself to leave as a member. It cannot be undone. Valid for {{ minutes }} minutes. Did you not ask for it? Then tell it to nobody.",
    "zh-hans": "{{ brand }}：您正在注销会员，注销后无法恢复，验证码 {{ code }}，{{ minutes }} 分钟内有效，请本人亲自输入。非本人操作请勿告诉任何人。",
    "zh-hant": "{{ brand }}：您正在註銷會員，註銷後無法復原，驗證碼 {{ code }}，{{ minutes }} 分鐘內有效，請本人親自輸入。非本人操作請勿告訴任何人。",
}
SUBJECTS = {
    "en": "Your code to leave",
    "zh-hans": "注销会员验证码",
    "zh-hant": "註銷會員驗證碼",
}


def write(apps, schema_editor):
    template, made = apps.get_model(
        "messaging", "MessageTemplate"
    ).objects.get_or_create(
        code="closure_proof",
        defaults={"name": "注销会员验证码", "purpose": "transactional"},
    )
    if not made:
        return
    version = apps.get_model("messaging", "MessageTemplateVersion").objects.create(
        template=template,
        number=1,
        values={"code": "secret", "minutes": "number", "host": "text"},
        published_at=FIRST,
    )
    for language, body in WORDS.items():
        for channel, words in (("sms", body + AT_OUR_ADDRESS), ("email", body)):
            apps.get_model("messaging", "MessageText").objects.create(
                version=version,
                channel=channel,
                language=language,
                subject=SUBJECTS[language] if channel == "email" else "",
                body=words,
            )


class Migration(migrations.Migration):
    """Members leave by themselves, with a code sent to their phone."""

    dependencies = [
        ("accounts", "0007_unfreeze_proof"),
        ("messaging", "0003_rules_of_sending"),
    ]
    operations = [
        migrations.AlterField(
            model_name="signincode",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("sign_in", "signing in"),
                    ("enrol", "becoming a member"),
                    ("other", "joining another number of one’s own"),
                    ("old", "changing the phone: the old one"),
                    ("new", "changing the phone: the new one"),
                    ("email", "an e-mail address to sign in by"),
                    ("paycode", "setting a first payment code"),
                    ("thaw", "lifting a freeze of one’s own spending"),
                    ("closure", "leaving"),
                ],
                default="sign_in",
                max_length=7,
                verbose_name="purpose",
            ),
        ),
        migrations.RemoveConstraint(
            model_name="signincode", name="accounts_signincode_purpose_is_known"
        ),
        migrations.AddConstraint(
            model_name="signincode",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "purpose__in",
                        [
                            "sign_in",
                            "enrol",
                            "other",
                            "old",
                            "new",
                            "email",
                            "paycode",
                            "thaw",
                            "closure",
                        ],
                    )
                ),
                name="accounts_signincode_purpose_is_known",
            ),
        ),
        migrations.RunPython(write, migrations.RunPython.noop),
    ]
