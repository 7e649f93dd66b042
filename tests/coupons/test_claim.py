"""Claiming from the list, by a word, by a printed code; and guessing."""

from datetime import timedelta

import pytest

from coupons import codes
from coupons import services as coupons_services
from coupons.errors import (
    BatchAlreadyExported,
    BatchNotFound,
    ClaimPaused,
    CodeNotKnown,
    CouponNotUsable,
    MemberLimitReached,
    NotClaimable,
    QuantityRefused,
    QuotaUsedUp,
    ReasonRefused,
    TemplateRefused,
)
from coupons.models import ClaimTries, Coupon, CouponTemplate, TemplateMember
from coupons.selectors import claimable
from members.models import Member
from stores.errors import NotAllowed
from stores.models import AuditEvent
from tests.factories.coupons import (
    TemplateFactory,
    by_staff,
    by_task,
    everything,
    issued,
)
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON, UserFactory

pytestmark = pytest.mark.django_db


def claim(template: CouponTemplate, member: Member, key: str = "claim:1") -> int:
    return coupons_services.claim(
        template_id=template.pk, member_id=member.pk, by=by_task(), at=NOON, key=key
    )


def by_code(typed: str, member: Member, **facts: object) -> int:
    asked = {
        "typed": typed,
        "member_id": member.pk,
        "subject": f"member:{member.pk}",
        "by": by_task(),
        "at": NOON,
        "key": "claim:1",
        **facts,
    }
    return coupons_services.claim_by_code(**asked)  # type: ignore[arg-type]  # as asked


def batch(template: CouponTemplate, quantity: int = 2, key: str = "batch:1") -> int:
    return coupons_services.make_batch(
        template_id=template.pk,
        quantity=quantity,
        reason="flyers",
        by=by_task(),
        at=NOON,
        key=key,
    )


def printed(template: CouponTemplate | None = None, quantity: int = 2) -> list[str]:
    planned = batch(template or TemplateFactory.drawn(), quantity)
    return coupons_services.export_batch(issue_id=planned, by=by_task(), at=NOON)


def test_a_member_claims_once_per_limit() -> None:
    template = TemplateFactory.drawn(is_claimable=True, per_member=1)
    member = MemberFactory.create()
    assert list(claimable(member.pk, at=NOON)) == [template]

    first = claim(template, member)

    assert claim(template, member) == first
    assert list(claimable(member.pk, at=NOON)) == []
    before = everything()
    with pytest.raises(MemberLimitReached):
        claim(template, member, key="claim:2")
    assert everything() == before


def test_only_what_is_offered_is_claimed() -> None:
    template = TemplateFactory.drawn()
    before = everything()

    with pytest.raises(NotClaimable):
        claim(template, MemberFactory.create())

    assert everything() == before


def test_a_word_claims_its_coupon_however_it_is_typed() -> None:
    template = TemplateFactory.drawn(is_claimable=True, claim_word="welcome")
    member = MemberFactory.create()

    coupon = by_code(" Wel come\n", member)

    assert Coupon.objects.get(pk=coupon).version.template == template
    assert list(claimable(member.pk, at=NOON)) == []  # a word is not on the list


def test_a_printed_code_becomes_the_members_once() -> None:
    [one, two] = printed(TemplateFactory.drawn(per_member=1))
    member = MemberFactory.create()

    claimed = by_code(one.lower().replace("-", " "), member)

    coupon = Coupon.objects.get(pk=claimed)
    assert (coupon.member_id, coupon.issued_to_id) == (member.pk, member.pk)
    assert by_code(one, member) == claimed
    assert TemplateMember.objects.get().issued == 1
    before = everything()
    with pytest.raises(MemberLimitReached):
        by_code(two, member)
    assert everything() == before


def test_anothers_printed_code_is_not_known() -> None:
    [code] = printed(quantity=1)
    by_code(code, MemberFactory.create())

    with pytest.raises(CodeNotKnown):
        by_code(code, MemberFactory.create())


def test_an_expired_printed_code_says_so() -> None:
    [code] = printed(quantity=1)
    end = Coupon.objects.get().valid_until

    with pytest.raises(CouponNotUsable) as refusal:
        by_code(code, MemberFactory.create(), at=end)

    assert refusal.value.code == "coupon_expired"


def test_a_members_own_code_cannot_be_claimed_by_another() -> None:
    coupon = issued()

    with pytest.raises(CodeNotKnown):
        by_code(coupon.code or "", MemberFactory.create())


def test_after_five_wrong_codes_even_the_right_one_waits() -> None:
    [code] = printed(quantity=1)
    member = MemberFactory.create()
    for _time in range(5):
        with pytest.raises(CodeNotKnown):
            by_code("no such code", member)

    with pytest.raises(ClaimPaused):
        by_code(code, member)
    assert Coupon.objects.get().member is None
    by_code(code, member, at=NOON + timedelta(minutes=15))


