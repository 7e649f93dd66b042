import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("members", "0001_initial"),
        ("stores", "0004_only_verbs_that_are_used"),
        ("stores", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Keeper",
            fields=[
                (
                    "member",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="members.member",
                        verbose_name="member",
                    ),
                ),
                ("since", models.DateTimeField(verbose_name="since")),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="keeper",
                    ),
                ),
            ],
            options={
                "verbose_name": "keeper",
                "verbose_name_plural": "keepers",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Visit",
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
                ("at", models.DateTimeField(verbose_name="at")),
                ("business_date", models.DateField(verbose_name="business date")),
                (
                    "amount",
                    models.BigIntegerField(
                        help_text="Minor units.", verbose_name="amount"
                    ),
                ),
                ("source", models.CharField(max_length=20, verbose_name="source")),
                (
                    "reference",
                    models.CharField(max_length=100, verbose_name="reference"),
                ),
                (
                    "voided_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="voided at"
                    ),
                ),
                (
                    "noted_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="noted at",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                        verbose_name="member",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.store",
                        verbose_name="store",
                    ),
                ),
            ],
            options={
                "verbose_name": "visit",
                "verbose_name_plural": "visits",
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(
                        fields=["member", "business_date", "id"],
                        name="recognition_visit_of_member",
                    ),
                    models.Index(
                        fields=["store", "business_date"],
                        name="recognition_visit_of_store",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("source", "reference"),
                        name="recognition_visit_noted_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount__gte", 0), ("amount__lte", 1000000000000000)
                        ),
                        name="recognition_visit_amount_is_bounded",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("source__regex", "^[a-z][a-z0-9_-]*$"),
                            models.Q(("reference", ""), _negated=True),
                        ),
                        name="recognition_visit_names_its_source",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Feedback",
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
                ("at", models.DateTimeField(verbose_name="at")),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("counter", "At the counter"),
                            ("phone", "By phone"),
                            ("survey", "Survey"),
                            ("online", "Online review"),
                            ("other", "Elsewhere"),
                        ],
                        max_length=8,
                        verbose_name="channel",
                    ),
                ),
                (
                    "score",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="From 0 to 10.",
                        null=True,
                        verbose_name="score",
                    ),
                ),
                (
                    "stars",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="From 1 to 5.",
                        null=True,
                        verbose_name="stars",
                    ),
                ),
                (
                    "words",
                    models.CharField(
                        blank=True, default="", max_length=2000, verbose_name="words"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("noted", "Noted"),
                            ("open", "Open"),
                            ("owned", "Has an owner"),
                            ("cured", "Cured"),
                        ],
                        default="noted",
                        max_length=5,
                        verbose_name="state",
                    ),
                ),
                (
                    "own_by",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="to have an owner by"
                    ),
                ),
                (
                    "cure_by",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="to be cured by"
                    ),
                ),
                (
                    "cured_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="cured at"
                    ),
                ),
                (
                    "cure",
                    models.CharField(
                        blank=True,
                        default="",
                        max_length=1000,
                        verbose_name="what was done",
                    ),
                ),
                (
                    "wiped_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="wiped at"
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                        verbose_name="member",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.store",
                        verbose_name="store",
                    ),
                ),
                (
                    "visit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="recognition.visit",
                        verbose_name="visit",
                    ),
                ),
            ],
            options={
                "verbose_name": "feedback",
                "verbose_name_plural": "feedback",
                "permissions": [
                    ("record_feedback", "Can record what a guest said"),
                    ("assign_complaint", "Can give a complaint an owner"),
                    ("cure_complaint", "Can cure a complaint"),
                ],
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(
                        fields=["member", "at"], name="recognition_feedback_of_member"
                    ),
                    models.Index(
                        fields=["store", "at"], name="recognition_feedback_of_store"
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ["open", "owned"])),
                        fields=["cure_by"],
                        name="recognition_feedback_due",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("score__isnull", True), ("score__lte", 10), _connector="OR"
                        ),
                        name="recognition_feedback_score_is_out_of_ten",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("stars__isnull", True),
                            ("stars__range", (1, 5)),
                            _connector="OR",
                        ),
                        name="recognition_feedback_stars_are_five",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("score__isnull", False),
                            ("stars__isnull", False),
                            models.Q(("words", ""), _negated=True),
                            ("wiped_at__isnull", False),
                            _connector="OR",
                        ),
                        name="recognition_feedback_says_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("wiped_at__isnull", True),
                            models.Q(("cure", ""), ("words", "")),
                            _connector="OR",
                        ),
                        name="recognition_feedback_wiped_is_empty",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("channel__in", ["counter", "phone", "survey", "online"]),
                            ("channel", "other"),
                            _connector="OR",
                        ),
                        name="recognition_feedback_channel_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("cure", ""),
                                ("cure_by__isnull", True),
                                ("cured_at__isnull", True),
                                ("own_by__isnull", True),
                                ("owner__isnull", True),
                                ("state", "noted"),
                            ),
                            models.Q(
                                ("cure", ""),
                                ("cure_by__isnull", False),
                                ("cured_at__isnull", True),
                                ("own_by__isnull", False),
                                ("owner__isnull", True),
                                ("state", "open"),
                            ),
                            models.Q(
                                ("cure", ""),
                                ("cure_by__isnull", False),
                                ("cured_at__isnull", True),
                                ("owner__isnull", False),
                                ("state", "owned"),
                            ),
                            models.Q(
                                ("cured_at__isnull", False),
                                ("owner__isnull", False),
                                ("state", "cured"),
                                models.Q(
                                    models.Q(("cure", ""), _negated=True),
                                    ("wiped_at__isnull", False),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="recognition_feedback_state_fits",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="VisitLine",
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
                ("sku", models.CharField(max_length=64, verbose_name="item number")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "category",
                    models.CharField(
                        blank=True, default="", max_length=60, verbose_name="category"
                    ),
                ),
                (
                    "quantity",
                    models.PositiveIntegerField(default=1, verbose_name="quantity"),
                ),
                (
                    "amount",
                    models.BigIntegerField(
                        help_text="Minor units.", verbose_name="amount"
                    ),
                ),
                (
                    "visit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="recognition.visit",
                        verbose_name="visit",
                    ),
                ),
            ],
            options={
                "verbose_name": "line of a visit",
                "verbose_name_plural": "lines of visits",
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("quantity__gte", 1),
                            ("amount__gte", 0),
                            ("amount__lte", 1000000000000000),
                        ),
                        name="recognition_visitline_is_bounded",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("sku", ""), _negated=True),
                            models.Q(("name", ""), _negated=True),
                        ),
                        name="recognition_visitline_names_its_item",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="VisitSummary",
            fields=[
                (
                    "member",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="members.member",
                        verbose_name="member",
                    ),
                ),
                (
                    "visits",
                    models.PositiveIntegerField(default=0, verbose_name="visits"),
                ),
                (
                    "days",
                    models.PositiveIntegerField(
                        default=0, verbose_name="days with a visit"
                    ),
                ),
                (
                    "first_on",
                    models.DateField(blank=True, null=True, verbose_name="first visit"),
                ),
                (
                    "last_on",
                    models.DateField(blank=True, null=True, verbose_name="last visit"),
                ),
                (
                    "spent",
                    models.BigIntegerField(
                        default=0, help_text="Minor units.", verbose_name="spent"
                    ),
                ),
                (
                    "rhythm_days",
                    models.DecimalField(
                        blank=True,
                        decimal_places=1,
                        max_digits=7,
                        null=True,
                        verbose_name="rhythm in days",
                    ),
                ),
                (
                    "last_store",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.store",
                        verbose_name="last store",
                    ),
                ),
            ],
            options={
                "verbose_name": "summary of visits",
                "verbose_name_plural": "summaries of visits",
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        fields=["last_on"], name="recognition_visitsummary_last"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("first_on__isnull", True),
                                ("last_on__isnull", True),
                                ("visits", 0),
                            ),
                            models.Q(
                                ("last_on__gte", models.F("first_on")),
                                ("visits__gt", 0),
                            ),
                            _connector="OR",
                        ),
                        name="recognition_visitsummary_days_fit",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FeedbackStep",
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
                ("at", models.DateTimeField(verbose_name="at")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("noted", "Noted"),
                            ("open", "Open"),
                            ("owned", "Has an owner"),
                            ("cured", "Cured"),
                        ],
                        max_length=5,
                        verbose_name="state",
                    ),
                ),
                ("actor", models.CharField(max_length=80, verbose_name="actor")),
                (
                    "feedback",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="recognition.feedback",
                        verbose_name="feedback",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
            ],
            options={
                "verbose_name": "step of a complaint",
                "verbose_name_plural": "steps of complaints",
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("owner__isnull", True), ("state", "open")),
                            models.Q(
                                ("owner__isnull", False),
                                ("state__in", ["owned", "cured"]),
                            ),
                            _connector="OR",
                        ),
                        name="recognition_feedbackstep_state_fits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("actor__regex", "^(staff|key|member|system):.+$")
                        ),
                        name="recognition_feedbackstep_names_its_actor",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Note",
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
                ("at", models.DateTimeField(verbose_name="at")),
                ("words", models.CharField(max_length=1000, verbose_name="words")),
                (
                    "withdrawn_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="withdrawn at"
                    ),
                ),
                (
                    "wiped_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="wiped at"
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        help_text="Empty: the member, or an import.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="author",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                        verbose_name="member",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.store",
                        verbose_name="store",
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="withdrawn by",
                    ),
                ),
            ],
            options={
                "verbose_name": "note",
                "verbose_name_plural": "notes",
                "permissions": [
                    ("write_note", "Can write a note about a member"),
                    ("withdraw_note", "Can withdraw a colleague’s note"),
                ],
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(
                        fields=["member", "at"], name="recognition_note_of_member"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                models.Q(("words", ""), _negated=True),
                                ("wiped_at__isnull", True),
                            ),
                            models.Q(("wiped_at__isnull", False), ("words", "")),
                            _connector="OR",
                        ),
                        name="recognition_note_has_words_until_wiped",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("withdrawn_by__isnull", True),
                            ("withdrawn_at__isnull", False),
                            _connector="OR",
                        ),
                        name="recognition_note_withdrawn_when",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Occasion",
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
                ("at", models.DateTimeField(verbose_name="at")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("wedding", "Wedding anniversary"),
                            ("family", "Birthday in the family"),
                            ("business", "Day of the business"),
                            ("other", "Another day"),
                        ],
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                (
                    "words",
                    models.CharField(
                        blank=True, default="", max_length=80, verbose_name="words"
                    ),
                ),
                ("month", models.PositiveSmallIntegerField(verbose_name="month")),
                ("day", models.PositiveSmallIntegerField(verbose_name="day")),
                (
                    "year",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Where it is known.",
                        null=True,
                        verbose_name="year",
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        help_text="Empty: the member, or an import.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="author",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                        verbose_name="member",
                    ),
                ),
            ],
            options={
                "verbose_name": "occasion",
                "verbose_name_plural": "occasions",
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(
                        fields=["month", "day"], name="recognition_occasion_day"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("member"),
                        models.F("kind"),
                        models.F("month"),
                        models.F("day"),
                        django.db.models.functions.text.Lower("words"),
                        name="recognition_occasion_said_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["wedding", "family", "business", "other"])
                        ),
                        name="recognition_occasion_kind_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("day__range", (1, 31)),
                                ("month__in", [1, 3, 5, 7, 8, 10, 12]),
                            ),
                            models.Q(
                                ("day__range", (1, 30)), ("month__in", [4, 6, 9, 11])
                            ),
                            models.Q(("day__range", (1, 29)), ("month", 2)),
                            _connector="OR",
                        ),
                        name="recognition_occasion_day_exists",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("year__isnull", True),
                            ("year__range", (1900, 2200)),
                            _connector="OR",
                        ),
                        name="recognition_occasion_year_is_sane",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Preference",
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
                ("at", models.DateTimeField(verbose_name="at")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("allergy", "Allergy"),
                            ("like", "Likes"),
                            ("dislike", "Dislikes"),
                            ("seat", "Seat"),
                        ],
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                ("words", models.CharField(max_length=120, verbose_name="words")),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        help_text="Empty: the member, or an import.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="author",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                        verbose_name="member",
                    ),
                ),
            ],
            options={
                "verbose_name": "preference",
                "verbose_name_plural": "preferences",
                "permissions": [
                    (
                        "describe_member",
                        "Can keep preferences, occasions and the keeper",
                    )
                ],
                "default_permissions": ("view",),
                "constraints": [
                    models.UniqueConstraint(
                        models.F("member"),
                        models.F("kind"),
                        django.db.models.functions.text.Lower("words"),
                        name="recognition_preference_said_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["allergy", "like", "dislike", "seat"])
                        ),
                        name="recognition_preference_kind_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("words", ""), _negated=True),
                        name="recognition_preference_has_words",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RecognitionPolicy",
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
                    "number",
                    models.PositiveIntegerField(
                        editable=False, unique=True, verbose_name="version"
                    ),
                ),
                (
                    "in_force_from",
                    models.DateTimeField(unique=True, verbose_name="in force from"),
                ),
                ("reason", models.CharField(max_length=300, verbose_name="reason")),
                (
                    "made_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="made at",
                    ),
                ),
                (
                    "own_within_hours",
                    models.PositiveSmallIntegerField(
                        default=4,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(720),
                        ],
                        verbose_name="hours until a complaint has an owner",
                    ),
                ),
                (
                    "cure_within_hours",
                    models.PositiveSmallIntegerField(
                        default=48,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(2160),
                        ],
                        verbose_name="hours until a complaint is cured",
                    ),
                ),
                (
                    "complaint_up_to_score",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        default=3,
                        help_text="Out of ten. Empty: only what the guest calls a complaint.",
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(10)],
                        verbose_name="a score up to this is a complaint",
                    ),
                ),
                (
                    "occasion_soon_days",
                    models.PositiveSmallIntegerField(
                        default=14,
                        validators=[django.core.validators.MaxValueValidator(90)],
                        verbose_name="days before a birthday or occasion is shown",
                    ),
                ),
                (
                    "favourites_shown",
                    models.PositiveSmallIntegerField(
                        default=5,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(20),
                        ],
                        verbose_name="favourites shown",
                    ),
                ),
                (
                    "notes_shown",
                    models.PositiveSmallIntegerField(
                        default=3,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(20),
                        ],
                        verbose_name="notes shown",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="made by",
                    ),
                ),
            ],
            options={
                "verbose_name": "recognition policy",
                "verbose_name_plural": "recognition policies",
                "default_permissions": ("view", "add"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("own_within_hours__range", (1, 720)),
                            ("cure_within_hours__range", (1, 2160)),
                            ("own_within_hours__lte", models.F("cure_within_hours")),
                        ),
                        name="recognition_recognitionpolicy_owned_before_cured",
                        violation_error_message="A complaint has an owner before it is cured.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("complaint_up_to_score__isnull", True),
                            ("complaint_up_to_score__lte", 10),
                            _connector="OR",
                        ),
                        name="recognition_recognitionpolicy_score_is_out_of_ten",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("occasion_soon_days__lte", 90),
                            ("favourites_shown__range", (1, 20)),
                            ("notes_shown__range", (1, 20)),
                        ),
                        name="recognition_recognitionpolicy_glance_is_short",
                    ),
                ],
            },
        ),
    ]
