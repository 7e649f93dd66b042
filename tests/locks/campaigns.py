"""Campaigns: nobody has a gift twice, none is given by what was stopped."""

import threading

from campaigns import services as campaigns_services
from points.models import Accrual
from tests import rendezvous
from tests.factories.automations import by_test, guests, points, running
from tests.factories.stores import NOON
from tests.ledger.racing import refusals
from tests.patience import PATIENCE

from .meeting import Meeting


def a_step_is_done_once(meeting: Meeting) -> bool:
    """Of many workers each takes up journeys that nobody else holds."""
    here = guests(3)
    campaign = running(points(30))
    campaigns_services.enter_due(campaign_id=campaign.pk, at=NOON)

    told = meeting.race(
        lambda _n: campaigns_services.advance_due(campaign_id=campaign.pk, at=NOON)
    )

    return not refusals(told) and Accrual.objects.count() == len(here)


def nothing_is_given_once_it_is_stopped(meeting: Meeting) -> bool:
    """Whoever stops a campaign waits for the step that is being done."""
    guests(2)
    campaign = running(points(30))
    campaigns_services.enter_due(campaign_id=campaign.pk, at=NOON)
    has_looked, is_stopped = threading.Event(), threading.Event()
    was_stopped_first: list[bool] = []

    def wait(_number: int) -> None:
        has_looked.set()
        is_stopped.wait(PATIENCE)
        was_stopped_first.append(is_stopped.is_set())

    def held(_number: int) -> None:
        has_looked.set()
        rendezvous.meet()
        was_stopped_first.append(is_stopped.is_set())

    def work(number: int) -> None:
        if number == 0:
            campaigns_services.advance_due(campaign_id=campaign.pk, at=NOON)
            return
        has_looked.wait(PATIENCE)
        campaigns_services.stop_campaign(
            campaign_id=campaign.pk, reason="race", by=by_test(), at=NOON
        )
        is_stopped.set()

    told = meeting.race(work, runners=2, wait=wait, held=held)

    assert refusals(told) == []
    return not (was_stopped_first[0] and Accrual.objects.exists())
