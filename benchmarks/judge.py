"""What the rounds say: medians, ratios within a round, and how much these wander."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

AIM_WORDS = {True: "met", False: "MISSED"}


@dataclass(frozen=True, slots=True)
class Ratio:
    """One side beside another, round by round, and the aim where there is one."""

    name: str
    side: Sequence[float]
    beside: Sequence[float]
    aim: float | None = None
    at_most: bool = False

    @property
    def rounds(self) -> list[float]:
        return [a / b for a, b in zip(self.side, self.beside, strict=True)]

    @property
    def median(self) -> float:
        return statistics.median(self.rounds)

    @property
    def noise(self) -> float:
        """Half of what the middle half of the rounds spans."""
        if len(self.rounds) < 3:
            return (max(self.rounds) - min(self.rounds)) / 2
        low, _, high = statistics.quantiles(self.rounds, n=4, method="inclusive")
        return (high - low) / 2

    @property
    def is_met(self) -> bool:
        """Short of the aim by more than the noise is a miss."""
        if self.aim is None:
            return True
        if self.at_most:
            return self.median - self.noise <= self.aim
        return self.median + self.noise >= self.aim

    def row(self) -> list[str]:
        sign = "≤" if self.at_most else "≥"
        aim = "–" if self.aim is None else f"{sign} {self.aim:.2f}"
        met = "–" if self.aim is None else AIM_WORDS[self.is_met]
        spread = f"{min(self.rounds):.2f}–{max(self.rounds):.2f}"
        return [self.name, f"{self.median:.2f}", f"±{self.noise:.2f}", spread, aim, met]


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table with its columns aligned."""
    widths = [max(len(row[n]) for row in (head, *rows)) for n in range(len(head))]
    lines = [head, ["-" * width for width in widths], *rows]
    return "\n".join(
        "| "
        + " | ".join(
            cell.ljust(width) for cell, width in zip(line, widths, strict=True)
        )
        + " |"
        for line in lines
    )


def rate_row(name: str, rates: Sequence[float]) -> list[str]:
    """Medians of one side's rounds, and from where to where they went."""
    spread = f"{min(rates):,.0f}–{max(rates):,.0f}"
    return [name, f"{statistics.median(rates):,.0f}", spread]
