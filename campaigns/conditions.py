"""What a segment asks of its members: a tree of conditions, as it is kept.

Amounts are minor units, days are whole days of the house's clock, and every number of a
row (a tag, a store, a tier …) is its key.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

DEEPEST = 4  # groups within groups, the outermost counted
MOST_CONDITIONS = 40
LONGEST_LIST = 100
LARGEST = 10**15

type Key = Annotated[int, Field(ge=1, lt=2**63)]
type Keys = Annotated[list[Key], Field(min_length=1, max_length=LONGEST_LIST)]
type AnyKeys = Annotated[list[Key], Field(max_length=LONGEST_LIST)]
type Words = Annotated[
    list[Annotated[str, StringConstraints(min_length=1, max_length=64)]],
    Field(max_length=LONGEST_LIST),
]
type Count = Annotated[int, Field(ge=0, le=LARGEST)]
type Ago = Annotated[int, Field(ge=0, le=36_600)]
type Days = Annotated[int, Field(ge=1, le=3660)]
type Weekday = Annotated[int, Field(ge=0, le=6)]  # Monday is 0
type Quintile = Annotated[int, Field(ge=1, le=5)]
type Quintiles = Annotated[list[Quintile], Field(max_length=5)]
# In an answer a NUL is refused, as the database would.
PLAIN: Final = r"^[^\x00]*$"


class Condition(BaseModel):
    """One thing that is true of a member, or not."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Ranged(Condition):
    """A number within bounds; at least one of them is given."""

    at_least: Count | None = None
    at_most: Count | None = None

    @model_validator(mode="after")
    def _bounded(self) -> "Ranged":
        low, high = self.at_least, self.at_most
        if low is None and high is None:
            raise ValueError("no_bounds")
        if low is not None and high is not None and low > high:
            raise ValueError("bounds_crossed")
        return self


class DaysAgo(Ranged):
    """Days between a day and today, within bounds."""

    at_least: Ago | None = None
    at_most: Ago | None = None


class Gender(Condition):
    kind: Literal["gender"] = "gender"
    genders: Annotated[list[Literal["female", "male", "other"]], Field(min_length=1)]


class Language(Condition):
    kind: Literal["language"] = "language"
    languages: Annotated[list[str], Field(min_length=1, max_length=20)]


class Age(Ranged):
    """In whole years, of those who told their year."""

    kind: Literal["age"] = "age"


class BirthdaySoon(Condition):
    """The birthday is kept today or within so many days, in either calendar."""

    kind: Literal["birthday"] = "birthday"
    next_days: Annotated[int, Field(ge=0, le=92)]


class Joined(DaysAgo):
    """Days since the member joined."""

    kind: Literal["joined"] = "joined"


class KnownFacts(Condition):
    """All of these were told."""

    kind: Literal["known"] = "known"
    facts: Annotated[
        list[Literal["name", "phone", "email", "birthday"]], Field(min_length=1)
    ]


class HomeStore(Condition):
    kind: Literal["home_store"] = "home_store"
    stores: Keys


class Tagged(Condition):
    """Any of these tags."""

    kind: Literal["tag"] = "tag"
    tags: Keys


class Custom(Condition):
    """An answer to one of the shop's own questions."""

    kind: Literal["custom"] = "custom"
    code: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
    test: Literal["given", "equals", "contains", "at_least", "at_most"]
    value: Annotated[str, StringConstraints(max_length=200, pattern=PLAIN)] = ""

    @model_validator(mode="after")
    def _says_what(self) -> "Custom":
        if (self.test == "given") != (self.value == ""):
            raise ValueError("value_missing" if self.value == "" else "value_unused")
        return self


class ReferralCount(Ranged):
    """How many members were brought by this one."""

    kind: Literal["referred"] = "referred"


class HasTier(Condition):
    kind: Literal["tier"] = "tier"
    tiers: Keys


class TierAtRisk(Condition):
    """Told that the tier will be lost."""

    kind: Literal["tier_at_risk"] = "tier_at_risk"


class TierSince(DaysAgo):
    """Days since the tier was reached."""

    kind: Literal["tier_since"] = "tier_since"


class Balance(Ranged):
    """Stored value, in minor units; the whole is principal and bonus."""

    kind: Literal["balance"] = "balance"
    account: Literal["stored_value", "principal", "bonus"]


class Points(Ranged):
    """Points or growth value."""

    kind: Literal["points"] = "points"
    account: Literal["points", "growth"]


class ExpiringValue(Ranged):
    """Points that expire within so many days."""

    kind: Literal["expiring"] = "expiring"
    next_days: Annotated[int, Field(ge=1, le=366)]


class BonusExpiring(Ranged):
    """Bonus, in minor units, that expires within so many days."""

    kind: Literal["bonus_expiring"] = "bonus_expiring"
    next_days: Annotated[int, Field(ge=1, le=366)]


class TopUps(Ranged):
    """How often stored value was topped up."""

    kind: Literal["top_ups"] = "top_ups"
    last_days: Days | None = None


class AtVisits(Condition):
    """Which visits are meant; nothing given: all."""

    last_days: Days | None = None
    stores: AnyKeys = []
    weekdays: Annotated[list[Weekday], Field(max_length=7)] = []
    hour_from: Annotated[int, Field(ge=0, le=23)] | None = None
    hour_until: Annotated[int, Field(ge=1, le=24)] | None = None

    @model_validator(mode="after")
    def _hours_go_together(self) -> "AtVisits":
        if (self.hour_from is None) != (self.hour_until is None):
            raise ValueError("hours_go_together")
        return self

    @property
    def is_everything(self) -> bool:
        """Whether no visit is left out."""
        return (
            self.last_days is None
            and not self.stores
            and not self.weekdays
            and self.hour_from is None
        )


