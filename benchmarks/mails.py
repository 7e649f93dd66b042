"""Letters of a campaign into a mail host that takes them all.

`python -m benchmarks.mails [--mails N] [--rounds N] [--quick]` lets the sender of the
product hand over what campaigns decided, round by round beside a bare `smtplib` loop
that writes the same letters and knows of no database; each with one connection. What is
judged are seconds of the processor: Python's, PostgreSQL's and the mail host's, which
others at work on the machine do not change; beside them stands the rate by the clock,
which only a quiet machine can say. Ends with 1 where ours is slower than 0.7 of the
bare loop.
"""

import argparse
import os
import smtplib
import sys
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, time, timedelta
from email.message import EmailMessage
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Final

from benchmarks import place
from benchmarks.judge import Ratio, table
from benchmarks.mail_sink import MailSink
from benchmarks.run import machine

if TYPE_CHECKING:
    from benchmarks.campaign_world import CampaignWorld
    from messaging.values import Value

AIM: Final = 0.7
OURS, BARE = "the sender", "bare smtplib"


class LettersLost(Exception):
    """Speed without correctness does not count."""


def main(words: list[str]) -> int:
    """Measure as planned; 1 where the aim is missed."""
    parser = argparse.ArgumentParser(prog="benchmarks.mails", description=__doc__)
    parser.add_argument("--mails", type=int, default=10_000, help="of each side")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--quick", action="store_true", help="only see that it works; judges nothing"
    )
    given = parser.parse_args(words)
    mails, rounds = (50, 1) if given.quick else (given.mails, given.rounds)
    with ExitStack() as stack:
        sink = stack.enter_context(MailSink())
        os.environ["MARKETING_EMAIL_URL"] = f"smtp://127.0.0.1:{sink.port}"
        name = f"regulars_bench_mails_{os.getpid()}"
        url = stack.enter_context(place.shop_database(place.server_url(), name))
        print(machine(url), flush=True)
        place.set_up(url)
        stack.callback(place.tidy)
        ratios = measure(sink, mails, rounds)
    head = ["ratio", "median", "noise", "from–to", "aim", "is"]
    print("\n" + table(head, [ratio.row() for ratio in ratios]))
    if given.quick:
        print("a quick run judges nothing")
        return 0
    return 0 if all(ratio.is_met for ratio in ratios) else 1


def measure(sink: MailSink, mails: int, rounds: int) -> list[Ratio]:
    """Letters for a second of the processor, round by round, in turn."""
    # These need the settings, which stand only now.
    from benchmarks import bulk, campaign_world  # noqa: PLC0415
    from benchmarks.processor import spent_by  # noqa: PLC0415

    world = campaign_world.build(mails)
    let_everything_leave()
    rates: dict[str, list[float]] = {OURS: [], BARE: []}
    by_the_clock: dict[str, list[float]] = {name: [] for name in rates}
    for number in range(rounds):
        write(world, number)
        bulk.settle()
        sides: list[tuple[str, Callable[[], None]]] = [
            (OURS, send),
            (BARE, partial(send_bare, sink.port, mails)),
        ]
        for name, side in sides[:: -1 if number % 2 else 1]:
            letters, seconds = sink.taken()
            began = perf_counter()
            _done, spent = spent_by(side)
            elapsed = perf_counter() - began
            letters_now, seconds_now = sink.taken()
            if letters_now - letters != mails:
                raise LettersLost(f"{name}: {letters_now - letters} of {mails}")
            whole = spent.seconds + seconds_now - seconds
            rates[name].append(mails / whole)
            by_the_clock[name].append(mails / elapsed)
            print(
                f"{name}: {whole / mails * 1_000_000:,.0f} µs a letter (Python"
                f" {spent.python / mails * 1_000_000:,.0f}, PostgreSQL"
                f" {spent.postgres / mails * 1_000_000:,.0f}, the mail host"
                f" {(seconds_now - seconds) / mails * 1_000_000:,.0f});"
                f" {mails / elapsed:,.0f} a second",
                flush=True,
            )
        check(mails * (number + 1))
    name = "letters, the sender : bare smtplib"
    return [
        Ratio(f"{name}, processor", rates[OURS], rates[BARE], AIM),
        Ratio(f"{name}, by the clock", by_the_clock[OURS], by_the_clock[BARE]),
    ]


def let_everything_leave() -> None:
    """No quiet hours, and no bound to what one member gets."""
    from benchmarks.campaign_world import AT  # noqa: PLC0415
    from messaging.models import MessagingPolicy  # noqa: PLC0415 (the settings stand)

    MessagingPolicy(
        number=2,
        in_force_from=AT - timedelta(days=30),
        reason="bench",
        quiet_from=time(1),
        quiet_until=time(1),
        most_a_day=1000,
        most_a_week=1000,
        most_a_month=1000,
    ).save(force_insert=True)


def write(world: "CampaignWorld", number: int) -> None:
    """A letter for each member, decided and waiting."""
    from django.db import transaction  # noqa: PLC0415

    from members.models import Member  # noqa: PLC0415
    from messaging import services as messaging_services  # noqa: PLC0415
    from messaging.services import Mailing  # noqa: PLC0415

    at = datetime.now(UTC)
    told: dict[str, Value] = {"coupon": "Bench", "until": at.date()}
    members = list(Member.objects.values_list("pk", flat=True))
    with transaction.atomic():
        messaging_services.send_to_members(
            mailing=Mailing(template=world.words.template.code, channel="email"),
            keys={member: f"bench:{number}:{member}" for member in members},
            values=dict.fromkeys(members, told),
            at=at,
        )


def send() -> None:
    """As a worker's task does it."""
    from messaging.tasks import send_in_a_row  # noqa: PLC0415 (the settings stand)

    send_in_a_row("email", seconds=86_400)


def send_bare(port: int, mails: int) -> None:
    """As somebody would write it for one mailing, over one connection."""
    with smtplib.SMTP("127.0.0.1", port) as host:
        for number in range(mails):
            body = f"Member {number}: Bench is yours until 2026-12-21."
            link = f"https://bench.example/messages/unsubscribe/{number:032x}"
            letter = EmailMessage()
            letter["Subject"] = f"For Member {number}"
            letter["From"] = "bench@localhost"
            letter["To"] = f"m{number}@example.com"
            letter["Message-ID"] = f"<message-{number:032x}@bench.example>"
            letter["List-Unsubscribe"] = f"<{link}>"
            letter["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
            letter.set_content(f"{body}\n\nNo more of these: {link}")
            letter.add_alternative(PAGE.format(body=body, link=link), subtype="html")
            host.send_message(letter)


PAGE: Final = """<!doctype html>
<html><head><meta charset="utf-8"></head>
<body style="margin: 0; background: #f4f4f5; font-family: sans-serif">
<table style="width: 100%"><tr><td style="padding: 24px">
<div style="max-width: 560px; margin: 0 auto; padding: 24px; background: #ffffff">
<h1>Bench</h1><p>{body}</p>
<p style="color: #71717a; font-size: 12px"><a href="{link}">No more of these</a></p>
</div></td></tr></table>
</body></html>
"""


def check(mails: int) -> None:
    """All were taken, and each is known to have been. Raises LettersLost."""
    from messaging.models import Message  # noqa: PLC0415 (the settings stand)

    accepted = Message.objects.filter(state="accepted").count()
    if accepted != mails:
        raise LettersLost(f"{accepted} of {mails} are known to have been taken")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
