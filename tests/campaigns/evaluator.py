"""Who meets a condition, told by Python, one by one."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from coupons.models import CouponIssue
from members.birthdays import Birthday
from members.models import Member
from recognition.models import Visit, VisitLine
from tests.campaigns.world import TODAY, Person, World
from tests.factories.stores import NOON


def meets(
    node: dict[str, Any], person: Person, world: World, store: int | None
) -> bool:
    """Whether one of the people meets a tree of conditions."""
    kind = node["kind"]
    if kind in ("all", "any", "not"):
        each = [meets(inner, person, world, store) for inner in node["of"]]
        return {"all": all(each), "any": any(each), "not": not any(each)}[kind]
    return bool(MEETS[kind](node, person, world, store))


def reached(tree: dict[str, Any], world: World, store: int | None = None) -> set[int]:
    """The members of a tree, one by one."""
    return {
        person.member.pk
        for person in world.people
        if person.member.status == "active"
        and (store is None or _is_guest(person, store))
        and meets(tree, person, world, store)
    }


def _is_guest(person: Person, store: int) -> bool:
    return person.member.home_store_id == store or bool(_came(person, store))


def _within(node: dict[str, Any], number: Any) -> bool:
    if number is None:
        return False
    low, high = node.get("at_least"), node.get("at_most")
    return (low is None or number >= low) and (high is None or number <= high)


def _day(at: datetime) -> date:
    return at.astimezone(ZoneInfo(settings.TIME_ZONE)).date()


def _came(person: Person, store: int | None) -> list[tuple[Visit, list[VisitLine]]]:
    return [
        (visit, lines)
        for visit, lines in person.visits
        if visit.voided_at is None and store in (None, visit.store_id)
    ]


def _meant(node: Any, person: Person, store: int | None) -> list[Any]:
    found = []
    for visit, lines in _came(person, store):
        hour = visit.at.astimezone(ZoneInfo(visit.store.time_zone)).hour
        begins, ends = node.get("hour_from"), node.get("hour_until")
        in_hours = begins is None or (
            begins <= hour < ends if begins < ends else hour >= begins or hour < ends
        )
        days = node.get("last_days")
        if (
            in_hours
            and (days is None or visit.business_date > TODAY - timedelta(days=days))
            and (not node.get("stores") or visit.store_id in node["stores"])
            and (
                not node.get("weekdays")
                or visit.business_date.weekday() in node["weekdays"]
            )
        ):
            found.append((visit, lines))
    return found


def _gender(node: Any, person: Person, *_rest: Any) -> bool:
    return person.member.gender in node["genders"]


def _language(node: Any, person: Person, *_rest: Any) -> bool:
    return person.member.language in node["languages"]


def _age(node: Any, person: Person, *_rest: Any) -> bool:
    one = person.member
    if one.birth_year is None:
        return False
    to_come = (one.birth_month, one.birth_day) > (TODAY.month, TODAY.day)
    return _within(node, TODAY.year - one.birth_year - to_come)


def _birthday_of(member: Member) -> Birthday | None:
    if member.birth_month is None or member.birth_day is None:
        return None
    return Birthday(
        month=member.birth_month,
        day=member.birth_day,
        calendar=member.birth_calendar,
        leap=member.birth_leap,
    )


def _birthday(node: Any, person: Person, *_rest: Any) -> bool:
    born = _birthday_of(person.member)
    ahead = node["next_days"]
    return born is not None and born.next_on(TODAY) <= TODAY + timedelta(days=ahead)


def _joined(node: Any, person: Person, *_rest: Any) -> bool:
    return _within(node, (TODAY - _day(person.member.joined_at)).days)


def _known(node: Any, person: Person, *_rest: Any) -> bool:
    one = person.member
    told = {
        "name": one.name,
        "phone": one.phone,
        "email": one.email,
        "birthday": one.birth_month,
    }
    return all(told[fact] for fact in node["facts"])


def _home_store(node: Any, person: Person, *_rest: Any) -> bool:
    return person.member.home_store_id in node["stores"]


def _tag(node: Any, person: Person, *_rest: Any) -> bool:
    return bool(person.tags & set(node["tags"]))


def _custom(node: Any, person: Person, *_rest: Any) -> bool:
    answer = person.member.custom.get(node["code"])
    if answer is None:
        return False
    text, value = str(answer), node.get("value", "")
    if node["test"] == "given":
        return True
    if node["test"] == "equals":
        return bool(text.lower() == value.lower())
    if node["test"] == "contains":
        return bool(value.lower() in text.lower())
    try:
        one, other = float(text), float(value)
    except ValueError:
        return False
    return one >= other if node["test"] == "at_least" else one <= other


def _referred(node: Any, person: Person, *_rest: Any) -> bool:
    return _within(node, person.brought)


def _tier(node: Any, person: Person, world: World, _store: Any) -> bool:
    row = person.standing
    shown = None if row is None else row.tier_id
    if row is not None and row.source != "earned" and row.kept_until <= NOON:  # type: ignore[operator]  # lent ones end
        shown = row.earned_tier_id
    return (shown or world.base.pk) in node["tiers"]


def _tier_at_risk(_node: Any, person: Person, *_rest: Any) -> bool:
    return person.standing is not None and person.standing.notice_at is not None


def _tier_since(node: Any, person: Person, *_rest: Any) -> bool:
    row = person.standing
    return row is not None and _within(node, (TODAY - _day(row.since)).days)


def _consent(node: Any, person: Person, *_rest: Any) -> bool:
    return any((node["purpose"], one) in person.consents for one in node["channels"])


def _balance(node: Any, person: Person, *_rest: Any) -> bool:
    kinds = ["principal", "bonus"]
    if node["account"] != "stored_value":
        kinds = [node["account"]]
    return _within(node, sum(person.held.get(kind, 0) for kind in kinds))


def _points(node: Any, person: Person, *_rest: Any) -> bool:
    return _within(node, person.held.get(node["account"], 0))


def _expiring(node: Any, person: Person, *_rest: Any) -> bool:
    kind = "bonus" if node["kind"] == "bonus_expiring" else "points"
    until = NOON + timedelta(days=node["next_days"])
    due = sum(
        amount for of, amount, at in person.lots if of == kind and NOON < at <= until
    )
    return _within(node, due)


def _top_ups(node: Any, *_rest: Any) -> bool:
    return _within(node, 0)  # nobody here topped up


def _visits(node: Any, person: Person, _world: World, store: int | None) -> bool:
    return _within(node, len(_meant(node, person, store)))


def _spent(node: Any, person: Person, _world: World, store: int | None) -> bool:
    return _within(node, sum(one.amount for one, _lines in _meant(node, person, store)))


def _items(node: Any, person: Person, _world: World, store: int | None) -> bool:
    pieces = [
        line.quantity
        for _visit, lines in _meant(node, person, store)
        for line in lines
        if line.sku in node.get("skus", ())
        or line.category in node.get("categories", ())
    ]
    return _within(node, sum(pieces))


def _days(person: Person, store: int | None) -> list[date]:
    return sorted({visit.business_date for visit, _lines in _came(person, store)})


def _last_visit(node: Any, person: Person, _world: World, store: int | None) -> bool:
    days = _days(person, store)
    return bool(days) and _within(node, (TODAY - days[-1]).days)


def _first_visit(node: Any, person: Person, _world: World, store: int | None) -> bool:
    days = _days(person, store)
    return bool(days) and _within(node, (TODAY - days[0]).days)


def rhythm_of(person: Person, store: int | None) -> float | None:
    """The median gap of whoever came on three days or more."""
    days = _days(person, store)
    if len(days) < 3:
        return None
    gaps = sorted((b - a).days for a, b in pairwise(days))
    half = len(gaps) // 2
    return gaps[half] if len(gaps) % 2 else (gaps[half - 1] + gaps[half]) / 2


def _rhythm(node: Any, person: Person, _world: World, store: int | None) -> bool:
    return _within(node, rhythm_of(person, store))


def _rfm(node: Any, person: Person, world: World, store: int | None) -> bool:
    came = [one for one in world.people if _came(one, store)]
    if person not in came:
        return False
    marks: dict[str, Callable[[Person], Any]] = {
        "recency": lambda one: _days(one, store)[-1],
        "frequency": lambda one: len(_came(one, store)),
        "money": lambda one: sum(visit.amount for visit, _l in _came(one, store)),
    }
    for name, mark in marks.items():
        if node.get(name):
            ranked = sorted(came, key=lambda one: (mark(one), one.member.pk))
            if _fifth(ranked.index(person), len(ranked)) not in node[name]:
                return False
    return True


def _fifth(place: int, of: int) -> int:
    """As `ntile(5)` deals: the first fifths are one larger where it does not go up."""
    size, larger = divmod(of, 5)
    edge = 0
    for fifth in range(1, 6):
        edge += size + (fifth <= larger)
        if place < edge:
            return fifth
    raise AssertionError


def usual_gap(people: list[Person], store: int | None, at_store: int | None) -> Any:
    """The 75th percentile of the rhythms of those who came last to a store."""
    rhythms = sorted(
        rhythm
        for one in people
        if (rhythm := rhythm_of(one, store)) is not None
        and at_store in (None, last_store(one, store))
    )
    if not rhythms:
        return None
    place = (len(rhythms) - 1) * 0.75
    low = int(place)
    high = min(low + 1, len(rhythms) - 1)
    return rhythms[low] + (rhythms[high] - rhythms[low]) * (place - low)


def last_store(person: Person, store: int | None) -> int | None:
    """Where somebody came last."""
    came = _came(person, store)
    if not came:
        return None
    return max(came, key=lambda one: (one[0].business_date, one[0].pk))[0].store_id


def band_of(
    person: Person, world: World, store: int | None, method: str
) -> tuple[str, float] | None:
    """The band by the rules that every shop begins with, and the score."""
    days = _days(person, store)
    if not days:
        return None
    away = (TODAY - days[-1]).days
    if method == "days_since":
        bounds = [("lost", 180), ("dormant", 60), ("at_risk", 30)]
        return next((band for band, at in bounds if away > at), "regular"), away
    gap = rhythm_of(person, store)
    if gap is None:
        gap = usual_gap(world.people, store, last_store(person, store))
    if gap is None:
        gap = usual_gap(world.people, store, None)
    if gap is None:
        gap = 30
    if away > 365 or (away > 4 * gap and away > 30):
        return "lost", away / gap
    if away > 2 * gap and away > 30:
        return "dormant", away / gap
    return ("at_risk" if away > 1.5 * gap else "regular"), away / gap


def _band(node: Any, person: Person, world: World, store: int | None) -> bool:
    found = band_of(person, world, store, node.get("method") or "own_rhythm")
    return found is not None and found[0] in node["bands"]


def _complaint(_node: Any, person: Person, _world: World, store: int | None) -> bool:
    return any(
        one.state in ("open", "owned") and store in (None, one.store_id)
        for one in person.feedback
    )


def _score(node: Any, person: Person, _world: World, store: int | None) -> bool:
    told = [
        one
        for one in person.feedback
        if one.score is not None and store in (None, one.store_id)
    ]
    return bool(told) and _within(node, max(told, key=lambda one: one.at).score)


def _coupon(node: Any, person: Person, *_rest: Any) -> bool:
    days = node.get("last_days")
    since = (
        datetime.combine(
            TODAY - timedelta(days=days - 1),
            time(),
            tzinfo=ZoneInfo(settings.TIME_ZONE),
        )
        if days
        else None
    )
    for coupon in person.coupons:
        if (
            node.get("templates")
            and coupon.version.template_id not in node["templates"]
        ):
            continue
        given = CouponIssue.objects.get(pk=coupon.issue_id).at
        late = since is None or coupon.valid_until >= since
        if {
            "usable": coupon.valid_from <= NOON < coupon.valid_until,
            "received": since is None or given >= since,
            "redeemed": False,
            "expired": coupon.valid_until <= NOON and late,
        }[node["state"]]:
            return True
    return False


def _messages(node: Any, person: Person, *_rest: Any) -> bool:
    days = node.get("last_days")
    sent = [
        message
        for message in person.messages
        if message.accepted_at is not None
        and (not node.get("purposes") or message.purpose in node["purposes"])
        and (not node.get("ways") or message.channel in node["ways"])
        and (days is None or _day(message.accepted_at) > TODAY - timedelta(days=days))
    ]
    return _within(node, len(sent))


MEETS: dict[str, Callable[..., Any]] = {
    "gender": _gender,
    "language": _language,
    "age": _age,
    "birthday": _birthday,
    "joined": _joined,
    "known": _known,
    "home_store": _home_store,
    "tag": _tag,
    "custom": _custom,
    "referred": _referred,
    "tier": _tier,
    "tier_at_risk": _tier_at_risk,
    "tier_since": _tier_since,
    "consent": _consent,
    "balance": _balance,
    "points": _points,
    "expiring": _expiring,
    "bonus_expiring": _expiring,
    "top_ups": _top_ups,
    "visits": _visits,
    "spent": _spent,
    "items": _items,
    "last_visit": _last_visit,
    "first_visit": _first_visit,
    "rhythm": _rhythm,
    "rfm": _rfm,
    "band": _band,
    "complaint": _complaint,
    "score": _score,
    "coupon": _coupon,
    "messages": _messages,
}