class Visits(Ranged, AtVisits):
    """How often the member came."""

    kind: Literal["visits"] = "visits"


class Spent(Ranged, AtVisits):
    """What was on the bills of those visits, in minor units."""

    kind: Literal["spent"] = "spent"


class Items(Ranged, AtVisits):
    """How many pieces of these items, or of these categories."""

    kind: Literal["items"] = "items"
    skus: Words = []
    categories: Words = []

    @model_validator(mode="after")
    def _names_something(self) -> "Items":
        if not self.skus and not self.categories:
            raise ValueError("no_items")
        return self


class DaysSinceLastVisit(DaysAgo):
    """Days since the last visit, of those who ever came."""

    kind: Literal["last_visit"] = "last_visit"


class FirstVisit(DaysAgo):
    """Days since the first visit, of those who ever came."""

    kind: Literal["first_visit"] = "first_visit"


class Rhythm(Ranged):
    """Days that usually lie between visits, of those with three or more."""

    kind: Literal["rhythm"] = "rhythm"


class Rfm(Condition):
    """Fifths of all who ever came, 5 the best: recency, frequency, money."""

    kind: Literal["rfm"] = "rfm"
    recency: Quintiles = []
    frequency: Quintiles = []
    money: Quintiles = []

    @model_validator(mode="after")
    def _says_which(self) -> "Rfm":
        if not (self.recency or self.frequency or self.money):
            raise ValueError("no_scores")
        return self


class InBand(Condition):
    """How long somebody stays away, by the win-back policy in force or one method."""

    kind: Literal["band"] = "band"
    bands: Annotated[
        list[Literal["regular", "at_risk", "dormant", "lost"]], Field(min_length=1)
    ]
    method: Literal["own_rhythm", "days_since", "chance"] | None = None


class OpenComplaint(Condition):
    kind: Literal["complaint"] = "complaint"


class LastScore(Ranged):
    """The last score out of ten that the member gave."""

    kind: Literal["score"] = "score"


class HasCoupon(Condition):
    """Of these templates (none: any): usable now, received, redeemed, or expired."""

    kind: Literal["coupon"] = "coupon"
    state: Literal["usable", "received", "redeemed", "expired"]
    templates: AnyKeys = []
    last_days: Days | None = None


class Agreed(Condition):
    """The consent that stands."""

    kind: Literal["consent"] = "consent"
    purpose: Literal["marketing", "survey", "partners"]
    channels: Annotated[
        list[Literal["inbox", "email", "sms", "call"]], Field(min_length=1)
    ]


class Messages(Ranged):
    """How many messages were sent, for these purposes by these ways (none: any)."""

    kind: Literal["messages"] = "messages"
    purposes: Annotated[
        list[Literal["transactional", "marketing", "survey", "partners"]],
        Field(max_length=4),
    ] = []
    ways: Annotated[
        list[Literal["inbox", "email", "sms", "wechat"]], Field(max_length=4)
    ] = []
    last_days: Days | None = None


class InSegment(Condition):
    """Those of another segment, as its rules stand when it is asked."""

    kind: Literal["segment"] = "segment"
    segment: Key


Leaf = (
    Gender
    | Language
    | Age
    | BirthdaySoon
    | Joined
    | KnownFacts
    | HomeStore
    | Tagged
    | Custom
    | ReferralCount
    | HasTier
    | TierAtRisk
    | TierSince
    | Balance
    | Points
    | ExpiringValue
    | BonusExpiring
    | TopUps
    | Visits
    | Spent
    | Items
    | DaysSinceLastVisit
    | FirstVisit
    | Rhythm
    | Rfm
    | InBand
    | OpenComplaint
    | LastScore
    | HasCoupon
    | Agreed
    | Messages
    | InSegment
)


class ConditionGroup(BaseModel):
    """All of these, any of them, or none of them (`not`)."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    kind: Literal["all", "any", "not"]
    of: Annotated[list["Node"], Field(min_length=1, max_length=MOST_CONDITIONS)]

    @model_validator(mode="before")
    @classmethod
    def _not_too_deep(cls, told: Any) -> Any:
        if _depth(told) > DEEPEST:
            raise ValueError("too_deep")
        return told


Node = Annotated[ConditionGroup | Leaf, Field(discriminator="kind")]
ConditionGroup.model_rebuild()


def _depth(told: Any, so_far: int = 0) -> int:
    """How many groups stand in each other; no further than is refused anyway."""
    if not isinstance(told, dict) or told.get("kind") not in ("all", "any", "not"):
        return so_far
    if so_far > DEEPEST:
        return so_far
    of = told.get("of")
    inside = of if isinstance(of, list) else []
    return max([_depth(one, so_far + 1) for one in inside], default=so_far + 1)


def leaves(node: ConditionGroup | Leaf) -> Iterator[Leaf]:
    """Every condition of a tree, in order."""
    if isinstance(node, ConditionGroup):
        for inner in node.of:
            yield from leaves(inner)
    else:
        yield node


KINDS: Final[dict[str, type[Condition]]] = {
    kind.model_fields["kind"].default: kind
    for kind in (
        Gender,
        Language,
        Age,
        BirthdaySoon,
        Joined,
        KnownFacts,
        HomeStore,
        Tagged,
        Custom,
        ReferralCount,
        HasTier,
        TierAtRisk,
        TierSince,
        Balance,
        Points,
        ExpiringValue,
        BonusExpiring,
        TopUps,
        Visits,
        Spent,
        Items,
        DaysSinceLastVisit,
        FirstVisit,
        Rhythm,
        Rfm,
        InBand,
        OpenComplaint,
        LastScore,
        HasCoupon,
        Agreed,
        Messages,
        InSegment,
    )
}
