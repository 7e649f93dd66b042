"""What changed in a row of settings, in the words of whoever reads it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from simple_history.template_utils import (
    HistoricalRecordContextHelper,
    ObjDiffDisplay,
)

from common.tables import clock

from .figures import Writers


class Shortened(ObjDiffDisplay):  # type: ignore[misc]  # untyped
    """What both values have in common, cut where they are long."""

    def shortened_str(self, prefix: str, _left_out: int, suffix: str) -> str:
        """As it is cut everywhere."""
        return f"{prefix}…{suffix}"


class WordsOfChanges(HistoricalRecordContextHelper):  # type: ignore[misc]  # untyped
    """The library's own writes values as the database keeps them."""

    def __init__(self, *args: Any, writers: Writers, **options: Any):
        super().__init__(*args, **options)
        self.writers = writers

    def prepare_delta_change_value(self, change: Any, value: Any) -> Any:
        """What stood there before or after."""
        field = self.model._meta.get_field(change.field)
        if change.field in self.writers and isinstance(value, int):
            return self.writers[change.field](value)
        if isinstance(field, ArrayField) and value:
            names = names_of(field.base_field)
            return ", ".join(written(one, names) for one in value)
        shown = super().prepare_delta_change_value(change, value)
        if isinstance(shown, list):  # the rows at the other end
            return ", ".join(map(str, shown))
        return written(shown, names_of(field))

    def get_obj_diff_display(self) -> Shortened:
        """How long values are cut."""
        return Shortened(max_length=self.max_displayed_delta_change_chars)


def names_of(field: Any) -> dict[Any, Any]:
    """What the values of a field are called, where there are only so many."""
    return dict(getattr(field, "flatchoices", None) or ())


def written(value: Any, names: Mapping[Any, Any]) -> str:
    """One value as the pages write it; nothing where there is none."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if value is None or value == "":
        return ""
    if isinstance(value, str | int) and value in names:
        return str(names[value])
    if isinstance(value, datetime):
        return clock(value)
    if isinstance(value, date):
        return date_format(value, "SHORT_DATE_FORMAT")
    return str(value)
