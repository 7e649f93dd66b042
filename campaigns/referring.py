"""What campaigns are called where others name them by their numbers."""

from collections.abc import Collection

from stores.references import Referred

from .models import Campaign


def campaigns_called(numbers: Collection[str]) -> dict[str, Referred]:
    """Campaigns by their numbers, with their page."""
    keys = [int(number) for number in numbers if number.isdecimal()]
    return {
        str(campaign.pk): Referred(
            text=campaign.name, model="campaigns.campaign", number=campaign.pk
        )
        for campaign in Campaign.objects.filter(pk__in=keys)
    }
