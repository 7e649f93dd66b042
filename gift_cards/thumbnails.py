"""Faces of gift cards as small as a phone's list shows them."""

import io
from functools import lru_cache
from typing import Final

from PIL import Image

from .pictures import draw

WIDTH: Final = 480


@lru_cache(maxsize=64)
def draw_small(
    *, face: str, brand: str, greeting: str, language: str, own: bytes = b""
) -> bytes:
    """A face without an amount, as a phone's list shows it: 480 wide, some 20 kB."""
    drawn = draw(
        face=face,
        brand=brand,
        amount=None,
        greeting=greeting,
        language=language,
        own=own,
    )
    with Image.open(io.BytesIO(drawn)) as card:
        small = card.resize(
            (WIDTH, round(card.height * WIDTH / card.width)), Image.Resampling.LANCZOS
        )
    file = io.BytesIO()
    small.save(file, "JPEG", quality=80, optimize=True)
    return file.getvalue()
