"""Plain SQL that each guard of the books must refuse, by the guard's name."""

from django.apps import apps

MONEY = "(SELECT id FROM ledger_unit WHERE code = 'CNY')"
POINTS = "(SELECT id FROM ledger_unit WHERE code = 'points')"
POINTS_ACCOUNT = "(SELECT id FROM ledger_account WHERE kind = 'points')"
CLOSED_ACCOUNT = "(SELECT id FROM ledger_account WHERE kind = 'gift_card')"
TENDER = "(SELECT id FROM ledger_account WHERE kind = 'tender')"
USER = "(SELECT max(id) FROM stores_user)"
STORE = "(SELECT max(id) FROM stores_store)"
TILL = "(SELECT max(id) FROM stores_till)"
NOTHING = "-1"
# What fits no heir is refused by a trigger before the keys are asked.
UNFITTING = (
    "ALTER TABLE ledger_succession DISABLE TRIGGER ledger_succession_of_the_closed;"
)
NO_ENTRY = "'00000000-0000-0000-0000-000000000000'"

# What a copy of a row needs changed, so that it breaks no rule yet.
FRESH: dict[str, dict[str, str]] = {
    "account": {"holder_id": "1000000"},
    "entry": {"key": "'another'"},
    "reversed": {"posting_id": "(SELECT max(id) FROM ledger_posting)"},
    "seal": {
        "first_seq": "last_seq + 1",
        "last_seq": "last_seq + 2",
        "head": "'another'",
    },
    "unit": {"code": "'ANOTHER'"},
}
# The row that is copied.
SAMPLE: dict[str, str] = {
    "account": "kind = 'principal'",
    "entry": "kind = 'sale'",
    "posting": "entry_id = (SELECT id FROM ledger_entry WHERE kind = 'sale')",
    "unit": "code = 'CNY'",
}
GIVEN_BY_THE_DATABASE = {"id", "seq", "recorded_at"}


def columns(table: str) -> list[str]:
    return [
        str(field.column)
        for field in apps.get_model("ledger", table)._meta.concrete_fields
    ]


def copied(table: str, **changes: str) -> str:
    """Insert one more row like one that is there, but for `changes`."""
    values = {name: name for name in columns(table)}
    values = {k: v for k, v in values.items() if k not in GIVEN_BY_THE_DATABASE}
    values |= FRESH.get(table, {}) | changes
    return (
        f"INSERT INTO ledger_{table} ({', '.join(values)}) OVERRIDING SYSTEM VALUE"
        f" SELECT {', '.join(values.values())} FROM ledger_{table}"
        f" WHERE {SAMPLE.get(table, 'true')} LIMIT 1"
    )


