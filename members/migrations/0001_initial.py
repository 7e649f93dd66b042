import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.math
import django.db.models.functions.text
import django.db.models.lookups
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("ledger", "0002_enforce"),
        ("stores", "0004_only_verbs_that_are_used"),
        ("stores", "__first__"),
    ]

    operations = [
        migrations.RunSQL(
            sql="-- A referral code: ten signs of an alphabet without look-alikes, 50 random bits.\n--\n-- Among ten million members the chance that any two ever met is one in twenty; the\n-- unique index refuses the second, and whoever enrols is given another.\nCREATE OR REPLACE FUNCTION members_referral_code() RETURNS text\nLANGUAGE sql VOLATILE PARALLEL SAFE AS $$\n  SELECT string_agg(substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', 1 + (get_byte(random.bytes, place) & 31), 1), '')\n    FROM (SELECT uuid_send(gen_random_uuid()) AS bytes OFFSET 0) random,\n         unnest(ARRAY[0, 1, 2, 3, 4, 5, 9, 10, 11, 12]) AS place  -- bytes 6 and 8 are fixed in part\n$$;\n",
            reverse_sql="",
        ),
        migrations.CreateModel(
            name="ConsentText",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("transactional", "about the member’s own business"),
                            ("marketing", "offers and news"),
                            ("survey", "surveys"),
                            ("partners", "offers of our partners"),
                        ],
                        max_length=13,
                        verbose_name="purpose",
                    ),
                ),
                (
                    "version",
                    models.PositiveIntegerField(editable=False, verbose_name="version"),
                ),
                ("text", models.TextField(max_length=4000, verbose_name="text")),
                (
                    "published_at",
                    models.DateTimeField(editable=False, verbose_name="published at"),
                ),
                (
                    "published_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="published by",
                    ),
                ),
            ],
            options={
                "verbose_name": "consent text",
                "verbose_name_plural": "consent texts",
                "default_permissions": ("view", "add"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("purpose", "version"),
                        name="members_consenttext_one_per_version",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("purpose__in", ["marketing", "survey", "partners"])
                        ),
                        name="members_consenttext_purpose_is_asked",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True),
                        name="members_consenttext_says_something",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("transactional", "about the member’s own business"),
                            ("marketing", "offers and news"),
                            ("survey", "surveys"),
                            ("partners", "offers of our partners"),
                        ],
                        max_length=13,
                        verbose_name="purpose",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("inbox", "in the app"),
                            ("email", "e-mail"),
                            ("sms", "text message"),
                            ("call", "phone call"),
                        ],
                        max_length=5,
                        verbose_name="channel",
                    ),
                ),
                ("granted", models.BooleanField(verbose_name="agreed")),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("counter", "at the counter"),
                            ("paper", "on paper"),
                            ("portal", "in the portal"),
                            ("link", "by a link in a message"),
                            ("api", "through another program"),
                            ("import", "brought along"),
                            ("merge", "from a merged member"),
                            ("erasure", "on being erased"),
                        ],
                        max_length=8,
                        verbose_name="source",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="at")),
                (
                    "copy_of",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="copies",
                        to="members.consent",
                        verbose_name="copy of",
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="taken by",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.store",
                        verbose_name="store",
                    ),
                ),
                (
                    "text",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consents",
                        to="members.consenttext",
                        verbose_name="text",
                    ),
                ),
            ],
            options={
                "verbose_name": "consent",
                "verbose_name_plural": "consents",
                "permissions": [("record_consent", "Can record a member’s consents")],
                "default_permissions": ("view",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("purpose__in", ["marketing", "survey", "partners"])
                        ),
                        name="members_consent_purpose_is_asked",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("channel__in", ["inbox", "email", "sms", "call"])
                        ),
                        name="members_consent_channel_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "source__in",
                                [
                                    "counter",
                                    "paper",
                                    "portal",
                                    "link",
                                    "api",
                                    "import",
                                    "merge",
                                    "erasure",
                                ],
                            )
                        ),
                        name="members_consent_source_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("granted", False), ("text__isnull", False), _connector="OR"
                        ),
                        name="members_consent_given_to_a_text",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CustomField",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        help_text="Small letters, digits and _; it stands in exports and stays.",
                        max_length=32,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z][a-z0-9_]{0,31}$"
                            )
                        ],
                        verbose_name="code",
                    ),
                ),
                ("name", models.CharField(max_length=40, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("text", "text"),
                            ("number", "number"),
                            ("date", "date"),
                            ("choice", "choice"),
                        ],
                        default="text",
                        max_length=6,
                        verbose_name="kind",
                    ),
                ),
                (
                    "choices",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        blank=True,
                        default=list,
                        help_text="For a choice: what may be chosen, separated by commas.",
                        verbose_name="choices",
                    ),
                ),
                (
                    "position",
                    models.PositiveSmallIntegerField(
                        default=0, verbose_name="place in the list"
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
            ],
            options={
                "verbose_name": "custom field",
                "verbose_name_plural": "custom fields",
                "default_permissions": ("view", "add", "change"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[a-z][a-z0-9_]{0,31}$")),
                        name="members_customfield_code_is_plain",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["text", "number", "date", "choice"])
                        ),
                        name="members_customfield_kind_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("choices__len__gt", 0), ("kind", "choice")),
                            models.Q(
                                models.Q(("kind", "choice"), _negated=True),
                                ("choices", []),
                            ),
                            _connector="OR",
                        ),
                        name="members_customfield_choice_has_choices",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalCustomField",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        auto_created=True, blank=True, db_index=True, verbose_name="ID"
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        db_index=True,
                        help_text="Small letters, digits and _; it stands in exports and stays.",
                        max_length=32,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z][a-z0-9_]{0,31}$"
                            )
                        ],
                        verbose_name="code",
                    ),
                ),
                ("name", models.CharField(max_length=40, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("text", "text"),
                            ("number", "number"),
                            ("date", "date"),
                            ("choice", "choice"),
                        ],
                        default="text",
                        max_length=6,
                        verbose_name="kind",
                    ),
                ),
                (
                    "choices",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        blank=True,
                        default=list,
                        help_text="For a choice: what may be chosen, separated by commas.",
                        verbose_name="choices",
                    ),
                ),
                (
                    "position",
                    models.PositiveSmallIntegerField(
                        default=0, verbose_name="place in the list"
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")],
                        max_length=1,
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical custom field",
                "verbose_name_plural": "historical custom fields",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalTag",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        auto_created=True, blank=True, db_index=True, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=40, verbose_name="name")),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")],
                        max_length=1,
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical tag",
                "verbose_name_plural": "historical tags",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Member",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "public_id",
                    models.UUIDField(
                        db_default=models.Func(
                            function="ledger_uuid7", output_field=models.UUIDField()
                        ),
                        editable=False,
                        unique=True,
                    ),
                ),
                (
                    "name",
                    models.CharField(blank=True, max_length=80, verbose_name="name"),
                ),
                (
                    "phone",
                    models.CharField(
                        blank=True,
                        db_collation="C",
                        max_length=16,
                        null=True,
                        verbose_name="phone",
                    ),
                ),
                (
                    "email",
                    models.EmailField(
                        blank=True, max_length=254, verbose_name="e-mail"
                    ),
                ),
                (
                    "salutation",
                    models.CharField(
                        blank=True, max_length=20, verbose_name="salutation"
                    ),
                ),
                (
                    "gender",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("female", "female"),
                            ("male", "male"),
                            ("other", "another"),
                        ],
                        max_length=6,
                        verbose_name="gender",
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("en", "English"),
                            ("zh-hans", "简体中文"),
                            ("zh-hant", "繁體中文"),
                        ],
                        max_length=10,
                        verbose_name="language",
                    ),
                ),
                (
                    "birth_calendar",
                    models.CharField(
                        blank=True,
                        choices=[("solar", "solar"), ("lunar", "lunar")],
                        max_length=5,
                        verbose_name="calendar of the birthday",
                    ),
                ),
                (
                    "birth_year",
                    models.SmallIntegerField(
                        blank=True, null=True, verbose_name="year of birth"
                    ),
                ),
                (
                    "birth_month",
                    models.SmallIntegerField(
                        blank=True, null=True, verbose_name="month of birth"
                    ),
                ),
                (
                    "birth_day",
                    models.SmallIntegerField(
                        blank=True, null=True, verbose_name="day of birth"
                    ),
                ),
                (
                    "birth_leap",
                    models.BooleanField(
                        default=False, verbose_name="born in a leap month"
                    ),
                ),
                (
                    "birthday_set_at",
                    models.DateTimeField(
                        blank=True,
                        editable=False,
                        null=True,
                        verbose_name="birthday set at",
                    ),
                ),
                (
                    "referral_code",
                    models.CharField(
                        db_collation="C",
                        db_default=models.Func(
                            function="members_referral_code",
                            output_field=models.CharField(),
                        ),
                        editable=False,
                        max_length=10,
                        unique=True,
                        verbose_name="referral code",
                    ),
                ),
                (
                    "custom",
                    models.JSONField(
                        blank=True, default=dict, verbose_name="custom fields"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("active", "active"),
                            ("merged", "merged into another"),
                            ("erased", "erased"),
                        ],
                        default="active",
                        max_length=8,
                        verbose_name="status",
                    ),
                ),
                ("joined_at", models.DateTimeField(verbose_name="joined at")),
                (
                    "ended_at",
                    models.DateTimeField(
                        blank=True,
                        editable=False,
                        null=True,
                        verbose_name="merged or erased at",
                    ),
                ),
                (
                    "search_name",
                    models.CharField(
                        blank=True,
                        db_collation="C",
                        default="",
                        editable=False,
                        max_length=80,
                    ),
                ),
                (
                    "search_pinyin",
                    models.CharField(
                        blank=True,
                        db_collation="C",
                        default="",
                        editable=False,
                        max_length=120,
                    ),
                ),
                (
                    "search_initials",
                    models.CharField(
                        blank=True,
                        db_collation="C",
                        default="",
                        editable=False,
                        max_length=40,
                    ),
                ),
                (
                    "other_pinyin",
                    models.CharField(
                        blank=True,
                        db_collation="C",
                        default="",
                        editable=False,
                        max_length=120,
                    ),
                ),
                (
                    "other_initials",
                    models.CharField(
                        blank=True,
                        db_collation="C",
                        default="",
                        editable=False,
                        max_length=40,
                    ),
                ),
                (
                    "home_store",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.store",
                        verbose_name="home store",
                    ),
                ),
                (
                    "keeper",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        help_text="Who looks after this guest.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="keeper",
                    ),
                ),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged_from",
                        to="members.member",
                        verbose_name="merged into",
                    ),
                ),
                (
                    "referrer",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="referred",
                        to="members.member",
                        verbose_name="brought by",
                    ),
                ),
            ],
            options={
                "verbose_name": "member",
                "verbose_name_plural": "members",
                "permissions": [
                    ("see_phone", "Can see phones and e-mail addresses in full"),
                    ("change_phone", "Can change a member’s phone"),
                    ("change_birthday", "Can change a birthday once it is set"),
                    ("tag_member", "Can tag members"),
                    ("assign_keeper", "Can give a member a keeper"),
                    ("merge_member", "Can merge two members, with a second person"),
                    ("erase_member", "Can erase a member"),
                    ("export_member", "Can hand out everything kept about a member"),
                ],
                "default_permissions": ("view", "add", "change"),
                "indexes": [
                    models.Index(fields=["search_name"], name="members_member_by_name"),
                    models.Index(
                        fields=["search_pinyin"], name="members_member_by_pinyin"
                    ),
                    models.Index(
                        fields=["search_initials"], name="members_member_by_initials"
                    ),
                    models.Index(
                        condition=models.Q(("other_pinyin", ""), _negated=True),
                        fields=["other_pinyin"],
                        name="members_member_other_pinyin",
                    ),
                    models.Index(
                        condition=models.Q(("other_initials", ""), _negated=True),
                        fields=["other_initials"],
                        name="members_member_other_init",
                    ),
                    models.Index(
                        django.db.models.functions.text.Reverse("phone"),
                        name="members_member_by_tail",
                    ),
                    models.Index(
                        django.db.models.functions.text.Lower("email"),
                        condition=models.Q(("email", ""), _negated=True),
                        name="members_member_by_email",
                    ),
                    models.Index(
                        condition=models.Q(("birth_month__isnull", False)),
                        fields=["birth_calendar", "birth_month", "birth_day"],
                        name="members_member_by_birthday",
                    ),
                    models.Index(
                        condition=models.Q(("keeper__isnull", False)),
                        fields=["keeper"],
                        name="members_member_by_keeper",
                    ),
                    models.Index(
                        condition=models.Q(("referrer__isnull", False)),
                        fields=["referrer"],
                        name="members_member_by_referrer",
                    ),
                    models.Index(
                        condition=models.Q(("merged_into__isnull", False)),
                        fields=["merged_into"],
                        name="members_member_by_pointer",
                    ),
                    models.Index(
                        condition=models.Q(("status", "active"), _negated=True),
                        fields=["status"],
                        name="members_member_ended",
                    ),
                    django.contrib.postgres.indexes.BrinIndex(
                        fields=["joined_at"], name="members_member_by_day"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("phone",), name="members_member_one_per_phone"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("phone__isnull", True),
                            ("phone__regex", "^\\+[1-9][0-9]{6,14}$"),
                            _connector="OR",
                        ),
                        name="members_member_phone_is_e164",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("referral_code__regex", "^[0-9A-HJKMNP-TV-Z]{10}$")
                        ),
                        name="members_member_referral_code_is_plain",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["active", "merged", "erased"])
                        ),
                        name="members_member_status_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("merged_into__isnull", False), ("status", "merged")
                            ),
                            models.Q(
                                models.Q(("status", "merged"), _negated=True),
                                ("merged_into__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="members_member_merged_has_pointer",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("merged_into__isnull", True),
                            models.Q(("merged_into", models.F("id")), _negated=True),
                            _connector="OR",
                        ),
                        name="members_member_merged_into_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("referrer__isnull", True),
                            models.Q(("referrer", models.F("id")), _negated=True),
                            _connector="OR",
                        ),
                        name="members_member_brought_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("status", "active")),
                            models.Q(
                                models.Q(("status", "active"), _negated=True),
                                ("ended_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="members_member_ended_when_it_ended",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("gender__in", ["", "female", "male", "other"])
                        ),
                        name="members_member_gender_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("birth_calendar", ""),
                                ("birth_day__isnull", True),
                                ("birth_leap", False),
                                ("birth_month__isnull", True),
                                ("birth_year__isnull", True),
                                ("birthday_set_at__isnull", True),
                            ),
                            models.Q(
                                ("birth_day__isnull", False),
                                ("birth_month__isnull", False),
                                ("birthday_set_at__isnull", False),
                                ("birth_calendar__in", ["solar", "lunar"]),
                            ),
                            _connector="OR",
                        ),
                        name="members_member_birthday_is_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("birth_month__isnull", True),
                            models.Q(("birth_month__gte", 1), ("birth_month__lte", 12)),
                            _connector="OR",
                        ),
                        name="members_member_birth_month_exists",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("birth_day__isnull", True),
                            models.Q(("birth_day__gte", 1), ("birth_day__lte", 29)),
                            models.Q(("birth_calendar", "lunar"), ("birth_day", 30)),
                            models.Q(
                                ("birth_calendar", "solar"),
                                ("birth_day", 30),
                                models.Q(("birth_month", 2), _negated=True),
                            ),
                            models.Q(
                                ("birth_calendar", "solar"),
                                ("birth_day", 31),
                                ("birth_month__in", [1, 3, 5, 7, 8, 10, 12]),
                            ),
                            _connector="OR",
                        ),
                        name="members_member_birth_day_exists",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("birth_calendar", "solar"),
                                ("birth_day", 29),
                                ("birth_month", 2),
                                _negated=True,
                            ),
                            ("birth_year__isnull", True),
                            models.Q(
                                django.db.models.lookups.Exact(
                                    django.db.models.functions.math.Mod(
                                        models.F("birth_year"), 4
                                    ),
                                    0,
                                ),
                                django.db.models.expressions.NegatedExpression(
                                    django.db.models.lookups.Exact(
                                        django.db.models.functions.math.Mod(
                                            models.F("birth_year"), 100
                                        ),
                                        0,
                                    )
                                ),
                            ),
                            django.db.models.lookups.Exact(
                                django.db.models.functions.math.Mod(
                                    models.F("birth_year"), 400
                                ),
                                0,
                            ),
                            _connector="OR",
                        ),
                        name="members_member_leap_day_in_leap_year",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("birth_year__isnull", True),
                            models.Q(
                                ("birth_year__gte", 1900), ("birth_year__lte", 2100)
                            ),
                            _connector="OR",
                        ),
                        name="members_member_birth_year_is_plausible",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("birth_leap", False),
                            ("birth_calendar", "lunar"),
                            _connector="OR",
                        ),
                        name="members_member_leap_month_is_lunar",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "erased"), _negated=True),
                            models.Q(
                                ("custom", {}),
                                ("email", ""),
                                ("gender", ""),
                                ("keeper__isnull", True),
                                ("language", ""),
                                ("name", ""),
                                ("other_initials", ""),
                                ("other_pinyin", ""),
                                ("phone__isnull", True),
                                ("referrer__isnull", True),
                                ("salutation", ""),
                                ("search_initials", ""),
                                ("search_name", ""),
                                ("search_pinyin", ""),
                                ("birth_calendar", ""),
                                ("birth_day__isnull", True),
                                ("birth_leap", False),
                                ("birth_month__isnull", True),
                                ("birth_year__isnull", True),
                                ("birthday_set_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="members_member_erased_is_nobody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalMember",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        auto_created=True, blank=True, db_index=True, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.UUIDField(
                        db_default=models.Func(
                            function="ledger_uuid7", output_field=models.UUIDField()
                        ),
                        db_index=True,
                        editable=False,
                    ),
                ),
                (
                    "name",
                    models.CharField(blank=True, max_length=80, verbose_name="name"),
                ),
                (
                    "phone",
                    models.CharField(
                        blank=True, max_length=16, null=True, verbose_name="phone"
                    ),
                ),
                (
                    "email",
                    models.EmailField(
                        blank=True, max_length=254, verbose_name="e-mail"
                    ),
                ),
                (
                    "salutation",
                    models.CharField(
                        blank=True, max_length=20, verbose_name="salutation"
                    ),
                ),
                (
                    "gender",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("female", "female"),
                            ("male", "male"),
                            ("other", "another"),
                        ],
                        max_length=6,
                        verbose_name="gender",
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("en", "English"),
                            ("zh-hans", "简体中文"),
                            ("zh-hant", "繁體中文"),
                        ],
                        max_length=10,
                        verbose_name="language",
                    ),
                ),
                (
                    "birth_calendar",
                    models.CharField(
                        blank=True,
                        choices=[("solar", "solar"), ("lunar", "lunar")],
                        max_length=5,
                        verbose_name="calendar of the birthday",
                    ),
                ),
                (
                    "birth_year",
                    models.SmallIntegerField(
                        blank=True, null=True, verbose_name="year of birth"
                    ),
                ),
                (
                    "birth_month",
                    models.SmallIntegerField(
                        blank=True, null=True, verbose_name="month of birth"
                    ),
                ),
                (
                    "birth_day",
                    models.SmallIntegerField(
                        blank=True, null=True, verbose_name="day of birth"
                    ),
                ),
                (
                    "birth_leap",
                    models.BooleanField(
                        default=False, verbose_name="born in a leap month"
                    ),
                ),
                (
                    "birthday_set_at",
                    models.DateTimeField(
                        blank=True,
                        editable=False,
                        null=True,
                        verbose_name="birthday set at",
                    ),
                ),
                (
                    "referral_code",
                    models.CharField(
                        db_default=models.Func(
                            function="members_referral_code",
                            output_field=models.CharField(),
                        ),
                        db_index=True,
                        editable=False,
                        max_length=10,
                        verbose_name="referral code",
                    ),
                ),
                (
                    "custom",
                    models.JSONField(
                        blank=True, default=dict, verbose_name="custom fields"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("active", "active"),
                            ("merged", "merged into another"),
                            ("erased", "erased"),
                        ],
                        default="active",
                        max_length=8,
                        verbose_name="status",
                    ),
                ),
                ("joined_at", models.DateTimeField(verbose_name="joined at")),
                (
                    "ended_at",
                    models.DateTimeField(
                        blank=True,
                        editable=False,
                        null=True,
                        verbose_name="merged or erased at",
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")],
                        max_length=1,
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "home_store",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="stores.store",
                        verbose_name="home store",
                    ),
                ),
                (
                    "keeper",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="Who looks after this guest.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="keeper",
                    ),
                ),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="members.member",
                        verbose_name="merged into",
                    ),
                ),
                (
                    "referrer",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="members.member",
                        verbose_name="brought by",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical member",
                "verbose_name_plural": "historical members",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Forfeiture",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "key",
                    models.CharField(max_length=120, unique=True, verbose_name="key"),
                ),
                ("signed_on", models.DateField(verbose_name="signed on")),
                (
                    "reference",
                    models.CharField(
                        help_text="Where the signed paper is kept, such as its number.",
                        max_length=80,
                        verbose_name="reference",
                    ),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                ("at", models.DateTimeField(verbose_name="at")),
                ("entry_id", models.UUIDField(null=True, verbose_name="entry")),
                (
                    "approver",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="approved by",
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="staff member",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="forfeitures",
                        to="members.member",
                        verbose_name="member",
                    ),
                ),
            ],
            options={
                "verbose_name": "forfeiture",
                "verbose_name_plural": "forfeitures",
                "default_permissions": ("view",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("member",), name="members_forfeiture_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reference", ""), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                        ),
                        name="members_forfeiture_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approver", models.F("staff")), _negated=True
                        ),
                        name="members_forfeiture_approved_by_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ConsentNow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("transactional", "about the member’s own business"),
                            ("marketing", "offers and news"),
                            ("survey", "surveys"),
                            ("partners", "offers of our partners"),
                        ],
                        max_length=13,
                        verbose_name="purpose",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("inbox", "in the app"),
                            ("email", "e-mail"),
                            ("sms", "text message"),
                            ("call", "phone call"),
                        ],
                        max_length=5,
                        verbose_name="channel",
                    ),
                ),
                ("granted", models.BooleanField(verbose_name="agreed")),
                ("at", models.DateTimeField(verbose_name="at")),
                (
                    "consent",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.consent",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consents_now",
                        to="members.member",
                    ),
                ),
            ],
            options={
                "verbose_name": "standing consent",
                "verbose_name_plural": "standing consents",
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        condition=models.Q(("granted", True)),
                        fields=["purpose", "channel", "member"],
                        name="members_consentnow_who",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("member", "purpose", "channel"),
                        name="members_consentnow_one_stands",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="consent",
            name="member",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="consents",
                to="members.member",
                verbose_name="member",
            ),
        ),
        migrations.CreateModel(
            name="Merge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "key",
                    models.CharField(max_length=120, unique=True, verbose_name="key"),
                ),
                ("at", models.DateTimeField(verbose_name="at")),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                ("entry_id", models.UUIDField(null=True, verbose_name="entry")),
                (
                    "approver",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="approved by",
                    ),
                ),
                (
                    "source",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merge",
                        to="members.member",
                        verbose_name="merged",
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="staff member",
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merges",
                        to="members.member",
                        verbose_name="into",
                    ),
                ),
            ],
            options={
                "verbose_name": "merge",
                "verbose_name_plural": "merges",
                "default_permissions": ("view",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("source", models.F("target")), _negated=True
                        ),
                        name="members_merge_joins_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approver__isnull", True),
                            models.Q(("approver", models.F("staff")), _negated=True),
                            _connector="OR",
                        ),
                        name="members_merge_approved_by_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Tag",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("name", models.CharField(max_length=40, verbose_name="name")),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
            ],
            options={
                "verbose_name": "tag",
                "verbose_name_plural": "tags",
                "default_permissions": ("view", "add", "change"),
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("name"),
                        name="members_tag_one_per_name",
                        violation_error_message="There is a tag with this name.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        name="members_tag_has_a_name",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MemberTag",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("tagged_at", models.DateTimeField(verbose_name="tagged at")),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="taggings",
                        to="members.member",
                        verbose_name="member",
                    ),
                ),
                (
                    "tagged_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="tagged by",
                    ),
                ),
                (
                    "tag",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="taggings",
                        to="members.tag",
                        verbose_name="tag",
                    ),
                ),
            ],
            options={
                "verbose_name": "tag on a member",
                "verbose_name_plural": "tags on members",
                "default_permissions": ("view",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("member", "tag"),
                        name="members_membertag_once_per_member",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="member",
            name="tags",
            field=models.ManyToManyField(
                related_name="members",
                through="members.MemberTag",
                to="members.tag",
                verbose_name="tags",
            ),
        ),
        migrations.AddIndex(
            model_name="consent",
            index=models.Index(
                fields=["member", "purpose", "channel", "at"],
                name="members_consent_of_member",
            ),
        ),
    ]
