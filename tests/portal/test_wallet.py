"""Money: every amount leads to its entry, and a month's statement adds up."""

import csv
import io
import re
import subprocess
from datetime import timedelta
from pathlib import Path
from shutil import which

import pytest
from fontTools.ttLib import TTFont

from cards import services as cards_services
from cards.models import WalletShare
from checkout import services as checkout_services
from common.fonts import document_font
from members.models import Member
from tests.factories.accounts import client_of
from tests.factories.bills import a_guest, no_codes, settle, till_of
from tests.factories.ledger import an_act
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON, StoreFactory
from tests.portal.reading import text

pytestmark = pytest.mark.django_db
JOINED = NOON - timedelta(days=40)


@pytest.fixture
def member() -> Member:
    """Topped up, paid, and had a part of it back."""
    no_codes()
    store = StoreFactory.create(name="江畔店")
    guest = a_guest(principal=300_00, bonus=50_00, store=store)
    Member.objects.filter(pk=guest.pk).update(joined_at=JOINED, name="陈玉兰")
    paid = settle(140_00, store=store, member=guest)
    checkout_services.refund_sale(
        sale_id=paid.sale_id,
        amount=35_00,
        reason="cold soup",
        by=till_of(store),
        at=NOON,
        key="refund:1",
    )
    return guest


def test_every_amount_leads_to_its_entry(member: Member) -> None:
    client = client_of(member)
    told = text(client, "wallet/")
    movements = told[told.index("Movements") :]
    ways = re.findall(r'href="/portal/(wallet/[0-9a-f-]{36}/)"', movements)
    amounts = re.findall(r'<b class="num(?: is-up)?">([+−]¥[\d.,]+)</b>', movements)
    assert amounts == ["+¥35.00", "−¥140.00", "+¥350.00"]
    for way, amount in zip(ways, amounts, strict=True):
        page = text(client, way)
        assert f'<p class="amount num">{amount}</p>' in page
    refund, bill, top_up = (text(client, way) for way in ways)
    assert f'href="/portal/{ways[1]}"' in refund
    assert "−¥140.00" in refund
    assert "Bill B" in bill
    assert "You paid" in top_up
    assert "Paid out" in top_up  # the refund's formula, with its figures


def test_a_month_adds_up_in_the_csv(member: Member) -> None:
    answer = client_of(member).get("/portal/wallet/statements/2026-11.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    first, *lines, last = rows[1:]
    assert first[-1] == "0.00"
    assert [line[5] for line in lines] == ["350.00", "-140.00", "35.00"]
    assert [line[6] for line in lines] == ["350.00", "210.00", "245.00"]
    assert last[-1] == "245.00"
    assert lines[0][3:5] == ["300.00", "50.00"]

    before = client_of(member).get("/portal/wallet/statements/2026-10.csv")
    assert len(before.content.decode().splitlines()) == 3


def test_the_pdf_embeds_its_font_and_shows_chinese(
    member: Member, tmp_path: Path
) -> None:
    other = client_of(MemberFactory.create(name="Ann"), language="en")
    assert other.get("/portal/wallet/statements/2026-11.pdf").status_code == 200
    client = client_of(member, language="zh-hans")  # whose signs the other had not
    answer = client.get("/portal/wallet/statements/2026-11.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert answer.content == client.get("/portal/wallet/statements/2026-11.pdf").content
    assert len(answer.content) < 60_000
    assert b"Helvetica" not in answer.content
    fonts = answer.content.count(b"/Subtype /TrueType")
    assert fonts
    assert answer.content.count(b"/FontFile2") == fonts
    if which("pdftotext") is not None:
        kept = tmp_path / "statement.pdf"
        kept.write_bytes(answer.content)
        words = read(["pdftotext", "-layout", kept, "-"])
        for said in ("江畔店", "陈玉兰", "储值", "¥245.00", "-¥140.00"):
            assert said in words, words


def test_a_font_of_a_document_has_its_signs_in_both_scripts() -> None:
    for language, words in (("zh-hans", "储值对账单"), ("zh-hant", "儲值對帳單")):
        font = TTFont(io.BytesIO(document_font(words, language=language)))
        assert set(map(ord, words)) <= set(font.getBestCmap())
        assert "glyf" in font


def read(command: list[str | Path]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout


def test_no_month_but_ones_own_is_there(member: Member) -> None:
    client = client_of(member)
    listed = text(client, "wallet/statements/")
    assert re.findall(r"statements/([\d-]+)\.pdf", listed) == ["2026-11", "2026-10"]
    for odd in (
        "2026-9.pdf",
        "2026-12.csv",
        "2026-11.exe",
        "0-0.pdf",
        f"{2**70}-1.csv",
    ):
        assert client.get(f"/portal/wallet/statements/{odd}").status_code == 404


def test_what_would_be_paid_back_is_said_where_plans_are(member: Member) -> None:
    told = text(client_of(member), "wallet/plans/")
    assert "From ¥300.00: ¥50.00 bonus" in told
    assert "The bonus that is left ends" in told


def test_of_a_shared_wallet_it_says_what_is_left_today(member: Member) -> None:
    wei = MemberFactory.create(name="Wei")
    held = share(member, wei, per_day=200_00)
    client = client_of(wei)
    assert "¥200.00 left today" in text(client, "wallet/")
    use_share(held, 60_00)
    assert "¥140.00 left today" in text(client, "wallet/")


def share(owner: Member, holder: Member, **limits: int) -> WalletShare:
    """A family's wallet."""
    return cards_services.save_share(
        share=WalletShare(owner=owner, holder=holder, **limits), by=an_act(), at=NOON
    )


def use_share(held: WalletShare, amount: int) -> None:
    """Something was paid from it today."""
    cards_services.use_share_step(
        share_id=held.pk, amount=amount, day=NOON.date(), at=NOON, key="use:1"
    )
