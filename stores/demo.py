"""Three stores with their staff, to look around in; never for a shop that is open."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time

from django.db import transaction

from .models import Assignment, Role, Store, Till, User

PASSWORD = "regulars-demo"  # noqa: S105 (printed, and refused outside development)

STORES = [
    ("XTD", "熟客 · 新天地店", time(4)),
    ("JAS", "熟客 · 静安寺店", time(4)),
    ("LJZ", "熟客 · 陆家嘴店", time(5)),
]
TILLS = [("T1", "前台 1"), ("T2", "前台 2")]

# Sign-in name (a store's code follows), name, role, PIN (its last digit per store).
AT_A_STORE = [
    ("cashier", ("陈晓梅", "林嘉怡", "吴丽华"), "cashier", "27180"),
    ("lead", ("周建国", "黄美玲", "徐志强"), "shift-lead", "31410"),
    ("manager", ("张雅琴", "李明辉", "王思远"), "store-manager", "16180"),
]
EVERYWHERE = [
    ("head-office", "何文静", "head-office", "577215"),
    ("marketing", "孙悦", "marketing", "693147"),
    ("auditor", "郑国华", "auditor", "302585"),
]


@dataclass(frozen=True, slots=True)
class SignIn:
    """What the demo prints so that one can try each role."""

    username: str
    password: str
    pin: str
    role: str
    store: str


@transaction.atomic
def load_shop() -> tuple[list[Store], list[SignIn]]:
    """The stores, their tills and their staff; loading again changes nothing."""
    stores = [_store(code, name, begins) for code, name, begins in STORES]
    return stores, [*_people_of(stores)]


def _store(code: str, name: str, begins: time) -> Store:
    store, _made = Store.objects.get_or_create(
        code=code,
        defaults={"name": name, "time_zone": "Asia/Shanghai", "day_starts_at": begins},
    )
    for till, label in TILLS:
        Till.objects.get_or_create(store=store, code=till, defaults={"name": label})
    return store


def _people_of(stores: list[Store]) -> Iterator[SignIn]:
    for place, store in enumerate(stores):
        for word, names, role, pin in AT_A_STORE:
            username = f"{word}-{store.code.lower()}"
            yield _person(username, names[place], role, f"{pin}{place + 1}", store)
    for username, name, role, pin in EVERYWHERE:
        yield _person(username, name, role, pin, None)


def _person(
    username: str, name: str, role: str, pin: str, store: Store | None
) -> SignIn:
    user = User.objects.filter(username=username).first()
    if user is None:
        user = User(username=username, display_name=name, language="zh-hans")
        user.set_password(PASSWORD)
        user.set_pin(pin)
        user.save(force_insert=True)
    Assignment.objects.get_or_create(
        user=user, role=Role.objects.get(code=role), store=store
    )
    return SignIn(username, PASSWORD, pin, role, store.code if store else "*")
