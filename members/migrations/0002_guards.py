from datetime import UTC, datetime

from django.db import migrations, models

TEXTS = {
    "marketing": "I would like to hear about offers and news. / 我同意接收优惠与活动信息。 / 我同意接收優惠與活動訊息。",
    "survey": "I may be asked how I liked it. / 我同意接受满意度回访。 / 我同意接受滿意度調查。",
    "partners": "I would like to hear about offers of partners; they are told nothing about me. / 我同意接收联盟商户的优惠信息，个人信息不会提供给对方。 / 我同意接收聯盟商家的優惠訊息，個人資料不會提供給對方。",
}


def begin(apps, schema_editor):
    for purpose, text in TEXTS.items():
        apps.get_model("members", "ConsentText").objects.get_or_create(
            purpose=purpose,
            version=1,
            defaults={"text": text, "published_at": datetime(1970, 1, 1, tzinfo=UTC)},
        )


class Migration(migrations.Migration):
    """What the database itself refuses about members, and the first texts to agree to."""

    dependencies = [
        ("members", "0001_initial"),
        ("ledger", "0008_find_before_opening"),
        ("policies", "0002_first_version"),
    ]
    operations = [
        migrations.RemoveField("consenttext", "published_by"),
        *(
            migrations.AlterField(
                model,
                "referral_code",
                models.CharField(
                    **collated,
                    db_default=models.Func(
                        function="members_referral_code",
                        output_field=models.CharField(),
                    ),
                    editable=False,
                    max_length=10,
                    verbose_name="referral code",
                ),
            )
            for model, collated in (
                ("member", {"db_collation": "C"}),
                ("historicalmember", {}),
            )
        ),
        migrations.AddConstraint(
            "member",
            models.UniqueConstraint(
                fields=["referral_code"], name="members_member_one_per_code"
            ),
        ),
        migrations.RunPython(begin, migrations.RunPython.noop),
    ]
