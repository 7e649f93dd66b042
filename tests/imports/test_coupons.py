"""Coupons moved in: each as good as it was, and no more of them by a second file."""

from datetime import UTC, datetime

import pytest

from coupons import services as coupons_services
from coupons.errors import TemplateUnknown
from coupons.kinds import Source
from coupons.models import Coupon, CouponIssue
from stores.models import Store
from tests.factories.coupons import TemplateFactory, visit_pass
from tests.factories.ledger import an_act
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON
from tests.imports.conftest import Write, bring, counts, every_table, whys

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _known(hq: Store, write: Write) -> None:
    bring("members", write("id,name", "A1,王", "A2,李", name="members.csv"))


def test_coupons_keep_their_end_and_their_uses(write: Write) -> None:
    plain, ten = TemplateFactory.drawn(), visit_pass(uses=10)
    path = write(
        "会员号,优惠券,数量,剩余次数,有效期至",
        f"A1,{plain.code},2,,2026-12-31",
        f"A2,{ten.code.upper()},,7,2027-06-30",
    )

    assert counts(bring("coupons", path)) == {"new": 2}

    assert Coupon.objects.count() == 3
    two = Coupon.objects.filter(version__template=plain)
    assert {coupon.valid_until for coupon in two} == {
        datetime(2026, 12, 31, 16, tzinfo=UTC)
    }
    one = Coupon.objects.get(version__template=ten)
    assert (one.uses, one.uses_left, one.status) == (7, 7, "issued")
    assert set(CouponIssue.objects.values_list("source", "issued")) == {
        (Source.OPENING.value, 2),
        (Source.OPENING.value, 1),
    }


def test_the_same_file_again_gives_none(write: Write) -> None:
    template = TemplateFactory.drawn()
    path = write("id,coupon,quantity", f"A1,{template.code},3", f"A2,{template.code},")
    bring("coupons", path)
    before = every_table()
    assert counts(bring("coupons", path)) == {"same": 2}
    after = every_table()
    assert {t for t in after if after[t] != before[t]} == {"stores_auditevent"}
    more = write("id,coupon,quantity", f"A1,{template.code},4")
    assert whys("coupons", more) == ["2: Brought in before, and not the same."]


def test_bad_rows_are_named(write: Write) -> None:
    template = TemplateFactory.drawn()
    before = every_table()
    path = write(
        "id,coupon,quantity,uses left,valid until",
        "A1,nothing,1,,",
        f"A1,{template.code},0,,",
        f"A1,{template.code},1001,,",
        f"A1,{template.code},1,2,",
        f"A1,{template.code},1,,2020-01-01",
        f"Z9,{template.code},1,,",
        f"A2,{template.code},1,,",
        f"A2,{template.code},2,,",
    )
    assert whys("coupons", path) == [
        "2: No coupon template has this code.",
        "3: Quantity is empty.",
        "4: Quantity is too large.",
        "5: Uses left is too large.",
        "6: Valid until has passed: leave out what has expired.",
        "7: There is no such member yet: import the members first.",
        "9: Line 8 brings the same with the same end: add both up in one row.",
    ]
    assert every_table() == before


def test_a_load_counts_towards_no_limit_and_all_or_none_of_it_comes() -> None:
    template = TemplateFactory.drawn(quota_total=1, per_member=1)
    member = MemberFactory.create()
    row = coupons_services.CouponRow(template_id=template.pk, member_id=member.pk)
    ids = coupons_services.load_coupons(
        rows=[row, row], by=an_act(), at=NOON, key="import:1"
    )
    assert Coupon.objects.filter(pk__in=ids, member=member).count() == 2
    unknown = coupons_services.CouponRow(template_id=0, member_id=member.pk)
    with pytest.raises(TemplateUnknown):
        coupons_services.load_coupons(
            rows=[row, unknown], by=an_act(), at=NOON, key="import:2"
        )
    assert Coupon.objects.count() == 2
