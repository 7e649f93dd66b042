from pathlib import Path

from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.lookups import Exact, GreaterThan

SQL = Path(__file__).resolve().parent.parent / "sql"

NOW_DOMAINS_OR_TRIGGERS = {
    "account": (
        "never_negative",
        "balance_is_bounded",
        "kind_decides_guard",
        "kind_is_known",
        "only_debts_grow_by_debit",
        "status_is_known",
    ),
    "entry": (
        "kind_is_known",
        "only_reversals_reverse",
        "names_its_actor",
        "staff_act_in_a_store",
        "staff_are_named",
        "tills_have_a_shift",
        "second_person_is_another",
    ),
    "posting": ("amount_is_positive",),
    "lot": ("within_bounds", "open_while_it_lasts"),
    "lotuse": ("amount_is_positive",),
}


class Migration(migrations.Migration):
    """The same refusals at half the price of a posting."""

    dependencies = [("ledger", "0005_expire_of_one_holder")]
    operations = [
        *(
            migrations.RemoveConstraint(model, f"ledger_{model}_{fact}")
            for model, facts in NOW_DOMAINS_OR_TRIGGERS.items()
            for fact in facts
        ),
        migrations.RunSQL(
            (SQL / "facts.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop
        ),
        migrations.AddConstraint(
            "lot",
            models.CheckConstraint(
                condition=Q(remaining__lte=F("initial")),
                name="ledger_lot_within_bounds",
            ),
        ),
        migrations.AddConstraint(
            "lot",
            models.CheckConstraint(
                condition=Exact(F("is_open"), GreaterThan(F("remaining"), 0)),
                name="ledger_lot_open_while_it_lasts",
            ),
        ),
    ]
