"""How words read before they are sent: with made-up values, for guests as they come."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from .models import MessageChannel, MessageText, ValueKind
from .rendering import WrittenMessage, fill
from .values import ALWAYS, places_in, sample, written

# Guests as they come: long names, signs that mean something in HTML, no name at all.
SAMPLES: Final = (
    "",
    "王小明",
    "Maximiliane-Theodora von Hohenstein-Schwarzburg",
    "<b>&'",
)
LONGEST_SMS: Final = 500


def preview(
    text: MessageText,
    values: Mapping[str, str],
    *,
    name: str,
    brand: str,
    at: datetime,
) -> WrittenMessage:
    """The words with a sample of each value, in their own language."""
    zone = get_default_timezone()
    with override(text.language):
        raw = {value: sample(kind, at=at) for value, kind in values.items()}
        filled = {
            value: written(kind, raw[value], zone=zone)
            for value, kind in values.items()
        }
        filled |= {"member": name or _("dear guest"), "brand": brand, "store": brand}
        return fill(text, filled, raw=None, brand=brand)


@dataclass(frozen=True, slots=True)
class ValueExample:
    """A value as it is written into words, of which kind it is, and one of them."""

    place: str
    kind: str
    example: str


def examples(
    values: Mapping[str, str], *, name: str, brand: str, at: datetime
) -> list[ValueExample]:
    """Each value that the words may ask for, in the language of whoever looks."""
    zone = get_default_timezone()
    text = str(ValueKind.TEXT.label)
    always = {"member": name or _("dear guest"), "brand": brand, "store": brand}
    return [
        *(
            ValueExample(
                f"{{{{ {value} }}}}",
                str(ValueKind(kind).label),
                written(kind, sample(kind, at=at), zone=zone),
            )
            for value, kind in values.items()
        ),
        *(
            ValueExample(f"{{{{ {value} }}}}", text, shown)
            for value, shown in always.items()
        ),
    ]


def wrong_with_samples(
    text: MessageText, values: Mapping[str, str], *, at: datetime
) -> Iterator[str]:
    """What is wrong with words once they are filled in for guests as they come."""
    for name in SAMPLES:
        found = preview(text, values, name=name, brand="熟客", at=at)
        if text.channel == MessageChannel.SMS and len(found.body) > LONGEST_SMS:
            yield _("The text is too long once a long name stands in it.")
        if text.channel == MessageChannel.EMAIL and not found.subject:
            yield _("An e-mail needs a subject.")


def unknown_places(text: MessageText, values: Mapping[str, str]) -> list[str]:
    """What the words ask for and no message carries: publishing would refuse it."""
    asked = places_in(text.subject, text.body, text.html)
    return sorted(asked - {*values, *ALWAYS})
