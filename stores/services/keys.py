"""Keys by which other programs sign in."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from stores.errors import KeyNameTaken, KeyNotUsable
from stores.models import ApiKey, Store, User

from .audit import act, record_act, require

PREFIX_LENGTH = 12


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

    Without `by` it is made at the server's own prompt.
    """
    text = f"reg_{secrets.token_hex(4)}_{secrets.token_urlsafe(32)}"
    with transaction.atomic(durable=True):
        if by is not None:
            require(by, "stores.add_apikey", store=store)
        try:
            with transaction.atomic():
                key = ApiKey.objects.create(
                    name=name,
                    store=store,
                    scopes=sorted(set(scopes)),
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


def use_api_key(text: str) -> ApiKey:
    """The key that this text is, if it is one and still valid."""
    # 256 random bits: a plain fingerprint cannot be guessed back, and it is looked up
    # by index, so no comparison's timing says anything.
    key = (
        ApiKey.objects.select_related("store")
        .filter(digest=_digest(text), revoked_at=None)
        .first()
    )
    if key is None:
        raise KeyNotUsable
    return key


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
