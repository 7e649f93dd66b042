"""What the production role may do to the books: read, and call their functions."""

from collections.abc import Sequence
from typing import Final

from django.db import connection, transaction
from psycopg import sql

from common import sql_installation
from ledger import role_membership

# Written only by the functions, which run with their owner's rights.
FUNCTIONS_ONLY: Final = [
    "ledger_unit",
    "ledger_account",
    "ledger_entry",
    "ledger_posting",
    "ledger_lot",
    "ledger_lotuse",
    "ledger_reversed",
    "ledger_succession",
]
# Written once by the application, never changed. An app above adds its own by name.
INSERT_ONLY: Final = [
    "ledger_seal",
    "ledger_proofrun",
    "stores_auditevent",
    "stores_handover",
    "stores_shiftcount",
    "members_consent",
    "members_consenttext",
    "members_forfeiture",
    "members_merge",
    "members_staffcardact",
    "members_staffcardpolicy",
    "accounts_signinpolicy",
    "messaging_messageevent",
    "messaging_messagetemplateversion",
    "messaging_messagetext",
    "messaging_messagingpolicy",
    "recognition_feedbackstep",
    "recognition_recognitionpolicy",
    "recognition_visitline",
    "campaigns_segmentversion",
    "campaigns_winbackpolicy",
    "checkout_checkoutpolicy",
    "checkout_exchange",
    "checkout_refund",
    "checkout_refundpart",
    "checkout_salediscount",
    "coupons_couponuse",
    "coupons_couponspolicy",
    "coupons_templateversion",
    "gift_cards_giftcardpicture",
    "gift_cards_giftcardpolicy",
    "points_accrualrefund",
    "policies_offlinepolicy",
    "policies_shoppolicy",
    "stored_value_topupplanversion",
    "stored_value_topuprefund",
    "stored_value_walletpolicy",
    "points_pointspolicy",
]
# Written by the application no further than its work goes: who may do what, by which
# key, and what a till was answered.
BOUNDED: Final = {
    "api_answer": "SELECT, INSERT, DELETE",
    "django_content_type": "SELECT",
    "django_migrations": "SELECT",
    "stores_apikey": "SELECT, INSERT, UPDATE (revoked_at)",
    "stores_approval": "SELECT, INSERT, UPDATE (checker_id, approved_at, used_at)",
    "stores_assignment": "SELECT, INSERT, DELETE",
    "stores_historicalassignment": "SELECT, INSERT",
    "stores_historicalrole": "SELECT, INSERT",
    "stores_historicalrolelimit": "SELECT, INSERT",
    "stores_prooftries": "SELECT, INSERT, UPDATE",
    "stores_role": "SELECT, INSERT, UPDATE (code, name, permissions)",
    "stores_user": "SELECT, INSERT, UPDATE (username, display_name, language,"
    " is_active, is_staff, is_superuser, password, last_login, pin_hash)",
}
FUNCTIONS: Final = [
    "ledger_open_accounts",
    "ledger_set_account_status",
    "ledger_open_unit",
    "ledger_post_entry",
    "ledger_post_many",
    "ledger_expire_lots",
    "ledger_last_written",
    "ledger_lock_accounts",
    "ledger_prolong_lots",
    "ledger_name_heirs",
]


@transaction.atomic
def restrict_role(*, role: str, logins: Sequence[str] = ()) -> None:
    """Grant `role` (made without a login if missing) exactly what the app needs.

    `logins` may put it on; if none is named, the login that has connected.
    Raises RoleRefused, and has granted nothing.
    """
    logins = logins or [role_membership.own_login()]
    role_membership.make_role(role, logins=logins)
    role_membership.let_in(role, logins=logins)
    name = sql.Identifier(role)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(name))
        cursor.execute(
            sql.SQL(
                "GRANT SELECT, INSERT, UPDATE, DELETE"
                " ON ALL TABLES IN SCHEMA public TO {}"
            ).format(name)
        )
        cursor.execute(
            sql.SQL("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {}").format(name)
        )
        for tables, kept in (
            (FUNCTIONS_ONLY, "SELECT"),
            ([sql_installation.TABLE], "SELECT"),
            (INSERT_ONLY, "SELECT, INSERT"),
            *(([table], kept) for table, kept in BOUNDED.items()),
        ):
            for table in sorted(set(tables) & _tables()):
                both = {"table": sql.Identifier(table), "role": name}
                cursor.execute(
                    sql.SQL("REVOKE ALL ON TABLE {table} FROM {role}").format(**both)
                )
                cursor.execute(
                    sql.SQL("GRANT {kept} ON TABLE {table} TO {role}").format(
                        kept=sql.SQL(kept), **both
                    )
                )
        for function in FUNCTIONS:
            both = {"function": sql.Identifier(function), "role": name}
            cursor.execute(
                sql.SQL("REVOKE ALL ON FUNCTION {function} FROM PUBLIC").format(**both)
            )
            cursor.execute(
                sql.SQL("GRANT EXECUTE ON FUNCTION {function} TO {role}").format(**both)
            )


def _tables() -> set[str]:
    return set(connection.introspection.table_names())
