"""Faces: drawn by us, or brought by the shop and drawn anew before they are kept."""

import io
import struct
import zlib

import pytest
from django.db import DatabaseError, connection, transaction
from PIL import Image

from gift_cards import images, pictures
from gift_cards import services as gift_cards_services
from gift_cards.errors import DesignRefused, PictureRefused
from gift_cards.models import GiftCardDesign, GiftCardPicture, GiftCardPolicy
from ledger.services import Act
from policies import services as policies_services
from policies.errors import PolicyRefused
from stores.errors import NotAllowed
from tests.factories.gift_cards import NOON, at_store, at_till
from tests.samples import mostly_long

pytestmark = pytest.mark.django_db
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def picture(
    format_: str, size: tuple[int, int] = (400, 300), **options: object
) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, (15, 107, 92)).save(file, format_, **options)
    return file.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is enormous."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body))
            + kind
            + body
            + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def save(by: Act, **fields: object) -> GiftCardDesign:
    upload = fields.pop("upload", None)
    return gift_cards_services.save_design(
        design=GiftCardDesign(
            **{"name": "Ours", "face": "own", "face_values": [50_00], **fields}
        ),
        by=by,
        at=NOON,
        upload=upload,  # type: ignore[arg-type]  # bytes or nothing
    )


@pytest.mark.parametrize("face", pictures.faces())
@pytest.mark.parametrize(
    "language", mostly_long(["en", "zh-hans", "zh-hant"], "zh-hant")
)
def test_every_face_is_drawn_at_the_size_of_a_card(face: str, language: str) -> None:
    drawn = pictures.draw(face=face, brand="熟客", amount=88_50, language=language)

    with Image.open(io.BytesIO(drawn)) as opened:
        assert (opened.format, opened.size) == ("JPEG", pictures.SIZE)
        colours = opened.convert("RGB").getcolors(maxcolors=2**24)
    assert colours is not None
    assert len(colours) > 100  # not a blank card
    assert len(drawn) < 300_000


@pytest.mark.parametrize("brand", ["", "😀", "x" * 200, "مطعم", "\x00", "熟客" * 40])
def test_whatever_a_shop_is_called_its_card_is_drawn(brand: str) -> None:
    for greeting in ("", brand[:24]):
        assert pictures.draw(
            face="birthday", brand=brand, amount=None, greeting=greeting
        )


