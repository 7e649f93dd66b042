"""The habits of the house that no linter knows."""

import ast
from collections.abc import Iterator

from tests.house import sources

LONGEST_MODULE = 500
SIGNALS = {
    "django.dispatch",
    "django.db.models.signals",
    "django.core.signals",
    "django.contrib.auth.signals",
    "celery.signals",
}
# Who may lock rows, and where: a new place is a decision, so it is written here.
MAY_LOCK = {
    "accounts/services/sign_in.py": "wrong codes are counted one by one",
    "outbox/services/endpoints.py": "an endpoint is changed by one at a time",
    "campaigns/services/locks.py": "steps are done by one, and by nobody once stopped",
    "messaging/services/dispatch.py": "senders share the work, each message once",
    "messaging/services/look_after.py": "what a dead worker left is found by one",
    "messaging/services/states.py": "what is being handed over is not called off",
    "outbox/services/relay.py": "relays share the work; what they learn adds up",
    "checkout/services/locks.py": "a sale is refunded, voided or followed up by one",
    "points/services/tries.py": "wrong codes are counted one by one",
    "recognition/services/permit.py": "nobody is written about while being erased",
    "gift_cards/services/locks.py": "every act on a card waits for the one before",
    "coupons/services/bulk.py": "two who run one issue take turns, chunk by chunk",
    "coupons/services/claim.py": "wrong codes are counted one by one",
    "coupons/services/locks.py": "a coupon is undone, given or voided by one at a time",
    "members/services/locks.py": "one change of a member at a time",
    "stored_value/services/codes.py": "wrong payment codes are counted one by one",
    "stores/services/proof.py": "wrong PINs are counted one by one",
    "stores/services/shifts.py": "a shift is closed or passed on once",
    "stores/services/totp.py": "a code serves once",
    "cards/services/merging.py": "a card moves or ends once",
    "cards/services/offers.py": "an offer is answered once",
    "cards/services/shares.py": "whoever stops a share waits for who pays by it",
    "cards/services/codes.py": "wrong codes are counted one by one",
    "cards/services/steps.py": "a card is bound, lost or replaced once",
    "tiers/services/grants.py": "what is bought or given is settled one by one",
    "tiers/services/merging.py": "two standings become one",
    "tiers/services/review.py": "two reviewers share the work, chunk by chunk",
}
# The full lock, which also waits for rows that point here.
MAY_LOCK_WHOLE = {
    "stores/services/shifts.py": "entries that name a shift and its close must wait",
    "members/services/locks.py": "rows that name a member must wait for a merge",
    "cards/services/shares.py": "a use of a shared wallet and its stop must wait",
}
# What a locked row is joined with. A row that another changed while we waited for it is
# read anew, what it was joined with is not: only what never changes may stand there.
NEVER_CHANGES = {
    "kind",
    "policy",
    "shift",
    "store",
    "till",
    "version",
    "version__template",
}
WHOLE_ON_PURPOSE = {"update_fields", "force_insert"}
BANNED_NAMES = {"utils.py", "helpers.py", "misc.py", "signals.py"}


def test_no_module_grows_past_its_end() -> None:
    long = [
        sources.name_of(path)
        for path in sources.modules(migrations=False)
        if len(path.read_text().splitlines()) > LONGEST_MODULE
    ]
    assert long == []


def test_no_module_is_named_for_nothing() -> None:
    vague = [p.name for p in sources.modules() if p.name in BANNED_NAMES]
    assert vague == []


def test_nobody_listens_to_signals() -> None:
    listening = {
        sources.name_of(path): sorted(found)
        for path in sources.modules()
        if (found := sources.imported(sources.tree_of(path)) & SIGNALS)
    }
    assert listening == {}


def lockers() -> set[str]:
    return {
        sources.name_of(path)
        for path in sources.modules()
        for name, _call in sources.called(sources.tree_of(path))
        if name == "select_for_update"
    }


def test_rows_are_locked_only_where_it_is_listed() -> None:
    assert lockers() == set(MAY_LOCK)


def test_a_lock_never_holds_up_rows_that_only_point_here() -> None:
    heavy = [
        sources.name_of(path)
        for path in sources.modules()
        for name, call in sources.called(sources.tree_of(path))
        if name == "select_for_update"
        and not any(
            word.arg == "no_key" and ast.unparse(word.value) == "True"
            for word in call.keywords
        )
    ]
    assert heavy == list(MAY_LOCK_WHOLE)


