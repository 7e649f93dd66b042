"""Why points refuse; every refusal leaves things as they were."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError


class PointsError(DomainError):
    """A refusal of the points programme."""


class BillRefused(PointsError):
    """The lines and what was paid must be whole amounts that agree."""

    def __init__(self) -> None:
        super().__init__(
            "bill_refused", _("The lines of the bill and what was paid do not agree.")
        )


class AmountRefused(PointsError):
    """Points, stamps and quantities are whole numbers above zero, and not so large."""

    def __init__(self) -> None:
        super().__init__(
            "points_amount_refused", _("Enter a whole number above zero, not so large.")
        )


class ReasonMissing(PointsError):
    """What is done by hand says why."""

    def __init__(self) -> None:
        super().__init__("points_reason_missing", _("Give a reason."))


class MemberNotActive(PointsError):
    """Merged and erased members neither earn nor spend."""

    def __init__(self) -> None:
        super().__init__("member_not_active", _("This member is not active."))


class RefundTooLarge(PointsError):
    """More was to be refunded than is left of the sale."""

    def __init__(self, *, left: int) -> None:
        super().__init__(
            "points_refund_too_large",
            _("This is more than is left of the sale to refund."),
            left=left,
        )


class NotInSteps(PointsError):
    """Points are spent in whole steps."""

    def __init__(self, *, step: int) -> None:
        super().__init__(
            "points_not_in_steps",
            _("Points are spent in steps of %(step)s.") % {"step": step},
            step=step,
        )


class TooFewPoints(PointsError):
    """Below the least number that may be spent."""

    def __init__(self, *, least: int) -> None:
        super().__init__(
            "points_too_few",
            _("At least %(least)s points must be spent at once.") % {"least": least},
            least=least,
        )


class TooMuchOfTheBill(PointsError):
    """Points pay only a part of the bill."""

    def __init__(self, *, most: int) -> None:
        super().__init__(
            "points_too_much_of_bill",
            _("At most %(most)s points can be spent on this bill.") % {"most": most},
            most=most,
        )


class NotEnoughPoints(PointsError):
    """The member has fewer points that can be used now."""

    def __init__(self, *, usable: int) -> None:
        super().__init__(
            "not_enough_points",
            _("There are only %(usable)s points to use.") % {"usable": usable},
            usable=usable,
        )


class NothingThere(PointsError):
    """No such reward, programme, task, order or receipt."""

    def __init__(self) -> None:
        super().__init__("points_nothing_there", _("There is no such thing."))


class NotOffered(PointsError):
    """Not in use, not yet, or no longer."""

    def __init__(self) -> None:
        super().__init__("points_not_offered", _("This is not offered now."))


class OutOfStock(PointsError):
    """Fewer are left than were asked for."""

    def __init__(self) -> None:
        super().__init__("reward_out_of_stock", _("There are not enough left of it."))


class LimitReached(PointsError):
    """The member has had as many as one may have."""

    def __init__(self, *, most: int) -> None:
        super().__init__(
            "reward_limit_reached",
            _("A member may have %(most)s of it, no more.") % {"most": most},
            most=most,
        )


class OrderEnded(PointsError):
    """Handed over or cancelled already."""

    def __init__(self) -> None:
        super().__init__(
            "reward_order_ended", _("This order was handed over or cancelled before.")
        )


class OrderTooLate(PointsError):
    """The time to pick it up is over."""

    def __init__(self) -> None:
        super().__init__(
            "reward_order_too_late",
            _("The time to pick this up is over; cancel it, and the points return."),
        )


class CodeRefused(PointsError):
    """One sentence for every code that does not serve, whatever the reason."""

    def __init__(self) -> None:
        super().__init__(
            "points_code_refused", _("This code is not valid, or was used before.")
        )


class CodesLocked(PointsError):
    """Too many wrong codes in a row."""

    def __init__(self, *, until: datetime) -> None:
        super().__init__(
            "points_codes_locked",
            _("Too many wrong codes. Try again in a quarter of an hour."),
            until=until.isoformat(),
        )


class RuleRefused(PointsError):
    """A rule, reward, programme or task contradicts itself."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(
            "points_rule_refused", " ".join(sentences), sentences=sentences
        )


class TenderMissing(PointsError):
    """The money part is paid at a counter."""

    def __init__(self) -> None:
        super().__init__(
            "reward_tender_missing",
            _("Choose how the money part is paid, at a counter."),
        )
