from django.db import migrations, models


class Migration(migrations.Migration):
    """The log of a million acts is searched by the request, as the logs name it."""

    dependencies = [("stores", "0010_first_tenders")]
    operations = [
        migrations.AddIndex(
            model_name="auditevent",
            index=models.Index(
                fields=["request_id"],
                name="stores_audit_by_request",
                condition=~models.Q(request_id=""),
            ),
        ),
    ]
