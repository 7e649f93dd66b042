"""`manage.py send_test_mail ADDRESS`: whether letters leave, and by which way."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from common import mail

SETTINGS = {mail.SERVICE: "EMAIL_URL", mail.MARKETING: "MARKETING_EMAIL_URL"}


class Command(BaseCommand):
    help = "Send one letter by the host or provider that is set up; say what it said."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", help="who gets the letter")
        parser.add_argument(
            "--using",
            choices=sorted(SETTINGS),
            default=mail.SERVICE,
            help="default: letters to one person; marketing: letters to many",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        address, using = options["address"], options["using"]
        try:
            validate_email(address)
        except ValidationError as wrong:
            raise CommandError(f"{address!r} is no e-mail address.") from wrong
        letter = EmailMessage(
            subject="Regulars: a letter to try the mail",
            body="If you read this, letters leave.\n",
            to=[address],
        )
        way = way_of(using)
        try:
            mail.send(letter, using=using)
        except mail.MailNotSetUp as nothing:
            raise CommandError(f"{nothing}.") from nothing
        except mail.LetterMayHaveLeft as broken:
            raise CommandError(
                f"The line to {way} broke while the letter was handed over "
                f"({said(broken.__cause__)}): it may have arrived or not."
            ) from broken
        except Exception as failure:
            raise CommandError(
                f"The letter did not leave by {way} ({said(failure)}): see to "
                f"{SETTINGS[using]} and DEFAULT_FROM_EMAIL."
            ) from failure
        self.stdout.write(
            f"{way} took a letter from {settings.DEFAULT_FROM_EMAIL} to {address}: "
            "look whether it arrives."
        )


def way_of(using: str) -> str:
    """The host or provider by name, without its login."""
    mailer = settings.MAILERS[using]
    options = mailer.get("OPTIONS", {})
    name: str = options.get("host") or mailer["BACKEND"].split(".")[-2]
    return name


def said(failure: BaseException | None) -> str:
    """The first line of an answer, never the login that was sent."""
    lines = str(failure).strip().splitlines() or [""]
    return f"{type(failure).__name__}: {lines[0][:200]}".rstrip(": ")
