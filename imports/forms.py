"""What is said of a file when it is uploaded, turned into options."""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.html import format_html
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from common.errors import DomainError
from imports.guess import Guess
from imports.last_rows import DoubtfulLastRow
from imports.models import ImportJob
from imports.options import ImportOptions, mapping_from
from stores.forms import ConfirmForm
from stores.models import Store

SHOWN = 3  # time zones of stores
FOUND = ("", _("as found in the file"))
ENCODINGS = [
    ("utf-8", "UTF-8"),
    ("gb18030", "GB18030, GBK"),
    ("big5", "Big5"),
    ("utf-16", "UTF-16"),
    ("cp1252", _("Windows-1252, Latin-1: western Europe")),
    ("iso-8859-15", _("ISO 8859-15: western Europe")),
    ("mac-roman", _("Mac Roman: western Europe")),
    ("cp1250", _("Windows-1250: central Europe")),
    ("iso-8859-2", _("ISO 8859-2: central Europe")),
    ("cp1251", _("Windows-1251: Cyrillic")),
    ("cp1253", _("Windows-1253: Greek")),
    ("cp1254", _("Windows-1254: Turkish")),
    ("cp1257", _("Windows-1257: Baltic")),
    ("cp1258", _("Windows-1258: Vietnamese")),
    ("cp874", _("Windows-874: Thai")),
    ("shift_jis", _("Shift JIS: Japanese")),
    ("euc-kr", _("EUC-KR: Korean")),
]


