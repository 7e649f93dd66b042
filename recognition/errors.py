"""What is refused about members' visits, notes and complaints."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.errors import DomainError


class WordsRefused(DomainError):
    """Empty, too long, or with characters that no screen can show."""

    def __init__(self, sentence: str | Promise) -> None:
        super().__init__("words_refused", sentence)


class MemberNotHere(DomainError):
    """Merged, erased, or never there: nothing more is written about them."""

    def __init__(self) -> None:
        super().__init__("member_not_here", _("This member is no longer here."))


class VisitRefused(DomainError):
    """The visit contradicts itself."""

    def __init__(self) -> None:
        super().__init__(
            "visit_refused",
            _("A visit needs a source, a reference, and amounts that are not below 0."),
        )


class VisitNotedOtherwise(DomainError):
    """The reference already stands for another visit."""

    def __init__(self) -> None:
        super().__init__(
            "visit_noted_otherwise",
            _("This bill was already noted as another visit."),
        )


class RatingRefused(DomainError):
    """Neither a score, stars nor words; or out of their range."""

    def __init__(self) -> None:
        super().__init__(
            "rating_refused",
            _("Give a score from 0 to 10, one to five stars, or words."),
        )


class NotOneOfTheKinds(DomainError):
    """A kind or channel that the house does not know."""

    def __init__(self) -> None:
        super().__init__("not_one_of_the_kinds", _("Choose one of the kinds."))


class NoSuchDay(DomainError):
    """30 February, or a year that nobody remembers."""

    def __init__(self) -> None:
        super().__init__("no_such_day", _("There is no such day in the calendar."))


class KeptEnough(DomainError):
    """So much is kept of this member that nobody would read more."""

    def __init__(self) -> None:
        super().__init__(
            "kept_enough", _("That is as much as we keep. Remove something first.")
        )


class AlreadyWithdrawn(DomainError):
    """A note is withdrawn once."""

    def __init__(self) -> None:
        super().__init__("already_withdrawn", _("This note was already withdrawn."))


class NotAComplaint(DomainError):
    """Only what is open gets an owner; only what has one is cured."""

    def __init__(self) -> None:
        super().__init__(
            "complaint_moved_on",
            _("This complaint has moved on. Look at it again."),
        )


class OwnerRefused(DomainError):
    """Whoever owns a complaint must be able to cure it there."""

    def __init__(self) -> None:
        super().__init__(
            "owner_refused", _("This person cannot cure complaints at that store.")
        )


class ClaimRefused(DomainError):
    """A visit that is said to be missing: another day, store or amount."""

    def __init__(self) -> None:
        super().__init__(
            "visit_claim_refused",
            _("Choose the store, a day of the last 90 days and the amount you paid."),
        )
