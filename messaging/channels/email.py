"""Letters by the two ways of `MAILERS`: about somebody's own things, and to many."""

from email.message import MIMEPart
from smtplib import SMTPRecipientsRefused, SMTPResponseException
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from common import mail
from members.models import Channel as ConsentChannel

from .base import Capabilities, Letter, SendResult, SendStatus

# An answer of SMTP or HTTP that says "not now" rather than "no".
TRY_LATER: Final = (421, 429, 450, 451, 452)


class EmailCarrier:
    """A letter in text and HTML, which mail programs can end with one click."""

    capabilities = Capabilities(receipts=True, consent=ConsentChannel.EMAIL)

    def __init__(self, *, is_marketing: bool) -> None:
        self.using = mail.MARKETING if is_marketing else mail.SERVICE
        self.code = "email_marketing" if is_marketing else "email"

    def is_set_up(self) -> bool:
        """Whether a host or a provider is named."""
        way = settings.MAILERS.get(self.using, settings.MAILERS[mail.SERVICE])
        return bool(way["BACKEND"] != mail.NOT_SET_UP)

    def send(self, letter: Letter) -> SendResult:
        """Hand it over; what may have left though the line broke is not known."""
        written = write(letter)
        try:
            mail.send(written, using=self.using)
        except mail.LetterMayHaveLeft as broken:
            return SendResult(SendStatus.UNKNOWN, detail=_kind(broken.__cause__))
        except Exception as failure:  # whatever a mail host answers
            return _refusal(failure)
        return SendResult(SendStatus.ACCEPTED, reference=_reference(written, letter))

    def ask(self, letter_id: UUID) -> SendResult:
        """Nobody can be asked about a letter."""
        return SendResult(SendStatus.UNKNOWN)


def write(letter: Letter) -> EmailMultiAlternatives:
    """The letter as it travels."""
    headers = {"Message-ID": message_id(letter.public_id)}
    if letter.unsubscribe:
        headers["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    written = EmailMultiAlternatives(
        subject=" ".join(letter.subject.split()),
        body=letter.body,
        to=[letter.address],
        headers=headers,
    )
    if letter.html:
        written.attach_alternative(letter.html, "text/html")
    for name, picture in letter.pictures.items():
        part = MIMEPart()
        part.set_content(
            picture,
            maintype="image",
            subtype="jpeg",
            disposition="inline",
            cid=f"<{name}>",
        )
        written.attach(part)
    return written


def message_id(public_id: UUID) -> str:
    """The same at every try, so that a mailbox shows it once."""
    host = str(settings.PUBLIC_URL).split("://")[-1].split("/")[0].split(":")[0]
    return f"<message-{public_id}@{host}>"


def _reference(written: EmailMultiAlternatives, letter: Letter) -> str:
    """As the provider will call it in its news."""
    status = getattr(written, "anymail_status", None)
    found = getattr(status, "message_id", None)
    return str(found or message_id(letter.public_id))[:120]


def _refusal(failure: Exception) -> SendResult:
    """What surely did not leave: not now, or never."""
    code = _answer(failure)
    if code is not None and code not in TRY_LATER and code >= 400:
        return SendResult(SendStatus.REFUSED, detail=f"{_kind(failure)} {code}")
    return SendResult(SendStatus.NOT_SENT, detail=_kind(failure))


def _answer(failure: Exception) -> int | None:
    """The number that a host or provider said no with."""
    if isinstance(failure, SMTPRecipientsRefused):
        codes = [int(code) for code, _text in failure.recipients.values()]
        return max(codes, default=550)
    if isinstance(failure, SMTPResponseException):
        return int(failure.smtp_code)
    found = getattr(failure, "status_code", None)
    return found if isinstance(found, int) else None


def _kind(failure: BaseException | None) -> str:
    return type(failure).__name__[:60]
