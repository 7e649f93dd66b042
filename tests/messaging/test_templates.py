"""The words of messages: published version by version, refused in words."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction

from messaging import services as messaging_services
from messaging.errors import MessageTemplateRefused
from messaging.models import MessageTemplate, MessageTemplateVersion, MessageText
from stores.errors import NotAllowed
from stores.models import AuditEvent
from tests.factories.gift_cards import at_till
from tests.factories.ledger import an_act
from tests.factories.messaging import sent, template, words_for
from tests.factories.stores import NOON

pytestmark = pytest.mark.django_db


def publish(**options: Any) -> MessageTemplateVersion:
    return messaging_services.publish_template(
        **{
            "code": "birthday",
            "name": "Birthday",
            "purpose": "marketing",
            "values": {"what": "text"},
            "words": words_for("email", "sms"),
            "by": an_act(),
            "at": NOON,
            **options,
        }
    )


def test_a_message_keeps_the_words_it_was_decided_with() -> None:
    first = publish()
    message = sent(first)
    second = publish(words=words_for("email", body="Other words"))

    assert (first.number, second.number) == (1, 2)
    assert message.version == first
    assert sent(second).version == second
    assert AuditEvent.objects.filter(act="messaging.template_published").count() == 2


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"code": "Birth day"}, "small letter"),
        ({"name": " "}, "name"),
        ({"purpose": "spam"}, "purpose"),
        ({"values": {"what": "colour"}}, "no value"),
        ({"values": {"what": "text", "member": "text"}}, "every message"),
        ({"words": []}, "each channel once"),
        ({"words": words_for("email")[:2]}, "every language"),
        ({"words": words_for("email") * 2}, "each channel once"),
        ({"words": words_for("email", body="{{ other }}")}, "“other”"),
        ({"words": words_for("email", body="{{ what }")}, "bracket"),
        ({"words": words_for("email", body="{{ what-not }}")}, "bracket"),
        ({"words": words_for("email", subject=" ")}, "subject"),
        ({"words": words_for("email", subject="a\nb")}, "one line"),
        ({"words": words_for("sms", body="x" * 501)}, "500"),
        ({"words": words_for("email", body="a\x00")}, "cannot be kept"),
        (
            {
                "values": {"what": "secret"},
                "words": words_for("email", subject="{{ what }}"),
            },
            "locked phones",
        ),
    ],
)
def test_words_that_cannot_be_sent_are_refused(
    options: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(MessageTemplateRefused, match=sentence), transaction.atomic():
        publish(**options)

    assert not MessageTemplate.objects.filter(code="birthday").exists()
    assert not MessageText.objects.filter(version__template__code="birthday").exists()


def test_an_empty_text_is_refused() -> None:
    words = [replace(text, body=" ") for text in words_for("email")]
    with pytest.raises(MessageTemplateRefused, match="4000"):
        publish(words=words)


def test_the_purpose_of_a_template_stays() -> None:
    publish()
    with pytest.raises(MessageTemplateRefused, match="stays"), transaction.atomic():
        publish(purpose="transactional")
    assert MessageTemplate.objects.get(code="birthday").versions.count() == 1


def test_only_whoever_may_writes_the_words() -> None:
    cashier, _user = at_till("cashier")
    with pytest.raises(NotAllowed):
        publish(by=cashier)
    assert not MessageTemplate.objects.filter(code="birthday").exists()


def test_a_template_out_of_use_comes_back() -> None:
    version = template()
    for is_active in (False, True):
        messaging_services.set_template_in_use(
            template_id=version.template_id, is_active=is_active, by=an_act(), at=NOON
        )
    assert sent(version).state == "waiting"
