"""Why a message or a template is refused; every refusal leaves all as it was."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.errors import DomainError


class MessageTemplateUnknown(DomainError):
    """Nobody has written such a message, or it is not in use."""

    def __init__(self, *, template: str) -> None:
        super().__init__(
            "message_template_unknown",
            _("There is no such message template in use."),
            template=template,
        )


class ChannelWithoutWords(DomainError):
    """The template says nothing for this channel."""

    def __init__(self, *, channel: str) -> None:
        super().__init__(
            "message_channel_without_words",
            _("This template has no words for this channel."),
            channel=channel,
        )


class MessageRefused(DomainError):
    """What the message was to carry, or when, cannot be."""

    def __init__(self, message: str | Promise) -> None:
        super().__init__("message_refused", message)


class MessageTemplateRefused(DomainError):
    """The words cannot be published as they are."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(
            "message_template_refused", " ".join(sentences), sentences=sentences
        )


class MessageUnreadable(DomainError):
    """It was encrypted with a key that is known no more."""

    def __init__(self) -> None:
        super().__init__(
            "message_unreadable",
            _("This message was encrypted with a key that is not known any more."),
        )


class MessageNotWaiting(DomainError):
    """It has left, or was called off before."""

    def __init__(self) -> None:
        super().__init__(
            "message_not_waiting", _("This message does not wait any more.")
        )


class SuppressionLifted(DomainError):
    """The address is written to already."""

    def __init__(self) -> None:
        super().__init__(
            "suppression_lifted", _("This address is written to again already.")
        )
