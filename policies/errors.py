"""Why a version of the rules is refused."""

from django.utils.translation import gettext_lazy as _

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
