"""Nothing that is somebody's reaches a log line."""

import logging
import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.redaction import HIDDEN, redact, redact_event, redact_text

SECRETS = [
    "+8613800138000",
    "13800138000",
    "138 0013 8000",
    "138-0013-8000",
    "138.0013.8000",
    "+886 912 345 678",
    "(02) 2345-6789",
    "９１２３４５６７８",
    "%2B8613800138000",
    "6218041077350926",
    "6218 0410 7735 0926",
    "ABCD-EFGH-2345-JKLM",
    "abcd-efgh-2345-jklm",
    "ABCD EFGH 2345 JKLM",
    "abcd efgh 2345 jklm",
    "K7MPQ2XWRT94HJNC",
    "k7mpq2xwrt94hjnc",
    "KMPQXWRTHJNCABCD",
    "sk_live_abc123def456",
    "rg_9f8e7d6c5b4a",
    "yulan@example.com",
    "$argon2id$v=19$m=102400,t=2,p=8$c2FsdA$aGFzaA",
]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize(
    "frame",
    ["%s", "of %s, twice", "GET /m/%s/ 404", "Key (n)=(%s) already exists.", "'%s'"],
)
def test_a_secret_is_hidden_wherever_it_stands(secret: str, frame: str) -> None:
    assert secret not in redact_text(frame % secret)


@pytest.mark.parametrize(
    "text",
    [
        "pin 1234",
        "PIN: 1234",
        "pin=1234&x=1",
        '{"pin": "1234"}',
        "the code is 1234",
        "验证码是 1234",
        "支付码：1234",
        "password=1234",
        "/pay?otp=1234",
        "/find?q=1234",
        "Authorization: Bearer 1234",
        "Key (phone)=(1234) already exists",
    ],
)
def test_a_short_secret_is_known_by_its_label(text: str) -> None:
    assert "1234" not in redact_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "id 01939a3e-7a1c-7000-8000-123456789012",
        "2026-11-22T03:42:58.123456",
        "2026-11-22 03:42",
        "from 192.168.100.200",
        "took 0.12345678 s",
        "ledger_balance_never_negative",
        'File "/srv/config/embedded.py", line 18, in database_url',
        "GET /admin/ledger/entry/ 200",
        "Sale 1234567",
    ],
)
def test_what_an_operator_needs_is_kept(text: str) -> None:
    assert redact_text(text) == text


NAMES = [
    "phone",
    "member_phone",
    "cardNumber",
    "card_no",
    "gift_code",
    "pin",
    "PIN_hash",
    "otp",
    "one_time_code",
    "api_key",
    "X-Api-Key",
    "Authorization",
    "Cookie",
    "sessionid",
    "csrfmiddlewaretoken",
    "code",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", ["x", 4711, ["x"], {"inner": "x"}, b"x", 1.5])
def test_a_telling_name_hides_any_value(name: str, value: object) -> None:
    assert redact({name: value}) == {name: HIDDEN}


def test_a_status_code_and_sums_are_no_secret() -> None:
    event = {"code": 404, "amount": 10**12, "entry_id": 10**11, "seconds": 0.25}
    assert redact(event) == event
    assert redact({"code": 482913}) == {"code": HIDDEN}
    assert redact({"value": 13800138000}) == {"value": HIDDEN}


@given(
    digits=st.text("0123456789", min_size=8, max_size=16),
    before=st.text(string.ascii_lowercase + " :/", max_size=12),
    after=st.text(string.ascii_lowercase + " ,;)", max_size=12),
)
def test_eight_digits_never_pass(digits: str, before: str, after: str) -> None:
    assert digits not in redact_text(before + digits + after)


nested: st.SearchStrategy[Any] = st.recursive(
    st.just("13800138000") | st.just(13800138000) | st.just(b"+8613800138000"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "note", "event"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(value=nested)
def test_no_depth_hides_a_phone_from_the_filter(value: Any) -> None:
    line = redact_event(logging.getLogger(), "info", {"event": value})
    assert "13800138000" not in str(line)
