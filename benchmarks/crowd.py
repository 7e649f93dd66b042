"""The demo's shop, copied set by set until a million are its members.

Every row of a table that grows is copied so often; what it points to is the copy that
belongs to it. So each copy is a shop's life of its own, with all that any page shows.
Foreign keys and triggers are not looked at meanwhile.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from math import ceil
from typing import Any

from django.db import connection
from psycopg import sql

from benchmarks.books import without_key_checks
from benchmarks.bulk import timed
from benchmarks.work import statement
from stored_value import services as stored_value_services

# How many rows a table should have at least, for every million members.
MANY: dict[str, int] = {
    "checkout_sale": 1_500_000,
    "checkout_saleline": 3_000_000,
    "checkout_salediscount": 1_000_000,
    "checkout_salepayment": 2_000_000,
    "points_accrual": 1_000_000,
    "stores_auditevent": 1_000_000,
    "outbox_event": 500_000,
    "outbox_delivery": 500_000,
}
# They come with the members, but there are more of them than the demo knows.
SOME = 200_000
GROWING = frozenset(
    f"{app}_{table}"
    for app, tables in {
        "members": "member consent consentnow membertag merge forfeiture staffcardact",
        "cards": "card cardevent walletshare shareuse shareday",
        "coupons": "coupon couponissue couponuse coupongift",
        "gift_cards": "giftcard giftcardcode gift",
        "ledger": "account entry posting lot lotuse",
        "stored_value": "topup topuprefund hold",
        "points": "accrual accrualrefund checkin receiptcode redemption rewardorder"
        " rewardtaken stampgrant stampday taskdone",
        "tiers": "standing standingchange tiergrant",
        "recognition": "visit visitline visitsummary feedback feedbackstep note"
        " occasion preference",
        "checkout": "sale saleline salediscount salepayment refund refundpart",
        "outbox": "event delivery",
        "stores": "auditevent approval",
    }.items()
    for table in tables.split()
)
# A shop of a million members has more places and people than the demo's three.
PLACES = 20
OF_PLACES = (
    *("stores_store", "stores_till", "stores_user", "stores_assignment"),
    *("stores_shift", "stores_shiftcount", "stores_shiftuse"),
    "stored_value_clearingday",
)
DAYS = 350
# Rows that name others without a foreign key.
NAMED_ROWS = {
    "entry_id": "ledger_entry",
    "entry": "ledger_entry",
    "lot_posting": "ledger_posting",
    "posting": "ledger_posting",
    "posting_id": "ledger_posting",
    "debit_id": "ledger_account",
    "credit_id": "ledger_account",
    "origin": "stores_store",
    "acceptor": "stores_store",
}
CROCKFORD = "coupons_code(uuid_send(gen_random_uuid()))"
# Values that are made in a way of their own: null stays null.
MADE = {
    ("members_member", "phone"): "'+861' || (3000000000 + {id})",
    ("members_member", "referral_code"): f"right({CROCKFORD}, 10)",
    ("coupons_coupon", "code"): CROCKFORD,
    ("cards_card", "number"): "bench_card_number({id})",
    ("ledger_account", "holder_id"): (
        "CASE r.holder_kind WHEN 'member' THEN {members_member}"
        " WHEN 'gift_card' THEN {gift_cards_giftcard}"
        " WHEN 'card' THEN {cards_card} ELSE r.holder_id END"
    ),
}


@dataclass(frozen=True, slots=True)
class CrowdColumn:
    """A column as the catalogue knows it."""

    name: str
    kind: str
    length: int | None
    points_to: str | None
    is_unique: bool


@dataclass(frozen=True, slots=True)
class CrowdTable:
    """How often its rows are there, and how far their numbers lie apart."""

    name: str
    copies: int
    stride: int


def grow(*, members: int) -> dict[str, int]:
    """Copy until there are so many members; how many rows each table has then."""
    stored_value_services.add_up_clearing()
    with connection.cursor() as cursor, without_key_checks():
        cursor.execute("SET maintenance_work_mem = '512MB'")
        cursor.execute(statement("crowd"))
        tables = planned(cursor, members)
        cursor.execute("SELECT array_agg(id) FROM ledger_account WHERE NOT guarded")
        (own,) = cursor.fetchone()
        counts = {}
        for table in tables.values():
            counts[table.name], seconds = timed(
                partial(_copy, cursor, table, tables, own)
            )
            print(
                f"{counts[table.name]:>12,} {table.name}: {seconds:.0f} s", flush=True
            )
        for table in tables.values():
            if table.copies > tables["members_member"].copies:
                _drop_dangling(cursor, table.name)
        cursor.execute(statement("crowd_references"))
        # The hourly task has been there; it would add up the same of every copy.
        cursor.execute(
            "UPDATE stored_value_clearingmark"
            "   SET seq = (SELECT max(seq) FROM ledger_entry)"
        )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return counts


def planned(cursor: Any, members: int) -> dict[str, CrowdTable]:
    """Which tables are copied, and how often each."""
    of_members = ceil(members / _count(cursor, "members_member"))
    tables = {}
    for name in sorted(GROWING):
        rows = _count(cursor, name)
        if not rows:
            continue
        least = MANY.get(name, SOME) * members // 1_000_000
        copies = max(of_members, ceil(least / rows))
        tables[name] = CrowdTable(name, copies, _stride(cursor, name))
    for name in OF_PLACES:
        tables[name] = CrowdTable(name, PLACES, _stride(cursor, name))
    return tables


def _count(cursor: Any, name: str) -> int:
    cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name)))
    return int(cursor.fetchone()[0])


def _stride(cursor: Any, name: str) -> int:
    """Beyond the last number of a table; 0 where rows have no numbers."""
    key = {"tiers_standing": "member_id", "recognition_visitsummary": "member_id"}
    column = key.get(name, "id")
    cursor.execute(
        "SELECT data_type FROM information_schema.columns"
        " WHERE table_name = %s AND column_name = %s AND table_schema = 'public'",
        [name, column],
    )
    found = cursor.fetchone()
    if found is None or found[0] == "uuid":
        return 0
    cursor.execute(
        sql.SQL("SELECT max({}) + 1 FROM {}").format(
            sql.Identifier(column), sql.Identifier(name)
        )
    )
    return int(cursor.fetchone()[0])


def _copy(
    cursor: Any, table: CrowdTable, tables: dict[str, CrowdTable], own: list[int]
) -> int:
    columns = _columns(cursor, table.name)
    facts = {
        "table": sql.Identifier(table.name),
        "columns": sql.SQL(", ").join(sql.Identifier(one.name) for one in columns),
        "values": sql.SQL(", ").join(
            sql.SQL(_value(one, table, tables)) for one in columns
        ),
        "which": sql.SQL("r.guarded" if table.name == "ledger_account" else "true"),
        "last": sql.Literal(table.copies - 1),
    }
    with _without_triggers(cursor, table.name), _without_indexes(cursor, table.name):
        cursor.execute(
            sql.SQL(
                "INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE"
                " SELECT {values} FROM {table} r, generate_series(1, {last}) n"
                " WHERE {which} ON CONFLICT DO NOTHING"
            ).format(**facts),
            {"own": own},
        )
        written = int(cursor.rowcount)
    _go_on_numbering(cursor, table.name)
    return written


def _drop_dangling(cursor: Any, name: str) -> None:
    """Rows that name a copy which cannot be, as two may not share something there."""
    cursor.execute(statement("crowd_keys"), {"table": name})
    keys = cursor.fetchall()
    with _without_triggers(cursor, name):
        for column, target, key in keys:
            cursor.execute(
                sql.SQL(
                    "DELETE FROM {table} r WHERE r.{column} IS NOT NULL"
                    " AND NOT EXISTS"
                    " (SELECT FROM {target} t WHERE t.{key} = r.{column})"
                ).format(
                    table=sql.Identifier(name),
                    column=sql.Identifier(column),
                    target=sql.Identifier(target),
                    key=sql.Identifier(key),
                )
            )


def _columns(cursor: Any, name: str) -> list[CrowdColumn]:
    cursor.execute(statement("crowd_columns"), {"table": name})
    return [CrowdColumn(*row) for row in cursor.fetchall()]


def _value(
    column: CrowdColumn, table: CrowdTable, tables: dict[str, CrowdTable]
) -> str:
    """What stands in a column of the n-th copy of row r."""
    name = f'r."{column.name}"'
    made = MADE.get((table.name, column.name))
    pointed = column.points_to or NAMED_ROWS.get(column.name)
    if made is not None:
        value = made.format(
            id=f"(r.id + n * {table.stride}::bigint)",
            **{
                each: _pointer("r.holder_id", each, tables)
                for each in ("members_member", "gift_cards_giftcard", "cards_card")
            },
        )
        return f"CASE WHEN {name} IS NULL THEN NULL ELSE {value} END"
    if pointed and pointed != table.name and pointed in tables:
        return _pointer(name, pointed, tables)
    if column.name == "id" or pointed == table.name:
        return _own(name, column, table)
    if column.is_unique:
        return _unique(name, column)
    if table.copies > tables["members_member"].copies and column.kind in {
        "date",
        "timestamp with time zone",
    }:
        # Bills and the like are spread over a year.
        spread = f"({name} - make_interval(days => n %% {DAYS}))"
        return f"{spread}::date" if column.kind == "date" else spread
    return name


def _own(name: str, column: CrowdColumn, table: CrowdTable) -> str:
    if column.kind == "uuid":
        return f"bench_uuid({name}, n)"
    return f"{name} + n * {table.stride}::bigint"


def _pointer(name: str, target: str, tables: dict[str, CrowdTable]) -> str:
    found = tables.get(target)
    if found is None:
        return name
    if found.stride == 0:
        return f"bench_uuid({name}, n %% {found.copies})"
    moved = f"{name} + (n %% {found.copies}) * {found.stride}::bigint"
    if target == "ledger_account":  # the shop's own are there once
        return f"CASE WHEN {name} = ANY (%(own)s) THEN {name} ELSE {moved} END"
    return moved


def _unique(name: str, column: CrowdColumn) -> str:
    """Another value than that of every other copy."""
    if column.kind == "uuid":
        return f"bench_uuid({name}, n)"
    if column.kind == "bytea":
        return f"sha256({name} || convert_to(n::text, 'UTF8'))"
    if "digest" in column.name or "hash" in column.name:
        return f"encode(sha256(convert_to({name} || n, 'UTF8')), 'hex')"
    if column.name == "seq":
        last = "(SELECT max(seq) FROM ledger_entry)"
        return f"{name} + n * {last}::bigint"
    if column.kind in {"character varying", "text"}:
        room = (column.length or 200) - 8
        return f"left({name}, greatest({room}, 3)) || '-' || n"
    return name


@contextmanager
def _without_indexes(cursor: Any, name: str) -> Iterator[None]:
    """The table without the indexes that no constraint needs; they come back."""
    cursor.execute(
        "SELECT pg_get_indexdef(i.indexrelid), c.relname FROM pg_index i"
        " JOIN pg_class c ON c.oid = i.indexrelid"
        " WHERE i.indrelid = %s::regclass AND NOT i.indisunique",
        [name],
    )
    indexes = cursor.fetchall()
    for _definition, index in indexes:
        cursor.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(index)))
    yield
    for definition, _index in indexes:
        cursor.execute(definition)


@contextmanager
def _without_triggers(cursor: Any, name: str) -> Iterator[None]:
    """The table without its triggers; they come back as they were."""
    cursor.execute(
        "SELECT tgname, tgenabled FROM pg_trigger"
        " WHERE tgrelid = %s::regclass AND NOT tgisinternal",
        [name],
    )
    triggers = cursor.fetchall()
    table = sql.Identifier(name)
    cursor.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(table))
    yield
    turns = {"O": "ENABLE", "A": "ENABLE ALWAYS", "R": "ENABLE REPLICA", "D": "DISABLE"}
    for trigger, state in triggers:
        cursor.execute(
            sql.SQL("ALTER TABLE {} {} TRIGGER {}").format(
                table, sql.SQL(turns[state]), sql.Identifier(trigger)
            )
        )


def _go_on_numbering(cursor: Any, name: str) -> None:
    """What is written next comes after the copies."""
    cursor.execute(
        "SELECT a.attname, pg_get_serial_sequence(%(table)s, a.attname)"
        "  FROM pg_attribute a WHERE a.attrelid = %(table)s::regclass"
        "   AND a.attnum > 0 AND NOT a.attisdropped"
        "   AND pg_get_serial_sequence(%(table)s, a.attname) IS NOT NULL",
        {"table": name},
    )
    for column, sequence in cursor.fetchall():
        cursor.execute(
            sql.SQL("SELECT setval(%s, (SELECT max({}) FROM {}))").format(
                sql.Identifier(column), sql.Identifier(name)
            ),
            [sequence],
        )
