"""Why something about campaigns is refused, in sentences that can be read aloud."""

from collections.abc import Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.errors import DomainError


class RulesRefused(DomainError):
    """Conditions that contradict themselves or the form in which they are kept."""

    def __init__(self, sentences: Sequence[str | Promise]) -> None:
        told = " ".join(str(sentence) for sentence in sentences)
        super().__init__("segment_rules_refused", told, sentences=list(sentences))


class SegmentNeedsAttention(DomainError):
    """A condition names what is not there any more: nobody is in such a segment."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(
            "segment_needs_attention",
            _("This segment needs attention: %(problems)s")
            % {"problems": " ".join(problems)},
            problems=list(problems),
        )


class SegmentCycle(DomainError):
    def __init__(self, name: str) -> None:
        super().__init__(
            "segment_cycle",
            _("“%(name)s” is itself made of this segment: that would never end.")
            % {"name": name},
        )


class SegmentOfAnotherStore(DomainError):
    def __init__(self, name: str) -> None:
        super().__init__(
            "segment_of_another_store",
            _("“%(name)s” belongs to another store, or to all of them.")
            % {"name": name},
        )


class SegmentChanged(DomainError):
    def __init__(self) -> None:
        super().__init__(
            "segment_changed",
            _(
                "Somebody else has changed this segment meanwhile. Look at what they "
                "saved, then change it again."
            ),
        )


class SegmentInUse(DomainError):
    def __init__(self, name: str) -> None:
        super().__init__(
            "segment_in_use",
            _("“%(name)s” is made of this segment, which must stay in use.")
            % {"name": name},
        )


class NameTaken(DomainError):
    def __init__(self) -> None:
        super().__init__("segment_name_taken", _("There is a segment with this name."))


class CampaignRefused(DomainError):
    """A campaign that could not do what it says; every sentence that is wrong."""

    def __init__(self, sentences: Sequence[str | Promise]) -> None:
        told = " ".join(str(sentence) for sentence in sentences)
        super().__init__("campaign_refused", told, sentences=list(sentences))


class CampaignRuns(DomainError):
    def __init__(self) -> None:
        super().__init__(
            "campaign_runs", _("A campaign that runs is paused before it is changed.")
        )


class CampaignOver(DomainError):
    def __init__(self) -> None:
        super().__init__(
            "campaign_over", _("This campaign is over; make another one of it.")
        )


class CampaignChanged(DomainError):
    """Between looking and starting somebody saved it anew."""

    def __init__(self) -> None:
        super().__init__(
            "campaign_changed",
            _("Somebody else has changed this campaign meanwhile. Look at it again."),
        )


class EverybodyUnconfirmed(DomainError):
    def __init__(self, members: int) -> None:
        super().__init__(
            "campaign_everybody_unconfirmed",
            _("This goes to all %(members)s members: tick that you mean it.")
            % {"members": members},
            members=members,
        )
