from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RecognitionConfig(AppConfig):
    name = "recognition"
    verbose_name = _("Recognition")

    def ready(self) -> None:
        """Takes part in merging, exporting and erasing; names its acts."""
        from members import parts  # noqa: PLC0415 (apps are loaded only now)
        from stores.words import name_acts  # noqa: PLC0415

        from .parts import RecognitionPart  # noqa: PLC0415

        parts.register(RecognitionPart())
        name_acts(
            {
                "recognition.preference_added": _("Preference added"),
                "recognition.preference_removed": _("Preference removed"),
                "recognition.occasion_added": _("Occasion added"),
                "recognition.occasion_removed": _("Occasion removed"),
                "recognition.said": _("Words of a member received"),
                "recognition.visit_claimed": _("Missing visit reported"),
                "recognition.replied": _("Reply written about feedback"),
                "recognition.note_withdrawn": _("Note withdrawn"),
                "recognition.complaint_open": _("Complaint opened"),
                "recognition.complaint_owned": _("Complaint given an owner"),
                "recognition.complaint_cured": _("Complaint cured"),
            }
        )
