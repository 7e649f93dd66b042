"""What is changed: services, selectors, rules, SQL functions, and who may do what."""

from collections.abc import Iterator
from pathlib import Path

TREE = Path(__file__).resolve().parent.parent.parent
APPS = (
    "api", "cards", "checkout", "common", "counter", "coupons", "gift_cards", "imports",
    "ledger", "members", "outbox", "points", "policies", "recognition", "stored_value",
    "stores", "tiers",
)  # fmt: skip
PYTHON = (
    "services.py", "services/*.py", "selectors.py", "selectors/*.py", "rules.py",
)  # fmt: skip
# Rules that have a name of their own.
RULES = (
    "checkout/asked.py",
    "checkout/best.py", "checkout/bill.py", "checkout/combinations.py",
    "checkout/on_bill.py",
    "checkout/sharing.py", "common/money.py", "common/months.py", "common/shares.py",
    "points/earning.py", "points/expiry.py",
    "points/spending.py", "policies/profiles.py", "stored_value/holders.py",
    "stored_value/offers.py", "stored_value/terms.py", "tiers/periods.py",
)  # fmt: skip


# Of screens, the office and the API only what lets somebody in, or refuses.
ACCESS = ("admin.py", "admin/*.py", "*.py", "views/*.py", "routes/*.py")
SCREEN_APPS = {"api", "counter"}
ACCESS_WORDS = (
    ".may(", "may_", "user_may", "permission", "is_active", "is_superuser", "_for(",
    "PermissionDenied", "raise ",
)  # fmt: skip


def modules() -> Iterator[Path]:
    """Every module whose lines are recorded."""
    for app in APPS:
        for path in sorted((TREE / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def module_name(path: Path) -> str:
    words = path.relative_to(TREE).with_suffix("").parts
    return ".".join(words[:-1] if words[-1] == "__init__" else words)


def python_targets() -> Iterator[Path]:
    for app in APPS:
        for pattern in PYTHON:
            yield from sorted((TREE / app).glob(pattern))
    for name in RULES:
        if (TREE / name).exists():
            yield TREE / name


def access_targets() -> Iterator[Path]:
    """Every file of the two ways in, and of each app what the office sees of it."""
    rules = set(python_targets())
    for app in APPS:
        for pattern in ACCESS if app in SCREEN_APPS else ACCESS[:2]:
            for path in sorted((TREE / app).glob(pattern)):
                if path not in rules:
                    yield path


def is_access_check(line: str) -> bool:
    return any(word in line for word in ACCESS_WORDS)


def sql_targets() -> Iterator[Path]:
    for app in APPS:
        yield from sorted((TREE / app / "sql").glob("*.sql"))
