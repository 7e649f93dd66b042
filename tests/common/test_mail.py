"""Letters leave by a host or a provider, or are refused aloud: none is lost."""

import io
import socket
import socketserver
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from smtplib import SMTPRecipientsRefused
from typing import Any, cast

import pytest
from django.core import checks
from django.core import mail as django_mail
from django.core.mail import EmailMessage, mailers
from django.core.mail.backends.base import BaseEmailBackend
from django.core.management import CommandError, call_command

from common import mail
from common.smtp import HungUp
from config.mailers import PROVIDERS, Malformed, mailer

ADDRESS = "friend@example.com"


class SmtpHost(socketserver.StreamRequestHandler):
    """Takes one letter as a mail host does, or breaks off where it is told to."""

    def handle(self) -> None:
        host = cast("Host", self.server)
        host.lines += 1
        letters = 0
        self.wfile.write(b"220 mail.example.com\r\n")
        for line in self.rfile:
            word = line[:4].strip().upper().decode()
            if word == host.breaks_at:
                return
            if word == "MAIL" and host.leaves_once:
                host.leaves_once = False
                self.wfile.write(b"421 too long idle\r\n")
                return
            if word == "DATA":
                self.wfile.write(b"354 go on\r\n")
                for part in iter(self.rfile.readline, b".\r\n"):
                    host.letter += part
                if host.breaks_at == "END":
                    return
                letters += 1
            refused = word == host.refuses
            self.wfile.write(b"550 not here\r\n" if refused else b"250 fine\r\n")
            if word == "QUIT" or 0 < letters == host.patience:
                return


class Host(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    breaks_at = ""
    refuses = ""
    letter = b""
    lines = 0
    leaves_once = False
    patience = 0  # letters after which it hangs up, where there is a bound


class ProviderHost(BaseHTTPRequestHandler):
    """Answers as a provider does, with the status that it is told."""

    def do_POST(self) -> None:
        status = cast("Provider", self.server).status
        if not status:
            self.connection.close()
            return
        body = b'{"id": "<1@example>", "message": "Queued. Thank you."}'
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class Provider(HTTPServer):
    status = 200


@contextmanager
def served[Server: socketserver.BaseServer](server: Server) -> Iterator[Server]:
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def smtp(settings: Any) -> Iterator[Host]:
    with served(Host(("127.0.0.1", 0), SmtpHost)) as host:
        settings.MAILERS = {
            "default": mailer(f"smtp://127.0.0.1:{host.server_address[1]}")
        }
        yield host


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    with served(Provider(("127.0.0.1", 0), ProviderHost)) as host:
        url = f"http://127.0.0.1:{host.server_address[1]}/v3"
        settings.MAILERS = {
            "default": mailer(
                f"mailgun://?api_key=k&sender_domain=example.com&api_url={url}"
            )
        }
        yield host


class HostThatBreaksAtTheEnd(BaseEmailBackend):
    """It takes a letter, and its line breaks while they say good-bye."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Take them."""
        return len(email_messages)

    def close(self) -> None:
        """Break."""
        raise ConnectionResetError


def a_letter() -> EmailMessage:
    return EmailMessage("Hello", "Good day.", "shop@example.com", [ADDRESS])


def told(*words: str) -> str:
    out = io.StringIO()
    call_command("send_test_mail", *words, stdout=out)
    return out.getvalue()


def test_a_letter_leaves_by_the_mail_host(smtp: Host) -> None:
    assert f"127.0.0.1 took a letter from regulars@localhost to {ADDRESS}" in told(
        ADDRESS
    )
    assert b"If you read this, letters leave." in smtp.letter


def test_a_letter_leaves_by_a_provider(provider: Provider) -> None:
    mail.send(a_letter())
    assert "mailgun took a letter" in told(ADDRESS)


@pytest.mark.parametrize("breaks_at", ["DATA", "END"])
def test_a_line_that_broke_at_the_letter_leaves_it_open(
    breaks_at: str, smtp: Host
) -> None:
    smtp.breaks_at = breaks_at
    with pytest.raises(mail.LetterMayHaveLeft):
        mail.send(a_letter())
    with pytest.raises(CommandError, match="it may have arrived or not"):
        told(ADDRESS)


@pytest.mark.parametrize("breaks_at", ["MAIL", "RCPT"])
def test_a_line_that_broke_before_the_letter_did_not_let_it_leave(
    breaks_at: str, smtp: Host
) -> None:
    smtp.breaks_at = breaks_at
    with pytest.raises(CommandError, match="did not leave"):
        told(ADDRESS)
    assert smtp.lines == 1


def test_a_refused_letter_did_not_leave(smtp: Host) -> None:
    smtp.refuses = "RCPT"
    with pytest.raises(
        CommandError, match=r"did not leave by 127\.0\.0\.1 .*EMAIL_URL"
    ):
        told(ADDRESS)


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (0, "may have arrived"),
        (400, "did not leave"),
        (401, "did not leave"),
        (502, "may have arrived"),
    ],
)
def test_a_provider_that_refuses_says_more_than_one_that_breaks(
    status: int, word: str, provider: Provider
) -> None:
    provider.status = status
    with pytest.raises(CommandError, match=word):
        told(ADDRESS)


@pytest.mark.parametrize(
    "url",
    ["smtp://127.0.0.1:{}", "postmark://?server_token=t&api_url=http://127.0.0.1:{}"],
)
def test_where_nobody_listens_nothing_left(url: str, settings: Any) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # never listens
        settings.MAILERS = {"default": mailer(url.format(taken.getsockname()[1]))}
        with pytest.raises(CommandError, match="did not leave"):
            told(ADDRESS)