CONSTRAINTS: dict[str, list[str]] = {
    # A posting moves a positive amount of one unit between two accounts.
    "ledger_posting_moves_value": [copied("posting", credit_id="debit_id")],
    "ledger_posting_debit_unit": [
        copied("posting", debit_id=POINTS_ACCOUNT),
        copied("posting", debit_id=NOTHING),
    ],
    "ledger_posting_credit_unit": [
        copied("posting", credit_id=POINTS_ACCOUNT),
        copied("posting", credit_id=NOTHING),
    ],
    "ledger_posting_entry_id_1c3a07af_fk_ledger_entry_id": [
        copied("posting", entry_id=NO_ENTRY)
    ],
    "ledger_posting_pkey": [copied("posting", id="id")],
    # An account holds at least nothing, once for each holder.
    "ledger_account_house_has_no_cache": [
        "UPDATE ledger_account SET balance = 1 WHERE kind = 'tender'"
    ],
    "ledger_account_closed_is_empty": [
        copied("account", status="'closed'", balance="1")
    ],
    "ledger_account_one_per_holder": [
        copied("account", holder_id="holder_id"),
        "INSERT INTO ledger_account"
        " (kind, unit_id, guarded, side, holder_kind, holder_id, slot, status, balance)"
        " SELECT kind, unit_id, guarded, side, holder_kind, NULL, slot, status, 0"
        f" FROM ledger_account WHERE id = {TENDER}",
    ],
    "ledger_account_id_and_unit": [
        "ALTER TABLE ledger_account DROP CONSTRAINT ledger_account_pkey CASCADE;"
        + copied("account", id="id")
    ],
    "ledger_account_unit_id_39ca7491_fk_ledger_unit_id": [
        copied("account", unit_id=NOTHING)
    ],
    "ledger_account_pkey": [copied("account", id="id", unit_id=POINTS)],
    # A closed account has one heir, and both are accounts.
    "ledger_succession_pkey": [copied("succession")],
    "ledger_succession_account_id_73617ecd_fk_ledger_account_id": [
        UNFITTING + copied("succession", account_id=NOTHING)
    ],
    "ledger_succession_heir_id_987b732a_fk_ledger_account_id": [
        UNFITTING + copied("succession", account_id=POINTS_ACCOUNT, heir_id=NOTHING)
    ],
    # An entry says what happened, once, by whom and where.
    "ledger_entry_key_key": [copied("entry", key="key")],
    "ledger_entry_seq_key": [copied("entry", seq="seq")],
    "ledger_entry_pkey": [copied("entry", id="id")],
    "ledger_entry_reverses_id_e0cdc015_fk_ledger_entry_id": [
        copied("entry", kind="'reversal'", reverses_id=f"{NO_ENTRY}::uuid")
    ],
    "ledger_entry_store_id_115fa3af_fk_stores_store_id": [
        copied("entry", store_id=NOTHING)
    ],
    "ledger_entry_till_id_bea9ad64_fk_stores_till_id": [
        copied("entry", actor="'key:1'", till_id=NOTHING)
    ],
    "ledger_entry_shift_id_1068c03f_fk_stores_shift_id": [
        copied("entry", shift_id=NOTHING)
    ],
    "ledger_entry_staff_id_ede6905d_fk_stores_user_id": [
        copied("entry", staff_id=NOTHING)
    ],
    "ledger_entry_approver_id_b2521784_fk_stores_user_id": [
        copied("entry", approver_id=NOTHING)
    ],
    # A lot never holds less than nothing or more than what came in.
    "ledger_lot_within_bounds": [
        copied("lot", initial="10", remaining="11", is_open="true"),
    ],
    "ledger_lot_open_while_it_lasts": [
        copied("lot", remaining="0", is_open="true"),
        copied("lot", remaining="1", is_open="false"),
    ],
    "ledger_lot_account_id_6c417811_fk_ledger_account_id": [
        copied("lot", account_id=NOTHING)
    ],
    "ledger_lot_posting_id_4293f373_fk_ledger_posting_id": [
        copied("lot", posting_id=NOTHING)
    ],
    "ledger_lot_pkey": [copied("lot", id="id")],
    "ledger_lotuse_lot_id_94ec95c3_fk_ledger_lot_id": [
        copied("lotuse", lot_id=NOTHING)
    ],
    "ledger_lotuse_posting_id_f52604a4_fk_ledger_posting_id": [
        copied("lotuse", posting_id=NOTHING)
    ],
    "ledger_lotuse_returns_id_af881f47_fk_ledger_lotuse_id": [
        copied("lotuse", returns_id=NOTHING)
    ],
    "ledger_lotuse_pkey": [copied("lotuse", id="id")],
    # No more is taken back than was posted.
    "ledger_reversed_never_beyond_the_posting": [
        "UPDATE ledger_reversed SET reversed = amount + 1",
        copied("reversed", reversed="0"),
    ],
    "ledger_reversed_posting_id_c27f023a_fk_ledger_posting_id": [
        copied("reversed", posting_id=NOTHING)
    ],
    "ledger_reversed_pkey": [copied("reversed", posting_id="posting_id")],
    # Seals, proofs and units.
    "ledger_seal_covers_entries": [copied("seal", first_seq="last_seq + 3")],
    "ledger_seal_first_seq_key": [
        copied("seal", first_seq="first_seq", last_seq="last_seq + 2")
    ],
    "ledger_seal_last_seq_key": [
        copied("seal", first_seq="last_seq", last_seq="last_seq")
    ],
    "ledger_seal_head_key": [copied("seal", head="head")],
    "ledger_seal_pkey": [copied("seal", id="id")],
    "ledger_proofrun_pkey": [copied("proofrun", id="id")],
    "ledger_unit_kind_is_known": [copied("unit", kind="'hours'")],
    "ledger_unit_exponent_is_small": [
        copied("unit", exponent="5"),
        copied("unit", exponent="-1"),
    ],
    "ledger_unit_code_key": [copied("unit", code="code")],
    "ledger_unit_pkey": [copied("unit", id="id")],
}

