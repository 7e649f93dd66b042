"""Whatever hands out a file writes it into the log, by itself or in its command."""

import ast

from tests.house import sources

# Who writes it: the page itself, or the command that makes the file.
RECORDED = {
    "cards/admin/stock.py": "export_stock",
    "common/admin.py": "_record_export",
    "coupons/admin/issues.py": "export_batch",
    "gift_cards/admin/batches.py": "export_codes",
    "imports/admin/jobs.py": "record_export",
    "members/admin/acts.py": "export_member",
    "portal/views/my_data.py": "export_member",
    "portal/views/statements.py": "record_statement",
    "stored_value/admin/clearing.py": "record_export",
}


def hands_out(text: str) -> bool:
    return "Content-Disposition" in text or "as_attachment" in text


def test_no_file_leaves_unrecorded() -> None:
    found = {
        sources.name_of(path): dict(sources.called(sources.tree_of(path)))
        for path in sources.modules(migrations=False)
        if hands_out(path.read_text())
    }
    assert set(found) == set(RECORDED)
    for name, called in found.items():
        assert RECORDED[name] in called


def test_every_command_that_makes_a_file_records_it() -> None:
    commands = {
        node.name: {name for name, _call in sources.called(node)}
        for path in sources.modules(migrations=False)
        if "services" in path.parts
        for node in sources.tree_of(path).body
        if isinstance(node, ast.FunctionDef)
    }
    for name in set(RECORDED.values()) - {"_record_export", "record_export"}:
        assert "record_act" in commands[name], name
