"""Letters as they travel: the usual ones written at once, all others as Django does.

Python's own writer parses and folds each header of each part, which takes most of the
time of handing a letter over; and it writes a link that is longer than a line as an
encoded word, which mail programs do not read in `List-Unsubscribe`.
"""

import base64
import binascii
import email.policy
import re
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives

ADDRESS: Final = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
    r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*"
)
LONGEST_ADDRESS: Final = 254
NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
# Headers that are written anew below, or that say to whom besides.
OURS: Final = {"subject", "from", "to", "cc", "bcc", "reply-to", "date", "mime-version"}
UNFOLDED: Final = {"list-unsubscribe"}
LINE: Final = 78
LONGEST_LINE: Final = 990  # a host may refuse what is longer
BYTES_A_WORD: Final = 39  # of an encoded word: with the name a line of 76 at most
# Where more than every sixth byte is no ASCII, base64 is shorter.
DENSE: Final = 6
ASCII: Final = bytes(range(128))


class _Wire(email.policy.EmailPolicy):
    """A link for machines stays as it is, however long: none of them reads folds."""

    def fold_binary(self, name: str, value: str) -> bytes:
        """A header as it travels."""
        line = _extra(name, str(value)) if name.lower() in UNFOLDED else ""
        if line:
            return f"{line}{self.linesep}".encode("ascii")
        return super().fold_binary(name, value)


WIRE: Final = _Wire(linesep="\r\n")


def as_bytes(letter: EmailMessage) -> bytes:
    """The letter with the line ends of SMTP."""
    return _written(letter) or letter.message(policy=WIRE).as_bytes()


def plain_address(address: str) -> str:
    """The address itself where it needs no reading; else nothing."""
    is_plain = len(address) <= LONGEST_ADDRESS and ADDRESS.fullmatch(address)
    return address if is_plain else ""


def _written(letter: EmailMessage) -> bytes:
    """A letter to one reader in text and HTML; nothing where it is any other."""
    if not _is_usual(letter):
        return b""
    assert isinstance(letter, EmailMultiAlternatives)  # noqa: S101 (for the types)
    to = plain_address(letter.to[0])
    extra = [_extra(name, str(value)) for name, value in letter.extra_headers.items()]
    if not to or not all(extra):
        return b""
    boundary = f"=_{secrets.token_hex(12)}"  # stands in no quoted-printable, no base64
    head = [
        _folded("Subject", str(letter.subject)),
        _sender(letter.from_email),
        f"To: {to}",
        f"Date: {format_datetime(datetime.now(UTC))}",
        *extra,
        "MIME-Version: 1.0",
        f'Content-Type: multipart/alternative; boundary="{boundary}"',
    ]
    lines = b"\r\n".join(line.encode("ascii") for line in head)
    mark = f"\r\n--{boundary}\r\n".encode("ascii")
    html, _mimetype = letter.alternatives[0]
    parts = (_part(str(letter.body), "plain"), _part(str(html), "html"))
    return b"".join(
        (lines, b"\r\n", mark, mark.join(parts), mark.removesuffix(b"\r\n"), b"--\r\n")
    )


def _is_usual(letter: EmailMessage) -> bool:
    return (
        isinstance(letter, EmailMultiAlternatives)
        and type(letter).message is EmailMessage.message
        and len(letter.to) == 1
        and not (letter.cc or letter.bcc or letter.reply_to or letter.attachments)
        and [
            (mimetype, isinstance(html, str)) for html, mimetype in letter.alternatives
        ]
        == [("text/html", True)]
        and letter.content_subtype == "plain"
        and letter.encoding is None
        and settings.DEFAULT_CHARSET == "utf-8"
        and "message-id" in {name.lower() for name in letter.extra_headers}
        and str(letter.subject).isprintable()
    )


def _extra(name: str, value: str) -> str:
    """A header that says what a machine reads, on one line; nothing if it is not."""
    is_plain = (
        NAME.fullmatch(name)
        and name.lower() not in OURS
        and value.isascii()
        and value.isprintable()
        and len(name) + len(value) < LONGEST_LINE
    )
    return f"{name}: {value}" if is_plain else ""


@lru_cache(maxsize=64)
def _sender(address: str) -> str:
    """The same in every letter: written once, as Django does."""
    written = EmailMessage(from_email=address).message(policy=WIRE)
    return str(written["From"].fold(policy=WIRE)).removesuffix("\r\n")


def _folded(name: str, value: str) -> str:
    """Words that a person reads; in encoded words where they are no short ASCII."""
    if value.isascii() and "=?" not in value and len(name) + len(value) < LINE:
        return f"{name}: {value}"
    words = [
        f"=?utf-8?b?{base64.b64encode(piece.encode()).decode()}?="
        for piece in _pieces(value)
    ]
    return f"{name}: " + "\r\n ".join(words)


def _pieces(value: str) -> Iterator[str]:
    """Whole characters, as many as fit into an encoded word."""
    piece, size = "", 0
    for sign in value:
        more = len(sign.encode())
        if size + more > BYTES_A_WORD:
            yield piece
            piece, size = "", 0
        piece, size = piece + sign, size + more
    yield piece


def _part(text: str, subtype: str) -> bytes:
    """A part in a transfer encoding that every host carries."""
    body = text.replace("\r\n", "\n").replace("\r", "\n").encode()
    if len(body.translate(None, ASCII)) * DENSE > len(body):
        encoding, encoded = "base64", base64.encodebytes(body)
    else:
        encoding, encoded = "quoted-printable", binascii.b2a_qp(body, istext=True)
    head = (
        f'Content-Type: text/{subtype}; charset="utf-8"\r\n'
        f"Content-Transfer-Encoding: {encoding}\r\n\r\n"
    )
    return head.encode("ascii") + encoded.replace(b"\n", b"\r\n")
