"""The guide for a till's programmer: every command in it runs, in its order."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from members.models import Member
from stored_value.models import TopUpRefund
from tests.factories.api import a_till
from tests.factories.cards import CardKindFactory
from tests.factories.coupons import TemplateFactory
from tests.factories.gift_cards import GiftCardDesignFactory
from tests.factories.stored_value import a_plan
from tests.patience import PATIENCE

GUIDE = Path(settings.BASE_DIR) / "docs" / "api.md"
COMMANDS = re.compile(r"^```sh\n(.*?)^```", re.M | re.S)


@pytest.mark.django_db(transaction=True)
def test_every_command_of_the_guide_runs(live_server: Any) -> None:
    CardKindFactory.create()
    GiftCardDesignFactory.create()
    TemplateFactory.drawn(code="welcome-10")
    a_plan()
    till = a_till()
    commands = COMMANDS.findall(GUIDE.read_text(encoding="utf-8"))
    script = "set -euo pipefail\n" + "\n".join(commands)

    done = subprocess.run(
        ["bash", "-c", script],
        env={**os.environ, "API": f"{live_server.url}/api/v1", "KEY": till.text},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-500:] + done.stderr[-500:]
    assert len(commands) >= 5
    assert Member.objects.get().phone == "+8613800138000"
    assert TopUpRefund.objects.count() == 1


def test_every_code_of_the_guide_is_one_that_is_said() -> None:
    root = Path(settings.BASE_DIR)
    said = "".join(
        path.read_text(encoding="utf-8")
        for path in (*root.glob("*/errors.py"), *root.glob("api/**/*.py"))
    )
    table = re.findall(
        r"^\| (?:\d{3})[^|]*\|(.*)\|$", GUIDE.read_text(encoding="utf-8"), re.M
    )
    codes = [code for row in table for code in re.findall(r"`([a-z_]+)`", row)]

    assert len(codes) > 15
    unsaid = [code for code in codes if f'"{code}"' not in said and code != "errors"]
    assert unsaid == []
