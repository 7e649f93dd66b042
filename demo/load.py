"""Loading the demo, from an empty house to one that has lived for a year."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import connection
from django.utils.translation import override

from common.statements import statements_not_kept
from ledger import selectors as ledger_selectors
from ledger import services as ledger_services
from members import services as members_services
from members.models import Member
from stores import services as stores_services
from stores.models import Store
from tiers import services as tiers_services

from . import house, offers
from .campaigns import Campaigning
from .desk import Desk
from .history import History, Shop, shop_of
from .messages import Writing
from .people import Person, invent_people
from .places import places_of
from .rewarding import Rewarding
from .sales import Sales
from .story import KNOWN_WELL, Story
from .trade import DAYS, Trade

type Say = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What there is now, by what it is called, and how long it took."""

    counts: dict[str, int]
    seconds: float


# What bills and receipts keep of names, they keep in the language of the house.
@override("zh-hans")
@statements_not_kept()
def load(
    *, stores: Sequence[Store], members: int, seed: int, until: datetime, say: Say
) -> Loaded | None:
    """Fill an empty house; None, and nothing changed, where somebody lives there.

    The same seed and the same moment make the same house.
    """
    if members < 1 or ledger_selectors.has_entries() or Member.objects.exists():
        return None
    began = time.monotonic()
    # A demo that is lost is made again: only real shops wait for the disk.
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")
    counts = _fill(
        stores,
        members,
        seed,
        until,
        lambda what: say(what, time.monotonic() - began),
    )
    with connection.cursor() as cursor:
        cursor.execute("RESET synchronous_commit")
    return Loaded(counts, time.monotonic() - began)


def _fill(
    stores: Sequence[Store],
    members: int,
    seed: int,
    until: datetime,
    say: Callable[[str], None],
) -> dict[str, int]:
    dice = random.Random(seed)  # noqa: S311 (a demo's dice, no secret)
    by = stores_services.act(task="demo", at=until)
    opened = until - timedelta(days=3 * 366)
    units = house.open_units()
    offered = offers.set_up(by=by, at=opened)
    shop = shop_of(
        stores=stores,
        accounts=house.open_stores(stores, units),
        plan=offered.plan,
        at=until,
    )
    say("inventing guests")
    people = invent_people(count=members, stores=stores, dice=dice, until=until)
    guests = _take_in(people, until)
    say("opening accounts")
    accounts = house.open_members(
        (
            (member_id, person.fills_wallet)
            for person, member_id in guests
            if person.comes
        ),
        units,
    )
    say("writing a year of visits")
    history = History(shop=shop, dice=dice, until=until - timedelta(days=DAYS + 1))
    for person, member_id in guests:
        if not person.comes:
            continue
        history.tell(person, member_id, accounts[member_id])
    written = history.finish()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # else all that follows is planned for empty tables
    say("living the last two weeks")
    regulars = [guest for guest in guests if guest[0].is_known]
    counts = _live(shop, regulars, accounts, offered, dice, until, say)
    return {
        "members": len(guests),
        "visits": written.visits,
        "entries": written.entries,
        "top-ups": written.top_ups,
        **counts,
    }


def _take_in(people: Sequence[Person], until: datetime) -> list[tuple[Person, int]]:
    """Members with their numbers; those who were brought, after those who bring."""
    by = stores_services.act(task="demo", at=until)
    alone = [person for person in people if person.brought_by is None]
    number_of = dict(
        zip(
            (person.number for person in alone),
            members_services.load_members(
                rows=[person.member for person in alone], by=by, at=until
            ),
            strict=True,
        )
    )
    brought = [person for person in people if person.brought_by is not None]
    rows = [
        replace(person.member, referrer_id=number_of.get(person.brought_by or 0))
        for person in brought
    ]
    number_of |= zip(
        (person.number for person in brought),
        members_services.load_members(rows=rows, by=by, at=until),
        strict=True,
    )
    return [(person, number_of[person.number]) for person in people]


def _live(
    shop: Shop,
    guests: Sequence[tuple[Person, int]],
    accounts: dict[int, house.MemberAccounts],
    offered: offers.Offers,
    dice: random.Random,
    until: datetime,
    say: Callable[[str], None],
) -> dict[str, int]:
    """What goes through the everyday commands, then what the nights do."""
    sales = Sales(dice=dice, coupon=offered.coupons["birthday-12"])
    sold = Trade(
        shop=shop, guests=guests, accounts=accounts, dice=dice, sales=sales
    ).trade(until=until)
    bills = sales.finish(until=until)
    say("telling what is known of guests")
    told = Story(
        guests=guests, stores=shop.stores, offers=offered, dice=dice, until=until
    ).tell()
    close = sorted(guests, key=lambda guest: guest[0].gap)[:KNOWN_WELL]
    places = places_of(shop.stores)
    more = [
        bills,
        Rewarding(guests=close, places=places, dice=dice, until=until).tell(),
        Desk(guests=close, places=places, dice=dice, until=until).tell(offered),
        Campaigning(offers=offered, until=until).tell(close),
    ]
    more.append(Writing(dice=dice, until=until).write(close))
    for word, times in (pair for part in more for pair in part.items()):
        told[word] = told.get(word, 0) + times
    ledger_services.expire_lots(at=until, business_date=until.date(), request_id="demo")
    review = tiers_services.review(at=until)
    ledger_services.record_proof(
        proof=ledger_services.prove_books(), started_at=until, finished_at=until
    )
    ledger_services.seal_day(day=until.date(), at=until)
    return {"sales of the last two weeks": sold, "raised": review.raised, **told}
