"""Codes of gift cards that follow from a number, without any settings."""

from functools import cache
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PLACES: Final = {character: place for place, character in enumerate(ALPHABET)}


@cache
def _weight(value: int) -> int:
    value <<= 1
    return value ^ 0b100101 if value & 0b100000 else value


def gift_code(number: int) -> str:
    """What is printed on the n-th gift card: fifteen characters and their check."""
    body, places = "", number * 104_729
    for _ in range(15):
        places, place = divmod(places, 32)
        body = ALPHABET[place] + body
    total = 0
    for character in reversed(body):
        total = _weight(total ^ PLACES[character])
    return body + ALPHABET[total]
