"""What is kept of where a member came from, when members merge, ask or leave."""

from datetime import datetime

from imports.models import ExternalRef
from imports.references import mark
from ledger.services import Act
from members.parts import Rows


class References:
    """The references of other systems to one member."""

    word = "imports"

    def move(
        self, *, source_id: int, target_id: int, by: Act, at: datetime, key: str
    ) -> None:
        """Whoever was meant by a reference is now the other."""
        ExternalRef.objects.filter(member_id=source_id).update(member_id=target_id)

    def export(self, *, member_id: int) -> dict[str, Rows]:
        """What the member was called elsewhere, and what was said of them there."""
        rows = ExternalRef.objects.filter(member_id=member_id, erased=False)
        return {
            "external_references": [
                {
                    "source": row.source,
                    "kind": row.kind,
                    "reference": row.reference,
                    "brought": row.brought,
                    "made_at": row.made_at,
                }
                for row in rows.order_by("pk")
            ]
        }

    def held(self, *, member_id: int, at: datetime) -> list[str]:
        """A reference is of no value."""
        return []

    def forget(self, *, member_id: int, by: Act, at: datetime) -> None:
        """Keep only marks, by which the same file does not bring the person back."""
        for row in ExternalRef.objects.filter(member_id=member_id, erased=False):
            if row.kind != ExternalRef.Kind.BALANCE:
                row.reference = mark(row.source, row.reference)
            row.brought, row.erased = {}, True
            row.save(update_fields=["reference", "brought", "erased"])
