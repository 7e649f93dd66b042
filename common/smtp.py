"""A mail host by SMTP: whether it hung up before a letter or in its midst."""

import smtplib
from collections.abc import Buffer
from typing import Any, Final

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from .mime import as_bytes, plain_address

GOING_AWAY: Final = 421


class HungUp(Exception):
    """The host was gone before the letter began: it surely did not leave."""

    was_kept = False  # the line had served before, so that a new one may help


class _Begun:
    """Notes when the host was told that a letter comes."""

    has_begun = False

    def data(self, msg: Buffer | str) -> tuple[int, bytes]:
        self.has_begun = True
        return super().data(msg)  # type: ignore[misc,no-any-return]


class _Host(_Begun, smtplib.SMTP):
    pass


class _HostByTls(_Begun, smtplib.SMTP_SSL):
    pass


class SmtpMailer(EmailBackend):
    """Django's own, which writes letters fast and says when a line hung up."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        """What knows whether a letter began."""
        return _HostByTls if self.use_ssl else _Host

    def _send(self, email_message: EmailMessage) -> bool:
        """Hand one over. Raises HungUp, SMTPException, OSError."""
        if not email_message.recipients():
            return False
        host: Any = self.connection
        sender = self.prep_address(email_message.from_email)
        to = [self.prep_address(address) for address in email_message.recipients()]
        wire = as_bytes(email_message)
        host.has_begun = False
        try:
            host.sendmail(sender, to, wire)
        except (smtplib.SMTPException, OSError) as failure:
            if not host.has_begun and _is_gone(failure):
                raise HungUp from failure
            raise
        return True

    def prep_address(self, address: str, force_ascii: bool = True) -> str:  # noqa: FBT001, FBT002 (Django's)
        """An address as the host reads it. Raises ValueError."""
        found: str = plain_address(address) or super().prep_address(
            address, force_ascii
        )
        return found


def _is_gone(failure: Exception) -> bool:
    """It closed the line, or says that it is about to; any other answer is one."""
    if isinstance(failure, smtplib.SMTPResponseException):
        return failure.smtp_code == GOING_AWAY
    if isinstance(failure, smtplib.SMTPServerDisconnected):
        return True
    return not isinstance(failure, smtplib.SMTPException)
