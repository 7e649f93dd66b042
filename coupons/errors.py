"""What coupons refuse, in sentences that can be read aloud; nothing was changed."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.errors import DomainError


class CouponsError(DomainError):
    """A refusal about coupons."""


class _Plain(CouponsError):
    """A refusal that is always the same sentence."""

    word: str
    sentence: str | Promise

    def __init__(self, **facts: object) -> None:
        super().__init__(self.word, self.sentence, **facts)


class TemplateRefused(CouponsError):
    """What is wrong with a template, each in a sentence."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("coupon_template_refused", " ".join(sentences))


class QuotaBelowIssued(CouponsError):
    def __init__(self, *, issued: int) -> None:
        super().__init__(
            "quota_below_issued",
            _("%(issued)s are issued already; the quota cannot be lower.")
            % {"issued": issued},
            issued=issued,
        )


class TemplateUnknown(_Plain):
    word, sentence = "coupon_template_unknown", _("There is no such coupon.")


class TemplateClosed(_Plain):
    word = "coupon_template_closed"
    sentence = _("This coupon is not being issued at the moment.")


class TemplateEnded(_Plain):
    word = "coupon_template_ended"
    sentence = _("This coupon’s time is over; it is no longer issued.")


class QuotaUsedUp(_Plain):
    word, sentence = "coupon_quota_used_up", _("All of these coupons are taken.")


class DailyQuotaUsedUp(_Plain):
    word = "coupon_daily_quota_used_up"
    sentence = _("Today’s coupons are all taken. There are new ones tomorrow.")


class MemberLimitReached(_Plain):
    word = "coupon_member_limit_reached"
    sentence = _("This member has had as many of these as one may have.")


class MemberNotActive(_Plain):
    word = "member_not_active"
    sentence = _("This member is no longer active.")


class QuantityRefused(CouponsError):
    def __init__(self, *, largest: int) -> None:
        super().__init__(
            "coupon_quantity_refused",
            _("Choose a number from 1 to %(largest)s.") % {"largest": largest},
            largest=largest,
        )


class ReasonRefused(_Plain):
    word, sentence = "reason_refused", _("Say why, in plain words.")


class CodeNotKnown(_Plain):
    """The same for a code that never was, is void or is somebody else's."""

    word = "coupon_code_not_known"
    sentence = _("This code is not known here. Please check it and try again.")


class ClaimPaused(_Plain):
    word = "coupon_claim_paused"
    sentence = _("Too many wrong codes. Please wait a while and try again.")


class NotClaimable(_Plain):
    word, sentence = "coupon_not_claimable", _("This coupon cannot be claimed.")


class NotForSale(_Plain):
    word, sentence = "coupon_not_for_sale", _("This coupon is not for sale.")


class CouponNotUsable(CouponsError):
    """Why a coupon cannot be redeemed now; the whole sale is refused."""

    SENTENCES = {
        "unknown": _("This coupon is not known."),
        "void": _("This coupon is void."),
        "redeemed": _("This coupon is used already."),
        "offered": _("This coupon was given to a friend who has not taken it yet."),
        "not_yet": _("This coupon is not valid yet."),
        "expired": _("This coupon has expired."),
        "other_member": _("This coupon belongs to another member."),
        "uses": _("This pass has not so many uses left."),
    }

    def __init__(self, *, why: str, coupon: int | None = None) -> None:
        super().__init__(f"coupon_{why}", self.SENTENCES[why], coupon=coupon)


class CouponNotHere(CouponsError):
    """A top-up coupon is not for this top-up: its store, day, hour, tier or amount."""

    def __init__(self, sentence: str | Promise) -> None:
        super().__init__("coupon_not_here", sentence)


class PassNotHere(CouponsError):
    """A pass is not for this store, day, hour or tier."""

    def __init__(self, sentence: str | Promise) -> None:
        super().__init__("coupon_pass_not_here", sentence)


class NothingToGiveBack(_Plain):
    word = "coupon_nothing_to_give_back"
    sentence = _("No visit was taken off this pass here today.")


class NotGiveable(_Plain):
    word, sentence = "coupon_not_giveable", _("This coupon cannot be given away.")


class GiftGone(_Plain):
    """The same whether it was taken, taken back, lapsed or never was."""

    word = "coupon_gift_gone"
    sentence = _("This gift is no longer there to be taken.")


class GiftToOneself(_Plain):
    word = "coupon_gift_to_oneself"
    sentence = _("This is your own gift. You can take it back instead.")


class NotExtendable(_Plain):
    word = "coupon_not_extendable"
    sentence = _("The new end has to lie after the present one and in the future.")


class NothingToRefund(_Plain):
    word = "coupon_nothing_to_refund"
    sentence = _("There is nothing left of this pass to refund.")


class BatchAlreadyExported(_Plain):
    word = "coupon_batch_exported"
    sentence = _(
        "The codes of this batch were exported already; they are not kept here."
    )


class BatchNotFound(_Plain):
    word, sentence = "coupon_batch_unknown", _("There is no such batch.")


class AudienceRefused(_Plain):
    word, sentence = "coupon_audience_refused", _("Say to whom the coupons go.")
