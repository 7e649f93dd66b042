"""Staff, roles and limits: nobody gives more than they hold.

Not durable, as other commands are: the admin's change page opens a transaction.
"""

from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from stores.errors import AlreadyGiven, NotOnOneself, OutOfReach, PasswordTooSimple
from stores.models import Assignment, Role, RoleLimit, Store, User
from stores.selectors import may_manage
from stores.selectors.access import may_give

from .audit import act, record_act, require


@transaction.atomic
def create_user(
    *, user: User, password: str, by: User, at: datetime, request_id: str = ""
) -> User:
    """Add someone to the staff; what they may do comes with their first role.

    Raises NotAllowed, OutOfReach, PasswordTooSimple.
    """
    require(by, "stores.add_user", store=None)
    if user.is_superuser and not by.is_superuser:
        raise OutOfReach
    _check_password(password, user)
    user.set_password(password)
    user.save(force_insert=True)
    doing = act(staff=by, at=at, request_id=request_id)
    record_act(name="stores.user_added", by=doing, at=at, subject=user)
    return user


@transaction.atomic
def save_user(*, user: User, by: User, at: datetime, request_id: str = "") -> None:
    """Change someone's name, language, or whether they work here."""
    before = User.objects.get(pk=user.pk)
    if not may_manage(by, before, "stores.change_user"):
        raise OutOfReach
    if user.is_superuser != before.is_superuser and not by.is_superuser:
        raise OutOfReach
    leaves = before.is_active and not user.is_active
    if by.pk == user.pk and (leaves or user.is_superuser != before.is_superuser):
        raise NotOnOneself
    fields = [
        "username",
        "display_name",
        "language",
        "is_active",
        "is_staff",
        "is_superuser",
    ]
    user.save(update_fields=fields)
    record_act(
        name="stores.user_changed",
        by=act(staff=by, at=at, request_id=request_id),
        at=at,
        subject=user,
        facts={
            "changed": [
                field
                for field in fields
                if getattr(before, field) != getattr(user, field)
            ]
        },
    )


def set_password(
    *, user: User, password: str, by: User, at: datetime, request_id: str = ""
) -> None:
    """Give someone a new password; whoever is signed in as them is signed out.

    Raises OutOfReach, PasswordTooSimple.
    """
    if by.pk != user.pk and not may_manage(by, user, "stores.change_user"):
        raise OutOfReach
    _check_password(password, user)
    hashed = make_password(password)
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(password=hashed)
        doing = act(staff=by, at=at, request_id=request_id)
        record_act(name="stores.password_set", by=doing, at=at, subject=user)


@transaction.atomic
def rehash_password(*, user: User, password: str, at: datetime) -> None:
    """Keep the password that was just proven by today's method of hashing; `user` has
    it too, for the session that begins is tied to what the row holds.
    """
    same = User.objects.filter(pk=user.pk, password=user.password)
    hashed = make_password(password)
    if same.update(password=hashed):
        user.password = hashed
        doing = act(task="sign_in", at=at)
        record_act(name="stores.password_rehashed", by=doing, at=at, subject=user)


@transaction.atomic
def assign(
    *,
    user: User,
    role: Role,
    store: Store | None,
    by: User,
    at: datetime,
    request_id: str = "",
) -> Assignment:
    """Give someone a role at a store, or at every store."""
    require(by, "stores.add_assignment", store=store)
    if user.pk == by.pk:
        raise NotOnOneself
    store_id = store.pk if store is not None else None
    if not may_give(by, role.permissions, store_id):
        raise OutOfReach
    given, is_new = Assignment.objects.get_or_create(user=user, role=role, store=store)
    if not is_new:
        raise AlreadyGiven
    record_act(
        name="stores.role_given",
        by=act(staff=by, store=store, at=at, request_id=request_id),
        at=at,
        subject=user,
        facts={"role": role.code},
    )
    return given


@transaction.atomic
def unassign(
    *, assignment: Assignment, by: User, at: datetime, request_id: str = ""
) -> None:
    """Take a role away; what it gave ends with the next click."""
    store = assignment.store
    require(by, "stores.delete_assignment", store=store)
    if assignment.user_id == by.pk:
        raise NotOnOneself
    if not may_give(by, assignment.role.permissions, assignment.store_id):
        raise OutOfReach
    record_act(
        name="stores.role_taken",
        by=act(staff=by, store=store, at=at, request_id=request_id),
        at=at,
        subject=assignment.user,
        facts={"role": assignment.role.code},
    )
    assignment.delete()


@transaction.atomic
def save_role(*, role: Role, by: User, at: datetime, request_id: str = "") -> None:
    """Add a role, or change what its holders may do from now on."""
    before: set[str] = set()
    is_new = role.pk is None
    if not is_new:
        before = set(Role.objects.get(pk=role.pk).permissions)
    require(by, "stores.add_role" if is_new else "stores.change_role", store=None)
    added = set(role.permissions) - before
    taken = before - set(role.permissions)
    if not may_give(by, added | taken, None):
        raise OutOfReach
    if (added or taken) and Assignment.objects.filter(user=by, role_id=role.pk):
        raise NotOnOneself
    role.permissions = sorted(set(role.permissions))
    role.save(force_insert=is_new, force_update=not is_new)
    record_act(
        name="stores.role_added" if is_new else "stores.role_changed",
        by=act(staff=by, at=at, request_id=request_id),
        at=at,
        subject=role,
        facts={"added": sorted(added), "taken": sorted(taken)},
    )


@transaction.atomic
def save_limit(
    *, limit: RoleLimit, by: User, at: datetime, request_id: str = ""
) -> None:
    """Set how far a role reaches alone; not for a role that one holds oneself."""
    is_new = limit.pk is None
    require(
        by, "stores.add_rolelimit" if is_new else "stores.change_rolelimit", store=None
    )
    _not_ones_own(by, limit)
    limit.save(force_insert=is_new, force_update=not is_new)
    _record_limit("stores.limit_set", limit, by, at, request_id)


@transaction.atomic
def delete_limit(
    *, limit: RoleLimit, by: User, at: datetime, request_id: str = ""
) -> None:
    """Lift a limit: the role may do the act without one from now on."""
    require(by, "stores.delete_rolelimit", store=None)
    _not_ones_own(by, limit)
    _record_limit("stores.limit_lifted", limit, by, at, request_id)
    limit.delete()


def record_sign_in(*, user: User, at: datetime, request_id: str = "") -> None:
    """Note that someone has signed in."""
    doing = act(staff=user, at=at, request_id=request_id)
    record_act(name="stores.signed_in", by=doing, at=at, subject=user)


def _check_password(password: str, user: User) -> None:
    """Raises PasswordTooSimple, which says what is wrong with it."""
    try:
        validate_password(password, user)
    except ValidationError as refused:
        raise PasswordTooSimple(" ".join(refused.messages)) from refused


def _not_ones_own(by: User, limit: RoleLimit) -> None:
    holds = Assignment.objects.filter(user=by, role_id=limit.role_id).exists()
    if holds and not by.is_superuser:
        raise NotOnOneself


def _record_limit(
    name: str, limit: RoleLimit, by: User, at: datetime, request_id: str
) -> None:
    record_act(
        name=name,
        by=act(staff=by, at=at, request_id=request_id),
        at=at,
        subject=limit,
        facts={
            "role": limit.role.code,
            "act": limit.act,
            "per_act": limit.per_act,
            "per_shift": limit.per_shift,
        },
    )
