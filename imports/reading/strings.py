"""A workbook's table of texts, which may hold millions: on disk, not in memory."""

from array import array
from tempfile import TemporaryFile
from typing import IO, Final, Self

from .xml import run

MARGIN: Final = 1


class Texts:
    """The texts by their number; each kept no further than a cell may be long."""

    def __init__(self, longest: int) -> None:
        self._longest = longest + MARGIN  # one more, so that a longer one is told
        self._file = TemporaryFile()  # noqa: SIM115 (closed with the workbook)
        self._ends = array("Q", [0])
        self._parts: list[str] = []
        self._held = 0
        self._in_text = self._in_reading = False

    @classmethod
    def read(cls, source: IO[bytes] | None, longest: int) -> Self:
        """From the part of the archive; none, where every text stands in its cell."""
        texts = cls(longest)
        if source is not None:
            try:
                run(source, begun=texts._begun, ended=texts._ended, said=texts._said)
            except BaseException:
                texts.close()
                raise
            texts._file.flush()
        return texts

    def __getitem__(self, number: int) -> str:
        """A text by its number. Raises IndexError."""
        if not 0 <= number < len(self._ends) - 1:
            raise IndexError(number)
        begin, end = self._ends[number], self._ends[number + 1]
        self._file.seek(begin)
        return self._file.read(end - begin).decode()

    def close(self) -> None:
        """Give the disk back."""
        self._file.close()

    def _begun(self, name: str, _attributes: dict[str, str]) -> None:
        if name == "si":
            self._parts, self._held = [], 0
        elif name == "rPh":  # how it is read aloud, not what it says
            self._in_reading = True
        elif name == "t":
            self._in_text = not self._in_reading

    def _ended(self, name: str) -> None:
        if name == "si":
            text = "".join(self._parts)[: self._longest].encode(errors="replace")
            self._file.write(text)
            self._ends.append(self._ends[-1] + len(text))
        elif name == "rPh":
            self._in_reading = False
        elif name == "t":
            self._in_text = False

    def _said(self, text: str) -> None:
        if self._in_text and self._held < self._longest:
            self._parts.append(text)
            self._held += len(text)
