"""The coupons that members still have, each as good as it was."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from coupons import services as coupons_services
from coupons.models import CouponTemplate, TemplateVersion
from imports.values import BadCell

from .base import Cells, Context, Pieces, RowKind, run
from .people import (
    PERSON,
    find_members,
    make_missing_members,
    read_person,
    refuse_unknown,
)

MOST: Final = 1000
TWICE: Final = """
WITH told AS (
  SELECT line, first_value(line) OVER same AS first_line
    FROM imports_staged WHERE fate IS NULL
  WINDOW same AS (PARTITION BY customer, template_id, until, uses_left ORDER BY line)
)
UPDATE imports_staged s SET fate = 'bad', why = 'lot_twice', about = told.first_line
  FROM told WHERE told.line = s.line AND told.line > told.first_line
"""
# Named by the number of the member's reference, not by the reference.
NAME: Final = """
UPDATE imports_staged
   SET called = ref_id || ':' || template_id || ':'
         || coalesce(extract(epoch FROM until)::bigint::text, '') || ':'
         || coalesce(uses_left::text, '')
 WHERE ref_id IS NOT NULL AND fate IS DISTINCT FROM 'bad'
"""
KNOWN: Final = """
UPDATE imports_staged s
   SET fate = CASE WHEN (r.brought->>'quantity')::bigint = s.quantity THEN 'same'
                   ELSE 'bad' END,
       why = CASE WHEN (r.brought->>'quantity')::bigint <> s.quantity
                  THEN 'differs' END
  FROM imports_externalref r
 WHERE r.source = %(source)s AND r.kind = 'coupon' AND r.reference = s.called
   AND s.fate IS NULL
"""
JUDGE: Final = "UPDATE imports_staged SET fate = 'new' WHERE fate IS NULL"
NEW: Final = """
SELECT member_id, template_id, quantity, until, uses_left, line
  FROM imports_staged WHERE fate = 'new' AND line > %(after)s
 ORDER BY line LIMIT %(piece)s
"""
REMEMBER: Final = """
INSERT INTO imports_externalref
       (source, kind, reference, member_id, object_id, brought, erased, made_at)
SELECT %(source)s, 'coupon', called, member_id, template_id,
       jsonb_build_object('quantity', quantity), false, %(at)s
  FROM imports_staged WHERE fate = 'new' ORDER BY line
"""


class Coupons(RowKind):
    """A row is so many coupons of one template that one member holds."""

    word = "coupons"
    columns = ("member", "phone", "template", "quantity", "uses_left", "valid_until")
    needed = (("member", "phone"), ("template",))
    staged = (
        *PERSON,
        "template_id bigint",
        "quantity bigint",
        "uses_left bigint",
        "until timestamptz",
        "called text",
    )

    def prepare(self, context: Context) -> None:
        """The templates by their codes, each with its uses."""
        uses = {
            version.template_id: version.uses
            for version in TemplateVersion.objects.order_by("number")
        }
        context.known["coupons"] = {
            template.code.casefold(): (template.pk, uses[template.pk])
            for template in CouponTemplate.objects.all()
            if template.pk in uses
        }

    def read(self, cells: Cells, context: Context) -> tuple[str, tuple[Any, ...]]:
        """Whose, which, how many, and until when. Raises BadCell."""
        customer, phone = read_person(cells, context)
        template_id, uses = _template(cells.text("template", 80), context)
        quantity = context.reader.count(cells["quantity"], "quantity", MOST)
        if quantity == 0:
            raise BadCell("empty", "quantity")
        left = context.reader.count(cells["uses_left"], "uses_left", uses)
        if left == 0:
            raise BadCell("empty", "uses_left")
        end = context.reader.end_of(cells["valid_until"], "valid_until")
        if end is not None and end <= context.at:
            raise BadCell("expired", "valid_until")
        return customer, (
            *(customer, phone, context.at, None, None),
            *(template_id, quantity or 1, left, end, None),
        )

    def tables(self) -> Sequence[str]:
        """None besides the staged rows."""
        return ()

    def judge(self, context: Context) -> None:
        """Brought before, or new."""
        run(TWICE)
        find_members(context)
        refuse_unknown()
        run(NAME)
        run(KNOWN, source=context.source)
        run(JUDGE)

    def write(self, context: Context) -> None:
        """The coupons by their own door, and what was brought of them."""
        make_missing_members(context)
        run(NAME)
        coupons_services.load_coupons(
            rows=_new_coupons(),
            by=context.importer,
            at=context.at,
            key=f"import:{context.by.request_id}",
        )
        run(REMEMBER, source=context.source, at=context.at)


def _new_coupons() -> Iterator[coupons_services.CouponRow]:
    for piece in Pieces(NEW, {}, 5_000):
        for member_id, template_id, quantity, until, uses_left, _line in piece:
            for _one in range(quantity):
                yield coupons_services.CouponRow(
                    member_id=member_id,
                    template_id=template_id,
                    valid_until=until,
                    uses_left=uses_left,
                )


def _template(code: str, context: Context) -> tuple[int, int]:
    """The template by its code, and its uses. Raises BadCell."""
    found: tuple[int, int] | None = context.known["coupons"].get(code.casefold())
    if found is None:
        raise BadCell("unknown_template", "template")
    return found
