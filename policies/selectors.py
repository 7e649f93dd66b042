"""Which rules were in force when."""

from datetime import datetime

from .errors import NoPolicy
from .models import PolicyVersion, ShopPolicy
from .profiles import Profile


def in_force[P: PolicyVersion](model: type[P], *, at: datetime) -> P:
    """The version of these rules that held at a moment. Raises NoPolicy."""
    found = (
        model._default_manager.filter(in_force_from__lte=at)
        .order_by("-in_force_from")
        .first()
    )
    if found is None:
        raise NoPolicy
    return found


def profile(*, at: datetime) -> Profile:
    """The country's rules that the house kept at a moment."""
    return in_force(ShopPolicy, at=at).rules
