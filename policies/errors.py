"""Why a version of the rules is refused."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from common.errors import DomainError


class NoPolicy(DomainError):
    """There were no rules yet at that moment."""

    def __init__(self) -> None:
        super().__init__("no_policy", _("No rules were in force at that time."))


class PolicyInThePast(DomainError):
    """A version may not reach back: what was promised stays."""

    def __init__(self) -> None:
        super().__init__(
            "policy_in_the_past", _("Rules can only begin now or later, not before.")
        )


class PolicyRefused(DomainError):
    """The rules contradict each other, or what the country asks."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("policy_refused", " ".join(sentences), sentences=sentences)


class OccurredTooLongAgo(DomainError):
    """A till queued something for longer than the shop lets it."""

    def __init__(self, *, hours: int) -> None:
        none = _("Tills of this store may not queue what happens off-line.")
        told = ngettext_lazy(
            "This happened too long ago: tills may queue for %(hours)s hour.",
            "This happened too long ago: tills may queue for %(hours)s hours.",
            hours,
        ) % {"hours": hours}
        super().__init__("occurred_too_long_ago", told if hours else none, most=hours)


class OccurredAhead(DomainError):
    """A till's clock runs further ahead of ours than the shop lets it."""

    def __init__(self, *, minutes: int) -> None:
        super().__init__(
            "occurred_ahead",
            _("This lies in the future: the till’s clock runs fast. Set it right."),
            most=minutes,
        )


class OccurredBefore(DomainError):
    """What is undone or ended happened after it."""

    def __init__(self) -> None:
        super().__init__(
            "occurred_before",
            _("What this is about had not happened yet at that time."),
        )
