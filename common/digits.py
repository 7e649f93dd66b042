"""Secrets of a few digits, and which of them are guessed first."""

from typing import Final

RUNS: Final = ("01234567890", "09876543210")


def is_guessed_first(digits: str) -> bool:
    """Whether it is one digit or a short pattern again and again, or a run: 1111,
    1212, 123123, 1234, 987654, 112233.
    """
    length = len(digits)
    repeats = any(
        digits == (digits[:size] * length)[:length]
        for size in range(1, length // 2 + 1)
    )
    in_pairs = digits[::2] == digits[1::2]
    once_each = digits[::2] if in_pairs else digits
    return repeats or any(once_each in run for run in RUNS)
