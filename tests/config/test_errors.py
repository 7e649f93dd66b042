"""Refusals are pages in the reader's language, never a code or a trace."""

import pytest
from django.test import Client

from stores.models import User

pytestmark = pytest.mark.django_db

NOT_FOUND = {
    "en": "There is nothing at this address",
    "zh-hans": "此网址没有内容",
    "zh-hant": "此網址沒有內容",
}


@pytest.mark.parametrize(("language", "sentence"), NOT_FOUND.items())
def test_a_missing_page(language: str, sentence: str) -> None:
    answer = Client(headers={"Accept-Language": language}).get("/nothing-here")
    assert answer.status_code == 404
    assert sentence in answer.content.decode()
    assert answer["X-Request-ID"] in answer.content.decode()


def test_a_form_without_its_token() -> None:
    answer = Client(enforce_csrf_checks=True).post("/i18n/setlang/", {"language": "en"})
    assert answer.status_code == 403
    assert "This form has grown old" in answer.content.decode()


@pytest.mark.parametrize(
    ("language", "sentence"),
    {
        "en": "This page opens from a form",
        "zh-hans": "此页面不能直接打开",
        "zh-hant": "此頁面無法直接開啟",
    }.items(),
)
def test_the_address_of_a_forms_answer_is_no_blank_page(
    language: str, sentence: str
) -> None:
    answer = Client(headers={"Accept-Language": language}).get("/counter/charge/")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert sentence in answer.content.decode()


def test_an_unreadable_request() -> None:
    answer = Client().post(
        "/i18n/setlang/", b"x" * 100, content_type="multipart/form-data"
    )
    assert answer.status_code == 400
    assert "This request could not be read" in answer.content.decode()


def test_a_page_that_is_not_ones_own() -> None:
    clerk = User.objects.create_user("clerk", display_name="C", is_staff=True)
    client = Client()
    client.force_login(clerk)
    answer = client.get("/admin/stores/store/")
    assert answer.status_code == 403
    assert "This is not open to you" in answer.content.decode()


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
def test_the_language_is_chosen_by_a_form_and_kept_in_a_cookie(language: str) -> None:
    client = Client(headers={"Accept-Language": "fr"})
    answer = client.post("/i18n/setlang/", {"language": language, "next": "/"})
    assert answer.status_code == 302
    assert answer.cookies["language"].value == language
    assert answer.cookies["language"]["httponly"]
    page = client.get("/nothing-here").content.decode()
    assert f'<html lang="{language}">' in page
    assert NOT_FOUND[language] in page


def test_a_language_form_leads_nowhere_else() -> None:
    answer = Client().post(
        "/i18n/setlang/", {"language": "en", "next": "https://example.com/"}
    )
    assert answer["Location"] == "/"


def test_the_first_page_says_what_this_is() -> None:
    page = Client().get("/").content.decode()
    assert "The house that knows its regulars" in page
    assert 'href="/admin/"' in page
    assert "not yet run" in page
    assert '"allowEval": false' in page
    assert "X-CSRFToken" in page
