"""A coupon for every member: our resumable chunks beside one bare statement."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from django.db import connection, transaction
from psycopg import sql

from benchmarks.bulk import BooksDiffer, settle, timed
from benchmarks.judge import Ratio
from benchmarks.work import statement
from coupons import services as coupons_services
from coupons.models import CouponIssue, CouponTemplate, TemplateVersion
from stores import services as stores_services

AIM = 1.3
AT = datetime(2026, 1, 2, tzinfo=UTC)
# What forbids to empty coupons, and the tables that point at them, however far away.
GUARDS = """
WITH RECURSIVE pointing AS (
    SELECT 'public.coupons_coupon'::regclass::oid AS oid
     UNION
    SELECT c.conrelid FROM pointing p
      JOIN pg_constraint c ON c.confrelid = p.oid AND c.contype = 'f'
)
SELECT p.oid::regclass::text, t.tgname FROM pointing p
  JOIN pg_trigger t ON t.tgrelid = p.oid
 WHERE t.tgtype & 32 <> 0 AND NOT t.tgisinternal
"""  # 32: before or after TRUNCATE


def issue(*, members: int, rounds: int) -> Ratio:
    """Round by round, each side into a table that is empty when it begins."""
    seed(members)
    version = draw()
    ours: list[float] = []
    plain: list[float] = []
    for number in range(rounds):
        sides = [(ours, _ours, "public"), (plain, _plain, "plain")]
        # Every other round runs backwards, so that drift favours nobody.
        for times, side, table in sides[:: -1 if number % 2 else 1]:
            _empty()
            settle()
            _made, seconds = timed(partial(side, version, number))
            _check(members, table=table)
            times.append(seconds)
        print(f"coupons, round {number + 1} of {rounds}", flush=True)
    print(f"issued {members:,} coupons: {min(ours):.1f} s at best")
    print(f"the same by one bare statement: {min(plain):.1f} s at best")
    return Ratio("coupons : one bare statement", ours, plain, AIM, at_most=True)


def seed(members: int) -> None:
    """The members, and the bare table with the same columns, indexes and keys."""
    with connection.cursor() as cursor:
        cursor.execute(statement("coupon_members"), {"members": members})
        cursor.execute("CREATE SCHEMA IF NOT EXISTS plain")
        cursor.execute(
            "CREATE TABLE plain.coupons_coupon"
            " (LIKE public.coupons_coupon INCLUDING DEFAULTS INCLUDING IDENTITY"
            " INCLUDING INDEXES)"
        )
        cursor.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conrelid = 'public.coupons_coupon'::regclass AND contype = 'f'"
        )
        for name, definition in cursor.fetchall():
            cursor.execute(
                sql.SQL("ALTER TABLE plain.coupons_coupon ADD CONSTRAINT {} {}").format(
                    sql.Identifier(name), sql.SQL(definition)
                )
            )


def draw() -> TemplateVersion:
    """¥10 off over ¥50, for thirty days."""
    template = CouponTemplate(
        code="bench", kind="amount_off", name_en="Bench", amount=1000, min_spend=5000
    )
    by = stores_services.act(task="bench", at=AT)
    coupons_services.save_template(template=template, by=by, at=AT)
    version = coupons_services.publish_terms(template=template, by=by, at=AT)
    coupons_services.begin_issue(
        template_id=template.pk,
        by=by,
        at=AT,
        key="bench:plain",
        described={"of": "bench"},
    )
    return version


def _ours(version: TemplateVersion, number: int) -> int:
    return coupons_services.issue_to_members(
        template_id=version.template_id,
        audience=None,
        by=stores_services.act(task="bench", at=AT),
        at=AT,
        key=f"bench:{number}",
    ).issued


def _plain(version: TemplateVersion, _number: int) -> int:
    facts: dict[str, Any] = {
        "version": version.pk,
        "issue": CouponIssue.objects.get(key="bench:plain").pk,
        "at": AT,
        "until": AT + timedelta(days=30),
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement("coupons_plain"), facts)
        return int(cursor.rowcount)


def _check(members: int, *, table: str) -> None:
    """Everyone has one, nobody two, each with a code of its own."""
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "SELECT count(*), count(DISTINCT member_id), count(DISTINCT code)"
                " FROM {}"
            ).format(sql.Identifier(table, "coupons_coupon"))
        )
        found = cursor.fetchone()
    if found != (members, members, members):
        raise BooksDiffer(f"{found} coupons, holders and codes for {members} members")


def _empty() -> None:
    """Coupons are never truncated, nor is what names one; a benchmark's may be, by the
    owner of the tables.
    """
    turn = "ALTER TABLE {} {} TRIGGER {}"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE plain.coupons_coupon")
        cursor.execute(GUARDS)
        guards = cursor.fetchall()
        for off in (True, False):
            for table, guard in guards:
                cursor.execute(
                    sql.SQL(turn).format(
                        sql.Identifier(table),
                        sql.SQL("DISABLE" if off else "ENABLE ALWAYS"),
                        sql.Identifier(guard),
                    )
                )
            if off:
                cursor.execute("TRUNCATE coupons_coupon CASCADE")
