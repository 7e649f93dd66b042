"""The small changes that a Python file may get."""

import ast
from dataclasses import dataclass, field

from .mutant import Mutant

FLIPPED: dict[type[ast.cmpop], str] = {
    ast.Lt: ">=", ast.LtE: ">", ast.Gt: "<=", ast.GtE: "<", ast.Eq: "!=",
    ast.NotEq: "==", ast.Is: "is not", ast.IsNot: "is", ast.In: "not in",
    ast.NotIn: "in",
}  # fmt: skip
AT_THE_BOUNDARY: dict[type[ast.cmpop], str] = {
    ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">",
}  # fmt: skip
OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "-", ast.Sub: "+", ast.Mult: "//", ast.FloorDiv: "*",
}  # fmt: skip
# Where each named condition keeps rows out.
NARROWING = {"filter", "exclude", "get", "Q"}
# What a command calls to be refused, or to have it done first.
GUARDS = (
    "require",
    "refuse",
    "prove",
    "check",
    "lock",
    "expire",
    "consume",
    "use_limit",
)
# Of two amounts in these it is all the same which comes first.
COMMUTATIVE = {"min", "max", "gcd", "isinstance", "zip"}
# Values that stand for each other's opposite: taken for each other, they are wrong.
OPPOSITES = [
    ("debit_id", "credit_id"), ("principal", "bonus"), ("giver", "taker"),
    ("maker", "checker"),
]  # fmt: skip
SAID_ONLY = {
    "gettext",
    "gettext_lazy",
    "_",
    "getLogger",
    "info",
    "warning",
    "exception",
}


def mutants(path: str, source: bytes) -> list[Mutant]:
    """All of them, in the order of the text."""
    finder = _Finder(path, source)
    finder.visit(ast.parse(source))
    return sorted(finder.found, key=lambda one: (one.start, one.end, one.text))


@dataclass
class _Finder(ast.NodeVisitor):
    path: str
    source: bytes
    found: list[Mutant] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    depth: int = 0  # of functions around

    def __post_init__(self) -> None:
        at = 0
        for line in self.source.splitlines(keepends=True):
            self.starts.append(at)
            at += len(line)

    # Places and texts

    def start(self, node: ast.expr | ast.stmt | ast.keyword) -> int:
        return self.starts[node.lineno - 1] + node.col_offset

    def end(self, node: ast.expr | ast.stmt | ast.keyword) -> int:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self.starts[node.end_lineno - 1] + node.end_col_offset

    def text(self, node: ast.expr | ast.keyword) -> str:
        return self.source[self.start(node) : self.end(node)].decode()

    def add(self, kind: str, start: int, end: int, text: str) -> None:
        line = self.source.count(b"\n", 0, start) + 1
        self.found.append(
            Mutant(
                path=self.path,
                kind=kind,
                line=line,
                start=start,
                end=end,
                text=text,
                is_in_function=self.depth > 0,
            )
        )

    def replace(self, kind: str, node: ast.expr | ast.stmt, text: str) -> None:
        self.add(kind, self.start(node), self.end(node), text)

    # What is looked into

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        # Defaults and decorators belong to the module: they ran when it was read.
        for default in (*node.args.defaults, *node.args.kw_defaults):
            if default is not None:
                self.visit(default)
        self.depth += 1
        for statement in node.body:
            self.visit(statement)
        self.depth -= 1

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for statement in node.body:
            self.visit(statement)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Constant):
            return  # a docstring
        name = _called(node.value).lstrip("_")
        if self.depth and name.startswith(GUARDS):
            self.replace("dropped call", node, "pass")
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        if _called(node.value) == "use_limit" and isinstance(node.targets[0], ast.Name):
            self.replace("dropped call", node, "pass")
        self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        if isinstance(node.body[0], ast.Raise) and not node.orelse:
            self.replace("dropped refusal", node.test, "False")
        else:
            self.replace("dropped condition", node.test, "True")
            self.replace("dropped condition", node.test, "False")
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        left = node.left
        for operator, right in zip(node.ops, node.comparators, strict=True):
            between = self.source[self.end(left) : self.start(right)]
            word = between.strip(b"() \n")
            if word and word in between:
                start = self.end(left) + between.index(word)
                for kind, table in (
                    ("comparison", FLIPPED),
                    ("boundary", AT_THE_BOUNDARY),
                ):
                    if type(operator) in table:
                        self.add(kind, start, start + len(word), table[type(operator)])
            left = right
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        word = b"and" if isinstance(node.op, ast.And) else b"or"
        other = "or" if word == b"and" else "and"
        for left, right in zip(node.values, node.values[1:], strict=False):
            between = self.source[self.end(left) : self.start(right)]
            if len(node.values) == 2 and word in between:
                start = self.end(left) + between.index(word)
                self.add("and/or", start, start + len(word), other)
        if all(isinstance(one, ast.Constant) for one in node.values[1:]):
            self.generic_visit(node)  # a default: `x or 0`
            return
        for dropped in node.values:
            self.replace(
                "dropped condition", dropped, "True" if word == b"and" else "False"
            )
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not):
            self.replace("comparison", node, f"bool({self.text(node.operand)})")
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        between = self.source[self.end(node.left) : self.start(node.right)]
        word = between.strip(b"() \n")
        has_text = any(
            isinstance(one, ast.JoinedStr)
            or (isinstance(one, ast.Constant) and isinstance(one.value, str))
            for one in (node.left, node.right)
        )
        if type(node.op) in OPERATORS and word and not has_text:
            start = self.end(node.left) + between.index(word)
            self.add("sum", start, start + len(word), OPERATORS[type(node.op)])
        self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self.visit(node.value)  # how long a text may be is no guard

    def visit_Call(self, node: ast.Call) -> None:
        name = _called(node)
        if name in SAID_ONLY:
            return
        if name in NARROWING:
            self._drop_conditions(node)
        if name in {"min", "max"}:
            self.replace("sum", node.func, "max" if name == "min" else "min")
        elif len(node.args) >= 2 and name not in COMMUTATIVE | NARROWING:
            self._swap(node.args[0], node.args[1])
        named = {word.arg: word.value for word in node.keywords}
        for one, other in OPPOSITES:
            if one in named and other in named:
                self._swap(named[one], named[other])
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, bool):
            self.replace("constant", node, str(not node.value))
        elif isinstance(node.value, int):
            self.replace("constant", node, str(node.value + 1))

    # How

    def _drop_conditions(self, node: ast.Call) -> None:
        is_get = _called(node) == "get"  # of a mapping too, and one row has to be left
        given: list[ast.expr | ast.keyword] = [
            *([] if is_get else node.args),
            *node.keywords,
        ]
        for one in given:
            if isinstance(one, ast.Starred) or (
                isinstance(one, ast.keyword) and one.arg is None
            ):
                continue
            start, end = self.start(one), self.end(one)
            while self.source[end : end + 1] in {b",", b" ", b"\n"}:
                end += 1
            if not is_get or len(given) > 1:
                self.add("dropped filter", start, end, "")

    def _swap(self, one: ast.expr, other: ast.expr) -> None:
        if isinstance(one, ast.Starred) or isinstance(other, ast.Starred):
            return
        first, second = sorted((one, other), key=self.start)
        if self.text(first) != self.text(second):
            between = self.source[self.end(first) : self.start(second)].decode()
            text = self.text(second) + between + self.text(first)
            self.add("swapped", self.start(first), self.end(second), text)


def _called(node: ast.expr) -> str:
    """The last word of what is called."""
    if not isinstance(node, ast.Call):
        return ""
    function = node.func
    return getattr(function, "attr", getattr(function, "id", ""))
