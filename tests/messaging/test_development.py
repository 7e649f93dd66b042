"""What left may be read in development, codes included, and nowhere else."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from messaging import development
from tests.factories.messaging import sent, template
from tests.messaging.at_work import tick

pytestmark = pytest.mark.django_db
SENT = reverse("messaging:sent")


def test_a_developer_reads_what_was_sent(settings: Any, tmp_path: Path) -> None:
    settings.SENT_MESSAGES = tmp_path / "sent"
    assert "Nothing left yet." in Client().get(SENT).content.decode()
    version = template("email", values={"what": "secret"})
    message = sent(version, address="lin@example.com", values={"what": "482913"})
    tick()

    page = Client().get(SENT).content.decode()

    assert "lin@example.com" in page
    assert "482913" in page
    letter = Client().get(reverse("messaging:sent_letter", args=[message.public_id]))
    assert "482913" in letter.content.decode()
    assert "'none'" in letter.headers["Content-Security-Policy"]
    other = reverse(
        "messaging:sent_letter", args=["01890000-0000-7000-8000-000000000000"]
    )
    assert Client().get(other).status_code == 404


def test_only_the_last_are_kept(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SENT_MESSAGES = tmp_path
    monkeypatch.setattr(development, "KEPT", 2)
    version = template("inbox")
    last = [sent(version, channel="inbox").public_id for _ in range(3)][-1]
    tick()
    kept = development.sent_copies()
    assert len(kept) == 2
    assert last in {copy.public_id for copy in kept}


def test_outside_of_development_there_is_no_such_page_and_nothing_is_kept(
    settings: Any, tmp_path: Path
) -> None:
    assert settings.SENT_MESSAGES is None
    sent(template("email"))
    tick()
    assert Client().get(SENT).status_code == 404
    assert development.sent_copies() == []
    assert list(tmp_path.iterdir()) == []
