"""Letters: whether any can leave, and what became of one that was sent."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from smtplib import SMTPException, SMTPServerDisconnected
from typing import Final

from django.conf import settings
from django.core import checks
from django.core.mail import EmailMessage, mailers
from django.core.mail.backends.base import BaseEmailBackend

from .smtp import HungUp

# The two ways of `MAILERS`: letters to one person about their own things, and to many.
SERVICE: Final = "default"
MARKETING: Final = "marketing"
NOT_SET_UP: Final = "common.mail.NoMail"
# Mail hosts hang up on whoever brings too many at once.
LETTERS_A_LINE: Final = 100
# A provider that was never reached, as `requests` says it.
NO_LINE: Final = {"ConnectTimeout", "NewConnectionError"}


class MailNotSetUp(Exception):
    """No letter can leave: nobody has said by which host or provider."""

    def __init__(self) -> None:
        super().__init__(
            "No mail is set up: give EMAIL_URL, for example "
            "EMAIL_URL=smtp+tls://login:password@mail.example.com:587"
        )


@checks.register(checks.Tags.mail, deploy=True)
def warn_where_no_letter_can_leave(**_unused: object) -> list[checks.CheckMessage]:
    """A shop that sells gifts by e-mail wants to hear of it before its guests do."""
    if can_send_letters():
        return []
    return [checks.Warning(str(MailNotSetUp()), id="common.W001")]


class LetterMayHaveLeft(Exception):
    """The line broke while a letter was handed over: sent again it may come twice."""


class NoMail(BaseEmailBackend):
    """Nothing is set up: every letter is refused aloud, none is lost in silence."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Refuse. Raises MailNotSetUp."""
        raise MailNotSetUp


def can_send_letters() -> bool:
    """Whether a host or a provider is set up."""
    return bool(settings.MAILERS[SERVICE]["BACKEND"] != NOT_SET_UP)


@dataclass(slots=True)
class _Line:
    """A mailer that is open, and how many letters went by it."""

    mailer: BaseEmailBackend
    letters: int = 0

    def may_serve(self) -> bool:
        """Whether it stays open between letters, and has not served for long."""
        is_kept = getattr(self.mailer, "connection", None) is not None
        return is_kept and self.letters < LETTERS_A_LINE

    def close(self) -> None:
        """What becomes of the line says nothing of the letters that went by it."""
        with suppress(Exception):
            self.mailer.close()


_kept: ContextVar[dict[str, _Line] | None] = ContextVar("kept_lines", default=None)


@contextmanager
def kept_open() -> Iterator[None]:
    """Letters that are sent within it share a line to their mail host."""
    lines: dict[str, _Line] = {}
    before = _kept.set(lines)
    try:
        yield
    finally:
        _kept.reset(before)
        for line in lines.values():
            line.close()


def send(letter: EmailMessage, *, using: str = SERVICE) -> None:
    """Send one letter, once.

    Raises LetterMayHaveLeft where nobody can know; whatever else it raises, the letter
    surely did not leave.
    """
    kept = _kept.get()
    lines: dict[str, _Line] = {} if kept is None else kept
    try:
        _send_by(lines, letter, using)
    except HungUp as gone:
        if not gone.was_kept:
            raise
        _send_by(lines, letter, using)  # nothing has left: the host is called anew
    if kept is None:
        lines.pop(using).close()


def _send_by(lines: dict[str, _Line], letter: EmailMessage, using: str) -> None:
    line = _open(lines, using)  # nothing has left yet, however long the host is silent
    try:
        line.mailer.send_messages([letter])
    except Exception as failure:
        lines.pop(using).close()
        if isinstance(failure, HungUp):
            failure.was_kept = line.letters > 0
        elif _may_have_left(failure):
            raise LetterMayHaveLeft from failure
        raise
    line.letters += 1


def _open(lines: dict[str, _Line], using: str) -> _Line:
    """The line that stands, where it still serves; else a new one."""
    standing = lines.pop(using, None)
    if standing is not None and standing.may_serve():
        lines[using] = standing
        return standing
    if standing is not None:
        standing.close()
    line = _Line(mailers[using])
    try:
        line.mailer.open()
    except Exception:
        line.close()
        raise
    lines[using] = line
    return line


def _may_have_left(failure: Exception) -> bool:
    """A refusal says that it did not; a line that breaks halfway says nothing."""
    status = getattr(failure, "status_code", None)  # of a provider's answer
    if isinstance(status, int):
        return status >= 500
    if isinstance(failure, SMTPException):
        return isinstance(failure, SMTPServerDisconnected)
    if not isinstance(failure, OSError):
        return False
    return not any(type(cause).__name__ in NO_LINE for cause in _causes(failure))


def _causes(failure: BaseException) -> Iterator[BaseException]:
    """What lies behind a failure; `requests` keeps it among its arguments."""
    yield failure
    for cause in (failure.__cause__, *failure.args, getattr(failure, "reason", None)):
        if isinstance(cause, BaseException):
            yield from _causes(cause)
