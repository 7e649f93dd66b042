"""Card numbers: sixteen digits, a random body and a check digit. Pure."""

import re
import secrets
import unicodedata
from typing import Final

LENGTH: Final = 16
OURS: Final = "9"  # the first digit: no bank's card begins with it
BODY: Final = LENGTH - len(OURS) - 1
DIGITS = re.compile(r"[0-9]+")
BETWEEN = re.compile(r"[\s\-‐‑‒–—―−_.·•/]+")


def new_number() -> str:
    """A number that nobody can guess from another."""
    return with_check_digit(OURS + body())


def body() -> str:
    """The random part."""
    return f"{secrets.randbelow(10**BODY):0{BODY}d}"


def with_check_digit(front: str) -> str:
    """The number that begins like this."""
    return front + str(-luhn_sum(front + "0") % 10)


def luhn_sum(number: str) -> int:
    """The weighted sum of the digits; a whole number's is a multiple of ten."""
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit)
        if place % 2:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return total


def digits_of(text: str) -> str:
    """What a person typed or a scanner sent, as plain digits; empty if it is not that.

    Spaces, dashes and full-width digits are what keyboards make of the same number.
    """
    plain = BETWEEN.sub("", unicodedata.normalize("NFKC", text[:80]))
    return plain if DIGITS.fullmatch(plain) else ""


def normalise(text: str) -> str:
    """A card's number as it is kept, or empty where the text cannot be one."""
    number = digits_of(text)
    right = len(number) == LENGTH and luhn_sum(number) % 10 == 0
    return number if right else ""


def grouped(number: str) -> str:
    """As it is printed: in fours."""
    return " ".join(number[place : place + 4] for place in range(0, len(number), 4))
