"""What the page of a member draws: who they are, what they hold, what they said."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, tzinfo
from typing import Any

from django.contrib import admin
from django.db.models import ForeignKey, Model, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from common.money import format_amount, format_count
from common.tables import day, moment, zone_of
from ledger.kinds import AccountKind, EntryKind
from members import selectors as members_selectors
from members import services as members_services
from members.models import CustomField, Member
from members.selectors import Explained
from stores import selectors as stores_selectors

type Zones = Mapping[int | None, tzinfo]

LOTS_SHOWN = 12
USES_SHOWN = 6


def balances(member: Member) -> str:
    """Each account, and the lots that make its balance, with what took from them."""
    explained = members_selectors.explain(member.pk, limit=LOTS_SHOWN)
    zones = stores_selectors.zones_of(_stores_of(explained))
    accounts = [
        {
            "title": _title(told.account.kind, told.account.slot),
            "url": reverse("admin:ledger_account_change", args=[told.account.pk]),
            "status": told.account.status,
            "balance": format_amount(told.account.balance, told.account.unit),
            "lots": [_lot(lot, told.account.unit, zones) for lot in told.lots],
        }
        for told in explained
    ]
    return render_to_string("members/balances.html", {"accounts": accounts})


def _stores_of(explained: Iterable[Explained]) -> Iterator[int | None]:
    """Where each lot came in, and where something was taken of it."""
    for told in explained:
        for lot in told.lots:
            yield lot.store_id
            yield from (use.store_id for use in lot.uses)


def balances_then(member: Member, at: datetime) -> list[dict[str, str]]:
    """What each account held at a past moment."""
    then = members_selectors.balances_at(member.pk, at)
    return [
        {
            "title": _title(told.account.kind, told.account.slot),
            "balance": format_amount(then[told.account.pk], told.account.unit),
        }
        for told in members_selectors.explain(member.pk, limit=0)
    ]


def consents(member: Member) -> str:
    """The decision that stands for each purpose and channel."""
    rows = members_selectors.consents_standing(member.pk)
    told = [(row, moment(row.at, zone_of(row))) for row in rows]
    return render_to_string("members/consents.html", {"rows": told})


def answers(member: Member) -> str:
    """What was told to the shop's own questions."""
    names = dict(CustomField.objects.values_list("code", "name"))
    rows = [
        (names.get(code, code), value) for code, value in sorted(member.custom.items())
    ]
    return render_to_string("members/answers.html", {"rows": rows})


def links(
    request: HttpRequest, member: Member, site: admin.AdminSite
) -> list[dict[str, str]]:
    """The ways to everything else that the house keeps about them, by app."""
    return [
        link
        for model, page in sorted(
            site._registry.items(), key=lambda it: it[0]._meta.label
        )
        if page.has_view_permission(request)
        for link in _links_of(model, member, site, _count(page, request, member))
    ]


def _count(page: Any, request: HttpRequest, member: Member) -> int | None:
    """How many of these rows whoever looks may see; None where nobody asks."""
    if not getattr(page, "counts_for_member", False):
        return None
    rows: QuerySet[Any] = page.get_queryset(request).filter(member=member.pk)
    return rows.count()


def _links_of(
    model: type[Model], member: Member, site: admin.AdminSite, count: int | None
) -> list[dict[str, str]]:
    """The list of a model's rows that point at this member, if it has such a list."""
    named = f"{site.name}:{model._meta.app_label}_{model._meta.model_name}_changelist"
    pointers = [
        field
        for field in model._meta.get_fields()
        if isinstance(field, ForeignKey) and field.name == "member"
    ]
    if not pointers or not issubclass(Member, pointers[0].related_model):
        return []
    try:
        url = reverse(named)
    except NoReverseMatch:
        return []
    title = str(model._meta.verbose_name_plural)
    return [
        {
            "title": title if count is None else f"{title} ({format_count(count)})",
            "url": f"{url}?member__id__exact={member.pk}",
        }
    ]


def _lot(lot: Any, unit: str, zones: Zones) -> dict[str, Any]:
    uses = [
        {
            "kind": EntryKind(use.kind).label,
            "url": reverse("admin:ledger_entry_change", args=[use.entry_id]),
            "amount": ("+" if use.returns else "−") + format_amount(use.amount, unit),
            "at": day(use.occurred_at, zones[use.store_id]),
        }
        for use in lot.uses[-USES_SHOWN:]
    ]
    return {
        "kind": EntryKind(lot.kind).label,
        "url": reverse("admin:ledger_entry_change", args=[lot.entry_id]),
        "since": day(lot.occurred_at, zones[lot.store_id]),
        "initial": format_amount(lot.initial, unit),
        "remaining": format_amount(lot.remaining, unit),
        "is_open": lot.remaining > 0,
        "expires_at": day(lot.expires_at) if lot.expires_at else "",
        "memo": lot.memo,
        "uses": uses,
        "hidden": len(lot.uses) - len(uses),
    }


def _title(kind: str, slot: str) -> str:
    label = str(AccountKind(kind).label)
    return f"{label} · {slot}" if slot else label


def birthday(member: Member, *, today: date) -> str:
    """The day in its calendar, and the day on which it is kept next."""
    born = members_services.birthday_of(member)
    if born is None:
        return "–"
    year = f"{born.year}-" if born.year else ""
    leap = f" · {_('leap month')}" if born.leap else ""
    return _("%(day)s (%(calendar)s%(leap)s), next on %(next)s") % {
        "day": f"{year}{born.month:02}-{born.day:02}",
        "calendar": member.get_birth_calendar_display(),
        "leap": leap,
        "next": born.next_on(today).isoformat(),
    }
