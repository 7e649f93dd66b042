"""What the history shows of a phone to those who may not see it."""

from typing import Any

from members.phones import masked, masked_email
from stores.admin.histories import WordsOfChanges

HIDERS = {"phone": masked, "email": masked_email}


class MaskingHelper(WordsOfChanges):
    """What changed, with phones and addresses hidden."""

    def __init__(self, *args: Any, sees_all: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.sees_all = sees_all

    def prepare_delta_change_value(self, change: Any, value: Any) -> Any:
        """What stood there before or after."""
        hide = HIDERS.get(change.field)
        if hide is not None and value and not self.sees_all:
            value = hide(str(value))
        return super().prepare_delta_change_value(change, value)
