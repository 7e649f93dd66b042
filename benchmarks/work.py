"""What every side does: a wallet of many pays, out of its first lot."""

from dataclasses import dataclass
from pathlib import Path

SQL_DIR = Path(__file__).resolve().parent / "sql"


@dataclass(frozen=True, slots=True)
class Books:
    """The wallets' ids, which follow one another, and the shop's own accounts."""

    first: int
    last: int
    sales: int
    breakage: int

    @property
    def wallets(self) -> int:
        return self.last - self.first + 1


def statement(name: str) -> str:
    return (SQL_DIR / f"{name}.sql").read_text(encoding="utf-8")
