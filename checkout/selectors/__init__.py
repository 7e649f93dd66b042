"""What a bill needs to know, and what is known of bills that were settled."""

from .look import LOOK, Look, LookFor, look, read
from .returns import (
    given_back_here,
    returnable_stores,
    sold_at,
    sold_elsewhere,
    takes_back,
)
from .sales import find_sale, line_documents, of_member, with_reference
from .savings import (
    BenefitKind,
    MemberBenefit,
    SpentOnBills,
    benefits_of,
    spent_on_bills,
    sum_by_kind,
)

__all__ = [
    "LOOK",
    "BenefitKind",
    "Look",
    "LookFor",
    "MemberBenefit",
    "SpentOnBills",
    "benefits_of",
    "find_sale",
    "given_back_here",
    "line_documents",
    "look",
    "of_member",
    "read",
    "returnable_stores",
    "sold_at",
    "sold_elsewhere",
    "spent_on_bills",
    "sum_by_kind",
    "takes_back",
    "with_reference",
]
