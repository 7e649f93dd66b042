"""How far a person's roles reach before a second person is needed."""

from dataclasses import dataclass

from stores.models import RoleLimit, Store, User

from .access import grants_of


@dataclass(frozen=True, slots=True)
class Limit:
    """The widest of a person's limits; None is without limit."""

    per_act: int | None
    per_shift: int | None

    def covers(self, amount: int) -> bool:
        return self.per_act is None or amount <= self.per_act


WITHOUT_LIMIT = Limit(per_act=None, per_shift=None)
NOTHING = Limit(per_act=0, per_shift=0)


def limit_of(
    user: User, act: str, *, store: Store | None, permission: str | None = None
) -> Limit:
    """What this person may do alone of an act at a store (none: at no store).

    The widest of the roles that give `permission` (the act's own, unless another is
    named) there counts; a role that names no limit for the act sets none.
    """
    if user.is_superuser:
        return WITHOUT_LIMIT
    roles = {
        grant.role_id
        for grant in grants_of(user)
        if (permission or act) in grant.permissions
        and grant.store_id in (None, store.pk if store else None)
    }
    rows = RoleLimit.objects.filter(role_id__in=roles, act=act)
    limits = {row.role_id: row for row in rows}
    if not roles:
        return NOTHING
    if roles - limits.keys():
        return WITHOUT_LIMIT
    return Limit(
        per_act=max(row.per_act for row in limits.values()),
        per_shift=max(row.per_shift for row in limits.values()),
    )
