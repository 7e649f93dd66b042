"""The same message to very many members, in one statement."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection, transaction

from common.arrays import integers, texts
from members.errors import MemberUnknown
from messaging.encryption import address_digest, encrypt_values
from messaging.errors import MessageTemplateUnknown
from messaging.models import MessageState, MessageTemplateVersion
from messaging.selectors import current_versions
from messaging.values import Value, check_values

from .send import HOUSE_LANGUAGE, OutgoingMessage, check_message, check_words

WRITE: Final = """
INSERT INTO messaging_message (
  key, fingerprint, member_id, sealed_address, address_hint, address_digest, store_id,
  channel, version_id, purpose, language, values, sealed_values, priority, not_before,
  expires_at, state, reason, due_at, attempts, sent_twice, provider, provider_reference,
  created_at)
SELECT due.key,
       encode(sha256(convert_to(due.key || ' ' || m.id || ' ' || told.digest, 'UTF8')),
              'hex'),
       m.id, '', '', '', coalesce(%(store)s::bigint, m.home_store_id), %(channel)s,
       %(version)s, %(purpose)s, coalesce(nullif(m.language, ''), %(language)s),
       told.plain::jsonb, told.sealed, %(priority)s, %(begins)s, %(expires_at)s,
       %(state)s, '', %(begins)s, 0, false, '', '', %(at)s
  FROM unnest(%(keys)s::text[], %(members)s::bigint[], %(which)s::int[])
       due (key, member, which)
  JOIN unnest(%(plain)s::text[], %(sealed)s::text[], %(digests)s::text[])
       WITH ORDINALITY told (plain, sealed, digest, which) USING (which)
  JOIN members_member m ON m.id = due.member
RETURNING member_id, id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    """What all of them are written, by which channel and until when; each word means
    what it means in `OutgoingMessage`.
    """

    template: str
    channel: str
    not_before: datetime | None = None
    expires_at: datetime | None = None
    priority: int = 0
    store_id: int | None = None


@dataclass(frozen=True, slots=True)
class MailingValues:
    """Values that were checked, as the rows keep them; many members share them."""

    plain: str
    sealed: str
    digest: str


@transaction.atomic(savepoint=False)
def send_to_members(
    *,
    mailing: Mailing,
    keys: Mapping[int, str],
    values: Mapping[int, Mapping[str, Value]],
    at: datetime,
) -> dict[int, int]:
    """A step: one message to each member of `keys`, in their language; its number by
    member.

    A key that was used before ends the whole command in an IntegrityError: the caller
    asks only for what was not written. Raises MessageTemplateUnknown,
    ChannelWithoutWords, MessageRefused, MemberUnknown.
    """
    if not keys:
        return {}
    version = _version(mailing, max(keys.values(), key=len), at)
    members = sorted(keys)
    sets = _ValueSets(version, mailing)
    which = [sets.place_of(values[member]) for member in members]
    facts = {
        "store": mailing.store_id,
        "channel": mailing.channel,
        "version": version.pk,
        "purpose": version.template.purpose,
        "language": HOUSE_LANGUAGE,
        "priority": mailing.priority,
        "begins": max(mailing.not_before or at, at),
        "expires_at": mailing.expires_at,
        "state": MessageState.WAITING.value,
        "at": at,
        "keys": texts(keys[member] for member in members),
        "members": integers(members),
        "which": integers(which),
        "plain": [one.plain for one in sets.values],
        "sealed": [one.sealed for one in sets.values],
        "digests": [one.digest for one in sets.values],
    }
    with connection.cursor() as cursor:
        cursor.execute(WRITE, facts)
        written = dict(cursor.fetchall())
    if len(written) != len(members):
        raise MemberUnknown
    return written


def _version(mailing: Mailing, key: str, at: datetime) -> MessageTemplateVersion:
    """The words in use, where they and all else that they share would do."""
    version = current_versions({mailing.template}).get(mailing.template)
    if version is None:
        raise MessageTemplateUnknown(template=mailing.template)
    check_message(
        OutgoingMessage(
            key=key,
            template=mailing.template,
            channel=mailing.channel,
            member_id=0,
            not_before=mailing.not_before,
            expires_at=mailing.expires_at,
            priority=mailing.priority,
        ),
        at,
    )
    check_words(version, mailing.channel)
    return version


class _ValueSets:
    """The values of a mailing, each set of them checked and written once."""

    def __init__(self, version: MessageTemplateVersion, mailing: Mailing) -> None:
        self.values: list[MailingValues] = []
        self._kinds = version.values
        self._places: dict[tuple[tuple[str, Value], ...], int] = {}
        self._asked: Sequence[object] = [
            mailing.template,
            mailing.channel,
            mailing.not_before and mailing.not_before.isoformat(),
            mailing.expires_at and mailing.expires_at.isoformat(),
            mailing.priority,
            mailing.store_id,
        ]

    def place_of(self, values: Mapping[str, Value]) -> int:
        """Which of them these are, counted from 1."""
        known = tuple(values.items())
        if known not in self._places:
            self.values.append(self._checked(values))
            self._places[known] = len(self.values)
        return self._places[known]

    def _checked(self, values: Mapping[str, Value]) -> MailingValues:
        checked = check_values(self._kinds, values)
        asked = [*self._asked, {name: str(values[name]) for name in sorted(values)}]
        return MailingValues(
            json.dumps(checked.plain),
            encrypt_values(checked.secret),
            address_digest("fingerprint", json.dumps(asked)),
        )