class OptionsForm(forms.Form):
    """How a file is written; most of it is found by itself."""

    store = forms.ChoiceField(
        label=_("Store for rows that name none"),
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    mapping = forms.CharField(
        label=_("Columns under other names"),
        required=False,
        max_length=2000,
        help_text=format_lazy(
            "{} {}",
            _("One a line, such as customer=member: the file’s column, then ours."),
            _("Common names in English and Chinese are known already."),
        ),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )
    date_format = forms.ChoiceField(
        label=_("Order of dates"),
        required=False,
        choices=[
            FOUND,
            ("ymd", _("year first")),
            ("dmy", _("day, month, year")),
            ("mdy", _("month, day, year")),
        ],
        widget=UnfoldAdminSelectWidget,
    )
    date_pattern = forms.CharField(
        label=_("Another way of writing dates"),
        required=False,
        max_length=40,
        help_text=format_lazy(
            _("A pattern such as {pattern}; it goes before the order."),
            pattern="%d.%m.%y",
        ),
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone of the file"),
        required=False,
        help_text=_(
            "In which its times are written. Times with their own offset, such as Z or"
            " +08:00, are read by that."
        ),
        widget=UnfoldAdminSelectWidget,
    )
    decimals = forms.IntegerField(
        label=_("Decimals of amounts"),
        required=False,
        min_value=0,
        max_value=6,
        help_text=_("Empty: those of the currency. More are rounded half up."),
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
    )
    minor = forms.BooleanField(
        label=_("Amounts are in the smallest unit"),
        required=False,
        widget=UnfoldBooleanWidget,
    )
    decimal_comma = forms.BooleanField(
        label=_("Amounts are written with a comma, as 29,33"),
        required=False,
        widget=UnfoldBooleanWidget,
    )
    encoding = forms.ChoiceField(
        label=_("Encoding"),
        required=False,
        choices=[
            FOUND,
            *ENCODINGS,
        ],
        widget=UnfoldAdminSelectWidget,
    )
    delimiter = forms.ChoiceField(
        label=_("Between cells"),
        required=False,
        choices=[
            FOUND,
            ("comma", _("comma")),
            ("semicolon", _("semicolon")),
            ("tab", _("tab")),
            ("bar", _("bar")),
        ],
        widget=UnfoldAdminSelectWidget,
    )
    sheet = forms.CharField(
        label=_("Sheet of the workbook"),
        required=False,
        max_length=40,
        help_text=_("Empty: the first."),
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )
    rows = forms.ChoiceField(
        label=_("Each row of sales is"),
        required=False,
        choices=[
            FOUND,
            ("bills", _("a whole bill")),
            ("lines", _("a line of a bill")),
        ],
        widget=UnfoldAdminSelectWidget,
    )
    points = forms.BooleanField(
        label=_("Sales earn points by the rules of the house"),
        required=False,
        widget=UnfoldBooleanWidget,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stores = Store.objects.order_by("code")
        self._offer(
            "store",
            [("", _("none")), *((store.code, str(store)) for store in stores)],
        )
        zones = ((name, name) for name in sorted(available_timezones()) if "/" in name)
        own = sorted({store.time_zone for store in stores}) or [settings.TIME_ZONE]
        each = _("each store’s own (%(zones)s)") % {"zones": ", ".join(own[:SHOWN])}
        self._offer("time_zone", [("", each), *zones])

    def _offer(self, name: str, choices: Sequence[tuple[str, Any]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    def clean(self) -> dict[str, Any]:
        """The options, or a sentence why there are none."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        names = set(ImportOptions.__slots__) - {"mapping"}
        given = {
            name: cleaned[name] for name in names if cleaned.get(name) not in ("", None)
        }
        if cleaned.get("date_pattern"):
            given["date_format"] = cleaned["date_pattern"]
        try:
            mapping = mapping_from(cleaned.get("mapping", "").splitlines())
            cleaned["options"] = self._options(mapping, given)
        except DomainError as refusal:
            raise forms.ValidationError(str(refusal), code=refusal.code) from refusal
        return cleaned

    def _options(
        self, mapping: Mapping[str, str], given: dict[str, Any]
    ) -> ImportOptions:
        return ImportOptions(mapping=mapping, **given)


class UploadForm(OptionsForm):
    """A file, what it holds, and how it is written."""

    kind = forms.ChoiceField(
        label=_("What the file holds"),
        choices=ImportJob.Kind.choices,
        initial=ImportJob.Kind.MEMBERS,
        widget=UnfoldAdminSelectWidget,
    )
    file = forms.FileField(
        label=_("CSV or XLSX file"),
        max_length=255,
        widget=UnfoldAdminFileFieldWidget,
    )
    source = forms.CharField(
        label=_("Source"),
        max_length=20,
        initial="import",
        help_text=_(
            "A short name for the system that the file comes from. A reference is known"
            " again by it: the same file under the same name changes nothing."
        ),
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )
    field_order = ("kind", "file", "source")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        most = settings.IMPORT_MOST_BYTES // (1024 * 1024)
        self.fields["file"].help_text = _("At most %(most)s MB.") % {"most": most}

    def clean_file(self) -> Any:
        """Refused before it is kept, where it is too large."""
        file = self.cleaned_data["file"]
        if file.size > settings.IMPORT_MOST_BYTES:
            raise forms.ValidationError(
                _("The file is larger than %(most)s MB."),
                code="file_too_large",
                params={"most": settings.IMPORT_MOST_BYTES // (1024 * 1024)},
            )
        return file


class ReadAgainForm(OptionsForm):
    """How a file that is here already is to be read, with what it shows of itself."""

    def __init__(self, *args: Any, options: ImportOptions, found: Guess, **kwargs: Any):
        self._before = options
        super().__init__(*args, initial=shown_options(options), **kwargs)
        if found.samples:
            samples = [
                (name, f"{name}: {', '.join(cells)}")
                for name, cells in found.samples.items()
            ]
            rest = [(n, label) for n, label in ENCODINGS if n not in found.samples]
            # Nothing is chosen beforehand: it is for whoever knows the names to say.
            self.fields["encoding"].required = True
            self.fields["encoding"].widget = UnfoldAdminRadioSelectWidget()
            self._offer("encoding", [*samples, *rest])
            self.fields["encoding"].help_text = _(
                "Choose the one in which the names of the file are right."
            )
        if found.sample_date:
            self.fields["date_format"].required = True
            self.fields["date_format"].help_text = _(
                "The file says %(day)s, which could be two days."
            ) % {"day": found.sample_date}
        asked = [name for name in found.questions if name in self.fields]
        self.order_fields(asked)

    def _options(
        self, mapping: Mapping[str, str], given: dict[str, Any]
    ) -> ImportOptions:
        return ImportOptions(
            mapping=mapping, **{**given, "source": self._before.source}
        )


class ApplyForm(ConfirmForm):
    """All of it or nothing; a file whose last row may be cut is asked about."""

    is_complete = forms.BooleanField(
        label=_("The file is complete: nothing is missing behind its last line"),
        widget=UnfoldBooleanWidget,
    )

    def __init__(self, *args: Any, doubt: DoubtfulLastRow, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["is_complete"].help_text = format_html(
            "{} {}",
            doubt.question,
            _("Its last row: %(row)s") % {"row": doubt.row},
        )


def shown_options(options: ImportOptions) -> dict[str, Any]:
    """Options as the form has them."""
    kept = options.as_json()
    mapping = "\n".join(f"{theirs}={ours}" for theirs, ours in options.mapping.items())
    orders = {"", "ymd", "dmy", "mdy"}
    is_order = options.date_format.lower() in orders
    return {
        **kept,
        "mapping": mapping,
        "date_format": options.date_format.lower() if is_order else "",
        "date_pattern": "" if is_order else options.date_format,
    }
