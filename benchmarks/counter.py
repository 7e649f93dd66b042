"""A shop full of regulars, seeded set by set, and what a till needs to serve them."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any, Self

import psycopg
from django.conf import settings
from django.db import connection

from benchmarks.books import without_key_checks
from benchmarks.codes import gift_code
from benchmarks.work import statement
from cards.models import CardsPolicy
from coupons import services as coupons_services
from coupons.models import CouponIssue, CouponTemplate
from gift_cards import codes
from gift_cards.models import GiftCardDesign, GiftCardPolicy
from ledger import services as ledger_services
from ledger.kinds import AccountKind
from ledger.services import HolderAccount
from stored_value.models import WalletPolicy
from stores import services as stores_services
from stores.models import Store
from tiers.models import Tier

OPENED = datetime(2026, 1, 1, tzinfo=UTC)
EXPIRES = datetime(2090, 1, 1, tzinfo=UTC)
FAR = 1_000_000_000
# As many times the same open accounts; the proof sees that this is on again.
LEAVE_POSTINGS = (
    "ALTER TABLE ledger_posting DISABLE TRIGGER ledger_posting_open_accounts"
)
LOOK_AT_POSTINGS = (
    "ALTER TABLE ledger_posting ENABLE ALWAYS TRIGGER ledger_posting_open_accounts"
)
TILLS = 8
COUPONS = ((500, 2_000), (300, 1_000))  # off, from a bill of
TIERS = (("silver", 30), ("gold", 50), ("black", 80))  # off, per mille


@dataclass(frozen=True, slots=True)
class Counter:
    """Members and gift cards are numbered from 1; one key for each till."""

    members: int
    keys: tuple[str, ...]

    def written(self) -> str:
        """For the process that plays the tills."""
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, text: str) -> Self:
        """What `written` wrote."""
        found = json.loads(text)
        return cls(found["members"], tuple(found["keys"]))


def open_shop() -> tuple[Store, Counter]:
    """A store, its tills and its settings; nobody is a member yet."""
    store = Store(code="BENCH", name="Bench", time_zone="Asia/Shanghai")
    store.save(force_insert=True)
    for number, (code, off) in enumerate(TIERS, 1):
        # Nobody rises during the run: a tier is reached once in a hundred sales.
        Tier(
            code=code,
            name_en=code.title(),
            name_zh_hans=code,
            name_zh_hant=code,
            rank=number,
            threshold=number * FAR // 10,
            discount_per_mille=off,
            points_per_mille=1000 + number * 500,
        ).save(force_insert=True)
    for model, facts in (
        (WalletPolicy, {"code_from": FAR}),
        (CardsPolicy, {"code_above": FAR}),
    ):
        model(number=2, in_force_from=OPENED, reason="bench", **facts).save(
            force_insert=True
        )
    GiftCardDesign(name="Bench", face="birthday", face_values=[100_00]).save(
        force_insert=True
    )
    keys = tuple(
        stores_services.create_api_key(
            name=f"till {number}", store=store, scopes=(), at=OPENED
        )[1]
        for number in range(TILLS)
    )
    return store, Counter(0, keys)


def fill(store: Store, counter: Counter, *, members: int) -> Counter:
    """Take members in until there are so many; the tables settle."""
    since = counter.members + 1
    facts = {
        "since": since,
        "until": members,
        "opened": OPENED,
        "expires": EXPIRES,
        "day": date(2026, 1, 1),
        "store": store.pk,
        "design": GiftCardDesign.objects.get().pk,
        "gift_policy": GiftCardPolicy.objects.get().pk,
        "key_id": codes.current_key().key_id,
        "tiers": list(Tier.objects.order_by("rank").values_list("pk", flat=True)),
        **_coupons(),
        **_accounts(store),
    }
    with connection.cursor() as cursor, without_key_checks():
        cursor.execute("SET maintenance_work_mem = '512MB'")
        cursor.execute("SET work_mem = '256MB'")
        _write_codes(since, members)
        cursor.execute(LEAVE_POSTINGS)
        for part in statement("counter").split(";\n\n"):
            cursor.execute(part, facts)
        cursor.execute(LOOK_AT_POSTINGS)
        cursor.execute("SELECT max(id), count(*) FROM members_member")
        if cursor.fetchone() != (members, members):
            raise RuntimeError("the members' ids do not follow one another")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return Counter(members, counter.keys)


def _coupons() -> dict[str, Any]:
    by = stores_services.act(task="bench", at=OPENED)
    versions, issues = [], []
    for off, least in COUPONS:
        code = f"bench-{off}"
        template = CouponTemplate.objects.filter(code=code).first()
        if template is None:
            template = CouponTemplate(
                code=code, kind="amount_off", name_en=code, amount=off, min_spend=least
            )
            coupons_services.save_template(template=template, by=by, at=OPENED)
        version = coupons_services.publish_terms(template=template, by=by, at=OPENED)
        coupons_services.begin_issue(
            template_id=template.pk,
            by=by,
            at=OPENED,
            key=code,
            described={"of": "bench"},
        )
        versions.append(version.pk)
        issues.append(CouponIssue.objects.get(key=code).pk)
    return {"versions": versions, "issues": issues}


def _accounts(store: Store) -> dict[str, int]:
    currency = ledger_services.open_unit(code=settings.CURRENCY)
    points, growth = (
        ledger_services.open_unit(code=code, kind="points", exponent=0)
        for code in ("points", "growth")
    )
    opening, points_source, *_rest = ledger_services.open_accounts(
        [
            HolderAccount(kind=kind, unit_id=unit, holder_kind=holder, holder_id=pk)
            for kind, unit, holder, pk in (
                (AccountKind.OPENING, currency, "shop", None),
                (AccountKind.OPENING, points, "shop", None),
                (AccountKind.SALES, currency, "store", store.pk),
                (AccountKind.GRANTED, points, "store", store.pk),
                (AccountKind.GRANTED, growth, "store", store.pk),
            )
        ]
    )
    return {
        "currency": currency,
        "points": points,
        "growth": growth,
        "opening": opening,
        "points_source": points_source,
    }


def _write_codes(since: int, until: int) -> None:
    """The hashes of the gift cards' codes, made as the product makes them."""
    raw: psycopg.Connection[Any] = connection.connection
    key = codes.current_key()
    with raw.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE IF NOT EXISTS counter_code"
            " (n bigint, digest text, last4 text)"
        )
        cursor.execute("TRUNCATE counter_code")
        with cursor.copy("COPY counter_code FROM STDIN") as copy:
            for number in range(since, until + 1):
                code = gift_code(number)
                copy.write_row((number, key.of_code(code), code[-4:]))
