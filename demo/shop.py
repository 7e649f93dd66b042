"""Three stores with their staff, to look around in; never for a shop that is open."""

from dataclasses import dataclass
from datetime import time
from functools import cache

from django.contrib.auth.hashers import make_password
from django.db import transaction

from stores.models import Assignment, Role, Store, Till, User

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
    """Someone to be while looking around."""

    username: str
    name: str
    pin: str
    role: str
    store: str | None
    password: str = PASSWORD


def sign_ins() -> list[SignIn]:
    """Everyone in the demo: those of each store, then those of all stores."""
    at_a_store = [
        SignIn(f"{word}-{code.lower()}", names[place], f"{pin}{place + 1}", role, code)
        for place, (code, _name, _begins) in enumerate(STORES)
        for word, names, role, pin in AT_A_STORE
    ]
    everywhere = [
        SignIn(username, name, pin, role, None)
        for username, name, role, pin in EVERYWHERE
    ]
    return at_a_store + everywhere


@transaction.atomic
def load_shop() -> list[Store]:
    """The stores, their tills and their staff; loading again changes nothing."""
    stores = [_store(code, name, begins) for code, name, begins in STORES]
    places = {store.code: store for store in stores}
    for person in sign_ins():
        _employ(person, places[person.store] if person.store else None)
    return stores


def _store(code: str, name: str, begins: time) -> Store:
    store, _made = Store.objects.get_or_create(
        code=code,
        defaults={"name": name, "time_zone": "Asia/Shanghai", "day_starts_at": begins},
    )
    for till, label in TILLS:
        Till.objects.get_or_create(store=store, code=till, defaults={"name": label})
    return store


@cache
def _fingerprint(password: str) -> str:
    """Slow on purpose, and the same for everyone in the demo."""
    return make_password(password)


def _employ(person: SignIn, store: Store | None) -> None:
    user = User.objects.filter(username=person.username).first()
    if user is None:
        user = User(username=person.username, display_name=person.name)
        user.password = _fingerprint(person.password)
        user.set_pin(person.pin)
        user.save(force_insert=True)
    role = Role.objects.get(code=person.role)
    Assignment.objects.get_or_create(user=user, role=role, store=store)
