"""The faces of gift cards, drawn by us: brand, words, amount, in the house's colours.

Drawn when asked for and kept in memory, so that no machine needs a folder of pictures.
Nothing secret is drawn.
"""

import io
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import override
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from common import money
from common.money import format_money

SIZE: Final = (1012, 638)  # a bank card's shape, at 300 dots an inch
FINE: Final = 2  # drawn twice as large and brought down, so that edges are smooth

INK, PAPER, LINE = (29, 35, 32), (250, 247, 242), (228, 223, 214)
JADE, DEEP_JADE, PALE_JADE = (15, 107, 92), (8, 63, 54), (147, 201, 188)
LACQUER, DEEP_LACQUER = (179, 57, 43), (122, 32, 24)
GOLD, PALE_GOLD = (169, 116, 36), (232, 205, 150)

type Colour = tuple[int, int, int]
type Point = tuple[float, float]
type Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

# Fonts with Chinese first; each with the place of its simplified and traditional face.
CHINESE: Final = (
    ("/usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc", 2, 3),
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc", 2, 3),
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2, 3),
    ("/usr/share/fonts/noto-cjk/NotoSansCJK-Bold.ttc", 2, 3),
    ("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc", 0, 0),
    ("/System/Library/Fonts/Supplemental/Songti.ttc", 0, 2),
    ("/System/Library/Fonts/PingFang.ttc", 0, 0),
    ("C:/Windows/Fonts/msyhbd.ttc", 0, 0),
)
LATIN: Final = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSerif-Bold.ttf",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf",
    "/System/Library/Fonts/Supplemental/Georgia Bold.ttf",
    "C:/Windows/Fonts/georgiab.ttf",
)


@dataclass(frozen=True, slots=True)
class Ground:
    """What a face is painted on: two colours that run into each other, and its inks."""

    above: Colour
    below: Colour
    text: Colour
    accent: Colour


GROUNDS: Final = {
    "birthday": Ground(JADE, DEEP_JADE, PAPER, PALE_GOLD),
    "new_year": Ground(LACQUER, DEEP_LACQUER, PAPER, PALE_GOLD),
    "thanks": Ground(PAPER, (240, 232, 218), DEEP_JADE, GOLD),
    "plain": Ground((38, 46, 42), INK, PAPER, PALE_GOLD),
    "own": Ground(INK, INK, PAPER, PALE_GOLD),
}


def words_of(face: str) -> str:
    """What a face says, in the language now spoken."""
    return {
        "birthday": _("Happy birthday"),
        "new_year": _("Happy new year"),
        "thanks": _("Thank you"),
    }.get(face, _("A gift for you"))


@lru_cache(maxsize=64)
def draw(
    *,
    face: str,
    brand: str,
    amount: int | None,
    greeting: str = "",
    language: str = "zh-hans",
    own: bytes = b"",
) -> bytes:
    """A face as a JPEG: 1012 × 638. `own` is a picture that was let in before."""
    ground = GROUNDS[face]
    width, height = SIZE[0] * FINE, SIZE[1] * FINE
    if face == "own" and own:
        card = _covered(own, (width, height))
    else:
        card = _gradient((width, height), ground)
        MOTIFS[face](card)
    pen = ImageDraw.Draw(card, "RGBA")
    _frame(pen, card.size, ground)
    _write(pen, card.size, ground, brand, amount, face, greeting, language)
    small = card.resize(SIZE, Image.Resampling.LANCZOS)
    file = io.BytesIO()
    small.save(file, "JPEG", quality=92, subsampling=0, optimize=True)
    return file.getvalue()


def whole(amount: int, *, language: str) -> str:
    """An amount as a card shows it: 100, and 88.50 only where it must."""
    with override(language):
        text = format_money(amount)
    empty = money.decimals() * "0"
    for point in ".," if empty else "":
        text = text.removesuffix(point + empty)
    return text


# --- Words --------------------------------------------------------------------------


@cache
def _chinese() -> tuple[str, int, int] | None:
    return next((font for font in CHINESE if Path(font[0]).is_file()), None)


@cache
def _latin() -> str | None:
    return next((font for font in LATIN if Path(font).is_file()), None)


@lru_cache(maxsize=64)
def font_of(size: int, *, language: str = "zh-hans") -> Font:
    """The best font there is; the one that comes with Pillow where there is none."""
    chinese, latin = _chinese(), _latin()
    if chinese is not None:
        path, simplified, traditional = chinese
        place = traditional if language == "zh-hant" else simplified
        return ImageFont.truetype(path, size, index=place)
    if latin is not None:
        return ImageFont.truetype(latin, size)
    return ImageFont.load_default(size)


