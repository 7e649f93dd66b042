"""Naming the member accounts that staff hold for themselves."""

from datetime import datetime

from django.db import IntegrityError, transaction

from ledger.services import Act
from stored_value.errors import StaffAccountTaken
from stored_value.models import StaffAccount
from stores import services as stores_services
from stores.errors import NotOnOneself


@transaction.atomic
def name_staff_account(*, account: StaffAccount, by: Act, at: datetime) -> StaffAccount:
    """Say which member account is somebody's own: they take no money in for it."""
    try:
        with transaction.atomic():
            account.save(force_insert=True)
    except IntegrityError as taken:
        raise StaffAccountTaken from taken
    stores_services.record_act(
        name="stored_value.staff_account_named",
        by=by,
        at=at,
        subject=account,
        facts={"staff": account.staff_id, "member": account.member_id},
    )
    return account


@transaction.atomic
def unname_staff_account(*, account: StaffAccount, by: Act, at: datetime) -> None:
    """Take the name back, when somebody leaves; never one's own."""
    if account.staff_id == by.staff_id:
        raise NotOnOneself
    stores_services.record_act(
        name="stored_value.staff_account_unnamed",
        by=by,
        at=at,
        subject=account,
        facts={"staff": account.staff_id, "member": account.member_id},
    )
    account.delete()
