"""A mutant: one small change to one file, and how it reads."""

import hashlib
from dataclasses import dataclass

LONGEST_LINE = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """`text` instead of the bytes from `start` to `end` of a file."""

    path: str  # within the tree
    kind: str
    line: int
    start: int
    end: int
    text: str
    # A function's own code is changed in a running process; all else needs a new one.
    is_in_function: bool = True
    function: str = ""  # of SQL: which one

    @property
    def app(self) -> str:
        return self.path.partition("/")[0]

    def applied(self, source: bytes) -> bytes:
        return source[: self.start] + self.text.encode() + source[self.end :]

    def diff(self, source: bytes) -> tuple[str, str]:
        """The lines that it touches, before and after, each in one line."""
        first = source.rfind(b"\n", 0, self.start) + 1
        last = source.find(b"\n", self.end)
        last = len(source) if last < 0 else last
        before = source[first:last]
        after = (
            source[first : self.start] + self.text.encode() + source[self.end : last]
        )
        return _in_one_line(before), _in_one_line(after)

    def name(self, source: bytes) -> str:
        """The same change of the same text has the same name, wherever it stands."""
        around = source[max(0, self.start - 200) : self.end + 200]
        words = (self.path, self.kind, self.text)
        seal = hashlib.sha256("\0".join(words).encode() + around)
        return seal.hexdigest()[:16]


def _in_one_line(text: bytes) -> str:
    words = " ".join(text.decode().split())
    return words if len(words) <= LONGEST_LINE else words[: LONGEST_LINE - 1] + "…"
