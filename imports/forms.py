"""What is said of a file when it is uploaded, turned into options."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from common.errors import DomainError
from imports.models import ImportJob
from imports.options import ImportOptions, mapping_from
from stores.models import Store

FOUND = ("", _("as found in the file"))


class UploadForm(forms.Form):
    """A file, what it holds, and how it is written; most of it is found by itself."""

    kind = forms.ChoiceField(
        label=_("What the file holds"),
        choices=ImportJob.Kind.choices,
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
            ("", _("year first")),
            ("dmy", _("day, month, year")),
            ("mdy", _("month, day, year")),
        ],
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
            ("utf-8", "UTF-8"),
            ("gb18030", "GB18030, GBK"),
            ("big5", "Big5"),
            ("utf-16", "UTF-16"),
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
        field = self.fields["store"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [
                ("", _("none")),
                *((store.code, str(store)) for store in stores),
            ]
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

    def clean(self) -> dict[str, Any]:
        """The options, or a sentence why there are none."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        names = set(ImportOptions.__slots__) - {"mapping"}
        given = {
            name: cleaned[name] for name in names if cleaned.get(name) not in ("", None)
        }
        try:
            mapping = mapping_from(cleaned.get("mapping", "").splitlines())
            cleaned["options"] = ImportOptions(mapping=mapping, **given)
        except DomainError as refusal:
            raise forms.ValidationError(str(refusal), code=refusal.code) from refusal
        return cleaned
