"""`manage.py check_mail`: whether mail programs will believe who writes our letters."""

from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from messaging.mail_records import SELECTORS, DnsUnanswered, check_domain


class Command(BaseCommand):
    help = "Look up SPF, DKIM and DMARC of the domain that writes letters."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--domain", help="another than that of DEFAULT_FROM_EMAIL")
        parser.add_argument(
            "--selector",
            action="append",
            help="where the provider keeps its DKIM key",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
        domain = options["domain"] or sender
        if "." not in domain:
            raise CommandError(
                f"{domain!r} is no domain: give DEFAULT_FROM_EMAIL, or --domain."
            )
        selectors = options["selector"] or SELECTORS
        try:
            findings = check_domain(domain, selectors=selectors)
        except DnsUnanswered as nobody:
            raise CommandError(f"DNS gave no answer about {domain}.") from nobody
        for finding in findings:
            word = "good" if finding.is_good else "WRONG"
            self.stdout.write(f"{finding.name:<6} {word:<6} {finding.said}")
        if not all(finding.is_good for finding in findings):
            raise CommandError(f"Letters from {domain} may be taken for spam.")
