"""A segment while it is built: the tree of its forms, as it stands on the page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.http import QueryDict

from campaigns.conditions import DEEPEST, KINDS, MOST_CONDITIONS
from campaigns.forms import GROUPS, LABELS, ConditionForm, Offers, Values, values_of
from campaigns.selectors import Count

GROUP_KINDS: Final = [kind for kind, _label in GROUPS]


@dataclass(slots=True)
class Draft:
    """A group with what stands in it, or one condition with what was typed."""

    kind: str
    values: Values = field(default_factory=dict)
    of: list["Draft"] = field(default_factory=list)
    path: str = "0"
    form: ConditionForm | None = None
    own: Count | None = None
    adding: str = ""  # the kind that is chosen to be added to a group

    @property
    def is_group(self) -> bool:
        """Whether others stand in it."""
        return self.kind in GROUP_KINDS

    @property
    def label(self) -> Any:
        """What the condition is called."""
        return LABELS.get(self.kind, "")

    @property
    def depth(self) -> int:
        """How many groups it stands in, itself counted."""
        return self.path.count(".") + 1

    @property
    def may_nest(self) -> bool:
        """Whether a group may stand in this one."""
        return self.depth < DEEPEST

    def leaves(self) -> Iterator["Draft"]:
        """Every condition, in order."""
        for inner in self.of:
            yield from inner.leaves()
        if not self.is_group:
            yield self


def of_rules(rules: Mapping[str, Any]) -> Draft:
    """A segment's rules, to be looked at."""
    kind = str(rules["kind"])
    if kind in GROUP_KINDS:
        return Draft(kind, of=[of_rules(inner) for inner in rules["of"]])
    return Draft(kind, values=values_of(dict(rules)))


def of_page(posted: QueryDict) -> Draft:
    """What was sent. What is no tree of known kinds is taken for an empty group."""
    root = Draft(_group_kind(posted.get("kind.0")), adding=posted.get("add.0", ""))
    known = {"0": root}
    for path in posted.getlist("node")[: MOST_CONDITIONS * 2]:
        parent = known.get(path.rpartition(".")[0])
        kind = posted.get(f"kind.{path}", "")
        if parent is None or path in known or not parent.is_group:
            continue
        if kind in GROUP_KINDS and parent.depth < DEEPEST:
            adding = posted.get(f"add.{path}", "")
            known[path] = Draft(kind, path=path, adding=adding)
        elif kind in KINDS:
            known[path] = Draft(kind, values=_values(posted, path), path=path)
        else:
            continue
        parent.of.append(known[path])
    return root


def _group_kind(kind: str | None) -> str:
    return kind if kind in GROUP_KINDS else "all"


def _values(posted: QueryDict, path: str) -> Values:
    beginning = f"{_prefix(path)}-"
    return {
        name.removeprefix(beginning): [str(told) for told in posted.getlist(name)]
        for name in posted
        if name.startswith(beginning)
    }


def _prefix(path: str) -> str:
    return f"c{path}"


def change(root: Draft, act: str, posted: QueryDict) -> None:
    """Add a condition or a group to a group, or take something away."""
    verb, _colon, path = act.partition(":")
    if verb == "remove":
        _remove(root, path)
        return
    group = next((one for one in _all(root) if one.path == path), None)
    if group is None or not group.is_group or len(list(_all(root))) > MOST_CONDITIONS:
        return
    if verb == "add" and posted.get(f"add.{path}") in KINDS:
        group.of.append(Draft(str(posted[f"add.{path}"]), path=f"{path}.new"))
    elif verb == "group" and group.may_nest:
        group.of.append(Draft("any", path=f"{path}.new"))


def _all(root: Draft) -> Iterator[Draft]:
    yield root
    for inner in root.of:
        yield from _all(inner)


def _remove(root: Draft, path: str) -> None:
    for group in list(_all(root)):
        group.of = [inner for inner in group.of if inner.path != path]


def number(
    root: Draft, offers: Offers, *, path: str = "0", is_tried: bool = False
) -> None:
    """Give everything its place and its form."""
    root.path = path
    if not root.is_group:
        root.form = ConditionForm(
            root.kind,
            root.values,
            prefix=_prefix(path),
            offers=offers,
            is_tried=is_tried,
        )
    for place, inner in enumerate(root.of):
        number(inner, offers, path=f"{path}.{place}", is_tried=is_tried)


def rules_of(root: Draft) -> dict[str, Any] | None:
    """What would be kept; None while a condition is not complete."""
    if any(leaf.form is None or not leaf.form.is_valid() for leaf in root.leaves()):
        return None
    return _rules(root)


def _rules(node: Draft) -> dict[str, Any]:
    if node.form is not None:
        return node.form.rule()
    return {"kind": node.kind, "of": [_rules(inner) for inner in node.of]}
