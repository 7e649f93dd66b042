"""Eight tills that debit pretix's gift cards: `tills PORT SECONDS JSON` prints a rate.

Each request has a connection of its own: gunicorn's workers keep none.
"""

import json
import sys
import threading
import time
from typing import Any

from benchmarks.tills import SAID_YES, Asked, Line


def play(port: int, seconds: float, told: dict[str, Any]) -> float:
    """Debits a second. Raises SystemExit where pretix says no."""
    counts = [0] * len(told["cards"])
    wrong: list[str] = []
    gate = threading.Barrier(len(counts) + 1)

    def one(number: int) -> None:
        card = told["cards"][number]
        path = f"/api/v1/organizers/{told['slug']}/giftcards/{card}/transact/"
        asked = Asked("POST", path, json.dumps({"value": "-0.01", "text": ""}).encode())
        gate.wait()
        until = time.perf_counter() + seconds
        while time.perf_counter() < until and not wrong:
            line = Line(port, told["token"], kind="Token")
            status, body = line.ask(asked)
            line.close()
            if status not in SAID_YES:
                wrong.append(f"{status} {body[:300]!r}")
            counts[number] += 1

    threads = [
        threading.Thread(target=one, args=(n,), daemon=True) for n in range(len(counts))
    ]
    for thread in threads:
        thread.start()
    gate.wait(timeout=30)
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    if wrong:
        raise SystemExit(wrong[0])
    return sum(counts) / (time.perf_counter() - began)


if __name__ == "__main__":
    print(play(int(sys.argv[1]), float(sys.argv[2]), json.loads(sys.argv[3])))
