"""What the tills lived through: answers, refusals, trouble, and how long it took."""

import statistics
import threading
from collections import Counter, defaultdict
from dataclasses import dataclass, field


@dataclass(slots=True)
class Tally:
    """Counted by many tills at once."""

    refusals: Counter[str] = field(default_factory=Counter)
    trouble: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    # What the server said it did: reference or key, and the id it gave.
    sales: dict[str, str] = field(default_factory=dict)
    top_ups: dict[str, str] = field(default_factory=dict)
    coupons: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def took(self, what: str, seconds: float) -> None:
        with self._lock:
            self.seconds[what].append(seconds)

    def refused(self, code: str) -> None:
        with self._lock:
            self.refusals[code] += 1

    def met(self, trouble: str) -> None:
        with self._lock:
            self.trouble[trouble] += 1

    def fault(self, words: str) -> None:
        """Something that must never happen."""
        with self._lock:
            self.faults.append(words)

    def told(self, told: dict[str, str], name: str, identity: str) -> None:
        """The server says that this was done, under this id; once and for all."""
        with self._lock:
            before = told.setdefault(name, identity)
        if before != identity:
            self.fault(f"{name} was done twice: {before} and {identity}")

    def percentiles(self, what: str) -> tuple[float, float, float]:
        """Half, 95 and 99 of a hundred answers came within so many milliseconds."""
        found = sorted(self.seconds.get(what, []))
        if len(found) < 2:
            found = [*(found or [0.0])] * 2
        cuts = statistics.quantiles(found, n=100, method="inclusive")
        return cuts[49] * 1000, cuts[94] * 1000, cuts[98] * 1000