def writable(text: str) -> str:
    """What the font can show of a text: without a Chinese font, the Latin of it."""
    if _chinese() is not None:
        kept = "".join(letter for letter in text if ord(letter) < 0x1F000)
    elif _latin() is not None:
        kept = "".join(letter for letter in text if ord(letter) < 0x2100)
    else:
        kept = "".join(letter for letter in text if ord(letter) < 0x7F)
    return " ".join(kept.split())


def _write(
    pen: ImageDraw.ImageDraw,
    size: tuple[int, int],
    ground: Ground,
    brand: str,
    amount: int | None,
    face: str,
    greeting: str,
    language: str,
) -> None:
    width, height = size
    left, room = int(width * 0.075), int(width * 0.47)
    with override(language):
        spoken, kind = writable(greeting or words_of(face)), writable(_("Gift card"))
    with override("en"):
        english, kind_english = words_of(face), _("Gift card")
    if not spoken:
        spoken = english
    _line(pen, (left, height * 0.105), writable(brand), 0.066, ground.text, room, size)
    label = kind if kind == kind_english else f"{kind}  {kind_english}"
    _line(pen, (left, height * 0.205), label, 0.036, ground.accent, room, size)
    top = height * (0.55 if face == "own" else 0.35)
    drawn = _line(pen, (left, top), spoken, 0.165, ground.text, room, size)
    if not greeting and spoken != english:
        _line(
            pen,
            (left, top + drawn * 1.35),
            _spaced(english.upper()),
            0.036,
            ground.accent,
            room,
            size,
        )
    if amount is not None:
        text = writable(whole(amount, language=language))
        if not any(letter.isdigit() for letter in text):
            text = str(amount)
        _line(
            pen,
            (left, height * 0.775),
            text or money.sign(),
            0.125,
            ground.accent,
            room,
            size,
        )


def _line(
    pen: ImageDraw.ImageDraw,
    at: Point,
    text: str,
    share: float,
    colour: Colour,
    room: int,
    size: tuple[int, int],
) -> float:
    """A line of text, as large as its share of the height, smaller where it is long."""
    points = int(size[1] * share)
    font = font_of(points)
    length = pen.textlength(text, font=font)
    if length > room:
        points = max(8, int(points * room / length))
        font = font_of(points)
    pen.text(at, text, font=font, fill=colour)
    return float(points)


def _spaced(text: str) -> str:
    return "\u2009".join(text)


# --- Paint --------------------------------------------------------------------------


def _gradient(size: tuple[int, int], ground: Ground) -> Image.Image:
    """Two colours running into each other, from corner to corner."""
    down = Image.linear_gradient("L")
    ramp = Image.blend(down, down.transpose(Image.Transpose.ROTATE_90), 0.4)
    ramp = ramp.resize(size, Image.Resampling.BICUBIC)
    return Image.composite(
        Image.new("RGB", size, ground.below),
        Image.new("RGB", size, ground.above),
        ramp,
    )


