"""The service charge goes back with the lines that it was reckoned on."""

from collections.abc import Sequence

from checkout.models import LineKind, SaleLine


def with_service_charge(lines: Sequence[SaleLine], shares: Sequence[int]) -> list[int]:
    """What of each line is refunded, and of the charge as much as those lines are of
    all that it was reckoned on, rounded half up over all refunds so far.

    A charge that a till brought along as a line of its own, or that is named among the
    lines to be refunded, goes back as it is named.
    """
    given = list(shares)
    base = [
        at
        for at, line in enumerate(lines)
        if line.kind == LineKind.ITEM and not line.excluded
    ]
    whole = sum(lines[at].net for at in base)
    for at, line in enumerate(lines):
        is_reckoned = line.kind == LineKind.SERVICE_CHARGE and not line.name
        if not is_reckoned or given[at] or not whole:
            continue
        back = sum(lines[one].refunded + shares[one] for one in base)
        reached = (2 * line.net * back + whole) // (2 * whole)
        given[at] = max(0, reached - line.refunded)
    return given
