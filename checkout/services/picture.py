"""From what was looked up to what a quote asks: guest, programme, wishes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from cards import selectors as cards_selectors
from cards import services as cards_services
from cards.numbers import digits_of, normalise
from cards.services.codes import place_of
from cards.tokens import Shown, looks_like_code
from checkout.asked import Asked, GiftCardAsked, Whose
from checkout.bill import NO_TIER, GiftCardShown, Guest, Programme, Wishes
from checkout.errors import CardNotActive, GuestUnknown, MemberNotActive
from checkout.models import BillOffer, Sale
from checkout.selectors import Look, LookFor, look, settings
from gift_cards import services as gift_cards_services
from gift_cards.services import Found
from imports import selectors as imports_selectors
from imports.selectors import FormerNumber
from ledger.services import Act
from members.errors import SpendingFrozen
from members.models import Member
from points import services as points_services
from points.earning import Facts
from points.models import EarningRule, PointsPolicy
from points.services.facts import earned
from stores.models import Store
from tiers.models import Tier

from . import returned_value


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """All that a quote is made of, and what the posting will look at again."""

    look: Look
    guest: Guest
    programme: Programme
    wishes: Wishes
    tier: Tier | None
    cards: tuple[Found, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """What was looked up for whom; `shown` is the rotating code that was shown."""

    look: Look
    shown: Shown | None
    # A number of another system was given: it identifies, as the number of a card does.
    is_former_number: bool = False


def look_up(
    *,
    store: Store,
    whose: Whose,
    asked: Asked,
    by: Act,
    at: datetime,
    callers: Sequence[str],
    key: str | None = None,
    seen: Look | None = None,
) -> Looking:
    """Look everything up that a bill may ask, in one round trip, or in none where that
    was `seen` already by what `look_for` said.

    Raises GuestUnknown, CodeRefused, CodesLocked.
    """
    shown, number, former = _read(whose.code, by, at)

    def wanted(number: str | None, former: FormerNumber | None) -> LookFor:
        return _wanted(
            shown,
            number,
            former,
            store=store,
            whose=whose,
            asked=asked,
            by=by,
            at=at,
            callers=callers,
            key=key,
        )

    found = seen if seen is not None else look(wanted(number, former))
    if found.is_unknown and number is not None:
        # Only what is no card of ours is looked for among the numbers of before.
        former = imports_selectors.former_number(whose.code or "")
        if former is not None:
            found = look(wanted(None, former))
    if found.settled is None:
        member = found.member
        named = whose.public_id if whose.code is not None else None
        is_erased = member is not None and member["status"] == Member.Status.ERASED
        if (
            is_erased
            or found.is_unknown
            or (
                named is not None
                and (member is None or member["public_id"] != str(named))
            )
        ):
            raise GuestUnknown
        if shown is not None and found.is_locked and _is_locked_now(by):
            cards_services.use_rotating_code(code=whose.code or "", at=at, by=by)
    return Looking(look=found, shown=shown, is_former_number=former is not None)


def look_for(
    *,
    store: Store,
    whose: Whose,
    asked: Asked,
    by: Act,
    at: datetime,
    callers: Sequence[str],
    key: str | None = None,
) -> LookFor | None:
    """What to look up for a bill, for whoever asks it together with something else.

    None for what is no card's number: a rotating code, which counts tries when it is
    read, or a number of before.
    """
    number = normalise(whose.code or "")
    if whose.code is not None and not number:
        return None
    return _wanted(
        None,
        number or None,
        None,
        store=store,
        whose=whose,
        asked=asked,
        by=by,
        at=at,
        callers=callers,
        key=key,
    )


def _wanted(
    shown: Shown | None,
    number: str | None,
    former: FormerNumber | None,
    *,
    store: Store,
    whose: Whose,
    asked: Asked,
    by: Act,
    at: datetime,
    callers: Sequence[str],
    key: str | None,
) -> LookFor:
    hashes = gift_cards_services.hashes_of(
        [card.code for card in asked.gift_cards], callers
    )
    return LookFor(
        store_id=store.pk,
        at=at,
        day=by.business_date,
        key=key,
        member_id=_member_id(shown, former, whose),
        public_id=whose.public_id if whose.code is None else None,
        card_number=number,
        card_id=shown.card_id if shown else former.card_id if former else None,
        coupon_ids=(*(asked.coupons or ()), *asked.laid),
        gift_digests=hashes.digests,
        gift_subjects=hashes.subjects,
        place=place_of(by) if shown else None,
    )


def picture(
    looking: Looking,
    *,
    store: Store,
    asked: Asked,
    by: Act,
    at: datetime,
    callers: Sequence[str],
) -> Picture:
    """What a quote is made of. Raises CardNotActive, MemberNotActive, GiftCardNotFound,
    TooManyTries.
    """
    found = looking.look
    _check_guest(found, asked)
    is_frozen = found.is_frozen and not asked.is_returned_value
    if is_frozen and asked.coupons:
        raise SpendingFrozen
    cards = tuple(
        _open(found, card, by=by, at=at, callers=callers) for card in asked.gift_cards
    )
    is_queued = by.reported_at is not None
    tier = found.tier_of_then(at) if is_queued else found.tier(at)
    return Picture(
        look=found,
        guest=_with_points_of(asked, _guest(found, tier, is_frozen=is_frozen)),
        programme=_programme(found, store=store, tier=tier, by=by, at=at),
        wishes=Wishes(
            coupons=asked.coupons,
            points=asked.points,
            gift_cards=(
                *returned_value.gift_cards_of(asked, at=at),
                *(
                    _laid_down(card, wanted.amount)
                    for card, wanted in zip(cards, asked.gift_cards, strict=True)
                ),
            ),
            stored_value=asked.stored_value,
            forgo=asked.forgo,
        ),
        tier=tier,
        cards=cards,
    )


def is_stale(code: str | None, *, at: datetime) -> bool:
    """Whether this was a rotating code that is none now."""
    digits = digits_of(code or "")
    return (
        looks_like_code(digits)
        and cards_selectors.read_shown_code(digits, at=at) is None
    )


def _is_locked_now(by: Act) -> bool:
    """Whether a lock that held when a queued bill was made holds still."""
    if by.reported_at is None:
        return True
    return cards_selectors.is_locked(place_of(by), at=by.reported_at)


def look_again(key: str) -> Looking | None:
    """What was settled under a key before, if anything was."""
    sale = Sale.objects.filter(key=key).first()
    if sale is None:
        return None
    settled = {
        "id": str(sale.pk),
        "fingerprint": bytes(sale.fingerprint).hex(),
        "answer": sale.answer,
    }
    return Looking(look=Look({"sale": settled}), shown=None)


def _read(
    code: str | None, by: Act, at: datetime
) -> tuple[Shown | None, str | None, FormerNumber | None]:
    """A rotating code, a card's number, or a number of before; wrong codes are counted.

    Raises GuestUnknown, CodeRefused, CodesLocked.
    """
    if code is None:
        return None, None, None
    digits = digits_of(code)
    shown = (
        cards_selectors.read_shown_code(digits, at=at)
        if looks_like_code(digits)
        else None
    )
    if shown is not None:
        return shown, None, None
    number = normalise(code)
    if number:
        return None, number, None
    former = imports_selectors.former_number(code)
    if former is None:
        if looks_like_code(digits):
            cards_services.use_rotating_code(code=code, at=at, by=by)
        raise GuestUnknown
    return None, None, former


def _member_id(
    shown: Shown | None, former: FormerNumber | None, whose: Whose
) -> int | None:
    if shown is not None:
        return shown.member_id
    if former is not None:
        return None if former.card_id is not None else former.member_id
    return whose.member_id


def _check_guest(found: Look, asked: Asked) -> None:
    member, card = found.member, found.card
    if any(card["is_frozen"] for card in found.raw.get("gifts") or ()):
        raise SpendingFrozen
    if not asked.uses_own_value:
        return
    if card is not None and not card["is_usable"]:
        raise CardNotActive
    if member is not None and member["status"] != Member.Status.ACTIVE:
        raise MemberNotActive


def _open(
    found: Look,
    wanted: GiftCardAsked,
    *,
    by: Act,
    at: datetime,
    callers: Sequence[str],
) -> Found:
    """By what was looked up; anything that is not plain goes the way that counts."""
    rows = found.raw.get("gifts") or ()
    card = None
    if not found.raw.get("tries"):
        card = gift_cards_services.opened(wanted.code, wanted.pin, rows=rows)
    if card is not None:
        return card
    return gift_cards_services.find(
        code=wanted.code,
        pin=wanted.pin,
        callers=callers,
        by=by,
        at=at,
    )


def _with_points_of(asked: Asked, guest: Guest) -> Guest:
    """The guest with no more points than an exchange is to use."""
    most = asked.exchange.most_points if asked.exchange else None
    return guest if most is None else replace(guest, points=min(guest.points, most))


def _laid_down(card: Found, most: int | None) -> GiftCardShown:
    return GiftCardShown(
        card_id=card.card_id,
        account_id=card.account_id,
        last4=card.last4,
        usable=card.usable,
        is_active=card.is_active and card.account_id is not None,
        status=card.status,
        most=most,
        public_id=card.public_id,
        owner_id=card.owner_id,
    )


def _guest(found: Look, tier: Tier | None, *, is_frozen: bool) -> Guest:
    principal, bonus = found.of_wallet("principal"), found.of_wallet("bonus")
    points, debt = found.of_points("points"), found.of_points("debt")
    released = max(0, found.points_due - (debt.balance if debt else 0))
    is_active = found.member is None or found.member["status"] == Member.Status.ACTIVE
    # Principal and bonus pay together or not at all: they are taken in fixed parts.
    no_wallet = is_frozen or any(
        account.is_frozen for account in (principal, bonus) if account
    )
    no_points = is_frozen or (points is not None and points.is_frozen)
    # Printed ones that are nobody's serve whoever brings them.
    coupons = found.coupons()
    if is_frozen:
        coupons = tuple(one for one in coupons if one.member_id is None)
    return Guest(
        member_id=found.member_id if is_active else None,
        tier_id=tier.pk if tier else None,
        tier_name=tier.name if tier else "",
        benefits=tier.benefits if tier else NO_TIER,
        coupons=coupons,
        points=0 if no_points else (points.usable if points else 0) + released,
        principal=principal.usable if principal and not no_wallet else 0,
        bonus=bonus.usable if bonus and not no_wallet else 0,
        is_wallet_frozen=no_wallet,
        is_wallet_anothers=found.share is not None,
        are_points_frozen=no_points,
        is_spending_frozen=is_frozen,
    )


def _programme(
    found: Look, *, store: Store, tier: Tier | None, by: Act, at: datetime
) -> Programme:
    points_policy = settings.points_policy(found.policy("points"))
    if by.reported_at is not None:
        rules, offered = settings.earning_rules_of(at), settings.bill_offers_of(at)
    else:
        rules = settings.earning_rules(found.stamp("rules"))
        offered = settings.bill_offers(found.stamp("offers"))
    local = at.astimezone(store.zone)
    return Programme(
        store_id=store.pk,
        store_code=store.code,
        day=by.business_date,
        local_time=local.time(),
        policy=settings.checkout_policy(found.policy("checkout")),
        points_policy=points_policy,
        spending_order=settings.wallet_policy(found.policy("wallet")).spending_order,
        coupons_per_bill=settings.coupons_policy(found.policy("coupons")).per_bill,
        offers=tuple(offer for offer in offered if _runs(offer, at)),
        rules=rules,
        facts=_facts(found, points_policy, rules, tier, store, by, local),
    )


def _runs(offer: BillOffer, at: datetime) -> bool:
    return (offer.starts_at is None or offer.starts_at <= at) and (
        offer.ends_at is None or at < offer.ends_at
    )


def _facts(
    found: Look,
    policy: PointsPolicy,
    rules: Sequence[EarningRule],
    tier: Tier | None,
    store: Store,
    by: Act,
    local: datetime,
) -> Facts | None:
    member_id, day = found.member_id, by.business_date
    if member_id is None:
        return None
    born = found.birthday() if any(rule.birthday for rule in rules) else None
    caps = policy.most_per_day is not None, policy.most_per_month is not None
    return Facts(
        at=local,
        day=day,
        store=store.code,
        tier=tier.code if tier else "",
        tier_factor=(tier.benefits if tier else NO_TIER).points_per_mille,
        is_birthday=born is not None and born.is_on(day),
        is_birthday_month=born is not None and born.is_in_month_of(day),
        earned_today=earned(member_id, day, day) if caps[0] else 0,
        earned_this_month=(
            earned(member_id, day.replace(day=1), day) if caps[1] else 0
        ),
    )


def release_points_due(looking: Looking, *, by: Act, at: datetime) -> bool:
    """What is pending and due becomes usable now; whether anything did."""
    member_id = looking.look.member_id
    if not looking.look.points_due or member_id is None:
        return False
    return points_services.release_due_step(member_id=member_id, at=at, by=by) > 0