def _covered(own: bytes, size: tuple[int, int]) -> Image.Image:
    """A picture of the shop's own, filling the card, darker where words stand."""
    with Image.open(io.BytesIO(own)) as opened:
        picture = opened.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    shade = Image.linear_gradient("L").point([70 + v * 150 // 255 for v in range(256)])
    return Image.composite(Image.new("RGB", size, INK), picture, shade.resize(size))


def _frame(pen: ImageDraw.ImageDraw, size: tuple[int, int], ground: Ground) -> None:
    """A hair's line of gold within the edge."""
    inset = size[1] * 0.035
    pen.rounded_rectangle(
        (inset, inset, size[0] - inset, size[1] - inset),
        radius=size[1] * 0.04,
        outline=(*ground.accent, 130),
        width=FINE * 2,
    )


def _glow(card: Image.Image, centre: Point, radius: float, colour: Colour) -> None:
    """A soft light behind what is drawn next."""
    light = Image.new("L", card.size, 0)
    x, y = centre
    ImageDraw.Draw(light).ellipse(
        (x - radius, y - radius, x + radius, y + radius), fill=110
    )
    light = light.filter(ImageFilter.GaussianBlur(radius / 2.5))
    card.paste(Image.new("RGB", card.size, colour), mask=light)


def _balloons(card: Image.Image) -> None:
    """Balloons on their strings, and a little confetti."""
    width, height = card.size
    dice = random.Random(8)  # noqa: S311 (where confetti falls)
    _glow(card, (width * 0.76, height * 0.42), height * 0.36, (46, 140, 122))
    pen = ImageDraw.Draw(card, "RGBA")
    knot = (width * 0.76, height * 1.02)
    balloons = (
        (0.665, 0.40, 0.112, PALE_JADE, 235),
        (0.865, 0.44, 0.105, LACQUER, 245),
        (0.765, 0.29, 0.135, PALE_GOLD, 250),
    )
    for x, y, radius, colour, strength in balloons:
        centre, size = (width * x, height * y), height * radius
        _string(pen, (centre[0], centre[1] + size * 1.2), knot)
        _balloon(pen, centre, size, colour, strength)
    for _piece in range(70):
        x, y = dice.uniform(0.52, 0.965), dice.uniform(0.07, 0.93)
        size = height * dice.uniform(0.004, 0.009)
        colour = dice.choice([PALE_GOLD, PAPER, PALE_JADE])
        place = (width * x, height * y)
        box = (place[0] - size, place[1] - size, place[0] + size, place[1] + size)
        pen.ellipse(box, fill=(*colour, dice.randint(60, 150)))


def _balloon(
    pen: ImageDraw.ImageDraw,
    centre: Point,
    size: float,
    colour: Colour,
    strength: int,
) -> None:
    x, y = centre
    pen.polygon(
        [
            (x, y + size * 1.12),
            (x - size * 0.11, y + size * 1.28),
            (x + size * 0.11, y + size * 1.28),
        ],
        fill=(*colour, strength),
    )
    pen.ellipse(
        (x - size, y - size * 1.18, x + size, y + size * 1.18), fill=(*colour, strength)
    )
    pen.ellipse(
        (x - size * 0.62, y - size * 0.86, x - size * 0.18, y - size * 0.22),
        fill=(255, 255, 255, 70),
    )


def _string(pen: ImageDraw.ImageDraw, top: Point, knot: Point) -> None:
    sway = [
        (
            top[0] + (knot[0] - top[0]) * t**1.6 + math.sin(t * 5.5) * 14 * (1 - t),
            top[1] + (knot[1] - top[1]) * t,
        )
        for t in (step / 40 for step in range(41))
    ]
    pen.line(sway, fill=(*PAPER, 150), width=FINE * 2, joint="curve")


def _lanterns(card: Image.Image) -> None:
    """Lanterns over a sea of waves, under a full moon."""
    width, height = card.size
    _waves(card, top=0.80, colour=PALE_GOLD, strength=46)
    _glow(card, (width * 0.77, height * 0.43), height * 0.40, (214, 96, 60))
    pen = ImageDraw.Draw(card, "RGBA")
    for ring, strength in ((0.40, 40), (0.355, 70), (0.31, 110)):
        radius = height * ring
        x, y = width * 0.77, height * 0.45
        pen.ellipse(
            (x - radius, y - radius, x + radius, y + radius),
            outline=(*PALE_GOLD, strength),
            width=FINE * 2,
        )
    for x, y, size in (
        (0.655, 0.34, 0.082),
        (0.895, 0.40, 0.075),
        (0.775, 0.47, 0.125),
    ):
        _lantern(pen, (width * x, height * y), height * size)


def _lantern(pen: ImageDraw.ImageDraw, centre: Point, size: float) -> None:
    x, y = centre
    body, rib = (206, 66, 46, 255), (*PALE_GOLD, 170)
    pen.line([(x, -size), (x, y - size)], fill=(*PALE_GOLD, 200), width=FINE * 2)
    box = (x - size * 1.2, y - size * 0.95, x + size * 1.2, y + size * 0.95)
    pen.ellipse(box, fill=body, outline=rib, width=FINE * 2)
    for share in (0.78, 0.4):
        pen.ellipse(
            (
                x - size * 1.2 * share,
                y - size * 0.95,
                x + size * 1.2 * share,
                y + size * 0.95,
            ),
            outline=rib,
            width=FINE * 2,
        )
    pen.line([(x, y - size * 0.95), (x, y + size * 0.95)], fill=rib, width=FINE * 2)
    for edge in (-1, 1):
        pen.rounded_rectangle(
            (
                x - size * 0.45,
                y + edge * size * 0.95 - size * 0.1,
                x + size * 0.45,
                y + edge * size * 0.95 + size * 0.1,
            ),
            radius=size * 0.06,
            fill=(*PALE_GOLD, 255),
        )
    for thread in range(-4, 5):
        start = x + thread * size * 0.075
        pen.line(
            [(start, y + size * 1.05), (start + thread * 1.2, y + size * 1.95)],
            fill=(*PALE_GOLD, 210),
            width=FINE * 2,
        )


def _waves(card: Image.Image, *, top: float, colour: Colour, strength: int) -> None:
    """The old pattern of overlapping waves, rising from below."""
    width, height = card.size
    layer = Image.new("RGBA", card.size, (0, 0, 0, 0))
    pen = ImageDraw.Draw(layer)
    radius = height * 0.082
    rows = int((1 - top) * height / (radius / 2)) + 3
    for row in range(rows):
        y = height * top + row * radius / 2 + radius
        fade = int(strength * min(1.0, 0.35 + row / rows))
        shift = radius if row % 2 else 0.0
        for column in range(-1, int(width / (2 * radius)) + 2):
            x = column * 2 * radius + shift
            for share in (1.0, 0.72, 0.44):
                reach = radius * share
                pen.arc(
                    (x - reach, y - reach, x + reach, y + reach),
                    180,
                    360,
                    fill=(*colour, fade),
                    width=FINE * 2,
                )
    card.paste(layer, mask=layer)


def _branch(card: Image.Image) -> None:
    """A branch with leaves, and a few gold fruits."""
    width, height = card.size
    _glow(card, (width * 0.80, height * 0.40), height * 0.42, (255, 253, 248))
    pen = ImageDraw.Draw(card, "RGBA")
    stem = [
        (
            width * (0.63 + 0.28 * t),
            height * (0.93 - 0.74 * t - 0.10 * math.sin(t * math.pi)),
        )
        for t in (step / 60 for step in range(61))
    ]
    pen.line(stem, fill=(*DEEP_JADE, 255), width=FINE * 4, joint="curve")
    for number, step in enumerate(range(6, 57, 5)):
        x, y = stem[step]
        ahead, side = stem[step + 2], 1 if number % 2 else -1
        along = math.atan2(ahead[1] - y, ahead[0] - x)
        size = height * (0.165 - 0.0095 * number)
        tone = (JADE, DEEP_JADE, (35, 132, 115))[number % 3]
        _leaf(pen, (x, y), along + side * 0.85, size, tone)
        if number % 3 == 1:
            berry = along - side * 0.7
            reach = height * 0.075
            tip = (x + math.cos(berry) * reach, y + math.sin(berry) * reach)
            pen.line([(x, y), tip], fill=(*DEEP_JADE, 220), width=FINE * 2)
            dot = height * 0.017
            box = (tip[0] - dot, tip[1] - dot, tip[0] + dot, tip[1] + dot)
            pen.ellipse(box, fill=(*GOLD, 255))


def _leaf(
    pen: ImageDraw.ImageDraw, root: Point, angle: float, size: float, colour: Colour
) -> None:
    def placed(along: float, across: float) -> Point:
        return (
            root[0] + math.cos(angle) * along - math.sin(angle) * across,
            root[1] + math.sin(angle) * along + math.cos(angle) * across,
        )

    steps = [step / 24 for step in range(25)]
    edge = [placed(size * t, math.sin(math.pi * t**0.8) * size * 0.21) for t in steps]
    back = [placed(size * t, -math.sin(math.pi * t**0.8) * size * 0.21) for t in steps]
    pen.polygon([*edge, *reversed(back)], fill=(*colour, 255))
    pen.line([root, placed(size * 0.92, 0)], fill=(*PAPER, 120), width=FINE)


def _seal(card: Image.Image) -> None:
    """Waves in the dark, and a seal of lacquer as on a letter."""
    width, height = card.size
    _waves(card, top=0.0, colour=PALE_GOLD, strength=17)
    pen = ImageDraw.Draw(card, "RGBA")
    x, y, size = width * 0.80, height * 0.50, height * 0.17
    pen.rounded_rectangle(
        (x - size, y - size, x + size, y + size),
        radius=size * 0.16,
        fill=(*LACQUER, 255),
    )
    inner = size * 0.86
    pen.rounded_rectangle(
        (x - inner, y - inner, x + inner, y + inner),
        radius=size * 0.1,
        outline=(*PAPER, 220),
        width=FINE * 3,
    )
    font = font_of(int(size * 1.15))
    sign = writable("礼") or "R"
    pen.text((x, y), sign, font=font, fill=(*PAPER, 255), anchor="mm")


MOTIFS: Final = {
    "birthday": _balloons,
    "new_year": _lanterns,
    "thanks": _branch,
    "plain": _seal,
    "own": _seal,
}


def faces() -> Sequence[str]:
    """Every face that we draw ourselves."""
    return [face for face in MOTIFS if face != "own"]
