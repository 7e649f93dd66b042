"""Codes to be scanned, drawn as a strict policy lets in: no style, no script."""

from itertools import groupby

import barcode
import segno
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

QUIET = 10  # modules of nothing on each side, as readers ask


def qr(text: str, *, title: str) -> SafeString:
    """A QR code; digits alone make a coarse one, which old phones read.

    Any mask is read alike: to search for the best of eight takes four times as long as
    all the rest, and the browser draws with this one too.
    """
    drawing = segno.make(text, error="m", micro=False, mask=0).svg_inline(
        border=2, omitsize=True, svgclass="qr", lineclass=None, dark="#000"
    )
    label = format_html('<svg role="img" aria-label="{}"', title)
    return mark_safe(drawing.replace("<svg", label, 1))  # noqa: S308 (our own drawing)


def code_128(text: str, *, title: str) -> SafeString:
    """The same for a scanner that reads lines."""
    (modules,) = barcode.get("code128", text).build()
    path, at = [], QUIET
    for module, run in groupby(modules):
        width = len(list(run))
        if module == "1":
            path.append(f"M{at} 0h{width}v1h-{width}z")
        at += width
    return format_html(
        '<svg class="bars" role="img" aria-label="{}" viewBox="0 0 {} 1"'
        ' preserveAspectRatio="none"><path d="{}"/></svg>',
        title,
        at + QUIET,
        "".join(path),
    )


def grouped(number: str) -> str:
    """A long number as it is read aloud, four digits at a time."""
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))
