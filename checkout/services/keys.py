"""Under which keys a sale's gifts are given, so that they can be found again."""

from uuid import UUID


def stamps_key(sale_id: UUID, programme_code: str) -> str:
    """The stamps that a sale gives on one programme's card."""
    return f"sale:{sale_id}:stamps:{programme_code}"


def next_visit_key(sale_id: UUID, gift_id: int) -> str:
    """The coupon for the next visit that a sale gives."""
    return f"sale:{sale_id}:next:{gift_id}"
