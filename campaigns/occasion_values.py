"""What an occasion makes known to its messages: the values by journey."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connection
from django.utils.translation import override

from coupons.models import TemplateVersion
from members.models import Member
from messaging.services.send import HOUSE_LANGUAGE
from messaging.values import Value
from points.models import StampProgramme
from tiers.models import Tier

from .days import Days, house_zone, today
from .journeys import DueJourney
from .kinds import CampaignKind
from .models import Campaign
from .occasion_items import digest, expiring_items
from .tier_gifts import tier_gifts

type Values = dict[int, dict[str, Value]]

BALANCES: Final = """
SELECT a.holder_id, sum(a.balance) FROM ledger_account a
 WHERE a.holder_kind = 'member' AND a.holder_id = ANY (%s)
   AND a.kind IN ('principal', 'bonus') GROUP BY a.holder_id"""
TOP_UPS: Final = """
SELECT DISTINCT ON (t.member_id) t.member_id, t.paid FROM stored_value_topup t
 WHERE t.member_id = ANY (%s) ORDER BY t.member_id, t.at, t.id"""
TIERS: Final = """
SELECT s.member_id, s.tier_id, s.kept_until FROM tiers_standing s
 WHERE s.member_id = ANY (%s) AND s.tier_id IS NOT NULL"""
STAMPS: Final = """
SELECT j.id, p.id, p.stamps - a.balance FROM campaigns_journey j
  JOIN points_stampprogramme p ON p.id = split_part(j.period, ':', 2)::bigint
  JOIN ledger_account a ON a.holder_kind = 'member' AND a.holder_id = j.member_id
   AND a.kind = 'stamps' AND a.slot = p.code
 WHERE j.id = ANY (%s) AND a.balance < p.stamps"""
CURES: Final = """
SELECT j.id, f.at FROM campaigns_journey j
  JOIN recognition_feedback f ON f.id = split_part(j.period, ':', 2)::bigint
 WHERE j.id = ANY (%s)"""


def occasion_values(
    campaign: Campaign, journeys: Sequence[DueJourney], *, at: datetime
) -> Values:
    """By journey, each in its reader's language. Who has nothing to be told is not in
    it: no message is written to them.
    """
    finder = FINDERS.get(CampaignKind(campaign.kind))
    return {} if finder is None else finder(campaign, journeys, at)


def _expiring(
    campaign: Campaign, journeys: Sequence[DueJourney], at: datetime
) -> Values:
    items = expiring_items(campaign, journeys, Days(at, [today(at)]))
    kinds = {item.version_id for mine in items.values() for item in mine}
    versions = TemplateVersion.objects.in_bulk(kinds - {None})
    languages = _languages(journeys)
    told: Values = {}
    for one in journeys:
        if one.member_id in items:
            with override(languages[one.member_id]):
                told[one.pk] = {
                    "expiring_items": digest(items[one.member_id], versions)
                }
    return told


def _birthday(
    campaign: Campaign, journeys: Sequence[DueJourney], at: datetime
) -> Values:
    return {
        pk: {"tier_gift": words} for pk, words in tier_gifts(campaign, journeys).items()
    }


def _balance(
    campaign: Campaign, journeys: Sequence[DueJourney], at: datetime
) -> Values:
    held = dict(_rows(BALANCES, _members(journeys)))
    return {
        one.pk: {"balance": int(held[one.member_id])}
        for one in journeys
        if one.member_id in held
    }


def _top_up(campaign: Campaign, journeys: Sequence[DueJourney], at: datetime) -> Values:
    paid = dict(_rows(TOP_UPS, _members(journeys)))
    return {
        one.pk: {"top_up": int(paid[one.member_id])}
        for one in journeys
        if one.member_id in paid
    }


def _tier(campaign: Campaign, journeys: Sequence[DueJourney], at: datetime) -> Values:
    stands = {row[0]: row[1:] for row in _rows(TIERS, _members(journeys))}
    tiers = Tier.objects.in_bulk({tier for tier, _until in stands.values()})
    languages = _languages(journeys)
    told: Values = {}
    for one in journeys:
        if one.member_id not in stands:
            continue
        tier, until = stands[one.member_id]
        with override(languages[one.member_id]):
            told[one.pk] = {"tier": tiers[tier].name}
        if until is not None:
            told[one.pk]["tier_until"] = until.astimezone(house_zone()).date()
    return told


def _reached(
    campaign: Campaign, journeys: Sequence[DueJourney], at: datetime
) -> Values:
    told, gifts = _tier(campaign, journeys, at), tier_gifts(campaign, journeys)
    return {pk: values | {"tier_gift": gifts[pk]} for pk, values in told.items()}


def _visit(campaign: Campaign, journeys: Sequence[DueJourney], at: datetime) -> Values:
    days = ((one.pk, one.period.partition(":")[2]) for one in journeys)
    return {pk: {"visit_date": datetime.fromisoformat(day).date()} for pk, day in days}


def _stamps(campaign: Campaign, journeys: Sequence[DueJourney], at: datetime) -> Values:
    rows = _rows(STAMPS, [one.pk for one in journeys])
    names = dict(StampProgramme.objects.values_list("pk", "name"))
    return {
        pk: {"stamp_card": names[programme], "stamps_missing": int(missing)}
        for pk, programme, missing in rows
    }


def _cure(campaign: Campaign, journeys: Sequence[DueJourney], at: datetime) -> Values:
    rows = _rows(CURES, [one.pk for one in journeys])
    return {
        pk: {"complaint_date": said.astimezone(house_zone()).date()}
        for pk, said in rows
    }


def _members(journeys: Sequence[DueJourney]) -> list[int]:
    return [one.member_id for one in journeys]


def _languages(journeys: Sequence[DueJourney]) -> Mapping[int, str]:
    told = Member.objects.filter(pk__in=_members(journeys))
    return {
        pk: language or HOUSE_LANGUAGE
        for pk, language in told.values_list("pk", "language")
    }


def _rows(sql: str, keys: list[int]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [keys])
        return list(cursor.fetchall())


FINDERS: Final[
    dict[CampaignKind, Callable[[Campaign, Sequence[DueJourney], datetime], Values]]
] = {
    CampaignKind.BIRTHDAY: _birthday,
    CampaignKind.EXPIRING: _expiring,
    CampaignKind.BALANCE_LOW: _balance,
    CampaignKind.FIRST_TOP_UP: _top_up,
    CampaignKind.TIER_REACHED: _reached,
    CampaignKind.TIER_AT_RISK: _tier,
    CampaignKind.AFTER_VISIT: _visit,
    CampaignKind.STAMP_CARD: _stamps,
    CampaignKind.CURED: _cure,
}
