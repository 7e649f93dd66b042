"""Everything that draws, gives, uses and takes back coupons."""

from .batch import export_batch, make_batch
from .bulk import Given, begin_issue, continue_issue, issue_to_members
from .claim import claim, claim_by_code, forget_tries
from .gift import Offer, accept, lapse_gifts, offer, take_back
from .grant import Granted, grant_step
from .issue import Issued, issue, issue_step
from .load import CouponRow, load_coupons
from .mend import Revoked, extend_coupon, revoke_unused_step, void_coupon
from .redeem import GivenBack, Redemption, redeem_step, release_step, return_step
from .sell import refund_pass, refundable, sell
from .templates import publish_terms, save_template
from .tier_gifts import give_birthday_gifts, give_upgrade_gifts, save_tier_gift
from .visits import give_back_visit, use_visit

__all__ = [
    "CouponRow",
    "Given",
    "GivenBack",
    "Granted",
    "Issued",
    "Offer",
    "Redemption",
    "Revoked",
    "accept",
    "begin_issue",
    "claim",
    "claim_by_code",
    "continue_issue",
    "export_batch",
    "extend_coupon",
    "forget_tries",
    "give_back_visit",
    "give_birthday_gifts",
    "give_upgrade_gifts",
    "grant_step",
    "issue",
    "issue_step",
    "issue_to_members",
    "lapse_gifts",
    "load_coupons",
    "make_batch",
    "offer",
    "publish_terms",
    "redeem_step",
    "refund_pass",
    "refundable",
    "release_step",
    "return_step",
    "revoke_unused_step",
    "save_template",
    "save_tier_gift",
    "sell",
    "take_back",
    "use_visit",
    "void_coupon",
]
