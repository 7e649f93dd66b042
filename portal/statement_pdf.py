"""A month's statement on A4, its font embedded."""

import io
from threading import Lock
from typing import Final
from xml.sax.saxutils import escape

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table

from common.fonts import document_font
from common.money import format_money

from .statement import MonthStatement, header

FONT: Final = "statement"
WIDTHS: Final = [33 * mm, 32 * mm, 37 * mm, 21 * mm, 19 * mm, 21 * mm, 21 * mm]
# ReportLab knows fonts by name, for the whole process: one document at a time.
_DRAWING: Final = Lock()


def statement_pdf(statement: MonthStatement, *, brand: str, name: str) -> bytes:
    """The document, the same to the byte for the same statement."""
    month = date_format(statement.month, "YEAR_MONTH_FORMAT")
    title = _("Wallet statement, %(month)s") % {"month": month}
    lines = [header(), *_cells(statement)]
    sums = [
        (_("At the beginning"), format_money(statement.opening)),
        (_("At the end"), format_money(statement.closing)),
    ]
    heads = [brand, title, name, *(word for pair in sums for word in pair)]
    text = "".join([*heads, *(cell for line in lines for cell in line)])
    made = io.BytesIO()
    with _DRAWING:
        font = document_font(text, language=get_language() or "en")
        _register(font)
        document = SimpleDocTemplate(
            made,
            pagesize=A4,
            title=title,
            author=brand,
            leftMargin=13 * mm,
            rightMargin=13 * mm,
            invariant=1,
            initialFontName=FONT,
        )
        document.build(_story(heads[:3], sums, lines))
    return made.getvalue()


def _register(font: bytes) -> None:
    """Have a name stand for this document's font.

    ReportLab keeps the first font of a name and of a face for the whole process: the
    last document's has other signs, so it is forgotten first.
    """
    made = TTFont(FONT, io.BytesIO(font))
    pdfmetrics._fonts.pop(FONT, None)  # type: ignore[attr-defined]  # no public way
    pdfmetrics._dynFaceNames.pop(made.face.name, None)  # type: ignore[attr-defined]
    pdfmetrics.registerFont(made)


def _cells(statement: MonthStatement) -> list[tuple[str, ...]]:
    return [
        (*row[:3], *(format_money(amount) for amount in row[3:]))
        for row in statement.rows()
    ]


def _story(
    heads: list[str], sums: list[tuple[str, str]], lines: list[tuple[str, ...]]
) -> list[Flowable]:
    brand, title, name = (escape(words) for words in heads)
    plain = ParagraphStyle("plain", fontName=FONT, fontSize=9, leading=12)
    large = ParagraphStyle("large", parent=plain, fontSize=15, leading=21)
    right = ParagraphStyle("right", parent=plain, alignment=2, fontSize=8)
    small = ParagraphStyle("small", parent=plain, fontSize=8, wordWrap="CJK")
    story: list[Flowable] = [
        Paragraph(brand, plain),
        Paragraph(title, large),
        Paragraph(name, plain),
        Spacer(0, 4 * mm),
        *(Paragraph(f"{escape(word)}: {amount}", plain) for word, amount in sums),
        Spacer(0, 4 * mm),
    ]
    rows = [
        [
            Paragraph(escape(cell), small if place < 3 else right)
            for place, cell in enumerate(line)
        ]
        for line in lines
    ]
    table = Table(rows, colWidths=WIDTHS, repeatRows=1)
    table.setStyle(
        [
            ("FONT", (0, 0), (-1, -1), FONT),
            ("LINEBELOW", (0, 0), (-1, 0), 0.8, colors.black),
            ("LINEBELOW", (0, 1), (-1, -1), 0.25, colors.lightgrey),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 2),
            ("RIGHTPADDING", (0, 0), (-1, -1), 2),
        ]
    )
    return [*story, table]
