"""Keys by which other programs sign in."""

import hashlib
import re
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, LiteralString

from django.db import IntegrityError, connection, transaction

from stores.errors import KeyNameTaken, KeyNotUsable
from stores.models import ApiKey, Store, User
from stores.scopes import scopes_of_new_key

from .audit import act, record_act, require

PREFIX_LENGTH = 12
WRITTEN: Final = re.compile(r"reg_[0-9a-f]{8}_[A-Za-z0-9_-]{43}")
# One round trip, whatever asks: the key, and the store where it acts.
FIND: Final = """
SELECT k.id, k.name, k.scopes, k.prefix, k.store_id,
       s.id, s.code, s.name, s.time_zone, s.day_starts_at, s.is_active, {also}
  FROM stores_apikey k
  LEFT JOIN stores_store s
    ON s.id = coalesce(k.store_id, (SELECT id FROM stores_store WHERE code = %s))
 WHERE k.digest = %s AND k.revoked_at IS NULL
"""


def create_api_key(
    *,
    name: str,
    store: Store | None,
    scopes: Sequence[str],
    at: datetime,
    by: User | None = None,
    request_id: str = "",
) -> tuple[ApiKey, str]:
    """Make a key; its text is returned this once and kept nowhere.

    Without `by` it is made at the server's own prompt; without scopes it may do what a
    till does, or for the head office look. Raises ScopeUnknown, KeyNameTaken.
    """
    allowed = scopes_of_new_key(scopes, of_a_store=store is not None)
    text = f"reg_{secrets.token_hex(4)}_{secrets.token_urlsafe(32)}"
    with transaction.atomic(durable=True):
        if by is not None:
            require(by, "stores.add_apikey", store=store)
        try:
            with transaction.atomic():
                key = ApiKey.objects.create(
                    name=name,
                    store=store,
                    scopes=allowed,
                    prefix=text[:PREFIX_LENGTH],
                    digest=_digest(text),
                    created_at=at,
                )
        except IntegrityError as error:
            if "stores_apikey_name_unique_while_valid" in str(error):
                raise KeyNameTaken from error
            raise
        record_act(
            name="stores.key_made",
            by=act(
                staff=by,
                task="create_api_key",
                store=store,
                at=at,
                request_id=request_id,
            ),
            at=at,
            subject=key,
            facts={"name": name, "scopes": key.scopes},
        )
    return key, text


@transaction.atomic(durable=True)
def revoke_api_key(
    *, key: ApiKey, by: User, at: datetime, request_id: str = ""
) -> None:
    """End a key; the very next call with it is refused."""
    require(by, "stores.revoke_apikey", store=key.store)
    if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=at) != 1:
        raise KeyNotUsable
    record_act(
        name="stores.key_revoked",
        by=act(staff=by, store=key.store, at=at, request_id=request_id),
        at=at,
        subject=key,
        facts={"name": key.name},
    )


def use_api_key(text: str, *, store_code: str = "") -> tuple[ApiKey, Store | None]:
    """The key that this text is, if it is one and still valid, and where it acts.

    That is its own store; one of the head office acts where `store_code` says, if
    there is such a store. One query. Raises KeyNotUsable.
    """
    key, store, _told = use_api_key_and(text, store_code=store_code)
    return key, store


def use_api_key_and(
    text: str,
    also: LiteralString = "NULL",
    facts: Sequence[Any] = (),
    *,
    store_code: str,
) -> tuple[ApiKey, Store | None, tuple[Any, ...]]:
    """The same, and what else the caller asks in the same query, a column each; of the
    key it is `k`. Where the key is none, nothing of it is looked at.
    """
    # 256 random bits: a plain fingerprint cannot be guessed back, and it is looked up
    # by index, so no comparison's timing says anything.
    if not WRITTEN.fullmatch(text):
        raise KeyNotUsable
    with connection.cursor() as cursor:
        cursor.execute(FIND.format(also=also), [*facts, store_code, _digest(text)])
        row = cursor.fetchone()
    if row is None:
        raise KeyNotUsable
    key = ApiKey(id=row[0], name=row[1], scopes=row[2], prefix=row[3], store_id=row[4])
    if row[5] is None:
        return key, None, row[11:]
    store = Store(
        id=row[5],
        code=row[6],
        name=row[7],
        time_zone=row[8],
        day_starts_at=row[9],
        is_active=row[10],
    )
    return key, store, row[11:]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
