"""The history, played: members are enrolled, top up, get coupons, and buy."""

import random
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

from benchmarks.replay.history import Purchase
from benchmarks.replay.shop import AGAIN, WELCOME, Shop
from benchmarks.replay.tally import Tally
from benchmarks.replay.till import Answer, Till

TENDERS: Final = ("wechat", "alipay", "card")
TRIES: Final = 4
# What a till that was refused does without, the next time.
WITHOUT: Final[dict[str, dict[str, Any]]] = {
    "payment_code_needed": {"stored_value": 0},
    "insufficient_funds": {"stored_value": 0},
    "insufficient_points": {"points": 0},
    "coupon_unavailable": {"coupons": []},
}
NEVER_SETTLED: Final = "nothing_to_pay"


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How it is played."""

    tills: int
    trouble: int  # of a thousand requests
    quoted: int  # of a hundred purchases
    with_points: int  # of a hundred purchases
    slips: int  # of a thousand purchases: a till that asks for something wrong
    top_up_every: int  # purchases of a member; 0: never
    coupon_every: int
    seed: str


@dataclass(slots=True)
class Guest:
    """Somebody of the history, and what is left of their purchases."""

    number: int
    purchases: Sequence[Purchase]
    identity: str = ""
    done: int = 0

    @property
    def is_somebody(self) -> bool:
        return bool(self.purchases[0].member)


class Turns:
    """Guests in a row: one purchase each, then to the end of it; never two at once."""

    def __init__(self, guests: Sequence[Guest]) -> None:
        self._row = deque(guests)
        self._lock = threading.Lock()

    def next(self) -> Guest | None:
        with self._lock:
            return self._row.popleft() if self._row else None

    def back(self, guest: Guest) -> None:
        if guest.done < len(guest.purchases):
            with self._lock:
                self._row.append(guest)


def phone(number: int) -> str:
    """A made-up phone, another for each number."""
    return f"+86199{(number * 7_368_787 + 12_345_678) % 100_000_000:08d}"


@dataclass(slots=True)
class Play:
    """One run of a history at a shop."""

    course: Course
    shop: Shop
    address: str
    tally: Tally

    def enrol(self, guests: Sequence[Guest]) -> float:
        """Take everybody in, with a coupon to begin with; how many seconds."""
        turns = Turns([guest for guest in guests if guest.is_somebody])
        return self._with_tills(turns, self._enrol_one)

    def sell(self, guests: Sequence[Guest]) -> float:
        """Every purchase, as many at once as there are tills; how many seconds."""
        turns = Turns(guests)

        def one(till: Till, guest: Guest) -> None:
            self._serve(till, guest)
            guest.done += 1
            turns.back(guest)

        return self._with_tills(turns, one)

    def _with_tills(self, turns: Turns, work: Callable[[Till, Guest], None]) -> float:
        def stand(_number: int) -> None:
            till = Till(self.address, self.tally, trouble=self.course.trouble)
            try:
                while (guest := turns.next()) is not None:
                    work(till, guest)
            finally:
                till.close()

        began = time.perf_counter()
        with ThreadPoolExecutor(self.course.tills) as pool:
            list(pool.map(stand, range(self.course.tills)))
        return time.perf_counter() - began

    def _enrol_one(self, till: Till, guest: Guest) -> None:
        dice = self._dice(f"guest:{guest.number}")
        auth = self._auth(guest.purchases[0])
        told = till.do(
            "enrol",
            "/members",
            {"name": f"Regular {guest.number}", "phone": phone(guest.number)},
            auth=auth,
            key=f"enrol:{guest.number}",
            dice=dice,
        )
        if not told.is_good:
            self.tally.refused(told.code)
            self.tally.fault(f"guest {guest.number} was not enrolled: {told.code}")
            return
        guest.identity = told.body["id"]
        self._give(till, guest, WELCOME, auth, dice)

    def _give(
        self, till: Till, guest: Guest, template: str, auth: str, dice: random.Random
    ) -> None:
        key = f"coupon:{guest.number}:{guest.done}:{template}"
        told = till.do(
            "coupon",
            "/coupons/issue",
            {"template": template, "member": guest.identity},
            auth=auth,
            key=key,
            dice=dice,
        )
        if told.is_good:
            self.tally.told(self.tally.coupons, key, told.body["coupons"][0]["id"])
        else:
            self.tally.refused(told.code)

    def _top_up(self, till: Till, guest: Guest, auth: str, dice: random.Random) -> None:
        key = f"top-up:{guest.number}:{guest.done}"
        told = till.do(
            "top-up",
            f"/members/{guest.identity}/top-ups",
            {
                "amount": dice.choice(self.shop.top_ups),
                "tender": {"kind": dice.choice(TENDERS), "reference": key},
            },
            auth=auth,
            key=key,
            dice=dice,
        )
        if told.is_good:
            self.tally.told(self.tally.top_ups, key, told.body["id"])
        else:
            self.tally.refused(told.code)

    def _serve(self, till: Till, guest: Guest) -> None:
        """One purchase, and what comes before it at the counter."""
        purchase = guest.purchases[guest.done]
        course, dice = self.course, self._dice(f"purchase:{purchase.number}")
        auth = self._auth(purchase)
        if guest.identity:
            if _is_due(guest.done, course.top_up_every):
                self._top_up(till, guest, auth, dice)
            if guest.done and _is_due(guest.done, course.coupon_every):
                self._give(till, guest, AGAIN, auth, dice)
        self._sell(till, guest, purchase, auth, dice)

    def _sell(
        self,
        till: Till,
        guest: Guest,
        purchase: Purchase,
        auth: str,
        dice: random.Random,
    ) -> None:
        course, asked = self.course, dict(purchase.bill)
        if guest.identity:
            asked["member"] = guest.identity
            if dice.randrange(100) < course.with_points:
                asked["points"] = "max"
        is_quoted = dice.randrange(100) < course.quoted
        slips = dice.randrange(1000) < course.slips and purchase.gross > 0
        if slips:
            self._slip(till, asked, purchase, auth, dice)
        for attempt in range(1, TRIES + 1):
            body = {
                "tenders": _cash(purchase.gross),
                **asked,
                "reference": reference(purchase),
                **(self._as_quoted(till, asked, auth, dice) if is_quoted else {}),
            }
            key = f"{reference(purchase)}:{attempt}"
            told = till.do("sale", "/sales", body, auth=auth, key=key, dice=dice)
            if self._is_over(told, purchase):
                break
            asked |= WITHOUT.get(told.code, {})
        else:
            self.tally.fault(f"{reference(purchase)} was never settled: {told.code}")
        if slips and told.is_good:
            self._slip_again(till, body, key, auth)

    def _is_over(self, told: Answer, purchase: Purchase) -> bool:
        """Whether this bill is settled, or never will be."""
        if told.is_good:
            self.tally.told(self.tally.sales, reference(purchase), str(told.body["id"]))
            return True
        self.tally.refused(told.code)
        return told.code == NEVER_SETTLED

    def _as_quoted(
        self, till: Till, asked: dict[str, Any], auth: str, dice: random.Random
    ) -> dict[str, Any]:
        """Ask first, then pay exactly what is due."""
        told = till.ask("quote", "/quotes", asked, auth=auth)
        if not told.is_good:
            self.tally.refused(told.code)
            return {}
        due = told.body["due"]
        paid = [{"kind": dice.choice(TENDERS), "amount": due}] if due else []
        return {"expected_due": due, "tenders": paid}

    def _slip(
        self,
        till: Till,
        asked: dict[str, Any],
        purchase: Purchase,
        auth: str,
        dice: random.Random,
    ) -> None:
        """Somebody wants what is not there, or pays too little: nothing may move."""
        name = reference(purchase)
        wrong: list[dict[str, Any]] = [
            {"tenders": [], "stored_value": 0, "points": 0},
            {"expected_due": purchase.gross + 1},
            {"coupons": ["999999999999"]},
        ]
        if "member" in asked:
            wrong.append({"points": 10**9})
        body = {**asked, "reference": name, "tenders": _cash(purchase.gross)}
        body |= dice.choice(wrong)
        told = till.do("slip", "/sales", body, auth=auth, key=f"{name}:slip", dice=dice)
        self._must_be_refused(told, f"{name} with something wrong")

    def _slip_again(
        self, till: Till, body: dict[str, Any], key: str, auth: str
    ) -> None:
        """The bill once more under a new key, and something else under its own."""
        dice = self._dice("never in trouble")
        quiet = Till(self.address, self.tally, trouble=0)
        try:
            for words, sent, other in (
                ("a bill number again", body, f"{key}:again"),
                ("another bill under one key", {**body, "reference": "x"}, key),
            ):
                told = quiet.do("slip", "/sales", sent, auth=auth, key=other, dice=dice)
                self._must_be_refused(told, f"{key}: {words}")
        finally:
            quiet.close()

    def _must_be_refused(self, told: Answer, words: str) -> None:
        if told.is_good:
            self.tally.fault(f"{words} was settled")
        else:
            self.tally.refused(told.code)

    def _dice(self, of: str) -> random.Random:
        """The same throws in every run, whichever till comes first."""
        return random.Random(f"{self.course.seed}:{of}")

    def _auth(self, purchase: Purchase) -> str:
        return f"Bearer {self.shop.keys[purchase.store]}"


def reference(purchase: Purchase) -> str:
    """The till's own number of this bill."""
    return f"replay-{purchase.number:07d}"


def _cash(gross: int) -> list[dict[str, Any]]:
    """Enough for the bill; what is too much comes back as change."""
    return [{"kind": "cash", "amount": gross}] if gross else []


def _is_due(done: int, every: int) -> bool:
    return every > 0 and done % every == 0
