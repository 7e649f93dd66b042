from datetime import UTC, datetime

from django.db import migrations

TENDERS = [
    # code, opens the drawer, names in English, Simplified and Traditional Chinese
    ("cash", True, "Cash", "现金", "現金"),
    ("card", False, "Bank card", "银行卡", "銀行卡"),
    ("wechat", False, "WeChat Pay", "微信支付", "微信支付"),
    ("alipay", False, "Alipay", "支付宝", "支付寶"),
]
GIVEN = {
    "head-office": [
        "stores.view_tenderkind",
        "stores.add_tenderkind",
        "stores.change_tenderkind",
    ],
    "auditor": ["stores.view_tenderkind"],
    "store-manager": ["stores.view_tenderkind"],
}


def begin(apps, schema_editor):
    kinds = apps.get_model("stores", "TenderKind")
    histories = apps.get_model("stores", "HistoricalTenderKind")
    for place, (code, opens_drawer, en, hans, hant) in enumerate(TENDERS, 1):
        values = {
            "code": code,
            "position": place * 10,
            "opens_drawer": opens_drawer,
            "name_en": en,
            "name_zh_hans": hans,
            "name_zh_hant": hant,
        }
        kind = kinds.objects.create(**values)
        # The checkout knows rows by the last change in their history.
        histories.objects.create(
            id=kind.pk,
            history_date=datetime(1970, 1, 1, tzinfo=UTC),
            history_type="+",
            **values,
        )


def give(apps, schema_editor):
    for role in apps.get_model("stores", "Role").objects.filter(code__in=GIVEN):
        role.permissions = sorted({*role.permissions, *GIVEN[role.code]})
        role.save(update_fields=["permissions"])


class Migration(migrations.Migration):
    """The four that every shop began with, under the codes that they always had."""

    dependencies = [("stores", "0009_tender_kinds")]
    operations = [
        migrations.RunPython(begin, migrations.RunPython.noop),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
