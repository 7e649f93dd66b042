"""What follows a sale by itself."""

from celery import shared_task

from checkout import services as checkout_services


@shared_task(acks_late=True)
def follow_up_sales(**_unknown: object) -> int:
    """Give the stamps and coupons of bills that were settled; how many bills."""
    return checkout_services.follow_up_due()
