"""A font for documents that leave the house: embedded, and Chinese where there is any.

Of the large fonts of a system only the signs of the document are taken; outlines as
OpenType keeps them are turned into TrueType, which a PDF can embed.
"""

import io
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import reportlab
from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable

# Each with the place of its simplified and of its traditional face.
CHINESE: Final = (
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2, 3),
    ("/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc", 2, 3),
    ("/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc", 2, 3),
    ("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc", 0, 0),
    ("/System/Library/Fonts/PingFang.ttc", 0, 0),
    ("C:/Windows/Fonts/msyh.ttc", 0, 0),
)
# Comes with ReportLab: no Chinese, but always there.
LATIN: Final = str(Path(reportlab.__file__).parent / "fonts" / "Vera.ttf")
# What nearly every document says; so that the next one finds the same font made.
USUAL: Final = frozenset(map(chr, range(0x20, 0x7F))) | frozenset(
    "−–—·：，。（）年月日%"
)
ERROR: Final = 1.0  # of a thousandth of the sign's height, unseen


def document_font(text: str, *, language: str) -> bytes:
    """A TrueType font with the signs of a text, as far as this machine knows them."""
    signs = "".join(sorted(USUAL | set(text)))
    return _made(signs, is_traditional=language == "zh-hant")


@lru_cache(maxsize=16)
def _made(signs: str, *, is_traditional: bool) -> bytes:
    found = next((font for font in CHINESE if Path(font[0]).is_file()), None)
    path, *faces = found or (LATIN, -1, -1)
    options = subset.Options(
        layout_features=[], name_IDs=[1, 2, 6], notdef_outline=True, hinting=False
    )
    cutter = subset.Subsetter(options)
    cutter.populate(text=signs)
    kept = io.BytesIO()
    with TTFont(path, fontNumber=faces[is_traditional], lazy=True) as font:
        cutter.subset(font)
        if "CFF " in font:
            _to_truetype(font)
        font.save(kept)
    return kept.getvalue()


def _to_truetype(font: TTFont) -> None:
    """Cubic outlines become quadratic ones, unseen."""
    glyphs = font.getGlyphSet()
    drawn: dict[str, Any] = {}
    for name in font.getGlyphOrder():
        pen = TTGlyphPen(glyphs)
        glyphs[name].draw(Cu2QuPen(pen, ERROR, reverse_direction=True))
        drawn[name] = pen.glyph()
    del font["CFF "]
    for table in ("VORG", "vhea", "vmtx"):
        if table in font:
            del font[table]
    font["loca"] = newTable("loca")
    font["glyf"] = outlines = newTable("glyf")
    outlines.glyphOrder = font.getGlyphOrder()
    outlines.glyphs = drawn
    for name, glyph in drawn.items():
        width, _side = font["hmtx"].metrics[name]
        glyph.recalcBounds(outlines)
        font["hmtx"].metrics[name] = (width, getattr(glyph, "xMin", 0))
    most = font["maxp"]
    most.tableVersion = 0x00010000
    for name, value in MAXIMA.items():
        setattr(most, name, value)
    font["post"].formatType = 3.0
    font.sfntVersion = "\000\001\000\000"


MAXIMA: Final = {
    "maxZones": 1,
    "maxTwilightPoints": 0,
    "maxStorage": 0,
    "maxFunctionDefs": 0,
    "maxInstructionDefs": 0,
    "maxStackElements": 0,
    "maxSizeOfInstructions": 0,
    "maxComponentElements": 0,
    "maxComponentDepth": 0,
    "maxPoints": 0,
    "maxContours": 0,
    "maxCompositePoints": 0,
    "maxCompositeContours": 0,
}