def test_without_mail_every_letter_is_refused_aloud(settings: Any) -> None:
    settings.MAILERS = {"default": {"BACKEND": mail.NOT_SET_UP}}

    with pytest.raises(mail.MailNotSetUp):
        a_letter().send()
    with pytest.raises(CommandError, match="No mail is set up: give EMAIL_URL"):
        told(ADDRESS)
    assert not mail.can_send_letters()
    found = checks.run_checks(include_deployment_checks=True, tags=[checks.Tags.mail])
    assert [one.id for one in found] == ["common.W001"]


def test_marketing_goes_its_own_way() -> None:
    assert "locmem took a letter" in told(ADDRESS, "--using", "marketing")
    assert [letter.to for letter in django_mail.outbox] == [[ADDRESS]]


def test_an_address_that_is_none_is_named() -> None:
    with pytest.raises(CommandError, match="'friend' is no e-mail address"):
        told("friend")
    assert django_mail.outbox == []


@pytest.mark.parametrize("name", sorted(PROVIDERS))
def test_every_provider_can_be_set_up_by_what_it_must_be_told(
    name: str, settings: Any
) -> None:
    words = "&".join(f"{option}=https://x" for option in PROVIDERS[name])
    settings.MAILERS = {"default": mailer(f"{name}://?{words}")}

    assert type(mailers["default"]).__module__ == f"anymail.backends.{name}".replace(
        "-", "_"
    )


@pytest.mark.parametrize(
    ("url", "ways"),
    [
        ("smtp://mail.example.com", set()),
        ("smtp+tls://a%40b:p%2Fq@mail.example.com:587", {"use_tls"}),
        ("smtps://a%40b:p%2Fq@mail.example.com", {"use_ssl"}),
        ("smtp+ssl://a%40b:p%2Fq@mail.example.com:465", {"use_ssl"}),
    ],
)
def test_a_mail_host_is_written_as_one_address(url: str, ways: set[str]) -> None:
    options = mailer(url)["OPTIONS"]
    assert options["host"] == "mail.example.com"
    assert {way for way in ("use_tls", "use_ssl") if options[way]} == ways
    if "@" in url:
        assert (options["username"], options["password"]) == ("a@b", "p/q")


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.com",
        "http://mail.example.com",
        "smtp://",
        "smtp://me@mail.example.com",
        "smtp+tls://me:hush/hush@mail.example.com",
        "smtp+tls://me:hush@mail.example.com:many",
        "smtp+tls://me:hush@mail.example.com/hush",
        "mailgun://?api_key=hush",
        "postmark://?server_token=hush&hash=hush",
        "postmark://?server_token=",
    ],
)
def test_a_malformed_address_is_refused_and_its_password_never_shown(url: str) -> None:
    with pytest.raises(Malformed) as refusal:
        mailer(url)
    assert "hush" not in str(refusal.value)


def test_letters_of_one_go_share_a_line(smtp: Host) -> None:
    mail.send(a_letter())
    mail.send(a_letter())
    assert smtp.lines == 2

    with mail.kept_open():
        for _nth in range(3):
            mail.send(a_letter())
    mail.send(a_letter())

    assert smtp.lines == 4
    assert smtp.letter.count(b"Good day.") == 6


def test_a_host_that_hung_up_is_called_again_before_anything_leaves(
    smtp: Host,
) -> None:
    smtp.patience = 2
    with mail.kept_open():
        for _nth in range(5):
            mail.send(a_letter())

    assert smtp.letter.count(b"Good day.") == 5
    assert smtp.lines == 3


def test_a_host_that_goes_away_as_a_letter_comes_is_called_again(smtp: Host) -> None:
    with mail.kept_open():
        mail.send(a_letter())
        smtp.leaves_once = True
        mail.send(a_letter())

    assert smtp.letter.count(b"Good day.") == 2
    assert smtp.lines == 2


def test_a_host_that_is_gone_is_called_again_once(smtp: Host) -> None:
    with mail.kept_open():
        mail.send(a_letter())
        smtp.breaks_at = "MAIL"
        with pytest.raises(HungUp):
            mail.send(a_letter())

    assert smtp.letter.count(b"Good day.") == 1
    assert smtp.lines == 2


def test_a_line_does_not_serve_for_ever(
    smtp: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "LETTERS_A_LINE", 2)
    with mail.kept_open():
        for _nth in range(5):
            mail.send(a_letter())

    assert smtp.lines == 3


def test_after_a_refusal_or_a_break_the_next_letter_has_a_line_of_its_own(
    smtp: Host,
) -> None:
    with mail.kept_open():
        mail.send(a_letter())
        smtp.refuses = "RCPT"
        with pytest.raises(SMTPRecipientsRefused):
            mail.send(a_letter())
        smtp.refuses, smtp.breaks_at = "", "DATA"
        with pytest.raises(mail.LetterMayHaveLeft):
            mail.send(a_letter())
        smtp.breaks_at = ""
        mail.send(a_letter())

    assert smtp.letter.count(b"Good day.") == 2
    assert smtp.lines == 3


def test_a_provider_is_called_anew_for_each_letter(provider: Provider) -> None:
    with mail.kept_open():
        mail.send(a_letter())
        provider.status = 0
        with pytest.raises(mail.LetterMayHaveLeft):
            mail.send(a_letter())
        provider.status = 200
        mail.send(a_letter())


def test_a_line_that_breaks_after_the_letter_says_nothing_of_it(settings: Any) -> None:
    backend = f"{HostThatBreaksAtTheEnd.__module__}.{HostThatBreaksAtTheEnd.__name__}"
    settings.MAILERS = {"default": {"BACKEND": backend}}

    mail.send(a_letter())
    with mail.kept_open():
        mail.send(a_letter())