def test_a_locked_row_is_joined_only_with_what_never_changes() -> None:
    joined = {
        f"{sources.name_of(path)}: {ast.unparse(word)}"
        for path in sources.modules()
        for function in ast.walk(sources.tree_of(path))
        if isinstance(function, ast.FunctionDef)
        and "select_for_update" in dict(sources.called(function))
        for name, call in sources.called(function)
        if name == "select_related"
        for word in call.args
        if isinstance(word, ast.Constant) and word.value not in NEVER_CHANGES
    }
    assert joined == set()


def test_nobody_saves_a_whole_row() -> None:
    """`save()` without `update_fields` writes back what another changed meanwhile."""
    bare = [
        f"{sources.name_of(path)}:{call.lineno}"
        for path in sources.modules()
        for name, call in sources.called(sources.tree_of(path))
        if name == "save"
        and isinstance(call.func, ast.Attribute)
        and not is_super(call.func.value)
        and not any(word.arg in WHOLE_ON_PURPOSE for word in call.keywords)
        and not call.args  # a picture or a workbook is saved into a file
    ]
    assert bare == []


def is_super(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "super"


def test_no_work_is_left_for_later_in_the_code() -> None:
    notes = ("TO" + "DO", "FIX" + "ME", "XX" + "X")
    tests = (sources.BASE_DIR / "tests").rglob("*.py")
    unfinished = [
        sources.name_of(path)
        for path in (*sources.modules(), *tests)
        if any(f"# {note}" in path.read_text() for note in notes)
    ]
    assert unfinished == []


def test_no_test_is_skipped() -> None:
    words = (
        "mark.sk" + "ip",
        "pytest.sk" + "ip",
        "mark.xf" + "ail",
        "importor" + "skip",
    )
    skipped = [
        sources.name_of(path)
        for path in sorted((sources.BASE_DIR / "tests").rglob("*.py"))
        if any(word in path.read_text() for word in words)
    ]
    assert skipped == []


def test_no_amount_is_cut_off_in_a_sum() -> None:
    """Beside an `F` a plain number is sent as 32 bits; `common.sums.more` sends all."""
    plain = [
        f"{sources.name_of(path)}: {ast.unparse(sum_)}"
        for path in sources.modules()
        for sum_ in ast.walk(sources.tree_of(path))
        if isinstance(sum_, ast.BinOp)
        and any(is_column(side) for side in (sum_.left, sum_.right))
        and not all(
            isinstance(side, ast.Call | ast.Constant | ast.BinOp)
            for side in (sum_.left, sum_.right)
        )
    ]
    assert plain == []


def is_column(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) in {"F", "models.F"}


def test_no_sentence_is_settled_while_a_module_is_read() -> None:
    """Whatever is translated then keeps the language of the process, not the reader."""
    settled = [
        f"{sources.name_of(path)}: {ast.unparse(node)}"
        for path in sources.modules(migrations=False)
        for tree in [sources.tree_of(path)]
        for names in [at_once_names(tree)]
        for node in read_at_once(tree)
        if is_translated_now(node, names) or is_made_of_labels(node)
    ]
    assert settled == []


def read_at_once(node: ast.AST) -> Iterator[ast.AST]:
    """What runs when a module is read: everything but the inside of functions."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield child
            yield from read_at_once(child)
            continue
        defaults = [*child.args.defaults, *filter(None, child.args.kw_defaults)]
        for outside in (*getattr(child, "decorator_list", ()), *defaults):
            yield outside
            yield from read_at_once(outside)


def at_once_names(tree: ast.Module) -> set[str]:
    """By which names a module calls what translates at once."""
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and node.module == "django.utils.translation"
        for alias in node.names
        if alias.name in {"gettext", "ngettext", "pgettext", "npgettext"}
    }


def is_translated_now(node: ast.AST, names: set[str]) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in names
    )


def is_made_of_labels(node: ast.AST) -> bool:
    """A text written from labels, which are lazy until then."""
    return isinstance(node, ast.JoinedStr) and any(
        isinstance(part, ast.Attribute) and part.attr in {"label", "verbose_name"}
        for part in ast.walk(node)
    )