# What a single column must be, wherever the domain is used.
DOMAINS: dict[str, tuple[str, list[str]]] = {
    "ledger_amount_is_positive": (
        "ledger_amount",
        [
            copied("posting", amount="0"),
            copied("posting", amount="-5"),
            copied("lotuse", amount="0"),
            copied("lot", initial="0", remaining="0", is_open="false"),
        ],
    ),
    "ledger_amount_is_bounded": (
        "ledger_amount",
        [copied("posting", amount="1000000000000001")],
    ),
    "ledger_balance_never_negative": (
        "ledger_balance",
        [
            "UPDATE ledger_account SET balance = -1 WHERE kind = 'principal'",
            copied("lot", remaining="-1", is_open="false"),
        ],
    ),
    "ledger_balance_is_bounded": (
        "ledger_balance",
        [copied("account", balance="100000000000000001")],
    ),
    "ledger_account_kind_is_known": (
        "ledger_account_kind",
        [copied("account", kind="'cash'", guarded="false", balance="0")],
    ),
    "ledger_account_status_is_known": (
        "ledger_account_status",
        [copied("account", status="'lost'")],
    ),
    "ledger_entry_kind_is_known": (
        "ledger_entry_kind",
        [copied("entry", kind="'gift'")],
    ),
    "ledger_entry_names_its_actor": (
        "ledger_actor",
        [
            copied("entry", actor="'system:'"),
            copied("entry", actor="'somebody'", store_id=STORE),
        ],
    ),
    "ledger_entry_has_a_key": ("ledger_key", [copied("entry", key="''")]),
    "ledger_entry_names_its_request": (
        "ledger_request",
        [copied("entry", request_id="''")],
    ),
}
# What a trigger sees when a row is written; the column never changes afterwards.
FACTS: dict[str, tuple[str, list[str]]] = {
    "ledger_account_kind_decides_guard": (
        "ledger_account_facts",
        [
            copied("account", guarded="false", balance="0"),
            copied("account", guarded="true", kind="'sales'"),
        ],
    ),
    "ledger_account_only_debts_grow_by_debit": (
        "ledger_account_facts",
        [copied("account", side="'D'"), copied("account", side="'X'", kind="'debt'")],
    ),
    "ledger_entry_only_reversals_reverse": (
        "ledger_entry_facts",
        [copied("entry", kind="'reversal'"), copied("entry", reverses_id="id")],
    ),
    "ledger_entry_staff_act_in_a_store": (
        "ledger_entry_facts",
        [copied("entry", actor=f"'staff:' || ({USER})", staff_id=USER)],
    ),
    "ledger_entry_staff_are_named": (
        "ledger_entry_facts",
        [
            copied("entry", actor="'staff:1'", store_id=STORE),
            copied("entry", actor="'staff:1'", store_id=STORE, staff_id="NULL"),
        ],
    ),
    "ledger_entry_tills_have_a_shift": (
        "ledger_entry_facts",
        [copied("entry", till_id=TILL, store_id=STORE, staff_id=USER)],
    ),
    "ledger_entry_second_person_is_another": (
        "ledger_entry_facts",
        [copied("entry", staff_id=USER, approver_id=USER)],
    ),
}

WRITTEN_ONCE = ("entry", "posting", "lotuse", "seal", "proofrun", "succession")
NEVER_DELETED = {
    # Rows that no other row needs, so that only the trigger can refuse.
    "account": f"id = {CLOSED_ACCOUNT}",
    "lot": "true",
    "reversed": "true",
    "unit": "code = 'SPARE'",
}
TRIGGERS: dict[str, list[str]] = {
    **{
        f"ledger_{table}_append_only": [
            *(f"UPDATE ledger_{table} SET {c} = {c}" for c in columns(table)[-1:]),
            f"DELETE FROM ledger_{table}",
        ]
        for table in WRITTEN_ONCE
    },
    **{
        f"ledger_{table}_never_deleted": [f"DELETE FROM ledger_{table} WHERE {which}"]
        for table, which in NEVER_DELETED.items()
    },
    **{
        f"ledger_{table}_never_truncated": [f"TRUNCATE ledger_{table} CASCADE"]
        for table in (*WRITTEN_ONCE, *NEVER_DELETED)
    },
    "ledger_account_identity": [
        f"UPDATE ledger_account SET {change} WHERE id = {CLOSED_ACCOUNT}"
        for change in (
            "holder_id = 7",
            "holder_kind = 'store'",
            "slot = 'x'",
            "kind = 'bonus'",
            f"unit_id = {POINTS}",
            "kind = 'sales', guarded = false",
            "kind = 'debt', side = 'D'",
            "id = 999999",
        )
    ],
    "ledger_lot_identity": [
        "UPDATE ledger_lot SET initial = initial + 1",
        f"UPDATE ledger_lot SET account_id = {POINTS_ACCOUNT}",
        "UPDATE ledger_lot SET posting_id = (SELECT max(id) FROM ledger_posting)",
        "UPDATE ledger_lot SET id = id + 1000000",
    ],
    "ledger_reversed_identity": [
        "UPDATE ledger_reversed SET reversed = reversed - 1",
        "UPDATE ledger_reversed SET amount = amount + 1",
        "UPDATE ledger_reversed SET posting_id = (SELECT max(id) FROM ledger_posting)",
    ],
    "ledger_unit_identity": [
        "UPDATE ledger_unit SET exponent = 0 WHERE code = 'CNY'",
    ],
    # Whoever is left is named once, for the closed, and is alike.
    "ledger_succession_of_the_closed": [
        copied("succession", account_id=POINTS_ACCOUNT),
        copied("succession", account_id=CLOSED_ACCOUNT),
    ],
    "ledger_posting_open_accounts": [
        copied("posting", credit_id=CLOSED_ACCOUNT),
        copied("posting", debit_id=CLOSED_ACCOUNT),
    ],
}
WITH_RULES = {trigger for trigger, _attacks in FACTS.values()}
