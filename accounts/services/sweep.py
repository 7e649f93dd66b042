"""Forgetting what signed nobody in."""

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q

from accounts.models import CodeBudget, MemberDevice, SignInCode

# Longer than the longest count looks back.
KEPT: Final = timedelta(days=2)
DEVICES_KEPT: Final = timedelta(days=90)


def forget_codes(*, at: datetime) -> int:
    """Old requests for codes go, and devices that were signed out long ago."""
    gone, _rows = SignInCode.objects.filter(asked_at__lt=at - KEPT).delete()
    CodeBudget.objects.filter(hour__lt=at - KEPT).delete()
    before = at - DEVICES_KEPT
    over = Q(ended_at__lt=before) | Q(expires_at__lt=before)
    MemberDevice.objects.filter(over).delete()
    return gone