def test_without_any_font_a_card_is_drawn_in_plain_letters(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for chinese, latin in ((None, pictures.LATIN[0]), (None, None)):
        monkeypatch.setattr(pictures, "_chinese", lambda found=chinese: found)
        monkeypatch.setattr(pictures, "_latin", lambda found=latin: found)
        pictures.font_of.cache_clear()
        pictures.draw.cache_clear()
        assert pictures.writable("熟客 Regulars") == "Regulars"
        assert pictures.draw(face="plain", brand="熟客 Regulars", amount=100_00)
    pictures.font_of.cache_clear()
    pictures.draw.cache_clear()


def test_an_amount_is_shown_short_where_it_is_whole() -> None:
    assert pictures.whole(100_00, language="zh-hans") == "¥100"
    assert pictures.whole(88_50, language="en") == "¥88.50"


@pytest.mark.parametrize(
    "upload",
    [picture("PNG"), picture("JPEG"), picture("WEBP"), picture("PNG", (1, 1))],
    ids=["png", "jpeg", "webp", "tiny"],
)
def test_a_picture_is_drawn_anew_at_the_size_of_a_card(upload: bytes) -> None:
    design = save(at_store(), upload=upload)

    assert design.picture is not None
    with Image.open(io.BytesIO(bytes(design.picture.image))) as opened:
        assert (opened.format, opened.size) == ("JPEG", pictures.SIZE)
    assert pictures.draw(
        face="own", brand="熟客", amount=50_00, own=bytes(design.picture.image)
    )


def test_what_else_was_in_the_file_is_gone() -> None:
    exif = Image.Exif()
    exif[0x010E] = "SECRET-PLACE"
    upload = picture("JPEG", exif=exif.tobytes(), comment=b"SECRET-WORDS")
    assert b"SECRET-PLACE" in upload

    kept = images.cleaned(upload + b"<script>SECRET-TAIL</script>")

    assert b"SECRET" not in kept
    with Image.open(io.BytesIO(kept)) as opened:
        assert not opened.getexif()


@pytest.mark.parametrize(
    "upload",
    [
        b"",
        b"\0" * 1000,
        SVG,
        b"GIF89a" + b"\0" * 100,
        picture("GIF"),
        picture("BMP"),
        picture("TIFF"),
        bomb(50_000, 50_000),
        bomb(2**31 - 1, 2**31 - 1),
        bomb(5_000, 4_001),
        bomb(100, 100),
        bomb(0, 0),
        picture("PNG")[:60],
        picture("JPEG")[:200],
        picture("PNG") + b"\0" * images.LARGEST_FILE,
    ],
    ids=range(15),
)
def test_what_is_no_safe_picture_is_refused_and_nothing_kept(upload: bytes) -> None:
    with pytest.raises(PictureRefused):
        save(at_store(), upload=upload)

    assert not GiftCardDesign.objects.exists()
    assert not GiftCardPicture.objects.exists()


def test_the_same_picture_is_kept_once_and_never_changed() -> None:
    upload = picture("PNG")
    one = save(at_store(), name="one", upload=upload)
    other = save(at_store(), name="other", upload=upload)

    assert one.picture_id == other.picture_id
    for statement in (
        "UPDATE gift_cards_giftcardpicture SET image = ''",
        "DELETE FROM gift_cards_giftcardpicture",
    ):
        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


@pytest.mark.parametrize(
    "fields",
    [
        {"face": "own"},
        {"face": "unknown"},
        {"face": "plain", "face_values": []},
        {"face": "plain", "face_values": [0]},
        {"face": "plain", "face_values": [-5]},
        {"face": "plain", "face_values": [10**18]},
        {"face": "plain", "face_values": [50_00, 50_00]},
        {"face": "plain", "face_values": list(range(1, 14))},
        {"face": "plain", "free_from": 10_00},
        {"face": "plain", "free_from": 20_00, "free_to": 10_00},
        {"face": "plain", "free_from": -1, "free_to": 10_00},
        {"face": "plain", "name": ""},
        {"face": "plain", "name": "x" * 61},
        {"face": "plain", "name": "a\x00b"},
        {"face": "plain", "greeting": "x" * 25},
    ],
)
def test_a_design_that_cannot_be_is_refused_in_sentences(
    fields: dict[str, object],
) -> None:
    with pytest.raises(DesignRefused) as refusal:
        save(at_store(), **fields)

    assert str(refusal.value)
    assert not GiftCardDesign.objects.exists()


def test_the_four_faces_are_begun_with_once() -> None:
    by = at_store()

    assert len(gift_cards_services.begin_with_faces(by=by, at=NOON)) == 4
    assert gift_cards_services.begin_with_faces(by=by, at=NOON) == []
    assert GiftCardDesign.objects.count() == 4


def test_a_manager_of_one_store_changes_no_design() -> None:
    manager, _ = at_till("store-manager")
    with pytest.raises(NotAllowed):
        save(manager, face="plain")
    assert not GiftCardDesign.objects.exists()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"largest": 1_000_01}, "without a name"),
        ({"validity_months": 35}, "longer validity"),
        ({"smallest": 0}, "above zero"),
        ({"smallest": 2_00, "largest": 1_00}, "above zero"),
        ({"validity_months": 1_201}, "1 to 1,200 months"),
        ({"wrong_per_minute": 0}, "wrong tries"),
        ({"wrong_per_code": 21}, "wrong tries"),
        ({"extend_months": 0}, "Extensions"),
    ],
)
def test_rules_that_the_country_or_sense_forbids_are_not_published(
    fields: dict[str, int], words: str
) -> None:
    with pytest.raises(PolicyRefused, match=words):
        policies_services.publish(
            version=GiftCardPolicy(in_force_from=NOON, reason="new", **fields),
            by=at_store(),
            at=NOON,
        )
    assert GiftCardPolicy.objects.count() == 1
