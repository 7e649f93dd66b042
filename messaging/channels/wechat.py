"""WeChat template messages: about somebody's own business, never offers."""

import json
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.cache import cache

from . import http
from .base import Capabilities, Letter, SendResult, SendStatus

API_URL = "https://api.weixin.qq.com"
TOKEN: Final = "messaging:wechat_token"  # noqa: S105 (where it lies)
# The token is no longer good: a fresh one is fetched, and nothing has left.
STALE_TOKEN: Final = {40001, 40014, 42001}
# Too many, or the system is busy.
TRY_LATER: Final = {-1, 45009, 45047}


class WeChatCarrier:
    """Off without keys; the provider knows a number of ours that it has had before."""

    code = "wechat"
    capabilities = Capabilities(free_text=False, approved_texts=True)

    def is_set_up(self) -> bool:
        """Both keys are given."""
        return bool(settings.WECHAT_APP_ID and settings.WECHAT_APP_SECRET)

    def send(self, letter: Letter) -> SendResult:
        """Hand one over."""
        try:
            token = _token()
        except (http.NotConnected, http.Unanswered):
            return SendResult(SendStatus.NOT_SENT, detail="no token")
        data = {name: {"value": text} for name, text in letter.values.items()}
        message = {
            "touser": letter.address,
            "template_id": letter.provider_template,
            "client_msg_id": letter.public_id.hex,
            "data": data,
        }
        path = f"/cgi-bin/message/template/send?access_token={token}"
        try:
            return _outcome(_post(path, message))
        except http.NotConnected:
            return SendResult(SendStatus.NOT_SENT, detail="no connection")
        except http.Unanswered:
            return SendResult(SendStatus.UNKNOWN, detail="no answer")

    def ask(self, letter_id: UUID) -> SendResult:
        """It cannot be asked."""
        return SendResult(SendStatus.UNKNOWN)


def _outcome(answer: http.HttpAnswer) -> SendResult:
    code = answer.told.get("errcode")
    if answer.status != 200 or not isinstance(code, int):
        return SendResult(SendStatus.UNKNOWN, detail=f"answer {answer.status}")
    if code == 0:
        return SendResult(
            SendStatus.ACCEPTED, reference=str(answer.told.get("msgid", ""))[:120]
        )
    if code in STALE_TOKEN:
        cache.delete(TOKEN)
    if code in STALE_TOKEN | TRY_LATER:
        return SendResult(SendStatus.NOT_SENT, detail=f"error {code}")
    return SendResult(SendStatus.REFUSED, detail=f"error {code}")


def _token() -> str:
    """The key of the next hours. Raises NotConnected, Unanswered."""
    known = cache.get(TOKEN)
    if known:
        return str(known)
    asked = {
        "grant_type": "client_credential",
        "appid": settings.WECHAT_APP_ID,
        "secret": settings.WECHAT_APP_SECRET,
    }
    answer = _post("/cgi-bin/stable_token", asked)
    token, lasts = answer.told.get("access_token"), answer.told.get("expires_in")
    if not isinstance(token, str) or not isinstance(lasts, int):
        raise http.Unanswered
    cache.set(TOKEN, token, max(lasts - 300, 1))
    return token


def _post(path: str, told: dict[str, Any]) -> http.HttpAnswer:
    return http.call(
        "POST",
        f"{API_URL}{path}",
        body=json.dumps(told, ensure_ascii=False).encode(),
        headers={"Content-Type": "application/json"},
    )
