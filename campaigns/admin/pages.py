"""What the pages of campaigns say, as tables."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from campaigns.kinds import StepKind
from campaigns.models import Campaign, CampaignStep
from campaigns.overlaps import Overlap
from campaigns.previews import CampaignPreview
from common.money import format_count, format_money
from common.tables import number, table
from messaging import selectors as messaging_selectors
from messaging.values import PLACE
from stores.models import Store
from tiers.models import Tier

PLACES: Final[dict[str, str | Promise]] = {
    "member": gettext_lazy("member"),
    "brand": gettext_lazy("brand"),
    "store": gettext_lazy("store"),
    "coupon": gettext_lazy("coupon"),
    "until": gettext_lazy("valid until"),
    "points": gettext_lazy("points"),
}
FATES: Final[dict[str, str | Promise]] = {
    "holdout": gettext_lazy("Held out by this campaign"),
    "global": gettext_lazy("Held out by all campaigns"),
    "inside": gettext_lazy("In it already, or resting"),
    "complaint": gettext_lazy("Has an open complaint"),
    "consent": gettext_lazy("May not be written to"),
}


def preview_page(
    campaign: Campaign,
    steps: Sequence[CampaignStep],
    seen: CampaignPreview,
    *,
    at: datetime,
) -> dict[str, Any]:
    """Tables: who, who not, what it costs, the words, what else runs."""
    return {
        "who": table(
            [_("Whom"), number(_("Members"))],
            [
                (_("For whom the occasion comes"), seen.found),
                (_("Go through the steps"), seen.reached),
                *(
                    (str(FATES[fate]), count)
                    for fate, count in sorted(seen.fates.items())
                ),
            ],
        ),
        "stores": _named(_("Store"), seen.stores, _names(Store, seen.stores)),
        "tiers": _named(_("Tier"), seen.tiers, _names(Tier, seen.tiers)),
        "costs": table(
            [_("Cost"), number(_("Amount"))],
            [
                (_("At most"), format_money(seen.most)),
                (
                    _("As coupons were used so far"),
                    _("Not known yet")
                    if seen.expected is None
                    else format_money(seen.expected),
                ),
            ],
        ),
        "steps": table([_("Step"), _("What"), _("Language"), _("Text")], _words(steps)),
        "overlaps": table(
            [_("Campaign"), _("Of these people")],
            [(one.campaign.name, _shared(one, seen)) for one in seen.overlaps],
            nothing=_("Nothing else runs."),
        ),
        "unbound": any(
            step.kind == StepKind.GIFT and step.coupon_template_id for step in steps
        )
        and seen.reached > 0
        and seen.most == 0,
    }


def _shared(one: Overlap, seen: CampaignPreview) -> str:
    """How many of those whom it reaches get the other one too."""
    if not one.shared:
        return _("nobody also gets it")
    return ngettext(
        "%(shared)s of these %(reached)s people also gets it",
        "%(shared)s of these %(reached)s people also get it",
        one.shared,
    ) % {"shared": format_count(one.shared), "reached": format_count(seen.reached)}


def _names(model: Any, counted: dict[int | None, int]) -> dict[int, str]:
    found = model.objects.in_bulk([pk for pk in counted if pk is not None])
    return {pk: str(row) for pk, row in found.items()}


def _named(title: str, counted: dict[int | None, int], names: dict[int, str]) -> str:
    rows = [
        (_("none") if pk is None else names.get(pk, str(pk)), count)
        for pk, count in sorted(counted.items(), key=lambda one: -one[1])
    ]
    return table([title, number(_("Members"))], rows)


def _words(steps: Sequence[CampaignStep]) -> Iterator[tuple[object, ...]]:
    """Each step; a message in each language and channel."""
    versions = messaging_selectors.current_versions(
        {step.template.code for step in steps if step.template is not None}
    )
    languages = dict(settings.LANGUAGES)
    for step in steps:
        version = versions.get(step.template.code) if step.template else None
        if version is None:
            yield str(step), _told(step), "–", "–"
            continue
        for text in version.texts.all():
            if text.channel in step.channels:
                where = f"{step.template} · {text.get_channel_display()}"
                body = f"{text.subject}\n{text.body}".strip()
                yield str(step), where, languages[text.language], _readable(body)


@dataclass(frozen=True, slots=True)
class StepWords:
    """One step as the reader of the page would get it."""

    title: str
    what: str
    texts: list[tuple[str, str, str]]  # channel, subject, body


def told_steps(steps: Sequence[CampaignStep]) -> list[StepWords]:
    """Each step in its order, messages in the language of whoever looks."""
    versions = messaging_selectors.current_versions(
        {step.template.code for step in steps if step.template is not None}
    )
    language = get_language()
    found = []
    for step in steps:
        version = versions.get(step.template.code) if step.template else None
        texts = [
            (
                str(text.get_channel_display()),
                _readable(text.subject),
                _readable(text.body),
            )
            for text in (version.texts.all() if version else ())
            if text.channel in step.channels and text.language == language
        ]
        found.append(StepWords(str(step), _told(step), texts))
    return found


def _readable(text: str) -> str:
    """With what will stand there in place of each value."""
    return PLACE.sub(lambda place: f"[{PLACES.get(place[1], '…')}]", text)


def _told(step: CampaignStep) -> str:
    if step.coupon_template is not None:
        return step.coupon_template.name
    if step.points:
        return _("%(points)s points") % {"points": step.points}
    return _("%(days)s days") % {"days": step.days} if step.days else "–"
