"""Writing words in the office: with a live preview, and tried on oneself."""

from typing import Any

import pytest
from django.conf import settings
from django.core import mail

from messaging.models import Message, MessageTemplate
from stores.models import AuditEvent
from tests.factories.messaging import a_member, template
from tests.factories.stores import NOON, StoreFactory
from tests.messaging.at_work import tick
from tests.messaging.test_admin import in_role, page

pytestmark = pytest.mark.django_db
LANGUAGES = [code for code, _name in settings.LANGUAGES]


def typed(**changes: Any) -> dict[str, Any]:
    words = {
        f"{name}.{code}": text
        for code in LANGUAGES
        for name, text in (
            ("subject", "For {{ member }}"),
            ("body", f"[{code}] {{{{ dish }}}} is here"),
            ("html", "<p onclick='x'>{{ dish }}</p><script>x</script>"),
        )
    }
    return {"name": "Season", "values": "dish text", **words, **changes}


def test_a_marketer_writes_a_template_and_its_words_anew() -> None:
    client = in_role("marketing")
    new = page("messagetemplate_new")

    assert client.get(new).status_code == 200
    first = {"code": "season", "purpose": "marketing"}
    assert client.post(new, typed(**first)).status_code == 302
    made = MessageTemplate.objects.get(code="season")
    write = page("messagetemplate_write", made.pk)
    assert "[zh-hant] {{ dish }}" in client.get(write).content.decode()
    sms = {f"body.{code}": f"[{code}] {{{{ dish }}}}!" for code in LANGUAGES}
    answer = client.post(
        f"{write}?channel=sms",
        {"name": "New dishes", "values": "dish text", "waits_at_night": "on", **sms},
    )
    assert answer.status_code == 302

    made.refresh_from_db()
    assert (made.name, made.waits_at_night) == ("New dishes", True)
    version = made.versions.get(number=2)
    channels = {(text.channel, text.language) for text in version.texts.all()}
    assert channels == {(one, code) for one in ("email", "sms") for code in LANGUAGES}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"body.en": "{{ nothing }}"}, "nothing"),
        ({"values": "dish colour"}, "kind in each line"),
        ({"values": "dish text\ndish text"}, "kind in each line"),
        ({"body.en": ""}, "required"),
        ({"subject.en": "{{ dish"}, "bracket"),
    ],
)
def test_words_that_cannot_be_sent_are_refused_in_words(
    changes: dict[str, Any], sentence: str
) -> None:
    client = in_role("marketing")
    made = template("email").template
    answer = client.post(page("messagetemplate_write", made.pk), typed(**changes))
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert made.versions.count() == 1


def test_each_change_shows_how_guests_would_read_it() -> None:
    client = in_role("marketing")
    member = a_member(name="Ada <b>")
    made = template("email").template
    asked = f"{page('messagetemplate_write', made.pk)}?channel=email&preview=1"

    answer = client.post(asked, typed(as_member=str(member.pk)))

    shown = answer.content.decode()
    assert answer.status_code == 200
    assert "<form" not in shown
    assert shown.count("<iframe") == 3
    assert 'sandbox=""' in shown
    assert "For Ada &lt;b&gt;" in shown
    assert "[zh-hans] 示例" in shown
    assert "<code>{{ dish }}</code></td><td>text</td><td>an example</td>" in shown
    assert "<code>{{ brand }}</code>" in shown
    assert "which no message carries" not in shown
    wrong = client.post(asked, typed(**{"body.en": "{{ soup }}"})).content.decode()
    assert "The words ask for “soup”, which no message carries." in wrong
    editor = client.get(page("messagetemplate_write", made.pk)).content.decode()
    assert f'href="{page("messagetemplate_try_out", made.pk)}"' in editor
    assert "<script" not in shown
    assert "onclick" not in shown
    broken = client.post(asked, typed(**{"body.en": "{{ dish", "values": "x y z"}))
    assert broken.status_code == 200
    for number in ("x", "9" * 30, "", "-1"):
        assert client.post(asked, typed(as_member=number)).status_code == 200
    assert made.versions.count() == 1


def test_a_template_is_tried_on_oneself_without_consent_or_cap() -> None:
    client = in_role("marketing")
    made = template("email", purpose="marketing", values={"what": "text"}).template
    try_out = page("messagetemplate_try_out", made.pk)
    wanted = {"channel": "email", "language": "zh-hans", "address": "me@example.com"}

    refused = client.post(try_out, {**wanted, "address": "nobody"})
    assert refused.status_code == 200
    assert not Message.objects.exists()
    assert client.post(try_out, {**wanted, "channel": "sms"}).status_code == 200
    assert client.post(try_out, wanted).status_code == 302

    message = Message.objects.get()
    assert (message.purpose, message.member_id) == ("transactional", None)
    Message.objects.update(due_at=NOON, not_before=NOON)
    tick()
    (letter,) = mail.outbox
    assert letter.to == ["me@example.com"]
    assert letter.body.startswith("[zh-hans]")
    assert AuditEvent.objects.filter(act="messaging.tried_out").count() == 1


def test_who_only_reads_writes_nothing() -> None:
    made = template("email").template
    client = in_role("store-manager", store=StoreFactory.create())
    for name in ("write", "try_out", "put_out_of_use"):
        url = page(f"messagetemplate_{name}", made.pk)
        assert client.post(url, typed()).status_code == 403
    assert client.post(page("messagetemplate_new"), typed()).status_code == 403
    assert made.versions.count() == 1


def test_a_template_is_put_out_of_use_and_back() -> None:
    client = in_role("marketing")
    made = template("email").template
    for name, is_active in (("put_out_of_use", False), ("put_in_use", True)):
        url = page(f"messagetemplate_{name}", made.pk)
        assert client.post(url, {}).status_code == 302
        made.refresh_from_db()
        assert made.is_active is is_active


def test_a_long_name_that_would_break_a_text_is_seen_before() -> None:
    client = in_role("marketing")
    made = template("email").template
    long = {f"body.{code}": "{{ member }}" + "x" * 480 for code in LANGUAGES}
    answer = client.post(
        f"{page('messagetemplate_write', made.pk)}?channel=sms",
        {"name": "x", "values": "what text", **long},
    )
    assert "too long once a long name" in answer.content.decode()
    assert made.versions.count() == 1


def test_words_with_a_picture_are_previewed_published_and_tried_without_it() -> None:
    client = in_role("marketing")
    gift = MessageTemplate.objects.get(code="gift_card")
    write = page("messagetemplate_write", gift.pk)
    form = client.get(write).context["form"]
    told = {name: form.get_initial_for_field(field, name) or ""
            for name, field in form.fields.items()}  # fmt: skip

    shown = client.post(f"{write}?channel=email&preview=1", told)
    assert shown.status_code == 200
    assert shown.content.decode().count("<iframe") == 3
    assert client.post(write, told).status_code == 302
    assert gift.versions.count() == 2
    wanted = {"channel": "email", "language": "en", "address": "me@example.com"}
    tried = client.post(page("messagetemplate_try_out", gift.pk), wanted)
    assert tried.status_code == 302
    Message.objects.update(due_at=NOON, not_before=NOON)
    tick()
    assert mail.outbox[0].to == ["me@example.com"]
