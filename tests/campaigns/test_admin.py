"""The builder in the office: bit by bit, with or without scripts, for whoever may."""

from typing import Any

import pytest
from django.test import Client

from campaigns.conditions import KINDS
from campaigns.forms import CHOICES, FIELDS
from campaigns.models import Segment, SegmentVersion
from members.models import Tag
from tests.factories.campaigns import a_segment, all_of, any_of, none_of
from tests.factories.members import MemberFactory, TagFactory
from tests.factories.recognition import VisitFactory
from tests.factories.stores import StoreFactory, UserFactory, signed_in

pytestmark = pytest.mark.django_db
ADD, LIST = "/admin/campaigns/segment/add/", "/admin/campaigns/segment/"
HTMX = {"HX-Request": "true"}
WOMEN = {"kind": "gender", "genders": ["female"]}


@pytest.fixture
def office() -> Client:
    return signed_in(UserFactory.create(is_superuser=True))


def change(segment: Segment) -> str:
    return f"/admin/campaigns/segment/{segment.pk}/change/"


def of_women(**facts: Any) -> dict[str, Any]:
    return {
        "name": "Women",
        "is_active": "on",
        "kind.0": "all",
        "node": ["0.0"],
        "kind.0.0": "gender",
        "c0.0-genders": ["female"],
        **facts,
    }


def test_it_is_built_bit_by_bit_and_counted_at_each_change(office: Client) -> None:
    her = MemberFactory.create(gender="female", phone="+8613900001234")
    MemberFactory.create(gender="male")
    page = office.get(ADD).content.decode()
    assert "Complete the conditions" in page

    posted = {"kind.0": "all", "do": "add:0", "add.0": "gender"}
    answer = office.post(ADD, posted, headers=HTMX).content.decode()
    assert "c0.0-genders" in answer
    assert "<html" not in answer
    assert "required" not in answer.lower().split("segment-error")[0][-40:]

    answer = office.post(ADD, of_women(), headers=HTMX).content.decode()
    assert her.name in answer
    assert "of 2 active members" in answer
    assert Segment.objects.count() == 0

    office.post(ADD, of_women())
    segment = Segment.objects.get()
    assert segment.versions.get().rules == all_of(WOMEN)
    assert str(segment) in office.get(LIST).content.decode()
    assert "c0.0-genders" in office.get(change(segment)).content.decode()


def test_without_scripts_a_button_does_the_same(office: Client) -> None:
    page = office.post(ADD, of_women(do="group:0")).content.decode()

    assert "<html" in page
    assert 'name="kind.0.1"' in page
    assert 'value="Women"' in page
    assert Segment.objects.count() == 0


def test_what_is_taken_away_closes_the_ranks(office: Client) -> None:
    posted = of_women(**{"node": ["0.0", "0.1"], "kind.0.1": "complaint"})
    page = office.post(ADD, {**posted, "do": "remove:0.0"}).content.decode()

    assert "c0.0-genders" not in page
    assert 'name="kind.0.0" value="complaint"' in page


def test_every_condition_can_be_added_and_none_is_unknown_to_the_page(
    office: Client,
) -> None:
    kinds = [kind for _of, pairs in CHOICES for kind, _label in pairs]
    assert sorted(kinds) == sorted(KINDS)
    asked = {name for kind in KINDS.values() for name in kind.model_fields}
    assert asked - {"kind"} == set(FIELDS)
    for kind in kinds:
        answer = office.post(
            ADD, {"kind.0": "any", "do": "add:0", "add.0": kind}, headers=HTMX
        )
        assert f'value="{kind}"' in answer.content.decode()


def test_what_is_kept_comes_back_as_it_was_typed(office: Client) -> None:
    store, tag = StoreFactory.create(), TagFactory.create()
    rules = all_of(
        {"kind": "spent", "at_least": 150_50, "last_days": 30, "stores": [store.pk]},
        any_of(
            {"kind": "items", "at_least": 1, "skus": ["D1", "D2"], "categories": []},
            none_of({"kind": "tag", "tags": [tag.pk]}),
        ),
        {"kind": "visits", "at_most": 0, "weekdays": [0, 6]},
    )
    segment = a_segment(rules)
    page = office.get(change(segment))
    typed: dict[str, Any] = {"name": "Again", "is_active": "on", "based_on": "1"}
    nodes = [page.context["draft"]]
    typed["node"] = []
    while nodes:
        node = nodes.pop(0)
        typed["node"] += [node.path] if node.path != "0" else []
        typed[f"kind.{node.path}"] = node.kind
        for name, told in node.values.items():
            typed[f"c{node.path}-{name}"] = told
        nodes = node.of + nodes
    assert typed["c0.0-at_least"] == ["150.50"]

    office.post(change(segment), typed)

    segment.refresh_from_db()
    assert (segment.name, segment.version) == ("Again", 1)


