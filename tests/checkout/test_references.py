"""Whatever refers to a sale names its bill and leads to it, whoever may see it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from checkout.models import Sale
from coupons import services as coupons_services
from coupons.models import CouponUse
from coupons.services import Redemption
from recognition.models import Visit
from tests.factories.checkout import a_sale, at_store
from tests.factories.coupons import TemplateFactory, issued
from tests.factories.members import MemberFactory
from tests.factories.recognition import VisitFactory
from tests.factories.stores import NOON, StoreFactory, UserFactory, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def sale() -> Sale:
    by = at_store(StoreFactory.create())
    return a_sale(90_00, by=by, at=now(), member=MemberFactory.create())


@pytest.fixture
def office() -> Client:
    return signed_in(UserFactory.holding("head-office"))


def visit_of(sale: Sale) -> Visit:
    found: Visit | None = Visit.objects.filter(
        source="checkout", reference=str(sale.pk)
    ).first()
    return found or VisitFactory.create(source="checkout", reference=str(sale.pk))


def used(reference: str) -> CouponUse:
    coupon = issued(TemplateFactory.drawn())
    coupons_services.redeem_step(
        redemptions=[Redemption(coupon.pk, 1_00)],
        member_id=coupon.member_id,
        reference=reference,
        by=at_store(StoreFactory.create()),
        at=NOON,
        key=f"use:{coupon.pk}",
    )
    return CouponUse.objects.get(coupon=coupon)


def read(client: Client, name: str, *args: object, language: str = "en") -> str:
    answer = client.get(
        reverse(f"admin:{name}", args=args), headers={"accept-language": language}
    )
    assert answer.status_code == 200
    return answer.content.decode()


def test_visits_and_coupons_name_the_bill_and_lead_to_it(
    office: Client, sale: Sale
) -> None:
    visit, use = visit_of(sale), used(f"sale:{sale.pk}")
    way = f'href="{reverse("admin:checkout_sale_change", args=[sale.pk])}"'
    for name, row in (("recognition_visit", visit), ("coupons_couponuse", use)):
        for text in (
            read(office, f"{name}_changelist"),
            read(office, f"{name}_change", row.pk),
        ):
            assert way in text
            assert f">{sale.reference}</a>" in text
            assert f"sale:{sale.pk}" not in text


def test_who_may_not_see_sales_reads_the_number_alone(sale: Sale) -> None:
    used(f"sale:{sale.pk}")
    marketing = signed_in(UserFactory.holding("marketing"))
    text = read(marketing, "coupons_couponuse_changelist")
    may = UserFactory.holding("marketing").has_perm("checkout.view_sale")
    assert sale.reference in text
    assert ("/checkout/sale/" in text.partition("result_list")[2]) == may


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("gift:2", "gift 2"),
        ("visit:0123456789abcdef", ">visit<"),
        ("2027-03-01T04:00:00+00:00", "1 Mar 2027"),
        ("01a20630-8454-73ca-94fd-ee191bccc677", ">entry</a>"),
        ("XTD-1045", "XTD-1045"),
        ("sale:nonsense", "sale:nonsense"),
    ],
)
def test_each_kind_of_reference_is_said_in_words(
    office: Client, reference: str, said: str
) -> None:
    text = read(office, "coupons_couponuse_change", used(reference).pk)
    assert said in text


def test_where_visits_come_from_is_said_in_words(office: Client) -> None:
    VisitFactory.create(source="sale", reference="XTD-7")
    VisitFactory.create(source="oldpos", reference="7")
    text = read(office, "recognition_visit_changelist", language="zh-hans")
    assert "oldpos" in text  # as the people of an import called it
    assert "XTD-7" in text
    assert ">sale<" not in text
    assert 'title="sale"' not in text


def test_a_page_of_references_asks_once(
    office: Client, sale: Sale, django_assert_max_num_queries: Any
) -> None:
    def asked() -> int:
        with django_assert_max_num_queries(100) as queries:
            read(office, "coupons_couponuse_changelist")
        return len(queries)

    used(f"sale:{sale.pk}")
    asked()
    few = asked()
    for _ in range(10):
        used(f"sale:{sale.pk}")
    assert asked() == few
