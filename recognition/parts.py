"""Visits, likings, notes and feedback, when a member is merged, exported or erased."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import connection
from django.db.models import Q

from ledger.services import Act
from members.parts import Rows

from .models import Feedback, FeedbackReply, Note, Occasion, Preference, Visit

OVER = {
    # What both had is said once.
    "recognition_preference": "t.kind = s.kind AND lower(t.words) = lower(s.words)",
    "recognition_occasion": (
        "t.kind = s.kind AND (t.month, t.day) = (s.month, s.day)"
        " AND lower(t.words) = lower(s.words)"
    ),
}


class RecognitionPart:
    """What recognition keeps about a member."""

    word = "recognition"

    def move(
        self, *, source_id: int, target_id: int, by: Act, at: datetime, key: str
    ) -> None:
        """Everything goes to the one who is left; the visits are added up anew."""
        with connection.cursor() as cursor:
            for table, same in OVER.items():
                cursor.execute(
                    f"DELETE FROM {table} s USING {table} t"  # noqa: S608 (our own names)
                    f" WHERE s.member_id = %s AND t.member_id = %s AND {same}",
                    [source_id, target_id],
                )
        for model in (Preference, Occasion, Note, Feedback, Visit):
            model._default_manager.filter(member_id=source_id).update(
                member_id=target_id
            )
        with connection.cursor() as cursor:
            cursor.execute("SELECT recognition_summarise(%s)", [[source_id, target_id]])

    def export(self, *, member_id: int) -> dict[str, Rows]:
        """As it is kept, with the words of the staff: it is about the member."""
        mine = {"member_id": member_id}
        kept: dict[str, Iterable[Mapping[str, object]]] = {
            "preferences": Preference.objects.filter(**mine)
            .order_by("pk")
            .values("kind", "words", "at"),
            "occasions": Occasion.objects.filter(**mine)
            .order_by("pk")
            .values("kind", "words", "month", "day", "year", "at"),
            "notes": Note.objects.filter(**mine)
            .order_by("pk")
            .values("words", "at", "withdrawn_at"),
            "feedback": Feedback.objects.filter(**mine)
            .order_by("pk")
            .values(
                "at",
                "channel",
                "score",
                "effort",
                "stars",
                "claimed_on",
                "claimed_amount",
                "words",
                "state",
                "cure",
                "cured_at",
            ),
            "feedback_replies": FeedbackReply.objects.filter(
                feedback__member_id=member_id
            )
            .order_by("pk")
            .annotate(by_staff=Q(staff__isnull=False))
            .values("at", "by_staff", "words"),
        }
        rows = {name: [dict(row) for row in found] for name, found in kept.items()}
        return {**rows, "visits": self._visits(member_id)}

    def held(self, *, member_id: int, at: datetime) -> list[str]:
        """Nothing here is of value."""
        return []

    def forget(self, *, member_id: int, by: Act, at: datetime) -> None:
        """Words go; that somebody came, and gave a score, stays under a pseudonym."""
        mine = {"member_id": member_id}
        Preference.objects.filter(**mine).delete()
        Occasion.objects.filter(**mine).delete()
        Note.objects.filter(**mine, wiped_at=None).update(words="", wiped_at=at)
        Feedback.objects.filter(**mine, wiped_at=None).update(
            words="", cure="", wiped_at=at
        )
        FeedbackReply.objects.filter(
            feedback__member_id=member_id, wiped_at=None
        ).update(words="", wiped_at=at)

    def _visits(self, member_id: int) -> Rows:
        visits = (
            Visit.objects.filter(member_id=member_id)
            .select_related("store")
            .prefetch_related("lines")
            .order_by("business_date", "pk")
        )
        return [
            {
                "at": visit.at,
                "store": visit.store.name,
                "amount": visit.amount,
                "voided_at": visit.voided_at,
                "lines": [
                    {
                        "name": line.name,
                        "quantity": line.quantity,
                        "amount": line.amount,
                    }
                    for line in sorted(visit.lines.all(), key=lambda line: line.pk)
                ],
            }
            for visit in visits
        ]
