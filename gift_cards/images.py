"""Pictures that a shop brings: let in only after they were drawn anew by us."""

import io
from typing import Final

from PIL import Image, ImageOps

from .errors import PictureRefused
from .pictures import PAPER, SIZE

FORMATS: Final = ("PNG", "JPEG", "WEBP")
LARGEST_FILE: Final = 10 * 1024 * 1024
MOST_PIXELS: Final = 20_000_000


def cleaned(upload: bytes) -> bytes:
    """The picture as a JPEG of a card's size, and nothing else that was in the file.

    Its size is read from the head before a pixel is unpacked. Raises PictureRefused.
    """
    if not 0 < len(upload) <= LARGEST_FILE:
        raise PictureRefused
    try:
        with Image.open(io.BytesIO(upload), formats=FORMATS) as opened:
            if not 0 < opened.width * opened.height <= MOST_PIXELS:
                raise PictureRefused
            return _redrawn(opened)
    except PictureRefused:
        raise
    except Exception as broken:  # a decoder fails in as many ways as files are broken
        raise PictureRefused from broken


def _redrawn(opened: Image.Image) -> bytes:
    upright = ImageOps.exif_transpose(opened).convert("RGBA")
    fitted = ImageOps.fit(upright, SIZE, Image.Resampling.LANCZOS)
    ground = Image.new("RGBA", SIZE, (*PAPER, 255))
    ground.alpha_composite(fitted)
    file = io.BytesIO()
    ground.convert("RGB").save(file, "JPEG", quality=88, optimize=True)
    return file.getvalue()
