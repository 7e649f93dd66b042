"""XML read as it streams by: no tree, no entities, nothing that grows with the file."""

from collections.abc import Callable, Iterator
from typing import IO, Final
from xml.parsers import expat

from .archive import damaged

CHUNK: Final = 64 * 1024
LONGEST_TOKEN: Final = 1024 * 1024
DEEPEST: Final = 64

type Begun = Callable[[str, dict[str, str]], None]
type Ended = Callable[[str], None]
type Said = Callable[[str], None]


def stream(
    source: IO[bytes], *, begun: Begun, ended: Ended, said: Said
) -> Iterator[None]:
    """Call back for each element and text, by its name without a namespace; pause after
    each piece of the file. Raises FileRefused.
    """
    depth = 0

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise damaged()
        begun(name.rpartition(":")[2], attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        ended(name.rpartition(":")[2])

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    parser.CharacterDataHandler = said
    parser.StartDoctypeDeclHandler = _no_doctype
    fed = 0
    while True:
        chunk = source.read(CHUNK)
        try:
            parser.Parse(chunk, not chunk)
        except expat.ExpatError as wrong:
            raise damaged() from wrong
        yield
        if not chunk:
            return
        fed += len(chunk)
        if fed - parser.CurrentByteIndex > LONGEST_TOKEN:
            raise damaged()


def run(source: IO[bytes], *, begun: Begun, ended: Ended, said: Said) -> None:
    """The same, to the end."""
    for _pause in stream(source, begun=begun, ended=ended, said=said):
        pass


def _no_doctype(*_declared: object) -> None:
    """No workbook declares a document type; who does means entities."""
    raise damaged()