@pytest.mark.parametrize(
    "facts",
    [
        {"c0.0-genders": []},
        {"c0.0-genders": ["robot"]},
        {"name": ""},
        {"kind.0.0": "visits", "c0.0-at_least": "many"},
        {"kind.0.0": "visits", "c0.0-at_least": "3", "c0.0-at_most": "2"},
        {"kind.0.0": "spent", "c0.0-at_least": "1.234"},
        {"kind.0.0": "tag", "c0.0-tags": ["x"]},
        {"kind.0.0": "segment", "c0.0-segment": "999999999999999999999"},
        {"kind.0.0": "custom", "c0.0-code": "x", "c0.0-value": "\x00"},
        {"node": []},
        {"node": ["0.0.0.1", "7", "", "0.0", "0.0"], "kind.0.0": "nothing"},
        {"kind.0": "sum", "node": ["0.0"], "kind.0.0": "all"},
        {"store": "9999999"},
    ],
)
def test_nonsense_gets_a_sentence_and_saves_nothing(
    office: Client, facts: dict[str, Any]
) -> None:
    answer = office.post(ADD, of_women(**facts))

    assert answer.status_code == 200
    assert Segment.objects.count() == 0
    answer = office.post(ADD, of_women(**facts), headers=HTMX)
    assert answer.status_code == 200


def test_somebody_elses_change_is_told_and_nothing_is_lost(office: Client) -> None:
    segment = a_segment(WOMEN)
    office.post(change(segment), of_women(**{"kind.0": "not", "based_on": "1"}))
    answer = office.post(
        change(segment), of_women(**{"kind.0": "any", "based_on": "1"})
    )

    assert "changed this segment meanwhile" in answer.content.decode()
    assert SegmentVersion.objects.count() == 2


def test_a_store_manager_builds_for_the_store_and_sees_no_other() -> None:
    mine, other = StoreFactory.create_batch(2)
    manager = signed_in(UserFactory.holding("store-manager", store=mine))
    guest, stranger = MemberFactory.create_batch(2, gender="female")
    VisitFactory.create(member=guest, store=mine)
    VisitFactory.create(member=stranger, store=other)
    theirs, everywhere = a_segment(WOMEN, store=other), a_segment(WOMEN)

    answer = manager.post(ADD, of_women(), headers=HTMX).content.decode()
    assert guest.name in answer
    assert stranger.name not in answer
    assert manager.get(change(theirs)).status_code == 404
    assert manager.get(change(everywhere)).status_code == 404
    manager.post(ADD, of_women())
    manager.post(ADD, of_women(store=other.pk))
    assert Segment.objects.count() == 2
    manager.post(ADD, of_women(store=mine.pk))
    assert Segment.objects.get(name="Women").store == mine


def test_an_auditor_looks_and_changes_nothing() -> None:
    segment = a_segment(WOMEN)
    auditor = signed_in(UserFactory.holding("auditor"))

    assert "disabled" in auditor.get(change(segment)).content.decode()
    assert auditor.post(change(segment), of_women()).status_code == 403
    assert auditor.post(ADD, of_women()).status_code == 403
    cashier = signed_in(UserFactory.holding("cashier", store=StoreFactory.create()))
    assert cashier.get(change(segment)).status_code in (302, 403, 404)
    assert Segment.objects.get().version == 1


def test_phones_are_whole_only_for_those_who_may_see_them(office: Client) -> None:
    MemberFactory.create(gender="female", phone="+8613900001234")
    assert (
        "+8613900001234" in office.post(ADD, of_women(), headers=HTMX).content.decode()
    )
    marketing = UserFactory.holding("marketing")
    answer = signed_in(marketing).post(ADD, of_women(), headers=HTMX).content.decode()
    assert "13900001234" not in answer


def test_the_list_says_what_needs_attention_in_as_many_questions(
    office: Client, django_assert_max_num_queries: Any
) -> None:
    tag = TagFactory.create()
    for _number in range(5):
        a_segment({"kind": "tag", "tags": [tag.pk]})
    Tag.objects.update(is_active=False)
    with django_assert_max_num_queries(22):
        page = office.get(LIST).content.decode()

    assert page.count("needs attention") == 5