def test_a_right_code_now_and_then_buys_no_endless_guesses() -> None:
    template = TemplateFactory.drawn(is_claimable=True, claim_word="WELCOME")
    member = MemberFactory.create()
    for guess in range(5):
        by_code("WELCOME", member, key=f"claim:{guess}")
        with pytest.raises(CodeNotKnown):
            by_code(f"guess{guess}", member)

    with pytest.raises(ClaimPaused):
        by_code("WELCOME", member)
    assert template.versions.count() == 1


def test_wrong_codes_long_ago_are_forgotten() -> None:
    member = MemberFactory.create()
    for hours in range(10):
        with pytest.raises(CodeNotKnown):
            by_code("no such", member, at=NOON + timedelta(hours=hours))

    assert ClaimTries.objects.get().failures == 1


@pytest.mark.parametrize("typed", ["\x00", "🧧" * 30, "", "\u202e", "x" * 4000])
def test_what_is_no_code_is_told_so(typed: str) -> None:
    with pytest.raises(CodeNotKnown):
        by_code(typed, MemberFactory.create())


def test_the_codes_of_a_batch_are_shown_once_and_kept_by_nobody() -> None:
    template = TemplateFactory.drawn()
    planned = batch(template, 3)
    assert Coupon.objects.count() == 0
    by = by_staff(UserFactory.holding("marketing"))

    shown = coupons_services.export_batch(issue_id=planned, by=by, at=NOON)

    assert len(set(shown)) == 3 == Coupon.objects.filter(code=None).count()
    kept = "".join(everything())
    plain = [codes.normalised(code) or "" for code in shown]
    assert not any(code in kept for code in plain)
    assert {coupon.last4 for coupon in Coupon.objects.all()} == {
        code[-4:] for code in plain
    }
    logged = AuditEvent.objects.get(act="coupons.batch_exported")
    assert logged.facts == {"quantity": 3}
    before = everything()
    with pytest.raises(BatchAlreadyExported):
        coupons_services.export_batch(issue_id=planned, by=by, at=NOON)
    assert everything() == before


def test_a_batch_comes_out_of_the_quota_or_not_at_all() -> None:
    template = TemplateFactory.drawn(quota_total=3)
    printed(template, 2)
    planned = batch(template, 2, key="batch:2")
    before = everything()

    with pytest.raises(QuotaUsedUp):
        coupons_services.export_batch(issue_id=planned, by=by_task(), at=NOON)

    assert everything() == before


def test_a_batch_sent_twice_is_planned_once() -> None:
    template = TemplateFactory.drawn()

    assert batch(template) == batch(template)


@pytest.mark.parametrize("quantity", [0, -1, 50_001, 10**15])
def test_a_batch_has_a_size(quantity: int) -> None:
    template = TemplateFactory.drawn()
    before = everything()

    with pytest.raises(QuantityRefused):
        batch(template, quantity)

    assert everything() == before


def test_a_batch_says_why_and_is_made_by_whom_a_role_lets() -> None:
    template = TemplateFactory.drawn()
    before = everything()
    cashier = by_staff(UserFactory.holding("cashier"))
    asked = {"template_id": template.pk, "quantity": 1, "at": NOON, "key": "b"}

    with pytest.raises(ReasonRefused):
        coupons_services.make_batch(reason=" ", by=by_task(), **asked)  # type: ignore[arg-type]  # as named
    with pytest.raises(NotAllowed):
        coupons_services.make_batch(reason="x", by=cashier, **asked)  # type: ignore[arg-type]  # as named
    with pytest.raises(BatchNotFound):
        coupons_services.export_batch(issue_id=10**9, by=by_task(), at=NOON)

    assert everything() == before


@pytest.mark.parametrize("word", ["AB", "WITH SPACE!", "🧧🧧🧧🧧", "A" * 25])
def test_a_word_to_claim_with_is_plain(word: str) -> None:
    with pytest.raises(TemplateRefused):
        TemplateFactory.drawn(is_claimable=True, claim_word=word)

    assert CouponTemplate.objects.count() == 0


def test_the_sweep_forgets_old_tries_and_nobody_who_still_waits() -> None:
    long_ago, second = NOON - timedelta(days=3), timedelta(seconds=1)
    for subject, since, until in (
        ("old", long_ago, None),
        ("over", long_ago, NOON),
        ("waits", long_ago, NOON + second),
        ("young", NOON - timedelta(days=1), None),
    ):
        ClaimTries.objects.create(subject=subject, since=since, locked_until=until)

    assert coupons_services.forget_tries(at=NOON) == 2

    left = ClaimTries.objects.order_by("subject").values_list("subject", flat=True)
    assert list(left) == ["waits", "young"]
