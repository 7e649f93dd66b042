"""The small changes that an SQL function may get."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .mutant import Mutant

FUNCTION = re.compile(
    r"CREATE OR REPLACE FUNCTION (?P<name>\w+)\s*\(.*?\bAS \$(?P<tag>\w*)\$"
    r"(?P<body>.*?)\$(?P=tag)\$[^;]*;",
    re.DOTALL,
)
SILENT = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", re.DOTALL)
FLIPPED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "<>", "<>": "="}
AT_THE_BOUNDARY = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
COMPARISON = re.compile(r"(?<![<>=!:|\-@?&])(<=|>=|<>|<|>|=)(?![<>=|@&])")
NULLNESS = re.compile(r"\bIS (NOT )?(NULL|DISTINCT FROM)\b")
LOGIC = re.compile(r"\b(AND|OR)\b")
REFUSAL = re.compile(r"\b(?:IF|ELSIF)\b\s+(.*?)\s+THEN\s+RAISE\b", re.DOTALL)
SKIP = re.compile(r"\b(?:CONTINUE|EXIT) WHEN\b\s+(.*?);", re.DOTALL)
NUMBER = re.compile(r"(?<![\w.'$])\d+(?![\w.'])")
LEAST = re.compile(r"\b(least|greatest)\b", re.IGNORECASE)
SIGN = re.compile(r"(?<=[\w)\]] )[+-](?= [\w(])")
ENDS = re.compile(
    r"\b(AND|OR|THEN|LOOP|ORDER|GROUP|RETURNING|FOR|THEN|ELSE|END|LIMIT|UNION)\b|;"
)


@dataclass(frozen=True, slots=True)
class SqlFunction:
    """One function of a file: all of its statement, and where its body lies."""

    name: str
    start: int
    end: int
    body: tuple[int, int]


def functions(text: str) -> list[SqlFunction]:
    return [
        SqlFunction(found["name"], found.start(), found.end(), found.span("body"))
        for found in FUNCTION.finditer(text)
    ]


def mutants(path: str, source: bytes) -> list[Mutant]:
    """All of them; what the database does not take as a function drops out later."""
    text = source.decode()
    quiet = SILENT.sub(lambda found: " " * len(found[0]), text)
    found = []
    for function in functions(text):
        begin, end = function.body
        for kind, start, stop, new in _in_body(quiet[begin:end]):
            found.append(
                Mutant(
                    path=path,
                    kind=kind,
                    line=text.count("\n", 0, begin + start) + 1,
                    start=len(text[: begin + start].encode()),
                    end=len(text[: begin + stop].encode()),
                    text=new,
                    function=function.name,
                )
            )
    return sorted(found, key=lambda one: (one.start, one.end, one.text))


type Piece = tuple[str, int, int, str]


def _in_body(body: str) -> Iterator[Piece]:
    for found in COMPARISON.finditer(body):
        yield "comparison", *found.span(), FLIPPED[found[0]]
        if found[0] in AT_THE_BOUNDARY:
            yield "boundary", *found.span(), AT_THE_BOUNDARY[found[0]]
    for found in NULLNESS.finditer(body):
        new = f"IS {found[2]}" if found[1] else f"IS NOT {found[2]}"
        yield "comparison", *found.span(), new
    for found in LOGIC.finditer(body):
        yield "and/or", *found.span(), "OR" if found[0] == "AND" else "AND"
        if found[0] == "AND":
            yield "dropped condition", found.start(), _until(body, found.end()), ""
    for found in REFUSAL.finditer(body):
        yield "dropped refusal", *_last_condition(body, found), "false"
    for found in SKIP.finditer(body):
        yield "dropped condition", *found.span(1), "false"
    yield from _numbers(body)


def _numbers(body: str) -> Iterator[Piece]:
    for found in NUMBER.finditer(body):
        yield "constant", *found.span(), str(int(found[0]) + 1)
    for found in LEAST.finditer(body):
        other = "greatest" if found[0].lower() == "least" else "least"
        yield "sum", *found.span(), other
    for found in SIGN.finditer(body):
        yield "sum", *found.span(), "-" if found[0] == "+" else "+"


def _last_condition(body: str, found: re.Match[str]) -> tuple[int, int]:
    """Of `IF a THEN … IF b THEN RAISE` it is the last that refuses."""
    start, end = found.span(1)
    inner = [one.end() for one in re.finditer(r"\b(?:IF|ELSIF)\s+", body[start:end])]
    return start + (inner[-1] if inner else 0), end


def _until(body: str, at: int) -> int:
    """Where a condition ends that begins there, brackets in it and all."""
    depth = 0
    while at < len(body):
        letter = body[at]
        depth += (letter in "([") - (letter in ")]")
        if depth < 0:
            return at
        word = ENDS.match(body, at)
        if word and depth == 0 and (letter == ";" or not body[at - 1].isalnum()):
            return at
        at += 1
    return at
