"""Why something about tiers is refused, in sentences that can be read aloud."""

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError


class TierRefused(DomainError):
    """A tier that contradicts itself, or the ladder."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("tier_refused", " ".join(sentences), sentences=sentences)


class LadderMustRise(DomainError):
    def __init__(self) -> None:
        super().__init__(
            "ladder_must_rise",
            _("A higher tier must ask for more growth value than a lower one."),
        )


class TierNotSold(DomainError):
    def __init__(self) -> None:
        super().__init__("tier_not_sold", _("This tier is not for sale."))


class TierNotInUse(DomainError):
    def __init__(self) -> None:
        super().__init__("tier_not_in_use", _("This tier is not in use."))


class HasBetterTier(DomainError):
    def __init__(self) -> None:
        super().__init__(
            "has_better_tier", _("This member already has this tier or a better one.")
        )


class NoSuchMember(DomainError):
    def __init__(self) -> None:
        super().__init__("no_such_member", _("There is no such member any more."))


class EndsTooSoon(DomainError):
    def __init__(self) -> None:
        super().__init__("ends_too_soon", _("The end must lie in the future."))


class NothingGiven(DomainError):
    """Neither bought nor given, or over already."""

    def __init__(self) -> None:
        super().__init__("nothing_given", _("There is nothing here to take back."))
