"""A small shop full of accidents."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from coupons.models import Coupon, CouponTemplate
from ledger.kinds import AccountKind
from members.birthdays import Birthday
from members.models import Consent, ConsentText, CustomField, Member, Tag
from messaging.models import Message, MessageTemplateVersion
from recognition import services as recognition_services
from recognition.models import Feedback, Visit, VisitLine
from stores.models import Store
from tests.factories.coupons import TemplateFactory, issued
from tests.factories.ledger import points_unit
from tests.factories.members import CustomFieldFactory, MemberFactory, TagFactory, give
from tests.factories.messaging import template
from tests.factories.stores import NOON, StoreFactory
from tests.factories.tiers import TierFactory
from tiers.models import Standing, Tier

TODAY = NOON.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
SKUS, CATEGORIES = ("D1", "D2", "D3"), ("soup", "tea")


@dataclass
class Person:
    """A member, and everything that the conditions ask about."""

    member: Member
    tags: set[int] = field(default_factory=set)
    visits: list[tuple[Visit, list[VisitLine]]] = field(default_factory=list)
    feedback: list[Feedback] = field(default_factory=list)
    consents: set[tuple[str, str]] = field(default_factory=set)
    standing: Standing | None = None
    coupons: list[Coupon] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    held: dict[str, int] = field(default_factory=dict)
    lots: list[tuple[str, int, datetime]] = field(default_factory=list)
    brought: int = 0


@dataclass
class World:
    stores: list[Store]
    tags: list[Tag]
    tiers: list[Tier]
    templates: list[CouponTemplate]
    fields: list[CustomField]
    words: MessageTemplateVersion
    people: list[Person]

    @property
    def base(self) -> Tier:
        return next(tier for tier in self.tiers if tier.threshold == 0)


def build(seed: int, people: int = 30) -> World:
    """Stores in two zones, and members who differ in everything."""
    dice = random.Random(seed)
    stores = [
        StoreFactory.create(),
        StoreFactory.create(time_zone="America/New_York"),
        StoreFactory.create(),
    ]
    base = Tier.objects.filter(is_active=True, threshold=0).first()
    tiers = [
        base or TierFactory.create(rank=60, threshold=0),
        TierFactory.create(rank=61, threshold=1_000_000),
        TierFactory.create(rank=62, threshold=2_000_000),
    ]
    world = World(
        stores=stores,
        tags=TagFactory.create_batch(3),
        tiers=tiers,
        templates=[TemplateFactory.drawn(), TemplateFactory.drawn()],
        fields=[
            CustomFieldFactory.create(code="shoes", kind="number"),
            CustomFieldFactory.create(code="dish", kind="text"),
        ],
        words=template(purpose="marketing"),
        people=[],
    )
    text = ConsentText.objects.filter(purpose="marketing").first()
    text = text or ConsentText.objects.create(
        purpose="marketing", version=1, text="yes", published_at=NOON
    )
    for _number in range(people):
        world.people.append(_person(world, dice, text))
    ids = [person.member.pk for person in world.people]
    recognition_services.refresh_summaries(first_member=min(ids), last_member=max(ids))
    return world


def _person(world: World, dice: random.Random, text: ConsentText) -> Person:
    member = MemberFactory.build(
        gender=dice.choice(["", "female", "male"]),
        language=dice.choice(["", "en", "zh-hans"]),
        email=dice.choice(["", f"m{dice.random()}@example.com"]),
        home_store=dice.choice([None, *world.stores]),
        joined_at=NOON - timedelta(days=dice.choice([0, 1, 5, 40]), hours=5),
        custom=dice.choice(
            [{}, {"shoes": 41}, {"shoes": "41.5", "dish": "Noodles"}, {"dish": "x"}]
        ),
    )
    if dice.random() < 0.2:
        member.phone = None
    if dice.random() < 0.7:
        born = _birthday(dice)
        member.birth_calendar, member.birth_year = born.calendar, born.year
        member.birth_month, member.birth_day = born.month, born.day
        member.birth_leap, member.birthday_set_at = born.leap, NOON
    earlier = [person for person in world.people if dice.random() < 0.1]
    if earlier:
        member.referrer = earlier[0].member
        earlier[0].brought += 1
    member.save(force_insert=True)
    person = Person(member)
    for tag in world.tags:
        if dice.random() < 0.3:
            member.taggings.create(tag=tag, tagged_at=NOON)
            person.tags.add(tag.pk)
    _visits(world, dice, person)
    _said(world, dice, person, text)
    if world.people and dice.random() < 0.1:
        _merge(member, world.people[0].member)
    else:
        _holds(world, dice, person)
    return person


def _birthday(dice: random.Random) -> Birthday:
    near = TODAY + timedelta(days=dice.choice([-1, 0, 1, 3, 90, 200]))
    if dice.random() < 0.5:
        year = dice.choice([None, 1960, 1996])
        day = 28 if (near.month, near.day) == (2, 29) else near.day
        return Birthday(month=near.month, day=day, year=year)
    return Birthday(
        month=dice.choice([9, 10, 11]),
        day=dice.randint(1, 30),
        calendar="lunar",
        leap=dice.random() < 0.3,
    )


def _merge(member: Member, other: Member) -> None:
    Member.objects.filter(pk=member.pk).update(
        status="merged", merged_into=other, ended_at=NOON
    )
    member.refresh_from_db()


def _visits(world: World, dice: random.Random, person: Person) -> None:
    for _number in range(dice.choice([0, 0, 1, 2, 3, 5])):
        at = NOON - timedelta(
            days=dice.choice([0, 1, 2, 6, 7, 29, 30, 200, 400]),
            hours=dice.randint(0, 9),
        )
        visit = Visit.objects.create(
            member=person.member,
            store=dice.choice(world.stores),
            at=at,
            business_date=at.date(),
            amount=dice.choice([0, 100_00, 50_00]),
            source="sale",
            reference=f"W{dice.random()}",
            voided_at=NOON if dice.random() < 0.15 else None,
        )
        lines = [
            VisitLine.objects.create(
                visit=visit,
                sku=dice.choice(SKUS),
                name="dish",
                category=dice.choice(CATEGORIES),
                quantity=dice.randint(1, 3),
                amount=10_00,
            )
            for _line in range(dice.randint(0, 2))
        ]
        person.visits.append((visit, lines))


def _said(world: World, dice: random.Random, person: Person, text: ConsentText) -> None:
    member = person.member
    for channel in ("email", "sms"):
        if dice.random() < 0.4:
            granted = dice.random() < 0.7
            Consent.objects.create(
                member=member,
                purpose="marketing",
                channel=channel,
                granted=granted,
                text=text,
                source="counter",
                at=NOON,
            )
            if granted:
                person.consents.add(("marketing", channel))
    if dice.random() < 0.3:
        person.feedback.append(
            Feedback.objects.create(
                member=member,
                store=dice.choice(world.stores),
                at=NOON - timedelta(days=dice.randint(0, 3)),
                channel="counter",
                score=dice.choice([None, 2, 9]),
                stars=3,
            )
        )


def _holds(world: World, dice: random.Random, person: Person) -> None:
    member = person.member
    if dice.random() < 0.6:
        _stands(world, dice, person)
    if dice.random() < 0.5:
        issued_at = NOON - timedelta(days=dice.choice([0, 10, 100]))
        coupon = issued(dice.choice(world.templates), member, at=issued_at)
        person.coupons.append(coupon)
    for days in dice.choice([[], [5], [5, 40]]):
        expires = NOON + timedelta(days=days)
        give(member, 100, AccountKind.POINTS, unit_id=points_unit(), expires_at=expires)
        person.lots.append(("points", 100, expires))
        person.held["points"] = person.held.get("points", 0) + 100
    if dice.random() < 0.3:
        soon = NOON + timedelta(days=9)
        give(member, 30_00, AccountKind.BONUS, expires_at=soon)
        person.lots.append(("bonus", 30_00, soon))
        person.held["bonus"] = 30_00
    for _number in range(dice.choice([0, 0, 1, 2])):
        person.messages.append(_message(world, dice, member))
    if dice.random() < 0.3:
        give(member, 70_00)
        person.held["principal"] = 70_00


def _stands(world: World, dice: random.Random, person: Person) -> None:
    is_lent = dice.random() < 0.4
    tier, earned = dice.choice(world.tiers), dice.choice([None, *world.tiers])
    person.standing = Standing.objects.create(
        member=person.member,
        tier=tier,
        earned_tier=earned if is_lent else tier,
        source="manual" if is_lent else "earned",
        since=NOON - timedelta(days=dice.choice([0, 3, 30])),
        kept_until=NOON + timedelta(days=dice.choice([-1, 1])) if is_lent else None,
    )


def _message(world: World, dice: random.Random, member: Member) -> Message:
    """One that waits, or that a provider took."""
    accepted_at = dice.choice([None, NOON, NOON - timedelta(days=8)])
    return Message.objects.create(
        key=f"world:{dice.random()}",
        fingerprint="0" * 64,
        member=member,
        channel=dice.choice(["email", "sms"]),
        version=world.words,
        purpose=dice.choice(["marketing", "transactional"]),
        language="en",
        not_before=NOON,
        state="waiting" if accepted_at is None else "accepted",
        due_at=NOON if accepted_at is None else None,
        accepted_at=accepted_at,
        created_at=NOON - timedelta(days=9),
    )
